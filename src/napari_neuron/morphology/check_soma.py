"""Findings about the soma."""

from __future__ import annotations

import numpy as np

from napari_neuron.morphology.finding import Finding, finding
from napari_neuron.morphology.model import IntArray, Morphology
from napari_neuron.morphology.soma import find_soma_bodies, soma_groups


def likely_soma(morphology: Morphology) -> int:
    """Return the row of the node that looks like the soma of a cell, -1 if none does.

    It is by far the thickest: more than 1 µm, and four times the radius of 99 in 100 nodes.
    """
    radius = morphology.radius
    row = int(radius.argmax())
    usual = float(np.quantile(radius, 0.99)) if len(radius) >= 200 else float(np.median(radius))
    is_thick = radius[row] > max(1.0, 4.0 * float(np.median(radius))) and radius[row] > usual
    return row if is_thick else -1


def somata(morphology: Morphology) -> list[Finding]:
    """Look at the soma: missing, several, not the root, drawn in a way that is read as a lump."""
    rows, head = soma_groups(morphology)
    if len(rows) == 0:
        return [_no_soma(morphology)]
    heads, size = np.unique(head, return_counts=True)
    findings = []
    if len(heads) > 1:
        message = (
            f"{len(heads)} somata that are not next to each other. Each single node of type 1 is "
            "simulated as a sphere. Mark the one that is the cell body; the others become part of "
            "the cable around them."
        )
        repairs: tuple[str, ...] = ("mark_soma", "map_types")
        findings.append(finding(morphology, "several-somata", "warning", message, rows, repairs))
    inner = heads[morphology.parent[heads] >= 0]
    if len(inner) == len(heads):
        message = (
            "The soma is not the root. The simulation is the same; distances along the cable are "
            "measured from the root, so reroot the cell at the soma to measure from there."
        )
        findings.append(
            finding(morphology, "soma-not-root", "info", message, inner, ("reroot", "mark_soma"))
        )
    findings += _drawn_somata(morphology, rows, head, heads[size > 1])
    return findings


def _no_soma(morphology: Morphology) -> Finding:
    row = likely_soma(morphology)
    message = (
        "No soma (no node of SWC type 1). The cell is simulated as cable only, without the "
        "membrane of a cell body. "
    )
    if row < 0:
        message += "Mark the soma's node if there is one."
        return finding(morphology, "no-soma", "info", message, None, ("mark_soma",))
    message += (
        f"Node {morphology.node_id[row]}, the thickest (radius {morphology.radius[row]:.3g} µm), "
        "looks like it: mark it as the soma."
    )
    return finding(morphology, "no-soma", "info", message, np.array([row]), ("mark_soma",))


def _drawn_somata(
    morphology: Morphology,
    rows: IntArray,
    head: IntArray,
    heads: IntArray,
) -> list[Finding]:
    if len(heads) == 0:
        return []
    bodies = find_soma_bodies(morphology)
    findings = []
    body = bodies.of_node[heads]
    lumps = heads[body >= 0]
    is_outline = bodies.reach[body[body >= 0]] == 0
    for code, which, drawn, becomes in (
        ("soma-contour", lumps[is_outline], "as an outline", "the stack of discs it encloses"),
        ("soma-three-points", lumps[~is_outline], "by three points", "the sphere they mean"),
    ):
        if len(which):
            message = (
                f"The soma is drawn {drawn}. It is simulated as {becomes}, as NEURON and "
                "NeuroMorpho read it, not as cable through its nodes. Nothing needs to be done."
            )
            nodes = rows[np.isin(head, which)]
            findings.append(finding(morphology, code, "info", message, nodes))
    return findings
