"""examples/drosophila_pn.py: the fly neuron of navis' NEURON tutorial."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

import napari_neuron as nn
from napari_neuron import demo

EXAMPLE = Path(__file__).parents[2] / "examples" / "drosophila_pn.py"


@pytest.fixture(scope="module")
def example():
    spec = importlib.util.spec_from_file_location("drosophila_pn", EXAMPLE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def cell(example):
    return example.fly_neuron()


@pytest.fixture(scope="module")
def result(example, cell):
    return nn.simulate(cell, example.fly_experiment(cell))


def test_the_axon_tip_fires_once_for_each_group_of_synapses(result):
    spikes = result.spikes["axon tip"]
    assert len(spikes) == 4
    assert np.all(np.abs(spikes - [252, 452, 652, 852]) < 1.5)


def test_the_soma_depolarises(result):
    assert result.traces["soma"].values.max() == pytest.approx(7.1, abs=0.5)


def test_with_the_region_to_the_micrometre_the_spikes_are_the_same(example, cell, result):
    experiment = example.fly_experiment(cell)
    exact = [p.replace(whole_sections=False) if p.kind == "hh" else p for p in experiment.paint]
    spikes = nn.simulate(cell, experiment.replace(paint=exact)).spikes["axon tip"]
    assert np.all(np.abs(spikes - result.spikes["axon tip"]) < 0.5)


def test_every_node_of_the_cell_has_a_compartment(cell, result):
    assert result.compartment_of_node.shape == cell.node_id.shape
    assert set(result.compartment_of_node) <= set(range(result.voltage.shape[1]))


def test_the_example_writes_its_figures(example, result, tmp_path):
    example.draw_traces(result, tmp_path / "traces.png")
    example.draw_peak(result, tmp_path / "peak.png")
    assert (tmp_path / "traces.png").stat().st_size > 10_000
    assert (tmp_path / "peak.png").stat().st_size > 10_000


def test_the_demo_runs_the_experiment_of_the_example(example, cell):
    assert demo.fly_experiment() == example.fly_experiment(cell)


def test_the_demo_shows_the_neuron_of_the_example(cell):
    assert np.array_equal(demo.fly_neuron().labels, cell.labels)
