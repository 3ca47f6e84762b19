"""Carrying protocols out: rounds of runs, until a protocol wants no more."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from napari_neuron.morphology.model import Morphology
from napari_neuron.protocols.base import DoneRun, Protocol, Setting
from napari_neuron.protocols.outcome import Outcome
from napari_neuron.result import SimulationResult
from napari_neuron.spec import Experiment

if TYPE_CHECKING:
    from napari_neuron.engine.sweep import WarmEngines


@dataclass(frozen=True, eq=False)
class ProtocolResult:
    """What came of a protocol, as far as it went.

    Attributes
    ----------
    protocol : Protocol
    setting : Setting
        What it was carried out on.
    runs : tuple of DoneRun
        In the order in which they were planned.
    """

    protocol: Protocol
    setting: Setting
    runs: tuple[DoneRun, ...]

    @cached_property
    def outcome(self) -> Outcome:
        """What they say; its values are also reached by ``result["rheobase"]``."""
        return self.protocol.evaluate(self.setting, self.runs)

    def __repr__(self) -> str:
        return f"ProtocolResult({self.protocol!r}: {' '.join(self.outcome.words)})"

    def __getitem__(self, name: str) -> float:
        """Return the value of a quantity of the outcome."""
        return self.outcome[name]

    @property
    def results(self) -> tuple[SimulationResult | None, ...]:
        """The result of each run: traces and spikes, no frames; None for one that failed."""
        return tuple(run.result for run in self.runs)


def run_protocol(
    cells: Morphology | Sequence[Morphology],
    experiment: Experiment | None,
    protocol: Protocol,
    *,
    processes: int | None = None,
    progress: Callable[[float], object] | None = None,
) -> ProtocolResult:
    """Carry a protocol out and return what came of it.

    Parameters
    ----------
    cells
        A morphology or several.
    experiment
        Paint, discretisation, temperature, time step; None for a passive cell. What of its own
        stimuli stays is said by the protocol.
    protocol
        `FICurve`, `StepResponses`, `SynapseThreshold`, `TransferResistance`, `ConvergenceCheck`.
    processes
        How many runs at once; None for as many as there are cores. What is found does not depend
        on it.
    progress
        Called with the fraction done, 0 to 1, of the runs that are known to be needed: where a
        threshold is narrowed down, more are known only later.

    Returns
    -------
    ProtocolResult
        Runs that failed are in it as such, and do not cost the others.

    Raises
    ------
    ExperimentError, MorphologyError
        If the protocol does not fit the cells, or no run can be simulated.
    NeuronNotAvailable
        If there is no NEURON.
    """
    from napari_neuron.engine.sweep import WarmEngines

    with WarmEngines(processes) as engines:
        *_, last = protocol_steps(cells, experiment, protocol, engines, progress)
    return last


def protocol_steps(
    cells: Morphology | Sequence[Morphology],
    experiment: Experiment | None,
    protocol: Protocol,
    engines: WarmEngines,
    progress: Callable[[float], object] | None = None,
) -> Iterator[ProtocolResult]:
    """Carry a protocol out, and yield what is known after each run.

    `WarmEngines.cancel`, from any thread, ends it with the runs that are done; so does closing
    the iterator. Parameters are those of `run_protocol`.

    Yields
    ------
    ProtocolResult
        One for each run that is done, the last for all.

    Raises
    ------
    NapariNeuronError
        As `run_protocol`; also the error of the first round if all its runs fail: what is wrong
        with one is wrong with all.
    """
    cells = (cells,) if isinstance(cells, Morphology) else tuple(cells)
    setting = protocol.setting(cells, Experiment() if experiment is None else experiment)
    done: tuple[DoneRun, ...] = ()
    while planned := protocol.plan(setting, done):
        before = len(done)
        share = _share(progress, before, before + len(planned))
        experiments = [run.experiment for run in planned]
        errors = []
        for swept in engines.simulate(setting.cells, experiments, progress=share):
            problem = "" if swept.error is None else str(swept.error)
            done = (*done, DoneRun(planned[swept.index], swept.result, problem))
            if swept.error is not None:
                errors.append(swept.error)
            if len(errors) < len(planned):
                yield ProtocolResult(protocol, setting, done)
        if errors and len(errors) == len(planned) and not before:
            raise errors[0]
        if len(done) < before + len(planned):
            return  # cancelled


def _share(
    progress: Callable[[float], object] | None, before: int, after: int
) -> Callable[[float], object] | None:
    """Return what tells of the progress of a round of runs as of that of all runs so far."""
    if progress is None:
        return None
    return lambda fraction: progress((before + fraction * (after - before)) / after)
