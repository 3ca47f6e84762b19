"""`RegionPreview`: marks the nodes of a region on the cell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from napari.layers import Layer

from napari_neuron.morphology.model import BoolArray, Morphology
from napari_neuron.view.skeleton_layers import marker_layer_data
from napari_neuron.widgets.cell_in_view import KEY, shown_in

if TYPE_CHECKING:
    from napari.viewer import Viewer

_ROLE = "region_of"
_COLOUR, _HIDDEN_COLOUR = "#ff9f43", "#8a8a8a"


class RegionPreview:
    """Keeps the layer "<cell> region" as long as there is a region to show."""

    def __init__(self, viewer: Viewer) -> None:
        self._viewer = viewer

    def show(
        self, cell: Morphology | None, nodes: BoolArray | None, hidden: BoolArray | None = None
    ) -> None:
        """Mark the nodes of a cell, (n_nodes,) bool; None or no node marks nothing.

        Those that are ``hidden`` too, by later paint, are marked in grey.
        """
        if hidden is None and nodes is not None:
            hidden = np.zeros_like(nodes)
        there = [x for x in self._viewer.layers if shown_in(x, _ROLE) is not None]
        if cell is None or nodes is None or not nodes.any():
            for layer in there:
                self._viewer.layers.remove(layer)
            return
        now = np.stack([nodes, nodes & hidden])
        if there and np.array_equal(there[0].metadata[KEY]["nodes"], now):
            return
        for layer in there:
            self._viewer.layers.remove(layer)
        selected = set(self._viewer.layers.selection)
        layer = self._viewer.add_layer(_layer(cell, now))
        layer.editable = False
        if selected:  # the user goes on in the layer that was active
            self._viewer.layers.selection = selected


def _layer(cell: Morphology, now: BoolArray) -> Any:
    nodes, hidden = now
    ids = cell.node_id[nodes].tolist()
    colours = np.where(hidden[nodes], _HIDDEN_COLOUR, _COLOUR).tolist()
    data, settings, kind = marker_layer_data(cell, ids, colours, [""] * len(ids))
    extent = float(np.ptp(cell.position, axis=0).max())
    looks = {
        "name": f"{cell.name} region",
        "metadata": {KEY: {_ROLE: cell, "nodes": now}},
        "size": max(extent / 150, 1e-3),
        "border_width": 0,
        "canvas_size_limits": (2, 16),
        "blending": "translucent_no_depth",
    }
    return Layer.create(data, {**settings, **looks}, kind)
