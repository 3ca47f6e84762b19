"""Findings about thickness: radii that are missing, absurd, or choke the current."""

from __future__ import annotations

import numpy as np

from napari_neuron.morphology.check_soma import likely_soma
from napari_neuron.morphology.finding import Finding, count, finding
from napari_neuron.morphology.model import SOMA, BoolArray, FloatArray, Morphology
from napari_neuron.morphology.soma import rows_without_width

THINNEST, THICKEST, THICKEST_SOMA = 0.005, 30.0, 60.0
"""µm; two membranes are as thick as the first; only giant axons and somata exceed the others."""

PINCH = 0.25
"""Fraction of the surrounding radius; a thinner node has more than 16 times the resistance."""

_BULGE = 8.0


def missing_radii(morphology: Morphology) -> list[Finding]:
    """Radii of zero or less where cable needs one."""
    rows = rows_without_width(morphology)
    if len(rows) == 0:
        return []
    kinds = np.unique(np.where(morphology.radius[rows] < 0, "below zero", "zero"))
    kind = " or ".join(kinds[::-1].tolist())
    message = (
        f"{count(len(rows), 'node')} of {len(morphology):,} with a radius {kind}. Cable without "
        "thickness conducts no current, so the cell cannot be simulated. Give these nodes a "
        "radius, from their neighbours or from the image."
    )
    repairs: tuple[str, ...] = ("interpolate_radii", "constant_radius", "floor_radii")
    if not (morphology.radius[morphology.swc_type != SOMA] > 0).any():
        repairs = repairs[1:]  # there are no neighbours to go by
    return [finding(morphology, "radius-not-positive", "error", message, rows, repairs)]


def absurd_radii(morphology: Morphology) -> list[Finding]:
    """Radii that no neurite or soma has."""
    radius, soma = morphology.radius, morphology.swc_type == SOMA
    limit = np.where(soma, THICKEST_SOMA, THICKEST)
    around = _radius_around(morphology)
    bulge = ~soma & (around > 0) & (radius > _BULGE * around) & (radius > 1.0)
    thick = (radius > limit) | (bulge & _is_part_of_cable(morphology))
    thin = (radius > 0) & (radius < THINNEST)
    findings = []
    if thick.any():
        message = (
            f"{count(int(thick.sum()), 'node')} absurdly thick (up to {radius[thick].max():.3g} "
            "µm). The membrane area there, and with it capacitance and leak, is far too large and "
            "swallows signals. Interpolate the radii from the neighbours, or mark the node "
            "as the soma if it is one."
        )
        repairs = ("interpolate_radii", "mark_soma", "set_unit")
        rows = np.flatnonzero(thick)
        findings.append(finding(morphology, "radius-too-large", "warning", message, rows, repairs))
    if thin.any():
        message = (
            f"{count(int(thin.sum()), 'node')} thinner than a membrane (down to a radius of "
            f"{radius[thin].min():.2g} µm). Axial resistance grows with 1/radius², so next to no "
            f"current passes. Raise the radii to a floor, or interpolate them."
        )
        repairs = ("floor_radii", "interpolate_radii", "set_unit")
        rows = np.flatnonzero(thin)
        findings.append(finding(morphology, "radius-too-small", "warning", message, rows, repairs))
    return findings


def pinches(morphology: Morphology) -> list[Finding]:
    """Nodes much thinner than the cable on both sides of them."""
    radius, around = morphology.radius, _radius_around(morphology)
    rows = np.flatnonzero((radius >= THINNEST) & (radius < PINCH * around))
    if len(rows) == 0:
        return []
    worst = float((around[rows] / radius[rows]).max())
    message = (
        f"{count(len(rows), 'node')} where the cable is pinched (to 1/{worst:.0f} of the radius on "
        "both sides). Axial resistance grows with 1/radius², so a pinch chokes the current. It is "
        "usually a tracing error: interpolate or smooth the radii."
    )
    repairs = ("interpolate_radii", "smooth_radii", "floor_radii")
    return [finding(morphology, "pinch", "warning", message, rows, repairs)]


def _radius_around(morphology: Morphology) -> FloatArray:
    """Return the smaller of the radii on both sides of each node, over two nodes each.

    0 where there is nothing to compare with on one side, or a soma.
    """
    parent = morphology.parent
    neurite = (morphology.swc_type != SOMA) & (morphology.radius > 0)
    radius = np.where(neurite, morphology.radius, 0.0)
    up = np.where(parent >= 0, radius[parent], 0.0)
    further_up = np.where(parent >= 0, up[parent], 0.0)
    above = np.maximum(up, further_up)
    down, further_down = np.zeros(len(radius)), np.zeros(len(radius))
    children = np.flatnonzero(parent >= 0)
    np.maximum.at(down, parent[children], radius[children])
    np.maximum.at(further_down, parent[children], down[children])
    below = np.maximum(down, further_down)
    return np.where(neurite, np.minimum(above, below), 0.0)


def _is_part_of_cable(morphology: Morphology) -> BoolArray:
    """Return which nodes are not what looks like the soma of a cell that has none marked."""
    if (morphology.swc_type == SOMA).any():
        return np.ones(len(morphology), dtype=np.bool_)
    answer = np.ones(len(morphology), dtype=np.bool_)
    candidate = likely_soma(morphology)
    if candidate >= 0:
        centre = morphology.position[candidate]
        within = np.linalg.norm(morphology.position - centre, axis=1)
        answer[within <= 2 * morphology.radius[candidate]] = False
    return answer
