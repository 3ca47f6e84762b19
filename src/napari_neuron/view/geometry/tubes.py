"""A skeleton as a mesh of tubes; pure numpy.

Every vertex is a skeleton point plus a direction times a radius, so a change of the minimum radius
only moves vertices.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from napari_neuron.morphology.model import SOMA, IntArray, Morphology
from napari_neuron.view.geometry.rings import Rings, ring_directions, rings_of
from napari_neuron.view.geometry.spheres import unit_sphere

FloatArray = npt.NDArray[np.float32]

NO_AXIS = -1.0
"""Radius of vertices without an axis to move from: those of a mesh."""


_PER_VERTEX = (
    *("vertices", "vertex_compartment", "vertex_node", "colour_node"),
    *("centre", "direction", "radius", "is_sphere"),
)


@dataclass(frozen=True, eq=False)
class TubeMesh:
    """Tubes around the edges of a skeleton, closed at their ends.

    Attributes
    ----------
    vertices : (n_vertices, 3) float32
        z, y, x in µm: ``centre + max(radius, minimum_radius) * direction``.
    faces : (n_faces, 3) int32
        Triangles, counter-clockwise seen from outside in the (z, y, x) frame, as napari wants.
    vertex_compartment : (n_vertices,) int64
        Column of the frames that colours each vertex.
    vertex_node : (n_vertices,) int64
        Row of the node each vertex sits around.
    colour_node : (n_vertices,) int64
        Row of the node whose compartment colours each vertex.
    centre, direction : (n_vertices, 3) float32
        The skeleton point (z, y, x in µm) and the outward unit vector of each vertex.
    radius : (n_vertices,) float32
        µm, as the skeleton has it; `NO_AXIS` for vertices that stay where they are.
    is_sphere : (n_vertices,) bool
        Vertices of spheres; the others are of tubes.
    minimum_radius : float
        Thinner tubes are drawn with this radius, µm.
    side : (n_vertices,) float32 or None
        1 and -1 for the two edges of a ribbon, which is turned to the viewer: there ``direction``
        is that of the cable. 0, or None for all: vertices of tubes. From 2 to 4:
        the corners of dots, see `dot_mesh`.
    """

    vertices: FloatArray
    faces: npt.NDArray[np.int32]
    vertex_compartment: IntArray
    vertex_node: IntArray
    colour_node: IntArray
    centre: FloatArray
    direction: FloatArray
    radius: FloatArray
    is_sphere: npt.NDArray[np.bool_]
    minimum_radius: float
    side: FloatArray | None = None

    def with_minimum_radius(self, minimum_radius: float) -> TubeMesh:
        """Return the same tubes with another minimum radius (µm)."""
        vertices = _offset(self.centre, self.direction, self.radius, minimum_radius)
        return replace(self, vertices=vertices, minimum_radius=float(minimum_radius))

    def with_compartments(self, compartment_of_node: npt.ArrayLike) -> TubeMesh:
        """Return the same tubes coloured by other columns, one for every node of the cell."""
        compartment = np.asarray(compartment_of_node, dtype=np.int64)
        return replace(self, vertex_compartment=compartment[self.colour_node])

    def of_rows(self, rows: IntArray) -> TubeMesh:
        """Return the same tubes as those of a larger cell, of which ``rows`` are the nodes."""
        return replace(self, vertex_node=rows[self.vertex_node], colour_node=rows[self.colour_node])


def joined(meshes: Sequence[TubeMesh]) -> TubeMesh:
    """Return several meshes of one cell as one."""

    def together(name: str) -> npt.NDArray[Any]:
        return np.concatenate([getattr(mesh, name) for mesh in meshes])

    starts = np.cumsum([0, *(len(mesh.centre) for mesh in meshes)]).astype(np.int32)
    sides = [
        np.zeros(len(mesh.centre), np.float32) if mesh.side is None else mesh.side
        for mesh in meshes
    ]
    return replace(
        meshes[0],
        faces=np.concatenate([m.faces + start for m, start in zip(meshes, starts, strict=False)]),
        side=np.concatenate(sides),
        **{name: together(name) for name in _PER_VERTEX},
    )


def tube_mesh(
    morphology: Morphology,
    compartment_of_node: npt.ArrayLike,
    *,
    minimum_radius: float = 0.0,
    sides: int = 6,
) -> TubeMesh:
    """Return the tubes of a skeleton.

    An edge is a tube between the radii of its two nodes. Along an unbranched run neighbouring
    edges share a ring of vertices; a branch starts with a ring of its own inside its parent.
    A soma of one point is a sphere, and so is a node without edges.

    Parameters
    ----------
    compartment_of_node : (n_nodes,) int
        Column of the frames for every node, in the order of ``morphology.node_id``.
    minimum_radius
        µm; thinner tubes are drawn this thick.
    sides
        Corners of a ring, at least 3.
    """
    compartment = np.asarray(compartment_of_node, dtype=np.int64)
    if compartment.shape != (len(morphology),):
        raise ValueError(
            f"compartment_of_node has shape {compartment.shape} for {len(morphology)} nodes"
        )
    if sides < 3:
        raise ValueError(f"a tube needs at least 3 sides, not {sides}")
    if morphology.no_cable_above is not None:  # nothing is drawn where there is no cable
        parent = np.where(morphology.no_cable_above, -1, morphology.parent)
        morphology = morphology.replace(parent=parent, no_cable_above=None)
    position = morphology.position[:, ::-1]  # z, y, x from here on
    radius = np.maximum(morphology.radius, 0.0)
    balls = spheres_of(morphology)
    rings = rings_of(morphology, position, radius, balls)
    around = ring_directions(rings, sides)

    parts = [
        _sides(rings, around, sides),
        _caps(rings, around, np.flatnonzero(rings.is_tip), 1.0, sides),
        _caps(rings, around, np.flatnonzero(rings.is_root), -1.0, sides),
    ]
    vertex_ring = np.concatenate([part.ring for part in parts])
    direction = np.concatenate([part.direction for part in parts])
    node, start = rings.node[vertex_ring], len(parts[0].ring)
    faces = [parts[0].faces]
    for part in parts[1:]:
        # corners of the ring itself are known by their index, new vertices by a negative one
        faces.append(np.where(part.faces < 0, start - part.faces - 1, part.faces))
        start += len(part.ring)

    vertex_radius = rings.radius[vertex_ring]
    colour_node = rings.colour_node[vertex_ring]
    if len(balls):
        unit, unit_faces = unit_sphere(len(balls))
        offset = start + len(unit) * np.arange(len(balls))
        faces.append((unit_faces[None] + offset[:, None, None]).reshape(-1, 3).astype(np.int32))
        direction = np.concatenate([direction, np.tile(unit, (len(balls), 1))])
        ball_node = np.repeat(balls, len(unit))
        node = np.concatenate([node, ball_node])
        vertex_radius = np.concatenate([vertex_radius, radius[ball_node]])
        colour_node = np.concatenate([colour_node, ball_node])

    centre = np.ascontiguousarray(position, dtype=np.float32)[node]
    direction = np.ascontiguousarray(direction, dtype=np.float32)
    vertex_radius = vertex_radius.astype(np.float32)
    return TubeMesh(
        vertices=_offset(centre, direction, vertex_radius, minimum_radius),
        faces=np.concatenate(faces).astype(np.int32, copy=False),
        vertex_compartment=compartment[colour_node],
        vertex_node=node,
        colour_node=colour_node,
        centre=centre,
        direction=direction,
        radius=vertex_radius,
        is_sphere=np.arange(len(node)) >= start,
        minimum_radius=float(minimum_radius),
    )


def default_minimum_radius(morphology: Morphology) -> float:
    """Return a radius (µm) at which the thinnest neurite is seen when the whole cell is in view."""
    extent = np.ptp(morphology.position, axis=0).max()
    return float(extent) / 1000 if extent > 0 else 0.1


@dataclass(frozen=True, eq=False)
class _Part:
    """Vertices that belong to rings, and faces among them and the rings' corners."""

    direction: FloatArray
    ring: IntArray
    faces: IntArray


