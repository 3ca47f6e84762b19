"""The mesh of a neuron, prepared for colouring by voltage: each vertex by its nearest node."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import numpy.typing as npt

from napari_neuron.errors import MorphologyError
from napari_neuron.morphology.formats.precomputed_mesh import read_precomputed_mesh
from napari_neuron.morphology.model import Morphology
from napari_neuron.view.geometry.tubes import NO_AXIS, TubeMesh

Mesh = tuple[npt.NDArray[np.float32], npt.NDArray[np.int32]]
"""Vertices (n, 3), z, y, x in µm, and faces (n, 3)."""


MESH_UNITS = {"µm": 1.0, "nm": 1e-3, "4 nm": 4e-3, "8 nm": 8e-3, "10 nm": 1e-2, "16 nm": 16e-3}
"""Usual units of meshes, in µm; files do not state theirs."""


class SurfaceMesh(TubeMesh):
    """The surface of a neuron instead of tubes: vertices without radii."""


def mesh_of(source: Any, scale: float = 1.0, *, segment: int | None = None) -> Mesh:
    """Return vertices and faces of a mesh.

    Parameters
    ----------
    source
        A file that trimesh reads (OBJ, PLY, STL ...), a folder of neuroglancer's precomputed
        meshes, a `trimesh.Trimesh` or a navis MeshNeuron (x, y, z), or a napari Surface layer
        (z, y, x).
    scale
        µm in one unit of the mesh; a precomputed mesh, a navis neuron and a Surface layer with
        units know theirs.
    segment
        Of a folder: the id; None where it has one mesh only.

    Raises
    ------
    MorphologyError
        If there is no mesh in it.
    """
    if isinstance(source, str | Path):
        if Path(source).is_dir():
            place, faces = read_precomputed_mesh(Path(source), segment)
            return (place[:, ::-1] / 1000).astype(np.float32), faces.astype(np.int32)
        source = _loaded(Path(source))
    if hasattr(source, "vertex_values"):  # a Surface layer
        place = np.asarray(source.scale)[-3:], np.asarray(source.translate)[-3:]
        vertices, faces = np.asarray(source.vertices)[:, -3:] * place[0] + place[1], source.faces
    else:
        vertices, faces = np.asarray(source.vertices)[:, ::-1], source.faces
    vertices = np.asarray(vertices, dtype=np.float32) * np.float32(_micrometres(source) or scale)
    faces = np.asarray(faces, dtype=np.int32)
    if not len(faces):
        raise MorphologyError(f"{source}: there are no triangles in this mesh")
    return vertices, faces


def _loaded(path: Path) -> Any:
    import trimesh

    try:
        mesh = trimesh.load(path, force="mesh")
        return SimpleNamespace(vertices=mesh.vertices, faces=mesh.faces)
    except Exception as error:  # each of trimesh's readers has its own
        raise MorphologyError(f"{path}: this mesh cannot be read: {error}") from error


def likely_micrometres(mesh: Mesh, morphology: Morphology) -> float:
    """Return how many µm one unit of a mesh probably is: that in which it lies at the cell.

    Parameters
    ----------
    mesh
        As `mesh_of` returns it with a scale of 1.
    """
    vertices = mesh[0]
    low, high = vertices.min(axis=0), vertices.max(axis=0)
    position = morphology.position[:, ::-1]
    own = np.stack([position.min(axis=0), position.max(axis=0)])
    off = [np.abs(np.stack([low, high]) * scale - own).sum() for scale in MESH_UNITS.values()]
    return tuple(MESH_UNITS.values())[int(np.argmin(off))]


def mesh_tubes(
    mesh: Mesh, morphology: Morphology, compartment_of_node: npt.ArrayLike
) -> SurfaceMesh:
    """Return a mesh as what a `VoltageLayer` draws instead of tubes.

    Parameters
    ----------
    mesh
        Of the neuron that ``morphology`` is the skeleton of, in the same place.
    compartment_of_node : (n_nodes,) int
        Column of the frames for every node.
    """
    from scipy.spatial import cKDTree

    vertices, faces = mesh
    _, node = cKDTree(morphology.position[:, ::-1]).query(vertices)
    across = np.cross(
        vertices[faces[:, 1]] - vertices[faces[:, 0]], vertices[faces[:, 2]] - vertices[faces[:, 0]]
    )
    normal = np.zeros_like(vertices)
    for corner in range(3):
        np.add.at(normal, faces[:, corner], across)
    length = np.linalg.norm(normal, axis=1, keepdims=True)
    return SurfaceMesh(
        vertices=vertices,
        faces=faces,
        vertex_compartment=np.asarray(compartment_of_node, dtype=np.int64)[node],
        vertex_node=node,
        colour_node=node,
        centre=vertices,
        direction=(normal / np.where(length > 0, length, 1.0)).astype(np.float32),
        radius=np.full(len(vertices), NO_AXIS, dtype=np.float32),
        is_sphere=np.zeros(len(vertices), dtype=bool),
        minimum_radius=0.0,
    )


def _micrometres(source: Any) -> float | None:
    """Return how many µm one unit of a mesh is, None where it does not say."""
    units = getattr(source, "units", None)
    if isinstance(units, tuple):  # of a layer, one for each axis
        units = 1 * units[-1]
    if not hasattr(units, "to") or not units.check("[length]"):
        return None
    return float(units.to("micrometer").magnitude)
