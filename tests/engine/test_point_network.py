"""Point networks in NEURON: navis' numbers, nothing lost, the same in every process."""

import dataclasses
import gc
import importlib.util
import json
import os
import signal
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.integrate import trapezoid

import napari_neuron as nn
from napari_neuron.cli import main
from napari_neuron.engine import InProcessEngine
from napari_neuron.engine.network_run import NetworkSimulation
from napari_neuron.result.model import Status

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture
def navis_neuron():
    """navis' interface to NEURON, which runs in this very process."""
    pytest.importorskip("plotly")
    yield pytest.importorskip("navis.interfaces.neuron")
    # Cells of navis that went while a later model runs would leave their events behind.
    gc.collect()


@pytest.fixture(scope="module")
def example():
    spec = importlib.util.spec_from_file_location("point_network", EXAMPLES / "point_network.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def toy(example, engine):
    return nn.simulate_network(example.toy_network(), engine=engine)


def random_network(n=300, n_edges=6000, duration=300.0, seed=1, **settings):
    random = np.random.default_rng(seed)
    table = pd.DataFrame(
        {
            "source": random.integers(0, n, n_edges),
            "target": random.integers(0, n, n_edges),
            "weight": random.normal(0.03, 0.1, n_edges),
            "delay": random.uniform(0.5, 8, n_edges),
        }
    )
    settings = {
        "stimuli": (nn.BackgroundNoise(frequency=30, weight=0.6),),
        "run": nn.NetworkRun(duration=duration),
        **settings,
    }
    return nn.PointNetwork.from_edge_list(table, delay="delay", neurons=range(n), **settings)


def same_spikes(a, b):
    return np.array_equal(a.spike_time, b.spike_time) and np.array_equal(
        a.spike_neuron, b.spike_neuron
    )


# the toy network of navis' tutorial --------------------------------------------------------


def test_c_fires_now_and_then_and_not_while_b_inhibits_nor_for_a_while_after(toy):
    a, c = toy.spikes_of("A"), toy.spikes_of("C")
    assert 0 < len(c[c < 600]) < 0.75 * len(a[a < 600])
    silent = np.diff(c[c > 550]).max()
    assert not len(c[(c > 640) & (c < 850)])
    assert silent > 250
    assert len(c[c > 900]) > 2


def test_the_toy_network_fires_spike_for_spike_as_in_navis(toy, navis_neuron):
    network = navis_neuron.PointNetwork()
    network.add_neurons(["A", "B", "C"], model="IntFire4")
    network.connect("A", "C", 0.5)
    network.connect("B", "C", -1)
    for name, start, stop in (("A", 100, 1000), ("B", 600, 800)):
        network.add_stimulus(name, start=start, stop=stop, frequency=100, randomness=0)
    network.run_simulation(duration=1200)
    for name in "ABC":
        theirs = np.array(network.idx[name].spk_timings)
        np.testing.assert_array_equal(toy.spikes_of(name), theirs)


@pytest.mark.parametrize("model", ["IntFire1", "IntFire2", "IntFire4"])
def test_a_random_network_fires_spike_for_spike_as_in_navis(model, engine, navis_neuron):
    random = np.random.default_rng(3)
    table = pd.DataFrame(
        {
            "source": random.integers(0, 30, 200),
            "target": random.integers(0, 30, 200),
            "weight": random.normal(0.1, 0.3, 200),
            # No two events in one instant: which of them comes first is nobody's to say.
            "delay": random.uniform(1, 8, 200),
        }
    ).drop_duplicates(["source", "target"])
    weight = 2.0 if model == "IntFire2" else 1.05
    train = nn.TrainStimulus(neurons=tuple(range(5)), start=10, stop=200, frequency=100)
    ours = nn.simulate_network(
        nn.PointNetwork.from_edge_list(
            table,
            model,
            neurons=range(30),
            delay="delay",
            stimuli=(train.replace(weight=weight),),
            run=nn.NetworkRun(duration=250),
        ),
        engine=engine,
    )
    network = navis_neuron.PointNetwork()
    network.add_neurons(range(30), model=model)
    for source, target, edge_weight, delay in table.to_numpy():
        network.connect(source, target, edge_weight, delay=delay)
    network.add_stimulus(range(5), start=10, stop=200, frequency=100, randomness=0, weight=weight)
    network.run_simulation(duration=250)
    assert len(ours.spike_time) > 80
    for neuron in network.ids:
        theirs = np.array(network.idx[neuron].spk_timings)
        np.testing.assert_array_equal(ours.spikes_of(neuron), theirs)


# nothing is lost ---------------------------------------------------------------------------


def test_every_spike_arrives_once_after_its_delay_with_its_weight(engine):
    """Targets that forget nothing and never fire: their m is the sum of what has arrived."""
    random = np.random.default_rng(5)
    n_sources, n_targets = 20, 30
    table = pd.DataFrame(
        [
            (s, n_sources + t, random.uniform(1e-5, 1e-4), random.uniform(0, 20))
            for s in range(n_sources)
            for t in range(n_targets)
            if random.random() < 0.5
        ],
        columns=["source", "target", "weight", "delay"],
    )
    targets = tuple(range(n_sources, n_sources + n_targets))
    network = nn.PointNetwork.from_edge_list(
        table,
        nn.IntFire1(tau=1e12, refrac=0),
        delay="delay",
        neurons=range(n_sources + n_targets),
        stimuli=(
            nn.TrainStimulus(
                neurons=tuple(range(n_sources)),
                start=0,
                stop=200,
                frequency=40,
                randomness=1,
                weight=1.5,
            ),
        ),
        recorded=targets,
        run=nn.NetworkRun(duration=240, state_interval=0.7),
    )
    result = nn.simulate_network(network, engine=engine)
    assert len(result.spike_time) > 100
    edges, ids = network.edges, network.neurons.id
    for target in targets:
        into = np.flatnonzero(ids[edges.target] == target)
        expected = np.zeros(result.n_frames)
        for edge in into:
            arrived = result.spikes_of(ids[edges.source[edge]]) + edges.delay[edge]
            expected += edges.weight[edge] * np.searchsorted(
                np.sort(arrived), result.state_time, side="right"
            )
        np.testing.assert_allclose(result.state_of(target), expected, atol=1e-7)


def test_rates_of_neurons_that_fire_at_every_event_are_those_of_their_poisson_input(engine):
    network = nn.PointNetwork.from_adjacency(
        np.zeros((400, 400)),
        model=nn.IntFire1(refrac=0),
        stimuli=(nn.BackgroundNoise(frequency=50, weight=1.5),),
        run=nn.NetworkRun(duration=1000),
    )
    result = nn.simulate_network(network, engine=engine)
    counts = result.counts()
    assert counts.mean() == pytest.approx(50, abs=4 * np.sqrt(50 / 400))
    assert counts.var() == pytest.approx(50, rel=0.3)
    _, rate = result.rate(100.0)
    assert rate == pytest.approx(np.full(10, 50), abs=5)


def test_m_of_an_intfire1_decays_as_it_should(engine):
    network = nn.PointNetwork.from_adjacency(
        np.zeros((1, 1)),
        model=nn.IntFire1(tau=12),
        stimuli=(nn.GivenSpikes(times=(10.3,), weight=0.8),),
        recorded=(0,),
        run=nn.NetworkRun(duration=50, state_interval=0.5),
    )
    result = nn.simulate_network(network, engine=engine)
    time = result.state_time
    expected = np.where(time >= 10.3, 0.8 * np.exp(-(time - 10.3) / 12), 0)
    np.testing.assert_allclose(result.state_of(0), expected, atol=1e-6)
    assert len(time) == 101


# the same in every process -----------------------------------------------------------------


def test_spikes_are_the_same_in_every_process_and_other_for_another_seed(engine):
    network = random_network()
    one = nn.simulate_network(network, engine=engine)
    assert len(one.spike_time) > 300
    assert same_spikes(one, nn.simulate_network(network, engine=engine))
    assert same_spikes(one, nn.simulate_network(network, engine=InProcessEngine()))
    other = network.replace(stimuli=(network.stimuli[0].replace(seed=2),))
    assert not same_spikes(one, nn.simulate_network(other, engine=engine))


def test_sampling_does_not_change_a_spike(engine):
    network = random_network()
    run = network.run.replace(state_interval=0.3)
    sampled = network.replace(recorded=tuple(range(20)), run=run)
    one, two = (nn.simulate_network(x, engine=engine) for x in (network, sampled))
    assert same_spikes(one, two)


# progress, cancel, crash, files ------------------------------------------------------------


def test_a_cancelled_run_keeps_its_spikes_and_they_are_those_of_the_whole_run(engine):
    network = random_network(duration=20_000)
    simulation = NetworkSimulation(network, engine)
    for advanced in simulation:
        if advanced.time > 100:
            simulation.cancel()
    part = simulation.result
    assert part.status is Status.CANCELLED
    assert 100 < part.simulated < 20_000
    run = nn.NetworkRun(duration=part.simulated)
    whole = nn.simulate_network(network.replace(run=run), engine=engine)
    assert same_spikes(part, whole)


def test_a_crash_keeps_what_was_computed(engine):
    def kill_after_50_ms(fraction):
        if fraction > 0.001:
            os.kill(engine.pid, signal.SIGKILL)

    network = random_network(duration=50_000)
    with pytest.raises(nn.EngineCrashed) as caught:
        nn.simulate_network(network, engine=engine, progress=kill_after_50_ms)
    assert caught.value.partial.simulated > 50
    assert len(caught.value.partial.spike_time)
    assert len(nn.simulate_network(random_network(), engine=engine).spike_time)


def test_progress_rises_to_one(engine):
    seen = []
    nn.simulate_network(random_network(), engine=engine, progress=seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == 1.0


def test_an_engine_that_ran_a_network_runs_a_cell_and_a_network_again(engine):
    cell = nn.Morphology(
        node_id=[1, 2], parent=[-1, 0], swc_type=[1, 3], position=np.eye(3)[:2] * 50, radius=[5, 1]
    )
    experiment = nn.Experiment(run=nn.RunSettings(duration=1))
    gap = nn.GapJunctions(
        cell_a=("a",), node_a=(1,), cell_b=("b",), node_b=(1,), conductances=(1e-3,)
    )
    joined = [dataclasses.replace(cell, name=name) for name in "ab"]
    before = nn.simulate_network(random_network(), engine=engine)
    assert nn.simulate(joined, experiment.replace(connections=[gap]), engine=engine).n_frames == 11
    assert same_spikes(before, nn.simulate_network(random_network(), engine=engine))
    assert nn.simulate(cell, experiment, engine=engine).n_frames == 11
    assert same_spikes(before, nn.simulate_network(random_network(), engine=engine))


def test_a_result_comes_back_from_its_file(toy, tmp_path):
    toy.save(tmp_path / "toy.h5")
    back = nn.NetworkResult.load(tmp_path / "toy.h5")
    assert same_spikes(toy, back)
    assert back.network == toy.network
    assert back.status is Status.COMPLETE
    assert back.provenance == toy.provenance
    np.testing.assert_array_equal(back.state_of("C"), toy.state_of("C"))


def test_a_file_that_is_no_result_of_a_network_is_refused(tmp_path):
    path = tmp_path / "wrong.h5"
    path.write_text("nothing")
    with pytest.raises(nn.NapariNeuronError, match="not an HDF5 file"):
        nn.NetworkResult.load(path)


def test_the_spike_table_has_a_row_for_each_spike(toy):
    table = toy.spike_table()
    assert list(table.columns) == ["neuron", "label", "group", "time"]
    assert len(table) == len(toy.spike_time)
    assert table.groupby("neuron").size().to_dict() == {
        name: len(toy.spikes_of(name)) for name in "ABC"
    }


def test_binned_and_smoothed_rates_count_every_spike(toy):
    edges, rate = toy.rate(130.0, neurons=("A",))
    assert (rate * np.diff(edges)).sum() / 1000 == pytest.approx(len(toy.spikes_of("A")))
    rates = toy.rates(130.0)
    assert (rates.to_numpy() * np.diff(edges)).sum() / 1000 == pytest.approx(len(toy.spike_time))
    time, smooth = toy.smoothed_rate(20.0, neurons=("A",))
    assert trapezoid(smooth, time) / 1000 == pytest.approx(len(toy.spikes_of("A")), rel=0.01)


def test_activity_decays_after_the_last_spike(toy):
    first = toy.spikes_of("B")[0]
    row = 1
    assert toy.activity(first - 1)[row] == 0
    assert toy.activity(first)[row] == pytest.approx(1)
    assert toy.activity(first + 5, decay=5)[row] == pytest.approx(np.exp(-1))


def test_the_command_line_runs_a_network(example, tmp_path, capsys):
    network = example.toy_network()
    network.save(tmp_path / "net.json")
    assert json.loads((tmp_path / "net.json").read_text())["kind"] == "point_network"
    assert main(["run", str(tmp_path / "net.json"), "-o", str(tmp_path / "out.h5")]) == 0
    assert "3 neurons, 2 edges" in capsys.readouterr().out
    assert len(nn.NetworkResult.load(tmp_path / "out.h5").spikes_of("C"))


def test_the_command_line_names_the_wrong_field_of_a_network(example, tmp_path, capsys):
    text = example.toy_network().to_json().replace('"delay"', '"dealy"')
    (tmp_path / "net.json").write_text(text)
    assert main(["run", str(tmp_path / "net.json"), "-o", str(tmp_path / "out.h5")]) == 1
    assert "edges.dealy" in capsys.readouterr().err
