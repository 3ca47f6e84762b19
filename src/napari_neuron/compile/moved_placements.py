"""Moves what an experiment places at nodes that a repair removes.

An input, recorder or connection at such a node moves to the nearest remaining node: on the same
piece of cable if any of it is left, otherwise anywhere on the cell. A region of picked nodes loses
the removed nodes and keeps the others; cable that was subdivided stays in it. If it would lose all
its nodes, it gets the nearest ones. Nothing is dropped.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from napari_neuron.morphology.model import Morphology
from napari_neuron.spec import (
    AllOf,
    AnyOf,
    Experiment,
    NodeSpikes,
    NoneOf,
    PickedNodes,
    ProcessRecorder,
    Region,
    Repair,
    Resample,
    Subtree,
)


@dataclass(frozen=True)
class MovedPlacement:
    """A node that an experiment names and a repair removes.

    Attributes
    ----------
    node
        Its id.
    to
        The node that replaces it.
    distance
        µm between the two.
    """

    node: int
    to: int
    distance: float


def moved_placements(
    experiment: Experiment, before: Morphology, after: Morphology
) -> tuple[MovedPlacement, ...]:
    """Return where `follow_repair` moves whatever an experiment has at removed nodes.

    Parameters
    ----------
    experiment
        What is on the cell.
    before, after
        The cell, and what a repair made of it; ids of nodes that stay are the same.
    """
    used = np.array(sorted(_nodes_in_use(experiment, before.name)), dtype=np.int64)
    lost = used[np.isin(used, before.node_id) & ~np.isin(used, after.node_id)]
    if not len(lost):
        return ()
    from scipy.spatial import cKDTree

    stay = np.flatnonzero(np.isin(before.node_id, after.node_id))
    if not len(stay):  # not one id is left
        return ()
    ids, places, piece = before.node_id[stay], before.position[stay], before.component[stay]
    at_the_same_place = after.position[after.rows(ids)] == places
    if at_the_same_place.all():  # then nodes that were added may be the nearest
        piece_of = dict(zip(ids.tolist(), piece.tolist(), strict=True))
        added = {new: old for old, news in _divided_edges(before, after).items() for new in news}
        new = np.fromiter(added, dtype=np.int64, count=len(added))
        ids = np.append(ids, new)
        places = np.concatenate([places, after.position[after.rows(new)]])
        piece = np.append(piece, [piece_of[old] for old in added.values()]).astype(np.int64)
    moved = []
    for row in before.rows(lost).tolist():
        same = np.flatnonzero(piece == before.component[row])
        near = same if len(same) else np.arange(len(ids))
        distance, at = cKDTree(places[near]).query(before.position[row])
        moved.append(MovedPlacement(int(before.node_id[row]), int(ids[near[at]]), float(distance)))
    return tuple(moved)


def follow_repair(experiment: Experiment, before: Morphology, after: Morphology) -> Experiment:
    """Return the experiment adapted to a cell after a repair; the same one if it already fits.

    Parameters
    ----------
    experiment
        What is on the cell; its ``repairs`` stay as they are.
    before, after
        The cell, and what the repair made of it.
    """
    to = {one.node: one.to for one in moved_placements(experiment, before, after)}
    divided = _divided_edges(before, after)
    if not to and not divided:
        return experiment
    name = before.name
    stimuli = [_moved_stimulus(one, to, name) for one in experiment.stimuli]
    nodes_of = {
        one.label: (one.nodes, moved.nodes)
        for one, moved in zip(experiment.stimuli, stimuli, strict=True)
    }
    moved = {
        "paint": [
            layer.replace(region=_moved_region(layer.region, to, divided))
            for layer in experiment.paint
        ],
        "stimuli": stimuli,
        "recorders": [_moved_recorder(one, to, name, nodes_of) for one in experiment.recorders],
        "connections": [_moved_connections(one, to, name) for one in experiment.connections],
    }
    return experiment.replace(**{field: tuple(values) for field, values in moved.items()})


def keeping_what_is_used(
    repairs: Iterable[Repair], experiment: Experiment, cell: Morphology
) -> tuple[Repair, ...]:
    """Return the repairs, made to keep the nodes an experiment names where possible."""
    used = _nodes_in_use(experiment, cell.name) & set(cell.node_id.tolist())
    return tuple(
        one.replace(keep=tuple(sorted({*one.keep, *used}))) if isinstance(one, Resample) else one
        for one in repairs
    )


def _nodes_in_use(experiment: Experiment, name: str) -> set[int]:
    used: set[int] = set()
    for stimulus in experiment.stimuli:
        if stimulus.cell in (None, name):
            used.update(stimulus.nodes)
        events = getattr(stimulus, "events", None)
        if isinstance(events, NodeSpikes) and events.source_cell in (None, name):
            used.add(events.node)
    used.update(one.node for one in experiment.recorders if one.cell in (None, name))
    for layer in experiment.paint:
        for region in _parts_of(layer.region):
            if isinstance(region, PickedNodes):
                used.update(region.nodes)
            elif isinstance(region, Subtree):
                used.add(region.node)
    for table in experiment.connections:
        for cells, nodes in _columns_of(table):
            pairs = zip(getattr(table, cells), getattr(table, nodes), strict=True)
            used.update(node for cell, node in pairs if cell == name)
    return used


def _parts_of(region: Region) -> Iterable[Region]:
    yield region
    for inner in getattr(region, "regions", ()):
        yield from _parts_of(inner)


def _columns_of(table: Any) -> list[tuple[str, str]]:
    return [(cell, node) for cell, node in table.ends if cell]


def _divided_edges(before: Morphology, after: Morphology) -> dict[int, list[int]]:
    """Return the nodes that were added on the edge above a node, by its id."""
    is_new = ~np.isin(after.node_id, before.node_id)
    divided: dict[int, list[int]] = {}
    for row in np.flatnonzero(~is_new).tolist():
        above = int(after.parent[row])
        while above >= 0 and is_new[above]:
            divided.setdefault(int(after.node_id[row]), []).append(int(after.node_id[above]))
            above = int(after.parent[above])
    return divided


def _moved_stimulus(stimulus: Any, to: Mapping[int, int], name: str) -> Any:
    changes: dict[str, Any] = {}
    if stimulus.cell in (None, name):
        changes["nodes"] = tuple(to.get(node, node) for node in stimulus.nodes)
    events = getattr(stimulus, "events", None)
    if isinstance(events, NodeSpikes) and events.source_cell in (None, name):
        changes["events"] = events.replace(node=to.get(events.node, events.node))
    return stimulus.replace(**changes)


def _moved_recorder(
    recorder: Any,
    to: Mapping[int, int],
    name: str,
    nodes_of: Mapping[str, tuple[tuple[int, ...], tuple[int, ...]]],
) -> Any:
    if recorder.cell not in (None, name):
        return recorder
    node = to.get(recorder.node, recorder.node)
    if not isinstance(recorder, ProcessRecorder) or recorder.stimulus not in nodes_of:
        return recorder.replace(node=node)
    # two nodes of the stimulus may have become one: count its copies there again
    before, after = nodes_of[recorder.stimulus]
    places = [i for i, one in enumerate(before) if one == recorder.node]
    if recorder.copy_number >= len(places):
        return recorder.replace(node=node)
    place = places[recorder.copy_number]
    return recorder.replace(node=node, copy_number=after[:place].count(node))


def _moved_region(region: Any, to: Mapping[int, int], divided: Mapping[int, Sequence[int]]) -> Any:
    if isinstance(region, AllOf | AnyOf | NoneOf):
        inner = tuple(_moved_region(one, to, divided) for one in region.regions)
        return region.replace(regions=inner)
    if isinstance(region, Subtree):
        return region.replace(node=to.get(region.node, region.node))
    if not isinstance(region, PickedNodes):
        return region
    stay = [node for node in region.nodes if node not in to]
    kept = stay or [to[node] for node in region.nodes]
    added = [new for node in stay for new in divided.get(node, ())]
    return region.replace(nodes=tuple(dict.fromkeys([*kept, *added])))


def _moved_connections(table: Any, to: Mapping[int, int], name: str) -> Any:
    changes = {
        nodes: tuple(
            to.get(node, node) if cell == name else node
            for cell, node in zip(getattr(table, cells), getattr(table, nodes), strict=True)
        )
        for cells, nodes in _columns_of(table)
    }
    return table.replace(**changes)
