"""What is in a skeleton, and what is wrong with it. Nothing here changes the skeleton."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import numpy.typing as npt

from napari_neuron.errors import MorphologyError
from napari_neuron.morphology import check_cable, check_radii, check_size, check_soma
from napari_neuron.morphology.finding import Finding, Severity, count, finding
from napari_neuron.morphology.formats.cell import LOOP, NOTE
from napari_neuron.morphology.header_transform import header_transforms
from napari_neuron.morphology.model import SOMA, Morphology
from napari_neuron.morphology.sections import find_sections

__all__ = ["TYPE_NAMES", "Finding", "Severity", "check", "describe"]

TYPE_NAMES = {0: "undefined", 1: "soma", 2: "axon", 3: "basal dendrite", 4: "apical dendrite"}


def check(
    morphology: Morphology, image_box: npt.NDArray[np.float64] | None = None
) -> tuple[Finding, ...]:
    """Report whatever would spoil a simulation of this skeleton, errors first.

    Parameters
    ----------
    morphology
        The cell.
    image_box : (2, 3) float64, optional
        Lowest and highest x, y, z (µm) of the image the cell should lie in.

    Returns
    -------
    tuple of Finding
        Each has a code, a severity, the nodes (ids) it concerns, and repairs that help.
    """
    looks = (
        check_radii.missing_radii,
        check_cable.size,
        check_cable.trees,
        check_radii.absurd_radii,
        check_radii.pinches,
        check_soma.somata,
        check_cable.edges,
        check_cable.coincident,
        check_size.compartments,
        check_cable.twigs,
        check_cable.forks,
        check_cable.types,
        _loops,
        _header,
    )
    findings = [finding for look in looks for finding in look(morphology)]
    findings += check_cable.far_from(morphology, image_box)
    rank = ("error", "warning", "info")
    return tuple(sorted(findings, key=lambda finding: rank.index(finding.severity)))


def describe(morphology: Morphology) -> dict[str, Any]:
    """Summarise a skeleton as plain types, ready for JSON; lengths in µm, area in µm²."""
    types, counts = np.unique(morphology.swc_type, return_counts=True)
    try:
        area = float(find_sections(morphology).area.sum())
    except MorphologyError:  # a radius of zero: see check()
        area = None
    labels: dict[str, int] = {}
    if morphology.labels is not None:
        names, sizes = np.unique(morphology.labels, return_counts=True)
        labels = dict(zip(names.tolist(), sizes.tolist(), strict=True))
    connectors: dict[str, int] = {}
    if morphology.connectors is not None:
        connectors = {
            str(kind): int(count)
            for kind, count in morphology.connectors["type"].value_counts().items()
        }
    is_root = morphology.parent < 0
    return {
        "name": morphology.name,
        "source": morphology.source,
        "nodes": len(morphology),
        "trees": len(morphology.roots),
        "branch_points": int(((morphology.n_children > 1) & ~is_root).sum())
        + int((morphology.n_children[is_root] > 2).sum()),
        "tips": int((morphology.n_children == 0).sum()),
        "cable_length": morphology.cable_length,
        "membrane_area": area,
        "extent": np.ptp(morphology.position, axis=0).tolist(),
        "types": {
            TYPE_NAMES.get(kind, f"type {kind}"): count
            for kind, count in zip(types.tolist(), counts.tolist(), strict=True)
        },
        "soma_nodes": morphology.node_id[morphology.swc_type == SOMA].tolist(),
        "labels": labels,
        "connectors": connectors,
        "unit": morphology.unit,
        "unit_evidence": morphology.unit_evidence,
    }


def _loops(morphology: Morphology) -> list[Finding]:
    """Report the loops that the reader opened, because a cell is a tree."""
    named = (re.findall(r"\d+", line) for line in morphology.header if line.startswith(LOOP))
    pairs = [[int(one) for one in pair] for pair in named]
    there = set(morphology.node_id.tolist())
    pairs = [pair for pair in pairs if len(pair) == 2 and there.issuperset(pair)]
    if not pairs:
        return []
    message = (
        f"{count(len(pairs), 'loop')} in the file. A cell is a tree, so the longest edge of each "
        f"loop was left out, between the marked nodes, and no current flows there. Check whether "
        f"two neurites that only touch were joined; if another edge is the wrong one, correct the "
        f"file."
    )
    rows = morphology.rows([one for pair in pairs for one in pair])
    return [finding(morphology, "loops", "warning", message, rows)]


def _header(morphology: Morphology) -> list[Finding]:
    """Report what the file's comments say about its coordinates, and what its reader noted."""
    findings = []
    for one in header_transforms(morphology):
        message = (
            f"The header says {one.line!r}. It is not applied, because programs differ in whether "
            f"the coordinates already include it. Compare the cell's size and position with what "
            f"you expect; if they do not match, the repair applies it."
        )
        repairs = ("set_unit",) if one.unit else ("move",) if one.move else ()
        findings.append(finding(morphology, "header-transform", "info", message, None, repairs))
    for line in morphology.header:
        if line.startswith(NOTE) and not line.startswith(LOOP):
            message = f"From the file: {line.removeprefix(NOTE).strip()}."
            findings.append(finding(morphology, "reader-note", "info", message))
    return findings
