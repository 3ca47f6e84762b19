"""examples/da1_circuit.py: five hemibrain neurons in one circuit."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

import napari_neuron as nn

EXAMPLE = Path(__file__).parents[2] / "examples" / "da1_circuit.py"


@pytest.fixture(scope="module")
def circuit():
    spec = importlib.util.spec_from_file_location("da1_circuit", EXAMPLE)
    example = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(example)
    cells = example.five_neurons()
    experiment = example.circuit_experiment(cells)
    return cells, experiment.replace(run=experiment.run.replace(duration=70))


def test_the_five_are_one_tree_each(circuit):
    cells, _ = circuit
    assert sum(map(len, cells)) > 22_000
    assert all((cell.parent < 0).sum() == 1 for cell in cells)


def test_the_spike_of_the_first_reaches_the_others(circuit):
    result = nn.simulate(*circuit)
    first, *others = result.spikes.values()
    assert len(first) == 1
    assert all(len(spikes) == 1 and spikes[0] > first[0] for spikes in others)


def test_without_synapses_the_others_are_silent(circuit):
    cells, experiment = circuit
    result = nn.simulate(cells, experiment.replace(connections=()))
    assert [len(spikes) for spikes in result.spikes.values()] == [1, 0, 0, 0, 0]


def test_one_and_two_threads_have_the_same_voltages(circuit):
    cells, experiment = circuit
    short = experiment.run.replace(duration=60, frame_interval=1)
    one, two = (
        nn.simulate(cells, experiment.replace(run=short.replace(threads=n))).voltage for n in (1, 2)
    )
    assert np.array_equal(one, two)
