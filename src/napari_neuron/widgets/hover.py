"""`Hover`: what of a cell lies under the mouse, while no button is pressed."""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from napari.qt.threading import create_worker
from psygnal import Signal
from qtpy.QtCore import QTimer

from napari_neuron.view.picking import place_under_mouse
from napari_neuron.view.places import PickedPlace, has_values, is_prepared, pickable_layers, prepare

if TYPE_CHECKING:
    from napari.viewer import Viewer

_PAUSE = 25
"""ms at least between two looks."""


class Hover:
    """Looks at voltage layers a while after the mouse has moved, never while it drags.

    What can be hit is sorted in a thread first; until then nothing is found.

    Attributes
    ----------
    place : PickedPlace or None
        What lies under the mouse.
    changed : Signal ()
        Another node does, or none any more.
    """

    changed = Signal()

    def __init__(self, viewer: Viewer) -> None:
        self._viewer = viewer
        self.place: PickedPlace | None = None
        self._seen: Any = None
        self._preparing: WeakSet[Any] = WeakSet()
        self._cost = 0.0
        self._timer = QTimer()
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._look)
        viewer.mouse_move_callbacks.append(self._on_moved)

    def disconnect(self) -> None:
        """Look no more."""
        if self._on_moved in self._viewer.mouse_move_callbacks:
            self._viewer.mouse_move_callbacks.remove(self._on_moved)
        self._timer.stop()
        self.changed.disconnect()

    def _on_moved(self, viewer: Viewer, event: Any) -> None:
        # the event is napari's to use again: what is wanted of it is kept
        self._seen = SimpleNamespace(
            position=event.position,
            view_direction=event.view_direction,
            dims_displayed=list(event.dims_displayed),
        )
        if not self._timer.isActive():
            self._timer.start(max(_PAUSE, round(3000 * self._cost)))

    def _look(self) -> None:
        began = time.perf_counter()
        shown = [x for x in pickable_layers(self._viewer) if has_values(x)]
        layers = [layer for layer in shown if is_prepared(layer)]
        new = [x for x in shown if x not in layers and x not in self._preparing]
        if new:
            self._preparing.update(new)
            create_worker(_prepare_all, new).returned.connect(lambda _: self._look_again())
        place = place_under_mouse(self._viewer, self._seen, layers)
        self._cost = time.perf_counter() - began
        before, self.place = self.place, place
        if _where(before) != _where(place):
            self.changed.emit()

    def _look_again(self) -> None:
        self._preparing.clear()
        if self._on_moved in self._viewer.mouse_move_callbacks:
            self._timer.start(_PAUSE)


def _prepare_all(layers: list[Any]) -> None:
    for layer in layers:
        prepare(layer)


def _where(place: PickedPlace | None) -> tuple[int, int] | None:
    return None if place is None else (id(place.layer), place.row)
