"""Point neurons beside whole cells: each drives the other."""

import gc

import numpy as np
import pytest
from engine_shapes import cable
from neuron import h

import napari_neuron as nn
from napari_neuron.result import Status

TRAIN = nn.TrainStimulus(neurons=("p",), start=2, stop=60, frequency=100, weight=1.5)


def mixed(**changes):
    """p drives cell a, a drives b and q, q drives b and p's friend r; q also gets p's events."""
    points = nn.PointNetwork.from_adjacency(
        np.array([[0, 0.4, 0], [0, 0, 1.2], [0, 0, 0]]),
        ["p", "q", "r"],
        model=nn.IntFire1(tau=20, refrac=1),
        delay=1.3,
        stimuli=[TRAIN],
    )
    experiment = nn.Experiment(
        paint=(nn.CableProperties(), nn.Passive(), nn.HodgkinHuxley()),
        network=points,
        connections=(
            nn.SynapsesFromPoints(
                source=("p", "q"),
                target_cell=("a", "b"),
                target_node=(1, 2),
                weights=(0.01, 0.004),
                delays=(1.0, 2.0),
            ),
            nn.SynapsesOntoPoints(
                source_cell=("a",),
                source_node=(2,),
                target=("q",),
                weights=(0.8,),
                delays=(2.1,),
            ),
            nn.ChemicalSynapses(
                source_cell=("a",),
                source_node=(2,),
                target_cell=("b",),
                target_node=(1,),
                weights=(0.005,),
                delays=(1.5,),
            ),
        ),
        recorders=tuple(nn.SpikeDetector(label=n, cell=n, node=1) for n in "ab"),
        discretisation=nn.MaximumLength(length=1e3),
        run=nn.RunSettings(duration=60),
    )
    return [cable(30, 1, 20, name=name) for name in "ab"], experiment.replace(**changes)


def plain_neuron():
    """Return voltages (step, cell) and spikes of p, q, r of the same in NEURON by hand."""
    sections = [h.Section(name=name) for name in "ab"]
    kept = []
    for section in sections:
        section.L, section.diam, section.Ra, section.cm = 30, 20, 100, 1
        section.insert("pas")
        section.g_pas, section.e_pas = nn.Passive().g, nn.Passive().e
        section.insert("hh")
    a, b = (section(0.5) for section in sections)
    points = {name: h.IntFire1() for name in "pqr"}
    spikes = {name: h.Vector() for name in "pqr"}
    for name, point in points.items():
        point.tau, point.refrac = 20, 1
        watch = h.NetCon(point, None)
        watch.record(spikes[name])
        kept.append(watch)
    train = h.NetStim()
    train.start, train.interval, train.number, train.noise = 2, 10, 6, 0

    def synapse(segment):
        made = h.Exp2Syn(segment)
        default = nn.Exp2Conductance()
        made.tau1, made.tau2, made.e = default.tau1, default.tau2, default.e
        return made

    def connect(source, target, weight, delay):
        if hasattr(source, "sec"):
            made = h.NetCon(source._ref_v, target, sec=source.sec)
            made.threshold = -20
        else:
            made = h.NetCon(source, target)
        made.weight[0], made.delay = weight, delay
        kept.extend([made, target])

    connect(train, points["p"], 1.5, 0)
    connect(points["p"], points["q"], 0.4, 1.3)
    connect(points["q"], points["r"], 1.2, 1.3)
    connect(points["p"], synapse(a), 0.01, 1.0)
    connect(points["q"], synapse(b), 0.004, 2.0)
    connect(a, points["q"], 0.8, 2.1)
    connect(a, synapse(b), 0.005, 1.5)
    h.celsius, h.dt = 6.3, 0.025
    h.finitialize(-65)
    voltages = [(a.v, b.v)]
    for _ in range(2400):
        h.fadvance()
        voltages.append((a.v, b.v))
    found = {name: np.array(times) for name, times in spikes.items()}
    kept.clear()
    return np.array(voltages), found


def test_cells_and_point_neurons_do_what_they_do_in_a_plain_neuron_script(engine):
    cells, experiment = mixed()
    result = nn.simulate(cells, experiment, engine=engine)
    voltages, spikes = plain_neuron()
    gc.collect()  # no section is left for who runs NEURON in this process next
    for name, times in spikes.items():
        assert len(times) > 2, name
        np.testing.assert_allclose(result.network.spikes_of(name), times, atol=1e-9)
    np.testing.assert_allclose(result.voltage, voltages[::4], atol=1e-4)
    assert result.network.status is Status.COMPLETE
    assert result.provenance["threads"] == "1"


def test_without_the_connections_neither_hears_of_the_other(engine):
    cells, experiment = mixed()
    result = nn.simulate(cells, experiment.replace(connections=()), engine=engine)
    assert not any(map(len, result.spikes.values()))
    assert len(result.network.spikes_of("p")) == 6
    assert not len(result.network.spikes_of("q"))


def test_a_mixed_experiment_and_its_result_come_back_from_their_files(engine, tmp_path):
    cells, experiment = mixed()
    experiment.save(tmp_path / "net.json")
    assert nn.Experiment.load(tmp_path / "net.json") == experiment
    result = nn.simulate(cells, experiment, engine=engine)
    result.save(tmp_path / "run.h5")
    stored = nn.SimulationResult.load(tmp_path / "run.h5")
    assert np.array_equal(stored.network.spike_time, result.network.spike_time)
    assert np.array_equal(stored.network.spike_neuron, result.network.spike_neuron)
    assert stored.network.simulated == pytest.approx(60)


@pytest.mark.parametrize(
    ("connection", "change", "problem"),
    [
        (0, {"source": ("p", "x")}, r"connections\[0\]\.source\[1\]: there is no neuron x"),
        (0, {"target_node": (1, 9)}, r"connections\[0\]\.target_node\[1\]: .*9"),
        (1, {"target": ("z",)}, r"connections\[1\]\.target\[0\]: there is no neuron z"),
        (1, {"threshold": -10.0}, r"connections\[\d\]\.threshold: .* -20 mV|.* -10 mV"),
    ],
)
def test_a_row_that_is_wrong_is_named(connection, change, problem):
    cells, experiment = mixed()
    connections = list(experiment.connections)
    connections[connection] = connections[connection].replace(**change)
    with pytest.raises(nn.ExperimentError, match=problem):
        nn.simulate(cells, experiment.replace(connections=connections))


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"network": None}, r"connections\[0\]: there are no point neurons"),
        ({"run": nn.RunSettings(threads=2)}, r"run\.threads: .*run in one thread"),
    ],
)
def test_what_a_mixed_run_cannot_have_is_an_error(change, problem):
    cells, experiment = mixed()
    with pytest.raises(nn.ExperimentError, match=problem):
        nn.simulate(cells, experiment.replace(**change))
