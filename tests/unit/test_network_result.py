"""The result of a network: spikes while a run adds to them in its thread, and its file."""

import threading

import numpy as np
import pandas as pd
import pytest

import napari_neuron as nn
from napari_neuron.cli import main
from napari_neuron.errors import NapariNeuronError


@pytest.fixture
def network():
    edges = pd.DataFrame({"source": [1], "target": [2]})
    return nn.PointNetwork.from_edge_list(edges, source="source", target="target", weight=None)


def test_who_opens_it_as_a_result_of_cells_is_told_what_it_is(network, tmp_path):
    path = tmp_path / "net.h5"
    nn.NetworkResult(network).save(path)
    with pytest.raises(NapariNeuronError, match=r"net\.h5: .*NetworkResult\.load reads it"):
        nn.SimulationResult.load(path)


def test_threads_for_a_network_of_point_neurons_are_refused(network, tmp_path, capsys):
    path = tmp_path / "net.json"
    network.save(path)
    assert main(["run", str(path), "-o", str(tmp_path / "net.h5"), "--threads", "2"]) == 1
    assert "runs in one thread" in capsys.readouterr().err


def test_times_and_neurons_are_of_one_length_while_spikes_are_added(network):
    result = nn.NetworkResult(network)
    ended = threading.Event()

    def add():
        for step in range(500):
            result.add(np.full(50, float(step)), np.arange(50) % 2)
        ended.set()

    thread = threading.Thread(target=add)
    thread.start()
    unequal = 0
    while not ended.is_set():
        times, neuron = result.spikes()
        unequal += len(times) != len(neuron)
    thread.join()
    assert unequal == 0
    assert len(result.spikes()[0]) == 25_000
