"""Paths along the cable: distance and number of branch points to a node, and what lies beyond it.

All can be measured from the roots, which a file sets arbitrarily, or from the somata.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from napari_neuron.errors import MorphologyError
from napari_neuron.morphology.model import (
    SOMA,
    BoolArray,
    FloatArray,
    IntArray,
    Morphology,
    depths,
    sum_to_root,
)

Origin = Literal["root", "soma"]


def distance_from(morphology: Morphology, origin: Origin = "root") -> FloatArray:
    """Return how far each node is from the root or the soma of its tree, along the cable.

    Distance within a soma of several nodes is 0. If a tree has several somata, the one nearest to
    the root counts.

    Returns
    -------
    (n_nodes,) float64, µm
        Infinite in trees that have no soma where ``origin`` is "soma".

    Raises
    ------
    MorphologyError
        If ``origin`` is "soma" and no node is of SWC type 1.
    """
    if origin == "root":
        return morphology.path_distance
    parent = parents_from(morphology, origin)
    soma = morphology.swc_type == SOMA
    position = morphology.position
    length = np.linalg.norm(position - position[parent], axis=1)
    length[(parent < 0) | (soma & soma[parent])] = 0.0
    if morphology.no_cable_above is not None:
        apart = np.flatnonzero(morphology.no_cable_above & (morphology.parent >= 0))
        kept = parent[apart] == morphology.parent[apart]
        length[np.where(kept, apart, morphology.parent[apart])] = 0.0  # where turned round
    distance = sum_to_root(parent, length, depths(parent))
    distance[~_has_soma(morphology)] = np.inf
    return distance


def branch_order(morphology: Morphology, origin: Origin = "root") -> IntArray:
    """Return how many branch points lie between each node and the root or soma of its tree.

    The root, and the nodes of a soma, count as none. A branch point itself has the order of the
    cable that leads to it.

    Returns
    -------
    (n_nodes,) int64
        -1 in trees that have no soma where ``origin`` is "soma".

    Raises
    ------
    MorphologyError
        If ``origin`` is "soma" and no node is of SWC type 1.
    """
    parent = parents_from(morphology, origin)
    n_children = np.bincount(parent[parent >= 0], minlength=len(parent))
    branches = (n_children > 1) & (parent >= 0) & (morphology.swc_type != SOMA)
    above = np.where(parent < 0, False, branches[parent]).astype(np.float64)
    order = sum_to_root(parent, above, depths(parent)).astype(np.int64)
    if origin == "soma":
        order[~_has_soma(morphology)] = -1
    return order


def nodes_beyond(morphology: Morphology, row: int, origin: Origin = "root") -> BoolArray:
    """Return a node and all that is farther from the root or soma through it, (n_nodes,) bool.

    Raises
    ------
    MorphologyError
        If ``origin`` is "soma" and no node is of SWC type 1.
    """
    parent = parents_from(morphology, origin)
    beyond = np.zeros(len(parent), dtype=np.bool_)
    beyond[row] = True
    ancestor = np.where(parent < 0, np.arange(len(parent)), parent)
    while True:  # pointer doubling: log2(depth) rounds
        beyond |= beyond[ancestor]
        further = ancestor[ancestor]
        if np.array_equal(further, ancestor):
            return beyond
        ancestor = further


def parents_from(morphology: Morphology, origin: Origin) -> IntArray:
    """Return the row of each node's neighbour towards ``origin``; -1 for what lies there.

    Trees without a soma keep their root.

    Raises
    ------
    MorphologyError
        If ``origin`` is "soma" and no node is of SWC type 1.
    """
    if origin == "root":
        return morphology.parent
    soma = np.flatnonzero(morphology.swc_type == SOMA)
    if not len(soma):
        raise MorphologyError(
            f"{morphology.name!r} has no soma (no node of SWC type 1); count from the root"
        )
    by_depth = soma[np.argsort(morphology.depth[soma], kind="stable")]
    _, first = np.unique(morphology.component[by_depth], return_index=True)
    parent = morphology.parent.copy()
    for start in by_depth[first].tolist():
        row, previous = start, -1
        while row >= 0:
            following = int(parent[row])
            parent[row] = previous
            previous, row = row, following
    return parent


def _has_soma(morphology: Morphology) -> BoolArray:
    with_soma = np.unique(morphology.component[morphology.swc_type == SOMA])
    return np.isin(morphology.component, with_soma)
