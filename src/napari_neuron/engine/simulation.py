"""Runs an experiment on cells: `simulate` for scripts, `Simulation` to watch the progress."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from types import MappingProxyType

import numpy as np

from napari_neuron.compile.known import needs_catalogue
from napari_neuron.compile.lower import compile_experiment
from napari_neuron.compile.model import CompiledModel
from napari_neuron.engine.catalogue import read_catalogue
from napari_neuron.engine.mod_files import require_library
from napari_neuron.engine.protocol import (
    POINT_ROWS,
    POINT_TIMES,
    Advanced,
    Engine,
    Finished,
    Started,
)
from napari_neuron.engine.watched_run import WatchedRun, warm_idle_engine
from napari_neuron.errors import BlowUpError, SimulationError
from napari_neuron.morphology.model import Morphology
from napari_neuron.result import SimulationResult
from napari_neuron.result.network import NetworkResult
from napari_neuron.spec import Experiment


class Simulation(WatchedRun[SimulationResult]):
    """One run of an experiment, as an iterator over its progress.

    Iterating runs it; `close`, or `cancel` from any thread, stops it, and what was computed stays
    in ``result``.

    Parameters
    ----------
    cells
        A morphology or several.
    experiment
        What to do with them.
    engine
        The engine to run it; None: a child process that is kept warm between runs.

    Attributes
    ----------
    result : SimulationResult or None
        Grows during the run; None before the first event. At the first events it may still hold
        no frame.

    Raises
    ------
    ExperimentError, MorphologyError
        If the experiment or a cell cannot be simulated; raised before NEURON starts.
    """

    def __init__(
        self,
        cells: Morphology | Sequence[Morphology],
        experiment: Experiment,
        engine: Engine | None = None,
    ) -> None:
        self.cells = (cells,) if isinstance(cells, Morphology) else tuple(cells)
        self.experiment = experiment
        super().__init__(engine)

    def _compiled(self, engine: Engine | None) -> CompiledModel:
        self._model = _compile(self.cells, self.experiment, getattr(engine, "python", None))
        return self._model

    def _empty_result(self, started: Started) -> SimulationResult:
        detectors, points = self._model.detectors, self.experiment.network
        return SimulationResult(
            cells=self.cells,
            experiment=self.experiment,
            frames=started.frames,
            samples=started.samples,
            more_frames=MappingProxyType(dict(started.more_frames)),
            compartment_of_node=self._model.compartment_of_node,
            spikes=MappingProxyType({detector.label: np.empty(0) for detector in detectors}),
            network=None if points is None else NetworkResult(points),
        )

    def _extend(self, result: SimulationResult, advanced: Advanced) -> None:
        result.n_frames = advanced.n_frames
        result.n_samples = advanced.n_samples
        if advanced.units:
            result.units = advanced.units
        new = dict(advanced.spikes)
        times, rows = new.pop(POINT_TIMES, None), new.pop(POINT_ROWS, None)
        if result.network is not None:
            result.network.simulated = max(result.network.simulated, advanced.time)
            if times is not None and rows is not None:
                result.network.add(times, rows)
        if new:
            known = dict(result.spikes)
            for label, found in new.items():
                known[label] = np.concatenate([known[label], found])
            result.spikes = MappingProxyType(known)

    def _complete(self, result: SimulationResult, finished: Finished) -> None:
        result.spikes = MappingProxyType(dict(finished.spikes))

    def _ended(self, result: SimulationResult) -> None:
        if result.network is not None:
            result.network.status = result.status

    def _said(self, error: SimulationError) -> SimulationError:
        if not isinstance(error, BlowUpError):
            return error
        where = _place_of(error.compartment, self._model, self.cells)
        return BlowUpError(
            f"the run was stopped at {error.time:.6g} ms: the voltage {where} became NaN or "
            "left ±1000 mV. Check the stimuli and the membrane there, or use a smaller dt",
            time=error.time,
            compartment=error.compartment,
        )


def simulate(
    cells: Morphology | Sequence[Morphology],
    experiment: Experiment | None = None,
    *,
    engine: Engine | None = None,
    progress: Callable[[float], object] | None = None,
) -> SimulationResult:
    """Run an experiment and return its result.

    Parameters
    ----------
    cells
        A morphology or several.
    experiment
        The experiment; None: a passive cell at rest (`Experiment()`).
    engine
        The engine to run it; None: a child process that is kept warm between runs.
    progress
        Called with the fraction done, 0 to 1, at least every 100 ms.

    Returns
    -------
    SimulationResult

    Raises
    ------
    ExperimentError, MorphologyError
        If the experiment or a cell cannot be simulated; raised before NEURON starts.
    BlowUpError
        If the voltage becomes NaN or absurd; says when and at which node.
    EngineCrashed, NeuronNotAvailable, SimulationError
        If the run fails in another way. ``partial`` has the frames so far.

    Examples
    --------
    >>> import napari_neuron as nn
    >>> cell = nn.read_morphology("cell.swc")
    >>> experiment = nn.Experiment(
    ...     paint=[nn.CableProperties(Ra=100, cm=1), nn.HodgkinHuxley()],
    ...     stimuli=[nn.CurrentPulse(nodes=[1], delay=5, duration=2, amplitude=1)],
    ...     recorders=[nn.VoltageRecorder(label="soma", node=1)],
    ... )
    >>> result = nn.simulate(cell, experiment)
    >>> result.traces["soma"].values  # mV
    """
    if engine is None:
        warm_idle_engine()
    experiment = Experiment() if experiment is None else experiment
    duration = experiment.run.n_steps * experiment.run.dt
    return Simulation(cells, experiment, engine).to_the_end(duration, progress)


def _compile(
    cells: Sequence[Morphology], experiment: Experiment, python: str | None
) -> CompiledModel:
    if not experiment.mod_files and not needs_catalogue(experiment):
        return compile_experiment(cells, experiment)
    catalogue = read_catalogue(experiment.mod_files, python=python)
    model = compile_experiment(cells, experiment, catalogue)
    if not experiment.mod_files:
        return model
    library = require_library(experiment.mod_files, python=python)
    return dataclasses.replace(model, library=str(library))


def _place_of(compartment: int, model: CompiledModel, cells: Sequence[Morphology]) -> str:
    """Name the node nearest to a compartment; compartments of a section are numbered along it."""
    nearest = int(np.argmin(np.abs(model.compartment_of_node - compartment)))
    starts = np.cumsum([0, *(len(cell) for cell in cells)])
    index = int(np.searchsorted(starts, nearest, side="right")) - 1
    cell = cells[index]
    return f"at node {cell.node_id[nearest - starts[index]]} of {cell.name!r}"
