"""`MarkerMouse`: clicks on markers, and dragging them to other nodes, in 2D and 3D."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from napari.layers import Points
from psygnal import Signal

from napari_neuron.morphology.model import Morphology
from napari_neuron.view.overlays import camera_of
from napari_neuron.widgets.cell_in_view import shown_in
from napari_neuron.widgets.placing.markers import PIXELS, Marker, MarkerDisplay, MarkerDisplays

if TYPE_CHECKING:
    from napari.viewer import Viewer

_NEAR = 6.0
"""Distance in pixels within which a click hits a marker, even if it is drawn smaller."""

_DRAG = 4.0
"""Pixels that a pressed button may move and still be a click."""


@dataclass(frozen=True)
class Sight:
    """Where the cursor points, in the coordinates of a layer.

    Attributes
    ----------
    position : (3,) float
        A point under the cursor: in the slice that is shown (2D), on the line of sight (3D).
    direction : (3,) float or None
        Of the line of sight, of length 1; None in 2D.
    axes : tuple of int
        The axes that are shown.
    pixels : float
        Of the screen, per unit of the layer.
    """

    position: npt.NDArray[np.float64]
    direction: npt.NDArray[np.float64] | None
    axes: tuple[int, ...]
    pixels: float

    def of(
        self, points: npt.NDArray[np.float64]
    ) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Return the distance of each point from the cursor on the screen, and its depth (pixels).

        Depth is along the line of sight (3D), or how far the point is from the slice (2D).
        """
        offset = (points - self.position) * self.pixels
        if self.direction is not None:
            depth = offset @ self.direction
            aside = np.linalg.norm(offset - depth[:, None] * self.direction, axis=1)
            return aside, depth
        hidden = [axis for axis in range(3) if axis not in self.axes]
        aside = np.linalg.norm(offset[:, list(self.axes)], axis=1)
        return aside, np.linalg.norm(offset[:, hidden], axis=1)


def sight_of(event: Any, layer: Any) -> Sight | None:
    """Return what an event of napari's mouse points at; None where time is shown as space."""
    position = np.asarray(layer.world_to_data(event.position), dtype=float)
    ahead = len(event.position) - layer.ndim
    axes = tuple(axis - ahead for axis in event.dims_displayed)
    if min(axes) < 0:
        return None
    # a step of 1 in the world may be another length in the layer: they may differ in unit
    step = np.asarray(event.position, dtype=float)
    step[event.dims_displayed[-1]] += 1.0
    scale = float(np.linalg.norm(np.asarray(layer.world_to_data(step)) - position))
    direction = None
    if len(axes) == 3:
        along = np.asarray(event.position) + np.asarray(event.view_direction)
        direction = np.asarray(layer.world_to_data(along)) - position
        direction = direction / np.linalg.norm(direction)
    return Sight(position, direction, axes, event.camera_zoom / scale)


def hits(
    sight: Sight,
    points: npt.NDArray[np.float64],
    sizes: npt.NDArray[np.float64],
    slab: float = 0.5,
) -> list[int]:
    """Return the rows of the markers under the cursor, the nearest first.

    Parameters
    ----------
    points
        (n, 3) where they are.
    sizes
        (n,) their diameters, in the unit of the layer.
    slab
        How far from the slice a point is drawn in 2D; half a unit is napari's usual.
    """
    aside, depth = sight.of(points)
    reach = np.maximum(np.clip(sizes * sight.pixels, *PIXELS) / 2, _NEAR)
    is_drawn = sight.direction is not None or depth <= slab * sight.pixels
    rows = np.flatnonzero((aside <= reach) & is_drawn)
    return [int(row) for row in rows[np.argsort(aside[rows], kind="stable")]]


def node_under(sight: Sight, cell: Morphology) -> int:
    """Return the id of the node that a marker would be dropped at.

    Of several about equally near the cursor, the one in front (3D) or the nearest to the place in
    the slice (2D).
    """
    aside, depth = sight.of(cell.position[:, ::-1])
    if sight.direction is None:
        return int(cell.node_id[np.argmin(np.hypot(aside, depth))])
    near = np.flatnonzero(aside <= max(_NEAR, float(aside.min())))
    return int(cell.node_id[near[np.argmin(depth[near])]])


