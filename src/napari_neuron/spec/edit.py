"""Edits what is placed: move it to another node, copy it, change several at once."""

from __future__ import annotations

import re
from collections.abc import Container, Sequence
from typing import Any, TypeVar

from napari_neuron.errors import ExperimentError
from napari_neuron.spec.base import Spec
from napari_neuron.spec.current import CurrentNoise
from napari_neuron.spec.experiment import Experiment
from napari_neuron.spec.placed import Placed
from napari_neuron.spec.recorder import (
    PlacedRecorder,
    ProcessRecorder,
    SpikeDetector,
    VariableRecorder,
)
from napari_neuron.spec.stimulus import Stimulus
from napari_neuron.spec.synapse import Exp2Synapse, Synapse

_OF_ONE = frozenset({"label", "cell", "node", "nodes", "stimulus"})
"""Fields that are not changed in all selected items together."""

PlacedType = TypeVar("PlacedType", bound=Placed | PlacedRecorder)


def moved(placed: PlacedType, from_node: int, to_node: int) -> PlacedType:
    """Return a stimulus or recorder at ``to_node`` wherever it was at ``from_node``."""
    if isinstance(placed, PlacedRecorder):
        return placed.replace(node=to_node) if placed.node == from_node else placed
    nodes = tuple(to_node if node == from_node else node for node in placed.nodes)
    return placed.replace(nodes=nodes)


def with_stimulus_moved(
    experiment: Experiment, index: int, from_node: int, to_node: int
) -> Experiment:
    """Return the experiment with a stimulus moved, together with the recorders of its current."""
    stimulus = experiment.stimuli[index]
    stimuli = list(experiment.stimuli)
    stimuli[index] = moved(stimulus, from_node, to_node)
    follow = stimulus.label or None
    recorders = tuple(
        moved(recorder, from_node, to_node)
        if getattr(recorder, "stimulus", None) == follow and follow is not None
        else recorder
        for recorder in experiment.recorders
    )
    return experiment.replace(stimuli=tuple(stimuli), recorders=recorders)


def with_stimulus_copied(experiment: Experiment, index: int) -> Experiment:
    """Return the experiment with a copy of a stimulus after it, with its own label and seed."""
    stimulus = experiment.stimuli[index]
    taken = {other.label for other in experiment.stimuli}
    copy: Stimulus = stimulus.replace(label=stimulus.label and free_label(stimulus.label, taken))
    seed = free_seed(experiment)
    if isinstance(copy, CurrentNoise | Exp2Synapse):
        copy = copy.replace(seed=seed)
    elif isinstance(copy, Synapse) and hasattr(copy.events, "seed"):
        copy = copy.replace(events=copy.events.replace(seed=seed))
    after = index + 1
    return experiment.replace(
        stimuli=(*experiment.stimuli[:after], copy, *experiment.stimuli[after:])
    )


def with_recorder_copied(experiment: Experiment, index: int) -> Experiment:
    """Return the experiment with a copy of a recorder after it, with its own label."""
    recorder = experiment.recorders[index]
    taken = {other.label for other in experiment.recorders}
    copy = recorder.replace(label=free_label(recorder.label, taken))
    after = index + 1
    return experiment.replace(
        recorders=(*experiment.recorders[:after], copy, *experiment.recorders[after:])
    )


def with_copies(experiment: Experiment, part: str, rows: Sequence[int]) -> Experiment:
    """Return the experiment with a copy after each of the given stimuli or recorders.

    Parameters
    ----------
    part
        "stimuli" or "recorders".
    rows
        Indices of the items in it.
    """
    copied = with_stimulus_copied if part == "stimuli" else with_recorder_copied
    for row in sorted(rows, reverse=True):
        experiment = copied(experiment, row)
    return experiment


def with_moved_to(
    experiment: Experiment,
    part: str,
    rows: Sequence[int],
    nodes: Sequence[int],
    cell: str | None = None,
) -> Experiment:
    """Return the experiment with the given stimuli or recorders moved to other nodes.

    Parameters
    ----------
    part
        "stimuli" or "recorders".
    rows
        Indices of the items in it.
    nodes
        One node for all items, or one per item. A single stimulus takes all of them; if their
        number changes, it loses its values per node (weights, delays, trains).
    cell
        The cell these nodes belong to, if there are several.

    Raises
    ------
    ExperimentError
        If the number of nodes is neither one nor the number of items.
    """
    rows = sorted(rows)
    if part == "stimuli" and len(rows) == 1:
        return _with_nodes(experiment, rows[0], tuple(nodes), cell)
    if len(nodes) not in (1, len(rows)):
        raise ExperimentError(
            part,
            f"{len(nodes)} points are selected for {len(rows)} of the list; select one point, or "
            "one for each",
        )
    targets = list(nodes) * len(rows) if len(nodes) == 1 else list(nodes)
    for row, node in zip(rows, targets, strict=True):
        if part == "stimuli":
            experiment = _with_nodes(experiment, row, (node,), cell)
        else:
            recorders = list(experiment.recorders)
            recorders[row] = recorders[row].replace(node=node, cell=cell)
            recorders[row] = _named_anew(experiment.recorders[row], recorders, row)
            experiment = experiment.replace(recorders=tuple(recorders))
    return experiment


