"""The neuron all benchmarks share: hemibrain DA1 projection neuron, 4,465 nodes, of navis."""

import importlib.util
from pathlib import Path

import navis

EXAMPLE = Path(__file__).parents[1] / "examples" / "drosophila_pn.py"


def example():
    """Return examples/drosophila_pn.py as a module."""
    spec = importlib.util.spec_from_file_location("drosophila_pn", EXAMPLE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def cell_and_experiment():
    """Return the fly neuron and its experiment."""
    module = example()
    cell = module.fly_neuron()
    return cell, module.fly_experiment(cell)


def navis_neuron():
    """Return the neuron as navis' interface wants it: in µm, rooted at a leaf, so in one piece."""
    neuron = navis.example_neurons(1, kind="skeleton").convert_units("um")
    neuron.reroot(neuron.leafs.node_id.values[0], inplace=True)
    return neuron
