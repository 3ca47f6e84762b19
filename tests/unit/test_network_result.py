"""A network's spikes while a run adds to them in its thread."""

import threading

import numpy as np
import pandas as pd

import napari_neuron as nn


def test_times_and_neurons_are_of_one_length_while_spikes_are_added():
    edges = pd.DataFrame({"source": [1], "target": [2]})
    network = nn.PointNetwork.from_edge_list(edges, source="source", target="target", weight=None)
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
