"""`Runner`: what the sessions of cells and of networks have in common; one run at a time.

It holds the engine, the state of the run and its progress. A run is a series of events, so the
same driver runs experiments and networks in a thread.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from psygnal import Signal

from napari_neuron.errors import NapariNeuronError, SimulationError

if TYPE_CHECKING:
    from napari_neuron.engine.protocol import Engine
    from napari_neuron.engine.watched_run import WatchedRun


class RunState(StrEnum):
    """What a session is busy with."""

    IDLE = "idle"
    PREPARING = "preparing"
    RUNNING = "running"
    CANCELLING = "cancelling"


@dataclass(frozen=True)
class Progress:
    """Progress of a run.

    Attributes
    ----------
    time, duration
        Simulated time so far, and in total, ms.
    wall_time
        Seconds since Run was pressed.
    """

    time: float
    duration: float
    wall_time: float

    @property
    def fraction(self) -> float:
        """From 0 to 1."""
        return min(1.0, self.time / self.duration)

    @property
    def wall_time_left(self) -> float | None:
        """Estimated seconds to the end; None while that would be a guess."""
        if self.wall_time < 0.5 or self.fraction <= 0:
            return None
        return self.wall_time * (1 / self.fraction - 1)


@dataclass(frozen=True, eq=False)
class RunStarted:
    """The model is built; ``result`` grows from now on."""

    result: Any


@dataclass(frozen=True)
class RunAdvanced:
    """The run has come this far."""

    progress: Progress


@dataclass(frozen=True, eq=False)
class RunEnded:
    """The run is over: complete, cancelled, or stopped by ``error``.

    ``result`` is None if it ended before there was any.
    """

    result: Any
    error: Exception | None


RunEvent = RunStarted | RunAdvanced | RunEnded


@dataclass
class _Run:
    """One run, from `Runner.run` to its end."""

    begin: Callable[[Engine], WatchedRun[Any]]
    duration: float
    cancelled: threading.Event = field(default_factory=threading.Event)
    release: bool = False


class Runner:
    """Runs the content of a session, and reports by signals.

    Parameters
    ----------
    make_engine
        Makes the engine that runs the compiled models, at the first run and at the first after
        `release`. By default a child process.

    Attributes
    ----------
    run_state_changed : Signal (RunState)
    run_started : Signal (result)
    run_advanced : Signal (Progress)
    run_ended : Signal (result or None, Exception or None)
    """

    run_state_changed = Signal(object)
    run_started = Signal(object)
    run_advanced = Signal(object)
    run_ended = Signal(object, object)

    def __init__(self, make_engine: Callable[[], Engine] | None = None) -> None:
        self._make_engine = make_engine or _child_process
        self._engine: Engine | None = None
        self._state = RunState.IDLE
        self._progress: Progress | None = None
        self._run: _Run | None = None

    def _next_run(self) -> tuple[Callable[[Engine], WatchedRun[Any]], float]:
        """Return a function that starts a run of the current content, and its duration (ms)."""
        raise NotImplementedError

    def _take(self, result: Any) -> None:
        """Take over the result of a run that has started."""
        raise NotImplementedError

    @property
    def run_state(self) -> RunState:
        """Idle, preparing, running or cancelling."""
        return self._state

    @property
    def progress(self) -> Progress | None:
        """Progress of the current run, or of the last one."""
        return self._progress

    def run(self) -> Iterator[RunEvent]:
        """Start a run and return its events.

        Iterate in any thread; hand each event to `apply` in the thread of the session. Closing
        the iterator cancels the run, as `cancel` does.

        Returns
        -------
        iterator of RunEvent
            One `RunStarted` (unless it fails before), then `RunAdvanced`, then one `RunEnded`.
            Errors the user can do something about are not raised, but are in `RunEnded`.

        Raises
        ------
        SimulationError
            If there is nothing to run, or a run is under way already.
        """
        if self._state is not RunState.IDLE:
            raise SimulationError("a run is under way; cancel it or wait for it to finish")
        begin, duration = self._next_run()
        if self._engine is None:
            self._engine = self._make_engine()
        self._run = _Run(begin, duration)
        self._progress = Progress(0.0, duration, 0.0)
        self._set_state(RunState.PREPARING)
        return _events(self._run, self._engine)

    def apply(self, event: RunEvent) -> None:
        """Apply an event of a run, and emit signals."""
        if isinstance(event, RunStarted):
            if self._state is RunState.PREPARING:
                self._set_state(RunState.RUNNING)
            self._take(event.result)
        elif isinstance(event, RunAdvanced):
            self._progress = event.progress
            self.run_advanced.emit(event.progress)
        else:
            if self._run is not None and self._run.release:
                self._close_engine()
            self._run = None
            self._set_state(RunState.IDLE)
            self.run_ended.emit(event.result, event.error)

    def cancel(self) -> None:
        """Ask the run to stop; `run_ended` is emitted when it has. Does nothing without a run."""
        if self._run is not None:
            self._run.cancelled.set()
            self._set_state(RunState.CANCELLING)

    def release(self) -> None:
        """Cancel what runs and end the engine's process; the next run starts another.

        It does not wait: a run in progress ends the process itself, in its own thread.
        """
        if self._run is None:
            self._close_engine()
        else:
            self._run.release = True
            self.cancel()

    def _close_engine(self) -> None:
        if self._engine is not None:
            self._engine.close()
            self._engine = None

    def _set_state(self, state: RunState) -> None:
        if state is not self._state:
            self._state = state
            self.run_state_changed.emit(state)


def _child_process() -> Engine:
    from napari_neuron.engine import ChildEngine

    return ChildEngine()


def _events(run: _Run, engine: Engine) -> Iterator[RunEvent]:
    begun = time.perf_counter()
    result: Any = None
    error: Exception | None = None
    try:
        simulation = run.begin(engine)
        with contextlib.closing(simulation):
            for advanced in simulation:
                if run.cancelled.is_set():
                    break
                if not advanced.n_frames:
                    continue  # the model is being built
                if result is None and simulation.result is not None:
                    result = simulation.result
                    yield RunStarted(result)
                took = time.perf_counter() - begun
                yield RunAdvanced(Progress(advanced.time, run.duration, took))
    except NapariNeuronError as problem:
        error = problem
    finally:
        if run.release:
            engine.close()
    yield RunEnded(result, error)
