"""`TracePlaces`: marks the places of traces on the cell, and goes to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from napari.layers import Layer, Points

from napari_neuron.morphology.model import Morphology
from napari_neuron.view.overlays import camera_of
from napari_neuron.view.picking import to_world
from napari_neuron.view.skeleton_layers import marker_layer_data
from napari_neuron.widgets.cell_in_view import KEY, layers_of, shown_in

if TYPE_CHECKING:
    from napari.viewer import Viewer

_ROLE = "places_of"
_OF_THE_CELL = 1 / 60
_RING = "#ffffff"


@dataclass(frozen=True)
class PlaceMark:
    """A mark on the cell: a dot of the trace's colour, or a ring around what was asked for."""

    node: int
    colour: str
    name: str
    is_ring: bool = False


class TracePlaces:
    """Keeps the layer "<cell> trace places" as long as there is a place to show."""

    def __init__(self, viewer: Viewer) -> None:
        self._viewer = viewer

    def show(self, marks: Sequence[tuple[Morphology, Sequence[PlaceMark]]]) -> None:
        """Show these marks on these cells, and no others."""
        layers = self._viewer.layers
        there = [layer for layer in layers if shown_in(layer, _ROLE) is not None]
        for cell, of_cell in marks:
            nodes = set(cell.node_id.tolist())
            some = tuple(mark for mark in of_cell if mark.node in nodes)
            layer = next((x for x in there if shown_in(x, _ROLE) is cell), None)
            if layer is None and some:
                self._add(cell, some)
            elif layer is not None and some:
                there.remove(layer)
                _update(layer, cell, some)
        for layer in there:
            layers.remove(layer)

    def _add(self, cell: Morphology, marks: tuple[PlaceMark, ...]) -> None:
        selected = set(self._viewer.layers.selection)
        layer = Layer.create(*_looks(cell, marks), "points")
        layer.editable = False
        self._viewer.add_layer(layer)
        if selected:  # the user goes on in the layer that was active
            self._viewer.layers.selection = selected

    def go_to(self, cell: Morphology, node: int) -> None:
        """Select a node among the cell's points, and bring it to the middle of the view.

        In 2D the slice moves there too.
        """
        row = int(cell.rows(node)[0])
        position = cell.position[row, ::-1]
        layer = None
        for there in layers_of(self._viewer, cell):
            layer = layer or there
            if isinstance(there, Points) and "path_distance" in there.features:
                there.selected_data = {row}
                layer = there
        dims = self._viewer.dims
        world = position if layer is None else to_world(self._viewer, layer, position)
        for axis, coordinate in zip(range(dims.ndim - 3, dims.ndim), world, strict=True):
            if axis >= 0 and axis not in dims.displayed:
                dims.set_point(axis, float(coordinate))
        shown = [axis - (dims.ndim - 3) for axis in dims.displayed]
        if min(shown) >= 0:
            centre = tuple(float(world[axis]) for axis in shown)
            camera_of(self._viewer).center = centre if len(centre) == 3 else (0.0, *centre)


def _update(layer: Any, cell: Morphology, marks: tuple[PlaceMark, ...]) -> None:
    before = layer.metadata[KEY]["marks"]
    if before == marks:
        return
    data, settings = _looks(cell, marks)
    layer.metadata = settings["metadata"]
    layer.data = data
    looks = [[(m.colour, m.is_ring) for m in some] for some in (before, marks)]
    if looks[0] != looks[1]:  # each of these has napari draw the layer again
        for name in ("face_color", "border_color", "border_width", "size"):
            setattr(layer, name, settings[name])
    layer.features = settings["features"]


def _looks(cell: Morphology, marks: Sequence[PlaceMark]) -> tuple[Any, dict[str, Any]]:
    data, settings, _ = marker_layer_data(
        cell,
        [mark.node for mark in marks],
        [mark.colour for mark in marks],
        [mark.name for mark in marks],
        title="trace places",
    )
    extent = float(np.ptp(cell.position, axis=0).max())
    size = max(float(settings["size"]), _OF_THE_CELL * extent)
    looks = {
        "metadata": {KEY: {_ROLE: cell, "marks": tuple(marks)}},
        "face_color": np.array([_rgba(mark) for mark in marks]),
        "size": np.array([size * (2.0 if mark.is_ring else 1.0) for mark in marks]),
        "border_color": [_RING if mark.is_ring else "#101010" for mark in marks],
        "border_width": np.array([0.1 if mark.is_ring else 0.04 for mark in marks]),
        "canvas_size_limits": (6, 28),
        "blending": "translucent_no_depth",  # to be seen inside a dense arbour too
    }
    return data, {**settings, **looks}


def _rgba(mark: PlaceMark) -> list[float]:
    red, green, blue = (int(mark.colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return [red, green, blue, 0.0 if mark.is_ring else 1.0]
