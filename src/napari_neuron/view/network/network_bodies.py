"""Neurons of a network drawn as skeletons and meshes in the viewer that have their name or id."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from napari_neuron.errors import MorphologyError
from napari_neuron.morphology.model import SOMA, IntArray, Morphology
from napari_neuron.view.geometry.mesh_cells import Mesh, mesh_of, mesh_tubes
from napari_neuron.view.geometry.tubes import TubeMesh, default_minimum_radius, tube_mesh

if TYPE_CHECKING:
    from napari_neuron.result.network import PointNetwork

FloatArray = npt.NDArray[np.float64]

_SUFFIX = re.compile(r"(\.(swc|obj|ply|stl|glb|h5|nml|asc)| (mesh|nodes|skeleton))$", re.IGNORECASE)
_LONG_NUMBER = re.compile(r"(?<!\d)\d{4,}(?!\d)")
"""A possible id within a longer name; shorter numbers may mean anything."""


@dataclass(frozen=True, eq=False)
class Body:
    """The body of a neuron: skeleton, mesh or both.

    Attributes
    ----------
    skeleton : Morphology or None
    mesh : Mesh or None
        Vertices (z, y, x in µm) and faces; drawn where there are both.
    """

    skeleton: Morphology | None = None
    mesh: Mesh | None = None

    @property
    def place(self) -> FloatArray:
        """The single position of the neuron, (3,) x, y, z in µm.

        It is the soma, or else where the skeleton is thickest, or else the middle vertex of the
        mesh.
        """
        cell = self.skeleton
        if cell is not None:
            is_soma = cell.swc_type == SOMA
            row = np.flatnonzero(is_soma)[0] if is_soma.any() else cell.radius.argmax()
            return np.array(cell.position[row])
        assert self.mesh is not None
        vertices = self.mesh[0]
        off = vertices - vertices.mean(axis=0, dtype=np.float64)
        middle = np.einsum("ij,ij->i", off, off).argmin()
        return np.array(vertices[middle, ::-1], dtype=np.float64)


def bodies_in(
    layers: Iterable[Any], network: PointNetwork
) -> tuple[dict[int, Body], tuple[Any, ...]]:
    """Return the skeletons and meshes among layers that belong to neurons of a network.

    A layer belongs to the neuron whose id or label is its name, the name of its cell, or that
    without an ending such as ".swc" or " mesh"; or whose id is a number of four or more digits
    in that name. A name that fits several neurons belongs to none.

    Returns
    -------
    dict of int to Body
        By the row of the neuron.
    tuple of layers
        In which they were found.
    """
    row_of = _rows_by_name(network)
    skeletons: dict[int, Morphology] = {}
    meshes: dict[int, Mesh] = {}
    found = []
    for layer in layers:
        held = layer.metadata.get("napari_neuron")
        held = held if isinstance(held, dict) else {}
        if "activity_of" in held or "edge_activity_of" in held:
            continue
        cell = held.get("morphology") or held.get("voltage_of") or held.get("mesh_of")
        names = [layer.name] if cell is None else [cell.name, layer.name]
        row = next((r for r in (_row_named(name, row_of) for name in names) if r is not None), None)
        if row is None:
            continue
        if isinstance(cell, Morphology) and "mesh_of" not in held:
            skeletons.setdefault(row, cell)
        elif hasattr(layer, "vertex_values") and layer.ndim == 3:
            try:
                meshes.setdefault(row, mesh_of(layer))
            except MorphologyError:
                continue
        else:
            continue
        found.append(layer)
    rows = sorted({*skeletons, *meshes})
    return {row: Body(skeletons.get(row), meshes.get(row)) for row in rows}, tuple(found)


def box_of(bodies: Mapping[int, Body]) -> FloatArray | None:
    """Return the lowest and the highest corner of all bodies, (2, 3) x, y, z in µm."""
    points = [body.skeleton.position for body in bodies.values() if body.skeleton is not None]
    points += [body.mesh[0][:, ::-1] for body in bodies.values() if body.mesh is not None]
    if not points:
        return None
    low = np.min([part.min(axis=0) for part in points], axis=0)
    return np.array([low, np.max([part.max(axis=0) for part in points], axis=0)], np.float64)


def thinnest_neurite(bodies: Mapping[int, Body]) -> float:
    """Return the radius (µm) at which the thinnest neurites of bodies are still seen."""
    cells = [body.skeleton for body in bodies.values() if body.skeleton is not None]
    return max((default_minimum_radius(cell) for cell in cells), default=0.0)


def _rows_by_name(network: PointNetwork) -> dict[str, int]:
    neurons = network.neurons
    row_of: dict[str, int] = {}
    ambiguous = set()
    for row, name in enumerate(neurons.labels.tolist()):
        if row_of.setdefault(str(name), row) != row:
            ambiguous.add(str(name))
    for name in ambiguous:
        del row_of[name]
    row_of.update({str(name): row for row, name in enumerate(neurons.id.tolist())})
    row_of.pop("", None)
    return row_of


def _row_named(name: str, row_of: Mapping[str, int]) -> int | None:
    bare = name
    while bare not in row_of and _SUFFIX.search(bare):
        bare = _SUFFIX.sub("", bare)
    if bare in row_of:
        return row_of[bare]
    rows = {row_of[number] for number in _LONG_NUMBER.findall(name) if number in row_of}
    return rows.pop() if len(rows) == 1 else None


@dataclass(frozen=True, eq=False)
class NetworkShape:
    """All neurons of a network as one thing to draw.

    Attributes
    ----------
    morphology : Morphology
        The nodes of skeletons, and one for each other neuron.
    neuron_of_node : (n_nodes,) int64
        Row of the neuron of each node.
    tubes : TubeMesh or None
        What is drawn, where that is not the tubes of the skeleton alone.
    """

    morphology: Morphology
    neuron_of_node: IntArray
    tubes: TubeMesh | None


def network_shape(
    positions: FloatArray, bodies: Mapping[int, Body], radius: float, minimum_radius: float = 0.0
) -> NetworkShape:
    """Return neurons as their bodies, and as spheres where they have none.

    Parameters
    ----------
    positions : (n_neurons, 3)
        x, y, z in µm.
    bodies
        By the row of the neuron.
    radius
        Of the spheres, µm.
    minimum_radius
        Thinner neurites are drawn this thick, µm.
    """
    with_mesh = [row for row, body in bodies.items() if body.mesh is not None]
    with_skeleton = [row for row in bodies if row not in with_mesh]
    without = np.setdiff1d(np.arange(len(positions)), [*bodies]).astype(np.int64)
    cells = [_skeleton_of(row, bodies, positions, radius) for row in with_skeleton]
    neuron = [np.full(len(cell), row) for row, cell in zip(with_skeleton, cells, strict=True)]
    if len(without):
        cells.append(_dots(positions[without], radius))
        neuron.append(without)
    if not with_mesh:
        return NetworkShape(_together(cells), np.concatenate(neuron), None)
    parts, start = [], sum(map(len, cells))
    if cells:
        sides = 8 if start < 20_000 else 6 if start < 100_000 else 4
        column = np.concatenate(neuron)
        tubes = tube_mesh(_together(cells), column, minimum_radius=minimum_radius, sides=sides)
        parts.append(tubes)
    for row in with_mesh:
        mesh, cell = bodies[row].mesh, _skeleton_of(row, bodies, positions, radius)
        assert mesh is not None
        parts.append(_moved(mesh_tubes(mesh, cell, np.full(len(cell), row)), start))
        cells.append(cell)
        neuron.append(np.full(len(cell), row))
        start += len(cell)
    return NetworkShape(_together(cells), np.concatenate(neuron), _one_mesh(parts))


def _skeleton_of(
    row: int, bodies: Mapping[int, Body], positions: FloatArray, radius: float
) -> Morphology:
    return bodies[row].skeleton or _dots(positions[row][None], radius)


def _dots(positions: FloatArray, radius: float) -> Morphology:
    n = len(positions)
    return Morphology(
        node_id=np.arange(n),
        parent=np.full(n, -1),
        swc_type=np.zeros(n, np.int64),
        position=positions,
        radius=np.full(n, radius),
    )


def _together(cells: Sequence[Morphology]) -> Morphology:
    sizes = [len(cell) for cell in cells]
    start = np.repeat(np.cumsum([0, *sizes[:-1]]), sizes)
    parent = np.concatenate([cell.parent for cell in cells])
    no_cable = [
        np.zeros(len(cell), bool) if cell.no_cable_above is None else cell.no_cable_above
        for cell in cells
    ]
    return Morphology(
        node_id=np.arange(len(start)),
        parent=np.where(parent >= 0, parent + start, -1),
        swc_type=np.concatenate([cell.swc_type for cell in cells]),
        position=np.concatenate([cell.position for cell in cells]),
        radius=np.concatenate([cell.radius for cell in cells]),
        name="network",
        no_cable_above=np.concatenate(no_cable),
    )


def _moved(tubes: TubeMesh, nodes: int) -> TubeMesh:
    """Return tubes of nodes that come after others."""
    values = {field.name: getattr(tubes, field.name) for field in fields(tubes)}
    values["vertex_node"] = tubes.vertex_node + nodes
    values["colour_node"] = tubes.colour_node + nodes
    return TubeMesh(**values)


def _one_mesh(parts: Sequence[TubeMesh]) -> TubeMesh:
    starts = np.cumsum([0, *(len(part.vertices) for part in parts[:-1])])
    joined: dict[str, Any] = {"minimum_radius": parts[0].minimum_radius}
    for field in fields(TubeMesh):
        arrays = [getattr(part, field.name) for part in parts]
        if field.name == "faces":
            joined["faces"] = np.concatenate(
                [faces + start for faces, start in zip(arrays, starts, strict=True)]
            ).astype(np.int32)
        elif field.name not in joined:
            is_given = all(array is not None for array in arrays)
            joined[field.name] = np.concatenate(arrays) if is_given else None
    return TubeMesh(**joined)
