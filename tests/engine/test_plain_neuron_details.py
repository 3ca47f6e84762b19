"""What a person would not think of in a comparison with plain NEURON, and closed forms of it."""

import numpy as np
import pytest
from engine_shapes import cable

from napari_neuron import (
    AlphaSynapse,
    CableProperties,
    CurrentPulse,
    CurrentPulseTrain,
    DensityMechanism,
    EventTrain,
    Exp2Conductance,
    ExpConductance,
    Experiment,
    HodgkinHuxley,
    Ions,
    MaximumLength,
    Morphology,
    NodeSpikes,
    Parameter,
    Passive,
    ProcessRecorder,
    RunSettings,
    SpikeDetector,
    SpikeTimes,
    SwcTypes,
    Synapse,
    VariableRecorder,
    VoltageClamp,
    VoltageRecorder,
    VoltageStep,
    simulate,
)
from napari_neuron.engine.neuron_model import load_library

LEAK = (CableProperties(), Passive(g=1e-4, e=-65))
SQUID = (CableProperties(), HodgkinHuxley())
V = VoltageRecorder(label="v", node=1)


@pytest.fixture
def h():
    from neuron import h

    h.CVode().active(0)
    yield h
    h.CVode().use_fast_imem(0)
    for section in list(h.allsec()):
        h.delete_section(sec=section)
    h.celsius, h.dt = 6.3, 0.025


def barrel():
    """Return one compartment, as long as it is thick: 20 µm."""
    return cable(length=20, n_edges=1, diameter=20, name="barrel")


def barrel_by_hand(h, mechanism):
    section = h.Section(name="barrel")
    section.L = section.diam = 20
    section.insert(mechanism)
    if mechanism == "pas":
        section.g_pas, section.e_pas = 1e-4, -65
    return section


def by_hand(h, run, *references):
    """Run plain NEURON and return what it recorded at every step."""
    vectors = [h.Vector().record(reference) for reference in references]
    h.celsius, h.dt, h.secondorder = run.celsius, run.dt, 0
    h.finitialize(run.v_init)
    for _ in range(run.n_steps):
        h.fadvance()
    return [vector.as_numpy().copy() for vector in vectors]


def traces(engine, cell, recorders, **fields):
    result = simulate(cell, Experiment(recorders=recorders, **fields), engine=engine)
    return {label: trace.values for label, trace in result.traces.items()}


@pytest.mark.parametrize("dt", [0.025, 0.03, 0.007])
@pytest.mark.parametrize(
    ("delay", "duration"), [(1.0123, 2.0007), (0, 3), (0.001, 0.002), (2, 0.01)]
)
def test_a_pulse_between_the_steps_is_that_of_plain_neuron(engine, h, dt, delay, duration):
    run = RunSettings(duration=6, dt=dt, frame_interval=dt)
    section = barrel_by_hand(h, "hh")
    clamp = h.IClamp(section(0.5))
    clamp.delay, clamp.dur, clamp.amp = delay, duration, 0.1
    (expected,) = by_hand(h, run, section(0.5)._ref_v)
    alone = CurrentPulse(nodes=(1,), delay=delay, duration=duration, amplitude=0.1)
    first = CurrentPulseTrain(
        nodes=(1,), delay=delay, width=duration, interval=50, number=1, amplitude=0.1
    )
    for stimulus in (alone, first):
        ours = traces(engine, barrel(), (V,), paint=SQUID, stimuli=(stimulus,), run=run)
        np.testing.assert_allclose(ours["v"], expected, atol=1e-9)


@pytest.mark.parametrize("resistance", [0.001, 1, 100])
def test_a_clamp_with_a_series_resistance_is_neurons_seclamp(engine, h, resistance):
    run = RunSettings(duration=9)
    section = barrel_by_hand(h, "hh")
    clamp = h.SEClamp(section(0.5))
    clamp.rs = resistance
    clamp.dur1, clamp.amp1, clamp.dur2, clamp.amp2, clamp.dur3, clamp.amp3 = 2, -65, 3, 0, 2, -80
    expected = by_hand(h, run, section(0.5)._ref_v, clamp._ref_i)
    levels = ((2, -65), (3, 0), (2, -80))
    parted = ((1, -65), (1, -65), *levels[1:])  # more than an SEClamp has room for
    for steps in (levels, parted):
        held = VoltageClamp(
            nodes=(1,),
            label="clamp",
            series_resistance=resistance,
            steps=tuple(VoltageStep(duration=time, level=level) for time, level in steps),
        )
        recorders = (V, ProcessRecorder(label="i", stimulus="clamp", node=1))
        ours = traces(engine, barrel(), recorders, paint=SQUID, stimuli=(held,), run=run)
        np.testing.assert_allclose(ours["v"], expected[0], atol=1e-8)
        np.testing.assert_allclose(ours["i"], expected[1], atol=1e-6 / resistance)


