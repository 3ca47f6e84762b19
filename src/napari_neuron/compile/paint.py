"""Paint lowered onto nodes: of two layers of paint that overlap the later wins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from napari_neuron.compile.model import CompiledMechanism, FloatArray, IntArray
from napari_neuron.compile.regions import describe_what_is_there, nodes_in
from napari_neuron.errors import ExperimentError
from napari_neuron.morphology.model import BoolArray, Morphology
from napari_neuron.morphology.sections import find_sections
from napari_neuron.spec import CableProperties, Paint
from napari_neuron.spec.paint import PaintLayer

NEURON_NAMES = {
    "pas": {"g": "g_pas", "e": "e_pas"},
    "hh": {
        "gnabar": "gnabar_hh",
        "gkbar": "gkbar_hh",
        "gl": "gl_hh",
        "el": "el_hh",
        "ena": "ena",
        "ek": "ek",
    },
}
"""For each kind of paint that is a mechanism: its fields and what NEURON calls them."""

DEFAULT_CABLE = CableProperties()


@dataclass(frozen=True, eq=False)
class PaintedNodes:
    """Which paint covers each node of one cell.

    Attributes
    ----------
    kinds : tuple of str
        One per row of ``winner``: "cable", then the mechanisms in use.
    winner : (n_kinds, n_nodes) int64
        Index into the experiment's paint; -1 where there is none.
    """

    kinds: tuple[str, ...]
    winner: IntArray

    def changes_above(self, morphology: Morphology) -> BoolArray:
        """Return which edges carry other paint than the edge above them."""
        above = morphology.parent
        changes: BoolArray = (self.winner != self.winner[:, above]).any(axis=0)
        # the root has no edge of its own: what hangs on it starts there in any case
        changes[(above < 0) | (above[above] < 0)] = False
        return changes


def paint_nodes(cells: Sequence[Morphology], paint: Sequence[Paint]) -> tuple[PaintedNodes, ...]:
    """Find for each cell and node the last paint of each kind that covers it.

    Raises
    ------
    ExperimentError
        If a region is empty in every cell it is meant for, or cannot be evaluated.
    """
    kinds = ("cable", *dict.fromkeys(p.kind for p in paint if p.kind != "cable"))
    winners = [np.full((len(kinds), len(cell)), -1, dtype=np.int64) for cell in cells]
    for index, layer in enumerate(paint):
        covered = 0
        for cell, winner in zip(cells, winners, strict=True):
            if layer.cell not in (None, cell.name):
                continue
            try:
                mask = painted_by(layer, cell)
            except ExperimentError as error:
                raise ExperimentError(
                    f"paint[{index}].region.{error.field}", error.problem
                ) from None
            winner[kinds.index(layer.kind), mask] = index
            covered += int(mask.sum())
        if not covered:
            named = [cell for cell in cells if layer.cell in (None, cell.name)]
            there = describe_what_is_there(layer.region, named[0])
            raise ExperimentError(
                f"paint[{index}].region", f"{layer.region!r} picks no node ({there})"
            )
    return tuple(PaintedNodes(kinds, winner) for winner in winners)


def painted_by(layer: PaintLayer, morphology: Morphology) -> BoolArray:
    """Return the nodes of a cell that one layer of paint covers, (n_nodes,) bool.

    Raises
    ------
    ExperimentError
        If the region asks for what the cell does not have.
    """
    mask = nodes_in(layer.region, morphology)
    if layer.whole_sections:
        section = find_sections(morphology).section_of_node
        mask = np.isin(section, section[mask])
    return mask


def cable_of(winner: IntArray, paint: Sequence[Paint]) -> tuple[FloatArray, FloatArray]:
    """Return Ra (Ω·cm) and cm (µF/cm2) where ``winner`` says which paint covers what.

    Returns
    -------
    two float64 arrays of the shape of ``winner``
    """
    cables = [p if isinstance(p, CableProperties) else DEFAULT_CABLE for p in paint]
    cables.append(DEFAULT_CABLE)  # index -1: where nothing was painted
    ra = np.array([c.Ra for c in cables])
    cm = np.array([c.cm for c in cables])
    return ra[winner], cm[winner]


def mechanisms_of(
    kinds: Sequence[str], winner: IntArray, paint: Sequence[Paint], nseg: IntArray
) -> tuple[CompiledMechanism, ...]:
    """Lower painted mechanisms to sections and one value per compartment.

    Parameters
    ----------
    kinds
        The mechanisms, one per row of ``winner``.
    winner : (n_kinds, n_sections) int64
        Which paint covers each section.
    paint
        The experiment's paint.
    nseg : (n_sections,) int64
        Compartments of each section.
    """
    compiled = []
    for kind, row in zip(kinds, winner, strict=True):
        sections = np.flatnonzero(row >= 0)
        if not len(sections):
            continue
        by_compartment = np.repeat(row[sections], nseg[sections])
        parameters = []
        for field, name in NEURON_NAMES[kind].items():
            values = np.array([getattr(p, field) if p.kind == kind else np.nan for p in paint])
            parameters.append((name, values[by_compartment]))
        compiled.append(CompiledMechanism(kind, sections, tuple(parameters)))
    return tuple(compiled)
