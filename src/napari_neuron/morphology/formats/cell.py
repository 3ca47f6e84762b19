"""A cell as it is in a file, and the morphology made from it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from napari_neuron.errors import MorphologyError, SkeletonFileError
from napari_neuron.morphology.formats.content import FARTHEST
from napari_neuron.morphology.guess import FileUnit, find_unit
from napari_neuron.morphology.model import SOMA, BoolArray, FloatArray, IntArray, Morphology
from napari_neuron.morphology.soma import COINCIDENT

if TYPE_CHECKING:
    import pandas as pd

NOTE = " note:"
"""Begins header lines that say what a reader skipped or chose; `check` reports them."""


@dataclass(frozen=True, eq=False)
class FileCell:
    """One cell in the numbers of its file.

    Attributes
    ----------
    name : str or None
        None where the file's name is the only one.
    parent : (n_nodes,) int64
        Rows; -1 for a root.
    unit : FileUnit or None
        What the file or its format states; None if nothing does.
    radius_scale : float or None
        µm per number of ``radius`` where that has a unit of its own; None: that of x.
    connectors : pandas.DataFrame or None
        In the file's numbers.
    no_cable_above : (n_nodes,) bool or None
        As in `Morphology`.
    """

    name: str | None
    node_id: IntArray
    parent: IntArray
    swc_type: IntArray
    position: FloatArray
    radius: FloatArray
    labels: npt.NDArray[np.str_] | None = None
    header: tuple[str, ...] = ()
    unit: FileUnit | None = None
    radius_scale: float | None = None
    connectors: pd.DataFrame | None = None
    no_cable_above: BoolArray | None = None


def format_unit(format_name: str) -> FileUnit:
    """Return µm, as the definition of a format states."""
    return FileUnit("um", np.ones(3), f"{format_name} files are in µm")


def to_morphology(
    cell: FileCell, shown: str, units: str | None, name: str, source: str | None
) -> Morphology:
    """Convert a cell to µm and check it.

    Raises
    ------
    SkeletonFileError
        If its nodes make no skeleton.
    MorphologyError
        If ``units`` is not a unit of length.
    """
    numbers = np.column_stack([cell.position, cell.radius])
    wrong = np.flatnonzero(~(np.abs(numbers) < FARTHEST).all(axis=1))
    if len(wrong):
        which = say_nodes(cell.node_id[wrong])
        problem = f"a coordinate or radius that is no ordinary number, of {which}"
        raise SkeletonFileError(shown, None, problem, "Correct or remove the node.")
    if units is None and cell.unit is not None:
        unit = cell.unit
    else:
        unit = find_unit(units, cell.header, cell.position, cell.parent, cell.swc_type, cell.radius)
    connectors = cell.connectors
    if connectors is not None:
        connectors = connectors.copy()
        for axis, scale in zip("xyz", unit.scale, strict=True):
            connectors[axis] = connectors[axis].astype(np.float64) * scale
    radius_scale = unit.scale[0] if cell.radius_scale is None else cell.radius_scale
    try:
        return Morphology(
            node_id=cell.node_id,
            parent=cell.parent,
            swc_type=cell.swc_type,
            position=cell.position * unit.scale,
            radius=cell.radius * radius_scale,
            name=name,
            labels=cell.labels,
            connectors=connectors,
            header=cell.header,
            unit=unit.label,
            unit_evidence=unit.evidence,
            source=source,
            no_cable_above=cell.no_cable_above,
        )
    except MorphologyError as fault:
        remedy = "Correct the file with the program that wrote it."
        raise SkeletonFileError(shown, None, _in_ids(cell, str(fault)), remedy) from None


def _in_ids(cell: FileCell, problem: str) -> str:
    if "circle" not in problem:
        return problem
    up = cell.parent
    on_circle = np.arange(len(up))
    for _ in range(len(up).bit_length() + 1):  # from any node, 2**k >= n steps end on a circle
        on_circle = np.where(on_circle < 0, -1, up[on_circle])
        up = np.where(up < 0, -1, up[up])
    row = int(on_circle[on_circle >= 0][0])
    circle = [row]
    while cell.parent[circle[-1]] != row:
        circle.append(int(cell.parent[circle[-1]]))
    return f"the parents of {say_nodes(cell.node_id[circle])} lead round in a circle"


def say_nodes(ids: Iterable[int]) -> str:
    """Return ``node 3`` or ``nodes 3, 4, 5 ... (9 nodes)`` for a message."""
    everything = [int(one) for one in ids]
    shown = ", ".join(map(str, everything[:5]))
    if len(everything) > 5:
        return f"nodes {shown} ... ({len(everything)} nodes)"
    return f"node{'s' * (len(everything) != 1)} {shown}"


def without_gaps(cell: FileCell, first: IntArray, what: str) -> FileCell:
    """Return the cell with the pieces that begin off their parent connected without cable.

    Parameters
    ----------
    cell
        In µm.
    first
        The rows at which the pieces begin that hang on another.
    what
        What they are: "sections", "segments".
    """
    gap = np.linalg.norm(cell.position[first] - cell.position[cell.parent[first]], axis=1)
    apart = first[gap > COINCIDENT]
    if len(apart) == 0:
        return cell
    flags = np.zeros(len(cell.node_id), dtype=np.bool_)
    flags[apart] = True
    header = cell.header
    onto = cell.parent[first]
    ordinary = np.where(cell.swc_type[onto] == SOMA, 3 * cell.radius[onto], 0.01)
    far = gap[gap > ordinary]
    if len(far):
        line = (
            f"{NOTE} {len(far)} {what} begin up to {far.max():.4g} µm away from where they are "
            "connected; as in the file, there is no cable between"
        )
        header = (*header, line)
    return replace(cell, header=header, no_cable_above=flags)


def rows_of_ids(
    node_id: IntArray, wanted: IntArray, shown: str, lines: Sequence[int] | None = None
) -> IntArray:
    """Return the row of each wanted id.

    Raises
    ------
    SkeletonFileError
        If an id is used twice, or a wanted one is not there; with the line of ``wanted``.
    """
    order = np.argsort(node_id, kind="stable")
    ordered = node_id[order]
    again = np.flatnonzero(ordered[1:] == ordered[:-1])
    if len(again):
        problem = f"node id {ordered[again[0]]} is used twice"
        raise SkeletonFileError(shown, None, problem, "Give every node its own id.")
    at = np.minimum(np.searchsorted(ordered, wanted), len(ordered) - 1)
    missing = np.flatnonzero(ordered[at] != wanted)
    if len(missing):
        line = None if lines is None else int(lines[int(missing[0])])
        problem = f"node {wanted[missing[0]]} is referred to but is not in the cell"
        raise SkeletonFileError(shown, line, problem, "Add the node, or remove the reference.")
    return np.asarray(order[at], dtype=np.int64)


LOOP = f"{NOTE} a loop was opened:"
"""Begins header lines that name the two nodes between which an edge was left out."""
_LOOPS_NAMED = 100


def without_loops(
    edges: IntArray, position: FloatArray, node_id: IntArray
) -> tuple[IntArray, tuple[str, ...]]:
    """Leave out the edges that close loops: of each loop a longest one.

    Parameters
    ----------
    edges : (n_edges, 2) int64
        Rows; the same edge may come twice, in either direction.
    position : (n_nodes, 3) float64
        In any unit.
    node_id : (n_nodes,) int64

    Returns
    -------
    edges, notes
        The edges that are left, each once and in the order they had; and a line for the header for
        each that is not. The very edges if they make a forest.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components, minimum_spanning_tree

    n = len(node_id)
    _, first = np.unique(np.sort(edges, axis=1), axis=0, return_index=True)
    once = edges[np.sort(first)]
    a, b = once.T if len(once) else np.empty((2, 0), dtype=np.int64)
    graph = coo_array((np.ones(len(once), dtype=np.int8), (a, b)), (n, n)).tocsr()
    n_parts, _ = connected_components(graph, directed=False)
    if len(once) == n - n_parts:
        return edges, ()
    length = np.linalg.norm(position[a] - position[b], axis=1)
    weight = 1.0 + length / max(float(length.max()), 1e-300)  # none is zero, which were no edge
    low, high = np.minimum(a, b), np.maximum(a, b)
    ends = low.astype(np.int32), high.astype(np.int32)  # scipy 1.13 finds trees with no others
    tree = minimum_spanning_tree(coo_array((weight, ends), (n, n)).tocsr()).tocoo()
    row, column = tree.row.astype(np.int64), tree.col.astype(np.int64)
    is_kept = np.isin(low * n + high, np.minimum(row, column) * n + np.maximum(row, column))
    lost = once[~is_kept]
    named = node_id[lost[:_LOOPS_NAMED]].tolist()
    notes = [f"{LOOP} no cable between nodes {one} and {other}" for one, other in named]
    if len(lost) > _LOOPS_NAMED:
        notes.append(f"{NOTE} {len(lost) - _LOOPS_NAMED:,} more loops were opened")
    return once[is_kept], tuple(notes)


