"""`CanvasRoom`: a dock takes room from the canvas; what was in view stays in view."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qtpy.QtCore import QEvent, QObject, QTimer
from qtpy.QtWidgets import QWidget

from napari_neuron.view.whole_in_view import is_all_in_view, stand_of

if TYPE_CHECKING:
    from napari.viewer import Viewer

_LAID_OUT = (30, 300)
"""ms, after which Qt has given the docks and the canvas their sizes: that dock, and others."""


class CanvasRoom(QObject):
    """Brings all layers into the smaller canvas when a dock opens, if all were in view before.

    A person who has moved the camera keeps what they look at.

    Parameters
    ----------
    widget
        What is going to be in a dock.
    viewer
        Whose canvas it stands beside.
    """

    def __init__(self, widget: QWidget, viewer: Viewer) -> None:
        super().__init__(widget)
        self._viewer = viewer
        self._was_all_in_view = False
        self._camera: tuple[Any, ...] | None = None
        self._waits = list(_LAID_OUT)
        self._laid_out = QTimer(self, singleShot=True, interval=self._waits.pop(0))
        self._laid_out.timeout.connect(self._on_laid_out)
        if hasattr(viewer, "window"):
            self._was_all_in_view = is_all_in_view(viewer)
            widget.installEventFilter(self)

    def eventFilter(self, watched: Any, event: Any) -> bool:
        """Wait for the dock to be seen."""
        if event.type() == QEvent.Type.Show and self._was_all_in_view:
            watched.removeEventFilter(self)
            self._laid_out.start()
        return False

    def _on_laid_out(self) -> None:
        if self._camera is not None and self._camera != stand_of(self._viewer):
            return  # a person has moved it meanwhile
        self._viewer.reset_view()
        self._camera = stand_of(self._viewer)
        if self._waits:
            self._laid_out.start(self._waits.pop(0))
