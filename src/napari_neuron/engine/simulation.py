"""Running an experiment on cells: `simulate` for scripts, `Simulation` for who wants to watch."""

from __future__ import annotations

import contextlib
import dataclasses
import threading
from collections.abc import Callable, Iterator, Sequence
from types import MappingProxyType
from typing import Self

import numpy as np

from napari_neuron.compile.known import needs_catalogue
from napari_neuron.compile.lower import compile_experiment
from napari_neuron.compile.model import CompiledModel
from napari_neuron.engine.catalogue import read_catalogue
from napari_neuron.engine.child_engine import ChildEngine
from napari_neuron.engine.mod_files import require_library
from napari_neuron.engine.protocol import POINT_ROWS, POINT_TIMES, Advanced, Engine, Started
from napari_neuron.errors import BlowUpError, SimulationError
from napari_neuron.morphology.model import Morphology
from napari_neuron.result import SimulationResult, Status
from napari_neuron.result.network import NetworkResult
from napari_neuron.spec import Experiment

_idle_engines: list[ChildEngine] = []
"""At most one engine that the last run left warm; its child ends with this process."""


class Simulation:
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
        Who runs it; None for a child process that is kept warm from one run to the next.

    Attributes
    ----------
    result : SimulationResult or None
        Grows during the run; None before the first event. At the first events it may still hold
        no frame.

    Raises
    ------
    ExperimentError, MorphologyError
        If the experiment or a cell cannot be simulated; NEURON has not been asked then.
    """

    def __init__(
        self,
        cells: Morphology | Sequence[Morphology],
        experiment: Experiment,
        engine: Engine | None = None,
    ) -> None:
        self.cells = (cells,) if isinstance(cells, Morphology) else tuple(cells)
        self.experiment = experiment
        self.result: SimulationResult | None = None
        if isinstance(engine, ChildEngine):
            engine.warm_up()  # Python and NEURON start while we compile
        self._model = _compile(self.cells, experiment, getattr(engine, "python", None))
        self._cancelled = threading.Event()
        self._advances = self._run(engine)

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Advanced:
        """Return the next progress, at most 100 ms after the last.

        Raises
        ------
        BlowUpError
            If the voltage becomes NaN or absurd; says when and at which node.
        EngineCrashed, NeuronNotAvailable, SimulationError
            If the run fails in another way. ``partial`` has the frames so far.
        """
        return next(self._advances)

    def cancel(self) -> None:
        """Ask the run to stop; may be called from any thread. The iteration ends by itself."""
        self._cancelled.set()

    def close(self) -> None:
        """Stop the run if it has not ended; to be called by who iterates."""
        self._advances.close()  # type: ignore[attr-defined]

    def _run(self, given: Engine | None) -> Iterator[Advanced]:
        with borrowed_engine() if given is None else contextlib.nullcontext(given) as engine:
            events = engine.run(self._model)
            try:
                for event in events:
                    if isinstance(event, Started):
                        self.result = self._empty_result(event)
                        continue
                    assert self.result is not None
                    if isinstance(event, Advanced):
                        _extend(self.result, event, engine)
                        yield event
                        if self._cancelled.is_set():
                            break
                    else:
                        self.result.spikes = MappingProxyType(dict(event.spikes))
                        self.result.status = Status.COMPLETE
            except SimulationError as error:
                raise self._failed(error) from error.__cause__
            finally:
                events.close()  # type: ignore[attr-defined]
                if self.result is not None and self.result.status is Status.RUNNING:
                    self.result.status = Status.CANCELLED
                if self.result is not None and self.result.network is not None:
                    self.result.network.status = self.result.status

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

    def _failed(self, error: SimulationError) -> SimulationError:
        if isinstance(error, BlowUpError):
            where = _place_of(error.compartment, self._model, self.cells)
            error = BlowUpError(
                f"the run was stopped at {error.time:.6g} ms: the voltage {where} became NaN or "
                "left ±1000 mV. Check the stimuli and the membrane there, or use a smaller dt",
                time=error.time,
                compartment=error.compartment,
            )
        if self.result is not None:
            self.result.status = Status.FAILED
            self.result.message = str(error)
            if self.result.n_frames:
                error.partial = self.result
        return error


def simulate(
    cells: Morphology | Sequence[Morphology],
    experiment: Experiment | None = None,
    *,
    engine: Engine | None = None,
    progress: Callable[[float], object] | None = None,
) -> SimulationResult:
    """Run an experiment and return what came of it.

    Parameters
    ----------
    cells
        A morphology or several.
    experiment
        What to do with them; None for a passive cell at rest (`Experiment()`).
    engine
        Who runs it; None for a child process that is kept warm from one run to the next.
    progress
        Called with the fraction done, 0 to 1, at least every 100 ms.

    Returns
    -------
    SimulationResult

    Raises
    ------
    ExperimentError, MorphologyError
        If the experiment or a cell cannot be simulated; NEURON has not been asked then.
    BlowUpError
        If the voltage becomes NaN or absurd; says when and at which node.
    EngineCrashed, NeuronNotAvailable, SimulationError
        If the run fails in another way. ``partial`` has the frames so far.
    """
    if engine is None:
        warm_idle_engine()
    experiment = Experiment() if experiment is None else experiment
    simulation = Simulation(cells, experiment, engine)
    duration = experiment.run.n_steps * experiment.run.dt
    with contextlib.closing(simulation):
        for advanced in simulation:
            if progress is not None:
                progress(min(1.0, advanced.time / duration))
    assert simulation.result is not None
    return simulation.result


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


def _extend(result: SimulationResult, advanced: Advanced, engine: Engine) -> None:
    result.n_frames = advanced.n_frames
    if result.network is not None:
        result.network.simulated = max(result.network.simulated, advanced.time)
    result.n_samples = advanced.n_samples
    if advanced.units:
        result.units = advanced.units
    if advanced.spikes:
        known = dict(result.spikes)
        if result.network is not None and POINT_TIMES in advanced.spikes:
            result.network.add(advanced.spikes[POINT_TIMES], advanced.spikes[POINT_ROWS])
        for label, times in advanced.spikes.items():
            if label in (POINT_TIMES, POINT_ROWS):
                continue
            known[label] = np.concatenate([known[label], times])
        result.spikes = MappingProxyType(known)
    if not result.provenance:
        result.provenance = MappingProxyType(dict(engine.provenance))


def _place_of(compartment: int, model: CompiledModel, cells: Sequence[Morphology]) -> str:
    """Name the node nearest to a compartment; compartments of a section are numbered along it."""
    nearest = int(np.argmin(np.abs(model.compartment_of_node - compartment)))
    starts = np.cumsum([0, *(len(cell) for cell in cells)])
    index = int(np.searchsorted(starts, nearest, side="right")) - 1
    cell = cells[index]
    return f"at node {cell.node_id[nearest - starts[index]]} of {cell.name!r}"


@contextlib.contextmanager
def borrowed_engine() -> Iterator[ChildEngine]:
    """Lend the idle engine, or a new one where it is lent already; keep one for the next run."""
    try:
        engine = _idle_engines.pop()
    except IndexError:
        engine = ChildEngine()
    try:
        yield engine
    finally:
        if _idle_engines:
            engine.close()
        else:
            _idle_engines.append(engine)


def warm_idle_engine() -> None:
    """Start the process of the engine that `borrowed_engine` will lend, without waiting for it."""
    if not _idle_engines:
        _idle_engines.append(ChildEngine())
    with contextlib.suppress(IndexError):  # lent in the meantime by another thread
        _idle_engines[-1].warm_up()
