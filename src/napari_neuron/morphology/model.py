"""The skeleton of one neuron: frozen arrays, one row per node, in µm."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from napari_neuron.errors import MorphologyError

if TYPE_CHECKING:
    import pandas as pd

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

SOMA, AXON, BASAL_DENDRITE, APICAL_DENDRITE = 1, 2, 3, 4
"""The SWC types every dialect agrees on; 0 is undefined, 5 and above are the lab's own."""


def _read_only(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    array = array.view()
    array.flags.writeable = False
    return array


@dataclass(frozen=True, eq=False)
class Morphology:
    """A skeleton: one tree, or several unconnected trees (components).

    Rows are nodes, in the order of the file they came from.

    Attributes
    ----------
    node_id : (n_nodes,) int64
        The ids of the file; unique.
    parent : (n_nodes,) int64
        The *row* of each node's parent; -1 for a root.
    swc_type : (n_nodes,) int64
        SWC type: 0 undefined, 1 soma, 2 axon, 3 basal, 4 apical dendrite, 5 and up custom.
    position : (n_nodes, 3) float64
        x, y, z in µm.
    radius : (n_nodes,) float64
        Radius, µm; zero or negative if the file says so (see `check`).
    name : str
        Name of the cell; the file's stem unless something better is known.
    labels : (n_nodes,) str or None
        A label per node ("axon", "dendrite", "linker" ...), "" for none.
    connectors : pandas.DataFrame or None
        Synapses: node_id, type ("pre" or "post"), x, y, z in µm, and any further columns of the
        source.
    header : tuple of str
        Comment lines of the file, without the leading "#".
    unit : str
        The unit of the source before conversion to µm: "um", "nm", "8 nm".
    unit_evidence : str
        Where that unit comes from: stated in the file, given by the user, or guessed, with the
        evidence.
    source : str or None
        Absolute path of the file, if there is one.
    no_cable_above : (n_nodes,) bool or None
        True for nodes that are connected to their parent without cable in between, however far away
        they are drawn: hoc and NeuroML sections may begin away from the place they are connected
        to. Such an edge has no length and no membrane. None: there are no such nodes.
    """

    node_id: IntArray
    parent: IntArray
    swc_type: IntArray
    position: FloatArray
    radius: FloatArray
    name: str = "neuron"
    labels: npt.NDArray[np.str_] | None = None
    connectors: pd.DataFrame | None = None
    header: tuple[str, ...] = ()
    unit: str = "um"
    unit_evidence: str = "given"
    source: str | None = None
    no_cable_above: BoolArray | None = None

    def __post_init__(self) -> None:
        as_is = {
            "node_id": (np.int64, 1),
            "parent": (np.int64, 1),
            "swc_type": (np.int64, 1),
            "position": (np.float64, 2),
            "radius": (np.float64, 1),
        }
        n = len(self.node_id)
        if n == 0:
            raise MorphologyError("a morphology needs at least one node")
        for field, (dtype, ndim) in as_is.items():
            array = np.ascontiguousarray(getattr(self, field), dtype=dtype)
            if array.ndim != ndim or len(array) != n:
                raise MorphologyError(f"{field} has shape {array.shape} for {n} nodes")
            object.__setattr__(self, field, _read_only(array))
        if self.position.shape[1] != 3:
            raise MorphologyError(f"position has shape {self.position.shape}, not (n_nodes, 3)")
        if self.labels is not None:
            labels = np.asarray(self.labels, dtype=np.str_)
            if labels.shape != (n,):
                raise MorphologyError(f"labels has shape {labels.shape} for {n} nodes")
            object.__setattr__(self, "labels", _read_only(labels))
        if self.no_cable_above is not None:
            flags = np.asarray(self.no_cable_above, dtype=np.bool_)
            if flags.shape != (n,):
                raise MorphologyError(f"no_cable_above has shape {flags.shape} for {n} nodes")
            object.__setattr__(self, "no_cable_above", _read_only(flags) if flags.any() else None)
        in_order = self.node_id[self._id_order]
        if (in_order[1:] == in_order[:-1]).any():
            raise MorphologyError("node ids are not unique")
        if self.parent.min() < -1 or self.parent.max() >= n:
            raise MorphologyError("parent points past the last row")
        if not (np.isfinite(self.position).all() and np.isfinite(self.radius).all()):
            raise MorphologyError("positions and radii must be finite numbers")
        _ = self.topological_order  # raises where there is a cycle

    def __len__(self) -> int:
        return len(self.node_id)

    def __repr__(self) -> str:
        return (
            f"Morphology({self.name!r}, {len(self)} nodes, {len(self.roots)} tree"
            f"{'s' if len(self.roots) != 1 else ''}, {self.cable_length:.4g} µm of cable)"
        )

    @cached_property
    def roots(self) -> IntArray:
        """Rows of the nodes without a parent, one per component."""
        return _read_only(np.flatnonzero(self.parent < 0))

    @cached_property
    def topological_order(self) -> IntArray:
        """Rows ordered so that every parent comes before its children (by depth, then by row)."""
        depth = depths(self.parent)
        return _read_only(np.argsort(depth, kind="stable"))

    @cached_property
    def depth(self) -> IntArray:
        """(n_nodes,) number of edges between each node and its root."""
        return _read_only(depths(self.parent))

    @cached_property
    def n_children(self) -> IntArray:
        """(n_nodes,) number of children of each node."""
        has_parent = self.parent[self.parent >= 0]
        return _read_only(np.bincount(has_parent, minlength=len(self)).astype(np.int64))

    @cached_property
    def edge_length(self) -> FloatArray:
        """(n_nodes,) µm of cable from each node to its parent; 0 for roots."""
        length = np.linalg.norm(self.position - self.position[self.parent], axis=1)
        length[self.parent < 0] = 0.0
        if self.no_cable_above is not None:
            length[self.no_cable_above] = 0.0
        return _read_only(length)

    @cached_property
    def path_distance(self) -> FloatArray:
        """(n_nodes,) µm along the cable from each node to the root of its component."""
        return _read_only(sum_to_root(self.parent, self.edge_length, self.depth))

    @cached_property
    def component(self) -> IntArray:
        """(n_nodes,) index into ``roots`` of the tree each node belongs to."""
        index = np.full(len(self), -1, dtype=np.int64)
        index[self.roots] = np.arange(len(self.roots))
        root = follow(np.where(self.parent < 0, np.arange(len(self)), self.parent))
        return _read_only(index[root])

    @cached_property
    def cable_length(self) -> float:
        """Total length of all edges, µm."""
        return float(self.edge_length.sum())

    @cached_property
    def _id_order(self) -> IntArray:
        return np.argsort(self.node_id, kind="stable")

    def rows(self, node_ids: npt.ArrayLike) -> IntArray:
        """Return the rows of nodes given by id.

        Raises
        ------
        KeyError
            Gives the first id that is not a node of this morphology.
        """
        wanted = np.atleast_1d(np.asarray(node_ids, dtype=np.int64))
        ordered = self.node_id[self._id_order]
        at = np.minimum(np.searchsorted(ordered, wanted), len(self) - 1)
        missing = ordered[at] != wanted
        if missing.any():
            raise KeyError(int(wanted[missing][0]))
        return np.asarray(self._id_order[at], dtype=np.int64)

    def replace(self, **changes: Any) -> Morphology:
        """Return a copy with some arrays or names changed, validated again."""
        return replace(self, **changes)

    def rerooted(self, node_id: int) -> Morphology:
        """Return the same skeleton with ``node_id`` as the root of its component.

        Raises
        ------
        KeyError
            If there is no such node.
        """
        row = int(self.rows(node_id)[0])
        parent = self.parent.copy()
        flags = None if self.no_cable_above is None else self.no_cable_above.copy()
        previous, above = -1, False
        while row >= 0:
            following = int(parent[row])
            parent[row] = previous
            if flags is not None:  # of an edge: it goes with the node that is now below it
                flags[row], above = above, flags[row]
            previous, row = row, following
        return self.replace(parent=parent, no_cable_above=flags)

    def save(self, path: str | os.PathLike[str], changes: Sequence[str] = ()) -> None:
        """Write the skeleton to an SWC file (``.swc``, ``.swc.gz``), in µm; see `write_swc`.

        Raises
        ------
        MorphologyError
            If the name does not end in ``.swc`` or ``.swc.gz``.
        OSError
            If the file cannot be written.
        """
        from napari_neuron.morphology.swc import write_swc

        if not str(path).lower().endswith((".swc", ".swc.gz")):
            raise MorphologyError(f"{path}: skeletons are saved as SWC; end the name in .swc")
        write_swc(self, path, changes)

    @classmethod
    def from_navis(cls, neuron: Any) -> Morphology:
        """Make a morphology, in µm, from a `navis.TreeNeuron`; see `navis_bridge.from_navis`."""
        from napari_neuron.morphology.navis_bridge import from_navis

        return from_navis(neuron)

    def to_navis(self) -> Any:
        """Return a `navis.TreeNeuron` in µm with the same nodes, labels, soma and connectors."""
        from napari_neuron.morphology.navis_bridge import to_navis

        return to_navis(self)


def depths(parent: IntArray) -> IntArray:
    """Count the edges from each node to its root by pointer doubling.

    Raises
    ------
    MorphologyError
        If some nodes form a cycle.
    """
    n = len(parent)
    ancestor = np.where(parent < 0, np.arange(n), parent)
    depth = (parent >= 0).astype(np.int64)
    for _ in range(max(1, int(n).bit_length() + 1)):
        further = ancestor[ancestor]
        if np.array_equal(further, ancestor):
            break
        depth = depth + depth[ancestor]
        ancestor = further
    if (parent[ancestor] >= 0).any():
        row = int(np.flatnonzero(parent[ancestor] >= 0)[0])
        raise MorphologyError(f"the parents of row {row} lead round in a circle")
    return depth


def follow(above: IntArray) -> IntArray:
    """Return where following ``above`` from each item ends (at an item that names itself)."""
    while True:  # pointer doubling: log2(longest chain) rounds
        further = above[above]
        if np.array_equal(further, above):
            return further
        above = further


def sum_to_root(parent: IntArray, length: FloatArray, depth: IntArray) -> FloatArray:
    """Sum ``length`` from each node up to its root, parents first: sums are exact chains."""
    total = length.copy()
    order = np.argsort(depth, kind="stable")
    bounds = np.searchsorted(depth[order], np.arange(depth.max() + 2))
    # Along a long chain, a plain loop beats many tiny slices.
    if len(bounds) > 4 * len(parent) ** 0.5 + 1000:
        up = parent.tolist()
        sums = total.tolist()
        for row in order.tolist():
            if up[row] >= 0:
                sums[row] += sums[up[row]]
        return np.asarray(sums)
    for start, stop in pairwise(bounds[1:].tolist()):
        rows = order[start:stop]
        total[rows] += total[parent[rows]]
    return total
