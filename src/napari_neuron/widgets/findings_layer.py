"""`FindingsLayer`: the nodes of a finding, marked on the cell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from napari.layers import Layer

from napari_neuron.morphology.model import Morphology
from napari_neuron.view.skeleton_layers import marker_layer_data
from napari_neuron.widgets.cell_in_view import KEY, shown_in

if TYPE_CHECKING:
    from napari.viewer import Viewer

_ROLE = "findings_of"
_MOST = 20_000
"""Points that are shown; napari is slow with more, and no one tells them apart."""


class FindingsLayer:
    """Keeps the layer "<cell> findings" as long as there is a finding to show."""

    def __init__(self, viewer: Viewer) -> None:
        self._viewer = viewer
        self._shown: tuple[Any, ...] = ()

    @property
    def layer(self) -> Any:
        """The layer, None if there is none."""
        return next((x for x in self._viewer.layers if shown_in(x, _ROLE) is not None), None)

    def show(self, cell: Morphology | None, nodes: tuple[int, ...], colour: str) -> None:
        """Mark nodes of a cell; without any, the layer goes."""
        there = self.layer
        if there is not None and self._shown == (there, cell, nodes, colour):
            return
        if there is not None:
            self._viewer.layers.remove(there)
        if cell is None or not nodes:
            return
        selected = set(self._viewer.layers.selection)
        layer = self._viewer.add_layer(_made(cell, nodes, colour))
        layer.editable = False
        if selected:  # the person goes on in the layer that was active
            self._viewer.layers.selection = selected
        self._shown = (layer, cell, nodes, colour)

    def point_at(self, index: int) -> None:
        """Mark one of the nodes as the one that is looked at; -1 for none."""
        layer = self.layer
        if layer is None:
            return
        chosen = {index} if 0 <= index < len(layer.data) else set()
        if set(layer.selected_data) != chosen:
            layer.selected_data = chosen


def _made(cell: Morphology, nodes: tuple[int, ...], colour: str) -> Any:
    ids = list(nodes[:_MOST])
    data, settings, kind = marker_layer_data(cell, ids, [colour] * len(ids), [""] * len(ids))
    extent = float(np.ptp(cell.position, axis=0).max())
    looks = {
        "name": f"{cell.name} findings",
        "metadata": {KEY: {_ROLE: cell}},
        "size": max(extent / 120, 1e-3),
        "border_color": "#101010",
        "canvas_size_limits": (5, 18),
        "blending": "translucent_no_depth",
    }
    return Layer.create(data, {**settings, **looks}, kind)
