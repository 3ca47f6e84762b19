"""Skeletons in neuroglancer's precomputed format: binary files beside an ``info`` file."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from napari_neuron.errors import SkeletonFileError
from napari_neuron.morphology.formats.cell import FileCell, parents_of_edges, without_loops
from napari_neuron.morphology.formats.content import MOST_NODES
from napari_neuron.morphology.guess import FileUnit

_REMEDY = "Fetch the file again, with the info file of the same folder."
_DTYPES = ("float32", "int8", "uint8", "int16", "uint16", "int32", "uint32")
KIND = "neuroglancer_skeletons"


def parse_info(content: bytes, shown: str) -> dict[str, Any]:
    """Read an info file.

    Raises
    ------
    SkeletonFileError
        If it is not that of a folder of skeletons.
    """
    try:
        info = json.loads(content)
    except (ValueError, RecursionError) as fault:
        problem = f"is not JSON ({str(fault)[:80]})"
        raise SkeletonFileError(shown, None, problem, _REMEDY) from None
    kind = info.get("@type") if isinstance(info, dict) else None
    if not isinstance(info, dict) or kind not in (KIND, None) or "scales" in info:
        folder = info.get("skeletons") if isinstance(info, dict) else None
        problem = f"describes {str(kind or 'a volume')[:60]!r}, not skeletons"
        remedy = f"Give the folder of the skeletons{f', {str(folder)[:80]!r}' if folder else ''}."
        raise SkeletonFileError(shown, None, problem, remedy)
    if info.get("sharding"):
        problem = "the skeletons are in shards, many cells a file"
        remedy = "Fetch single cells with cloud-volume, or through navis."
        raise SkeletonFileError(shown, None, problem, remedy)
    return info


def read_precomputed(content: bytes, shown: str, info: dict[str, Any]) -> list[FileCell]:
    """Read one skeleton.

    Positions and radii are transformed to the space of the volume, which is in nm. The vertex
    attributes ``radius`` and ``vertex_types`` or ``compartment`` (SWC types) are known. Ids are
    the vertices' numbers in the file.

    Raises
    ------
    SkeletonFileError
        If the file does not have the size its first numbers and the info file say.
    """
    attributes, matrix = _attributes(info, shown), _transform(info, shown)
    if len(content) < 8:
        problem = f"has {len(content)} bytes, too few for a skeleton"
        raise SkeletonFileError(shown, None, problem, _REMEDY)
    n_nodes, n_edges = (int(one) for one in np.frombuffer(content, "<u4", 2))
    per_node = 12 + sum(dtype.itemsize * count for _, dtype, count in attributes)
    size = 8 + per_node * n_nodes + 8 * n_edges
    if n_nodes == 0 or n_nodes > MOST_NODES or size != len(content):
        problem = (
            f"says {n_nodes:,} nodes and {n_edges:,} edges, which with the attributes of the info "
            f"file make {size:,} bytes, and has {len(content):,}"
        )
        raise SkeletonFileError(shown, None, problem, _REMEDY)
    position = _as_doubles(np.frombuffer(content, "<f4", 3 * n_nodes, 8)).reshape(-1, 3)
    at = 8 + 12 * n_nodes
    edges = np.frombuffer(content, "<u4", 2 * n_edges, at).reshape(-1, 2).astype(np.int64)
    at += 8 * n_edges
    if n_edges and edges.max() >= n_nodes:
        problem = f"an edge leads to node {edges.max()} of {n_nodes}"
        raise SkeletonFileError(shown, None, problem, _REMEDY)
    values = {}
    for name, dtype, count in attributes:
        values[name] = np.frombuffer(content, dtype, n_nodes * count, at)
        at += n_nodes * count * dtype.itemsize
    swc_type = _types(values.get("vertex_types", values.get("compartment")), n_nodes)
    node_id = np.arange(n_nodes)
    radius = values.get("radius")
    if radius is None or len(radius) != n_nodes:
        radius = np.zeros(n_nodes)
    position = position @ matrix[:, :3].T + matrix[:, 3]
    edges, opened = without_loops(edges, position, node_id)
    uniform = float(np.cbrt(abs(np.linalg.det(matrix[:, :3]))))
    return [
        FileCell(
            name=None,
            node_id=node_id,
            parent=parents_of_edges(n_nodes, edges, swc_type, node_id, shown),
            swc_type=swc_type,
            position=position,
            radius=_as_doubles(radius) * uniform,
            header=opened,
            unit=FileUnit("nm", np.full(3, 1e-3), "precomputed skeletons are in nm"),
        )
    ]


def _types(values: np.ndarray[Any, Any] | None, n_nodes: int) -> np.ndarray[Any, Any]:
    if values is None or len(values) != n_nodes or not np.isfinite(values).all():
        return np.zeros(n_nodes, dtype=np.int64)
    return np.asarray(np.clip(values, 0, 2**31), dtype=np.int64)


def _as_doubles(values: np.ndarray[Any, Any]) -> np.ndarray[Any, np.dtype[np.float64]]:
    with np.errstate(invalid="ignore"):  # NumPy warns of NaN with certain bits; all are refused
        return values.astype(np.float64)


def _attributes(info: dict[str, Any], shown: str) -> list[tuple[str, np.dtype[Any], int]]:
    listed = info.get("vertex_attributes") or []
    listed = [listed] if isinstance(listed, dict) else listed  # as some programs write it
    attributes = []
    for one in listed if isinstance(listed, list) else [None]:
        one = one if isinstance(one, dict) else {"id": one}
        kind, count = one.get("data_type"), one.get("num_components", 1)
        if kind not in _DTYPES or not isinstance(count, int) or not 0 < count < 1000:
            problem = f"the info file describes an attribute that is none: {str(one)[:80]}"
            raise SkeletonFileError(shown, None, problem, _REMEDY)
        attributes.append((str(one.get("id")), np.dtype(kind).newbyteorder("<"), count))
    return attributes


def _transform(info: dict[str, Any], shown: str) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return the (3, 4) matrix from stored numbers to nm."""
    given = info.get("transform")
    if given is None:
        return np.eye(3, 4)
    try:
        matrix = np.array(given, dtype=np.float64).reshape(3, 4)
    except (ValueError, TypeError, OverflowError):
        matrix = np.full((3, 4), np.nan)
    if not np.isfinite(matrix).all() or np.linalg.det(matrix[:, :3]) == 0:
        problem = f"the info file's transform is not one: {str(given)[:100]}"
        raise SkeletonFileError(shown, None, problem, "It has 12 numbers, row by row.")
    return matrix