def _with_nodes(
    experiment: Experiment, row: int, nodes: tuple[int, ...], cell: str | None
) -> Experiment:
    """Return the experiment with a stimulus at other nodes; recorders of its current follow it."""
    stimulus = experiment.stimuli[row]
    changes: dict[str, Any] = {"nodes": nodes, "cell": cell}
    if len(nodes) != len(stimulus.nodes) and isinstance(stimulus, Synapse):
        changes |= {"weights": (), "delays": (), "train_of": ()}
    stimuli = list(experiment.stimuli)
    stimuli[row] = stimulus.replace(**changes)
    to = dict(zip(stimulus.nodes, nodes, strict=False))
    recorders = tuple(
        recorder.replace(node=to.get(recorder.node, nodes[0]), cell=cell)
        if stimulus.label and getattr(recorder, "stimulus", None) == stimulus.label
        else recorder
        for recorder in experiment.recorders
    )
    return experiment.replace(stimuli=tuple(stimuli), recorders=recorders)


def with_change(
    items: tuple[Spec, ...], row: int, changed: Spec, rows: Sequence[int]
) -> tuple[Spec, ...]:
    """Return the items with one changed, and the same change in those of its type in ``rows``.

    Raises
    ------
    ExperimentError
        If one of them cannot be changed in this way.
    """
    before = items[row]
    changes = {
        name: getattr(changed, name)
        for name in type(changed).model_fields
        if name not in _OF_ONE and getattr(changed, name) != getattr(before, name)
    }
    others = {other for other in rows if other != row and type(items[other]) is type(changed)}
    made = list(items)
    made[row] = changed
    made[row] = _named_anew(before, made, row)
    for other in others if changes else ():
        fitting = changes
        if hasattr(items[other], "columns"):
            fitting = {n: _for_rows(v, getattr(items[other], n)) for n, v in changes.items()}
        made[other] = items[other].replace(**fitting)
        made[other] = _named_anew(items[other], made, other)
    return tuple(made)


def given_label(recorder: PlacedRecorder) -> str:
    """Return what a recorder is called unless a person names it: its place, and its variable."""
    at = f"{recorder.cell} {recorder.node}" if recorder.cell else f"node {recorder.node}"
    return f"{recorder.variable} at {at}" if isinstance(recorder, VariableRecorder) else at


def _named_anew(before: Any, items: Sequence[Any], row: int) -> Any:
    """Return an item that was changed; a recorder that nobody named is called by what it is now."""
    after = items[row]
    if not isinstance(after, PlacedRecorder) or isinstance(after, ProcessRecorder):
        return after
    was, now = given_label(before), given_label(after)
    is_given = re.fullmatch(re.escape(was) + r"( \(\d+\))?", before.label)
    if was == now or not is_given or after.label != before.label:
        return after
    taken = {
        other.label
        for index, other in enumerate(items)
        if index != row and isinstance(other, SpikeDetector) == isinstance(after, SpikeDetector)
    }
    return after.replace(label=free_label(now, taken))


def _for_rows(value: Any, before: Any) -> Any:
    """Return a column of equal numbers as long as the one it replaces; all else as it is."""
    if isinstance(value, tuple) and len(set(value)) == 1 and len(before) != len(value):
        return value[:1] * len(before)
    return value


def free_label(wanted: str, taken: Container[str]) -> str:
    """Return ``wanted``, or "wanted (2)" and so on, whichever is free."""
    label, count = wanted, 2
    while label in taken:
        label, count = f"{wanted} ({count})", count + 1
    return label


def free_seed(experiment: Experiment) -> int:
    """Return the smallest seed from 1 that no stimulus of the experiment has."""
    taken = {getattr(stimulus, "seed", None) for stimulus in experiment.stimuli}
    taken |= {
        getattr(stimulus.events, "seed", None)
        for stimulus in experiment.stimuli
        if isinstance(stimulus, Synapse)
    }
    seed = 1
    while seed in taken:
        seed += 1
    return seed