@pytest.mark.parametrize("onset", [0, 0.0125, 3.3])
def test_an_alpha_synapse_may_begin_at_once(engine, h, onset):
    run = RunSettings(duration=20)
    section = barrel_by_hand(h, "pas")
    synapse = h.AlphaSynapse(section(0.5))
    synapse.onset, synapse.tau, synapse.gmax = onset, 1.5, 0.01
    expected = by_hand(h, run, section(0.5)._ref_v, synapse._ref_i)
    placed = AlphaSynapse(nodes=(1,), onset=onset, tau=1.5, gmax=0.01, label="synapse")
    recorders = (V, ProcessRecorder(label="i", stimulus="synapse", node=1))
    ours = traces(engine, barrel(), recorders, paint=LEAK, stimuli=(placed,), run=run)
    np.testing.assert_allclose(ours["v"], expected[0], atol=1e-9)
    np.testing.assert_allclose(ours["i"], expected[1], atol=1e-9)


@pytest.mark.parametrize("delay", [0, 0.01, 1.5])
@pytest.mark.parametrize(
    "times", [(0,), (0, 0, 0), (5,) * 50, (0.0125, 1.0124, 1.0126, 3.00001)], ids=str
)
def test_events_at_any_time_and_many_at_once_arrive_as_in_plain_neuron(engine, h, times, delay):
    run = RunSettings(duration=15)
    section = barrel_by_hand(h, "pas")
    synapse = h.Exp2Syn(section(0.5))
    synapse.tau1, synapse.tau2 = 1.999, 2
    connection = h.NetCon(None, synapse)
    connection.weight[0] = 0.001
    queue = h.FInitializeHandler(lambda: [connection.event(time + delay) for time in times])
    expected = by_hand(h, run, section(0.5)._ref_v, synapse._ref_g)
    del queue
    placed = Synapse(
        nodes=(1,),
        conductance=Exp2Conductance(tau1=1.999, tau2=2),
        events=SpikeTimes(times=times),
        weight=0.001,
        delay=delay,
        label="synapse",
    )
    recorders = (V, ProcessRecorder(label="g", stimulus="synapse", node=1, variable="g"))
    ours = traces(engine, barrel(), recorders, paint=LEAK, stimuli=(placed,), run=run)
    np.testing.assert_allclose(ours["v"], expected[0], atol=1e-9)
    np.testing.assert_allclose(ours["g"], expected[1], atol=1e-12)
    assert ours["g"].max() > 0.99 * 0.001 * max(map(times.count, times))


BAR = {
    "node_id": [1, 2, 3],
    "parent": [-1, 0, 1],
    "swc_type": [0, 2, 3],
    "position": [[0, 0, 0], [100, 0, 0], [300, 0, 0]],
    "radius": [5, 5, 5],
}


@pytest.mark.parametrize("celsius", [6.3, 22, 37])
def test_regions_with_their_own_reversal_potentials_and_an_ion_that_piles_up(
    engine, h, mod_library, celsius
):
    near, far = SwcTypes(types=(2,)), SwcTypes(types=(3,))
    paint = (
        CableProperties(Ra=100),
        HodgkinHuxley(region=near),
        HodgkinHuxley(gnabar=0.08, ena=40, ek=-85, region=far),
        DensityMechanism(
            name="cadecay", parameters=[Parameter(name="gbar", value=2e-4)], region=far
        ),
        Ions(ion="ca", outside=1.2, inside=1e-4, region=far),
    )
    watched = ("cai", "eca", "ica", "ina", "ik", "ena", "cao", "m_hh")
    run = RunSettings(duration=40, celsius=celsius)
    ours = traces(
        engine,
        Morphology(**BAR, name="bar"),
        (V, *(VariableRecorder(label=name, node=3, variable=name) for name in watched)),
        paint=paint,
        stimuli=(CurrentPulse(nodes=(1,), delay=2, duration=40, amplitude=1.5),),
        run=run,
        mod_files=mod_library.mod_files,
        discretisation=MaximumLength(length=20),
    )

    load_library(str(mod_library.path))  # once only: NEURON refuses to load it twice
    first, second = h.Section(name="first"), h.Section(name="second")
    for section, length, nseg in ((first, 100, 5), (second, 200, 11)):
        section.L, section.diam, section.nseg, section.Ra = length, 10, nseg, 100
        section.insert("hh")
    second.connect(first(1))
    second.insert("cadecay")
    first.ena, first.ek = 50, -77
    second.ena, second.ek, second.gnabar_hh, second.gbar_cadecay = 40, -85, 0.08, 2e-4
    h.ion_style("ca_ion", 3, 2, 1, 1, 0, sec=second)
    for segment in second:
        segment.cao, segment.cai = 1.2, 1e-4
    clamp = h.IClamp(first(0.1))
    clamp.delay, clamp.dur, clamp.amp = 2, 40, 1.5
    end = second(1 - 0.5 / 11)
    references = (first(0.1)._ref_v, *(getattr(end, f"_ref_{name}") for name in watched))
    for label, expected in zip(("v", *watched), by_hand(h, run, *references), strict=True):
        np.testing.assert_allclose(ours[label], expected, atol=1e-8, err_msg=label)
    assert ours["cai"].max() > 2 * ours["cai"][0]


