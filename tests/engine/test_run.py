"""What a run does besides integrating: frames on time, spikes, progress, and errors in words."""

import dataclasses

import numpy as np
import pytest
from engine_shapes import cable, fork, fork_experiment

from napari_neuron import (
    BlowUpError,
    CurrentPulse,
    Experiment,
    ExperimentError,
    HodgkinHuxley,
    RunSettings,
    SimulationError,
    SpikeDetector,
    VoltageRecorder,
    simulate,
)
from napari_neuron.compile.lower import compile_experiment
from napari_neuron.compile.model import (
    CompiledMechanism,
    CompiledPointProcesses,
    CompiledRecorder,
)
from napari_neuron.engine import InProcessEngine, Simulation
from napari_neuron.engine.protocol import Advanced
from napari_neuron.result import Status


@pytest.mark.parametrize(("dt", "interval"), [(0.025, 0.1), (0.01, 0.1), (0.025, 1.0), (0.1, 0.1)])
def test_frames_fall_on_their_times_to_the_end_of_a_long_run(engine, dt, interval):
    run = RunSettings(duration=1000, dt=dt, frame_interval=interval)
    experiment = Experiment(
        stimuli=(CurrentPulse(nodes=(1,), delay=995, duration=3, amplitude=0.01),),
        recorders=(VoltageRecorder(label="root", node=1),),
        run=run,
    )
    result = simulate(fork(), experiment, engine=engine)
    every = run.steps_per_frame
    trace = result.traces["root"]
    assert (result.n_frames, result.n_samples) == (run.n_frames, run.n_steps + 1)
    np.testing.assert_array_equal(result.voltage_at(1), trace.values[::every].astype(np.float32))
    np.testing.assert_allclose(result.time, trace.time[::every], atol=1e-9)
    late = trace.time > 990
    assert trace.time[late][np.argmax(trace.values[late])] == pytest.approx(998, abs=1.5 * dt)


def test_the_first_frame_is_the_state_at_time_0(engine):
    result = simulate(fork(), fork_experiment(1.0), engine=engine)
    assert result.time[0] == 0
    np.testing.assert_array_equal(result.voltage[0], -62)


def test_steps_after_the_last_frame_are_still_recorded(engine):
    run = RunSettings(duration=1.1, dt=0.025, frame_interval=0.5)
    result = simulate(fork(), fork_experiment(run=run), engine=engine)
    assert result.time.tolist() == [0, 0.5, 1.0]
    assert len(result.traces["root"].values) == 45


def test_detectors_at_one_place_have_thresholds_of_their_own(engine):
    thresholds = (-40, 0, 20, 500)
    detectors = tuple(SpikeDetector(label=f"{t}", node=5, threshold=t) for t in thresholds)
    experiment = fork_experiment(30.0, recorders=detectors)
    result = simulate(fork(), experiment, engine=engine)
    first = [result.spikes[f"{t}"][0] for t in thresholds[:3]]
    assert first == sorted(set(first))
    assert len(result.spikes["500"]) == 0


def test_a_voltage_that_starts_above_the_threshold_is_no_spike(engine):
    experiment = Experiment(
        recorders=(SpikeDetector(label="root", node=1, threshold=-80),),
        run=RunSettings(duration=5),
    )
    assert len(simulate(fork(), experiment, engine=engine).spikes["root"]) == 0


def test_several_cells_run_side_by_side_and_do_not_touch(engine):
    alone = simulate(fork(), fork_experiment(10.0), engine=engine)
    experiment = fork_experiment(10.0)
    experiment = experiment.replace(
        stimuli=tuple(stimulus.replace(cell="fork") for stimulus in experiment.stimuli),
        recorders=tuple(recorder.replace(cell="fork") for recorder in experiment.recorders),
    )
    both = simulate([fork("other"), fork()], experiment, engine=engine)
    for node in (1, 5, 7):
        np.testing.assert_array_equal(both.voltage_at(node, "fork"), alone.voltage_at(node))


def test_progress_goes_from_0_to_1(engine):
    seen = []
    simulate(fork(), fork_experiment(20.0), engine=engine, progress=seen.append)
    assert seen == sorted(seen)
    assert (seen[0], seen[-1]) == (0, 1)


