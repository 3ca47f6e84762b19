"""`Hover`: which part of a cell lies under the mouse while no button is pressed."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from psygnal import Signal
from qtpy.QtCore import QTimer

from napari_neuron.view.picking import place_under_mouse
from napari_neuron.view.places import PickedPlace, has_values, pickable_layers
from napari_neuron.widgets.toolkit.latest_job import LatestJob

if TYPE_CHECKING:
    from napari.viewer import Viewer

_PAUSE = 25
"""Shortest time between two searches, ms."""


class Hover:
    """Looks at voltage layers shortly after the mouse has moved, never while it drags.

    The search runs in a thread: a hundred cells take too long for the window, and the elements of a
    large one are sorted first.

    Attributes
    ----------
    place : PickedPlace or None
        What lies under the mouse.
    changed : Signal ()
        The node under the mouse changed.
    """

    changed = Signal()

    def __init__(self, viewer: Viewer) -> None:
        self._viewer = viewer
        self.place: PickedPlace | None = None
        self._seen: Any = None
        self._job = LatestJob()
        self._job.finished.connect(self._on_looked)
        self._timer = QTimer()
        self._timer.setSingleShot(True)
        self._timer.setInterval(_PAUSE)
        self._timer.timeout.connect(self._look)
        viewer.mouse_move_callbacks.append(self._on_moved)

    def disconnect(self) -> None:
        """Stop looking."""
        if self._on_moved in self._viewer.mouse_move_callbacks:
            self._viewer.mouse_move_callbacks.remove(self._on_moved)
        self._timer.stop()
        self._job.stop()
        self.changed.disconnect()

    def _on_moved(self, viewer: Viewer, event: Any) -> None:
        # the event is napari's to use again: what is wanted of it is kept
        self._seen = SimpleNamespace(
            position=event.position,
            view_direction=event.view_direction,
            dims_displayed=list(event.dims_displayed),
        )
        if not self._timer.isActive():
            self._timer.start()

    def _look(self) -> None:
        layers = [layer for layer in pickable_layers(self._viewer) if has_values(layer)]
        if layers or self.place is not None:
            self._job.request(_place, self._viewer, self._seen, layers)

    def _on_looked(self, place: PickedPlace | None) -> None:
        before, self.place = self.place, place
        if _where(before) != _where(place):
            self.changed.emit()


def _place(viewer: Viewer, seen: Any, layers: list[Any]) -> PickedPlace | None:
    try:
        return place_under_mouse(viewer, seen, layers)
    except Exception:  # the window may change any layer meanwhile: the next look will do
        return None


def _where(place: PickedPlace | None) -> tuple[int, int] | None:
    return None if place is None else (id(place.layer), place.row)
