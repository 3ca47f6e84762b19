"""Levels of detail: coarser tubes for what is small on the screen, and when to draw which.

A level has a tolerance in µm. Along a neurite one node per tolerance is kept, shorter twigs are
left out, and cable thinner than a few tolerances is a ribbon that the graphics card turns to the
viewer. All nodes that are kept are nodes of the cell, so each keeps its colour.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from napari_neuron.morphology.model import IntArray, Morphology
from napari_neuron.view.geometry.dots import dot_mesh, dots_of
from napari_neuron.view.geometry.ribbons import ribbon_mesh
from napari_neuron.view.geometry.tubes import TubeMesh, joined, spheres_of, tube_mesh

if TYPE_CHECKING:
    from napari_neuron.view.geometry.cable_colours import Blend

STEADY_ERROR = 1.0
"""Error in pixels that a level may have while nothing moves."""

WANTED = 0.05
"""Seconds that drawing may take while the camera moves."""

WANTED_LIVE = 0.01
"""Seconds that drawing may take while a run fills the picture: NEURON, the traces and Qt's putting
the window together need the processor too."""

FEW_FACES = 160_000
"""A scene with fewer is drawn in full while nothing moves: that takes no time to speak of."""

STILL_AFTER = 0.3
"""Seconds after which a camera that moved has come to rest."""

_SHARES = (1 / 4800, 1 / 1200, 1 / 300, 1 / 75)
"""Tolerances of the levels, as fractions of the size of the scene."""

_RIBBON_RADII = 2.0
"""Radius, in tolerances, above which cable stays a tube."""

_SIDES = 4
"""Number of sides of the tubes of a level."""

_WORTH_IT = 0.6
"""A level must have fewer faces than this fraction of the one before."""


class Detail(StrEnum):
    """How finely a large scene is drawn.

    AUTOMATIC: coarser where that does not show (less than a pixel), and coarser still while the
    camera moves, where drawing takes longer than 50 ms, and while a run is followed live, where it
    takes longer than 10 ms. STEADY: coarser where it does not show. FULL: with all nodes and sides
    at all times.
    """

    AUTOMATIC = "automatic"
    STEADY = "steady"
    FULL = "full"


@dataclass(frozen=True, eq=False)
class PackedMesh:
    """A mesh as the graphics card takes it.

    Attributes
    ----------
    centre_radius, direction_compartment : (n_vertices, 4) float32
        x, y, z of the axis and the radius; x, y, z of the direction and the own compartment.
    other_weight_extra : (n_vertices, 3) float32
        The other compartment, its weight, and the side of a ribbon or the rank in a cut.
    faces : (n_faces, 3) uint32
    bounds : (3, 2) float
        Lowest and highest x, y, z.
    """

    centre_radius: npt.NDArray[np.float32]
    direction_compartment: npt.NDArray[np.float32]
    other_weight_extra: npt.NDArray[np.float32]
    faces: npt.NDArray[np.uint32]
    bounds: npt.NDArray[np.float64]


def packed(mesh: TubeMesh, blend: Blend, order: Sequence[int]) -> PackedMesh:
    """Pack a mesh.

    Parameters
    ----------
    blend
        Of its vertices.
    order
        Which axes of the mesh (z, y, x) are x, y, z on the card.
    """
    order = list(order)
    extra = np.zeros(len(mesh.radius), np.float32) if mesh.side is None else mesh.side
    return pack(
        mesh.centre[:, order], mesh.direction[:, order], mesh.radius, blend, extra, mesh.faces
    )


def pack(
    centre: npt.NDArray[np.float32],
    direction: npt.NDArray[np.float32],
    radius: npt.NDArray[np.float32],
    blend: Blend,
    extra: npt.NDArray[np.float32],
    faces: npt.NDArray[np.int32],
) -> PackedMesh:
    """Pack (n, 3) centres and directions in x, y, z and what goes with each vertex."""
    n = len(centre)
    centre_radius = np.empty((n, 4), dtype=np.float32)
    centre_radius[:, :3], centre_radius[:, 3] = centre, radius
    direction_compartment = np.empty((n, 4), dtype=np.float32)
    direction_compartment[:, :3], direction_compartment[:, 3] = direction, blend.own
    other = np.empty((n, 3), dtype=np.float32)
    other[:, 0], other[:, 1], other[:, 2] = blend.other, blend.weight, extra
    bounds = np.zeros((3, 2))
    if n:
        bounds = np.stack([centre.min(axis=0), centre.max(axis=0)], axis=1).astype(np.float64)
    return PackedMesh(
        centre_radius, direction_compartment, other, faces.astype(np.uint32, copy=False), bounds
    )


def coarser_tubes(
    morphology: Morphology, compartment_of_node: npt.ArrayLike, n_faces: int
) -> tuple[tuple[float, TubeMesh], ...]:
    """Return the worthwhile levels, finest first, each after its tolerance in µm.

    Parameters
    ----------
    n_faces
        Of the full mesh.
    """
    if morphology.no_cable_above is not None:
        parent = np.where(morphology.no_cable_above, -1, morphology.parent)
        morphology = morphology.replace(parent=parent, no_cable_above=None)
    size = float(np.ptp(morphology.position, axis=0).max())
    compartment = np.asarray(compartment_of_node, dtype=np.int64)
    levels: list[tuple[float, TubeMesh]] = []
    for tolerance in (share * size for share in _SHARES if size > 0):
        skeleton = _FarSkeleton(morphology, tolerance)
        if skeleton.n_faces < _WORTH_IT * n_faces:
            n_faces = skeleton.n_faces
            levels.append((tolerance, skeleton.mesh(compartment)))
    return tuple(levels)


class _FarSkeleton:
    """The edges left at a tolerance (µm), separated into ribbons and tubes."""

    def __init__(self, morphology: Morphology, tolerance: float) -> None:
        self.morphology = morphology
        self.radius = radius = np.maximum(morphology.radius, 0.0)
        self.dots = dots_of(morphology)
        self.balls = np.setdiff1d(spheres_of(morphology), self.dots)
        self.is_ball = is_ball = np.zeros(len(morphology), bool)
        is_ball[self.balls] = is_ball[self.dots] = True
        kept, self.above = thinned(morphology, tolerance, self.balls)
        edge = kept[self.above[kept] >= 0]
        above = self.above[edge]
        touches = is_ball[edge] | is_ball[above]  # cable at a sphere is no thicker than itself
        reach = np.where(touches, radius[edge], np.maximum(radius[edge], radius[above]))
        is_thin = reach <= _RIBBON_RADII * tolerance
        self.thin, self.thick = edge[is_thin], edge[~is_thin]

    @property
    def n_faces(self) -> int:
        """Number of faces, or slightly more; those of spheres are not counted."""
        return 2 * len(self.thin) + 4 * _SIDES * len(self.thick)

    def mesh(self, compartment: IntArray) -> TubeMesh:
        """Return the tubes, ribbons and spheres."""
        cell, above, thick = self.morphology, self.above, self.thick
        parts = [ribbon_mesh(cell, self.thin, above[self.thin], compartment, self.is_ball)]
        rows = np.unique(np.concatenate([thick, above[thick], self.balls]))
        if len(rows):
            place = np.full(len(cell), -1)
            place[rows] = np.arange(len(rows))
            parent = np.full(len(rows), -1)
            parent[place[thick]] = place[above[thick]]
            some = Morphology(
                node_id=rows,
                parent=parent,
                swc_type=cell.swc_type[rows],
                position=cell.position[rows],
                radius=self.radius[rows],
            )
            parts.append(tube_mesh(some, compartment[rows], sides=_SIDES).of_rows(rows))
        if len(self.dots):
            parts.append(dot_mesh(cell, self.dots, compartment))
        return joined(parts)


def thinned(
    morphology: Morphology, tolerance: float, kept_anyway: IntArray
) -> tuple[IntArray, IntArray]:
    """Return fewer nodes: one per ``tolerance`` of path from the root.

    Of each component, at least the two ends of its longest path are kept.

    Returns
    -------
    kept : (n,) int64
        Rows.
    above : (n_nodes,) int64
        The next kept node on the way to the root, for every node; -1 for roots.
    """
    parent, distance = morphology.parent, np.asarray(morphology.path_distance)
    has_parent = parent >= 0
    step = np.floor(distance / tolerance)
    is_kept = ~has_parent | (step != step[parent])
    is_kept[kept_anyway] = True
    component = morphology.component
    lonely = np.bincount(component[is_kept], minlength=len(morphology.roots)) == 1
    rest = np.flatnonzero(lonely[component] & has_parent)
    rest = rest[np.lexsort((distance[rest], component[rest]))]
    if len(rest):
        is_last = np.append(component[rest[1:]] != component[rest[:-1]], True)
        is_kept[rest[is_last]] = True
    # pointer doubling over the nodes that are left out
    above = np.where(has_parent, parent, np.arange(len(parent)))
    jump = np.where(is_kept, np.arange(len(parent)), above)
    while True:
        further = jump[jump]
        if np.array_equal(further, jump):
            break
        jump = further
    return np.flatnonzero(is_kept), np.where(has_parent, jump[above], -1)


class LevelChoice:
    """Decides which level to draw.

    Parameters
    ----------
    tolerances
        µm, of the finest level (0) first.
    sizes
        Faces of each level.
    """

    def __init__(self, tolerances: Sequence[float], sizes: Sequence[int]) -> None:
        self.detail = Detail.AUTOMATIC
        self.is_moving = self.is_coarser = self.is_live = False
        self._tolerances, self._sizes = tuple(tolerances), tuple(sizes)
        self._seconds: dict[int, float] = {}
        self._n_drawn = [0] * len(self._sizes)
        self._view: object = None
        self._moved_at = -np.inf
        self._last = 0

    def choose(self, pixels: float, view: object, now: float) -> int:
        """Return the level for a picture.

        Parameters
        ----------
        pixels
            On the screen, for 1 µm.
        view
            Changes with the camera.
        now
            s, of any clock.
        """
        if self.detail is Detail.FULL:
            self.is_moving = self.is_coarser = False
            return self._drawn(0)
        allowed = STEADY_ERROR if self._sizes[0] >= FEW_FACES else 0.0
        steady = max(
            level for level, size in enumerate(self._tolerances) if size * pixels <= allowed
        )
        moved = self._view is not None and view != self._view
        patience = max(STILL_AFTER, 1.5 * self._seconds.get(self._last, 0.0))
        # a single change may come from a script, which captures the picture next
        self.is_moving = moved and now - self._moved_at < patience
        if moved:
            self._moved_at = now
        self._view = view
        level = steady
        if self.detail is Detail.AUTOMATIC:
            wanted = WANTED if self.is_moving else math.inf
            wanted = WANTED_LIVE if self.is_live else wanted
            while level < len(self._sizes) - 1 and self._expected(level) > wanted:
                level += 1
        self.is_coarser = level > steady
        return self._drawn(level)

    @property
    def wants_time(self) -> bool:
        """Whether it should be said how long drawing took; the first time is not typical."""
        return 2 <= self._n_drawn[self._last] <= 4 and len(self._sizes) > 1

    def took(self, seconds: float) -> None:
        """Say how long the level chosen last took to draw; what counts is the fastest."""
        self._seconds[self._last] = min(seconds, self._seconds.get(self._last, math.inf))

    def _drawn(self, level: int) -> int:
        self._last = level
        self._n_drawn[level] += 1
        return level

    def _expected(self, level: int) -> float:
        if level in self._seconds:
            return self._seconds[level]
        known = [
            seconds * self._sizes[level] / max(self._sizes[other], 1)
            for other, seconds in self._seconds.items()
        ]
        return known[-1] if known else 0.0
