"""`Session`: the only mutable state of the windows.

It holds the cells, the experiment with its undo list, the state of the run and the results.
Everything is changed through its methods, in one thread; what changed is told by signals.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary, WeakSet

import numpy as np
from psygnal import Signal

from napari_neuron.compile.cells import source_of
from napari_neuron.compile.effect import keeping_what_is_used
from napari_neuron.compile.repair import repair
from napari_neuron.errors import NapariNeuronError, SimulationError
from napari_neuron.morphology.model import Morphology
from napari_neuron.spec import Experiment, Repair

if TYPE_CHECKING:
    from napari_neuron.engine.protocol import Engine
    from napari_neuron.result import SimulationResult


class RunState(StrEnum):
    """What the session is busy with."""

    IDLE = "idle"
    PREPARING = "preparing"
    RUNNING = "running"
    CANCELLING = "cancelling"


@dataclass(frozen=True)
class Progress:
    """How far a run has come.

    Attributes
    ----------
    time, duration
        Simulated so far, and wanted, ms.
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
        """Estimated seconds to the end; None as long as that would be a guess."""
        if self.wall_time < 0.5 or self.fraction <= 0:
            return None
        return self.wall_time * (1 / self.fraction - 1)


@dataclass(frozen=True, eq=False)
class RunStarted:
    """The model is built; ``result`` fills from now on."""

    result: SimulationResult


@dataclass(frozen=True)
class RunAdvanced:
    """The run has come this far."""

    progress: Progress


@dataclass(frozen=True, eq=False)
class RunEnded:
    """The run is over: complete, cancelled, or stopped by ``error``.

    ``result`` is None if it ended before there was any.
    """

    result: SimulationResult | None
    error: Exception | None


RunEvent = RunStarted | RunAdvanced | RunEnded


@dataclass
class _History:
    """The experiments on one choice of cells, oldest first; ``at`` is the one that counts.

    ``cells`` has for each the cells with the repairs that it names, ``opened`` those without.
    """

    specs: list[Experiment]
    cells: list[tuple[Morphology, ...]]
    opened: tuple[Morphology, ...] = ()
    at: int = 0


@dataclass
class _Run:
    """One run on its way from `Session.run` to its end."""

    cells: tuple[Morphology, ...]
    experiment: Experiment
    cancelled: threading.Event = field(default_factory=threading.Event)
    release: bool = False


