"""Repairs of connectivity: join trees, reroot, mark a soma. All are pure."""

from __future__ import annotations

import numpy as np

from napari_neuron.morphology.model import SOMA, FloatArray, IntArray, Morphology, follow
from napari_neuron.morphology.soma import soma_groups

_MOST_NEIGHBOURS = 64


def join_trees(morphology: Morphology, limit: float | None = None) -> Morphology:
    """Join separate trees by edges between their nearest nodes, the shortest gaps first.

    Of the trees that become one, the one with the soma keeps its root, else the one with most
    cable. No node moves and none is added.

    Parameters
    ----------
    morphology
        The cell.
    limit
        µm; wider gaps stay open. None: however wide.
    """
    if len(morphology.roots) == 1:
        return morphology
    links = _shortest_links(morphology, np.inf if limit is None else limit)
    if len(links) == 0:
        return morphology
    return morphology.replace(parent=_joined_parents(morphology, links))


def narrowest_gap(morphology: Morphology) -> float:
    """Return the shortest distance between nodes of separate trees, in µm; inf if there is one."""
    found = _nearest_outside(morphology.position, morphology.component, np.inf)
    return min((distance for distance, *_ in found), default=np.inf)


def _shortest_links(morphology: Morphology, limit: float) -> IntArray:
    """Return pairs of rows that join trees, at the least total length (Borůvka's algorithm)."""
    tree = morphology.component
    group_of_tree = np.arange(len(morphology.roots))
    links: list[tuple[int, int]] = []
    while True:
        group = group_of_tree[tree]
        nearest = _nearest_outside(morphology.position, group, limit)
        joined = 0
        for _, a, b in sorted(nearest):
            one, other = group_of_tree[tree[a]], group_of_tree[tree[b]]
            if one != other:
                group_of_tree[group_of_tree == other] = one
                links.append((a, b))
                joined += 1
        if not joined:
            return np.asarray(links, dtype=np.int64).reshape(-1, 2)


def _nearest_outside(
    position: FloatArray, group: IntArray, limit: float
) -> list[tuple[float, int, int]]:
    """Return for each group but the largest its shortest way to another: length, from, to.

    Of groups whose surroundings are crowded with their own nodes, a tree of all other nodes is
    asked.
    """
    from scipy.spatial import cKDTree

    groups, size = np.unique(group, return_counts=True)
    if len(groups) == 1:
        return []
    within = np.inf if np.isinf(limit) else np.nextafter(limit, np.inf)
    best = dict.fromkeys(groups.tolist(), (np.inf, -1, -1))
    asking = np.flatnonzero(group != groups[size.argmax()])
    everything = cKDTree(position)
    k = 8
    while len(asking) and k <= _MOST_NEIGHBOURS:
        distance, row = everything.query(
            position[asking], min(k, len(position)), distance_upper_bound=within
        )
        there = np.isfinite(distance)
        outside = there & (group[np.where(there, row, 0)] != group[asking][:, None])
        found = outside.any(axis=1)
        first = outside.argmax(axis=1)
        at = np.flatnonzero(found)
        for i in at[np.argsort(distance[at, first[at]])[::-1]].tolist():
            d = float(distance[i, first[i]])
            here = int(group[asking[i]])
            best[here] = min(best[here], (d, int(asking[i]), int(row[i, first[i]])))
        farthest = np.where(there[:, -1], distance[:, -1], np.inf)
        bound = np.array([best[g][0] for g in group[asking].tolist()])
        asking = asking[~found & there[:, -1] & (farthest < bound)]
        k *= 2
    for one in np.unique(group[asking]).tolist():
        mine = asking[group[asking] == one]
        others = np.flatnonzero(group != one)
        d, at = cKDTree(position[others]).query(position[mine], distance_upper_bound=within)
        i = int(d.argmin())
        if np.isfinite(d[i]):
            best[one] = min(best[one], (float(d[i]), int(mine[i]), int(others[at[i]])))
    return [way for way in best.values() if np.isfinite(way[0])]


def _joined_parents(morphology: Morphology, links: IntArray) -> IntArray:
    """Return the parents after each link has become an edge."""
    tree, parent = morphology.component, morphology.parent.copy()
    n_trees = len(morphology.roots)
    cable = np.bincount(tree, weights=morphology.edge_length, minlength=n_trees)
    has_soma = np.bincount(tree, weights=morphology.swc_type == SOMA, minlength=n_trees) > 0
    neighbours: list[list[tuple[int, int]]] = [[] for _ in range(n_trees)]
    for a, b in links.tolist():
        neighbours[tree[a]].append((a, b))
        neighbours[tree[b]].append((b, a))
    is_done = np.zeros(n_trees, dtype=bool)
    for first in np.lexsort((-cable, ~has_soma)).tolist():
        waiting = [] if is_done[first] else [first]
        is_done[first] = True
        while waiting:
            for here, there in neighbours[waiting.pop()]:
                other = int(tree[there])
                if not is_done[other]:
                    is_done[other] = True
                    _turn(parent, there)
                    parent[there] = here
                    waiting.append(other)
    return parent


def _turn(parent: IntArray, row: int) -> None:
    """Make ``row`` the root of its tree."""
    previous = -1
    while row >= 0:
        following = int(parent[row])
        parent[row] = previous
        previous, row = row, following


def mark_soma(
    morphology: Morphology, node: int, radius: float | None = None, *, reroot: bool = True
) -> Morphology:
    """Make a node the only soma.

    Nodes of type 1 that are connected with it stay; others get the type of the nearest node
    towards the root that is none, or else of the first below.

    Parameters
    ----------
    morphology
        The cell.
    node
        Id of the new soma.
    radius
        µm; None leaves it as it is.
    reroot
        Whether it becomes the root of its tree too.

    Raises
    ------
    KeyError
        If it is not a node of the cell.
    """
    row = int(morphology.rows(node)[0])
    swc_type, radii = morphology.swc_type.copy(), morphology.radius.copy()
    rows, head = soma_groups(morphology)
    own = head[rows == row]
    other = rows[head != own[0]] if len(own) else rows
    swc_type[other] = _type_around(morphology, other)
    swc_type[row] = SOMA
    if radius is not None:
        radii[row] = radius
    marked = morphology.replace(swc_type=swc_type, radius=radii)
    return marked.rerooted(node) if reroot else marked


def _type_around(morphology: Morphology, rows: IntArray) -> IntArray:
    parent, swc_type = morphology.parent, morphology.swc_type
    everyone = np.arange(len(morphology))
    goes_up = (swc_type == SOMA) & (parent >= 0)
    top = follow(np.where(goes_up, parent, everyone))
    below = np.zeros(len(morphology), dtype=np.int64)
    ends = np.flatnonzero((parent >= 0) & (swc_type != SOMA) & (swc_type[parent] == SOMA))
    below[top[parent[ends[::-1]]]] = swc_type[ends[::-1]]
    above = swc_type[top[rows]]
    return np.where(above == SOMA, below[top[rows]], above)
