"""Recorders keep what they say, in their unit, at their interval; frames of any variable."""

import numpy as np
import pytest
from engine_shapes import fork, fork_experiment
from scipy.integrate import trapezoid

from napari_neuron import (
    CableProperties,
    CurrentPulse,
    DensityMechanism,
    EventTrain,
    ExpConductance,
    Experiment,
    HodgkinHuxley,
    Labelled,
    Parameter,
    Passive,
    ProcessRecorder,
    RunSettings,
    SimulationError,
    SimulationResult,
    SpikeDetector,
    Synapse,
    VariableRecorder,
    VoltageRecorder,
    simulate,
)
from napari_neuron.engine import InProcessEngine, Simulation

RUN = RunSettings(duration=20, frame_interval=0.5)
PAINT = (
    CableProperties(),
    Passive(g=1e-4, e=-65),
    HodgkinHuxley(region=Labelled(labels=("stem", "axon"))),
)
STIMULI = (
    CurrentPulse(nodes=(1,), delay=2, duration=10, amplitude=1, label="pulse"),
    Synapse(
        nodes=(7,),
        conductance=ExpConductance(tau=2, e=0),
        events=EventTrain(start=3),
        weight=0.01,
        label="synapse",
    ),
)


def experiment(recorders=(), **fields):
    fields = {"paint": PAINT, "stimuli": STIMULI, "run": RUN, **fields}
    return Experiment(recorders=recorders, **fields)


def test_every_trace_has_its_values_and_its_unit(engine):
    variables = ("m_hh", "gna_hh", "ina", "ik", "ek", "i_pas", "i_membrane_", "i_cap")
    recorders = (
        *(VariableRecorder(label=name, node=1, variable=name) for name in variables),
        ProcessRecorder(label="clamp", node=1, stimulus="pulse"),
        ProcessRecorder(label="g", node=7, stimulus="synapse", variable="g"),
        ProcessRecorder(label="i", node=7, stimulus="synapse", variable="i"),
        VoltageRecorder(label="v7", node=7),
        VoltageRecorder(label="v", node=1),
    )
    result = simulate(fork(), experiment(recorders), engine=engine)
    traces = result.traces
    assert {label: trace.unit for label, trace in traces.items()} == {
        **{"m_hh": "", "gna_hh": "S/cm2", "ina": "mA/cm2", "ik": "mA/cm2", "ek": "mV"},
        **{"i_pas": "mA/cm2", "i_membrane_": "nA", "i_cap": "mA/cm2", "clamp": "nA"},
        **{"g": "µS", "i": "nA", "v": "mV", "v7": "mV"},
    }
    assert list(traces)[:2] == ["v7", "v"]
    # NEURON works currents out at the voltage from which it takes the step
    before = {label: trace.values[:-1] for label, trace in traces.items()}
    after = {label: trace.values[1:] for label, trace in traces.items()}
    assert traces["m_hh"].values.min() >= 0
    assert traces["m_hh"].values.max() > 0.9
    np.testing.assert_allclose(after["ek"], -77)
    np.testing.assert_allclose(after["i_pas"], 1e-4 * (before["v"] + 65), atol=1e-12)
    between_events = np.diff(traces["g"].values) <= 0
    product = before["g"] * (before["v7"] - 0)
    np.testing.assert_allclose(after["i"][between_events], product[between_events], atol=1e-12)
    assert after["gna_hh"].max() > 0.01
    assert before["clamp"].max() == 1
    assert result.samples.shape == (len(recorders), RUN.n_steps + 1)


def test_the_currents_through_the_membranes_of_a_cell_are_those_injected(engine):
    stimuli = STIMULI[:1]
    result = simulate(fork(), experiment(stimuli=stimuli, frames=("i_membrane_",)), engine=engine)
    total = result.frames_of("i_membrane_").sum(axis=1)
    inside = (result.time > 3) & (result.time < 11)
    np.testing.assert_allclose(total[inside], 1.0, atol=1e-5)
    assert result.unit_of("i_membrane_") == "nA"


