"""Stimuli and recorders as coloured markers on the cell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from napari.layers import Layer

from napari_neuron.morphology.model import Morphology
from napari_neuron.spec import Experiment
from napari_neuron.view.skeleton_layers import LayerDataTuple, marker_layer_data
from napari_neuron.widgets.cell_in_view import shown_in
from napari_neuron.widgets.style import STIMULUS_COLOUR, SYMBOLS, recorder_colours
from napari_neuron.widgets.words import kind_name

if TYPE_CHECKING:
    from napari.viewer import Viewer


_ROLE = "markers_of"

_OF_THE_CELL = 1 / 55
"""Size of a marker, of the extent of its cell: to be seen when all of the cell is in view."""

_SWITCHED_OFF = "#808080"

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
            STIMULUS_COLOUR if stimulus.enabled else _SWITCHED_OFF,
            kind_name(stimulus),
            highlighted == ("stimuli", index),
        )
        for index, stimulus in enumerate(experiment.stimuli)
        for node in dict.fromkeys(stimulus.nodes)
    ]
    markers += [
        Marker(
            r.node,
            r.kind,
            colours[r.label] if r.enabled else _SWITCHED_OFF,
            r.label,
            highlighted == ("recorders", index),
        )
        for index, r in enumerate(experiment.recorders)
    ]
    if not markers:
        return ()
    there = np.isin([m.node for m in markers], cell.node_id)
    return tuple(m for m, is_there in zip(markers, there.tolist(), strict=True) if is_there)


def layer_data_of(cell: Morphology, markers: tuple[Marker, ...]) -> LayerDataTuple:
    """Return markers as data, settings and type of a Points layer."""
    data, settings, layer_type = marker_layer_data(
        cell, [m.node for m in markers], [m.colour for m in markers], [m.name for m in markers]
    )
    extent = float(np.ptp(cell.position, axis=0).max())
    size = max(float(settings["size"]), _OF_THE_CELL * extent)
    looks = {
        "size": np.array([size * _relative_size(m) for m in markers]),
        "border_color": ["white" if m.highlighted else "#101010" for m in markers],
        "border_width": np.array([0.07 if m.highlighted else 0.03 for m in markers]),
        "symbol": [SYMBOLS[m.kind] for m in markers],
        "canvas_size_limits": _PIXELS,
        "blending": "translucent_no_depth",  # to be seen inside a dense arbour too
    }
    return data, {**settings, **looks}, layer_type


def _relative_size(marker: Marker) -> float:
    # a stimulus is to be seen behind the recorder at its node
    size = 1.5 if marker.colour == STIMULUS_COLOUR else 0.9
    return 1.3 * size if marker.highlighted else size


_PUSHED = ("features", "face_color", "symbol", "size", "border_color", "border_width")


class MarkerDisplay:
    """Keeps the layer "<cell> markers" as the markers are; pushes only what differs."""

    def __init__(self, viewer: Viewer) -> None:
        self._viewer = viewer
        self._shown: tuple[Any, Morphology, tuple[Marker, ...]] | None = None

    def show(self, cell: Morphology | None, markers: tuple[Marker, ...]) -> None:
        """Show these markers of this cell, and no others."""
        layer = None
        for there in self._layers():
            if layer is None and markers and shown_in(there, _ROLE) is cell:
                layer = there
            else:
                self._viewer.layers.remove(there)
        if cell is None or not markers:
            return
        if layer is None:
            layer = self._add(cell, markers)
        elif self._shown != (layer, cell, markers):
            self._update(layer, cell, markers)
        self._shown = (layer, cell, markers)

    def raise_to_top(self) -> None:
        """Draw the markers over what was added since."""
        layers = self._viewer.layers
        for layer in self._layers():
            if layers[-1] is not layer:
                layers.move(layers.index(layer), len(layers))

    def _layers(self) -> list[Any]:
        return [layer for layer in self._viewer.layers if shown_in(layer, _ROLE) is not None]

    def _add(self, cell: Morphology, markers: tuple[Marker, ...]) -> Any:
        layer = Layer.create(*layer_data_of(cell, markers))
        layer.editable = False
        selected = set(self._viewer.layers.selection)
        self._viewer.add_layer(layer)
        if selected:  # the person goes on picking points in the layer that was active
            self._viewer.layers.selection = selected
        return layer

    def _update(self, layer: Any, cell: Morphology, markers: tuple[Marker, ...]) -> None:
        data, settings, _ = layer_data_of(cell, markers)
        if not np.array_equal(data, layer.data):
            layer.data = data
        for name in _PUSHED:
            setattr(layer, name, settings[name])