def test_a_compartment_charges_by_the_closed_form_of_backward_euler(engine):
    g, current, tau = 1e-4, 0.01, 10.0  # S/cm2, nA, ms
    resistance = 1e-6 / (g * np.pi * (20e-4) ** 2)  # MΩ
    for dt in (0.025, 0.5):
        run = RunSettings(duration=50, dt=dt, frame_interval=dt)
        pulse = CurrentPulse(nodes=(1,), delay=0, duration=1e3, amplitude=current)
        v = traces(engine, barrel(), (V,), paint=LEAK, stimuli=(pulse,), run=run)["v"]
        step = np.arange(len(v))
        closed = -65 + current * resistance * (1 - (1 + dt / tau) ** -step)
        np.testing.assert_allclose(v, closed, atol=1e-9)


@pytest.mark.parametrize("length", [1, 3])
def test_a_clamped_cable_falls_off_with_its_length_constant(engine, length):
    g, ra, n = 1e-4, 100.0, 301  # S/cm2, Ω·cm, compartments
    constant = 1e4 * np.sqrt(2e-4 / (4 * ra * g))  # µm, of a cable of 2 µm
    whole = length * constant
    result = simulate(
        cable(length=whole, n_edges=n, diameter=2),
        Experiment(
            paint=(CableProperties(Ra=ra), Passive(g=g, e=-65)),
            stimuli=(
                VoltageClamp(
                    nodes=(1,),
                    series_resistance=1e-6,
                    steps=(VoltageStep(duration=1e4, level=-55),),
                ),
            ),
            discretisation=MaximumLength(length=whole / n),
            run=RunSettings(duration=400, dt=0.1, frame_interval=400),
        ),
        engine=engine,
    )
    x = (np.arange(n) + 0.5) * whole / n
    expected = -65 + 10 * np.cosh((whole - x) / constant) / np.cosh((whole - x[0]) / constant)
    np.testing.assert_allclose(result.voltage[-1], expected, atol=1e-3)


def test_what_begins_above_a_threshold_has_not_crossed_it_but_drives_its_synapses(engine):
    """A NetCon of NEURON counts it at time 0; a detector does not."""
    detector = SpikeDetector(label="spikes", node=1, threshold=-20)
    driven = Synapse(
        nodes=(1,),
        events=NodeSpikes(node=1, threshold=-20),
        conductance=ExpConductance(tau=2, e=-65),
        weight=1e-6,
        delay=1,
        label="synapse",
    )
    conductance = ProcessRecorder(label="g", stimulus="synapse", node=1, variable="g")
    experiment = Experiment(
        paint=SQUID,
        stimuli=(driven,),
        recorders=(detector, conductance),
        run=RunSettings(duration=5, v_init=0),
    )
    result = simulate(barrel(), experiment, engine=engine)
    assert len(result.spikes["spikes"]) == 0
    g = result.traces["g"]
    assert g.time[np.argmax(g.values > 0)] == pytest.approx(1, abs=0.06)


@pytest.mark.parametrize("noise", [0.4, 1])
def test_a_noisy_train_begins_a_part_of_an_interval_later(engine, noise):
    start, interval = 30.0, 10.0
    nodes = (1,) * 400
    train = EventTrain(start=start, interval=interval, number=1, noise=noise, seed=3)
    synapse = Synapse(nodes=nodes, events=train, weight=1e-9, label="synapse")
    recorders = tuple(
        ProcessRecorder(label=f"{i}", stimulus="synapse", node=1, variable="B", copy_number=i)
        for i in range(len(nodes))
    )
    run = RunSettings(duration=150, dt=0.1)
    values = traces(engine, barrel(), recorders, paint=LEAK, stimuli=(synapse,), run=run).values()
    later = np.array([np.argmax(trace > 0) * run.dt for trace in values]) - start
    assert later.min() > -run.dt
    assert later.mean() == pytest.approx(noise * interval, rel=4 / np.sqrt(len(nodes)))
