"""`CanvasRoom`: a dock takes room from the canvas; what was in view stays in view."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qtpy.QtCore import QEvent, QObject, QTimer
from qtpy.QtWidgets import QWidget

from napari_neuron.view.whole_in_view import is_all_in_view

if TYPE_CHECKING:
    from napari.viewer import Viewer

_LAID_OUT = 30
"""ms, after which Qt has given the docks and the canvas their sizes."""


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
        self._laid_out = QTimer(self, singleShot=True, interval=_LAID_OUT)
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
        self._viewer.reset_view()