def test_a_result_grows_while_one_watches(engine):
    simulation = Simulation(fork(), fork_experiment(500.0), engine)
    assert simulation.result is None
    grown = []
    for advanced in simulation:
        assert isinstance(advanced, Advanced)
        assert simulation.result.status is Status.RUNNING
        assert simulation.result.n_frames == advanced.n_frames
        assert np.isfinite(simulation.result.voltage).all()
        grown.append(len(simulation.result.traces["root"].values))
    assert len(set(grown)) > 2
    assert simulation.result.status is Status.COMPLETE
    versions = {"napari-neuron", "NEURON", "numpy", "python"}
    assert set(simulation.result.provenance) == {*versions, "threads"}


def test_spikes_found_before_a_cancel_are_kept(engine):
    experiment = fork_experiment(
        1e5,
        paint=(HodgkinHuxley(),),
        stimuli=(CurrentPulse(nodes=(1,), delay=0, duration=1e5, amplitude=0.6),),
    )
    simulation = Simulation(fork(), experiment, engine)
    for advanced in simulation:
        if advanced.time > 100:
            break
    simulation.close()
    assert len(simulation.result.spikes["axon tip"]) > 3


@pytest.mark.parametrize("in_process", [True, False])
def test_a_run_that_blows_up_says_when_and_where(engine, in_process):
    experiment = fork_experiment(
        20.0, stimuli=(CurrentPulse(nodes=(7,), delay=5, duration=1, amplitude=1e5),)
    )
    with pytest.raises(BlowUpError, match=r"at 5\.1 ms: the voltage at node 7 of 'fork'") as error:
        simulate(fork(), experiment, engine=InProcessEngine() if in_process else engine)
    assert error.value.time == pytest.approx(5.1)
    result = error.value.partial
    assert (result.status, result.message) == (Status.FAILED, str(error.value))
    assert result.n_frames == 51
    assert np.isfinite(result.voltage).all()
    assert simulate(fork(), fork_experiment(1.0), engine=engine).status is Status.COMPLETE


def test_nan_is_noticed(engine):
    model = compile_experiment([fork()], fork_experiment(10.0))
    model = dataclasses.replace(model, cm=np.full(model.n_compartments, np.nan))
    with pytest.raises(BlowUpError, match=r"nan mV at 0\.1 ms"):
        list(engine.run(model))


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        (
            {"mechanisms": (CompiledMechanism("nahh", np.array([0]), ()),)},
            "no density mechanism called 'nahh'",
        ),
        (
            {"mechanisms": (CompiledMechanism("pas", np.array([0]), (("gg_pas", np.ones(11)),)),)},
            "'pas' has no parameter 'gg_pas'",
        ),
        (
            {"point_processes": (CompiledPointProcesses("stimuli[2]", "Sin", np.array([0]), ()),)},
            r"stimuli\[2\]: NEURON has no point process called 'Sin'",
        ),
        (
            {
                "point_processes": (
                    CompiledPointProcesses(
                        "stimuli[2]", "IClamp", np.array([0]), (("ampere", np.ones(1)),)
                    ),
                )
            },
            r"stimuli\[2\]: IClamp has no parameter 'ampere'",
        ),
        ({"recorders": (CompiledRecorder("x", 0, "cai"),)}, "'cai'"),
        ({"section_parent_x": np.array([0, 7.0, 1.0])}, "NEURON refused"),
    ],
)
def test_what_neuron_does_not_know_is_said_in_words(engine, changes, says):
    model = compile_experiment([fork()], fork_experiment(1.0, stimuli=()))
    model = dataclasses.replace(model, **changes)
    for runs in (engine, InProcessEngine()):
        with pytest.raises(SimulationError, match=says):
            list(runs.run(model))
    simulate(fork(), fork_experiment(1.0), engine=InProcessEngine())


def test_a_mistake_in_the_experiment_is_found_before_neuron_is_asked():
    class NoEngine:
        def run(self, model):
            raise AssertionError("it was asked")

    with pytest.raises(ExperimentError, match="stimuli"):
        simulate(fork(), Experiment(stimuli=(CurrentPulse(nodes=(99,)),)), engine=NoEngine())


def test_a_run_too_large_for_the_disk_is_refused_in_words(engine):
    experiment = Experiment(run=RunSettings(duration=1e7, dt=0.001, frame_interval=0.001))
    with pytest.raises(SimulationError, match="longer frame interval"):
        simulate(cable(), experiment, engine=engine)
