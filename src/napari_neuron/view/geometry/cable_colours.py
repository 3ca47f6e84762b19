"""Colours between compartments: blended along the cable, or with sharp borders.

The value of a compartment holds at its centre. Along the cable, the value of a node lies between
that of its compartment and that of the next one on the node's side of the centre.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from napari_neuron.morphology.model import SOMA, IntArray, Morphology
from napari_neuron.view.geometry.tubes import TubeMesh

FloatArray = npt.NDArray[np.float32]


class Colouring(StrEnum):
    """How colours change from one compartment to the next."""

    ALONG_THE_CABLE = "along the cable"
    PER_COMPARTMENT = "per compartment"


@dataclass(frozen=True, eq=False)
class Blend:
    """Per vertex or node: ``value = (1 - weight) * own + weight * other``.

    Attributes
    ----------
    own, other : (n,) int64
        Columns of the frames.
    weight : (n,) float32
        From 0 to 1.
    """

    own: IntArray
    other: IntArray
    weight: FloatArray

    def __len__(self) -> int:
        return len(self.own)

    def of(self, frame: FloatArray, rows: object = slice(None)) -> FloatArray:
        """Return the values of a frame, (n,); NaN only where the own compartment has none."""
        own, other = frame[self.own[rows]], frame[self.other[rows]]
        other = np.where(np.isnan(other), own, other)
        return np.asarray(own + self.weight[rows] * (other - own), dtype=np.float32)

    def take(self, rows: IntArray) -> Blend:
        """Return the blend of some rows."""
        return Blend(self.own[rows], self.other[rows], self.weight[rows])


def unblended(compartment: IntArray) -> Blend:
    """Return the blend in which each has the value of its own compartment."""
    return Blend(compartment, compartment, np.zeros(len(compartment), dtype=np.float32))


def blend_along_cable(morphology: Morphology, compartment_of_node: IntArray) -> Blend:
    """Return the blend of each node with its neighbour compartment along the cable.

    Parameters
    ----------
    compartment_of_node : (n_nodes,) int64
        Column of the frames for every node.
    """
    own, parent = compartment_of_node, morphology.parent
    if not len(own):
        return unblended(own)
    n = int(own.max()) + 1
    distance = np.asarray(morphology.path_distance)
    has_parent = parent >= 0
    nearest = np.where(has_parent, distance[parent], distance)
    low, high = np.full(n, np.inf), np.full(n, -np.inf)
    np.minimum.at(low, own, nearest)
    np.maximum.at(high, own, distance)
    low[high < low] = high[high < low] = 0.0  # compartments without a node
    middle = (low + high) / 2

    enters = has_parent & (own[parent] != own)
    above, below = np.full(n, -1), np.full(n, -1)
    above[own[enters]] = own[parent[enters]]
    rows = np.flatnonzero(enters)
    rows = rows[np.argsort(morphology.radius[rows], kind="stable")]
    below[own[parent[rows]]] = own[rows]  # of several the thickest, which is written last

    other = np.where(distance <= middle[own], above[own], below[own])
    is_none = (other < 0) | (morphology.swc_type == SOMA)
    other = np.where(is_none, own, other)
    span = np.abs(middle[other] - middle[own])
    weight = np.abs(distance - middle[own]) / np.where(span > 0, span, 1.0)
    weight = np.where(is_none | (span <= 0), 0.0, np.minimum(weight, 1.0))
    return Blend(own, other, weight.astype(np.float32))


def with_sharp_borders(tubes: TubeMesh, depth: IntArray) -> TubeMesh:
    """Return tubes in which each edge has the one colour of the node it leads to.

    Vertices that edges of different compartments share are doubled.

    Parameters
    ----------
    depth : (n_nodes,) int64
        How many edges each node is away from its root.
    """
    faces = tubes.faces.astype(np.int64)
    compartment = tubes.vertex_compartment[faces]
    deepest = depth[tubes.vertex_node[faces]].argmax(axis=1)
    wanted = np.broadcast_to(
        compartment[np.arange(len(faces)), deepest][:, None], compartment.shape
    )
    differs = compartment != wanted
    if not differs.any():
        return tubes
    n = int(tubes.vertex_compartment.max()) + 1
    keys, which = np.unique(faces[differs] * n + wanted[differs], return_inverse=True)
    source, colour = keys // n, keys % n
    # a node of that colour beside each doubled vertex, for colours of other discretisations
    node = np.zeros(len(keys), dtype=np.int64)
    giver = np.broadcast_to(faces[np.arange(len(faces)), deepest][:, None], faces.shape)
    node[which] = tubes.colour_node[giver[differs]]
    faces[differs] = len(tubes.vertices) + which

    def doubled(array: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        return np.concatenate([array, array[source]])

    return replace(
        tubes,
        vertices=doubled(tubes.vertices),
        faces=faces.astype(np.int32),
        vertex_compartment=np.concatenate([tubes.vertex_compartment, colour]),
        vertex_node=np.concatenate([tubes.vertex_node, tubes.vertex_node[source]]),
        colour_node=np.concatenate([tubes.colour_node, node]),
        centre=doubled(tubes.centre),
        direction=doubled(tubes.direction),
        radius=doubled(tubes.radius),
        is_sphere=np.concatenate([tubes.is_sphere, tubes.is_sphere[source]]),
        side=None if tubes.side is None else doubled(tubes.side),
    )
