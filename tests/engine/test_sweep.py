"""Many runs on a few processes: the same results as one by one, whatever happens to some."""

import os
import signal
import threading
import time

import numpy as np
import psutil
import pytest
from engine_shapes import fork, fork_experiment, long_experiment

from napari_neuron import (
    CurrentPulse,
    EngineCrashed,
    ExperimentError,
    NeuronNotAvailable,
    SimulationResult,
    simulate,
    simulate_many,
)
from napari_neuron.engine import ChildEngine
from napari_neuron.engine.sweep import WarmEngines


def with_pulse(amplitude, node=1):
    pulse = CurrentPulse(nodes=(node,), delay=2, duration=3, amplitude=amplitude)
    experiment = fork_experiment(duration=20.0)
    return experiment.replace(stimuli=(pulse, *experiment.stimuli[1:]))


FAMILY = tuple(with_pulse(amplitude) for amplitude in (0.0, 0.2, 0.6, 1.0, 1.5))


def children():
    """Return the processes of engines that live now."""
    mine = psutil.Process().children(recursive=True)
    return {p.pid for p in mine if any("napari_neuron.engine.child" in x for x in p.cmdline())}


def test_results_are_those_of_one_by_one_bit_by_bit_and_in_order(engine):
    swept = list(simulate_many(fork(), FAMILY, processes=2, keep_frames=True))
    assert [run.experiment for run in swept] == list(FAMILY)
    for run in swept:
        alone = simulate(fork(), run.experiment, engine=engine)
        np.testing.assert_array_equal(run.required().voltage, alone.voltage)
        np.testing.assert_array_equal(run.required().samples, alone.samples)
        np.testing.assert_array_equal(run.required().spikes["axon tip"], alone.spikes["axon tip"])


def test_without_frames_traces_and_spikes_are_the_same_and_in_memory(engine):
    alone = simulate(fork(), FAMILY[2], engine=engine)
    (run,) = simulate_many(fork(), [FAMILY[2]])
    result = run.required()
    assert result.voltage.shape == (0, alone.voltage.shape[1])
    assert not isinstance(result.samples, np.memmap)
    assert result.status == "complete"
    np.testing.assert_array_equal(result.traces["root"].values, alone.traces["root"].values)
    np.testing.assert_array_equal(result.spikes["axon tip"], alone.spikes["axon tip"])


def test_a_result_without_frames_is_saved_and_read_again(tmp_path):
    (run,) = simulate_many(fork(), [FAMILY[2]])
    run.required().save(tmp_path / "run.h5")
    read = SimulationResult.load(tmp_path / "run.h5")
    np.testing.assert_array_equal(read.samples, run.required().samples)
    assert read.n_frames == 0


def test_a_sweep_keeps_no_file_open_for_each_result():
    before = psutil.Process().num_fds()
    runs = list(simulate_many(fork(), FAMILY * 4))
    assert psutil.Process().num_fds() - before < 10 < len(runs)


def test_a_run_that_cannot_be_simulated_costs_no_other():
    family = (FAMILY[0], with_pulse(0.1, node=99), FAMILY[1])
    first, wrong, last = simulate_many(fork(), family, processes=2)
    assert first.result is not None
    assert last.result is not None
    assert wrong.result is None
    with pytest.raises(ExperimentError, match="99 is not a node"):
        wrong.required()


def test_a_run_that_blows_up_costs_no_other():
    family = (FAMILY[0], with_pulse(1e6), FAMILY[1])
    first, wrong, last = simulate_many(fork(), family, processes=1)
    assert wrong.error is not None
    assert "became NaN or left" in str(wrong.error)
    assert first.required().status == last.required().status == "complete"


def test_a_process_that_dies_costs_its_run_only():
    with WarmEngines(1) as engines:
        swept = engines.simulate(fork(), [FAMILY[0], long_experiment(), FAMILY[1]])
        first = next(swept)
        assert first.result is not None
        threading.Timer(0.5, lambda: os.kill(engines.pids[0], signal.SIGKILL)).start()
        killed = next(swept)
        assert isinstance(killed.error, EngineCrashed)
        (last,) = swept
    np.testing.assert_array_equal(last.required().samples, simulate(fork(), FAMILY[1]).samples)


def test_leaving_the_loop_ends_the_runs_and_their_processes():
    before = children()
    for run in simulate_many(fork(), [FAMILY[0], *[long_experiment()] * 3], processes=2):
        assert run.index == 0
        break
    assert children() <= before


def test_the_end_of_a_sweep_leaves_no_process():
    before = children()
    list(simulate_many(fork(), FAMILY[:2]))
    assert children() <= before


def test_cancel_ends_the_iteration_after_what_was_done():
    with WarmEngines(2) as engines:
        swept = engines.simulate(fork(), [FAMILY[0], *[long_experiment()] * 3])
        assert next(swept).index == 0
        threading.Timer(0.3, engines.cancel).start()
        begun = time.monotonic()
        assert list(swept) == []
        assert time.monotonic() - begun < 5
        pids = engines.pids
        again = list(engines.simulate(fork(), FAMILY[:2]))  # they are warm still
        assert [run.index for run in again] == [0, 1]
        assert set(engines.pids) & set(pids)


def test_processes_stay_warm_from_one_sweep_to_the_next():
    with WarmEngines(2) as engines:
        list(engines.simulate(fork(), FAMILY[:2]))
        pids = engines.pids
        list(engines.simulate(fork(), FAMILY[2:4]))
        assert engines.pids == pids


def test_progress_is_of_all_runs_told_in_the_thread_that_iterates():
    told = []
    family = (FAMILY[0], FAMILY[1].replace(run=FAMILY[1].run.replace(duration=5000)))
    for _ in simulate_many(
        fork(),
        family,
        processes=1,
        progress=lambda fraction: told.append((fraction, threading.get_ident())),
    ):
        pass
    fractions = [fraction for fraction, _ in told]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1
    assert any(0.05 < fraction < 1 for fraction in fractions)  # within the second, too
    assert {thread for _, thread in told} == {threading.get_ident()}


def test_without_neuron_the_sweep_says_so_at_once():
    with (
        WarmEngines(2, lambda: ChildEngine(python="/no/such/python")) as engines,
        pytest.raises(NeuronNotAvailable, match="/no/such/python"),
    ):
        list(engines.simulate(fork(), FAMILY))


def test_no_process_is_too_few():
    with pytest.raises(ExperimentError, match="processes: must be at least 1"):
        list(simulate_many(fork(), FAMILY, processes=0))


def test_a_sweep_of_nothing_is_empty():
    assert list(simulate_many(fork(), [])) == []


def test_without_frames_a_long_run_and_one_that_blows_up_end_as_with_them(engine):
    long = FAMILY[2].replace(run=FAMILY[2].run.replace(duration=103.3), frames=("v", "ina"))
    run, lost = simulate_many(fork(), [long, with_pulse(1e6)])
    alone = simulate(fork(), long, engine=engine)
    assert alone.n_frames > 1000
    np.testing.assert_array_equal(run.required().samples, alone.samples)
    assert run.required().units == ("mV", "mV")
    assert lost.error is not None
    assert 2 < lost.error.time < 2.201  # ms; it begins at 2, and is looked for every 0.2
