"""Regions: rules that pick nodes, and so fit any morphology.

An edge of the skeleton belongs to the region of its node that is further from the root.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from napari_neuron.spec.base import Spec


class Everywhere(Spec):
    """Every node of the cell."""

    kind: Literal["everywhere"] = "everywhere"


class SwcTypes(Spec):
    """Nodes whose SWC type (1 soma, 2 axon, 3 basal, 4 apical dendrite ...) is among ``types``."""

    kind: Literal["swc_types"] = "swc_types"
    types: tuple[int, ...] = Field(min_length=1)


class Labelled(Spec):
    """Nodes whose label ("axon", "dendrite", "linker" ...) is among ``labels``."""

    kind: Literal["labelled"] = "labelled"
    labels: tuple[str, ...] = Field(min_length=1)


class PickedNodes(Spec):
    """Nodes picked one by one, by their id in the skeleton."""

    kind: Literal["picked_nodes"] = "picked_nodes"
    nodes: tuple[int, ...] = Field(min_length=1)


Region = Annotated[Everywhere | SwcTypes | Labelled | PickedNodes, Field(discriminator="kind")]
