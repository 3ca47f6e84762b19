"""The cut of a slice through a skeleton's tubes, as polygons; pure numpy.

`napari_neuron.view.geometry.slice_outlines` finds the outline of each edge in the slice.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from napari_neuron.morphology.model import IntArray, Morphology
from napari_neuron.view.geometry.slice_outlines import EdgeParts, Floats, outlines_of
from napari_neuron.view.geometry.tubes import TubeMesh


@dataclass(frozen=True, eq=False)
class EdgeTubes:
    """The edges of a cell as they are drawn.

    Attributes
    ----------
    start, end : (n, 3) float64
        z, y, x in µm. Spheres (somas of one point) are edges that end where they start.
    start_radius, end_radius : (n,) float64
        µm, as the skeleton has them.
    start_node, end_node : (n,) int64
        Rows of the nodes whose compartments colour the two halves.
    """

    start: Floats
    end: Floats
    start_radius: Floats
    end_radius: Floats
    start_node: IntArray
    end_node: IntArray

    def rows(self, rows: IntArray) -> EdgeTubes:
        """Return some of the edges."""
        return EdgeTubes(
            self.start[rows],
            self.end[rows],
            self.start_radius[rows],
            self.end_radius[rows],
            self.start_node[rows],
            self.end_node[rows],
        )


@dataclass(frozen=True, eq=False)
class SliceCut:
    """Convex polygons that fill the cut, each with vertices on its outline and on its axis.

    Attributes
    ----------
    centre : (n_vertices, 3) float32
        In the order of the cell's axes z, y, x (µm), but for the axis that is cut: there it is how
        far the cable is from the slice, 0 for what the slice cuts.
    direction : (n_vertices, 3) float32
        In the slice, from the axis to the outline; 0 for vertices on the axis.
    radius : (n_vertices,) float32
        µm from the axis to the outline.
    node : (n_vertices,) int64
        Row of the node whose compartment colours each vertex.
    rank : (n_vertices,) float32
        Of two polygons at one place the one with the lower rank is seen: µm from the axis of the
        tube where the slice cuts it; more than all those where it lies near.
    faces : (n_faces, 3) int32
        Triangles; what is nearest to the slice comes first.
    """

    centre: npt.NDArray[np.float32]
    direction: npt.NDArray[np.float32]
    radius: npt.NDArray[np.float32]
    node: IntArray
    rank: npt.NDArray[np.float32]
    faces: npt.NDArray[np.int32]

    @cached_property
    def place(self) -> npt.NDArray[np.float32]:
        """(n_vertices, 3) where each vertex is; axes as those of ``centre``."""
        return self.centre + self.radius[:, None] * self.direction


def edge_tubes(morphology: Morphology, mesh: TubeMesh) -> EdgeTubes:
    """Return the edges of a cell with the radii that its mesh of tubes gives them.

    A branch begins no thicker than it goes on, and cable at a spherical soma keeps its own radius.
    """
    parent, position = morphology.parent, morphology.position[:, ::-1]
    radius = np.maximum(morphology.radius, 0.0)
    balls = np.unique(mesh.vertex_node[mesh.is_sphere])
    is_ball = np.zeros(len(morphology), dtype=bool)
    is_ball[balls] = True
    child = np.flatnonzero(parent >= 0)
    above = parent[child]
    thickest = np.zeros(len(morphology))
    np.maximum.at(thickest, above, radius[child])
    branches = is_ball[above] | (radius[child] < thickest[above])
    start_radius = np.where(branches, np.minimum(radius[above], radius[child]), radius[above])
    end_radius = np.where(is_ball[child], radius[above], radius[child])
    return EdgeTubes(
        start=np.concatenate([position[above], position[balls]]),
        end=np.concatenate([position[child], position[balls]]),
        start_radius=np.concatenate([start_radius, radius[balls]]),
        end_radius=np.concatenate([end_radius, radius[balls]]),
        # cable inside a spherical soma does not show the soma's colour
        start_node=np.concatenate([np.where(is_ball[above], child, above), balls]),
        end_node=np.concatenate([child, balls]),
    )


def cut_tubes(
    tubes: EdgeTubes,
    axis: int,
    slice_range: tuple[float, float],
    *,
    minimum_radius: float = 0.0,
    reach: float = 0.0,
) -> SliceCut:
    """Return where a slice cuts tubes, and what of them lies near it.

    Parameters
    ----------
    axis
        Which axis is cut: 0, 1, 2 for z, y, x.
    slice_range
        µm; where the slice begins and ends on that axis. A plane begins where it ends.
    minimum_radius
        µm; thinner tubes are taken to be this thick.
    reach
        µm; cable this close to the slice is projected onto it. 0 for the cut alone.
    """
    aside = [a for a in range(3) if a != axis]
    near, parts = _parts_near(tubes, axis, slice_range, minimum_radius, reach)
    found = [outlines_of(parts, rich=len(parts.edge) < 10_000)]
    if reach > 0:
        rest = np.flatnonzero((parts.off.min(axis=0) <= reach) & (parts.off.max(axis=0) > 0))
        rest = rest[np.argsort(parts.off.mean(axis=0)[rest], kind="stable")]
        found.append(outlines_of(parts.rows(rest), rich=False, whole=True))
    n_corners = [p.disk.shape[1] for p in found]
    starts = np.cumsum([0, *(p.disk.size for p in found)])
    farthest = float(parts.radius.max()) if len(parts.edge) else 0.0

    def all_of(values: list[Floats]) -> Floats:
        return np.concatenate([one.reshape(-1, *one.shape[2:]) for one in values])

    centre = np.zeros((starts[-1], 3), dtype=np.float32)
    direction = np.zeros_like(centre)
    centre[:, aside] = all_of([p.centre for p in found])
    centre[:, axis] = all_of([p.off for p in found])
    direction[:, aside] = all_of([p.direction for p in found])
    ranks = [p.rank if number == 0 else farthest + p.off for number, p in enumerate(found)]
    edge = near[
        np.concatenate([np.repeat(p.edge, n) for p, n in zip(found, n_corners, strict=True)])
    ]
    half = all_of([p.along for p in found]) > 0.5
    faces = [
        _faces(len(p.disk), n) + start
        for p, n, start in zip(found, n_corners, starts[:-1], strict=True)
    ]
    return SliceCut(
        centre=centre,
        direction=direction,
        radius=all_of([p.disk for p in found]).astype(np.float32),
        node=np.where(half, tubes.end_node[edge], tubes.start_node[edge]),
        rank=all_of(ranks).astype(np.float32),
        faces=np.concatenate(faces).astype(np.int32),
    )


def _parts_near(
    tubes: EdgeTubes,
    axis: int,
    slice_range: tuple[float, float],
    minimum_radius: float,
    reach: float,
) -> tuple[IntArray, EdgeParts]:
    """Return the edges that come near a slice, and their parts; parts count those edges from 0."""
    low, high = slice_range
    aside = [a for a in range(3) if a != axis]
    depth = np.stack([tubes.start[:, axis], tubes.end[:, axis]])
    radius = np.maximum(np.stack([tubes.start_radius, tubes.end_radius]), minimum_radius)
    most = radius.max(axis=0)
    near = np.flatnonzero(
        (depth.min(axis=0) - most <= high + reach) & (depth.max(axis=0) + most >= low - reach)
    )
    depth, radius = depth[:, near], radius[:, near]
    begin, way = tubes.start[near][:, aside], (tubes.end - tubes.start)[near][:, aside]

    # an edge has up to three parts: before, in, and behind the slice
    drop = depth[1] - depth[0]
    with np.errstate(divide="ignore", invalid="ignore"):
        crossing = np.array([(low - depth[0]) / drop, (high - depth[0]) / drop])
    first, last = np.clip(np.sort(np.nan_to_num(crossing, nan=np.inf), axis=0), 0.0, 1.0)
    bounds = np.stack([np.zeros_like(first), first, last, np.ones_like(last)])
    part, edge = np.nonzero(bounds[1:] > bounds[:-1])
    t = np.stack([bounds[part, edge], bounds[part + 1, edge]])  # where each part begins and ends
    depth = depth[0, edge] + t * drop[edge]
    middle = depth.mean(axis=0)
    off = np.where(middle < low, low - depth, np.where(middle > high, depth - high, 0.0))
    return near, EdgeParts(
        edge=edge,
        begin=begin[edge] + t[0, :, None] * way[edge],
        end=begin[edge] + t[1, :, None] * way[edge],
        radius=radius[0, edge] + t * (radius[1] - radius[0])[edge],
        off=np.maximum(off, 0.0),
        along=t,
    )


def _faces(n: int, corners: int) -> IntArray:
    """Return triangles of n polygons of so many corners, those on the axis included.

    They lie between the outline and the axis, so that colours run along the tubes, and so that
    where two overlap they meet half-way between their axes.
    """
    half = (corners - 1) // 3
    around = 2 * half
    quads = []
    for k in range(half):
        a, b = around + k, around + k + 1  # on the axis
        quads += [(k, k + 1, b), (k, b, a)]
        quads += [((around - k) % around, a, around - k - 1), (around - k - 1, a, b)]
    first = corners * np.arange(n)
    return (first[:, None, None] + np.array(quads)).reshape(-1, 3)