@pytest.mark.parametrize("in_process", [False, True])
def test_frames_of_any_variable(engine, in_process):
    frames = ("v", "m_hh", "ina", "i_pas")
    recorders = (VariableRecorder(label="m", node=5, variable="m_hh", interval=0.5),)
    result = simulate(
        fork(),
        experiment(recorders, frames=frames),
        engine=InProcessEngine() if in_process else engine,
    )
    m = result.frames_of("m_hh")
    assert m.dtype == np.float32
    assert m.shape == result.voltage.shape
    absent = np.isnan(m)
    assert (absent == absent[0]).all()
    cell = result.cell
    stem_or_axon = np.isin(cell.labels, ("stem", "axon"))
    np.testing.assert_array_equal(~absent[0, result.compartment_of_node], stem_or_axon)
    np.testing.assert_allclose(result.frames_at("m_hh", 5), result.traces["m"].values, rtol=1e-6)
    assert np.isfinite(result.frames_of("i_pas")).all()
    np.testing.assert_array_equal(result.frames_of("v"), result.voltage)
    assert [result.unit_of(name) for name in frames] == ["mV", "", "mA/cm2", "mA/cm2"]
    with pytest.raises(KeyError, match="n_hh"):
        result.frames_of("n_hh")


def test_frames_and_traces_come_back_from_a_file(engine, tmp_path):
    recorders = (
        VariableRecorder(label="m", node=5, variable="m_hh", interval=0.5),
        VariableRecorder(label="im", node=5),
        VoltageRecorder(label="v", node=5, interval=0.25),
        ProcessRecorder(label="clamp", node=1, stimulus="pulse"),
        SpikeDetector(label="spike", node=5),
    )
    result = simulate(fork(), experiment(recorders, frames=("m_hh", "ina")), engine=engine)
    result.save(tmp_path / "run.h5")
    loaded = SimulationResult.load(tmp_path / "run.h5")
    for name in ("v", "m_hh", "ina"):
        np.testing.assert_array_equal(loaded.frames_of(name), result.frames_of(name))
        assert isinstance(loaded.frames_of(name), np.memmap)
        assert loaded.unit_of(name) == result.unit_of(name)
    assert list(loaded.traces) == list(result.traces) == ["v", "m", "im", "clamp"]
    for label, trace in result.traces.items():
        np.testing.assert_array_equal(loaded.traces[label].values, trace.values)
        np.testing.assert_array_equal(loaded.traces[label].time, trace.time)
        assert loaded.traces[label].unit == trace.unit
    assert loaded.spike_count("spike") == result.spike_count("spike") > 0


