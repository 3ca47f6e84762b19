"""examples/noisy_input.py: random input to the fly neuron, the same wherever it runs."""

import importlib.util
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

import napari_neuron as nn
from napari_neuron.engine import ChildEngine, InProcessEngine

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture(scope="module")
def example():
    sys.path.insert(0, str(EXAMPLES))  # it imports drosophila_pn, which stands beside it
    try:
        spec = importlib.util.spec_from_file_location("noisy_input", EXAMPLES / "noisy_input.py")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(str(EXAMPLES))
    return module


@pytest.fixture(scope="module")
def cell(example):
    return example.fly_neuron()


@pytest.fixture(scope="module")
def result(example, cell, engine):
    return nn.simulate(cell, example.noisy_experiment(cell), engine=engine)


def shorter(example, cell, seed=1):
    experiment = example.noisy_experiment(cell, seed)
    return experiment.replace(run=experiment.run.replace(duration=300))


def test_twenty_synapses_of_the_dendrite_get_twenty_spikes_each(example, cell, result):
    (stimulus,) = result.experiment.stimuli
    assert len(stimulus.nodes) == 20
    assert set(cell.labels[cell.rows(stimulus.nodes)]) == {"dendrite"}
    times = [example.input_times(result, i) for i in range(20)]
    # events within a step or two of one another, and those after the end, are not seen there
    assert 360 <= sum(len(t) for t in times) <= 400
    assert np.mean([np.diff(t).mean() for t in times]) == pytest.approx(50, abs=6)


def test_the_axon_tip_fires_at_a_rate(result):
    _, (rate,) = result.firing_rate("axon tip", bin_width=result.experiment.run.duration)
    assert 30 < rate < 70
    intervals = result.inter_spike_intervals("axon tip")
    assert intervals.std() / intervals.mean() > 0.5


def test_the_same_seed_gives_the_same_spikes_in_one_process_or_many(example, cell, result):
    whole = result.spikes["axon tip"]
    expected = whole[whole <= 300].tolist()
    assert len(expected) > 5
    engines = [ChildEngine(), ChildEngine()]
    try:
        with ThreadPoolExecutor() as pool:
            runs = [
                pool.submit(nn.simulate, cell, shorter(example, cell, seed), engine=one)
                for one, seed in zip(engines, (1, 2), strict=True)
            ]
            first, other = (run.result() for run in runs)
    finally:
        for one in engines:
            one.close()
    here = nn.simulate(cell, shorter(example, cell), engine=InProcessEngine())
    assert first.spikes["axon tip"].tolist() == here.spikes["axon tip"].tolist() == expected
    np.testing.assert_array_equal(first.voltage, here.voltage)
    assert other.spikes["axon tip"].tolist() != expected


def test_the_example_draws_its_figure(example, result, tmp_path):
    example.draw(result, tmp_path / "noisy_input.png")
    assert (tmp_path / "noisy_input.png").stat().st_size > 10_000
