"""Ten thousand synapses are no problem."""

import time

import numpy as np
import pandas as pd
import pytest
from engine_shapes import cable

from napari_neuron import (
    EventTrain,
    Experiment,
    MaximumLength,
    PoissonEvents,
    RunSettings,
    SpikeTimes,
    Synapse,
    simulate,
)
from napari_neuron.compile.lower import compile_experiment
from napari_neuron.compile.read_synapses import read_synapses
from napari_neuron.engine.neuron_model import NeuronModel, import_neuron

N = 10_000


@pytest.fixture(scope="module")
def synapses():
    cell = cable(n_edges=4500, length=5000)
    random = np.random.default_rng(1)
    place = cell.position[random.integers(0, len(cell), N)] + random.normal(0, 0.1, (N, 3))
    partner, time = random.integers(0, 800, N), random.uniform(0, 50, N)
    frame = pd.DataFrame(place, columns=list("xyz")).assign(partner=partner, time=time)
    return read_synapses(frame, cell)


WAYS = {
    "a noisy train each": lambda t: t.at_once(
        Synapse(nodes=(0,), events=EventTrain(noise=1, number=20, interval=50))
    ),
    "Poisson events each": lambda t: t.at_once(Synapse(nodes=(0,), events=PoissonEvents())),
    "a train for each partner": lambda t: t.by_partner(Synapse(nodes=(0,), events=PoissonEvents())),
    "once each": lambda t: t.at_once(
        Synapse(nodes=(0,), events=SpikeTimes(times=(0,))), timed=True
    ),
}


@pytest.mark.parametrize("way", WAYS)
def test_ten_thousand_synapses_are_built_in_a_second(synapses, way):
    import_neuron()
    begun = time.process_time()  # not wall time: the machine may be busy with other tests
    experiment = Experiment(
        stimuli=WAYS[way](synapses),
        discretisation=MaximumLength(length=10),
        run=RunSettings(duration=1000),
    )
    with NeuronModel(compile_experiment([synapses.cell], experiment)) as neuron:
        neuron.initialise()
        taken = time.process_time() - begun
        assert len(neuron.point_processes[0]) == N
    assert taken < 1.0


def test_ten_thousand_synapses_run(synapses, engine):
    (stimulus,) = WAYS["once each"](synapses)
    experiment = Experiment(
        stimuli=(stimulus.replace(weight=1e-5),),
        discretisation=MaximumLength(length=10),
        run=RunSettings(duration=5, dt=0.05, v_init=-70),
    )
    result = simulate(synapses.cell, experiment, engine=engine)
    assert result.voltage[-1].mean() > result.voltage[0].mean() + 0.1
