"""Everything that can be placed does in NEURON what its spec says."""

import numpy as np
import pytest
from engine_shapes import cable, fork

from napari_neuron import (
    CableProperties,
    CurrentChirp,
    CurrentNoise,
    CurrentPulse,
    CurrentPulseTrain,
    CurrentRamp,
    CurrentSine,
    CurrentWaveform,
    EventTrain,
    Exp2Synapse,
    ExpConductance,
    Experiment,
    HodgkinHuxley,
    MechanismConductance,
    NodeSpikes,
    Passive,
    PointLeak,
    PoissonEvents,
    ProcessRecorder,
    RegularEvents,
    RunSettings,
    SpikeDetector,
    SpikeTimes,
    SpikeTrains,
    Synapse,
    VoltageClamp,
    VoltageRecorder,
    VoltageStep,
    VoltageWaveform,
    simulate,
)
from napari_neuron.compile.lower import compile_experiment
from napari_neuron.compile.noise import ornstein_uhlenbeck
from napari_neuron.engine import InProcessEngine

RUN = RunSettings(duration=40, v_init=-65)
PASSIVE = (CableProperties(), Passive(g=1e-4, e=-65))


def currents(engine, *stimuli, variable="i", node=1, run=RUN, **fields):
    """Run, and return the current (or another variable) of each stimulus at every step."""
    stimuli = tuple(s.replace(label=f"{i}") for i, s in enumerate(stimuli))
    recorders = tuple(
        ProcessRecorder(label=s.label, stimulus=s.label, node=node, variable=variable)
        for s in stimuli
    )
    experiment = Experiment(paint=PASSIVE, stimuli=stimuli, recorders=recorders, run=run, **fields)
    result = simulate(fork(), experiment, engine=engine)
    return [trace.values for trace in result.traces.values()]


def middles(run=RUN):
    """When NEURON evaluates the current that it reports at the end of each step."""
    return (np.arange(run.n_steps) + 0.5) * run.dt


@pytest.mark.parametrize(
    ("stimulus", "expected"),
    [
        (
            CurrentPulse(nodes=(1,), delay=5, duration=10, amplitude=0.2),
            lambda t: 0.2 * ((t > 5) & (t < 15)),
        ),
        (
            CurrentPulseTrain(nodes=(1,), delay=0, width=2, interval=5, number=3, amplitude=0.2),
            lambda t: 0.2 * ((t < 15) & (t % 5 < 2)),
        ),
        (
            CurrentPulseTrain(nodes=(1,), delay=3, width=5, interval=5, number=100, amplitude=0.2),
            lambda t: 0.2 * (t > 3),
        ),
        (
            CurrentRamp(nodes=(1,), delay=5, duration=20, start_amplitude=0.1, end_amplitude=-0.1),
            lambda t: np.where((t > 5) & (t < 25), 0.1 - 0.01 * (t - 5), 0),
        ),
        (
            CurrentSine(nodes=(1,), delay=5, duration=20, amplitude=0.1, offset=0.05, phase=90),
            lambda t: np.where(
                (t > 5) & (t < 25), 0.05 + 0.1 * np.cos(2e-3 * np.pi * 20 * (t - 5)), 0
            ),
        ),
        (
            CurrentChirp(
                nodes=(1,), delay=0, duration=40, start_frequency=10, end_frequency=90, amplitude=1
            ),
            lambda t: np.sin(2e-3 * np.pi * (10 * t + t**2)),
        ),
        (
            CurrentChirp(
                nodes=(1,),
                delay=0,
                duration=40,
                amplitude=1,
                start_frequency=10,
                end_frequency=20,
                sweep="exponential",
            ),
            lambda t: np.sin(2 * np.pi * 0.4 / np.log(2) * (2 ** (t / 40) - 1)),
        ),
        (
            CurrentWaveform(
                nodes=(1,), delay=1, times=(2, 4, 4, 9), amplitudes=(1, 2, 5, 5), scale=0.1
            ),
            lambda t: np.where((t > 3) & (t < 10), np.where(t < 5, 0.1 + 0.05 * (t - 3), 0.5), 0),
        ),
    ],
    ids=lambda x: getattr(x, "kind", ""),
)
def test_a_current_has_its_shape(engine, stimulus, expected):
    (current,) = currents(engine, stimulus)
    np.testing.assert_allclose(current[1:], expected(middles()), atol=1e-9)


def test_noise_is_the_process_of_its_stream(engine):
    noise = CurrentNoise(nodes=(1, 4), delay=5, duration=30, mean=0.1, sigma=0.02, tau=3)
    alone, shared = noise, noise.replace(shared=True, seed=9)
    run = RUN
    experiment = Experiment(stimuli=(alone.replace(label="0"), shared.replace(label="1")), run=run)
    model = compile_experiment([fork()], experiment)
    kwargs = {"mean": 0.1, "sigma": 0.02, "tau": 3}
    first, n = model.drives[0].first_step, model.drives[0].n_steps
    assert (first, n) == (200, 1200)
    for row, node in enumerate((1, 4)):
        one, two = currents(engine, alone, shared, node=node)
        for current, drive, at in ((one, model.drives[0], row), (two, model.drives[1], 0)):
            expected = np.zeros(run.n_steps)
            stream = drive.stream[at : at + 1]
            expected[200:1400] = ornstein_uhlenbeck(stream, 1200, run.dt, **kwargs)[0]
            np.testing.assert_array_equal(current[1:], expected)


