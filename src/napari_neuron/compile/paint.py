"""Lowers paint onto nodes: where two layers of paint overlap, the later wins.

Paint is resolved by *coat*: "cable properties", one coat for each mechanism ("hh"), and one for
each value of an ion ("na.e", "na.inside", "na.outside", "na.style"). Two layers compete where they
have a coat in common.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from napari_neuron.compile.model import IntArray
from napari_neuron.compile.regions import changes_above, describe_what_is_there, nodes_in
from napari_neuron.errors import ExperimentError
from napari_neuron.morphology.model import BoolArray, Morphology
from napari_neuron.morphology.sections import find_sections
from napari_neuron.spec import CableProperties, DensityMechanism, HodgkinHuxley, Ions, Paint
from napari_neuron.spec.paint import PaintLayer

CABLE = "cable properties"
"""The coat of axial resistivity and capacitance; no mechanism can be called this."""

ION_FIELDS = ("e", "inside", "outside", "style")


def coats_of(layer: Paint, *, with_ions: bool = True) -> tuple[str, ...]:
    """Return the coats a layer of paint has.

    Parameters
    ----------
    layer
        The paint.
    with_ions
        Whether the reversal potentials of HodgkinHuxley are separate coats, which is unnecessary if
        no other paint sets them.
    """
    if isinstance(layer, CableProperties):
        return (CABLE,)
    if isinstance(layer, Ions):
        said = (field for field in ION_FIELDS if getattr(layer, field) is not None)
        return tuple(f"{layer.ion}.{field}" for field in said)
    if isinstance(layer, DensityMechanism):
        return (layer.name,)
    if isinstance(layer, HodgkinHuxley) and with_ions:
        return ("hh", "na.e", "k.e")
    return (layer.kind,)


def hides(layer: Paint) -> tuple[str, ...]:
    """Return the coats of earlier layers that a layer of paint replaces where it lies.

    They are its own. Concentrations alone replace a reversal potential too, as it follows from
    them by the Nernst equation; an `IonStyle` that makes the potential a parameter says otherwise.
    """
    if isinstance(layer, Ions) and layer.e is None:
        has_concentration = layer.inside is not None or layer.outside is not None
        if has_concentration and (layer.style is None or layer.style.potential != 1):
            return (f"{layer.ion}.e", *coats_of(layer))
    return coats_of(layer)


def ions_compete(paint: Iterable[Paint]) -> bool:
    """Return whether ions are painted by more than HodgkinHuxley."""
    return any(
        isinstance(p, Ions) or (isinstance(p, DensityMechanism) and p.name == "hh") for p in paint
    )


@dataclass(frozen=True, eq=False)
class PaintedNodes:
    """Which paint covers each node of one cell.

    Attributes
    ----------
    coats : tuple of str
        One per row of ``winner``; `CABLE` is the first.
    winner : (n_coats, n_nodes) int64
        Index into the experiment's paint; -1 where there is none.
    """

    coats: tuple[str, ...]
    winner: IntArray

    def changes_above(self, morphology: Morphology) -> BoolArray:
        """Return which edges carry other paint than the edge above them."""
        return changes_above(self.winner, morphology)


def paint_nodes(cells: Sequence[Morphology], paint: Sequence[Paint]) -> tuple[PaintedNodes, ...]:
    """Find, for each cell and node, the last paint of each coat that covers it.

    Raises
    ------
    ExperimentError
        If a region is empty in every cell it is meant for, or cannot be evaluated.
    """
    with_ions = ions_compete(paint)
    coats = [coats_of(layer, with_ions=with_ions) for layer in paint]
    rows = {CABLE: 0}
    for layer_coats in coats:
        for coat in layer_coats:
            rows.setdefault(coat, len(rows))
    winners = [np.full((len(rows), len(cell)), -1, dtype=np.int64) for cell in cells]
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
            for coat in hides(layer):
                if coat in rows:
                    winner[rows[coat], mask] = -1
            for coat in coats[index]:
                winner[rows[coat], mask] = index
            covered += int(mask.sum())
        if not covered:
            named = [cell for cell in cells if layer.cell in (None, cell.name)]
            there = describe_what_is_there(layer.region, named[0])
            raise ExperimentError(
                f"paint[{index}].region", f"{layer.region!r} picks no node ({there})"
            )
    return tuple(PaintedNodes(tuple(rows), winner) for winner in winners)


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


@dataclass(frozen=True, eq=False)
class Cover:
    """What a layer of paint covers on one cell, and what later layers hide of it.

    Attributes
    ----------
    nodes : (n_nodes,) bool
        Nodes it is painted on; all False if it is meant for another cell.
    shadowed : (n_nodes,) bool
        Nodes where a later layer replaces some or all of its values.
    by : tuple of int
        Indices of these later layers, ascending.
    values : tuple of str
        Coats that are replaced while others of the layer hold; empty if none holds.
    """

    nodes: BoolArray
    shadowed: BoolArray
    by: tuple[int, ...]
    values: tuple[str, ...] = ()


def shadowed(paint: Sequence[Paint], morphology: Morphology) -> tuple[Cover, ...]:
    """Return, for each layer of paint, where later layers hide it on one cell.

    Raises
    ------
    ExperimentError
        If a region cannot be evaluated; an empty region is not an error here.
    """
    masks = []
    for index, layer in enumerate(paint):
        if layer.cell not in (None, morphology.name):
            masks.append(np.zeros(len(morphology), dtype=np.bool_))
            continue
        try:
            masks.append(painted_by(layer, morphology))
        except ExperimentError as error:
            raise ExperimentError(f"paint[{index}].region.{error.field}", error.problem) from None
    coats = [set(coats_of(layer)) for layer in paint]
    covers = []
    for index, mask in enumerate(masks):
        hidden = np.zeros(len(morphology), dtype=np.bool_)
        by: list[int] = []
        replaced: set[str] = set()
        for later in range(index + 1, len(masks)):
            overlap = mask & masks[later]
            common = coats[index].intersection(hides(paint[later]))
            if common and overlap.any():
                hidden |= overlap
                by.append(later)
                replaced |= common
        values = tuple(sorted(replaced)) if replaced != coats[index] else ()
        covers.append(Cover(mask, hidden, tuple(by), values))
    return tuple(covers)
