"""The check of a cell and the preview of a repair, computed in threads."""

from __future__ import annotations

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
from napari_neuron.spec import Experiment, Repair


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
        return Preview(one, cell, None, (before,), problem="This would change nothing.")
    moved = moved_placements(experiment, cell, after)
    return Preview(one, cell, after, (before, measure(after, experiment)), moved)
