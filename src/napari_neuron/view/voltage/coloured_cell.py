"""`ColouredCell`: tubes and the colours of their vertices, computed in any thread."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from napari_neuron.morphology.model import IntArray, Morphology
from napari_neuron.view.geometry.cable_colours import (
    Blend,
    Colouring,
    blend_along_cable,
    unblended,
    with_sharp_borders,
)
from napari_neuron.view.geometry.detail import PackedMesh
from napari_neuron.view.geometry.tubes import TubeMesh


@dataclass(frozen=True, eq=False)
class ColouredCell:
    """A cell prepared for a way of colouring.

    Attributes
    ----------
    colouring
        The way.
    morphology, tubes, compartment_of_node
        What it was made of.
    node_blend, mesh, blend
        Colours of the nodes; tubes as this way needs them, and the colours of their vertices.
    packed
        All levels of detail as the graphics card takes them, if that was asked for.
    """

    colouring: Colouring
    morphology: Morphology
    tubes: TubeMesh
    compartment_of_node: IntArray
    node_blend: Blend
    mesh: TubeMesh
    blend: Blend
    packed: tuple[PackedMesh, ...] | None = None

    @classmethod
    def of(
        cls, colouring: Colouring, morphology: Morphology, tubes: TubeMesh, column: IntArray
    ) -> ColouredCell:
        """Work it out."""
        if colouring is Colouring.PER_COMPARTMENT:
            node_blend = unblended(column)
        else:
            node_blend = blend_along_cable(morphology, column)
        mesh, blend = _painted(colouring, morphology, node_blend, tubes)
        return cls(colouring, morphology, tubes, column, node_blend, mesh, blend)

    def is_for(self, colouring: Colouring, tubes: TubeMesh, column: IntArray) -> bool:
        """Whether it was made of these."""
        same = self.tubes is tubes and self.compartment_of_node is column
        return same and self.colouring is colouring

    def paint(self, tubes: TubeMesh) -> tuple[TubeMesh, Blend]:
        """Return other tubes of the cell as this way needs them, and their colours."""
        return _painted(self.colouring, self.morphology, self.node_blend, tubes)


def _painted(
    colouring: Colouring, morphology: Morphology, node_blend: Blend, tubes: TubeMesh
) -> tuple[TubeMesh, Blend]:
    if colouring is Colouring.PER_COMPARTMENT:
        sharp = with_sharp_borders(tubes, np.asarray(morphology.depth))
        return sharp, unblended(sharp.vertex_compartment)
    return tubes, node_blend.take(tubes.colour_node)
