"""`Session`: the only mutable state of the windows.

It has the cells, the experiment with its undo list, the state of the run and the results. All
changes go through its methods, in one thread; signals announce them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary, WeakSet

import numpy as np
from psygnal import Signal

from napari_neuron.compile.cells import source_of
from napari_neuron.compile.moved_placements import follow_repair, keeping_what_is_used
from napari_neuron.compile.repair import repair
from napari_neuron.errors import ExperimentError, SimulationError
from napari_neuron.morphology.model import Morphology
from napari_neuron.runner import RunEnded, RunEvent, Runner, RunState
from napari_neuron.spec import CellSource, Experiment, Repair
from napari_neuron.spec.cells_of_experiment import for_cells
from napari_neuron.undo_list import UndoList

if TYPE_CHECKING:
    from napari_neuron.engine import Simulation
    from napari_neuron.engine.protocol import Engine
    from napari_neuron.result import SimulationResult


@dataclass(frozen=True)
class _Step:
    """An experiment, and the cells with its repairs."""

    experiment: Experiment
    cells: tuple[Morphology, ...]


@dataclass
class _History:
    """The experiments on one choice of cells, these cells without repairs, and the one shown."""

    steps: UndoList[_Step]
    opened: tuple[Morphology, ...] = ()
    shown: int = 0
    saved: Experiment | None = None


class Session(Runner):
    """The state that the windows show and change.

    Parameters
    ----------
    make_engine
        Makes the engine that runs the compiled models, at the first run and at the first after
        `release`. By default a child process.

    Attributes
    ----------
    cells_changed : Signal (tuple of Morphology)
    experiment_changed : Signal (Experiment)
    run_state_changed : Signal (RunState)
    run_started : Signal (SimulationResult)
    run_advanced : Signal (Progress)
    run_ended : Signal (SimulationResult or None, Exception or None)
    results_changed : Signal (tuple of SimulationResult)
    saved : Signal ()
        The experiment lies in a file as it is now.
    result_opened : Signal (SimulationResult)
        A run that was stored, or made outside of the session, is to be looked at.
    """

    cells_changed = Signal(tuple)
    experiment_changed = Signal(object)
    results_changed = Signal(tuple)
    saved = Signal()
    result_opened = Signal(object)

    def __init__(self, make_engine: Callable[[], Engine] | None = None) -> None:
        super().__init__(make_engine)
        self._histories: dict[tuple[str, ...], _History] = {}
        self._history = _new_history()
        self._results: tuple[SimulationResult, ...] = ()
        self._numbers: WeakKeyDictionary[SimulationResult, int] = WeakKeyDictionary()
        self._pinned: WeakSet[SimulationResult] = WeakSet()
        self._n_runs = 0

    # cells and the experiment --------------------------------------------------------------

    @property
    def cells(self) -> tuple[Morphology, ...]:
        """The chosen cells, with the experiment's repairs."""
        return self._history.steps.current.cells

    @property
    def opened_cells(self) -> tuple[Morphology, ...]:
        """The chosen cells before any repair."""
        return self._history.opened

    @property
    def shown_cell(self) -> Morphology | None:
        """The chosen cell that is shown, checked, labelled and repaired; None without a cell."""
        cells = self.cells
        return cells[self._history.shown] if cells else None

    def show_cell(self, name: str) -> None:
        """Show the chosen cell of that name; emits `cells_changed`."""
        names = [cell.name for cell in self.cells]
        if name in names and names.index(name) != self._history.shown:
            self._history.shown = names.index(name)
            self.cells_changed.emit(self.cells)

    @property
    def experiment(self) -> Experiment:
        """The current experiment."""
        return self._history.steps.current.experiment

    def choose_cells(self, cells: tuple[Morphology, ...]) -> None:
        """Work on other cells. Each choice of cells has its own experiment and undo list.

        Cells with the same names count as the same cells, opened again: the experiment stays,
        except for the repairs, which these cells do not have. The first time cells are added to the
        chosen ones or left out, the new experiment keeps whatever concerns those that stay.

        Raises
        ------
        ExperimentError
            If two of the cells have one name.
        """
        cells = tuple(cells)
        if _same(cells, self.cells):
            return
        before = self.experiment
        names = tuple(cell.name for cell in cells)
        for name in names:
            if names.count(name) > 1:
                raise ExperimentError(
                    "cells",
                    f"two skeletons are called {name!r}; close one, or rename its file "
                    f"and open it again",
                )
        history = self._histories.get(names)
        if history is None:
            history = self._histories[names] = _new_history(self._taken_over(names))
        if not _same(cells, history.steps.current.cells):
            found = [self._known(cell) or (source_of(cell), cell) for cell in cells]
            sources = tuple(source for source, _ in found)
            history.steps.change_all(
                lambda step: _Step(step.experiment.replace(cells=sources), cells)
            )
            history.opened = tuple(opened for _, opened in found)
            if history.saved is not None:
                history.saved = history.saved.replace(cells=sources)
        self._history = history
        self.cells_changed.emit(cells)
        if self.experiment != before:
            self.experiment_changed.emit(self.experiment)

    def relabel(self, cell: Morphology) -> None:
        """Copy labels from ``cell`` to the chosen cell of the same name and nodes.

        They apply to every undo step.
        """
        chosen = next(one for one in self.cells if one.name == cell.name)

        def labelled(cells: tuple[Morphology, ...]) -> tuple[Morphology, ...]:
            return tuple(
                cell
                if one is chosen
                else _with_labels_of(one, cell)
                if one.name == cell.name
                else one
                for one in cells
            )

        history = self._history
        history.steps.change_all(lambda step: _Step(step.experiment, labelled(step.cells)))
        history.opened = labelled(history.opened)
        self.cells_changed.emit(self.cells)

    def edit(self, experiment: Experiment, cells: tuple[Morphology, ...] | None = None) -> None:
        """Make ``experiment`` the current one; `undo` reverts this. Undone edits are dropped.

        Parameters
        ----------
        experiment
            The new one.
        cells
            The cells with its repairs, if these have changed.
        """
        if experiment == self.experiment:
            return
        before = self.cells
        self._history.steps.add(_Step(experiment, before if cells is None else cells))
        self._tell_since(before)

    def repair(self, repairs: tuple[Repair, ...], cell: Morphology | None = None) -> None:
        """Repair the shown cell, in one step that `undo` reverts.

        Anything placed at removed nodes moves to the nearest that stay; see
        `napari_neuron.compile.moved_placements`.

        Parameters
        ----------
        repairs
            The repairs, in order, after those made before. Resampling keeps the nodes that the
            experiment names.
        cell
            The cell after it, if that is known already; None works it out.

        Raises
        ------
        MorphologyError
            If a repair cannot be carried out; nothing has changed then.
        """
        at = self._history.shown
        repairs = keeping_what_is_used(repairs, self.experiment, self.cells[at])
        after = repair(self.cells[at], repairs) if cell is None else cell
        if after is self.cells[at]:
            return
        sources, cells = list(self.experiment.cells), list(self.cells)
        sources[at] = sources[at].replace(repairs=(*sources[at].repairs, *repairs))
        experiment = follow_repair(self.experiment, cells[at], after)
        cells[at] = after
        self.edit(experiment.replace(cells=tuple(sources)), tuple(cells))

    def mark_saved(self) -> None:
        """Take note that the experiment lies in a file; `saved` tells of it."""
        self._history.saved = self.experiment
        self.saved.emit()

    @property
    def unsaved(self) -> dict[tuple[str, ...], Experiment]:
        """Experiments that were edited since they were begun or saved, by the names of the cells.

        What another choice of cells has taken over is none as long as nothing was edited.
        """
        return {
            names: history.steps.current.experiment
            for names, history in self._histories.items()
            if history.steps.current.experiment
            not in (history.steps.first.experiment, history.saved)
        }

    def _known(self, cell: Morphology) -> tuple[CellSource, Morphology] | None:
        """Return the source of a chosen cell, with its repairs, and the cell before them."""
        rows = zip(self.cells, self.experiment.cells, self.opened_cells, strict=True)
        return next(((source, opened) for one, source, opened in rows if one is cell), None)

    def _taken_over(self, names: tuple[str, ...]) -> Experiment:
        """Return the initial experiment on cells of these names."""
        before = [cell.name for cell in self.cells]
        is_other = len(names) == len(before) == 1 or not set(names) & set(before)
        if is_other:
            return Experiment()
        return for_cells(self.experiment, names, before[0] if len(before) == 1 else None)

    def _tell_since(self, before: tuple[Morphology, ...]) -> None:
        if not _same(before, self.cells):
            self.cells_changed.emit(self.cells)
        self.experiment_changed.emit(self.experiment)

    @property
    def can_undo(self) -> bool:
        """Whether there is an edit to undo."""
        return self._history.steps.can_undo

    @property
    def can_redo(self) -> bool:
        """Whether there is an edit to redo."""
        return self._history.steps.can_redo

    def undo(self) -> None:
        """Undo the last edit; does nothing if there is none."""
        before = self.cells
        if self._history.steps.undo():
            self._tell_since(before)

    def redo(self) -> None:
        """Redo the last undone edit; does nothing if there is none."""
        before = self.cells
        if self._history.steps.redo():
            self._tell_since(before)

    # results -------------------------------------------------------------------------------

    @property
    def results(self) -> tuple[SimulationResult, ...]:
        """The runs of this session, oldest first."""
        return self._results

    def open_result(self, result: SimulationResult, *, with_experiment: bool = True) -> None:
        """List a run that was stored or made elsewhere, as the newest; `result_opened` tells of it.

        Parameters
        ----------
        result
            Of any cells. One that is listed already is left where it is.
        with_experiment
            Whether its cells are chosen and its experiment becomes the current one, which `undo`
            takes back. While something runs it does not.
        """
        if any(result is known for known in self._results):
            return
        if with_experiment and self.run_state is RunState.IDLE:
            self.choose_cells(result.cells)
            self.edit(self._with_sources(result.experiment))
            self.mark_saved()  # it lies with the result
        self._append(result)
        self.result_opened.emit(result)

    def is_out_of_date(self, result: SimulationResult) -> bool:
        """Whether ``result`` comes from another experiment or other cells than now."""
        if not _same(result.cells, self.cells):
            return True
        return self._with_sources(result.experiment) != self.experiment

    def _with_sources(self, experiment: Experiment) -> Experiment:
        """Return an experiment that says where the chosen cells come from; a script's need not."""
        return experiment if experiment.cells else experiment.replace(cells=self.experiment.cells)

    def number_of(self, result: SimulationResult) -> int:
        """Return the number of a result's run in this session; the first is 1."""
        return self._numbers[result]

    def pin(self, result: SimulationResult, pinned: bool = True) -> None:
        """Keep a result when the others are dropped, or stop keeping it."""
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

    def _next_run(self) -> tuple[Callable[[Engine], Simulation], float]:
        from napari_neuron.engine import Simulation

        if not self.cells:
            raise SimulationError("there is no cell to simulate; open a skeleton first")
        return partial(Simulation, self.cells, self.experiment), self.experiment.run.duration

    def apply(self, event: RunEvent) -> None:
        """Apply an event of a run, and emit signals."""
        super().apply(event)
        if isinstance(event, RunEnded):
            self.results_changed.emit(self._results)

    def _take(self, result: SimulationResult) -> None:
        self._append(result)
        self.run_started.emit(result)

    def _append(self, result: SimulationResult) -> None:
        self._results = (*self._results, result)
        self._n_runs += 1
        self._numbers[result] = self._n_runs
        self.results_changed.emit(self._results)


def _new_history(experiment: Experiment | None = None) -> _History:
    return _History(UndoList(_Step(experiment or Experiment(), ())))


def _same(one: tuple[Morphology, ...], other: tuple[Morphology, ...]) -> bool:
    return len(one) == len(other) and all(a is b for a, b in zip(one, other, strict=True))


def _with_labels_of(cell: Morphology, other: Morphology) -> Morphology:
    """Return a cell with the labels that nodes of the same ids have in another."""
    if other.labels is None:
        return cell.replace(labels=None)
    label = dict(zip(other.node_id.tolist(), other.labels.tolist(), strict=True))
    return cell.replace(labels=np.array([label.get(i, "") for i in cell.node_id.tolist()]))
