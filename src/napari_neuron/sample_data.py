"""File > Open Sample: the hemibrain neurons that ship with navis, with their synapses."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from napari_neuron.morphology import Morphology
    from napari_neuron.view.skeleton_layers import LayerDataTuple


def hemibrain_neuron() -> list[LayerDataTuple]:
    """Return one DA1 projection neuron of the fly with its synapses."""
    return _layers(_hemibrain_cells(1))


def hemibrain_neurons() -> list[LayerDataTuple]:
    """Return all five DA1 projection neurons with their synapses, as one circuit.

    They are named by their hemibrain ids, because all have the name of their common type. One is in
    two pieces, which are joined, and each is rooted at its thickest node, its soma.
    """
    layers = _layers(_circuit())
    for _, settings, _ in layers:
        settings["metadata"]["napari_neuron_circuit"] = "hemibrain DA1"
    return layers


def _layers(cells: list[Morphology]) -> list[LayerDataTuple]:
    from napari_neuron.view.empty_viewer import turn_empty_viewer_to_3d
    from napari_neuron.view.skeleton_layers import cells_layer_data, synapse_layer_data

    layers = cells_layer_data(cells)
    layers += [layer for cell in cells for layer in synapse_layer_data(cell)]
    turn_empty_viewer_to_3d()
    return layers


def _hemibrain_cells(count: int) -> list[Morphology]:
    import navis

    from napari_neuron.morphology import Morphology

    return [Morphology.from_navis(neuron) for neuron in navis.example_neurons(5)[:count]]


def _circuit() -> list[Morphology]:
    import navis

    from napari_neuron.morphology import Morphology

    cells = []
    for neuron in navis.example_neurons(5, kind="skeleton").convert_units("um"):
        whole = navis.heal_skeleton(neuron)
        whole.soma = int(whole.nodes.loc[whole.nodes["radius"].idxmax(), "node_id"])
        whole.reroot(whole.soma, inplace=True)
        cells.append(Morphology.from_navis(whole).replace(name=str(neuron.id)))
    return cells
