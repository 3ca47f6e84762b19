"""File > Open Sample: hemibrain neurons with their synapses, as navis ships them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from napari_neuron.morphology import Morphology
    from napari_neuron.view.skeleton_layers import LayerDataTuple


def hemibrain_neuron() -> list[LayerDataTuple]:
    """Return one DA1 projection neuron of the fly with its synapses."""
    return _layers(1)


def hemibrain_neurons() -> list[LayerDataTuple]:
    """Return all five DA1 projection neurons with their synapses."""
    return _layers(5)


def _layers(count: int) -> list[LayerDataTuple]:
    from napari_neuron.view.empty_viewer import turn_empty_viewer_to_3d
    from napari_neuron.view.skeleton_layers import skeleton_layer_data, synapse_layer_data

    layers: list[LayerDataTuple] = []
    for cell in _hemibrain_cells(count):
        layers += skeleton_layer_data(cell)
        layers += synapse_layer_data(cell)
    turn_empty_viewer_to_3d()
    return layers


def _hemibrain_cells(count: int) -> list[Morphology]:
    import navis

    from napari_neuron.morphology import Morphology

    return [Morphology.from_navis(neuron) for neuron in navis.example_neurons(5)[:count]]