def test_noise_that_is_injected_has_mean_sigma_and_tau(engine):
    run = RunSettings(duration=2000, dt=0.1)
    noise = [
        CurrentNoise(nodes=(1,), duration=2000, mean=0.03, sigma=0.01, tau=2, seed=seed)
        for seed in range(20)
    ]
    x = np.stack(currents(engine, *noise, run=run))[:, 1:]
    assert x.mean() == pytest.approx(0.03, abs=4e-4)
    assert x.std() == pytest.approx(0.01, rel=0.03)
    y = x - 0.03
    correlation = [(y[:, lag:] * y[:, :-lag]).mean() / y.var() for lag in (10, 20, 40)]
    np.testing.assert_allclose(correlation, np.exp([-0.5, -1, -2]), atol=0.04)


def test_a_clamp_goes_through_any_number_of_steps(engine):
    steps = [(5, -65), (5, -40), (3, -80), (7, -20)]
    clamp = VoltageClamp(
        nodes=(1,),
        steps=[VoltageStep(duration=d, level=v) for d, v in steps],
        series_resistance=1e-3,
    )
    few = clamp.replace(steps=clamp.steps[:3])
    experiment = Experiment(
        paint=PASSIVE, stimuli=(clamp,), recorders=(VoltageRecorder(label="v", node=1),), run=RUN
    )
    trace = simulate(fork(), experiment, engine=engine).traces["v"]
    for time, level in ((4.9, -65), (9.9, -40), (12.9, -80), (19.9, -20)):
        assert trace.values[round(time / 0.025)] == pytest.approx(level, abs=0.1)
    assert trace.values[-1] != pytest.approx(-20, abs=1)  # off after the last step
    other = simulate(fork(), experiment.replace(stimuli=(few,)), engine=engine).traces["v"]
    until = round(13 / 0.025)
    np.testing.assert_array_equal(other.values[:until], trace.values[:until])


def test_a_clamp_follows_a_waveform(engine):
    waveform = VoltageWaveform(
        nodes=(1,), times=(5, 15, 15, 20), levels=(-65, -45, -70, -70), series_resistance=1e-6
    )
    experiment = Experiment(
        paint=PASSIVE, stimuli=(waveform,), recorders=(VoltageRecorder(label="v", node=1),), run=RUN
    )
    v = simulate(fork(), experiment, engine=engine).traces["v"].values
    t = middles()
    expected = np.where(t < 5, -65, np.where(t < 15, -65 + 2 * (t - 5), -70))
    held = t < 20
    np.testing.assert_allclose(v[1:][held], expected[held], atol=0.01)


def test_a_leak_pulls_to_its_reversal_potential_through_its_conductance(engine):
    leak = PointLeak(nodes=(1,), g=0.02, e=-20, label="leak")
    recorders = (
        VoltageRecorder(label="v", node=1),
        ProcessRecorder(label="i", stimulus="leak", node=1),
    )
    experiment = Experiment(paint=PASSIVE, stimuli=(leak,), recorders=recorders, run=RUN)
    traces = simulate(fork(), experiment, engine=engine).traces
    v, i = traces["v"].values, traces["i"].values
    assert -60 < v[-1] < -20
    np.testing.assert_allclose(i[1:], 0.02 * (-20 - v[1:]), rtol=1e-9)


# events --------------------------------------------------------------------------------------


def event_times(engine, synapse, node, run=RUN):
    """Return the steps (ms) after which the conductance of an ExpSyn jumps, once per jump."""
    (g,) = currents(engine, synapse, variable="g", node=node, run=run)
    decayed = np.concatenate([[0], g[:-1]]) * np.exp(-run.dt / synapse.conductance.tau)
    size = np.rint((g - decayed) / synapse.weight).astype(int)
    return np.repeat(np.arange(len(g)), size) * run.dt


SLOW = ExpConductance(tau=100)


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        (EventTrain(start=5, number=3, interval=4), [5, 9, 13]),
        (RegularEvents(rate=100, start=3, stop=25), [3, 13, 23]),
        (RegularEvents(rate=50), [0, 20]),
        (SpikeTimes(times=(1, 1, 7.5, 39.9, 1e6)), [1, 1, 7.5, 39.9]),
        (SpikeTimes(times=(50,)), []),
    ],
)
@pytest.mark.parametrize("shared", [False, True])
def test_events_come_at_their_times_and_their_delay(engine, events, expected, shared):
    synapse = Synapse(nodes=(5, 6), conductance=SLOW, events=events, shared=shared)
    for changes, delay in (({}, 0), ({"delay": 1.5}, 1.5), ({"delays": (2, 3)}, 3)):
        found = event_times(engine, synapse.replace(**changes), 6)
        inside = [t + delay for t in expected if t + delay < 40]
        np.testing.assert_allclose(found, inside, atol=0.026)