def _offset(
    centre: FloatArray, direction: FloatArray, radius: FloatArray, minimum_radius: float
) -> FloatArray:
    moved = np.where(radius < 0, np.float32(0), np.maximum(radius, np.float32(minimum_radius)))
    return centre + moved[:, None] * direction


def spheres_of(morphology: Morphology) -> IntArray:
    """Return the rows drawn as spheres: somas of one point, and nodes without edges."""
    parent, n = morphology.parent, len(morphology)
    has_parent = parent >= 0
    alone = ~has_parent & (morphology.n_children == 0)
    soma = morphology.swc_type == SOMA
    joined = soma & has_parent & soma[parent]  # soma next to soma: a soma drawn as a cable
    next_to_soma = joined.copy()
    next_to_soma[parent[joined]] = True
    return np.flatnonzero((soma & ~next_to_soma) | alone) if n else np.zeros(0, np.int64)


def _sides(rings: Rings, around: FloatArray, sides: int) -> _Part:
    """Return the corners of all rings, and the faces between each and the one before in its run."""
    corner = np.arange(sides, dtype=np.int32)  # int32 halves memory and time
    next_corner = np.roll(corner, -1)
    first = np.flatnonzero(~rings.is_start).astype(np.int32)
    here, before = first[:, None] * sides, (first - 1)[:, None] * sides
    quads = (before + corner, before + next_corner, here + corner, here + next_corner)
    ring = np.repeat(np.arange(len(rings.node), dtype=np.int32), sides)
    return _Part(around.reshape(-1, 3), ring, _quad_faces(quads))


def _caps(rings: Rings, around: FloatArray, ends: IntArray, sign: float, sides: int) -> _Part:
    """Return round ends: half-way up a second ring, then a pole."""
    pole = (sign * rings.tangent[ends]).astype(np.float32)
    middle = (around[ends] + pole[:, None, :]) * np.float32(np.sqrt(0.5))
    direction = np.concatenate([middle, pole[:, None, :]], axis=1).reshape(-1, 3)
    ring = np.repeat(ends, sides + 1)
    corner = np.arange(sides, dtype=np.int32)
    next_corner = np.roll(corner, -1)
    base = ends[:, None].astype(np.int32) * sides
    new = np.arange(len(ends), dtype=np.int32)[:, None] * (sides + 1)  # written as -1 - index
    low = (base + corner, base + next_corner)
    high = (-1 - (new + corner), -1 - (new + next_corner))
    top = np.broadcast_to(-1 - (new + sides), high[0].shape)
    faces = np.concatenate(
        [_quad_faces((*low, *high)), np.stack([high[0], high[1], top], axis=-1).reshape(-1, 3)]
    )
    return _Part(direction, ring, faces if sign > 0 else faces[:, ::-1])


def _quad_faces(quads: tuple[npt.NDArray[np.int64], ...]) -> IntArray:
    a, b, c, d = quads
    return np.stack([np.stack([a, b, c], axis=-1), np.stack([b, d, c], axis=-1)]).reshape(-1, 3)
