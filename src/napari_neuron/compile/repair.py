"""`repair`: applies the repairs listed in an experiment."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from napari_neuron.errors import MorphologyError
from napari_neuron.morphology import repair_nodes, repair_radii, repair_trees
from napari_neuron.morphology.guess import REPAIRED
from napari_neuron.morphology.model import Morphology
from napari_neuron.spec import repair as spec


def repair(cell: Morphology, repairs: Sequence[spec.Repair] | spec.Repair) -> Morphology:
    """Return the cell with repairs applied, in order.

    Nothing else repairs a cell: `simulate` takes cells as they are. For experiments run from the
    command line, the repairs listed for each cell (``cells[].repairs``) are applied after its file
    is read.

    Parameters
    ----------
    cell
        The cell as it was read; it is not changed.
    repairs
        One repair, or several.

    Returns
    -------
    Morphology
        Nodes that stay keep their ids. Its header says what was done, and it has no ``source``,
        because it no longer matches the file. The same object if nothing had to be done.

    Raises
    ------
    MorphologyError
        If a repair cannot be applied; says which and why.

    Examples
    --------
    >>> import napari_neuron as nn
    >>> cell = nn.read_morphology("cell.swc")
    >>> cell = nn.repair(cell, [nn.InterpolateRadii(), nn.JoinTrees(limit=5)])
    """
    sequence = repairs if isinstance(repairs, Sequence) else (repairs,)
    for index, one in enumerate(sequence):
        try:
            repaired = _carried_out(cell, one)
        except KeyError as error:
            raise _failed(cell, one, index, f"the cell has no node {error.args[0]}") from None
        except MorphologyError as error:
            raise _failed(cell, one, index, str(error)) from None
        if repaired is not cell:
            cell = repaired.replace(header=(*cell.header, _in_a_line(one)), source=None)
    return cell


def _in_a_line(one: spec.Repair) -> str:
    said = one.model_dump_json(exclude={"kind"}, exclude_defaults=True)
    return f"{REPAIRED}{one.kind} {said if len(said) <= 200 else f'{said[:197]}...'}"


def _failed(cell: Morphology, one: spec.Repair, index: int, why: str) -> MorphologyError:
    why = why.removeprefix(f"{cell.name}: ")
    return MorphologyError(f"{cell.name}: repairs[{index}] ({one.kind}): {why}")


def _carried_out(cell: Morphology, one: spec.Repair) -> Morphology:
    match one:
        case spec.JoinTrees():
            return repair_trees.join_trees(cell, one.limit)
        case spec.KeepBiggestTree():
            return repair_nodes.keep_biggest_tree(cell)
        case spec.InterpolateRadii():
            return repair_radii.interpolate_radii(cell, one.nodes)
        case spec.ConstantRadius():
            return repair_radii.constant_radius(cell, one.radius, one.nodes)
        case spec.FloorRadii():
            return repair_radii.floor_radii(cell, one.minimum)
        case spec.SmoothRadii():
            return repair_radii.smooth_radii(cell, one.length)
        case spec.MarkSoma():
            return repair_trees.mark_soma(cell, one.node, one.radius, reroot=one.make_root)
        case spec.Reroot():
            return cell.rerooted(one.node)
        case spec.PruneTwigs():
            return repair_nodes.prune_twigs(cell, one.length)
        case spec.MapTypes():
            changes = {change.found: change.wanted for change in one.changes}
            return repair_nodes.map_types(cell, changes)
        case spec.Resample():
            return repair_nodes.resample(cell, one.spacing, one.keep)
        case spec.MergeCoincident():
            return repair_nodes.merge_coincident(cell, one.distance)
        case spec.SetUnit():
            return repair_nodes.set_unit(cell, one.unit, one.radius_unit or None)
        case spec.Move():
            return repair_nodes.move(cell, np.array([one.x, one.y, one.z]))