class MarkerMouse:
    """Handles the mouse on markers, whichever layer is active.

    A click picks; a marker that is selected already can be dragged.

    Attributes
    ----------
    picked : Signal (Marker, bool)
        One was clicked; True to add it to those that are selected.
    dropped : Signal (Marker, int)
        One was dragged to a node.
    """

    picked = Signal(Marker, bool)
    dropped = Signal(Marker, int)

    def __init__(self, viewer: Viewer, displays: MarkerDisplays) -> None:
        self._viewer = viewer
        self._displays = displays
        viewer.mouse_drag_callbacks.append(self._on_press)

    def disconnect(self) -> None:
        """Stop listening."""
        self._viewer.mouse_drag_callbacks.remove(self._on_press)
        self.picked.disconnect()
        self.dropped.disconnect()

    def _on_press(self, viewer: Viewer, event: Any) -> Iterator[None]:
        found = self._under(event) if event.button == 1 else None
        if found is None:
            return
        display, row = found
        marker = display.markers[row]
        extend = any(key in event.modifiers for key in ("Shift", "Control"))
        begin = np.asarray(event.pos, dtype=float)
        if not marker.highlighted or extend:
            yield from self._wait_for_click(event, begin)
            if event.type == "mouse_release":
                self.picked.emit(marker, extend)
            return
        release = self._hold(viewer)
        try:
            node = marker.node
            is_dragged = False
            yield
            while event.type == "mouse_move":
                is_dragged |= bool(np.linalg.norm(np.asarray(event.pos) - begin) > _DRAG)
                if is_dragged:
                    node = self._drag(display, event, row, node)
                yield
        finally:
            release()
        if not is_dragged:
            self.picked.emit(self._next_under(display, event, row), False)
        elif node != marker.node:
            self.dropped.emit(marker, node)
        display.restore()

    def _wait_for_click(self, event: Any, begin: npt.NDArray[np.float64]) -> Iterator[None]:
        """Go on until the button is let go, or moved, which turns the view."""
        yield
        while event.type == "mouse_move":
            if np.linalg.norm(np.asarray(event.pos) - begin) > _DRAG:
                return
            yield

    def _under(self, event: Any) -> tuple[MarkerDisplay, int] | None:
        """Return the marker under the cursor, preferably a selected one."""
        found = [(one, row) for one in self._displays.all for row in self._rows_under(one, event)]
        selected = (pair for pair in found if pair[0].markers[pair[1]].highlighted)
        return next(selected, found[0] if found else None)

    def _rows_under(self, display: MarkerDisplay, event: Any) -> list[int]:
        layer = display.layer
        if layer is None or not layer.visible:
            return []
        sight = sight_of(event, layer)
        if sight is None:
            return []
        thickness = (
            max(self._viewer.dims.thickness[-3:]) if layer.projection_mode != "none" else 0.0
        )
        return hits(sight, layer.data, np.asarray(layer.size), max(0.5, thickness / 2))

    def _next_under(self, display: MarkerDisplay, event: Any, row: int) -> Marker:
        """Return, of the markers that lie one over the other, the one after ``row``."""
        rows = sorted({row, *self._rows_under(display, event)})
        return display.markers[rows[(rows.index(row) + 1) % len(rows)]]

    def _drag(self, display: MarkerDisplay, event: Any, row: int, node: int) -> int:
        layer = display.layer
        cell = shown_in(layer, "markers_of")
        sight = sight_of(event, layer)
        if cell is None or sight is None:
            return node
        under = node_under(sight, cell)
        if under != node:
            display.place(row, cell.position[cell.rows([under])[0], ::-1])
        return under

    def _hold(self, viewer: Viewer) -> Any:
        """Freeze the view and disable picking points; return a function that ends this."""
        camera = camera_of(viewer)
        could_pan = camera.mouse_pan
        active = viewer.layers.selection.active
        mode = active.mode if isinstance(active, Points) else None
        if mode is not None:
            active.mode = "pan_zoom"
        camera.mouse_pan = False

        def release() -> None:
            camera.mouse_pan = could_pan
            if mode is not None and active in viewer.layers:
                active.mode = mode

        return release
