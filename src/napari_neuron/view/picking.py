"""Which node of a cell lies under the mouse: geometry first, then what napari has to say.

The geometry is that of the drawn tubes: edges are as thick as the thinner of their two nodes,
nodes are balls of their own radius.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from psygnal import Signal

from napari_neuron.morphology.model import IntArray, Morphology
from napari_neuron.view.overlays import camera_of
from napari_neuron.view.tubes import default_minimum_radius

if TYPE_CHECKING:
    from napari.viewer import Viewer

FloatArray = npt.NDArray[np.float64]

TOLERANCE = 6.0
"""Pixels on the screen by which a click may miss."""

_ROLES = ("voltage_of", "morphology", "synapses_of")


def picked_node(
    position: FloatArray,
    parent: IntArray,
    radius: FloatArray,
    point: npt.ArrayLike,
    direction: npt.ArrayLike,
    *,
    minimum_radius: float = 0.0,
    tolerance: float = 0.0,
    slab: float | None = None,
) -> int | None:
    """Return the row of the node that a line hits first, None if it hits nothing.

    Parameters
    ----------
    position : (n_nodes, 3) float64
        In any order of axes.
    parent : (n_nodes,) int64
        Row of each node's parent, -1 for a root.
    radius : (n_nodes,) float64
        In the unit of ``position``.
    point, direction : (3,) float
        The line, in the axes of ``position``; it is looked along ``direction``.
    minimum_radius
        Thinner neurites are drawn this thick.
    tolerance
        By how much the line may miss; only where it hits nothing.
    slab
        None in 3D. In a slice (``direction`` is the hidden axis) what is farther than this from
        the plane through ``point`` is not there, and the neurite counts whose middle is nearest
        to the line.
    """
    if not len(position):
        return None
    ahead = np.asarray(direction, dtype=np.float64)
    ahead = ahead / np.linalg.norm(ahead)
    aside = np.zeros(3)
    aside[np.abs(ahead).argmin()] = 1.0
    right = np.cross(ahead, aside)
    right /= np.linalg.norm(right)
    up = np.cross(ahead, right)
    thick = np.maximum(radius, minimum_radius)
    reach_of_all = float(thick.max()) + tolerance
    x, y = (position @ axis - np.dot(point, axis) for axis in (right, up))  # across the line
    above = np.where(parent >= 0, parent, np.arange(len(parent)))
    near = (np.minimum(x, x[above]) <= reach_of_all) & (np.maximum(x, x[above]) >= -reach_of_all)
    near &= (np.minimum(y, y[above]) <= reach_of_all) & (np.maximum(y, y[above]) >= -reach_of_all)
    child = np.flatnonzero(near)  # of each its edge, and itself: an edge of no length at a root
    if not len(child):
        return None
    above = above[child]
    begin = _across(position[child], point, right, up, ahead)
    end = _across(position[above], point, right, up, ahead)
    along = end - begin
    length = (along[:, :2] ** 2).sum(axis=1)
    share = -(begin[:, :2] * along[:, :2]).sum(axis=1) / np.where(length > 0, length, 1.0)
    share = np.clip(share, 0.0, 1.0)

    places = np.concatenate([begin, end, begin + share[:, None] * along])
    thickness = np.minimum(thick[child], thick[above])
    reach = np.concatenate([thick[child], thick[above], thickness])
    node = np.concatenate([child, above, np.where(share < 0.5, child, above)])
    off = np.hypot(places[:, 0], places[:, 1])
    is_there = np.ones(len(off), dtype=bool)
    if slab is not None:
        is_there = np.abs(places[:, 2]) <= slab + reach
    hit = is_there & (off <= reach)
    if slab is None and hit.any():
        entry = places[hit, 2] - np.sqrt(np.maximum(reach[hit] ** 2 - off[hit] ** 2, 0.0))
        return int(node[hit][entry.argmin()])
    close = hit if hit.any() else is_there & (off <= reach + tolerance)
    if not close.any():
        return None
    return int(node[close][off[close].argmin()])


def _across(
    position: FloatArray,
    point: npt.ArrayLike,
    right: FloatArray,
    up: FloatArray,
    ahead: FloatArray,
) -> FloatArray:
    """Return positions across a line (x, y) and along it (z), from its point."""
    return np.asarray((position - np.asarray(point)) @ np.stack([right, up, ahead]).T)


def node_under_mouse(
    viewer: Viewer, event: Any, cells: Sequence[Morphology]
) -> tuple[Morphology, int] | None:
    """Return the cell and the id of its node at a mouse event, None beside all that is shown.

    Parameters
    ----------
    event
        napari's, of a mouse callback of the viewer.
    cells
        Those that may be hit. A cell counts where a visible layer shows it: its voltage, its
        paths, its nodes or its synapses.
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
    for cell in cells:
        layer = next((x for x in reversed(viewer.layers) if x.visible and _shows(x, cell)), None)
        if layer is None:
            continue
        point, ahead = (
            to_data(viewer, layer, position),
            to_data(viewer, layer, position + direction),
        )
        scale = float(np.linalg.norm(ahead - point))
        row = picked_node(
            cell.position[:, ::-1],
            cell.parent,
            cell.radius,
            point,
            ahead - point,
            minimum_radius=getattr(layer, "minimum_radius", default_minimum_radius(cell)),
            tolerance=TOLERANCE * scale / max(float(camera_of(viewer).zoom), 1e-12),
            slab=None if slab is None else slab * scale,
        )
        if row is not None:
            return cell, int(cell.node_id[row])
    return None


