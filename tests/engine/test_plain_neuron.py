"""The engine does what a person would write in NEURON by hand."""

import numpy as np
import pytest
from engine_shapes import fork, fork_experiment

from napari_neuron import MaximumLength, SimulationError, simulate
from napari_neuron.compile.lower import compile_experiment
from napari_neuron.engine import InProcessEngine, Simulation
from napari_neuron.engine.neuron_model import NeuronModel


@pytest.fixture
def h():
    from neuron import h

    yield h
    for section in list(h.allsec()):
        h.delete_section(sec=section)


def hand_written(h, nseg):
    """Build `fork` and `fork_experiment` with NEURON's own words; return sections and run."""
    x, y, d = ([0, 50, 100], [0, 0, 0], [4, 3, 2])
    stem, axon, dendrite = (h.Section(name=name) for name in ("stem", "axon", "dendrite"))
    for section, points in (
        (stem, zip(x, y, d, strict=True)),
        (axon, [(100, 0, 2), (150, 40, 1), (200, 80, 1)]),
        (dendrite, [(100, 0, 2), (150, -30, 1.5), (250, -60, 1.2)]),
    ):
        section.pt3dclear()
        for px, py, pd in points:
            section.pt3dadd(px, py, 0, pd)
    axon.connect(stem(1))
    dendrite.connect(stem(1))
    for section, n in zip((stem, axon, dendrite), nseg, strict=True):
        section.nseg = n
        section.Ra = 120
        section.cm = 0.9
        section.insert("pas")
        for segment in section:
            segment.pas.g = 1e-4
            segment.pas.e = -62
    for section in (stem, axon):
        section.insert("hh")
        for segment in section:
            segment.hh.gnabar = 0.15
            segment.ena = 52
    pulse = h.IClamp(stem(0.5 / nseg[0]))
    pulse.delay, pulse.dur, pulse.amp = 2, 3, 0.6
    alpha = h.AlphaSynapse(dendrite(1 - 0.5 / nseg[2]))
    alpha.onset, alpha.tau, alpha.gmax, alpha.e = 12, 0.5, 0.02, -5
    return (stem, axon, dendrite), (pulse, alpha)


def drive(h, segment, stream):
    synapse = h.Exp2Syn(segment)
    synapse.tau1, synapse.tau2, synapse.e = 0.5, 2, 0
    train = h.NetStim()
    train.start, train.number, train.interval, train.noise = 15, 20, 2, 1
    train.noiseFromRandom123(*stream)
    connection = h.NetCon(train, synapse)
    connection.weight[0] = 0.004
    connection.delay = 0
    return synapse, train, connection


def test_a_branched_active_cell_agrees_with_a_hand_written_script(h):
    duration = 30.0
    experiment = fork_experiment(duration)
    model = compile_experiment([fork()], experiment)
    nseg = model.section_nseg.tolist()
    sections, _placed = hand_written(h, nseg)
    _stem, axon, dendrite = sections
    _section, six = model.section_and_x(int(model.compartment_of_node[5]))
    streams = model.drives[0].stream.tolist()
    driven = [drive(h, axon(1 - 0.5 / nseg[1]), streams[0]), drive(h, dendrite(six), streams[1])]
    everywhere = [segment for section in sections for segment in section]
    recorded = [h.Vector().record(segment._ref_v) for segment in everywhere]
    detector = h.NetCon(axon(1 - 0.5 / nseg[1])._ref_v, None, sec=axon)
    detector.threshold = -20
    spikes = h.Vector()
    detector.record(spikes)
    h.CVode().active(0)
    h.celsius, h.dt = 8, 0.025
    h.finitialize(-62)
    h.load_file("stdrun.hoc")
    h.steps_per_ms = 40
    h.tstop = duration
    h.continuerun(duration)
    by_hand = np.array(recorded).T

    result = simulate(fork(), experiment)

    samples = np.array([result.traces[label].values for label in ("root", "dendrite")])
    assert by_hand.max() > 20  # mV: there are spikes to compare
    assert len(driven) == 2
    assert np.abs(samples[0] - by_hand[:, 0]).max() < 1e-9
    assert np.abs(samples[1] - by_hand[:, -1]).max() < 1e-9
    np.testing.assert_array_equal(result.voltage, by_hand[::4].astype(np.float32))
    assert len(result.spikes["axon tip"]) == len(spikes) > 0
    np.testing.assert_allclose(result.spikes["axon tip"], np.array(spikes), atol=1e-9)


def test_compartments_have_the_size_that_neuron_gives_them_by_itself(h):
    model = compile_experiment([fork()], fork_experiment(discretisation=MaximumLength(length=7)))
    nseg = model.section_nseg.tolist()
    sections, _placed = hand_written(h, nseg)
    h.finitialize(-65)
    by_hand = [(s.diam, s.area(), s.ri()) for section in sections for s in section]
    del sections, _placed
    for section in list(h.allsec()):
        h.delete_section(sec=section)
    with NeuronModel(model) as built:
        built.initialise()
        ours = [(s.diam, s.area(), s.ri()) for section in h.allsec() for s in section]
    assert ours == by_hand


def test_every_component_is_one_tree(h):
    rooted_mid_cable = fork().rerooted(2)
    two = [rooted_mid_cable, fork("second")]
    with NeuronModel(compile_experiment(two, fork_experiment(stimuli=(), recorders=()))):
        roots = h.SectionList()
        roots.allroots()
        assert len(list(roots)) == 2


def test_nothing_stays_behind_in_this_process_and_its_settings_come_back(h):
    before = h.celsius, h.dt, h.secondorder = 22.0, 0.1, 2
    h.CVode().active(1)
    try:
        simulate(fork(), fork_experiment(2.0), engine=InProcessEngine())
        assert (h.celsius, h.dt, h.secondorder) == before
        assert h.CVode().active() == 1
        assert not list(h.allsec())
        for name in ("IClamp", "AlphaSynapse", "Exp2Syn", "NetStim", "NetCon", "Vector"):
            assert len(h.List(name)) == 0, name
    finally:
        h.CVode().active(0)
        h.celsius, h.dt, h.secondorder = 6.3, 0.025, 0


def test_a_cancelled_run_leaves_nothing_in_this_process(h):
    simulation = Simulation(fork(), fork_experiment(1e4), InProcessEngine())
    next(simulation)
    assert len(list(h.allsec())) == 3
    simulation.close()
    assert not list(h.allsec())


def test_what_someone_left_in_the_settings_changes_nothing(h):
    clean = simulate(fork(), fork_experiment(5.0))
    h.celsius, h.dt, h.secondorder, h.usetable_hh = 37.0, 0.5, 1, 0
    h.CVode().active(1)
    h.ParallelContext().nthread(2)
    try:
        spoiled = simulate(fork(), fork_experiment(5.0), engine=InProcessEngine())
    finally:
        h.ParallelContext().nthread(1)
        h.CVode().active(0)
        h.celsius, h.dt, h.secondorder, h.usetable_hh = 6.3, 0.025, 0, 1
    np.testing.assert_array_equal(clean.voltage, spoiled.voltage)


def test_a_process_with_sections_of_its_own_is_refused_and_left_alone(h):
    mine = h.Section(name="mine")
    with pytest.raises(SimulationError, match="ChildEngine"):
        simulate(fork(), fork_experiment(1.0), engine=InProcessEngine())
    assert [section.name() for section in h.allsec()] == [mine.name()]
