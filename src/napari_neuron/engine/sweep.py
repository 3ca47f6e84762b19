"""Many runs of the same cells on a few child processes: `simulate_many` and `WarmEngines`."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType, TracebackType
from typing import Self

import numpy as np

from napari_neuron.compile.model import CompiledModel
from napari_neuron.engine.child_engine import ChildEngine
from napari_neuron.engine.protocol import Engine
from napari_neuron.engine.simulation import Simulation
from napari_neuron.errors import (
    ExperimentError,
    NapariNeuronError,
    NeuronNotAvailable,
    SimulationError,
)
from napari_neuron.morphology.model import Morphology
from napari_neuron.result import SimulationResult
from napari_neuron.spec import Experiment

_CHECKED = 100
"""How many times in a run without frames all voltages are looked at: whether it blows up."""

_TOLD_EVERY = 0.1
"""Seconds between two calls of ``progress``."""


@dataclass(frozen=True, eq=False)
class SweptRun:
    """One run of a sweep: its result, or why there is none.

    Attributes
    ----------
    index : int
        Its place among the experiments, from 0.
    experiment : Experiment
        What was asked for.
    result : SimulationResult or None
        None if the run failed. Without frames unless they were asked for: traces and spikes are
        there, ``n_frames`` is 0.
    error : NapariNeuronError or None
        Why it failed; ``error.partial`` may hold what was computed before.
    """

    index: int
    experiment: Experiment
    result: SimulationResult | None
    error: NapariNeuronError | None = None

    def required(self) -> SimulationResult:
        """Return the result.

        Raises
        ------
        NapariNeuronError
            The error of the run, if it failed.
        """
        if self.error is not None:
            raise self.error
        assert self.result is not None
        return self.result


def simulate_many(
    cells: Morphology | Sequence[Morphology],
    experiments: Iterable[Experiment],
    *,
    processes: int | None = None,
    keep_frames: bool = False,
    progress: Callable[[float], object] | None = None,
) -> Iterator[SweptRun]:
    """Run several experiments on the same cells, and return the results in order.

    The runs are shared out over a few child processes that stay warm from one run to the next.
    What each gives is what `simulate` gives, bit by bit. A run that fails, or whose process dies,
    costs no other run. Closing the iterator (leaving the loop) cancels what still runs; no process
    is left then.

    Parameters
    ----------
    cells
        A morphology or several.
    experiments
        What to do with them, one after the other.
    processes
        How many at once; None for as many as there are cores and runs.
    keep_frames
        Whether results keep the voltage of every compartment, in a temporary file for each run.
        By default only traces and spikes are kept, in memory, and the other voltages are just
        looked at a hundred times in each run for whether it blows up: a sweep of any length needs
        no more room than its traces, and the runs under way a hundred frames each on disk.
    progress
        Called in the thread that iterates with the fraction of all simulated time that is done,
        0 to 1, at least every 100 ms while it waits.

    Yields
    ------
    SweptRun
        In the order of ``experiments``; each as soon as it and those before it are done.

    Raises
    ------
    ExperimentError
        If ``processes`` is not at least 1.
    NeuronNotAvailable
        If there is no NEURON: no run could succeed.
    """
    experiments = list(experiments)
    with WarmEngines(min(processes_or_cores(processes), max(1, len(experiments)))) as engines:
        yield from engines.simulate(cells, experiments, keep_frames=keep_frames, progress=progress)


def processes_or_cores(processes: int | None) -> int:
    """Return how many processes are meant; None stands for the cores that this process may use.

    Raises
    ------
    ExperimentError
        If it is not at least 1.
    """
    if processes is None:
        affinity = getattr(os, "sched_getaffinity", None)
        return len(affinity(0)) if affinity is not None else os.cpu_count() or 1
    if processes < 1:
        raise ExperimentError("processes", f"must be at least 1 (got {processes})")
    return processes


class WarmEngines:
    """A few engines that share out runs, and keep their processes until `close`.

    One call of `simulate` at a time. Use it in a ``with`` block, or close it.

    Parameters
    ----------
    processes
        How many; None for as many as there are cores.
    make_engine
        Makes each of them, when it is first needed.
    """

    def __init__(
        self, processes: int | None = None, make_engine: Callable[[], Engine] = ChildEngine
    ) -> None:
        self._engines: list[Engine | None] = [None] * processes_or_cores(processes)
        self._make_engine = make_engine
        self._sweep: _Sweep | None = None
        self._closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def processes(self) -> int:
        """How many runs go on at once."""
        return len(self._engines)

    @property
    def pids(self) -> tuple[int, ...]:
        """Process ids of the children there are."""
        found = (getattr(engine, "pid", None) for engine in self._engines)
        return tuple(pid for pid in found if pid is not None)

    def simulate(
        self,
        cells: Morphology | Sequence[Morphology],
        experiments: Iterable[Experiment],
        *,
        keep_frames: bool = False,
        progress: Callable[[float], object] | None = None,
    ) -> Iterator[SweptRun]:
        """Run experiments and return their results in order; see `simulate_many`.

        Raises
        ------
        SimulationError
            If a sweep is under way, or the engines were closed.
        NeuronNotAvailable
            If there is no NEURON.
        """
        if self._closed:
            raise SimulationError("these engines were closed; make others")
        if self._sweep is not None:
            raise SimulationError("a sweep is under way; cancel it or wait for its end")
        cells = (cells,) if isinstance(cells, Morphology) else tuple(cells)
        sweep = self._sweep = _Sweep(cells, tuple(experiments), keep_frames)
        # Daemons: a script that ends in the middle need not wait for them; children end with it.
        threads = [
            threading.Thread(target=self._work, args=(sweep, slot), daemon=True)
            for slot in range(min(len(self._engines), len(sweep.experiments)))
        ]
        try:
            for thread in threads:
                thread.start()
            yield from sweep.in_order(progress)
        finally:
            sweep.cancelled.set()
            for thread in threads:
                thread.join()
            self._sweep = None

    def cancel(self) -> None:
        """Stop the sweep under way; may be called from any thread.

        Its iteration ends by itself, after the runs that were done.
        """
        sweep = self._sweep
        if sweep is not None:
            sweep.cancelled.set()
            with sweep.news:
                sweep.news.notify_all()

    def close(self) -> None:
        """End the processes; the engines cannot be used after.

        To be called by the thread that iterates, or when nobody does.
        """
        self._closed = True
        for slot, engine in enumerate(self._engines):
            if engine is not None:
                engine.close()
                self._engines[slot] = None

    def _work(self, sweep: _Sweep, slot: int) -> None:
        """Take runs from the sweep until there are none left; in a thread of its own."""
        try:
            engine = self._engines[slot]
            if engine is None:
                engine = self._engines[slot] = self._make_engine()
            while (index := sweep.next_index()) is not None:
                sweep.take(sweep.simulated(index, engine))
        except _Cancelled:
            pass
        except BaseException as fault:  # of ours, or no NEURON: told where the runs are waited for
            sweep.fail(fault)


class _Cancelled(Exception):
    """The sweep is not wanted any more."""


class _Run(Simulation):
    """A run beside others, which take the cores; without frames but for those that are checked."""

    def __init__(
        self,
        cells: tuple[Morphology, ...],
        experiment: Experiment,
        engine: Engine,
        keep_frames: bool,
    ) -> None:
        self._keeps_frames = keep_frames
        super().__init__(cells, experiment, engine)

    def _compiled(self, engine: Engine | None) -> CompiledModel:
        model = super()._compiled(engine)
        run, frames = model.run, model.frames
        if self.experiment.run.threads is None:  # results do not depend on it
            run = dataclasses.replace(run, threads=1)
        if not self._keeps_frames:  # nor do traces and spikes on this
            every = max(run.steps_per_frame, -(-run.n_steps // _CHECKED))
            run, frames = dataclasses.replace(run, steps_per_frame=every), ()
        self._model = dataclasses.replace(model, run=run, frames=frames)
        return self._model


@dataclass
class _Sweep:
    """Runs that are shared out among threads, and what has come of them so far."""

    cells: tuple[Morphology, ...]
    experiments: tuple[Experiment, ...]
    keep_frames: bool
    cancelled: threading.Event = field(default_factory=threading.Event)
    news: threading.Condition = field(default_factory=threading.Condition)
    _n_begun: int = 0
    _done: dict[int, SweptRun] = field(default_factory=dict)
    _fault: BaseException | None = None

    def __post_init__(self) -> None:
        self._wanted = np.array([e.run.n_steps * e.run.dt for e in self.experiments])
        self._simulated = np.zeros(len(self.experiments))  # ms of each run

    def next_index(self) -> int | None:
        """Return the number of a run that nobody has begun, None if there is none."""
        with self.news:
            if self.cancelled.is_set() or self._n_begun == len(self.experiments):
                return None
            self._n_begun += 1
            return self._n_begun - 1

    def simulated(self, index: int, engine: Engine) -> SweptRun:
        """Carry out one run.

        Raises
        ------
        NeuronNotAvailable
            Which would be so for all.
        _Cancelled
            If it was stopped.
        """
        experiment = self.experiments[index]
        try:
            simulation = _Run(self.cells, experiment, engine, self.keep_frames)
            with contextlib.closing(simulation):
                for advanced in simulation:
                    self._simulated[index] = advanced.time
                    if self.cancelled.is_set():
                        raise _Cancelled
        except NeuronNotAvailable:
            raise
        except NapariNeuronError as error:
            if isinstance(error, SimulationError) and error.partial is not None:
                error.partial = self._kept(error.partial)
            return SweptRun(index, experiment, None, error)
        assert simulation.result is not None
        return SweptRun(index, experiment, self._kept(simulation.result))

    def take(self, run: SweptRun) -> None:
        """Take in a run that is over."""
        with self.news:
            self._done[run.index] = run
            self._simulated[run.index] = self._wanted[run.index]
            self.news.notify_all()

    def fail(self, fault: BaseException) -> None:
        """Take in what makes the whole sweep fail."""
        with self.news:
            self._fault = self._fault or fault
            self.cancelled.set()
            self.news.notify_all()

    def in_order(self, progress: Callable[[float], object] | None) -> Iterator[SweptRun]:
        """Wait for the runs, and yield them in order."""
        for index in range(len(self.experiments)):
            while True:
                with self.news:
                    run = self._done.pop(index, None)
                    if run is None and not self.cancelled.is_set():
                        self.news.wait(_TOLD_EVERY)
                        run = self._done.pop(index, None)
                if progress is not None:
                    progress(float(self._simulated.sum() / self._wanted.sum()))
                if run is not None:
                    break
                if self._fault is not None:
                    raise self._fault
                if self.cancelled.is_set():
                    return
            yield run

    def _kept(self, result: SimulationResult) -> SimulationResult:
        return result if self.keep_frames else without_frames(result)


def without_frames(result: SimulationResult) -> SimulationResult:
    """Return a result with traces and spikes only, which holds no file open.

    What is mapped into memory keeps a file; hundreds of results would keep more than a process
    may have open.
    """
    return dataclasses.replace(
        result,
        frames=np.empty((0, result.frames.shape[1]), dtype=np.float32),
        samples=np.array(result.samples),
        n_frames=0,
        more_frames=MappingProxyType({}),
        units=result.units[: len(result.samples)],
    )
