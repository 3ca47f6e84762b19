"""The check of a cell and the preview of a repair, computed in threads."""

from __future__ import annotations

import math
from dataclasses import dataclass

from napari_neuron.compile.effect import CellMeasures, measure
from napari_neuron.compile.moved_placements import (
    MovedPlacement,
    keeping_what_is_used,
    moved_placements,
)
from napari_neuron.compile.repair import repair
from napari_neuron.errors import NapariNeuronError
from napari_neuron.morphology import Finding, Morphology, check
from napari_neuron.morphology.model import FloatArray
from napari_neuron.morphology.repair_trees import narrowest_gap
from napari_neuron.spec import Experiment, JoinTrees, Repair


@dataclass(frozen=True, eq=False)
class Preview:
    """The effect of a repair.

    Attributes
    ----------
    repair : Repair
    before, after : Morphology
        ``after`` is None if the repair cannot be carried out; ``problem`` says why.
    measured : tuple of CellMeasures
        Before, and after if there is one.
    moved : tuple of MovedPlacement
        Nodes named by inputs, recorders, regions or connections that would be removed.
    """

    repair: Repair
    before: Morphology
    after: Morphology | None
    measured: tuple[CellMeasures, ...]
    moved: tuple[MovedPlacement, ...] = ()
    problem: str = ""


def checked(
    cell: Morphology, image_box: FloatArray | None
) -> tuple[Morphology, tuple[Finding, ...]]:
    """Return a cell and what is wrong with it."""
    return cell, check(cell, image_box)


def previewed(cell: Morphology, experiment: Experiment, one: Repair) -> Preview:
    """Apply a repair to a cell and measure its effect."""
    before = measure(cell, experiment)
    try:
        after = repair(cell, keeping_what_is_used((one,), experiment, cell))
    except NapariNeuronError as error:
        problem = str(error).split(": ", 2)[-1]
        return Preview(one, cell, None, (before,), problem=problem)
    if after is cell:
        return Preview(one, cell, None, (before,), problem=_why_nothing(cell, one))
    moved = moved_placements(experiment, cell, after)
    return Preview(one, cell, after, (before, measure(after, experiment)), moved)


def _why_nothing(cell: Morphology, one: Repair) -> str:
    """Say why a repair changes nothing."""
    if isinstance(one, JoinTrees) and one.limit is not None and len(cell.roots) > 1:
        # rounded up: what is said is enough
        gap = math.ceil(100 * narrowest_gap(cell)) / 100
        return f"All gaps are wider than {one.limit:g} µm; the narrowest has {gap:.2f} µm."
    return "This would change nothing."
