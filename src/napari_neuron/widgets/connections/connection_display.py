"""`ConnectionDisplay`: connections as points and lines on the cells."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from napari.layers import Layer, Vectors
from qtpy.QtGui import QColor

from napari_neuron.morphology.model import Morphology
from napari_neuron.spec import GapJunctions
from napari_neuron.view import VoltageLayer
from napari_neuron.view.network.connection_layers import connection_layer_data
from napari_neuron.widgets.cell_in_view import KEY
from napari_neuron.widgets.toolkit.style import SWITCHED_OFF

if TYPE_CHECKING:
    from napari.viewer import Viewer

EXCITATORY, INHIBITORY, GAP, OTHER = "#ff7b5c", "#4cc9f0", "#7ccf83", "#d0b8ff"
_DIVIDE = -45.0
"""mV; a synapse that reverses below is drawn as inhibitory."""

MOST = 5_000
"""Number of connections drawn; napari is slow with more."""

POINTS = "point neurons"
"""Said in the place of a cell's name."""

_OF_THE_CELLS = 1 / 90


def colour_of(group: Any) -> str:
    """Return the colour of a group: by what its conductance reverses to; grey if it is off."""
    if not group.enabled:
        return SWITCHED_OFF
    if isinstance(group, GapJunctions):
        return GAP
    e = getattr(getattr(group, "conductance", None), "e", None)
    if e is None:
        return OTHER
    return EXCITATORY if e > _DIVIDE else INHIBITORY


def ends_of(
    group: Any,
) -> tuple[tuple[str, ...], tuple[int, ...], tuple[str, ...], tuple[int, ...]]:
    """Return cells and nodes of both sides of a group; point neurons are one cell, nowhere."""
    sides = []
    for cell, node in group.ends:
        sides += [getattr(group, cell) if cell else (POINTS,) * len(group), getattr(group, node)]
    cell_a, node_a, cell_b, node_b = sides
    return cell_a, node_a, cell_b, node_b


class ConnectionDisplay:
    """Keeps the layers in step with the connections."""

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
        if selected & set(self._viewer.layers):  # the user goes on in the layer that was active
            self._viewer.layers.selection = selected & set(self._viewer.layers)

    def raise_to_top(self) -> None:
        """Draw the connections above layers added since."""
        layers = self._viewer.layers
        for layer in self.layers:
            index = layers.index(layer)
            above = islice(layers, index, None)  # a slice of it would be another LayerList
            if any(isinstance(x, VoltageLayer) for x in above):
                layers.move(index, len(layers))


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
    n = 0
    for index, group in enumerate(groups):
        cell_a, node_a, cell_b, node_b = (side[: MOST - n] for side in ends_of(group))
        ends = _positions(by_name, cell_a, node_a), _positions(by_name, cell_b, node_b)
        there = np.isfinite(ends[0] + ends[1]).all(axis=1)  # of others a run will tell
        pre.append(ends[0][there])
        post.append(ends[1][there])
        colours.append(np.tile(QColor(colour_of(group)).getRgbF(), (int(there.sum()), 1)))
        big.append(np.full(int(there.sum()), index in highlighted))
        n += len(cell_a)
    if not sum(map(len, pre)):
        return []
    corners = [corner(cell.position, axis=0) for cell in cells for corner in (np.min, np.max)]
    size = _OF_THE_CELLS * float(np.ptp(corners, axis=0).max())
    sizes = np.where(np.concatenate(big), 1.8 * size, size)
    return connection_layer_data(
        np.concatenate(pre), np.concatenate(post), np.concatenate(colours), sizes
    )


def _positions(
    by_name: dict[str, Morphology], names: Sequence[str], nodes: Sequence[int]
) -> npt.NDArray[np.float64]:
    """Return (n, 3) x, y, z of nodes of cells, µm; NaN where there is none."""
    found = np.full((len(names), 3), np.nan)
    if names and names[0] == POINTS:  # whose ids may be words
        return found
    of_rows, ids = np.asarray(names), np.asarray(nodes, dtype=np.int64)
    for name in dict.fromkeys(names):
        cell = by_name.get(name)
        if cell is not None:
            rows = np.flatnonzero(of_rows == name)
            rows = rows[np.isin(ids[rows], cell.node_id)]
            found[rows] = cell.position[cell.rows(ids[rows].tolist())]
    return found