@pytest.mark.parametrize("interval", [0, 0.025, 0.05, 0.175, 1, 20, 100])
def test_a_recorder_with_an_interval_keeps_every_so_many_steps(engine, interval):
    recorders = (
        VoltageRecorder(label="all", node=5),
        VoltageRecorder(label="some", node=5, interval=interval),
    )
    result = simulate(fork(), experiment(recorders), engine=engine)
    every = max(1, round(interval / 0.025))
    whole, some = result.traces["all"], result.traces["some"]
    np.testing.assert_array_equal(some.values, whole.values[::every])
    np.testing.assert_allclose(some.time, whole.time[::every], atol=1e-9)
    alone = simulate(fork(), experiment(recorders[1:]), engine=engine)
    assert alone.samples.shape == (1, RUN.n_steps // every + 1)
    np.testing.assert_array_equal(alone.traces["some"].values, some.values)


def test_traces_with_an_interval_grow_while_one_watches(engine):
    recorders = (VoltageRecorder(label="some", node=5, interval=1),)
    run = RunSettings(duration=2000)
    simulation = Simulation(fork(), experiment(recorders, run=run), engine)
    grown = []
    for advanced in simulation:
        if advanced.n_frames:
            trace = simulation.result.traces["some"]
            assert len(trace.values) == len(trace.time) == int(advanced.time + 1e-6) + 1
            assert (trace.values != 0).all()
            grown.append(len(trace.values))
    assert len(set(grown)) > 2


def test_spikes_can_be_counted_on_their_way_down_and_only_after_a_rest(engine):
    recorders = (
        SpikeDetector(label="up", node=5, threshold=0),
        SpikeDetector(label="down", node=5, threshold=0, direction="falling"),
        SpikeDetector(label="rested", node=5, threshold=0, refractory=30),
    )
    pulse = CurrentPulse(nodes=(1,), delay=2, duration=100, amplitude=0.6)
    run = RunSettings(duration=100)
    active = experiment(recorders, stimuli=(pulse,), run=run, paint=(HodgkinHuxley(),))
    result = simulate(fork(), active, engine=engine)
    up, down, rested = (result.spikes[r.label] for r in recorders)
    assert len(up) == len(down) > 4
    assert ((down - up > 0.1) & (down - up < 3)).all()
    expected, last = [], -np.inf
    for time in up:
        if time - last >= 30:
            expected.append(time)
            last = time
    assert rested.tolist() == expected
    assert result.spike_count("up") == len(up)
    np.testing.assert_allclose(result.inter_spike_intervals("up"), np.diff(up))
    edges, rate = result.firing_rate("up", bin_width=25)
    assert edges.tolist() == [0, 25, 50, 75, 100]
    assert (rate * 0.025).sum() == pytest.approx(len(up))
    time, smooth = result.smoothed_rate("up", sigma=5)
    assert trapezoid(smooth, time) / 1000 == pytest.approx(len(up), rel=1e-3)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        (
            {"recorders": (VariableRecorder(label="x", node=7, variable="m_hh"),)},
            "recorder 'x': there is no 'm_hh'",
        ),
        (
            {"recorders": (VariableRecorder(label="x", node=7, variable="nonsense"),)},
            "'nonsense'",
        ),
        (
            {"recorders": (ProcessRecorder(label="x", node=1, stimulus="pulse", variable="g"),)},
            "recorder 'x': IClamp has no variable 'g'",
        ),
        (
            {
                "recorders": (VariableRecorder(label="x", node=7, variable="vext"),),
                "paint": (DensityMechanism(name="extracellular"),),
            },
            r"it is an array, name one of it: vext\[0\]",
        ),
        (
            {"recorders": (VariableRecorder(label="x", node=7, variable="v[0]"),)},
            r"there is no 'v\[0\]'",
        ),
        (
            {
                "recorders": (VariableRecorder(label="x", node=7, variable="vext[2]"),),
                "paint": (DensityMechanism(name="extracellular"),),
            },
            r"there is no 'vext\[2\]'",
        ),
        ({"frames": ("cai",)}, "frames: no compartment has anything called 'cai'"),
    ],
)
def test_what_is_not_there_to_record_is_said_in_words(engine, changes, says):
    with pytest.raises(SimulationError, match=says):
        simulate(fork(), experiment(**changes), engine=engine)


def test_elements_of_arrays_are_recorded_as_traces_and_frames(engine):
    outside = ("xraxial[0]", 1e3), ("xg[0]", 1e9), ("xraxial[1]", 1e3), ("xg[1]", 0.01)
    paint = (
        *PAINT,
        DensityMechanism(
            name="extracellular", parameters=[Parameter(name=n, value=g) for n, g in outside]
        ),
    )
    recorders = (
        VariableRecorder(label="layer 0", node=5, variable="vext[0]", interval=RUN.frame_interval),
        VariableRecorder(label="layer 1", node=5, variable="vext[1]", interval=RUN.frame_interval),
    )
    watched = experiment(recorders, paint=paint, frames=("vext[0]",))
    result = simulate(fork(), watched, engine=engine)
    traces = result.traces
    assert [trace.unit for trace in traces.values()] == ["mV", "mV"]
    assert result.unit_of("vext[0]") == "mV"
    assert np.abs(traces["layer 0"].values).max() > 1
    np.testing.assert_allclose(traces["layer 0"].values, traces["layer 1"].values, atol=1e-6)
    np.testing.assert_allclose(result.frames_at("vext[0]", 5), traces["layer 0"].values, rtol=1e-6)


def test_watching_changes_nothing(engine):
    plain = simulate(fork(), fork_experiment(10.0), engine=engine)
    watched = fork_experiment(
        10.0,
        recorders=(
            *fork_experiment().recorders,
            VariableRecorder(label="im", node=1),
            VariableRecorder(label="m", node=1, variable="m_hh"),
        ),
        frames=("v", "ina", "i_membrane_"),
    )
    np.testing.assert_array_equal(simulate(fork(), watched, engine=engine).voltage, plain.voltage)
    again = simulate(fork(), fork_experiment(10.0), engine=engine)
    np.testing.assert_array_equal(again.voltage, plain.voltage)