def to_data(viewer: Viewer, layer: Any, position: FloatArray) -> FloatArray:
    """Return where a point (z, y, x) of the world lies in a layer's data, (3,).

    napari's ``world_to_data`` leaves out that layers may have another unit than the world.
    """
    padded = np.zeros(layer.ndim)
    padded[-3:] = position * _units_per_world(viewer, layer)
    return np.asarray(layer.world_to_data(padded), dtype=np.float64)[-3:]


def to_world(viewer: Viewer, layer: Any, position: FloatArray) -> FloatArray:
    """Return where a point (z, y, x) of a layer's data lies in the world, (3,)."""
    padded = np.zeros(layer.ndim)
    padded[-3:] = position
    world = np.asarray(layer.data_to_world(padded), dtype=np.float64)[-3:]
    return np.asarray(world / _units_per_world(viewer, layer), dtype=np.float64)


class NodeClicks:
    """Tells of clicks on cells: presses of the left button that are released where they began.

    Clicks that draw (adding points, painting) are none of ours.

    Attributes
    ----------
    clicked : Signal (Morphology, int)
        The cell and the id of the node.
    cells
        Those that may be clicked.
    """

    clicked = Signal(object, int)

    def __init__(self, viewer: Viewer) -> None:
        self._viewer = viewer
        self.cells: tuple[Morphology, ...] = ()
        self._callback = self._on_drag
        viewer.mouse_drag_callbacks.append(self._callback)

    def disconnect(self) -> None:
        """Listen to the viewer no more."""
        if self._callback in self._viewer.mouse_drag_callbacks:
            self._viewer.mouse_drag_callbacks.remove(self._callback)
        self.clicked.disconnect()

    def _on_drag(self, viewer: Viewer, event: Any) -> Iterator[None]:
        active = viewer.layers.selection.active
        mode = str(getattr(active, "mode", "pan_zoom"))
        if event.button != 1 or event.modifiers or mode not in ("pan_zoom", "select"):
            return
        begun = np.asarray(event.pos, dtype=np.float64)
        hit = node_under_mouse(viewer, event, self.cells)
        if hit is None:
            return
        yield
        while event.type == "mouse_move":
            if np.abs(np.asarray(event.pos) - begun).max() > 3:
                return
            yield
        self.clicked.emit(*hit)


def _shows(layer: Any, cell: Morphology) -> bool:
    held = layer.metadata.get("napari_neuron")
    return isinstance(held, dict) and any(held.get(role) is cell for role in _ROLES)


def _margins(viewer: Viewer) -> tuple[Any, ...]:
    dims = viewer.dims
    return tuple(getattr(dims, name) for name in ("margin_left", "margin_right"))


def _units_per_world(viewer: Viewer, layer: Any) -> FloatArray:
    """Return how many of a layer's units one unit of the world is, for its last three axes."""
    world = getattr(viewer.layers.extent, "units", None)
    if world is None:  # napari < 0.7, or layers whose units do not go together
        return np.ones(3)
    return np.array(
        [(1.0 * a).to(b).magnitude for a, b in zip(world[-3:], layer.units[-3:], strict=True)]
    )
