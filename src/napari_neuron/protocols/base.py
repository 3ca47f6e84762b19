"""What all protocols have in common: where they measure, and on what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import Field

from napari_neuron.errors import ExperimentError
from napari_neuron.morphology.model import Morphology
from napari_neuron.protocols.outcome import Outcome
from napari_neuron.result import SimulationResult
from napari_neuron.spec import Experiment, SpikeDetector, VoltageRecorder
from napari_neuron.spec.base import SavedSpec
from napari_neuron.spec.cells_of_experiment import for_cells
from napari_neuron.spec.events import SpikeTrains
from napari_neuron.spec.synapse import Synapse
from napari_neuron.units import Millivolts

Kept = Literal["none", "elsewhere", "all"]


@dataclass(frozen=True, eq=False)
class Setting:
    """What a protocol is carried out on.

    Attributes
    ----------
    cells : tuple of Morphology
        The cells that are simulated.
    cell : Morphology
        The one among them that is measured.
    experiment : Experiment
        What every run has in common: paint, discretisation, and the stimuli that stay. It has no
        recorders.
    """

    cells: tuple[Morphology, ...]
    cell: Morphology
    experiment: Experiment

    @property
    def cell_name(self) -> str | None:
        """How what is placed on the cell names it; None for the only one."""
        return self.cell.name if len(self.cells) > 1 else None


@dataclass(frozen=True, eq=False)
class PlannedRun:
    """A run that is to be done.

    Attributes
    ----------
    name : str
        What it is called: "0.1 nA".
    key : tuple
        By which the protocol knows it again; no two runs have the same.
    experiment : Experiment
    """

    name: str
    key: tuple[Any, ...]
    experiment: Experiment


@dataclass(frozen=True, eq=False)
class DoneRun:
    """A run that was done.

    Attributes
    ----------
    planned : PlannedRun
    result : SimulationResult or None
        Traces and spikes, no frames; None if it failed.
    problem : str
        Why it failed; "" if it did not.
    """

    planned: PlannedRun
    result: SimulationResult | None
    problem: str = ""


class Protocol(SavedSpec):
    """A series of runs that measures a cell at a node.

    Attributes
    ----------
    cell
        Name of the cell; None for the only one.
    node
        Id of the node that is measured.
    keep_stimuli
        What of the experiment's own stimuli stays: "none" (the cell alone, also without other
        cells and their connections), "elsewhere" (all but what is placed at this node), or "all".
    """

    cell: str | None = None
    node: int
    keep_stimuli: Kept = "none"

    def setting(self, cells: Sequence[Morphology], experiment: Experiment) -> Setting:
        """Return what the protocol is carried out on.

        Raises
        ------
        ExperimentError
            If there is no such cell or node.
        """
        cell = _cell_named(self.cell, cells)
        require_nodes(cell, (self.node,), "node")
        plain = experiment.replace(recorders=(), frames=("v",))
        if self.keep_stimuli == "none":
            alone = for_cells(plain, (cell.name,), None if len(cells) > 1 else cell.name)
            alone = alone.replace(
                cells=tuple(source for source in plain.cells if source.name == cell.name),
                stimuli=(),
                connections=(),
                network=None,
            )
            return Setting((cell,), cell, alone)
        if self.keep_stimuli == "elsewhere":
            plain = plain.replace(
                stimuli=tuple(
                    left
                    for stimulus in plain.stimuli
                    for left in (_without_node(stimulus, cell.name, self.node),)
                    if left is not None
                )
            )
        return Setting(tuple(cells), cell, plain)

    def plan(self, setting: Setting, done: Sequence[DoneRun]) -> tuple[PlannedRun, ...]:
        """Return the runs to do next, given those that are done; none when all are.

        Raises
        ------
        ExperimentError
            If the protocol does not fit the cell.
        """
        raise NotImplementedError

    def evaluate(self, setting: Setting, done: Sequence[DoneRun]) -> Outcome:
        """Return what the runs say that are done so far."""
        raise NotImplementedError


class SpikingProtocol(Protocol):
    """A protocol that looks for spikes at its node.

    Attributes
    ----------
    threshold
        A spike is where the voltage crosses this from below, mV.
    """

    threshold: Millivolts = Field(default=-20.0, ge=-1000, le=1000)


def label_of(node: int) -> str:
    """Return what the recorders of a node are called."""
    return f"node {node}"


def watched(
    setting: Setting, nodes: Sequence[int], threshold: float
) -> tuple[VoltageRecorder | SpikeDetector, ...]:
    """Return recorders of voltage at nodes, and a spike detector at the first."""
    place = {"cell": setting.cell_name}
    voltages = [
        VoltageRecorder(label=label_of(node), node=node, **place) for node in dict.fromkeys(nodes)
    ]
    detector = SpikeDetector(label=label_of(nodes[0]), node=nodes[0], threshold=threshold, **place)
    return (*voltages, detector)


def lasting(experiment: Experiment, duration: float) -> Experiment:
    """Return the experiment with another duration, ms."""
    return experiment.replace(run=experiment.run.replace(duration=duration))


def by_key(done: Sequence[DoneRun]) -> dict[tuple[Any, ...], tuple[int, SimulationResult]]:
    """Return number and result of the runs that succeeded, by their keys."""
    return {
        run.planned.key: (number, run.result)
        for number, run in enumerate(done)
        if run.result is not None
    }


def failures(done: Sequence[DoneRun]) -> tuple[str, ...]:
    """Return a warning for each run that failed."""
    return tuple(
        f"The run {run.planned.name} failed: {run.problem}" for run in done if run.result is None
    )


def has_nodes(cell: Morphology, nodes: Sequence[int]) -> bool:
    """Whether a cell has all of these nodes."""
    try:
        cell.rows(list(nodes))
    except KeyError:
        return False
    return True


def require_nodes(cell: Morphology, nodes: Sequence[int], field: str) -> None:
    """Refuse nodes that a cell does not have.

    Raises
    ------
    ExperimentError
        Naming the first.
    """
    for index, node in enumerate(nodes):
        if not has_nodes(cell, (node,)):
            where = field if field == "node" else f"{field}[{index}]"
            raise ExperimentError(
                where,
                f"{node} is not a node of {cell.name!r} ({len(cell)} nodes, ids "
                f"{cell.node_id.min()} to {cell.node_id.max()})",
            )


def _cell_named(name: str | None, cells: Sequence[Morphology]) -> Morphology:
    if not cells:
        raise ExperimentError("cell", "there is no cell to measure")
    names = [cell.name for cell in cells]
    if name is None and len(cells) == 1:
        return cells[0]
    if name not in names:
        problem = "say which is measured" if name is None else f"there is no cell {name!r}"
        raise ExperimentError("cell", f"{problem}; there is {', '.join(names)}")
    return cells[names.index(name)]


def _without_node(stimulus: Any, cell: str, node: int) -> Any:
    """Return a stimulus without what it places at a node; None if that was all of it."""
    if stimulus.cell not in (None, cell) or node not in stimulus.nodes:
        return stimulus
    rows = [row for row, one in enumerate(stimulus.nodes) if one != node]
    if not rows:
        return None
    changes: dict[str, Any] = {"nodes": tuple(stimulus.nodes[row] for row in rows)}
    if isinstance(stimulus, Synapse):
        for field in ("weights", "delays", "train_of"):
            if values := getattr(stimulus, field):
                changes[field] = tuple(values[row] for row in rows)
        own = isinstance(stimulus.events, SpikeTrains) and not stimulus.shared
        if own and not stimulus.train_of:
            changes["train_of"] = tuple(rows)  # each keeps the train it had
    return stimulus.replace(**changes)
