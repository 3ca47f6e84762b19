"""`ConnectionDisplay`: connections as points and lines on the cells."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from napari.layers import Layer, Vectors
from qtpy.QtGui import QColor

from napari_neuron.morphology.model import Morphology
from napari_neuron.spec import ChemicalSynapses, GapJunctions
from napari_neuron.view.connection_layers import connection_layer_data
from napari_neuron.widgets.cell_in_view import KEY
from napari_neuron.widgets.style import SWITCHED_OFF

if TYPE_CHECKING:
    from napari.viewer import Viewer

EXCITATORY, INHIBITORY, GAP, OTHER = "#ff7b5c", "#4cc9f0", "#7ccf83", "#d0b8ff"
_DIVIDE = -45.0
"""mV; a synapse that reverses below is drawn as inhibitory."""

MOST = 5_000
"""Connections that are drawn; napari takes long for more."""

_OF_THE_CELLS = 1 / 90


def colour_of(group: ChemicalSynapses | GapJunctions) -> str:
    """Return the colour of a group: by what its conductance reverses to; grey if it is off."""
    if not group.enabled:
        return SWITCHED_OFF
    if isinstance(group, GapJunctions):
        return GAP
    e = getattr(group.conductance, "e", None)
    if e is None:
        return OTHER
    return EXCITATORY if e > _DIVIDE else INHIBITORY


def ends_of(
    group: Any,
) -> tuple[tuple[str, ...], tuple[int, ...], tuple[str, ...], tuple[int, ...]]:
    """Return cells and nodes of both sides of a group of connections."""
    if isinstance(group, GapJunctions):
        return group.cell_a, group.node_a, group.cell_b, group.node_b
    return group.source_cell, group.source_node, group.target_cell, group.target_node


class ConnectionDisplay:
    """Keeps the layers of the connections as these are."""

    def __init__(self, viewer: Viewer) -> None:
        self._viewer = viewer
        self._shown: tuple[Any, ...] = ()

    @property
    def layers(self) -> list[Any]:
        """The layers, none while there are no connections."""
        held = ((x, x.metadata.get(KEY)) for x in self._viewer.layers)
        return [x for x, of_it in held if isinstance(of_it, dict) and "connections" in of_it]

    def show(
        self, cells: Sequence[Morphology], groups: Sequence[Any], highlighted: Collection[int] = ()
    ) -> None:
        """Show these connections of these cells; those of some rows stand out."""
        wanted = (tuple(map(id, cells)), tuple(groups), frozenset(highlighted))
        if wanted == self._shown:
            return
        self._shown = wanted
        made = _layer_data(cells, groups, highlighted)
        there = self.layers
        if len(there) == len(made) and all(
            np.array_equal(data, layer.data)
            for (data, _, _), layer in zip(made, there, strict=True)
        ):
            for (_, settings, _), layer in zip(made, there, strict=True):
                _update(layer, settings)
            return
        looks = {x.name: (x.visible, x.opacity) for x in there}
        selected = set(self._viewer.layers.selection)
        for layer in there:
            self._viewer.layers.remove(layer)
        for data, settings, kind in made:
            layer = Layer.create(data, settings, kind)
            layer.editable = False
            if layer.name in looks:
                layer.visible, layer.opacity = looks[layer.name]
            self._viewer.add_layer(layer)
        if selected & set(self._viewer.layers):  # the person goes on in the layer that was active
            self._viewer.layers.selection = selected & set(self._viewer.layers)

    def raise_to_top(self) -> None:
        """Draw the connections over what was added since."""
        layers = self._viewer.layers
        for layer in self.layers:
            if layer not in layers[-2:]:
                layers.move(layers.index(layer), len(layers))


def _update(layer: Any, settings: dict[str, Any]) -> None:
    """Take over looks; all go to the graphics card together."""
    names = ("edge_color",) if isinstance(layer, Vectors) else ("face_color", "size")
    with layer.events.blocker_all():
        for name in names:
            setattr(layer, name, settings[name])
    layer.refresh(thumbnail=False, extent=False)


def _layer_data(
    cells: Sequence[Morphology], groups: Sequence[Any], highlighted: Collection[int]
) -> list[Any]:
    by_name = {cell.name: cell for cell in cells}
    pre, post, colours, big = [], [], [], []
    for index, group in enumerate(groups):
        rgba = QColor(colour_of(group)).getRgbF()
        for cell_a, node_a, cell_b, node_b in zip(*ends_of(group), strict=True):
            if len(pre) == MOST:
                break
            ends = [_position(by_name, cell_a, node_a), _position(by_name, cell_b, node_b)]
            if any(end is None for end in ends):
                continue  # a run will say so
            pre.append(ends[0])
            post.append(ends[1])
            colours.append(rgba)
            big.append(index in highlighted)
    if not pre:
        return []
    positions = np.concatenate([cell.position for cell in cells])
    size = _OF_THE_CELLS * float(np.ptp(positions, axis=0).max())
    return connection_layer_data(
        np.array(pre), np.array(post), np.array(colours), np.where(big, 1.8 * size, size)
    )


def _position(by_name: dict[str, Morphology], cell: str, node: int) -> Any:
    try:
        morphology = by_name[cell]
        return morphology.position[morphology.rows([node])[0]]
    except KeyError:
        return None
