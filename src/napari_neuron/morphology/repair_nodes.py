"""Repairs that remove, add or retype nodes.

All are pure: a morphology goes in, another comes out, and nodes that stay keep their ids.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np

from napari_neuron.errors import MorphologyError
from napari_neuron.morphology.guess import parse_unit
from napari_neuron.morphology.model import (
    SOMA,
    BoolArray,
    FloatArray,
    IntArray,
    Morphology,
    follow,
)


def represented(morphology: Morphology, stands_for: IntArray) -> Morphology:
    """Return a morphology of fewer nodes.

    Parameters
    ----------
    morphology
        The whole.
    stands_for : (n_nodes,) int64
        For each row the row that replaces it: its own if it stays, -1 for none.
        Children and synapses go over to what takes the place of a node; synapses at nodes that
        nothing takes the place of are left out.

    Raises
    ------
    MorphologyError
        If no node is left.
    """
    rows = np.arange(len(morphology))
    kept = np.flatnonzero(stands_for == rows)
    if len(kept) == len(morphology):
        return morphology
    if len(kept) == 0:
        raise MorphologyError(f"{morphology.name}: this would leave no node of the cell")
    new_row = np.full(len(morphology), -1)
    new_row[kept] = np.arange(len(kept))
    above = morphology.parent[kept]
    stands_above = np.where(above >= 0, stands_for[above], -1)
    return morphology.replace(
        node_id=morphology.node_id[kept],
        parent=np.where(stands_above >= 0, new_row[stands_above], -1),
        swc_type=morphology.swc_type[kept],
        position=morphology.position[kept],
        radius=morphology.radius[kept],
        labels=None if morphology.labels is None else morphology.labels[kept],
        connectors=_connectors_of(morphology, stands_for),
    )


def _connectors_of(morphology: Morphology, stands_for: IntArray) -> Any:
    table = morphology.connectors
    if table is None or not len(table):
        return table
    ids = table["node_id"].to_numpy(np.int64)
    known = np.isin(ids, morphology.node_id)
    to = np.full(len(ids), -1)
    to[known] = stands_for[morphology.rows(ids[known])]
    stays = ~known | (to >= 0)
    new_ids = np.where(known, morphology.node_id[to], ids)
    return table.assign(node_id=new_ids)[stays].reset_index(drop=True)


def keep_biggest_tree(morphology: Morphology) -> Morphology:
    """Keep the tree with the most cable."""
    tree = morphology.component
    cable = np.bincount(tree, weights=morphology.edge_length)
    rows = np.arange(len(morphology))
    return represented(morphology, np.where(tree == int(cable.argmax()), rows, -1))


def merge_coincident(morphology: Morphology, distance: float = 1e-6) -> Morphology:
    """Merge nodes with their parents, and children of one node, at one place (within ``distance``).

    The node nearer to the root stays.
    """
    merged = morphology
    while True:
        rows = np.arange(len(merged))
        with_parent = (merged.parent >= 0) & (merged.edge_length <= distance)
        # of a soma and the cable that starts in it each stays what it is
        soma = merged.swc_type == SOMA
        with_parent &= soma == soma[merged.parent]
        stands_for = follow(np.where(with_parent, merged.parent, rows))
        if not with_parent.any():
            twin = _first_sibling_at_place(merged, distance)
            if np.array_equal(twin, rows):
                return merged
            stands_for = twin
        merged = represented(merged, stands_for)


def _first_sibling_at_place(morphology: Morphology, distance: float) -> IntArray:
    """Return for each row the first child of its parent at its place: mostly itself."""
    rows = np.arange(len(morphology))
    children = np.flatnonzero(morphology.parent >= 0)
    children = children[morphology.n_children[morphology.parent[children]] > 1]
    if len(children) == 0:
        return rows
    grid = np.round(morphology.position[children] / max(distance, 1e-9)).astype(np.int64)
    keys = np.column_stack(
        [morphology.parent[children], morphology.swc_type[children] == SOMA, grid]
    )
    _, first, group = np.unique(keys, axis=0, return_index=True, return_inverse=True)
    rows[children] = children[first[group.ravel()]]
    return rows


def prune_twigs(morphology: Morphology, length: float) -> Morphology:
    """Leave out branches shorter than ``length`` (µm) that end in a tip.

    Of a branch point all of whose branches are twigs the longest stays. Cable that holds soma
    nodes stays, and so does a tree that does not branch.
    """
    n = len(morphology)
    rows = np.arange(n)
    parent = morphology.parent
    goes_on = (parent >= 0) & (morphology.n_children[parent] == 1) & (parent[parent] >= 0)
    head = follow(np.where(goes_on, parent, rows))  # of each unbranched run
    run_length = np.bincount(head, weights=morphology.edge_length, minlength=n)
    is_twig = np.zeros(n, dtype=bool)
    is_twig[head[morphology.n_children == 0]] = True
    is_twig &= (parent >= 0) & (run_length < length)
    is_twig &= morphology.n_children[parent] > 1
    with_soma = np.bincount(head, weights=morphology.swc_type == SOMA, minlength=n) > 0
    is_twig &= ~with_soma
    twigs = np.flatnonzero(is_twig)
    above = parent[twigs]
    left = morphology.n_children - np.bincount(above, minlength=n)
    order = np.lexsort((-run_length[twigs], above))
    longest = order[np.unique(above[order], return_index=True)[1]]
    of_all = twigs[longest][left[parent[twigs[longest]]] == 0]
    is_twig[of_all] = False
    return represented(morphology, np.where(is_twig[head], -1, rows))


def resample(morphology: Morphology, spacing: float, kept: Collection[int] = ()) -> Morphology:
    """Thin and divide the cable so that nodes are about ``spacing`` (µm) apart.

    What carries meaning stays, and nodes with the ids ``kept``: see
    `napari_neuron.spec.repair.Resample`. Nodes that are added have ids above all others.
    """
    return _divided(_thinned(morphology, spacing, kept), spacing)


def _must_stay(morphology: Morphology) -> BoolArray:
    parent = morphology.parent
    stays = (parent < 0) | (morphology.n_children != 1) | (morphology.swc_type == SOMA)
    changes = morphology.swc_type != morphology.swc_type[parent]
    if morphology.labels is not None:
        changes |= morphology.labels != morphology.labels[parent]
    changes &= parent >= 0
    stays |= changes
    stays[parent[changes]] = True
    return np.asarray(stays)


def _thinned(morphology: Morphology, spacing: float, kept: Collection[int]) -> Morphology:
    rows = np.arange(len(morphology))
    stays = _must_stay(morphology)
    stays |= np.isin(morphology.node_id, np.array([*kept], dtype=np.int64))
    # along each run from the node that must stay above it, the first node in every interval
    begin = follow(np.where(stays, rows, morphology.parent))
    arc = morphology.path_distance - morphology.path_distance[begin]
    interval = np.floor(arc / spacing + 1e-9).astype(np.int64)
    above = morphology.parent
    interval_above = np.where(stays[above], 0, interval[above])
    keep = stays | (interval > interval_above)
    return represented(morphology, follow(np.where(keep, rows, above)))


def _divided(morphology: Morphology, spacing: float) -> Morphology:
    parent = morphology.parent
    soma = morphology.swc_type == SOMA
    pieces = np.ceil(morphology.edge_length / spacing - 1e-9).astype(np.int64)
    pieces[(parent < 0) | soma | soma[parent]] = 1
    n_new = np.maximum(pieces - 1, 0)
    total = int(n_new.sum())
    if total == 0:
        return morphology
    if total > 20_000_000:
        raise MorphologyError(
            f"{morphology.name}: a spacing of {spacing:g} µm would add {total:,} nodes; use a "
            "longer one, or check the unit of the skeleton"
        )
    n = len(morphology)
    below = np.repeat(np.arange(n), n_new)  # the node whose edge each new node divides
    first = np.cumsum(n_new) - n_new
    place = np.arange(total) - first[below] + 1  # 1 next to the parent
    fraction = place / pieces[below]
    position, radius = morphology.position, morphology.radius
    up = parent[below]
    new = n + np.arange(total)
    new_parent = np.concatenate([parent, np.where(place == 1, up, new - 1)])
    ends = n_new > 0
    new_parent[:n][ends] = n + first[ends] + n_new[ends] - 1
    largest = int(morphology.node_id.max())
    labels = morphology.labels
    return morphology.replace(
        node_id=np.concatenate([morphology.node_id, largest + 1 + np.arange(total)]),
        parent=new_parent,
        swc_type=np.concatenate([morphology.swc_type, morphology.swc_type[below]]),
        position=np.concatenate(
            [position, position[up] + fraction[:, None] * (position[below] - position[up])]
        ),
        radius=np.concatenate([radius, radius[up] + fraction * (radius[below] - radius[up])]),
        labels=None if labels is None else np.concatenate([labels, labels[below]]),
    )


def map_types(morphology: Morphology, changes: Mapping[int, int]) -> Morphology:
    """Give nodes of some SWC types other types, all at once."""
    swc_type = morphology.swc_type.copy()
    for found, wanted in changes.items():
        swc_type[morphology.swc_type == found] = wanted
    return morphology.replace(swc_type=swc_type)


def set_unit(morphology: Morphology, unit: str, radius_unit: str | None = None) -> Morphology:
    """Read the numbers of the cell's file in another unit.

    Parameters
    ----------
    morphology
        In µm, read as ``morphology.unit``.
    unit, radius_unit
        Of coordinates and radii: "um", "nm", "8 nm", "4x4x40 nm"; None for the radii: the same.

    Raises
    ------
    MorphologyError
        If one of them is not a unit of length.
    """
    before = parse_unit(morphology.unit.partition(" (radii ")[0])
    radii_before = _radius_scale(morphology.unit, before.scale)
    after = parse_unit(unit)
    radii = after if radius_unit is None else parse_unit(radius_unit)
    factor = after.scale / before.scale
    connectors = morphology.connectors
    if connectors is not None:
        scaled = {a: connectors[a] * f for a, f in zip("xyz", factor, strict=True)}
        connectors = connectors.assign(**scaled)
    same = np.isclose(radii.scale[0], after.scale[0])
    return morphology.replace(
        position=morphology.position * factor,
        radius=morphology.radius * (radii.scale[0] / radii_before),
        connectors=connectors,
        unit=after.label if same else f"{after.label} (radii {radii.label})",
        unit_evidence="given",
    )


def _radius_scale(unit: str, of_positions: FloatArray) -> float:
    said = unit.partition(" (radii ")[2].removesuffix(")")
    return float(parse_unit(said).scale[0] if said else of_positions[0])


def move(morphology: Morphology, offset: FloatArray) -> Morphology:
    """Move the cell with its synapses by ``offset`` (x, y, z in µm)."""
    connectors = morphology.connectors
    if connectors is not None:
        moved = {a: connectors[a] + o for a, o in zip("xyz", offset, strict=True)}
        connectors = connectors.assign(**moved)
    return morphology.replace(position=morphology.position + offset, connectors=connectors)
