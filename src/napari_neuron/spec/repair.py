"""Repairs of a skeleton: the changes to it, in order, so that a script can repeat them.

A repair names nodes by their id. `napari_neuron.repair` applies it.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from napari_neuron.spec.base import Spec
from napari_neuron.units import Micrometres


class JoinTrees(Spec):
    """Join separate trees by new edges between their nearest nodes.

    Attributes
    ----------
    limit
        µm; wider gaps stay open. None: no limit.
    """

    kind: Literal["join_trees"] = "join_trees"
    limit: Micrometres | None = Field(default=5.0, gt=0)


class KeepBiggestTree(Spec):
    """Keep the tree with the most cable and remove the others."""

    kind: Literal["keep_biggest_tree"] = "keep_biggest_tree"


class InterpolateRadii(Spec):
    """Interpolate the radii of nodes from their neighbours along the cable.

    Attributes
    ----------
    nodes
        Ids of the nodes; empty: all whose radius is zero or negative.
    """

    kind: Literal["interpolate_radii"] = "interpolate_radii"
    nodes: tuple[int, ...] = ()


class ConstantRadius(Spec):
    """Give nodes a radius.

    Attributes
    ----------
    radius
        µm.
    nodes
        Ids of the nodes; empty: all whose radius is zero or negative.
    """

    kind: Literal["constant_radius"] = "constant_radius"
    radius: Micrometres = Field(default=0.1, gt=0)
    nodes: tuple[int, ...] = ()


class FloorRadii(Spec):
    """Raise every radius below a minimum to that minimum.

    Attributes
    ----------
    minimum
        µm.
    """

    kind: Literal["floor_radii"] = "floor_radii"
    minimum: Micrometres = Field(default=0.05, gt=0)


class SmoothRadii(Spec):
    """Smooth the radii along the cable; those of the soma stay as they are.

    Attributes
    ----------
    length
        Distance over which the weight of a neighbour falls to 1/e, µm.
    """

    kind: Literal["smooth_radii"] = "smooth_radii"
    length: Micrometres = Field(default=1.0, gt=0)


class MarkSoma(Spec):
    """Make a node the only soma.

    Attributes
    ----------
    node
        Id of the node, which gets SWC type 1. Other nodes of that type get the type of their
        neighbours, except those that belong to the same soma.
    radius
        µm; None keeps its radius.
    make_root
        Whether it also becomes the root of its tree.
    """

    kind: Literal["mark_soma"] = "mark_soma"
    node: int
    radius: Micrometres | None = Field(default=None, gt=0)
    make_root: bool = True


class Reroot(Spec):
    """Make a node the root of its tree; distances are then measured from there.

    Attributes
    ----------
    node
        Id of the new root.
    """

    kind: Literal["reroot"] = "reroot"
    node: int


class PruneTwigs(Spec):
    """Remove branches that end within a certain length.

    If all branches of a branch point are that short, the longest one stays.

    Attributes
    ----------
    length
        µm from the branch point to the tip.
    """

    kind: Literal["prune_twigs"] = "prune_twigs"
    length: Micrometres = Field(default=1.0, gt=0)


class TypeChange(Spec):
    """One SWC type that becomes another.

    Attributes
    ----------
    found, wanted
        The present type, and the new one.
    """

    found: int
    wanted: int


class MapTypes(Spec):
    """Change the SWC types of nodes.

    Attributes
    ----------
    changes
        Which type becomes which; all changes apply at once.
    """

    kind: Literal["map_types"] = "map_types"
    changes: tuple[TypeChange, ...] = Field(min_length=1)


class Resample(Spec):
    """Space nodes about evenly along the cable.

    Nodes that are closer are removed, longer edges are subdivided. Branch points, tips, roots, the
    soma, and nodes where the type or the label changes stay.

    Attributes
    ----------
    spacing
        µm.
    keep
        Ids of further nodes to keep, such as those at which something is placed.
    """

    kind: Literal["resample"] = "resample"
    spacing: Micrometres = Field(default=1.0, gt=0)
    keep: tuple[int, ...] = ()


class MergeCoincident(Spec):
    """Merge a node and its parent, or two children of a node, that are at the same place.

    The node nearer to the root stays, with its id.

    Attributes
    ----------
    distance
        µm; places up to this far apart count as the same.
    """

    kind: Literal["merge_coincident"] = "merge_coincident"
    distance: Micrometres = Field(default=1e-6, ge=0)


class SetUnit(Spec):
    """Read the file's numbers in another unit.

    Attributes
    ----------
    unit
        Unit of the coordinates: "um", "nm", "8 nm" (voxels), "4x4x40 nm".
    radius_unit
        Unit of the radii; empty: the same.
    """

    kind: Literal["set_unit"] = "set_unit"
    unit: str = Field(default="nm", min_length=1)
    radius_unit: str = ""


class Move(Spec):
    """Move the whole cell.

    Attributes
    ----------
    x, y, z
        µm.
    """

    kind: Literal["move"] = "move"
    x: Micrometres = 0.0
    y: Micrometres = 0.0
    z: Micrometres = 0.0


Repair = Annotated[
    JoinTrees
    | KeepBiggestTree
    | InterpolateRadii
    | ConstantRadius
    | FloorRadii
    | SmoothRadii
    | MarkSoma
    | Reroot
    | PruneTwigs
    | MapTypes
    | Resample
    | MergeCoincident
    | SetUnit
    | Move,
    Field(discriminator="kind"),
]