def parents_of_edges(
    n_nodes: int, edges: IntArray, swc_type: IntArray, node_id: IntArray, shown: str
) -> IntArray:
    """Return the parent of each node of an undirected skeleton.

    Where the edges, read as (parent, child), make a forest already, that is kept. Else each
    component is rooted at its first node of type soma, or its first node.

    Parameters
    ----------
    n_nodes
        Number of nodes.
    edges : (n_edges, 2) int64
        Rows; the same edge may come twice, in either direction.

    Raises
    ------
    SkeletonFileError
        If edges lead round in a loop, or from a node to itself.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import breadth_first_order, connected_components

    parent = np.full(n_nodes, -1, dtype=np.int64)
    if len(edges) == 0:
        return parent
    remedy = "A cell is a tree: remove one edge of the loop."
    own = np.flatnonzero(edges[:, 0] == edges[:, 1])
    if len(own):
        problem = f"an edge leads from node {node_id[edges[own[0], 0]]} to itself"
        raise SkeletonFileError(shown, None, problem, remedy)
    once = np.unique(np.sort(edges, axis=1), axis=0)
    graph = coo_array((np.ones(len(once), dtype=np.int8), (once[:, 0], once[:, 1])), (n_nodes,) * 2)
    graph = graph.tocsr()
    n_parts, part = connected_components(graph, directed=False)
    if len(once) != n_nodes - n_parts:
        surplus = np.bincount(part[once[:, 0]], minlength=n_parts) - np.bincount(part) + 1
        members = say_nodes(node_id[part == int(np.argmax(surplus > 0))])
        problem = f"{surplus.sum()} more edges than a tree has: a loop among {members}"
        raise SkeletonFileError(shown, None, problem, remedy)
    if len(once) == len(edges) and len(np.unique(edges[:, 1])) == len(edges):
        parent[edges[:, 1]] = edges[:, 0]
        return parent
    # One start for all components: a node of its own, joined to the root of each.
    rank = np.lexsort((np.arange(n_nodes), swc_type != SOMA))
    _, first = np.unique(part[rank], return_index=True)
    roots = rank[first]
    joined = coo_array(
        (
            np.ones(len(once) + n_parts, dtype=np.int8),
            (
                np.concatenate([once[:, 0], np.full(n_parts, n_nodes)]),
                np.concatenate([once[:, 1], roots]),
            ),
        ),
        (n_nodes + 1,) * 2,
    ).tocsr()
    _, before = breadth_first_order(joined, n_nodes, directed=False)
    parent = np.asarray(before[:n_nodes], dtype=np.int64)
    parent[parent == n_nodes] = -1
    return parent