def test_a_list_of_times_and_a_train_do_the_same(engine):
    of = {"nodes": (5,), "conductance": SLOW, "delay": 0.7}
    listed = Synapse(events=SpikeTimes(times=(5, 9, 13)), **of)
    train = Synapse(events=EventTrain(start=5, number=3, interval=4), **of)
    a, b = currents(engine, listed, train, variable="g", node=5)
    np.testing.assert_array_equal(a, b)


def test_listed_trains_go_to_their_nodes(engine):
    events = SpikeTrains(trains=((2, 4), (10,), ()))
    synapse = Synapse(nodes=(4, 5, 6), conductance=SLOW, events=events, delay=1)
    for node, expected in ((4, [3, 5]), (5, [11]), (6, [])):
        np.testing.assert_allclose(event_times(engine, synapse, node), expected, atol=0.026)


def test_independent_trains_differ_and_shared_ones_do_not(engine):
    run = RunSettings(duration=300)
    for events in (PoissonEvents(rate=100), EventTrain(start=0, number=99, interval=10, noise=1)):
        for shared in (False, True):
            synapse = Synapse(nodes=(5, 6), conductance=SLOW, events=events, shared=shared)
            at_5, at_6 = (event_times(engine, synapse, node, run) for node in (5, 6))
            assert 10 < len(at_5) < 60
            assert np.array_equal(at_5, at_6) is shared
    by_partner = synapse.replace(shared=False, train_of=(4, 2), nodes=(5, 6))
    assert not np.array_equal(*(event_times(engine, by_partner, node, run) for node in (5, 6)))


def test_events_depend_on_the_seed(engine):
    run = RunSettings(duration=300)
    found = [
        event_times(
            engine,
            Synapse(nodes=(5,), conductance=SLOW, events=PoissonEvents(rate=100, seed=seed)),
            5,
            run,
        ).tolist()
        for seed in (1, 2, 1)
    ]
    assert found[0] == found[2] != found[1]


def test_the_spikes_of_a_cell_drive_a_synapse_on_another(engine):
    cells = [fork("pre"), fork("post")]
    events = NodeSpikes(source_cell="pre", node=5, threshold=0)
    experiment = Experiment(
        paint=(CableProperties(), Passive(), HodgkinHuxley(cell="pre")),
        stimuli=(
            CurrentPulse(cell="pre", nodes=(1,), delay=1, duration=30, amplitude=1),
            Synapse(cell="post", nodes=(1,), conductance=SLOW, events=events, delay=2, label="s"),
        ),
        recorders=(
            SpikeDetector(label="spike", cell="pre", node=5, threshold=0),
            ProcessRecorder(label="g", cell="post", node=1, stimulus="s", variable="g"),
        ),
        run=RUN,
    )
    result = simulate(cells, experiment, engine=engine)
    g = result.traces["g"]
    arrived = g.time[1:][np.diff(g.values) > 5e-4]
    inside = result.spikes["spike"] + 2 < 39.9
    assert inside.sum() >= 2
    np.testing.assert_allclose(arrived, result.spikes["spike"][inside] + 2, atol=0.051)


def test_the_same_in_this_process_in_a_child_and_whatever_the_order(engine):
    stimuli = (
        Exp2Synapse(nodes=(5, 6), noise=1, interval=3, weight=0.002),
        Synapse(nodes=(7, 5), events=PoissonEvents(rate=200), weight=0.002),
        CurrentNoise(nodes=(1, 2), duration=100),
        Synapse(nodes=(4, 5, 6), events=EventTrain(noise=0.5), train_of=(1, 2, 1)),
    )
    experiment = Experiment(paint=PASSIVE, stimuli=stimuli, run=RUN)
    there = simulate(fork(), experiment, engine=engine).voltage
    here = simulate(fork(), experiment, engine=InProcessEngine()).voltage
    np.testing.assert_array_equal(here, there)
    backward = experiment.replace(stimuli=stimuli[::-1])
    np.testing.assert_allclose(simulate(fork(), backward, engine=engine).voltage, there, atol=1e-4)


# what NEURON was told ------------------------------------------------------------------------


def test_a_point_process_of_any_name_takes_events(engine):
    of = {"nodes": (1,), "events": SpikeTimes(times=(5,)), "weight": 0.01}
    named = Synapse(
        conductance=MechanismConductance(mechanism="ExpSyn", parameters=(("tau", 3),)), **of
    )
    own = Synapse(conductance=ExpConductance(tau=3), **of)
    a, b = currents(engine, named, own, variable="g")
    np.testing.assert_array_equal(a, b)


def test_what_is_switched_off_does_nothing(engine):
    stimulus = CurrentPulse(nodes=(1,), amplitude=1, enabled=False)
    experiment = Experiment(paint=PASSIVE, stimuli=(stimulus,), run=RUN)
    voltage = simulate(cable(), experiment, engine=engine).voltage
    np.testing.assert_allclose(voltage, -65, atol=1e-9)
