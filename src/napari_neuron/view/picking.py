"""Which node of a cell lies under the mouse, and clicks on it: the side of napari."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from psygnal import Signal

from napari_neuron.morphology.model import Morphology
from napari_neuron.view.overlays import camera_of
from napari_neuron.view.places import PickedPlace, drawn_cells, pickable_layers, place_hit

if TYPE_CHECKING:
    from napari.viewer import Viewer

FloatArray = npt.NDArray[np.float64]

TOLERANCE = 6.0
"""Pixels on the screen by which a click may miss."""


def place_under_mouse(viewer: Viewer, event: Any, layers: Sequence[Any]) -> PickedPlace | None:
    """Return the place at a mouse event, None if there is nothing.

    Of several layers, the one nearest to the eye counts; in a slice, the topmost.

    Parameters
    ----------
    event
        The event of a mouse callback of the viewer, with ``position``, ``view_direction`` and
        ``dims_displayed``.
    layers
        See `pickable_layers`.
    """
    shown = list(event.dims_displayed)
    n_axes = len(event.position)
    if len(shown) not in (2, 3) or n_axes < 3 or min(shown) < n_axes - 3:
        return None  # time is shown as if it were space
    position = np.asarray(event.position, dtype=np.float64)[-3:]
    slab = None
    if len(shown) == 3:
        direction = np.asarray(event.view_direction, dtype=np.float64)[-3:]
    else:
        hidden = next(axis for axis in range(n_axes - 3, n_axes) if axis not in shown)
        direction = np.eye(3)[hidden - (n_axes - 3)]
        step = viewer.dims.range[hidden]
        slab = 0.5 * float(getattr(step, "step", step[2]))
        slab = max(slab, *(float(m[hidden]) for m in _margins(viewer)))
    pixel = 1 / max(float(camera_of(viewer).zoom), 1e-12)
    world = _world_units(viewer)
    lines = []
    for layer in layers:
        units = _units_per(world, layer)
        begin, end = (_to_data(layer, place * units) for place in (position, position + direction))
        lines.append((layer, begin, end - begin, float(np.linalg.norm(end - begin))))
    for miss in (0.0, TOLERANCE * pixel):  # what is hit is found among fewer
        found = []
        for number, (layer, begin, ahead, scale) in enumerate(lines):
            half = None if slab is None else slab * scale
            near, cells = miss * scale, drawn_cells(layer)
            one = place_hit(layer, cells, begin, ahead, tolerance=near, slab=half)
            if one is not None:
                depth = one[1].depth / scale if slab is None else -number
                found.append((depth, number, one[0]))
        if found:
            return min(found, key=lambda one: one[:2])[2]
    return None


def to_data(viewer: Viewer, layer: Any, position: FloatArray) -> FloatArray:
    """Return where a point (z, y, x) of the world lies in a layer's data, (3,).

    napari's ``world_to_data`` ignores that layers may have another unit than the world.
    """
    return _to_data(layer, position * _units_per(_world_units(viewer), layer))


def to_world(viewer: Viewer, layer: Any, position: FloatArray) -> FloatArray:
    """Return where a point (z, y, x) of a layer's data lies in the world, (3,)."""
    padded = np.zeros(layer.ndim)
    padded[-3:] = position
    world = np.asarray(layer.data_to_world(padded), dtype=np.float64)[-3:]
    return np.asarray(world / _units_per(_world_units(viewer), layer), dtype=np.float64)


class NodeClicks:
    """Reports clicks on cells: presses of the left button that are released where they began.

    Clicks that draw (adding points, painting), and Shift-clicks that select points, are ignored.
    The camera is never disturbed, except that a double-click on a cell does not zoom.

    Parameters
    ----------
    viewer
        The viewer whose mouse events are used.
    cells
        The cells that can be clicked; None: all visible cells.

    Attributes
    ----------
    clicked, shift_clicked, double_clicked : Signal (PickedPlace)
    cells
        Can be changed.
    """

    clicked = Signal(object)
    shift_clicked = Signal(object)
    double_clicked = Signal(object)

    def __init__(self, viewer: Viewer, cells: tuple[Morphology, ...] | None = None) -> None:
        self._viewer = viewer
        self.cells = cells
        self._camera: dict[str, Any] = {}
        self._callbacks = (self._on_drag, self._on_double_click, self._after_double_click)
        viewer.mouse_drag_callbacks.append(self._callbacks[0])
        viewer.mouse_double_click_callbacks.insert(0, self._callbacks[1])
        viewer.mouse_double_click_callbacks.append(self._callbacks[2])

    def disconnect(self) -> None:
        """Stop listening to the viewer."""
        viewer = self._viewer
        for heard in (viewer.mouse_drag_callbacks, viewer.mouse_double_click_callbacks):
            for callback in self._callbacks:
                if callback in heard:
                    heard.remove(callback)
        for signal in (self.clicked, self.shift_clicked, self.double_clicked):
            signal.disconnect()

    def _place(self, event: Any) -> PickedPlace | None:
        layers = pickable_layers(self._viewer, self.cells)
        return place_under_mouse(self._viewer, event, layers)

    def _mode(self) -> str:
        return str(getattr(self._viewer.layers.selection.active, "mode", "pan_zoom"))

    def _on_drag(self, viewer: Viewer, event: Any) -> Iterator[None]:
        signals = {(): self.clicked, ("Shift",): self.shift_clicked}
        signal = signals.get(tuple(event.modifiers))
        modes = ("pan_zoom", "select") if signal is self.clicked else ("pan_zoom",)
        is_ours = event.button == 1 and event.type == "mouse_press" and self._mode() in modes
        if signal is None or not is_ours or not len(signal):
            return
        begun = np.asarray(event.pos, dtype=np.float64)
        place = self._place(event)
        if place is None:
            return
        yield
        while event.type == "mouse_move":
            if np.abs(np.asarray(event.pos) - begun).max() > 3:
                return
            yield
        signal.emit(place)

    def _on_double_click(self, viewer: Viewer, event: Any) -> None:
        self._camera = {}
        if event.button != 1 or event.modifiers or self._mode() != "pan_zoom":
            return
        place = self._place(event) if len(self.double_clicked) else None
        if place is not None:
            camera = camera_of(viewer)
            self._camera = {name: getattr(camera, name) for name in ("zoom", "center")}
            self.double_clicked.emit(place)

    def _after_double_click(self, viewer: Viewer, event: Any) -> None:
        for name, before in self._camera.items():  # napari has zoomed in between
            setattr(camera_of(viewer), name, before)
        self._camera = {}


def _margins(viewer: Viewer) -> tuple[Any, ...]:
    dims = viewer.dims
    return tuple(getattr(dims, name) for name in ("margin_left", "margin_right"))


def _to_data(layer: Any, position: FloatArray) -> FloatArray:
    padded = np.zeros(layer.ndim)
    padded[-3:] = position
    return np.asarray(layer.world_to_data(padded), dtype=np.float64)[-3:]


def _world_units(viewer: Viewer) -> tuple[Any, ...] | None:
    units = getattr(viewer.layers.extent, "units", None)
    return None if units is None else tuple(units[-3:])


def _units_per(world: tuple[Any, ...] | None, layer: Any) -> FloatArray:
    """Return how many of a layer's units one unit of the world is, for its last three axes."""
    if world is None:  # napari < 0.7, or layers whose units do not go together
        return np.ones(3)
    return np.array([_factor(a, b) for a, b in zip(world, layer.units[-3:], strict=True)])


@lru_cache(maxsize=64)
def _factor(one: Any, other: Any) -> float:
    return float((1.0 * one).to(other).magnitude)
