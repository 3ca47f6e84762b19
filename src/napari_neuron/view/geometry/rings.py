"""Rings of a skeleton's tubes: position, radius and direction of each; pure numpy.

A *run* is drawn as one tube: a series of nodes, each the thickest child of the one before. Rings
are turned by parallel transport along each run, so tubes do not twist; the turns are summed for all
runs at once instead of one run at a time.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from napari_neuron.morphology.model import BoolArray, FloatArray, IntArray, Morphology, follow


@dataclass(frozen=True, eq=False)
class Rings:
    """Rings in the order of their runs; arrays of length n_rings."""

    node: IntArray
    colour_node: IntArray
    radius: FloatArray
    tangent: FloatArray
    is_start: BoolArray
    is_tip: BoolArray
    is_root: BoolArray


def rings_of(
    morphology: Morphology, position: FloatArray, radius: FloatArray, balls: IntArray
) -> Rings:
    """Order the nodes into runs, and return position, radius and direction of each ring.

    Parameters
    ----------
    position, radius
        Of the nodes as they are drawn.
    balls
        Rows of nodes that are drawn as spheres.
    """
    parent, n = morphology.parent, len(morphology)
    has_parent = parent >= 0
    is_ball = np.zeros(n, bool)
    is_ball[balls] = True
    into = _unit(np.where(has_parent[:, None], position - position[parent], 0.0))
    goes_on = _goes_on(parent, into, radius, is_ball)

    head = follow(np.where(goes_on, parent, np.arange(n)))
    ring_is_needed = has_parent.copy()
    ring_is_needed[parent[goes_on]] = True  # a root that no child goes on from needs no ring
    nodes = np.flatnonzero(ring_is_needed)
    nodes = nodes[np.lexsort((morphology.depth[nodes], head[nodes]))]

    starts_run = head[nodes] == nodes
    branches = starts_run & has_parent[nodes]  # such a run gets one more ring, at its parent
    at = np.arange(len(nodes)) + np.cumsum(branches)
    extra = at[branches] - 1
    n_rings = len(nodes) + len(extra)
    ring_node = np.empty(n_rings, np.int64)
    ring_node[at] = nodes
    first_node = nodes[branches]
    ring_node[extra] = parent[first_node]

    child = np.empty(n_rings, np.int64)  # the node whose edge comes in at the ring
    child[at], child[extra] = nodes, first_node
    is_root = np.zeros(n_rings, bool)
    is_root[at[starts_run & ~branches]] = True
    is_start = is_root.copy()
    is_start[extra] = True
    is_last = np.ones(n_rings, bool)
    is_last[:-1] = is_start[1:]

    ring_radius = radius[ring_node]
    ring_radius[extra] = np.minimum(ring_radius[extra], radius[first_node])
    in_ball = np.zeros(n_rings, bool)
    in_ball[at] = is_ball[nodes]
    ring_radius[in_ball] = radius[parent[ring_node[in_ball]]]
    colour_node = ring_node.copy()
    inside = extra[is_ball[ring_node[extra]]]
    colour_node[inside] = child[inside]  # hidden in the sphere: do not mix the soma's colour in
    return Rings(
        node=ring_node,
        colour_node=colour_node,
        radius=ring_radius,
        tangent=_tangents(into[child], extra, is_start),
        is_start=is_start,
        is_tip=is_last & ~in_ball,
        is_root=is_root,
    )


def _goes_on(
    parent: IntArray, into: FloatArray, radius: FloatArray, is_ball: BoolArray
) -> BoolArray:
    """Return which nodes continue the run of their parent: the thickest, then the straightest."""
    straight = np.einsum("ij,ij->i", into, into[parent])
    children = np.flatnonzero((parent >= 0) & ~is_ball[parent])
    order = np.lexsort((-straight[children], -radius[children], parent[children]))
    children = children[order]
    is_first = np.ones(len(children), bool)
    is_first[1:] = parent[children[1:]] != parent[children[:-1]]
    goes_on = np.zeros(len(parent), bool)
    goes_on[children[is_first]] = True
    return goes_on


def _tangents(way: FloatArray, extra: IntArray, is_start: BoolArray) -> FloatArray:
    """Return which way each ring looks, by the ways of the edges before and behind it.

    Parameters
    ----------
    way : (n_rings, 3)
        Of the edge that comes in at each ring.
    extra
        Rings at which a branch begins: the edge of ``way`` goes out there.
    is_start
        Whether a ring begins a run.
    """
    incoming = way.copy()
    incoming[extra] = 0.0
    outgoing = np.zeros_like(way)
    outgoing[:-1] = np.where(is_start[1:, None], 0.0, way[1:])
    tangent = _unit(incoming + outgoing)
    turns_back = ~tangent.any(axis=1)  # straight back, or coincident nodes
    tangent[turns_back] = np.where(
        incoming[turns_back].any(axis=1)[:, None], incoming[turns_back], outgoing[turns_back]
    )
    tangent[~tangent.any(axis=1)] = (1.0, 0.0, 0.0)
    return tangent


def ring_directions(rings: Rings, sides: int) -> npt.NDArray[np.float32]:
    """Return the outward unit vectors of all ring corners, (n_rings, sides, 3), untwisted."""
    tangent = rings.tangent
    n_rings = len(tangent)
    least = np.zeros((n_rings, 3))
    least[np.arange(n_rings), np.abs(tangent).argmin(axis=1)] = 1.0
    u = _unit(_cross(tangent, least))
    v = _cross(tangent, u)

    # angle between each frame and the one before it, carried along by the smallest rotation
    turn = np.zeros(n_rings)
    if n_rings > 1:
        t0, t1, u0 = tangent[:-1], tangent[1:], u[:-1]
        bend = np.maximum(1.0 + np.einsum("ij,ij->i", t0, t1), 1e-9)
        carried = u0 - (np.einsum("ij,ij->i", t1, u0) / bend)[:, None] * (t0 + t1)
        turn[1:] = np.arctan2(
            np.einsum("ij,ij->i", carried, v[1:]), np.einsum("ij,ij->i", carried, u[1:])
        )
    turn[rings.is_start] = 0.0
    total = np.cumsum(turn)
    starts = np.flatnonzero(rings.is_start)
    if len(starts):
        lengths = np.diff(np.append(starts, n_rings))
        total -= np.repeat(total[starts], lengths)
    angle = (total[:, None] + np.arange(sides) * (2 * np.pi / sides)).astype(np.float32)
    u32, v32 = u.astype(np.float32), v.astype(np.float32)
    return np.cos(angle)[:, :, None] * u32[:, None] + np.sin(angle)[:, :, None] * v32[:, None]


def _unit(vectors: FloatArray) -> FloatArray:
    length = np.sqrt(np.einsum("ij,ij->i", vectors, vectors))
    return np.divide(
        vectors, length[:, None], out=np.zeros_like(vectors), where=length[:, None] > 1e-9
    )


def _cross(a: FloatArray, b: FloatArray) -> FloatArray:
    # np.cross is three times slower for (n, 3)
    return a[:, [1, 2, 0]] * b[:, [2, 0, 1]] - a[:, [2, 0, 1]] * b[:, [1, 2, 0]]
