"""Somata: which nodes stand for a cell body, and the cylinder that stands for it.

Connected nodes of SWC type 1 are one soma. It is read by the conventions of the field:

- one point: a sphere, simulated as the cylinder of equal area (length = diameter = 2 r);
- three points as NeuroMorpho writes them (a centre and two poles at distance r): that same sphere;
- a closed outline of thin points (a contour): a stack of discs along its long axis;
- anything else: cable through its points, like any other part of the cell.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from napari_neuron.morphology.model import SOMA, FloatArray, IntArray, Morphology

COINCIDENT = 1e-6
"""µm; points closer than this are one point (NEURON makes NaN of cable without length)."""

_DISCS = 21
_CONTOUR_POINTS = 100


@dataclass(frozen=True, eq=False)
class SomaBodies:
    """Somata that are one body (sphere or contour) instead of cable through their nodes.

    Attributes
    ----------
    of_node : (n_nodes,) int64
        The body each node belongs to; -1 for all other nodes.
    first_row : (n_bodies,) int64
        The body's node nearest to the root.
    centre : (n_bodies, 3) float64
        In µm.
    reach : (n_bodies,) float64
        µm from the centre within which neurites get no cable; 0 for a contour, whose nodes lie
        on the surface already.
    middle : (n_bodies, 3) float64
    size : (n_bodies,) float64
        The sphere's centre and radius; the middle of a contour's nodes and their mean distance
        from it. In µm.
    point_start : (n_bodies + 1,) int64
    points : (n_points, 4) float64
        x, y, z, diameter (µm) of the cylinder or stack that has the body's area.
    """

    of_node: IntArray
    first_row: IntArray
    centre: FloatArray
    reach: FloatArray
    middle: FloatArray
    size: FloatArray
    point_start: IntArray
    points: FloatArray


def sphere_points(centre: FloatArray, radius: FloatArray) -> FloatArray:
    """Return the three points of each cylinder with a sphere's area, centred on it along x.

    Parameters
    ----------
    centre : (n, 3) float64
    radius : (n,) float64

    Returns
    -------
    (n, 3, 4) float64
        x, y, z, diameter.
    """
    points = np.empty((len(centre), 3, 4))
    points[:, :, :3] = centre[:, None, :]
    points[:, :, 0] += np.outer(radius, (-1.0, 0.0, 1.0)).reshape(-1, 3)
    points[:, :, 3] = 2.0 * radius[:, None]
    return points


def find_soma_bodies(morphology: Morphology) -> SomaBodies:
    """Find the somata that are one lump; somata of several points as cable are not among them."""
    rows, head = soma_groups(morphology)
    heads, group, size = np.unique(head, return_inverse=True, return_counts=True)
    position, radius = morphology.position, morphology.radius

    from_head = np.linalg.norm(position[rows] - position[head], axis=1)
    spread = np.zeros(len(heads))
    np.maximum.at(spread, group, from_head)
    largest = np.zeros(len(heads))
    np.maximum.at(largest, group, radius[rows])

    is_sphere = spread <= COINCIDENT  # one point, or several on one spot
    is_sphere |= _are_three_point(morphology, rows, group, size, largest, from_head)

    by_group = np.argsort(group, kind="stable")
    starts = np.concatenate([[0], np.cumsum(size)])
    stacks: dict[int, FloatArray] = {}
    for index in np.flatnonzero(~is_sphere & (size > 4)).tolist():
        members = rows[by_group[starts[index] : starts[index + 1]]]
        stack = _contour_stack(morphology, members)
        if stack is not None:
            stacks[index] = stack

    is_body = is_sphere.copy()
    is_body[list(stacks)] = True
    chosen = np.flatnonzero(is_body)
    of_group = np.full(len(heads), -1, dtype=np.int64)
    of_group[chosen] = np.arange(len(chosen))
    of_node = np.full(len(morphology), -1, dtype=np.int64)
    of_node[rows] = of_group[group]

    spheres = sphere_points(position[heads], largest)
    pieces = [stacks.get(index, spheres[index]) for index in chosen.tolist()]
    counts = np.array([len(piece) for piece in pieces], dtype=np.int64)
    reach = np.where(is_sphere[chosen], largest[chosen], 0.0)
    middle, width = position[heads[chosen]], reach.copy()
    for at in np.flatnonzero(~is_sphere[chosen]).tolist():
        outline = position[rows[group == chosen[at]]]
        middle[at] = outline.mean(axis=0)
        width[at] = np.linalg.norm(outline - middle[at], axis=1).mean()
    return SomaBodies(
        of_node=of_node,
        first_row=heads[chosen],
        centre=position[heads[chosen]],
        reach=reach,
        middle=middle,
        size=width,
        point_start=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        points=np.concatenate(pieces) if pieces else np.empty((0, 4)),
    )


def rows_without_width(morphology: Morphology) -> IntArray:
    """Return the rows whose radius is zero or negative though their cable needs one.

    The points of a soma's outline do not: its width is the distance between them.
    """
    rows = np.flatnonzero(morphology.radius <= 0)
    if len(rows) == 0:
        return rows
    bodies = find_soma_bodies(morphology)
    body = bodies.of_node[rows]
    is_outline = body >= 0
    body = body[is_outline]
    width = bodies.points[bodies.point_start[body], 3]
    is_outline[is_outline] = (bodies.reach[body] == 0) & (width > 0)
    return rows[~is_outline]


def soma_groups(morphology: Morphology) -> tuple[IntArray, IntArray]:
    """Return the rows of type 1 and, for each, the row of its group's node nearest to the root."""
    soma = morphology.swc_type == SOMA
    rows = np.flatnonzero(soma)
    parent = morphology.parent
    ancestor = np.arange(len(morphology))
    joined = rows[(parent[rows] >= 0) & soma[parent[rows]]]
    ancestor[joined] = parent[joined]
    head = ancestor[rows]
    while len(rows):  # pointer doubling
        ancestor[rows] = ancestor[head]
        if np.array_equal(ancestor[rows], head):
            break
        head = ancestor[rows]
    return rows, head


