"""Stimuli and recorders as coloured markers on the cell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from napari_neuron.morphology.model import Morphology
from napari_neuron.spec import Experiment
from napari_neuron.view.skeleton_layers import marker_layer_data
from napari_neuron.widgets.style import STIMULUS_COLOUR, SYMBOLS, recorder_colours
from napari_neuron.widgets.words import kind_name

if TYPE_CHECKING:
    from napari.viewer import Viewer


_OF_THE_CELL = 1 / 55
"""Size of a marker, of the extent of its cell: to be seen when all of the cell is in view."""

_PIXELS = (2, 32)
"""Size of a marker on the screen, at least and at most: not to cover what is looked at closely."""


@dataclass(frozen=True)
class Marker:
    """One marker: where, what it looks like, what it is called."""

    node: int
    kind: str
    colour: str
    name: str
    highlighted: bool = False


def markers_of(
    experiment: Experiment, cell: Morphology, highlighted: tuple[str, int] | None = None
) -> tuple[Marker, ...]:
    """Return the markers of an experiment on a cell, stimuli first.

    Parameters
    ----------
    experiment
        Whose stimuli and recorders are marked. A node that the cell does not have gets none.
    cell
        The cell.
    highlighted
        ("stimuli" or "recorders", index) of the item that is selected in its list.
    """
    colours = recorder_colours(experiment)
    markers = [
        Marker(
            node,
            stimulus.kind,
            STIMULUS_COLOUR,
            kind_name(stimulus),
            highlighted == ("stimuli", index),
        )
        for index, stimulus in enumerate(experiment.stimuli)
        for node in dict.fromkeys(stimulus.nodes)
    ]
    markers += [
        Marker(r.node, r.kind, colours[r.label], r.label, highlighted == ("recorders", index))
        for index, r in enumerate(experiment.recorders)
    ]
    if not markers:
        return ()
    there = np.isin([m.node for m in markers], cell.node_id)
    return tuple(m for m, is_there in zip(markers, there.tolist(), strict=True) if is_there)


class MarkerDisplay:
    """Keeps the layer "<cell> markers" as the markers are; pushes only what differs."""

    def __init__(self, viewer: Viewer) -> None:
        self._viewer = viewer
        self._layer: Any = None
        self._cell: Morphology | None = None
        self._shown: tuple[Marker, ...] = ()
        self._size = 1.0

    @property
    def layer(self) -> Any:
        """The layer, None while there is none."""
        return self._layer if self._layer in self._viewer.layers else None

    def show(self, cell: Morphology | None, markers: tuple[Marker, ...]) -> None:
        """Make the layer show these markers of this cell."""
        layer = self.layer
        if layer is not None and (cell is not self._cell or not markers):
            self._viewer.layers.remove(layer)
            layer = None
        if cell is None or not markers:
            self._layer, self._shown = None, ()
            return
        if layer is None:
            self._add(cell, markers)
        elif markers != self._shown:
            self._update(layer, cell, markers)
        self._shown = markers

    def raise_to_top(self) -> None:
        """Draw the markers over what was added since."""
        layer, layers = self.layer, self._viewer.layers
        if layer is not None and layers[-1] is not layer:
            layers.move(layers.index(layer), len(layers))

    def _add(self, cell: Morphology, markers: tuple[Marker, ...]) -> None:
        from napari.layers import Layer

        data, settings, layer_type = marker_layer_data(
            cell, [m.node for m in markers], [m.colour for m in markers], [m.name for m in markers]
        )
        extent = float(np.ptp(cell.position, axis=0).max())
        self._size = max(float(settings["size"]), _OF_THE_CELL * extent)
        settings["symbol"] = [SYMBOLS[m.kind] for m in markers]
        settings["size"], settings["border_color"], settings["border_width"] = self._looks(markers)
        settings["canvas_size_limits"] = _PIXELS
        settings["blending"] = "translucent_no_depth"  # to be seen inside a dense arbour too
        layer = Layer.create(data, settings, layer_type)
        layer.editable = False
        selected = set(self._viewer.layers.selection)
        self._viewer.add_layer(layer)
        if selected:  # the person goes on picking points in the layer that was active
            self._viewer.layers.selection = selected
        self._layer, self._cell = layer, cell

    def _update(self, layer: Any, cell: Morphology, markers: tuple[Marker, ...]) -> None:
        if [m.node for m in markers] != [m.node for m in self._shown]:
            layer.data = cell.position[cell.rows([m.node for m in markers])][:, ::-1]
        layer.features = {
            "node_id": np.array([m.node for m in markers], dtype=np.int64),
            "name": np.array([m.name for m in markers], dtype=object),
        }
        layer.face_color = [m.colour for m in markers]
        layer.symbol = [SYMBOLS[m.kind] for m in markers]
        layer.size, layer.border_color, layer.border_width = self._looks(markers)

    def _looks(self, markers: tuple[Marker, ...]) -> tuple[Any, Any, Any]:
        """Return size, border colour and (relative) border width of each marker."""
        size = [self._size * (1.5 if m.highlighted else 1.0) for m in markers]
        border = ["white" if m.highlighted else "#101010" for m in markers]
        width = [0.12 if m.highlighted else 0.03 for m in markers]
        return np.array(size), border, np.array(width)
