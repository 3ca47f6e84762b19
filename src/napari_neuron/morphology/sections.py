"""Sections: the unbranched runs of a skeleton, with the geometry passed to NEURON.

An edge belongs to the node at its end farther from the root. `napari_neuron.morphology.soma` has
the rules for somata; docs/morphology.md compares them with NEURON's Import3d.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from napari_neuron.errors import MorphologyError
from napari_neuron.morphology.cable import Cable, find_cable
from napari_neuron.morphology.model import BoolArray, FloatArray, IntArray, Morphology, follow
from napari_neuron.morphology.soma import rows_without_width


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

    @cached_property
    def area(self) -> FloatArray:
        """(n_sections,) µm² of membrane: the sides of the cut cones between the points."""
        step = np.linalg.norm(np.diff(self.points[:, :3], axis=0), axis=1)
        radius = 0.5 * self.points[:, 3]
        side = np.pi * (radius[1:] + radius[:-1]) * np.hypot(step, np.diff(radius))
        side[self.point_start[1:-1] - 1] = 0.0  # from one section's end to the next one's start
        return np.add.reduceat(side, self.point_start[:-1])


def require_positive_radii(morphology: Morphology) -> None:
    """Refuse a skeleton with radii that no cable can have.

    Raises
    ------
    MorphologyError
        With the first node, how many there are, and what to do.
    """
    bad = rows_without_width(morphology)
    if len(bad):
        row = int(bad[0])
        raise MorphologyError(
            f"{morphology.name}: node {morphology.node_id[row]} has a radius of "
            f"{morphology.radius[row]:g} µm; {len(bad)} of {len(morphology)} nodes have a radius "
            "of zero or less. Cable needs a thickness: repair them (interpolate radii), or give "
            "these nodes a radius in the file"
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
        If a radius is zero or negative, or too small for NEURON to tell from zero.
    """
    require_positive_radii(morphology)
    cable = find_cable(morphology, break_above)
    return _cut(cable, morphology.node_id)


def _cut(tree: Cable, node_id: IntArray) -> Sections:
    up, edges = tree.up, np.flatnonzero(tree.is_edge)
    items = np.arange(len(up))
    is_body = items >= tree.first_body
    is_thing = tree.is_edge | is_body

    hung = np.flatnonzero(is_thing & (up >= 0))
    at_root = hung[(up[up[hung]] < 0) & ~is_body[up[hung]]]
    chosen = _first_at_roots(tree, at_root, is_body)
    starts = _starts_of_sections(tree, hung, at_root, is_body)
    begin = follow(np.where(starts | ~is_thing, items, up))

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
    length = arc[point_start[1:] - 1]
    if not (length > 0).all():
        row = int(tree.owner[beginnings[np.argmin(length)]])
        raise MorphologyError(
            f"node {node_id[row]} is too small for how far it is from the origin: no cable is left "
            "of it. Check the unit of the file, or move the cell towards the origin"
        )
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


def _first_at_roots(tree: Cable, at_root: IntArray, is_body: BoolArray) -> IntArray:
    """Return what of the items at each root of cable begins the first section, -1 for other items.

    Everything else that hangs on the root hangs on one end of that section.
    """
    preference = np.where(is_body[at_root], 0, np.where(tree.is_soma[at_root], 1, 2))
    ranked = at_root[np.lexsort((tree.owner[at_root], preference))]
    chosen = np.full(len(tree.up), -1)
    chosen[tree.up[ranked[::-1]]] = ranked[::-1]
    return chosen


def _starts_of_sections(
    tree: Cable, hung: IntArray, at_root: IntArray, is_body: BoolArray
) -> BoolArray:
    """Return which items begin a section; ``hung`` attach to another, ``at_root`` to a root."""
    edges = np.flatnonzero(tree.is_edge)
    above = tree.up[edges]
    n_children = np.bincount(tree.up[hung], minlength=len(tree.up))
    starts = is_body.copy()
    starts[edges] = (
        is_body[above]
        | (n_children[above] != 1)
        | (tree.is_soma[edges] != tree.is_soma[above])
        | tree.breaks[edges]
        | (tree.start_radius[edges] != tree.radius[above])
    )
    starts[at_root] = True
    return starts


def _points(
    tree: Cable, edges: IntArray, section: IntArray, beginnings: IntArray
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
    # The sum over the whole cell blurs short sections: their ends are summed by themselves.
    length = np.add.reduceat(step, point_start[:-1])
    arc = np.minimum(arc, np.repeat(length, count))
    arc[point_start[1:] - 1] = length
    return point_start, points, item, arc


def _ranges(start: IntArray, count: IntArray) -> IntArray:
    """Concatenate ``arange(start, start + count)`` for each pair."""
    before = np.cumsum(count) - count
    return np.asarray(np.arange(count.sum()) + np.repeat(start - before, count), dtype=np.int64)
