"""The child process: alone, obedient, replaceable, and gone without a trace."""

from __future__ import annotations

import os
import platform
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
import psutil
import pytest
from engine_shapes import cable, fork, fork_experiment, long_experiment

from napari_neuron import EngineCrashed, NeuronNotAvailable, SimulationError, simulate
from napari_neuron.compile.lower import compile_experiment
from napari_neuron.engine import ChildEngine, InProcessEngine, Simulation
from napari_neuron.engine.child_process import ChildProcess
from napari_neuron.engine.mod_build import compile_mod_files
from napari_neuron.engine.protocol import Advanced, Finished, Started
from napari_neuron.result import Status


def run_until_frames(simulation, n_frames=3):
    """Iterate until some frames are there."""
    for advanced in simulation:
        if advanced.n_frames >= n_frames:
            return advanced
    raise AssertionError("the run ended before it was to be disturbed")


def traces_of_us():
    """Return what a run could leave behind: children, threads, temporary files."""
    children = {child.pid for child in psutil.Process().children(recursive=True)}
    threads = {thread for thread in threading.enumerate() if "napari-neuron" in thread.name}
    return children, threads, set(os.listdir(tempfile.gettempdir()))


@pytest.fixture
def own_temporary_directory(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


def test_the_same_experiment_gives_the_same_bits_everywhere(engine):
    model = compile_experiment([fork()], fork_experiment())
    with_others = ChildEngine()
    try:
        runs = [list(e.run(model)) for e in (engine, engine, InProcessEngine(), with_others)]
    finally:
        with_others.close()
    first, *others = runs
    for other in others:
        np.testing.assert_array_equal(first[0].frames, other[0].frames)
        np.testing.assert_array_equal(first[0].samples, other[0].samples)
        np.testing.assert_array_equal(first[-1].spikes["axon tip"], other[-1].spikes["axon tip"])
    assert len(first[-1].spikes["axon tip"]) > 0


def test_events_come_in_order_and_promise_no_more_than_is_there(engine):
    model = compile_experiment([fork()], fork_experiment(300.0))
    started, *advances, finished = engine.run(model)
    assert isinstance(started, Started)
    assert isinstance(finished, Finished)
    assert all(isinstance(advanced, Advanced) for advanced in advances)
    assert [a.n_frames for a in advances] == sorted(a.n_frames for a in advances)
    assert advances[-1] == Advanced(pytest.approx(300), 3001, 12001, advances[-1].spikes)
    seen = [advanced.spikes.get("axon tip", []) for advanced in advances]
    np.testing.assert_array_equal(np.concatenate(seen), finished.spikes["axon tip"])


def test_progress_comes_every_100_ms_also_while_the_child_starts_and_when_it_hangs():
    engine = ChildEngine()
    simulation = Simulation(cable(), long_experiment(), engine)
    gaps = []
    try:
        last = time.perf_counter()
        for count, _advanced in enumerate(simulation):
            gaps.append(time.perf_counter() - last)
            last += gaps[-1]
            if count == 15:
                os.kill(engine.pid, signal.SIGSTOP)
            if count == 20:
                break
    finally:
        simulation.close()
        engine.close()
    assert np.quantile(gaps, 0.8) < 0.1  # the rest is for a machine that is busy otherwise


def test_a_cancel_takes_less_than_half_a_second_and_keeps_the_frames(engine):
    simulation = Simulation(cable(), long_experiment(), engine)
    run_until_frames(simulation)
    pid = engine.pid
    begun = time.perf_counter()
    simulation.close()
    assert time.perf_counter() - begun < 0.5
    result = simulation.result
    assert result.status is Status.CANCELLED
    assert result.n_frames >= 3
    assert np.isfinite(result.voltage).all()
    assert len(result.traces["root"].values) == result.n_samples
    assert simulate(fork(), fork_experiment(2.0), engine=engine).status is Status.COMPLETE
    assert engine.pid == pid  # a polite cancel keeps the child


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_a_child_that_does_not_answer_is_killed_and_replaced(engine):
    simulation = Simulation(cable(), long_experiment(), engine)
    run_until_frames(simulation)
    stuck = engine.pid
    os.kill(stuck, signal.SIGSTOP)
    next(simulation)
    begun = time.perf_counter()
    simulation.close()
    assert time.perf_counter() - begun < 0.5
    assert not psutil.pid_exists(stuck)
    assert simulate(fork(), fork_experiment(2.0), engine=engine).status is Status.COMPLETE


def test_another_thread_can_cancel(engine):
    simulation = Simulation(cable(), long_experiment(), engine)
    run_until_frames(simulation)
    threading.Timer(0.05, simulation.cancel).start()
    begun = time.perf_counter()
    for _advanced in simulation:
        pass
    assert time.perf_counter() - begun < 0.5
    assert simulation.result.status is Status.CANCELLED


def test_an_exception_of_the_one_who_watches_cancels_the_run(engine):
    def interrupt(fraction):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        simulate(cable(), long_experiment(), engine=engine, progress=interrupt)
    assert simulate(fork(), fork_experiment(2.0), engine=engine).status is Status.COMPLETE


def test_a_killed_child_leaves_its_frames_and_the_next_run_works(engine):
    simulation = Simulation(cable(), long_experiment(), engine)
    advanced = run_until_frames(simulation)
    psutil.Process(engine.pid).kill()
    begun = time.perf_counter()
    with pytest.raises(EngineCrashed, match="killed by signal 9") as error:
        for advanced in simulation:  # noqa: B007
            pass
    assert time.perf_counter() - begun < 0.5
    result = error.value.partial
    assert result is simulation.result
    assert (result.status, result.message) == (Status.FAILED, str(error.value))
    assert result.n_frames == advanced.n_frames >= 3
    assert np.isfinite(result.voltage).all()
    assert simulate(fork(), fork_experiment(2.0), engine=engine).status is Status.COMPLETE


def test_a_child_that_died_between_runs_is_replaced(engine):
    simulate(fork(), fork_experiment(1.0), engine=engine)
    child = psutil.Process(engine.pid)
    child.kill()
    child.wait(5)
    assert simulate(fork(), fork_experiment(1.0), engine=engine).status is Status.COMPLETE


@pytest.mark.usefixtures("own_temporary_directory")
def test_nothing_is_left_after_close():
    before = traces_of_us()
    engine = ChildEngine()
    result = simulate(fork(), fork_experiment(2.0), engine=engine)
    cancelled = Simulation(cable(), long_experiment(), engine)
    run_until_frames(cancelled)
    cancelled.close()
    engine.close()
    assert traces_of_us() == before
    assert result.voltage[-1].std() > 0  # still readable
    assert cancelled.result.voltage.shape[0] >= 3


@pytest.mark.usefixtures("own_temporary_directory")
def test_nothing_is_left_of_an_engine_that_nobody_closed():
    before = traces_of_us()
    simulate(fork(), fork_experiment(2.0), engine=ChildEngine())
    deadline = time.monotonic() + 5
    while traces_of_us() != before and time.monotonic() < deadline:
        time.sleep(0.02)
    assert traces_of_us() == before


@pytest.mark.parametrize("n_frames", [-1, 2], ids=["while it starts", "in the middle"])
@pytest.mark.parametrize(
    "end", ["", "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"], ids=["exit", "kill"]
)
def test_nothing_is_left_when_the_parent_ends_during_a_run(tmp_path, end, n_frames):
    script = f"""
import sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
from engine_shapes import cable, long_experiment
from napari_neuron.engine import ChildEngine, Simulation
engine = ChildEngine()
simulation = Simulation(cable(), long_experiment(), engine)
for advanced in simulation:
    if advanced.n_frames > {n_frames}:
        break
print(engine.pid, flush=True)
{end}
"""
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    pid = int(done.stdout)
    deadline = time.monotonic() + 5
    while psutil.pid_exists(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not psutil.pid_exists(pid)
    assert list(tmp_path.iterdir()) == []
    if not end:
        assert (done.returncode, done.stderr) == (0, "")


def test_the_child_imports_numpy_and_neuron_only():
    script = """
import sys
from napari_neuron.engine import child
from neuron import h
heavy = {"pydantic", "pandas", "napari", "qtpy", "navis", "vispy", "h5py", "matplotlib", "scipy"}
print(sorted(heavy & set(sys.modules)))
"""
    out = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert out.stdout.splitlines()[-1] == "[]"


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    """A folder with a compiled mechanism library."""
    folder = tmp_path_factory.mktemp("planted")
    source = "NEURON { SUFFIX planted RANGE x }\nPARAMETER { x = 1 }\n"
    (folder / "planted.mod").write_text(source)
    library = compile_mod_files(folder, agreed=True).path
    place = folder / platform.machine()  # where NEURON looks
    place.mkdir()
    shutil.copy(library, place)
    return folder


@pytest.mark.parametrize("way", ["current directory", "NRN_NMODL_PATH", "NEURON_MODULE_OPTIONS"])
def test_a_planted_mechanism_library_is_not_loaded(planted, monkeypatch, way):
    library = next(path for path in planted.rglob("libnrnmech*") if path.is_file())
    if way == "current directory":
        monkeypatch.chdir(planted)
    elif way == "NRN_NMODL_PATH":
        monkeypatch.setenv(way, str(planted))
    else:
        monkeypatch.setenv(way, f"-dll {library}")
    probe = [sys.executable, "-c", "from neuron import h; print(hasattr(h, 'planted'))"]
    loaded = subprocess.run(probe, capture_output=True, text=True, check=True).stdout
    assert loaded.split()[-1] == "True"  # a plain Python does load it
    engine = ChildEngine()
    try:
        simulate(fork(), fork_experiment(1.0), engine=engine)
        maps = {Path(region.path).name for region in psutil.Process(engine.pid).memory_maps()}
    finally:
        engine.close()
    assert any(name.startswith("libnrniv") for name in maps)
    assert not any(name.startswith("libnrnmech") for name in maps)


def test_a_python_that_is_not_there_is_named_with_the_remedy(tmp_path):
    engine = ChildEngine(tmp_path / "python")
    with pytest.raises(NeuronNotAvailable, match=r"ChildEngine\(python="):
        simulate(fork(), engine=engine)


@pytest.mark.skipif(sys.platform == "win32", reason="a shell script")
def test_a_python_that_cannot_start_is_named_with_what_it_said(tmp_path):
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\necho no numpy here >&2\nexit 3\n")
    python.chmod(0o755)
    with pytest.raises(NeuronNotAvailable, match=r"(?s)exit status 3.*numpy and neuron.*no numpy"):
        simulate(fork(), engine=ChildEngine(python))


def test_missing_neuron_is_said_with_the_remedy(tmp_path, monkeypatch):
    (tmp_path / "neuron.py").write_text("raise ImportError('No module named neuron')\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    engine = ChildEngine()
    with pytest.raises(NeuronNotAvailable, match=r"napari-neuron\[all\]") as error:
        simulate(fork(), engine=engine)
    assert error.value.partial is None


def test_one_engine_does_one_run_at_a_time(engine):
    simulation = Simulation(cable(), long_experiment(), engine)
    run_until_frames(simulation)
    with pytest.raises(SimulationError, match="already running"):
        simulate(fork(), fork_experiment(1.0), engine=engine)
    run_until_frames(simulation, simulation.result.n_frames + 1)
    simulation.close()


def test_two_simulations_can_run_side_by_side_without_naming_an_engine():
    pair = [Simulation(fork(), fork_experiment(20.0)) for _ in range(2)]
    ended = set()
    while len(ended) < 2:
        for simulation in pair:
            if next(simulation, None) is None:
                ended.add(simulation)
    first, second = (simulation.result for simulation in pair)
    np.testing.assert_array_equal(first.voltage, second.voltage)


def test_a_closed_engine_refuses():
    engine = ChildEngine()
    engine.close()
    with pytest.raises(SimulationError, match="closed"):
        simulate(fork(), engine=engine)


def test_what_the_child_prints_does_not_disturb_and_is_bounded():
    child = ChildProcess(sys.executable)
    try:
        assert child.receive(10)["event"] == "ready"
        assert len(child.log_tail().splitlines()) <= 12
    finally:
        child.stop()
