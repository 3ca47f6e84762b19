"""What a line of sight hits: the tubes of a cell, or the triangles of a mesh; pure numpy.

Edges and triangles are sorted into blocks of close neighbours, each with a bounding box, and a line
looks only into the few blocks whose boxes it meets.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from napari_neuron.morphology.model import IntArray

Floats = npt.NDArray[np.floating]

_BLOCK = 64


@dataclass(frozen=True)
class Hit:
    """What a line hits first.

    Attributes
    ----------
    row : int
        Of the node, or of the vertex.
    depth : float
        Distance along the line, from its point.
    off : float
        Distance by which the line has missed; 0 for a hit.
    """

    row: int
    depth: float
    off: float = 0.0


class Blocks:
    """Things with bounding boxes, sorted so that near ones are together.

    Parameters
    ----------
    low, high : (n, 3) float
        The corners of the box of each.
    """

    def __init__(self, low: Floats, high: Floats) -> None:
        self._order = np.argsort(_along_a_curve((low + high) / 2), kind="stable")
        starts = np.arange(0, len(low), _BLOCK)
        self._low = np.minimum.reduceat(low[self._order], starts) if len(low) else low
        self._high = np.maximum.reduceat(high[self._order], starts) if len(low) else high

    def met_by(self, point: Floats, ahead: Floats, reach: float) -> IntArray:
        """Return the things in blocks that a line meets or comes within ``reach`` of."""
        slow = np.where(np.abs(ahead) < 1e-12, 1e-12, ahead)
        one, other = (self._low - reach - point) / slow, (self._high + reach - point) / slow
        enters = np.minimum(one, other).max(axis=1, initial=-np.inf)
        leaves = np.maximum(one, other).min(axis=1, initial=np.inf)
        blocks = np.flatnonzero(enters <= leaves)
        places = (blocks[:, None] * _BLOCK + np.arange(_BLOCK)).ravel()
        return self._order[places[places < len(self._order)]]


class CableHits:
    """The edges of a cell as tubes, its nodes as balls, for lines to hit.

    Edges are as thick as the thinner of their two nodes; nodes are balls of their own radius.

    Parameters
    ----------
    position : (n_nodes, 3) float64
        In any order of axes.
    parent : (n_nodes,) int64
        Row of each node's parent, -1 for a root.
    radius : (n_nodes,) float64
        In the unit of ``position``.
    """

    def __init__(
        self, position: npt.NDArray[np.float64], parent: IntArray, radius: npt.NDArray[np.float64]
    ) -> None:
        self._position = position
        # of each node its edge, and itself: an edge of no length at a root
        self._above = np.where(parent >= 0, parent, np.arange(len(parent)))
        self._radius = np.maximum(radius, 0.0)
        ends = np.stack([position, position[self._above]])
        thick = np.maximum(self._radius, self._radius[self._above])[:, None]
        self._blocks = Blocks(ends.min(axis=0) - thick, ends.max(axis=0) + thick)

    def hit(
        self,
        point: npt.ArrayLike,
        direction: npt.ArrayLike,
        *,
        minimum_radius: float = 0.0,
        tolerance: float = 0.0,
        slab: float | None = None,
    ) -> Hit | None:
        """Return the node that a line hits first, None if it hits nothing.

        Parameters
        ----------
        point, direction : (3,) float
            The line, in the axes of the positions; it is looked along ``direction``.
        minimum_radius
            Thinner neurites are drawn this thick.
        tolerance
            Distance by which the line may miss, if it hits nothing.
        slab
            None in 3D. In a slice (``direction`` is the hidden axis), anything farther than this
            from the plane through ``point`` is ignored, and the neurite whose axis is nearest to
            the line counts.
        """
        point = np.asarray(point, dtype=np.float64)
        ahead = np.asarray(direction, dtype=np.float64)
        ahead = ahead / np.linalg.norm(ahead)
        child = self._blocks.met_by(point, ahead, minimum_radius + tolerance)
        if not len(child):
            return None
        frame = _frame(ahead)
        above = self._above[child]
        begin = (self._position[child] - point) @ frame
        end = (self._position[above] - point) @ frame
        along = end - begin
        length = np.einsum("ij,ij->i", along[:, :2], along[:, :2])
        share = -np.einsum("ij,ij->i", begin[:, :2], along[:, :2])
        share = np.clip(share / np.where(length > 0, length, 1.0), 0.0, 1.0)

        places = np.concatenate([begin, end, begin + share[:, None] * along])
        thick = np.maximum(self._radius[np.stack([child, above])], minimum_radius)
        reach = np.concatenate([*thick, thick.min(axis=0)])
        node = np.concatenate([child, above, np.where(share < 0.5, child, above)])
        off = np.hypot(places[:, 0], places[:, 1])
        is_there = np.ones(len(off), dtype=bool)
        if slab is not None:
            is_there = np.abs(places[:, 2]) <= slab + reach
        is_hit = is_there & (off <= reach)
        if slab is None and is_hit.any():
            entry = places[is_hit, 2] - np.sqrt(np.maximum(reach**2 - off**2, 0.0)[is_hit])
            first = int(entry.argmin())
            return Hit(int(node[is_hit][first]), float(entry[first]))
        close = is_hit if is_hit.any() else is_there & (off <= reach + tolerance)
        if not close.any():
            return None
        first = int(np.flatnonzero(close)[off[close].argmin()])
        missed = max(float(off[first] - reach[first]), 0.0)
        return Hit(int(node[first]), float(places[first, 2]), missed)


class FaceHits:
    """The triangles of a mesh, for lines to hit.

    Parameters
    ----------
    vertices : (n, 3) float
        In any order of axes.
    faces : (n_faces, 3) int
    """

    def __init__(self, vertices: Floats, faces: npt.NDArray[np.integer]) -> None:
        self._vertices, self._faces = vertices, faces
        corners = vertices[faces]
        self._blocks = Blocks(corners.min(axis=1), corners.max(axis=1))

    def hit(self, point: npt.ArrayLike, direction: npt.ArrayLike) -> Hit | None:
        """Return the nearest vertex of the triangle that a line hits first (Möller & Trumbore)."""
        point = np.asarray(point, dtype=np.float64)
        ahead = np.asarray(direction, dtype=np.float64)
        ahead = ahead / np.linalg.norm(ahead)
        near = self._blocks.met_by(point, ahead, 0.0)
        if not len(near):
            return None
        faces = self._faces[near]
        a, b, c = (self._vertices[faces[:, corner]].astype(np.float64) for corner in range(3))
        one, other, away = b - a, c - a, point - a
        pole = np.cross(ahead, other)
        volume = np.einsum("ij,ij->i", one, pole)
        twist = np.cross(away, one)
        with np.errstate(divide="ignore", invalid="ignore"):
            u = np.einsum("ij,ij->i", away, pole) / volume
            v = (twist @ ahead) / volume
            depth = np.einsum("ij,ij->i", other, twist) / volume
            is_hit = (u >= 0) & (v >= 0) & (u + v <= 1) & np.isfinite(depth)
        if not is_hit.any():
            return None
        first = int(np.flatnonzero(is_hit)[depth[is_hit].argmin()])
        place = point + depth[first] * ahead
        off = np.linalg.norm(np.stack([a[first], b[first], c[first]]) - place, axis=1)
        return Hit(int(faces[first, off.argmin()]), float(depth[first]))


def _frame(ahead: Floats) -> Floats:
    """Return two directions across a line and that along it, as columns."""
    x, y, z = (float(part) for part in ahead)
    # of the axes the one most across it; by hand, as this is done for every cell
    aside = ((0.0, z, -y), (-z, 0.0, x), (y, -x, 0.0))[int(np.abs(ahead).argmin())]
    length = sum(part * part for part in aside) ** 0.5
    a, b, c = (part / length for part in aside)
    up = (y * c - z * b, z * a - x * c, x * b - y * a)
    return np.array([(a, b, c), up, (x, y, z)]).T


def _along_a_curve(points: Floats) -> IntArray:
    """Return for each point its place along a Morton curve, on which near points are near."""
    if not len(points):
        return np.zeros(0, dtype=np.int64)
    low = points.min(axis=0)
    extent = max(float((points.max(axis=0) - low).max()), 1e-12)
    cell = ((points - low) * (1023 / extent)).astype(np.int64)
    code = np.zeros(len(points), dtype=np.int64)
    for axis in range(3):
        bits = cell[:, axis]  # ten of them, spread to every third
        for shift, mask in ((16, 0x30000FF), (8, 0x300F00F), (4, 0x30C30C3), (2, 0x9249249)):
            bits = (bits | (bits << shift)) & mask
        code |= bits << axis
    return code
