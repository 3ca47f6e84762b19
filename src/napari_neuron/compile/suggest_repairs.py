"""Suggests repairs for a finding, with parameters that fit the cell."""

from __future__ import annotations

import numpy as np

from napari_neuron.errors import MorphologyError
from napari_neuron.morphology.check import Finding
from napari_neuron.morphology.check_soma import likely_soma
from napari_neuron.morphology.guess import guess_unit, parse_unit
from napari_neuron.morphology.header_transform import header_transforms
from napari_neuron.morphology.model import SOMA, FloatArray, Morphology
from napari_neuron.spec.discretisation import DLambda
from napari_neuron.spec.repair import (
    ConstantRadius,
    FloorRadii,
    InterpolateRadii,
    JoinTrees,
    KeepBiggestTree,
    MapTypes,
    MarkSoma,
    MergeCoincident,
    Move,
    PruneTwigs,
    Repair,
    Reroot,
    Resample,
    SetUnit,
    SmoothRadii,
    TypeChange,
)

REPAIR_KINDS: tuple[type[Repair], ...] = (
    JoinTrees,
    KeepBiggestTree,
    InterpolateRadii,
    ConstantRadius,
    FloorRadii,
    SmoothRadii,
    MarkSoma,
    Reroot,
    PruneTwigs,
    MergeCoincident,
    MapTypes,
    Resample,
    SetUnit,
    Move,
)
"""All repairs, in the order in which they are offered."""

_LISTED = 5_000
"""Nodes that a repair names one by one; of more, it takes those of radius zero."""


def suggested_repairs(
    cell: Morphology, finding: Finding, image_box: FloatArray | None = None
) -> tuple[Repair, ...]:
    """Return the repairs that help with a finding, the likeliest first.

    Parameters
    ----------
    cell
        The cell it was found in.
    finding
        What `napari_neuron.check` found.
    image_box : (2, 3) float64, optional
        As for `napari_neuron.check`.
    """
    kinds = {str(kind.model_fields["kind"].default): kind for kind in REPAIR_KINDS}
    return tuple(start_of(kinds[name], cell, finding, image_box) for name in finding.repairs)


def start_of(
    kind: type[Repair],
    cell: Morphology,
    finding: Finding | None = None,
    image_box: FloatArray | None = None,
) -> Repair:
    """Return a repair of a kind with parameters that fit a cell, and a finding if there is one."""
    nodes = () if finding is None else finding.nodes
    code = "" if finding is None else finding.code
    named = nodes if finding is not None and code != "radius-not-positive" else ()
    median = _median_radius(cell)
    if kind is InterpolateRadii or kind is ConstantRadius:
        return kind(nodes=named[:_LISTED], **_rounded_radius(kind, median))
    if kind is FloorRadii:
        return FloorRadii(minimum=_rounded(max(0.01, 0.25 * median)))
    if kind is MarkSoma or kind is Reroot:
        row = likely_soma(cell)
        node = nodes[0] if nodes else int(cell.node_id[row if row >= 0 else cell.roots[0]])
        if code == "several-somata":
            node = _thickest(cell, nodes)
        return kind(node=node)
    if kind is MergeCoincident and code == "short-edges":
        return MergeCoincident(distance=1e-3)
    found = dict(() if finding is None else finding.parameters)
    if kind is PruneTwigs and "prune_twigs.length" in found:
        return PruneTwigs(length=found["prune_twigs.length"])
    if kind is MapTypes:
        odd = np.unique(cell.swc_type[(cell.swc_type < 0) | (cell.swc_type > 4)]).tolist()
        if code == "several-somata":
            odd = [SOMA]
        wanted = 3
        return MapTypes(changes=tuple(TypeChange(found=t, wanted=wanted) for t in odd or [0]))
    said = header_transforms(cell) if code == "header-transform" else ()
    if kind is SetUnit:
        return SetUnit(unit=next((one.unit for one in said if one.unit), likely_unit(cell)))
    if kind is Move and said:
        x, y, z = next((one.move for one in said if one.move), (0.0, 0.0, 0.0))
        return Move(x=x, y=y, z=z)
    if kind is Move and image_box is not None:
        middle = 0.5 * (cell.position.min(axis=0) + cell.position.max(axis=0))
        x, y, z = np.round(np.mean(image_box, axis=0) - middle, 3).tolist()
        return Move(x=x, y=y, z=z)
    return kind()  # type: ignore[call-arg]  # those with required fields are above


def suggested_discretisation(finding: Finding) -> DLambda | None:
    """Return the rule whose compartments are few enough, if that is what a finding suggests."""
    d_lambda = dict(finding.parameters).get("discretisation.d_lambda")
    return None if d_lambda is None else DLambda(d_lambda=d_lambda)


def likely_unit(cell: Morphology) -> str:
    """Return the unit in which the numbers the cell was read from make the likeliest cell."""
    try:
        scale = parse_unit(cell.unit.partition(" (radii ")[0]).scale
    except MorphologyError:
        return "um"
    in_file = cell.position / scale
    return guess_unit(in_file, cell.parent, cell.swc_type, cell.radius / scale[0]).label


def _median_radius(cell: Morphology) -> float:
    some = cell.radius[(cell.radius > 0) & (cell.swc_type != SOMA)]
    return float(np.median(some)) if len(some) else 0.1


def _rounded(value: float) -> float:
    return float(f"{value:.2g}")


def _rounded_radius(kind: type[Repair], median: float) -> dict[str, float]:
    return {"radius": _rounded(median)} if kind is ConstantRadius else {}


def _thickest(cell: Morphology, nodes: tuple[int, ...]) -> int:
    rows = cell.rows(nodes)
    return int(cell.node_id[rows[cell.radius[rows].argmax()]])
