"""Where a skeleton has cable: its edges, minus the parts inside somata or without length."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from napari_neuron.morphology.model import (
    SOMA,
    BoolArray,
    FloatArray,
    IntArray,
    Morphology,
    follow,
)
from napari_neuron.morphology.soma import COINCIDENT, SomaBodies, find_soma_bodies, sphere_points

_BODY = 3.0
"""Radii from a soma's centre within which a neurite's first point counts as on the soma."""


@dataclass(frozen=True, eq=False)
class Cable:
    """The skeleton in the form sections use. Items are nodes, then links, then bodies.

    A *link* is the made-up end of cable that runs into a soma from outside. A *body* is a soma
    (or a lone point) that is one lump. Every node stands for itself or, if there is no cable
    between them, for another item (``item_of_node``).

    Attributes
    ----------
    up : (n_items,) int64
        The parent item of each item; -1 for roots and for items that are not part of the tree.
    start, start_radius, start_node
        First point of the edge above each item.
    depth : (n_items,) int64
        Grows from parent to child.
    """

    n_links: int
    bodies: SomaBodies
    item_of_node: IntArray
    up: IntArray
    is_edge: BoolArray
    is_soma: BoolArray
    breaks: BoolArray
    position: FloatArray
    radius: FloatArray
    node: IntArray
    owner: IntArray
    depth: IntArray
    start: FloatArray
    start_radius: FloatArray
    start_node: IntArray

    @property
    def first_body(self) -> int:
        """Index of the first body among the items."""
        return len(self.item_of_node) + self.n_links


def find_cable(morphology: Morphology, break_above: BoolArray | None) -> Cable:
    """Reduce a skeleton to its cable and its bodies; see `Cable`."""
    n = len(morphology)
    parent, position, radius = morphology.parent, morphology.position, morphology.radius
    rows = np.arange(n)
    has_parent = parent >= 0
    soma = morphology.swc_type == SOMA
    bodies = find_soma_bodies(morphology)
    in_body = bodies.of_node >= 0
    edges = _edges(morphology, bodies)

    entering = edges.entering
    n_links = len(entering)
    link = n + np.arange(n_links)
    before = parent[entering]
    link_of = np.full(n, -1)
    link_of[entering] = link

    # Nodes without cable of their own stand for what they coincide with.
    alias = np.arange(n + n_links + len(bodies.first_row))
    joined = has_parent & ~in_body & (edges.length <= COINCIDENT)
    alias[:n][joined] = parent[joined]
    alias[:n][in_body] = n + n_links + bodies.of_node[in_body]
    through_link = np.flatnonzero((link_of >= 0) & ~in_body)
    alias[through_link] = link_of[through_link]
    item = follow(alias)

    breaks = edges.apart if break_above is None else break_above | edges.apart
    if breaks.any() and joined.any():
        breaks = _carry_breaks(breaks, parent, joined, morphology.depth)

    up = np.full(len(alias), -1)
    is_edge = np.zeros(len(alias), dtype=np.bool_)
    is_edge[:n] = has_parent & (alias[:n] == rows)
    is_edge[n : n + n_links] = True
    up[:n][is_edge[:n]] = item[parent[is_edge[:n]]]
    up[link] = item[before]
    first = bodies.first_row
    above = np.where(has_parent[first], item[parent[first]], -1)
    up[n + n_links :] = np.where(link_of[first] >= 0, link_of[first], above)

    # A root on which nothing hangs is a lone point: a sphere.
    hanging = np.bincount(up[up >= 0], minlength=len(up))
    lone = np.flatnonzero(~has_parent & (alias[:n] == rows) & (hanging[:n] == 0))
    if len(lone):
        alias = np.concatenate([alias, len(alias) + np.arange(len(lone))])
        alias[lone] = alias[-len(lone) :]
        item = follow(alias)
        bodies = _with_spheres(bodies, lone, position[lone], radius[lone])
        first = bodies.first_row
        up = np.concatenate([up, np.full(len(lone), -1)])
        is_edge = np.concatenate([is_edge, np.zeros(len(lone), dtype=np.bool_)])

    n_bodies = len(first)
    no_body = np.zeros(n_bodies)
    depth = morphology.depth
    return Cable(
        n_links=n_links,
        bodies=bodies,
        item_of_node=item[:n],
        up=up,
        is_edge=is_edge,
        is_soma=np.concatenate([soma, np.zeros(n_links, np.bool_), np.ones(n_bodies, np.bool_)]),
        breaks=np.concatenate([breaks, np.zeros(n_links + n_bodies, np.bool_)]),
        position=np.concatenate([position, edges.end, bodies.centre]),
        radius=np.concatenate([radius, radius[before], no_body]),
        node=np.concatenate([rows, np.full(n_links + n_bodies, -1)]),
        owner=np.concatenate([rows, before, first]),
        depth=np.concatenate([2 * depth, 2 * depth[entering], 2 * depth[first] + 1]),
        start=np.concatenate([edges.start, position[before], bodies.centre]),
        start_radius=np.concatenate([edges.start_radius, radius[before], no_body]),
        start_node=np.concatenate([edges.start_node, before, np.full(n_bodies, -1)]),
    )


@dataclass(frozen=True, eq=False)
class _Edges:
    """Where the cable above each node begins, how long it is, and where it ends at somata.

    Attributes
    ----------
    start, start_radius, start_node : (n_nodes, ...)
        As in `Cable`.
    length : (n_nodes,) float64
        µm, without what lies in a soma.
    apart : (n_nodes,) bool
        There is no cable above the node: its tree begins again there.
    entering, end : (n_links, ...)
        Nodes of somata that cable runs into from outside, and where it ends.
    """

    start: FloatArray
    start_radius: FloatArray
    start_node: IntArray
    length: FloatArray
    apart: BoolArray
    entering: IntArray
    end: FloatArray


def _edges(morphology: Morphology, bodies: SomaBodies) -> _Edges:
    """Cut the edges of a skeleton off where they meet somata."""
    parent, position, radius = morphology.parent, morphology.position, morphology.radius
    has_parent = parent >= 0
    soma = morphology.swc_type == SOMA
    in_body = bodies.of_node >= 0

    # Cable that leaves a soma has its own thickness, and starts at the surface or beyond it.
    start, start_radius, start_node = position[parent], radius[parent], parent.copy()
    length = morphology.edge_length.copy()
    leaving = np.flatnonzero(has_parent & ~soma & soma[parent])
    entering = np.flatnonzero(has_parent & soma & ~soma[parent])
    neighbours = morphology.n_children + has_parent
    soma_row = np.concatenate([parent[leaving], entering])
    origin, reach = _soma_surface(morphology, bodies, soma_row)
    outside = np.concatenate([leaving, parent[entering]])
    surface, gap = _outside(origin, reach, position[outside], neighbours[outside] == 2)
    gap[_is_on_outline(morphology, bodies, soma_row, outside, neighbours)] = 0.0
    k = len(leaving)
    apart = np.zeros(len(morphology), dtype=np.bool_)
    if morphology.no_cable_above is not None:
        apart = morphology.no_cable_above & has_parent & ~(in_body & in_body[parent])
        gap[apart[np.concatenate([leaving, entering])]] = 0.0
    start[leaving], length[leaving] = surface[:k], gap[:k]
    start_radius[leaving] = radius[leaving]
    start_node[leaving[reach[:k] > 0]] = -1
    length[apart] = 0.0

    # Cable that runs into a soma from outside ends there, with the thickness it has outside.
    linked = gap[k:] > COINCIDENT
    return _Edges(
        start=start,
        start_radius=start_radius,
        start_node=start_node,
        length=length,
        apart=apart,
        entering=entering[linked],
        end=surface[k:][linked],
    )


def _soma_surface(
    morphology: Morphology, bodies: SomaBodies, soma_row: IntArray
) -> tuple[FloatArray, FloatArray]:
    """Return the point and the distance from it at which cable leaving a soma node starts.

    A neurite at the end of a soma that is cable continues it from that point; one on its side
    starts at the soma's surface.
    """
    soma = morphology.swc_type == SOMA
    parent = morphology.parent
    joined = np.flatnonzero(soma & (parent >= 0) & soma[parent])
    neighbours = np.bincount(parent[joined], minlength=len(morphology))
    neighbours[joined] += 1
    origin = morphology.position[soma_row]
    reach = np.where(neighbours[soma_row] > 1, morphology.radius[soma_row], 0.0)
    body = bodies.of_node[soma_row]
    lump = body >= 0
    reach[lump] = bodies.reach[body[lump]]
    ball = lump & (reach > 0)
    origin[ball] = bodies.centre[body[ball]]
    return origin, reach


def _outside(
    origin: FloatArray, reach: FloatArray, point: FloatArray, goes_on: BoolArray
) -> tuple[FloatArray, FloatArray]:
    """Return where the cable from a soma to a node outside starts, and how long it is.

    It starts at the surface. But a sphere stands for a body that is not round: where the cable
    goes on beyond the node (``goes_on``) and the node is within `_BODY` radii, the node itself
    lies on the body, and the cable starts there with no length before it.
    """
    away = point - origin
    distance = np.linalg.norm(away, axis=1)
    fraction = np.divide(reach, distance, out=np.zeros_like(reach), where=distance > 0)
    length = np.where(goes_on & (distance <= _BODY * reach), 0.0, distance - reach)
    return origin + away * fraction[:, None], length


def _is_on_outline(
    morphology: Morphology,
    bodies: SomaBodies,
    soma_row: IntArray,
    outside: IntArray,
    neighbours: IntArray,
) -> BoolArray:
    """Return which nodes next to a soma that is an outline count as lying on it.

    By the rule of `_outside`, with the outline's middle and mean radius: an outline is a section
    through a body, whose neurites may start above or below it.
    """
    body = bodies.of_node[soma_row]
    on_outline = np.flatnonzero(body >= 0)
    on_outline = on_outline[bodies.reach[body[on_outline]] == 0]
    which, point = body[on_outline], morphology.position[outside[on_outline]]
    distance = np.linalg.norm(point - bodies.middle[which], axis=1)
    answer = np.zeros(len(soma_row), dtype=np.bool_)
    answer[on_outline] = distance <= _BODY * bodies.size[which]
    return np.asarray(answer & (neighbours[outside] == 2))


def _carry_breaks(
    breaks: BoolArray, parent: IntArray, joined: BoolArray, depth: IntArray
) -> BoolArray:
    """Pass breaks above nodes without cable on to the edges below them."""
    carried = breaks.copy()
    rows = np.flatnonzero((parent >= 0) & joined[parent])
    for row in rows[np.argsort(depth[rows], kind="stable")].tolist():
        carried[row] |= carried[parent[row]]
    return carried


def _with_spheres(
    bodies: SomaBodies, row: IntArray, centre: FloatArray, radius: FloatArray
) -> SomaBodies:
    of_node = bodies.of_node.copy()
    of_node[row] = len(bodies.first_row) + np.arange(len(row))
    more = bodies.point_start[-1] + 3 * np.arange(1, len(row) + 1)
    return SomaBodies(
        of_node=of_node,
        first_row=np.concatenate([bodies.first_row, row]),
        centre=np.concatenate([bodies.centre, centre]),
        reach=np.concatenate([bodies.reach, radius]),
        middle=np.concatenate([bodies.middle, centre]),
        size=np.concatenate([bodies.size, radius]),
        point_start=np.concatenate([bodies.point_start, more]),
        points=np.concatenate([bodies.points, sphere_points(centre, radius).reshape(-1, 4)]),
    )
