"""Spheres as dots that the graphics card turns to the viewer: a triangle each."""

from __future__ import annotations

import numpy as np

from napari_neuron.morphology.model import IntArray, Morphology
from napari_neuron.view.geometry.tubes import TubeMesh

MOST_SPHERES = 10_000
"""If there are more nodes without edges, each is a dot in coarser levels."""

FIRST_CORNER = 2.0
"""`TubeMesh.side` of a dot's first corner; the others have the next two numbers."""


def dots_of(morphology: Morphology) -> IntArray:
    """Return the rows that are drawn as dots: nodes without edges, where there are many."""
    alone = np.flatnonzero((morphology.parent < 0) & (morphology.n_children == 0))
    return alone if len(alone) > MOST_SPHERES else alone[:0]


def dot_mesh(morphology: Morphology, rows: IntArray, compartment_of_node: IntArray) -> TubeMesh:
    """Return a triangle around each of some nodes, of which the circle within it is drawn.

    Parameters
    ----------
    rows
        Nodes.
    compartment_of_node : (n_nodes,) int64
        Column of the frames for every node.
    """
    node = np.repeat(rows, 3)
    centre = morphology.position[node, ::-1].astype(np.float32)
    corner = np.float32(FIRST_CORNER) + np.arange(3, dtype=np.float32)
    return TubeMesh(
        vertices=centre,
        faces=np.arange(len(node), dtype=np.int32).reshape(-1, 3),
        vertex_compartment=compartment_of_node[node],
        vertex_node=node,
        colour_node=node,
        centre=centre,
        direction=np.zeros_like(centre),
        radius=np.maximum(morphology.radius, 0.0)[node].astype(np.float32),
        is_sphere=np.ones(len(node), bool),
        minimum_radius=0.0,
        side=np.tile(corner, len(rows)),
    )
