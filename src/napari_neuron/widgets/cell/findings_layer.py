"""`FindingsLayer`: the nodes of a finding, marked on the cell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from napari.layers import Layer

from napari_neuron.morphology.model import Morphology
from napari_neuron.view.skeleton_layers import marker_layer_data
from napari_neuron.widgets.cell.points_in_place import set_points
from napari_neuron.widgets.cell_in_view import KEY, shown_in

if TYPE_CHECKING:
    from napari.viewer import Viewer

_ROLE = "findings_of"
_MOST = 20_000
"""Points that are shown; napari is slow with more, and no one tells them apart."""


class FindingsLayer:
    """Keeps the layer "<cell> findings".

    Without a finding to show it is hidden, not removed: removing a layer takes napari a fifth of
    a second, which would be felt at every click.
    """

    def __init__(self, viewer: Viewer) -> None:
        self._viewer = viewer
        self._shown: tuple[Any, ...] = ()

    @property
    def layer(self) -> Any:
        """The layer, None if there is none."""
        return next((x for x in self._viewer.layers if shown_in(x, _ROLE) is not None), None)

    def show(self, cell: Morphology | None, nodes: tuple[int, ...], colour: str) -> None:
        """Mark nodes of a cell; without any, the layer is hidden."""
        layer = self.layer
        if cell is None or not nodes:
            if layer is not None:
                layer.visible = False
            return
        if layer is None:
            layer = self._add(cell, nodes, colour)
        elif self._shown != (layer, cell, nodes, colour):
            data, settings = _layer_data(cell, nodes, colour)
            set_points(layer, data, {name: settings[name] for name in _PUSHED})
        layer.visible = True
        self._shown = (layer, cell, nodes, colour)

    def _add(self, cell: Morphology, nodes: tuple[int, ...], colour: str) -> Any:
        data, settings = _layer_data(cell, nodes, colour)
        selected = set(self._viewer.layers.selection)
        layer = self._viewer.add_layer(Layer.create(data, settings, "points"))
        layer.editable = False
        if selected:  # the person goes on in the layer that was active
            self._viewer.layers.selection = selected
        return layer

    def point_at(self, index: int) -> None:
        """Mark one of the nodes as the one that is looked at; -1 for none."""
        layer = self.layer
        if layer is None:
            return
        chosen = {index} if 0 <= index < len(layer.data) else set()
        if set(layer.selected_data) != chosen:
            layer.selected_data = chosen


_PUSHED = ("name", "metadata", "features", "size", "face_color")


def _layer_data(
    cell: Morphology, nodes: tuple[int, ...], colour: str
) -> tuple[Any, dict[str, Any]]:
    ids = list(nodes[:_MOST])
    data, settings, _ = marker_layer_data(cell, ids, [colour] * len(ids), [""] * len(ids))
    extent = float(np.ptp(cell.position, axis=0).max())
    looks = {
        "name": f"{cell.name} findings",
        "metadata": {KEY: {_ROLE: cell}},
        "size": max(extent / 120, 1e-3),
        "face_color": colour,
        "border_color": "#101010",
        "canvas_size_limits": (5, 18),
        "blending": "translucent_no_depth",
    }
    return data, {**settings, **looks}
