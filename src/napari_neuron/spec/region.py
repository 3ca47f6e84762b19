"""Regions: rules that pick nodes, and so fit any morphology.

An edge of the skeleton belongs to the region of the node at its end farther from the root.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from napari_neuron.errors import ExperimentError
from napari_neuron.spec.base import Spec
from napari_neuron.units import Micrometres

Origin = Literal["root", "soma"]
"""Where distances and branch points are counted from."""

DEEPEST_REGION = 16
"""How deep regions may be nested in one another."""


class Everywhere(Spec):
    """Every node of the cell."""

    kind: Literal["everywhere"] = "everywhere"


class SwcTypes(Spec):
    """Nodes with one of the given SWC types.

    Attributes
    ----------
    types
        The types: 1 soma, 2 axon, 3 basal dendrite, 4 apical dendrite, 5 and up custom.
    """

    kind: Literal["swc_types"] = "swc_types"
    types: tuple[int, ...] = Field(min_length=1)


class Labelled(Spec):
    """Nodes with one of the given labels; see `napari_neuron.label_axon_dendrite`.

    Attributes
    ----------
    labels
        The labels, such as "axon", "dendrite", "linker".
    """

    kind: Literal["labelled"] = "labelled"
    labels: tuple[str, ...] = Field(min_length=1)


class PickedNodes(Spec):
    """Individually picked nodes.

    Attributes
    ----------
    nodes
        Node ids in the skeleton.
    """

    kind: Literal["picked_nodes"] = "picked_nodes"
    nodes: tuple[int, ...] = Field(min_length=1)


class PathDistance(Spec):
    """Nodes whose distance along the cable lies in a range, both limits included.

    Attributes
    ----------
    origin
        Where the distance starts: at the root of each tree, or at its soma.
    minimum, maximum
        µm; a ``maximum`` of None is no limit.
    """

    kind: Literal["path_distance"] = "path_distance"
    origin: Origin = "root"
    minimum: Micrometres = Field(default=0.0, ge=0)
    maximum: Micrometres | None = Field(default=None, ge=0)

    @model_validator(mode="after")
    def _range_is_not_empty(self) -> PathDistance:
        _require_ascending(self.minimum, self.maximum)
        return self


class RadiusRange(Spec):
    """Nodes whose radius lies in a range, both limits included.

    Attributes
    ----------
    minimum, maximum
        µm; a ``maximum`` of None is no limit.
    """

    kind: Literal["radius_range"] = "radius_range"
    minimum: Micrometres = Field(default=0.0, ge=0)
    maximum: Micrometres | None = Field(default=None, ge=0)

    @model_validator(mode="after")
    def _range_is_not_empty(self) -> RadiusRange:
        _require_ascending(self.minimum, self.maximum)
        return self


class BranchOrder(Spec):
    """Nodes that lie beyond a number of branch points, counted outwards; both limits included.

    Order 0 is the soma (or the root) and the cable from there to the first branch point. Branch
    points within a soma do not count.

    Attributes
    ----------
    origin
        Where counting starts: at the root of each tree, or at its soma.
    minimum, maximum
        Number of branch points on the way; a ``maximum`` of None means no limit.
    """

    kind: Literal["branch_order"] = "branch_order"
    origin: Origin = "root"
    minimum: int = Field(default=0, ge=0)
    maximum: int | None = Field(default=None, ge=0)

    @model_validator(mode="after")
    def _range_is_not_empty(self) -> BranchOrder:
        _require_ascending(self.minimum, self.maximum)
        return self


class Subtree(Spec):
    """A node and everything beyond it.

    Attributes
    ----------
    node
        Its id.
    origin
        "Beyond" means away from this: the root of the tree, or its soma.
    """

    kind: Literal["subtree"] = "subtree"
    node: int
    origin: Origin = "root"


class _Combined(Spec):
    @model_validator(mode="before")
    @classmethod
    def _is_not_too_deep(cls, values: Any) -> Any:
        # before what is inside is looked at: a file may be nested without end
        level, depth = [values], 0
        while level:
            depth += 1
            if depth > DEEPEST_REGION:
                raise ExperimentError(
                    "regions", f"regions are nested more than {DEEPEST_REGION} deep"
                )
            level = [inner for outer in level for inner in _inner_regions(outer)]
        return values


class AllOf(_Combined):
    """Nodes that are in all of ``regions``."""

    kind: Literal["all_of"] = "all_of"
    regions: tuple[Region, ...] = Field(min_length=1)


class AnyOf(_Combined):
    """Nodes that are in at least one of ``regions``."""

    kind: Literal["any_of"] = "any_of"
    regions: tuple[Region, ...] = Field(min_length=1)


class NoneOf(_Combined):
    """Nodes that are in none of ``regions``; with a single region, its complement."""

    kind: Literal["none_of"] = "none_of"
    regions: tuple[Region, ...] = Field(min_length=1)


def _inner_regions(value: Any) -> tuple[Any, ...]:
    inner = value.get("regions", ()) if isinstance(value, dict) else getattr(value, "regions", ())
    return tuple(inner) if isinstance(inner, list | tuple) else ()


def _require_ascending(minimum: float, maximum: float | None) -> None:
    if maximum is not None and maximum < minimum:
        raise ExperimentError("maximum", f"{maximum:g} is less than the minimum, {minimum:g}")


Region = Annotated[
    Everywhere
    | SwcTypes
    | Labelled
    | PickedNodes
    | PathDistance
    | RadiusRange
    | BranchOrder
    | Subtree
    | AllOf
    | AnyOf
    | NoneOf,
    Field(discriminator="kind"),
]

for _combined in (AllOf, AnyOf, NoneOf):
    _combined.model_rebuild()