class Session:
    """What the windows show and change.

    Parameters
    ----------
    make_engine
        Makes what runs the compiled models, at the first run and at the first after `release`.
        By default a child process.

    Attributes
    ----------
    cells_changed : Signal (tuple of Morphology)
    experiment_changed : Signal (Experiment)
    run_state_changed : Signal (RunState)
    run_started : Signal (SimulationResult)
    run_advanced : Signal (Progress)
    run_ended : Signal (SimulationResult or None, Exception or None)
    results_changed : Signal (tuple of SimulationResult)
    """

    cells_changed = Signal(tuple)
    experiment_changed = Signal(object)
    run_state_changed = Signal(object)
    run_started = Signal(object)
    run_advanced = Signal(object)
    run_ended = Signal(object, object)
    results_changed = Signal(tuple)

    def __init__(self, make_engine: Callable[[], Engine] | None = None) -> None:
        self._make_engine = make_engine or _child_process
        self._engine: Engine | None = None
        self._histories: dict[tuple[str, ...], _History] = {}
        self._history = _History([Experiment()], [()])
        self._results: tuple[SimulationResult, ...] = ()
        self._numbers: WeakKeyDictionary[SimulationResult, int] = WeakKeyDictionary()
        self._pinned: WeakSet[SimulationResult] = WeakSet()
        self._n_runs = 0
        self._state = RunState.IDLE
        self._progress: Progress | None = None
        self._run: _Run | None = None

    # cells and the experiment --------------------------------------------------------------

    @property
    def cells(self) -> tuple[Morphology, ...]:
        """The chosen cells, with the repairs that the experiment names."""
        return self._history.cells[self._history.at]

    @property
    def opened_cells(self) -> tuple[Morphology, ...]:
        """The chosen cells as they were before any repair."""
        return self._history.opened

    @property
    def experiment(self) -> Experiment:
        """The experiment as it is now."""
        return self._history.specs[self._history.at]

    def choose_cells(self, cells: tuple[Morphology, ...]) -> None:
        """Work on other cells. Each choice of cells has an experiment and an undo list of its own.

        Cells of the same names are taken as the same cells, opened anew: the experiment stays as
        it is, but for the repairs, which these cells do not have.
        """
        cells = tuple(cells)
        if _same(cells, self.cells):
            return
        before = self.experiment
        names = tuple(cell.name for cell in cells)
        history = self._histories.setdefault(names, _History([Experiment()], [()]))
        if not _same(cells, history.cells[history.at]):
            sources = tuple(source_of(cell) for cell in cells)
            history.specs[:] = [spec.replace(cells=sources) for spec in history.specs]
            history.cells[:] = [cells] * len(history.specs)
            history.opened = cells
        self._history = history
        self.cells_changed.emit(cells)
        if self.experiment != before:
            self.experiment_changed.emit(self.experiment)

    def relabel(self, cell: Morphology) -> None:
        """Take labels over from ``cell``, which has the nodes of the first chosen cell.

        They hold in every step of the undo list.
        """
        history = self._history
        chosen = self.cells[0]

        def labelled(cells: tuple[Morphology, ...]) -> tuple[Morphology, ...]:
            first = cell if cells[0] is chosen else _with_labels_of(cells[0], cell)
            return (first, *cells[1:])

        history.cells[:] = [labelled(cells) for cells in history.cells]
        history.opened = labelled(history.opened)
        self.cells_changed.emit(self.cells)

    def edit(self, experiment: Experiment, cells: tuple[Morphology, ...] | None = None) -> None:
        """Make ``experiment`` the current one; `undo` goes back. What was undone is forgotten.

        Parameters
        ----------
        experiment
            The new one.
        cells
            The cells with the repairs that it names, if these are others than before.
        """
        if experiment == self.experiment:
            return
        history = self._history
        history.specs[history.at + 1 :] = [experiment]
        history.cells[history.at + 1 :] = [self.cells if cells is None else cells]
        self._go_to(history.at + 1)

    def repair(self, repairs: tuple[Repair, ...], cell: Morphology | None = None) -> None:
        """Repair the first chosen cell, in one step that `undo` takes back.

        Parameters
        ----------
        repairs
            What is done, in order, after what was done before. Resampling keeps the nodes that
            the experiment names.
        cell
            The cell after it, if that is known already; None works it out.

        Raises
        ------
        MorphologyError
            If a repair cannot be carried out; nothing has changed then.
        """
        chosen = self.cells[0]
        repairs = keeping_what_is_used(repairs, self.experiment)
        after = repair(chosen, repairs) if cell is None else cell
        if after is chosen:
            return
        source, *others = self.experiment.cells
        mended = source.replace(repairs=(*source.repairs, *repairs))
        self.edit(self.experiment.replace(cells=(mended, *others)), (after, *self.cells[1:]))

    def _go_to(self, at: int) -> None:
        before = self.cells
        self._history.at = at
        if not _same(before, self.cells):
            self.cells_changed.emit(self.cells)
        self.experiment_changed.emit(self.experiment)

    @property
    def can_undo(self) -> bool:
        """Whether there is an edit to take back."""
        return self._history.at > 0

    @property
    def can_redo(self) -> bool:
        """Whether there is an undone edit to do again."""
        return self._history.at < len(self._history.specs) - 1

    def undo(self) -> None:
        """Take the last edit back; does nothing where there is none."""
        if self.can_undo:
            self._go_to(self._history.at - 1)

    def redo(self) -> None:
        """Do the last undone edit again; does nothing where there is none."""
        if self.can_redo:
            self._go_to(self._history.at + 1)

    # results -------------------------------------------------------------------------------

    @property
    def results(self) -> tuple[SimulationResult, ...]:
        """The runs of this session, oldest first."""
        return self._results

    def is_out_of_date(self, result: SimulationResult) -> bool:
        """Whether ``result`` was made by another experiment, or of other cells, than now."""
        return not _same(result.cells, self.cells) or result.experiment != self.experiment

    def number_of(self, result: SimulationResult) -> int:
        """Return which run of this session a result is of; the first is 1."""
        return self._numbers[result]

    def pin(self, result: SimulationResult, pinned: bool = True) -> None:
        """Keep a result when the others are dropped, or no more."""
        (self._pinned.add if pinned else self._pinned.discard)(result)
        self.results_changed.emit(self._results)

    def is_pinned(self, result: SimulationResult) -> bool:
        """Whether a result is kept when the others are dropped."""
        return result in self._pinned

    def forget(self, result: SimulationResult) -> None:
        """Drop a result from the list of runs."""
        self._results = tuple(r for r in self._results if r is not result)
        self.results_changed.emit(self._results)

    def forget_all_but_pinned(self) -> None:
        """Drop all results from the list of runs that are not pinned."""
        self._results = tuple(r for r in self._results if self.is_pinned(r))
        self.results_changed.emit(self._results)

    # the run -------------------------------------------------------------------------------

    @property
    def run_state(self) -> RunState:
        """Idle, preparing, running or cancelling."""
        return self._state

    @property
    def progress(self) -> Progress | None:
        """Of the run under way, or of the last one."""
        return self._progress

    def run(self) -> Iterator[RunEvent]:
        """Begin a run and return its events.

        Iterate in any thread; hand each event to `apply` in the thread of the session. Closing
        the iterator cancels the run, as `cancel` does.

        Returns
        -------
        iterator of RunEvent
            One `RunStarted` (unless it fails before), then `RunAdvanced`, then one `RunEnded`.
            It raises nothing that a person can do something about: that is in `RunEnded`.

        Raises
        ------
        SimulationError
            If there is no cell, or a run is under way already.
        """
        if self._state is not RunState.IDLE:
            raise SimulationError("a run is under way; cancel it or wait for its end")
        if not self.cells:
            raise SimulationError("there is no cell to simulate; open a skeleton first")
        if self._engine is None:
            self._engine = self._make_engine()
        self._run = _Run(self.cells, self.experiment)
        self._progress = Progress(0.0, self.experiment.run.duration, 0.0)
        self._set_state(RunState.PREPARING)
        return _events(self._run, self._engine)

    def apply(self, event: RunEvent) -> None:
        """Take in what a run did, and tell by signals."""
        if isinstance(event, RunStarted):
            self._results = (*self._results, event.result)
            self._n_runs += 1
            self._numbers[event.result] = self._n_runs
            if self._state is RunState.PREPARING:
                self._set_state(RunState.RUNNING)
            self.results_changed.emit(self._results)
            self.run_started.emit(event.result)
        elif isinstance(event, RunAdvanced):
            self._progress = event.progress
            self.run_advanced.emit(event.progress)
        else:
            if self._run is not None and self._run.release:
                self._close_engine()
            self._run = None
            self._set_state(RunState.IDLE)
            self.run_ended.emit(event.result, event.error)
            self.results_changed.emit(self._results)

    def cancel(self) -> None:
        """Ask the run to stop; `run_ended` tells when it has. Does nothing without a run."""
        if self._run is not None:
            self._run.cancelled.set()
            self._set_state(RunState.CANCELLING)

    def release(self) -> None:
        """Cancel what runs and end the engine's process; the next run starts another.

        Waits for nothing: a run under way ends the process itself, in its own thread.
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


def _same(one: tuple[Morphology, ...], other: tuple[Morphology, ...]) -> bool:
    return len(one) == len(other) and all(a is b for a, b in zip(one, other, strict=True))


def _with_labels_of(cell: Morphology, other: Morphology) -> Morphology:
    """Return a cell with the labels that nodes of the same ids have in another."""
    if other.labels is None:
        return cell.replace(labels=None)
    label = dict(zip(other.node_id.tolist(), other.labels.tolist(), strict=True))
    return cell.replace(labels=np.array([label.get(i, "") for i in cell.node_id.tolist()]))


def _child_process() -> Engine:
    from napari_neuron.engine import ChildEngine

    return ChildEngine()


def _events(run: _Run, engine: Engine) -> Iterator[RunEvent]:
    from napari_neuron.engine import Simulation

    begun = time.perf_counter()
    duration = run.experiment.run.duration
    result: SimulationResult | None = None
    error: Exception | None = None
    try:
        simulation = Simulation(run.cells, run.experiment, engine)
        with contextlib.closing(simulation):
            for advanced in simulation:
                if run.cancelled.is_set():
                    break
                if not advanced.n_frames:
                    continue  # the model is being built
                if result is None and simulation.result is not None:
                    result = simulation.result
                    yield RunStarted(result)
                yield RunAdvanced(Progress(advanced.time, duration, time.perf_counter() - begun))
    except NapariNeuronError as problem:
        error = problem
    finally:
        if run.release:
            engine.close()
    yield RunEnded(result, error)
