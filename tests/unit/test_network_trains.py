"""Trains of events: regular, random, shared or not, and the same wherever they are made."""

import numpy as np
import pandas as pd
import pytest

import napari_neuron as nn
from napari_neuron.compile.network import compile_network

IDS = list(range(200))
NETWORK = nn.PointNetwork.from_adjacency(np.eye(200), IDS)


def trains(*stimuli, duration=1000.0, network=NETWORK):
    """The events of each neuron, by id."""
    run = nn.NetworkRun(duration=duration)
    model = compile_network(network.replace(stimuli=stimuli, run=run))
    found = {int(i): [] for i in network.neurons.id}
    for train, row in zip(model.input_train, model.input_target, strict=True):
        part = slice(model.train_first[train], model.train_first[train + 1])
        found[int(network.neurons.id[row])] += model.train_times[part].tolist()
    return found


def test_a_regular_train_begins_at_its_start_and_has_nothing_at_its_stop():
    events = trains(nn.TrainStimulus(neurons=(3,), start=100, stop=200, frequency=100))
    assert events[3] == [100, 110, 120, 130, 140, 150, 160, 170, 180, 190]
    assert not any(times for neuron, times in events.items() if neuron != 3)


def test_a_train_ends_with_the_run_at_the_latest():
    events = trains(nn.TrainStimulus(start=0, stop=1000, frequency=100), duration=25)
    assert events[0] == [0, 10, 20]


@pytest.mark.parametrize("randomness", [0.2, 0.5, 1.0])
def test_random_trains_have_the_mean_and_the_variation_they_were_given(randomness):
    stimulus = nn.TrainStimulus(start=0, stop=5000, frequency=50, randomness=randomness)
    intervals = np.concatenate([np.diff(t) for t in trains(stimulus, duration=5000).values()])
    assert intervals.mean() == pytest.approx(20, rel=0.01)
    assert intervals.std() / intervals.mean() == pytest.approx(randomness, rel=0.02)
    assert intervals.min() >= 20 * (1 - randomness) - 1e-9


def test_noise_of_randomness_one_is_a_poisson_process():
    counts = [len(t) for t in trains(nn.BackgroundNoise(frequency=40)).values()]
    assert np.mean(counts) == pytest.approx(40, abs=4 * np.sqrt(40 / 200))
    assert np.var(counts) == pytest.approx(40, rel=0.4)


def test_independent_trains_differ_and_shared_ones_do_not():
    apart = trains(nn.BackgroundNoise())
    assert len({tuple(t) for t in apart.values()}) == 200
    together = trains(nn.BackgroundNoise(independent=False))
    assert len({tuple(t) for t in together.values()}) == 1


def test_a_neuron_keeps_its_train_whatever_else_is_there():
    noise = nn.BackgroundNoise(seed=7)
    before = trains(noise)[50]
    assert trains(noise.replace(neurons=(50,)))[50] == before
    small = nn.PointNetwork.from_adjacency(np.eye(2), [50, 900])
    assert trains(noise, network=small)[50] == before
    assert trains(noise.replace(seed=8))[50] != before


def test_two_stimuli_of_one_seed_are_different_trains_in_either_order():
    one, two = nn.BackgroundNoise(), nn.TrainStimulus(randomness=1, start=0)
    both = trains(one, two)[5]
    assert sorted(both) == sorted(trains(two, one)[5])
    assert len(set(both)) == len(both)


def test_a_stimulus_that_is_off_gives_nothing_and_leaves_the_others_theirs():
    off, on = nn.BackgroundNoise(enabled=False, frequency=30), nn.BackgroundNoise()
    alone = trains(off, on)
    assert alone != trains(on.replace(frequency=30))
    assert alone == trains(off, on.replace(label="named"))
    assert not any(trains(off).values())


def test_a_longer_run_only_adds_events():
    short = trains(nn.BackgroundNoise(), duration=300)[9]
    assert trains(nn.BackgroundNoise(), duration=3000)[9][: len(short)] == short


def test_given_times_reach_every_neuron_of_the_group():
    table = pd.DataFrame({"source": [0, 1], "target": [1, 2], "weight": 1.0})
    network = nn.PointNetwork.from_edge_list(table, groups={0: "in", 1: "in"})
    events = trains(nn.GivenSpikes(groups=("in",), times=(1, 1, 7, 2000)), network=network)
    assert events == {0: [1, 1, 7], 1: [1, 1, 7], 2: []}
