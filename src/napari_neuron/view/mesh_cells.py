"""The mesh of a neuron as something that voltages can colour: each vertex by the nearest node."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from napari_neuron.errors import MorphologyError
from napari_neuron.morphology.model import Morphology
from napari_neuron.view.tubes import NO_AXIS, TubeMesh

Mesh = tuple[npt.NDArray[np.float32], npt.NDArray[np.int32]]
"""Vertices (n, 3), z, y, x in µm, and faces (n, 3)."""


def mesh_of(source: Any, scale: float = 1.0) -> Mesh:
    """Return vertices and faces of a mesh.

    Parameters
    ----------
    source
        A file that trimesh reads (OBJ, PLY, STL ...), a `trimesh.Trimesh` or a navis MeshNeuron
        (x, y, z), or a napari Surface layer (z, y, x).
    scale
        µm in one unit of the mesh; a navis neuron and a Surface layer with units know theirs.

    Raises
    ------
    MorphologyError
        If there is no mesh in it.
    """
    if isinstance(source, str | Path):
        import trimesh

        try:
            source = trimesh.load(source, force="mesh")
        except (ValueError, OSError) as error:
            raise MorphologyError(f"{source}: this mesh cannot be read: {error}") from error
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


def mesh_tubes(mesh: Mesh, morphology: Morphology, compartment_of_node: npt.ArrayLike) -> TubeMesh:
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
    zero = np.zeros(len(vertices), dtype=np.float32)
    return TubeMesh(
        vertices=vertices,
        faces=faces,
        vertex_compartment=np.asarray(compartment_of_node, dtype=np.int64)[node],
        vertex_node=node,
        colour_node=node,
        centre=vertices,
        direction=(normal / np.where(length > 0, length, 1.0)).astype(np.float32),
        radius=zero + NO_AXIS,
        is_sphere=zero > 0,
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
