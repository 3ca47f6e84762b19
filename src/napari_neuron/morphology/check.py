"""What is in a skeleton, and what is wrong with it. Nothing is ever changed here."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np

from napari_neuron.errors import MorphologyError
from napari_neuron.morphology.formats.cell import NOTE
from napari_neuron.morphology.formats.content import real
from napari_neuron.morphology.model import SOMA, IntArray, Morphology
from napari_neuron.morphology.sections import find_sections
from napari_neuron.morphology.soma import COINCIDENT, rows_without_width, soma_groups

Severity = Literal["error", "warning", "info"]

TYPE_NAMES = {0: "undefined", 1: "soma", 2: "axon", 3: "basal dendrite", 4: "apical dendrite"}


@dataclass(frozen=True)
class Finding:
    """One thing about a skeleton that a person should know before simulating it.

    Attributes
    ----------
    code : str
        A word for it that does not change: "radius-not-positive", "coincident-nodes",
        "several-trees", "no-soma", "several-somata", "soma-not-root", "unlikely-unit",
        "long-edges", "header-transform", "reader-note".
    severity : "error", "warning" or "info"
        An error cannot be simulated; a warning can, with a result that is probably not meant;
        an info is handled and good to know.
    message : str
        What it does to a simulation and what to do about it.
    nodes : tuple of int
        The ids of all nodes concerned; empty where it concerns the cell as a whole.
    """

    code: str
    severity: Severity
    message: str
    nodes: tuple[int, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return the finding as plain types, ready for JSON."""
        return {**asdict(self), "nodes": list(self.nodes)}


def check(morphology: Morphology) -> tuple[Finding, ...]:
    """Report what would trouble a simulation of this skeleton, errors first."""
    findings = [
        finding
        for look in (_radii, _size, _trees, _somata, _long_edges, _coincident, _header)
        for finding in look(morphology)
    ]
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


def _finding(
    morphology: Morphology,
    code: str,
    severity: Severity,
    message: str,
    rows: IntArray | None = None,
) -> Finding:
    nodes = () if rows is None else tuple(morphology.node_id[rows].tolist())
    return Finding(code, severity, message, nodes)


def _count(number: int, noun: str, plural: str | None = None) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {plural or noun + 's'}"


def _radii(morphology: Morphology) -> list[Finding]:
    rows = rows_without_width(morphology)
    if len(rows) == 0:
        return []
    kinds = np.unique(np.where(morphology.radius[rows] < 0, "below zero", "zero"))
    kind = " or ".join(kinds[::-1].tolist())
    message = (
        f"{_count(len(rows), 'node')} of {len(morphology)} with a radius {kind}. Cable without "
        "thickness conducts no current, so the cell cannot be simulated. Give these nodes a "
        "radius, from their neighbours or from the image."
    )
    return [_finding(morphology, "radius-not-positive", "error", message, rows)]


def _size(morphology: Morphology) -> list[Finding]:
    extent = float(np.ptp(morphology.position, axis=0).max())
    thick = morphology.radius[(morphology.radius > 0) & (morphology.swc_type != SOMA)]
    radius = float(np.median(thick)) if len(thick) else 0.0
    wrong = []
    if extent > 1e5 or (0 < extent < 1.0 and len(morphology) > 2):
        wrong.append(f"{extent:.3g} µm across")
    if radius and not 0.005 <= radius <= 10.0:
        wrong.append(f"a median radius of {radius:.3g} µm")
    if not wrong:
        return []
    message = (
        f"Read in {morphology.unit} ({morphology.unit_evidence}) the cell has "
        f"{' and '.join(wrong)}, which no ordinary neuron has: currents and delays would be "
        "wrong by orders of magnitude. Open the file with the unit it is in (um, nm, or the voxel "
        "size such as 8 nm)."
    )
    return [_finding(morphology, "unlikely-unit", "warning", message)]


def _trees(morphology: Morphology) -> list[Finding]:
    if len(morphology.roots) == 1:
        return []
    message = (
        f"{len(morphology.roots)} separate trees. No current flows from one to another; what is "
        "injected in one never reaches the rest. Join them (navis.heal_skeleton) if they are one "
        "cell."
    )
    return [_finding(morphology, "several-trees", "warning", message, morphology.roots)]


def _somata(morphology: Morphology) -> list[Finding]:
    rows, head = soma_groups(morphology)
    if len(rows) == 0:
        message = (
            "No soma (no node of SWC type 1). The cell is simulated as cable only, without the "
            "membrane of a cell body. Mark the soma's node if there is one."
        )
        return [_finding(morphology, "no-soma", "info", message)]
    heads = np.unique(head)
    findings = []
    if len(heads) > 1:
        message = (
            f"{len(heads)} somata that are not next to each other. Each single node of type 1 is "
            "simulated as a sphere. Give all but the cell body another type."
        )
        findings.append(_finding(morphology, "several-somata", "warning", message, rows))
    inner = heads[morphology.parent[heads] >= 0]
    if len(inner) == len(heads):
        message = (
            "The soma is not the root. The simulation is the same; distances along the cable are "
            "measured from the root, so reroot the cell at the soma to have them from there."
        )
        findings.append(_finding(morphology, "soma-not-root", "info", message, inner))
    return findings


def _long_edges(morphology: Morphology) -> list[Finding]:
    length = morphology.edge_length
    longer = length[length > COINCIDENT]
    if len(longer) < 20:
        return []
    limit = max(20.0, 30.0 * float(np.median(longer)))
    rows = np.flatnonzero(length > limit)
    if len(rows) == 0:
        return []
    message = (
        f"{_count(len(rows), 'edge')} longer than {limit:.3g} µm (the longest {length.max():.3g}), "
        f"where the usual one has {np.median(longer):.2g} µm. Often these are gaps closed by a "
        "straight line: the cable there has no measured course or thickness. Look at them."
    )
    return [_finding(morphology, "long-edges", "warning", message, rows)]


def _coincident(morphology: Morphology) -> list[Finding]:
    rows = np.flatnonzero((morphology.parent >= 0) & (morphology.edge_length <= COINCIDENT))
    if len(rows) == 0:
        return []
    are = "is" if len(rows) == 1 else "are"
    message = (
        f"{_count(len(rows), 'node')} {are} at the very place of the parent. There is no cable "
        "between the two, and they share a compartment. Nothing needs to be done."
    )
    return [_finding(morphology, "coincident-nodes", "info", message, rows)]


_TRANSFORM = re.compile(r"^\s*(?P<what>SCALE|OFFSET)\b[\s:=]*(?P<numbers>[-+.\deE,\s]+?)\s*$")


def _header(morphology: Morphology) -> list[Finding]:
    """Report what the file's comments say about its coordinates, and what its reader noted."""
    findings = []
    for line in morphology.header:
        said = _TRANSFORM.match(line)
        if said is not None and _is_transform(said["what"], said["numbers"]):
            message = (
                f"The header says {line.strip()!r}. It is not applied: programs differ in whether "
                "the coordinates already include it. Compare the cell's size and place with what "
                "you expect, and scale or move the coordinates if they do not."
            )
            findings.append(_finding(morphology, "header-transform", "info", message))
        elif line.startswith(NOTE):
            message = f"From the file: {line.removeprefix(NOTE).strip()}."
            findings.append(_finding(morphology, "reader-note", "info", message))
    return findings


def _is_transform(what: str, numbers: str) -> bool:
    values = [real(word) for word in numbers.replace(",", " ").split()]
    neutral = 0.0 if what == "OFFSET" else 1.0
    return bool(values) and None not in values and any(one != neutral for one in values)
