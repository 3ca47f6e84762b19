"""Sections: the unbranched runs of a skeleton, with the geometry NEURON is given.

An edge belongs to its node that is further from the root. The rules for somata are those of
`napari_neuron.morphology.soma`; docs/morphology.md compares them with NEURON's Import3d.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from napari_neuron.errors import MorphologyError
from napari_neuron.morphology.model import SOMA, BoolArray, FloatArray, IntArray, Morphology
from napari_neuron.morphology.soma import COINCIDENT, SomaBodies, find_soma_bodies, sphere_points

_BODY = 3.0
"""Radii from a soma's centre within which a neurite's first point counts as on the soma."""


@dataclass(frozen=True, eq=False)
class Sections:
    """The sections of a skeleton; the first of each component has parent -1.

    Attributes
    ----------
    parent : (n_sections,) int64
        Section the 0 end is attached to; always smaller than the section's own index, or -1.
    parent_x : (n_sections,) float64
        Where on the parent: 0, 0.5 (the middle of a soma) or 1.
    owner : (n_sections,) int64
        The row of the skeleton whose paint the section has (all its edges are painted alike).
    point_start : (n_sections + 1,) int64
        Points of section i are ``points[point_start[i]:point_start[i + 1]]``, from its 0 end.
    points : (n_points, 4) float64
        x, y, z, diameter in µm. No two neighbours within a section coincide.
    point_node : (n_points,) int64
        The row each point stands for; -1 for points that are not nodes (the ends of a soma's
        cylinder, the place where a neurite leaves the soma's surface).
    section_of_node : (n_nodes,) int64
        The section that owns each node; a branch point is the end (x = 1) of the section that
        leads to it, a root is the 0 end of the first section, a soma's nodes are in the soma.
    x_of_node : (n_nodes,) float64
        Position of each node along that section, 0 to 1.
    length : (n_sections,) float64
        In µm; never 0.
    """

    parent: IntArray
    parent_x: FloatArray
    owner: IntArray
    point_start: IntArray
    points: FloatArray
    point_node: IntArray
    section_of_node: IntArray
    x_of_node: FloatArray
    length: FloatArray

    def __len__(self) -> int:
        return len(self.parent)


@dataclass(frozen=True, eq=False)
class _Tree:
    """The skeleton as sections see it. Items are nodes, then links, then bodies.

    A *link* is the made-up end of cable that runs into a soma from outside. A *body* is a soma
    (or a lone point) that is one lump. Every node stands for itself or, where there is no cable
    between them, for another item (``item_of_node``).

    Attributes
    ----------
    up : (n_items,) int64
        The item each item hangs on; -1 for roots and for items that are not part of the tree.
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
        return len(self.item_of_node) + self.n_links


def require_positive_radii(morphology: Morphology) -> None:
    """Refuse a skeleton with radii that no cable can have.

    Raises
    ------
    MorphologyError
        With the first node, how many there are, and what to do.
    """
    bad = np.flatnonzero(morphology.radius <= 0)
    if len(bad):
        row = int(bad[0])
        raise MorphologyError(
            f"{morphology.name}: node {morphology.node_id[row]} has radius "
            f"{morphology.radius[row]:g} µm, and so have {len(bad)} of {len(morphology)} nodes a "
            "radius of zero or less. Cable needs a thickness: give these nodes a radius (in the "
            "file, or with morphology.replace(radius=...)) before simulating"
        )


def find_sections(morphology: Morphology, break_above: BoolArray | None = None) -> Sections:
    """Divide a skeleton into sections.

    A section ends at branch points, where a soma begins or ends, and where ``break_above`` says.

    Parameters
    ----------
    morphology
        The skeleton; every radius must be positive.
    break_above : (n_nodes,) bool, optional
        True where the edge between a node and its parent must start a new section, as where the
        paint changes.

    Raises
    ------
    MorphologyError
        If a radius is zero or negative.
    """
    require_positive_radii(morphology)
    tree = _build_tree(morphology, break_above)
    return _cut(tree)


def _build_tree(morphology: Morphology, break_above: BoolArray | None) -> _Tree:
    n = len(morphology)
    parent, position, radius = morphology.parent, morphology.position, morphology.radius
    rows = np.arange(n)
    has_parent = parent >= 0
    soma = morphology.swc_type == SOMA
    bodies = find_soma_bodies(morphology)
    in_body = bodies.of_node >= 0

    # Cable that leaves a soma has its own thickness, and starts at the surface or beyond it.
    start, start_radius, start_node = position[parent], radius[parent], parent.copy()
    length = morphology.edge_length.copy()
    leaving = np.flatnonzero(has_parent & ~soma & soma[parent])
    entering = np.flatnonzero(has_parent & soma & ~soma[parent])
    neighbours = morphology.n_children + has_parent
    origin, reach = _soma_surface(morphology, bodies, np.concatenate([parent[leaving], entering]))
    outside = np.concatenate([leaving, parent[entering]])
    surface, gap = _outside(origin, reach, position[outside], neighbours[outside] == 2)
    k = len(leaving)
    start[leaving], length[leaving] = surface[:k], gap[:k]
    start_radius[leaving] = radius[leaving]
    start_node[leaving[reach[:k] > 0]] = -1

    # Cable that runs into a soma from outside ends there, with the thickness it has outside.
    end, gap = surface[k:], gap[k:]
    linked = gap > COINCIDENT
    end, entering = end[linked], entering[linked]
    n_links = len(entering)
    link = n + np.arange(n_links)
    before = parent[entering]

    # Nodes without cable of their own stand for what they coincide with.
    alias = np.arange(n + n_links + len(bodies.first_row))
    joined = has_parent & ~in_body & (length <= COINCIDENT)
    alias[:n][joined] = parent[joined]
    alias[:n][in_body] = n + n_links + bodies.of_node[in_body]
    link_of = np.full(n, -1)
    link_of[entering] = link
    through_link = np.flatnonzero((link_of >= 0) & ~in_body)
    alias[through_link] = link_of[through_link]
    item = _follow(alias)

    breaks = np.zeros(n, dtype=np.bool_) if break_above is None else break_above.copy()
    if break_above is not None and joined.any():
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
        item = _follow(alias)
        bodies = _with_spheres(bodies, lone, position[lone], radius[lone])
        first = bodies.first_row
        up = np.concatenate([up, np.full(len(lone), -1)])
        is_edge = np.concatenate([is_edge, np.zeros(len(lone), dtype=np.bool_)])

    n_bodies = len(first)
    no_body = np.zeros(n_bodies)
    depth = morphology.depth
    return _Tree(
        n_links=n_links,
        bodies=bodies,
        item_of_node=item[:n],
        up=up,
        is_edge=is_edge,
        is_soma=np.concatenate([soma, np.zeros(n_links, np.bool_), np.ones(n_bodies, np.bool_)]),
        breaks=np.concatenate([breaks, np.zeros(n_links + n_bodies, np.bool_)]),
        position=np.concatenate([position, end, bodies.centre]),
        radius=np.concatenate([radius, radius[before], no_body]),
        node=np.concatenate([rows, np.full(n_links + n_bodies, -1)]),
        owner=np.concatenate([rows, before, first]),
        depth=np.concatenate([2 * depth, 2 * depth[entering], 2 * depth[first] + 1]),
        start=np.concatenate([start, position[before], bodies.centre]),
        start_radius=np.concatenate([start_radius, radius[before], no_body]),
        start_node=np.concatenate([start_node, before, np.full(n_bodies, -1)]),
    )


def _cut(tree: _Tree) -> Sections:
    up, edges = tree.up, np.flatnonzero(tree.is_edge)
    items = np.arange(len(up))
    is_body = items >= tree.first_body
    is_thing = tree.is_edge | is_body

    # Everything that hangs on a root of cable hangs on one end of the section chosen to be first.
    root_above = np.full(len(up), -1)
    hung = np.flatnonzero(is_thing & (up >= 0))
    at_root = hung[(up[up[hung]] < 0) & ~is_body[up[hung]]]
    root_above[at_root] = up[at_root]
    preference = np.where(is_body[at_root], 0, np.where(tree.is_soma[at_root], 1, 2))
    ranked = at_root[np.lexsort((tree.owner[at_root], preference))]
    chosen = np.full(len(up), -1)
    chosen[up[ranked[::-1]]] = ranked[::-1]

    # Where sections start, and the start above every edge.
    above = up[edges]
    n_children = np.bincount(up[hung], minlength=len(up))
    starts = is_body.copy()
    starts[edges] = (
        is_body[above]
        | (root_above[edges] >= 0)
        | (n_children[above] != 1)
        | (tree.is_soma[edges] != tree.is_soma[above])
        | tree.breaks[edges]
        | (tree.start_radius[edges] != tree.radius[above])
    )
    begin = _follow(np.where(starts | ~is_thing, items, up))

    # Parents first: by depth of the start, the chosen section of each root before its siblings.
    beginnings = np.flatnonzero(starts)
    depth = tree.depth[beginnings].copy()
    is_chosen = np.zeros(len(up), dtype=np.bool_)
    is_chosen[chosen[chosen >= 0]] = True
    depth[is_chosen[beginnings]] = -1
    beginnings = beginnings[np.argsort(depth, kind="stable")]
    section = np.full(len(up), -1)
    section[beginnings] = np.arange(len(beginnings))
    section[edges] = section[begin[edges]]
    x_end = np.where(is_body, 0.5, 1.0)
    roots = np.flatnonzero(chosen >= 0)
    section[roots] = section[chosen[roots]]
    x_end[roots] = np.where(is_body[chosen[roots]], 0.5, 0.0)

    onto = up[beginnings]
    first = (onto < 0) | is_chosen[beginnings]
    parent = np.where(first, -1, section[onto])
    parent_x = np.where(first, 0.0, x_end[onto])

    point_start, points, point_node, arc = _points(tree, edges, section, beginnings)
    length = np.maximum.reduceat(arc, point_start[:-1])
    x = x_end.copy()
    of_point = np.repeat(np.arange(len(beginnings)), np.diff(point_start))
    is_item = point_node >= 0
    x[point_node[is_item]] = (arc / length[of_point])[is_item]

    item = tree.item_of_node
    start_point = point_start[:-1][~is_body[beginnings]]
    node = np.where(is_item, tree.node[point_node], -1)
    node[start_point] = tree.start_node[beginnings[~is_body[beginnings]]]
    return Sections(
        parent=parent,
        parent_x=parent_x,
        owner=tree.owner[beginnings],
        point_start=point_start,
        points=points,
        point_node=node,
        section_of_node=section[item],
        x_of_node=x[item],
        length=length,
    )


def _points(
    tree: _Tree, edges: IntArray, section: IntArray, beginnings: IntArray
) -> tuple[IntArray, FloatArray, IntArray, FloatArray]:
    """Lay out the points of all sections, with the item of each and its distance from the 0 end."""
    body = beginnings - tree.first_body
    is_body = body >= 0
    body_count = np.diff(tree.bodies.point_start)
    count = np.bincount(section[edges], minlength=len(beginnings)) + 1
    count[is_body] = body_count[body[is_body]]
    point_start = np.concatenate([[0], np.cumsum(count)])
    points = np.empty((point_start[-1], 4))
    item = np.full(point_start[-1], -1)

    in_order = edges[np.lexsort((tree.depth[edges], section[edges]))]
    cable = beginnings[~is_body]
    is_own = np.ones(point_start[-1], dtype=np.bool_)
    is_own[point_start[:-1][~is_body]] = False
    body_points, body_rows = _ranges(point_start[:-1][is_body], count[is_body]), body[is_body]
    is_own[body_points] = False
    points[is_own, :3] = tree.position[in_order]
    points[is_own, 3] = 2.0 * tree.radius[in_order]
    item[is_own] = in_order
    points[point_start[:-1][~is_body], :3] = tree.start[cable]
    points[point_start[:-1][~is_body], 3] = 2.0 * tree.start_radius[cable]
    points[body_points] = tree.bodies.points[
        _ranges(tree.bodies.point_start[:-1][body_rows], body_count[body_rows])
    ]

    step = np.linalg.norm(np.diff(points[:, :3], axis=0, prepend=points[:1, :3]), axis=1)
    step[point_start[:-1]] = 0.0
    total = np.cumsum(step)
    arc = total - np.repeat(total[point_start[:-1]], count)
    return point_start, points, item, arc


def _soma_surface(
    morphology: Morphology, bodies: SomaBodies, soma_row: IntArray
) -> tuple[FloatArray, FloatArray]:
    """Return the point and the distance from it at which cable leaving a soma node starts.

    A neurite at the end of a soma that is cable continues it from that very point; one on its
    side starts at the soma's surface.
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


def _follow(above: IntArray) -> IntArray:
    """Return where following ``above`` from each item ends (at an item that names itself)."""
    while True:  # pointer doubling: log2(longest chain) rounds
        further = above[above]
        if np.array_equal(further, above):
            return further
        above = further


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
        point_start=np.concatenate([bodies.point_start, more]),
        points=np.concatenate([bodies.points, sphere_points(centre, radius).reshape(-1, 4)]),
    )


def _ranges(start: IntArray, count: IntArray) -> IntArray:
    """Concatenate ``arange(start, start + count)`` for each pair."""
    before = np.cumsum(count) - count
    return np.asarray(np.arange(count.sum()) + np.repeat(start - before, count), dtype=np.int64)