def _are_three_point(
    morphology: Morphology,
    rows: IntArray,
    group: IntArray,
    size: IntArray,
    largest: FloatArray,
    from_head: FloatArray,
) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Return which groups are a centre and two poles at one radius' distance, of one radius."""
    n_groups = len(size)
    is_head = morphology.parent[rows] < 0
    is_head |= morphology.swc_type[morphology.parent[rows]] != SOMA
    head_of_group = np.zeros(n_groups, dtype=np.int64)
    head_of_group[group[is_head]] = rows[is_head]
    on_head = morphology.parent[rows] == head_of_group[group]
    poles = np.bincount(group[on_head], minlength=n_groups)
    across = np.bincount(group, weights=from_head, minlength=n_groups)
    smallest = np.full(n_groups, np.inf)
    np.minimum.at(smallest, group, morphology.radius[rows])
    return np.asarray(
        (size == 3)
        & (poles == 2)
        & (smallest > 0.99 * largest)
        & (np.abs(across - 2 * largest) < 0.05 * 2 * largest)
    )


def _contour_stack(morphology: Morphology, rows: IntArray) -> FloatArray | None:
    """Return the discs of a soma drawn as a closed outline of thin points, or None if it is not.

    The outline is sampled evenly, its long axis found, and its width measured at `_DISCS`
    places along that axis.
    """
    rows = rows[np.argsort(morphology.depth[rows], kind="stable")]
    if not np.array_equal(morphology.parent[rows[1:]], rows[:-1]):
        return None  # branched: not an outline
    outline = morphology.position[rows]
    step = np.linalg.norm(np.roll(outline, -1, axis=0) - outline, axis=1)
    around = step.sum()
    if step[-1] > 0.2 * around:
        return None  # open
    middle = outline.mean(axis=0)
    if np.median(morphology.radius[rows]) > 0.5 * np.median(
        np.linalg.norm(outline - middle, axis=1)
    ):
        return None  # thick points: a ball of them, not a line around something
    closed = np.vstack([outline, outline[:1]])
    arc = np.concatenate([[0.0], np.cumsum(step)])
    at = np.linspace(0.0, arc[-1], _CONTOUR_POINTS, endpoint=False)
    even = np.column_stack([np.interp(at, arc, closed[:, axis]) for axis in range(3)])
    centre = even.mean(axis=0)
    axes = np.linalg.svd(even - centre, full_matrices=False)[2]
    along, aside = (even - centre) @ axes[0], (even - centre) @ axes[1]
    turn = -int(along.argmax())
    along, aside = np.roll(along, turn), np.roll(aside, turn)
    far = int(along.argmin())
    places = np.linspace(along.min(), along.max(), _DISCS)
    back = np.maximum.accumulate(along[far:])
    forth = np.maximum.accumulate(along[far::-1])
    width = np.abs(np.interp(places, back, aside[far:]) - np.interp(places, forth, aside[far::-1]))
    width[[0, -1]] = 0.5 * width[[1, -2]]  # NEURON makes NaN of cable that ends in a point
    if not width.min() > COINCIDENT:
        return None
    return np.column_stack([centre + places[:, None] * axes[0], width])
