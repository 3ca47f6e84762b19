"""Thin cable as ribbons: two vertices per node, which the graphics card turns; pure numpy."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from napari_neuron.morphology.model import IntArray, Morphology
from napari_neuron.view.geometry.tubes import TubeMesh


def ribbon_mesh(
    morphology: Morphology,
    node: IntArray,
    above: IntArray,
    compartment_of_node: IntArray,
    is_ball: npt.NDArray[np.bool_],
) -> TubeMesh:
    """Return a ribbon along some edges.

    An edge continues the ribbon of the one above if it is its first child; other branches start a
    new ribbon.

    Parameters
    ----------
    node, above : (n,) int64
        Rows of the nodes of each edge, the one farther from the root and the nearer one.
    compartment_of_node : (n_nodes,) int64
        Column of the frames for every node.
    is_ball : (n_nodes,) bool
        Nodes drawn as spheres: cable at them keeps its own radius and colour.
    """
    position = morphology.position[:, ::-1]
    radius = np.maximum(morphology.radius, 0.0)
    along = position[node] - position[above]
    length = np.linalg.norm(along, axis=1, keepdims=True)
    along = along / np.where(length > 0, length, 1.0)
    goes_on = np.full(len(morphology), -1)
    edge_of = np.full(len(morphology), -1)  # the edge that leads to a node
    edge_of[node] = np.arange(len(node))
    # of the branches of a node the thickest is written last and goes on
    order = np.argsort(radius[node], kind="stable")
    joins = order[(edge_of[above[order]] >= 0) & ~is_ball[above[order]]]
    goes_on[above[joins]] = joins
    is_next = np.zeros(len(node), bool)
    is_next[goes_on[goes_on >= 0]] = True

    # a place for the end of each edge, and one for the beginning of each that begins again
    begins = np.flatnonzero(~is_next)
    tangent = along.copy()
    continued = np.flatnonzero(is_next)
    before = edge_of[above[continued]]
    tangent[before] = along[before] + along[continued]
    norm = np.linalg.norm(tangent, axis=1, keepdims=True)
    tangent = np.where(norm > 1e-6, tangent / np.where(norm > 0, norm, 1.0), along)
    place_node = np.concatenate([node, above[begins]])
    tangent = np.concatenate([tangent, along[begins]])
    end_radius = np.where(is_ball[node], radius[above], radius[node])
    start_radius = np.where(
        is_ball[above[begins]],
        radius[node[begins]],
        np.minimum(radius[above[begins]], radius[node[begins]]),
    )
    # where no edge leads to its beginning it is the root's own, as thick as that is
    is_root = (edge_of[above[begins]] < 0) & ~is_ball[above[begins]]
    start_radius = np.where(is_root, radius[above[begins]], start_radius)
    place_radius = np.concatenate([end_radius, start_radius])
    inside = is_ball[above[begins]]
    colour_node = np.concatenate([node, np.where(inside, node[begins], above[begins])])

    start = np.empty(len(node), np.int64)
    start[begins] = len(node) + np.arange(len(begins))
    start[continued] = before
    a, b = 2 * start, 2 * np.arange(len(node))
    faces = np.concatenate([np.stack([a, a + 1, b], axis=1), np.stack([a + 1, b + 1, b], axis=1)])
    twice = np.repeat(np.arange(len(place_node)), 2)
    centre = position[place_node[twice]].astype(np.float32)
    wide = place_radius[twice].astype(np.float32)
    return TubeMesh(
        vertices=centre,
        faces=faces.astype(np.int32),
        vertex_compartment=compartment_of_node[colour_node[twice]],
        vertex_node=place_node[twice],
        colour_node=colour_node[twice],
        centre=centre,
        direction=tangent[twice].astype(np.float32),
        radius=wide,
        is_sphere=np.zeros(len(twice), bool),
        minimum_radius=0.0,
        side=np.tile(np.array([1, -1], np.float32), len(place_node)),
    )
