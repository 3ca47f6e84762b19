"""File > Open Sample: hemibrain neurons that ship with navis, and simple cells made by code."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from napari_neuron.morphology import Morphology
    from napari_neuron.view.skeleton_layers import LayerDataTuple


def hemibrain_neuron() -> list[LayerDataTuple]:
    """Return one DA1 projection neuron of the fly with its synapses."""
    from napari_neuron.morphology.navis_samples import navis_samples

    return _layers([next(iter(navis_samples().values()))])


def hemibrain_neurons() -> list[LayerDataTuple]:
    """Return all five DA1 projection neurons with their synapses, as one circuit.

    They are named by their hemibrain ids, because all have the name of their common type. One is in
    two pieces, which are joined, and each is rooted at its thickest node, its soma.
    """
    layers = _layers(_circuit())
    for _, settings, _ in layers:
        settings["metadata"]["napari_neuron_circuit"] = "hemibrain DA1"
    return layers


def single_compartment() -> list[LayerDataTuple]:
    """Return a soma of 20 µm and nothing else."""
    from napari_neuron.morphology import simple_cells

    return _layers([simple_cells.single_compartment()])


def straight_cable() -> list[LayerDataTuple]:
    """Return an axon of 1 mm, 2 µm thick, without a soma."""
    from napari_neuron.morphology import simple_cells

    return _layers([simple_cells.straight_cable()])


def ball_and_stick() -> list[LayerDataTuple]:
    """Return a soma with one dendrite."""
    from napari_neuron.morphology import simple_cells

    return _layers([simple_cells.ball_and_stick()])


def y_shaped_cell() -> list[LayerDataTuple]:
    """Return a soma with a dendrite of two branches, and an axon."""
    from napari_neuron.morphology import simple_cells

    return _layers([simple_cells.y_shaped()])


def _layers(cells: list[Morphology]) -> list[LayerDataTuple]:
    from napari_neuron.view.skeleton_layers import cells_layer_data, synapse_layer_data
    from napari_neuron.view.whole_in_view import show_what_is_read

    layers = cells_layer_data(cells)
    layers += [layer for cell in cells for layer in synapse_layer_data(cell)]
    show_what_is_read(layers)
    return layers


def _circuit() -> list[Morphology]:
    from napari_neuron.morphology.navis_samples import navis_samples
    from napari_neuron.morphology.repair_trees import join_trees, mark_soma

    cells = []
    for hemibrain_id, cell in navis_samples().items():
        whole = join_trees(cell)
        thickest = int(whole.node_id[whole.radius.argmax()])
        cells.append(mark_soma(whole, thickest).replace(name=hemibrain_id))
    return cells
