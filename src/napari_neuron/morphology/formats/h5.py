"""MorphIO's HDF5 files (version 1): a table of points and a table of sections.

Read with h5py, which this package needs anyway. One file may contain several cells, each a group.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from napari_neuron.errors import SkeletonFileError
from napari_neuron.morphology.formats.cell import FileCell, format_unit
from napari_neuron.morphology.formats.content import FARTHEST, MOST_NODES
from napari_neuron.morphology.formats.outline import nearest_row, soma_nodes
from napari_neuron.morphology.model import SOMA, FloatArray, IntArray

_REMEDY = "Convert it again (morph-tool convert), or export the cell as SWC."
_START, _TYPE, _PARENT = 0, 1, 2
_MOST_CELLS = 10_000


def read_h5(content: bytes, shown: str) -> list[FileCell]:
    """Read the cells of an HDF5 file.

    Raises
    ------
    SkeletonFileError
        If it is damaged, or no such file.
    """
    try:
        with h5py.File(io.BytesIO(content), "r") as file:
            tables = _tables(file, shown)
    except SkeletonFileError:
        raise
    except Exception as fault:  # what HDF5 raises for damaged files is of every kind
        problem = f"is not an HDF5 file, or damaged ({' '.join(str(fault).split())[:120]})"
        raise SkeletonFileError(shown, None, problem, _REMEDY) from None
    return [_cell(name, points, structure, shown) for name, points, structure in tables]


def is_morphology(path: Path) -> bool:
    """Return whether an HDF5 file holds a cell, or one of its first groups does."""
    try:
        with h5py.File(path, "r") as file:
            return _has_cell(file) or any(_has_cell(file.get(name)) for name in list(file)[:10])
    except Exception:  # what HDF5 raises for damaged files is of every kind
        return False


def _has_cell(group: Any) -> bool:
    return bool(isinstance(group, h5py.Group) and "points" in group and "structure" in group)


def _tables(file: h5py.File, shown: str) -> list[tuple[str | None, FloatArray, IntArray]]:
    if _has_cell(file):
        return [(None, *_arrays(file, shown))]
    if "neuron1" in file:
        problem = "is of version 2 of the format, which MorphIO gave up too"
        raise SkeletonFileError(shown, None, problem, _REMEDY)
    names = [name for name in list(file)[:_MOST_CELLS] if _has_cell(file.get(name))]
    if not names:
        problem = "holds no cell: there are no tables 'points' and 'structure'"
        remedy = "Stored simulations are opened with SimulationResult.load or in napari."
        raise SkeletonFileError(shown, None, problem, remedy)
    return [(name, *_arrays(file[name], f"{shown}: {name}")) for name in names]


def _arrays(group: h5py.Group, shown: str) -> tuple[FloatArray, IntArray]:
    arrays = []
    for name, columns, kinds in (("points", 4, "fiu"), ("structure", 3, "iu")):
        table = group[name]
        is_table = isinstance(table, h5py.Dataset) and table.dtype.kind in kinds
        if not is_table or table.ndim != 2 or table.shape[1] != columns:
            shape = getattr(table, "shape", None)
            problem = f"the table {name!r} has shape {shape}, not (n, {columns}) of numbers"
            raise SkeletonFileError(shown, None, problem, _REMEDY)
        if not 0 < table.shape[0] <= MOST_NODES:
            problem = f"the table {name!r} has {table.shape[0]:,} rows"
            raise SkeletonFileError(shown, None, problem, _REMEDY)
        arrays.append(table[()])
    points, structure = arrays
    return points.astype(np.float64), structure.astype(np.int64)


def _cell(name: str | None, points: FloatArray, structure: IntArray, shown: str) -> FileCell:
    _require_order(points, structure, shown)
    bounds = np.append(structure[:, _START], len(points))
    nodes: list[FloatArray] = []
    parents: list[IntArray] = []
    types: list[IntArray] = []
    last_row = np.full(len(structure), -1, dtype=np.int64)
    last_point = points[bounds[1:] - 1]
    n = 0

    somata = np.flatnonzero(structure[:, _TYPE] == SOMA)
    soma = np.empty((0, 3))
    if len(somata) > 1:
        problem = f"{len(somata)} sections are cell bodies; a cell has one"
        raise SkeletonFileError(shown, None, problem, _REMEDY)
    if len(somata):
        first = int(somata[0])
        soma, radius, parent = soma_nodes(points[bounds[first] : bounds[first + 1]])
        nodes.append(np.column_stack([soma, 2 * radius]))
        parents.append(parent)
        types.append(np.full(len(soma), SOMA))
        n = len(soma)
    for index, (_, swc_type, above) in enumerate(structure.tolist()):
        if swc_type == SOMA:
            continue
        own = points[bounds[index] : bounds[index + 1]]
        onto = -1
        if above >= 0 and structure[above, _TYPE] != SOMA:
            onto = int(last_row[above])
            if np.array_equal(own[0], last_point[above]):
                own = own[1:]  # sections repeat the point they begin at
        elif len(soma):
            onto = nearest_row(soma, own[0, :3])
        parent = np.arange(n - 1, n - 1 + len(own))
        if len(own):
            parent[0] = onto
        last_row[index] = n + len(own) - 1 if len(own) else onto
        nodes.append(own)
        parents.append(parent)
        types.append(np.full(len(own), swc_type))
        n += len(own)
    everything = np.concatenate(nodes)
    return FileCell(
        name=name,
        node_id=np.arange(1, n + 1),
        parent=np.concatenate(parents),
        swc_type=np.concatenate(types),
        position=everything[:, :3],
        radius=0.5 * everything[:, 3],
        unit=format_unit("MorphIO HDF5"),
    )


def _require_order(points: FloatArray, structure: IntArray, shown: str) -> None:
    """Refuse sections that do not follow each other, or hang on none before them."""
    start = structure[:, _START]
    n_sections = len(structure)
    wrong = np.flatnonzero(np.diff(np.append(start, len(points))) < 1)
    problem = None
    if start[0] != 0:
        problem = f"the first section starts at point {start[0]}, not 0"
    elif len(wrong):
        problem = f"section {wrong[0]} starts at point {start[wrong[0]]} and holds no point"
    elif (structure[:, _PARENT] >= np.arange(n_sections)).any():
        section = int(np.argmax(structure[:, _PARENT] >= np.arange(n_sections)))
        problem = f"section {section} hangs on section {structure[section, _PARENT]}, not before it"
    elif (structure[:, _TYPE] < 0).any():
        section = int(np.argmax(structure[:, _TYPE] < 0))
        problem = f"section {section} has type {structure[section, _TYPE]}"
    elif not (np.abs(points) < FARTHEST).all():
        row = int(np.argmin((np.abs(points) < FARTHEST).all(axis=1)))
        problem = f"point {row} has a coordinate or diameter that is no ordinary number"
    if problem is not None:
        raise SkeletonFileError(shown, None, problem, _REMEDY)
