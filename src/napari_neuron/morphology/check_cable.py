"""Findings about the course of the cable: pieces, gaps, twigs, forks, types, size."""

from __future__ import annotations

import numpy as np

from napari_neuron.morphology.finding import Finding, count, finding
from napari_neuron.morphology.guess import GUESSED
from napari_neuron.morphology.model import SOMA, BoolArray, FloatArray, IntArray, Morphology, follow
from napari_neuron.morphology.soma import COINCIDENT

SHORT = 1e-3
"""µm; edges shorter than a nanometre are no measurement."""

TWIG = 1.0
"""µm; a shorter end branch is called a twig."""

_SMALLEST_FORK = 3

_THICK, _ENOUGH_NODES = 1.9, 100
"""µm, and nodes: in one of 900 published cells (a giant neuron of a locust), half of the cable is
so thick."""


def size(morphology: Morphology) -> list[Finding]:
    """Look for an impossible unit."""
    extent = float(np.ptp(morphology.position, axis=0).max())
    thick = morphology.radius[(morphology.radius > 0) & (morphology.swc_type != SOMA)]
    radius = float(np.median(thick)) if len(thick) else 0.0
    wrong = []
    if extent > 1e5 or (0 < extent < 1.0 and len(morphology) > 2):
        wrong.append(f"{extent:.3g} µm across")
    if radius and not 0.005 <= radius <= 10.0:
        wrong.append(f"a median radius of {radius:.3g} µm")
    if not wrong:
        return _doubtful(morphology, thick, radius)
    message = (
        f"The unit cannot be right. Read in {morphology.unit} ({morphology.unit_evidence}) the "
        f"cell has {' and '.join(wrong)}, which no ordinary neuron has: currents and delays would "
        "be wrong by orders of magnitude. Say which unit the file is in (um, nm, or the voxel "
        "size such as 8 nm)."
    )
    return [finding(morphology, "unlikely-unit", "warning", message, None, ("set_unit",))]


def _doubtful(morphology: Morphology, thick: FloatArray, radius: float) -> list[Finding]:
    """Doubt a guess that makes half of the cable thicker than most neurites."""
    if not morphology.unit_evidence.startswith(GUESSED):
        return []
    if len(thick) < _ENOUGH_NODES or radius < _THICK:
        return []
    message = (
        f"The unit may be wrong. It was {morphology.unit_evidence}. Half of the cable has radii "
        f"above {radius:.3g} µm, which is unlikely for neurites of so many nodes; the wrong unit "
        f"changes area, currents and delays. Say which unit the file is in (um, nm, or the size of "
        "its voxels, such as 40 nm)."
    )
    return [finding(morphology, "unlikely-unit", "warning", message, None, ("set_unit",))]


def trees(morphology: Morphology) -> list[Finding]:
    """Pieces that are not connected."""
    roots = morphology.roots
    if len(roots) == 1:
        return []
    cable = np.bincount(morphology.component, weights=morphology.edge_length)
    total = float(cable.sum())
    share = float(cable.max()) / total if total > 0 else 1.0
    shown = f"{share:.0%}" if share < 0.995 else "nearly all"
    message = (
        f"{len(roots):,} separate trees. No current flows from one to another; what you inject "
        f"into one never reaches the rest. The biggest has {shown} of the cable. Join them if "
        f"they are "
        "one cell, or keep the biggest."
    )
    repairs = ("join_trees", "keep_biggest_tree")
    return [finding(morphology, "several-trees", "warning", message, roots, repairs)]


def edges(morphology: Morphology) -> list[Finding]:
    """Edges that are very long or very short."""
    length = morphology.edge_length
    longer = length[length > COINCIDENT]
    findings = []
    limit = max(20.0, 30.0 * float(np.median(longer))) if len(longer) >= 20 else np.inf
    rows = np.flatnonzero(length > limit)
    if len(rows):
        message = (
            f"{count(len(rows), 'edge')} longer than {limit:.3g} µm (the longest "
            f"{length.max():.3g}). The usual one has {np.median(longer):.2g} µm. These are often "
            f"gaps closed by a straight line, where the cable has no measured course or "
            f"thickness. Look at them."
        )
        findings.append(finding(morphology, "long-edges", "warning", message, rows, ("resample",)))
    rows = np.flatnonzero((length > COINCIDENT) & (length < SHORT))
    if len(rows):
        message = (
            f"{count(len(rows), 'edge')} shorter than a nanometre. They do not harm the result, "
            f"but each may cost a compartment. Merging the nodes is safe."
        )
        findings.append(
            finding(morphology, "short-edges", "info", message, rows, ("merge_coincident",))
        )
    return findings


def coincident(morphology: Morphology) -> list[Finding]:
    """Nodes at one place: with their parent, or with a node they are not connected to."""
    with_parent = (morphology.parent >= 0) & (morphology.edge_length <= COINCIDENT)
    findings = []
    rows = np.flatnonzero(with_parent)
    if len(rows):
        are = "is" if len(rows) == 1 else "are"
        message = (
            f"{count(len(rows), 'node')} {are} exactly where the parent is. There is no cable "
            f"between the two, and they share a compartment. Nothing needs to be done."
        )
        findings.append(
            finding(morphology, "coincident-nodes", "info", message, rows, ("merge_coincident",))
        )
    rows = _duplicates(morphology, with_parent)
    if len(rows):
        message = (
            f"{count(len(rows), 'node')} in the same place as another node that is not the "
            f"parent. A branch traced twice has twice the membrane; pieces that only touch pass "
            f"no current. Look at them; merge siblings, or join the pieces."
        )
        repairs: tuple[str, ...] = ("merge_coincident",)
        if len(morphology.roots) > 1:
            repairs = ("merge_coincident", "join_trees")
        findings.append(finding(morphology, "duplicate-nodes", "warning", message, rows, repairs))
    return findings


def _duplicates(morphology: Morphology, with_parent: BoolArray) -> IntArray:
    """Return rows at the place of an earlier node, leaving out chains of coincident nodes."""
    chain = follow(np.where(with_parent, morphology.parent, np.arange(len(morphology))))
    position = morphology.position
    # a projection first: it is several times faster to sort than three columns
    key = position @ np.array([1.0, np.sqrt(2.0), np.sqrt(3.0)])
    order = np.argsort(key, kind="stable")
    gap = np.diff(key[order])
    near = np.flatnonzero(gap <= 1e-9 * max(1.0, float(np.abs(key).max())))
    if len(near) == 0:
        return np.zeros(0, dtype=np.int64)
    some = np.unique(np.concatenate([order[near], order[near + 1]]))
    _, first, group = np.unique(position[some], axis=0, return_index=True, return_inverse=True)
    twin = some[first[group.ravel()]]
    return np.asarray(some[(twin != some) & (chain[twin] != chain[some])])


def forks(morphology: Morphology) -> list[Finding]:
    """Nodes at which three or more branches leave."""
    soma = morphology.swc_type == SOMA
    ways = morphology.n_children - (morphology.parent < 0)
    rows = np.flatnonzero((ways >= _SMALLEST_FORK) & ~soma)
    if len(rows) == 0:
        return []
    message = (
        f"{count(len(rows), 'node')} where the cable splits into three or more. NEURON simulates "
        f"that as it is, but real neurites split in two: a short stretch may have collapsed, or "
        f"branches that only pass each other may have been joined. Look at them if it matters."
    )
    return [finding(morphology, "many-branches", "info", message, rows)]


def twigs(morphology: Morphology) -> list[Finding]:
    """Branches shorter than a micrometre, or that end inside the cable they leave."""
    n, parent = len(morphology), morphology.parent
    goes_on = (parent >= 0) & (morphology.n_children[parent] == 1) & (parent[parent] >= 0)
    head = follow(np.where(goes_on, parent, np.arange(n)))
    length = np.bincount(head, weights=morphology.edge_length, minlength=n)
    tips = np.flatnonzero((morphology.n_children == 0) & (parent >= 0))
    begin = head[tips]
    branches = morphology.n_children[parent[begin]] > 1
    short = length[begin] < np.maximum(TWIG, morphology.radius[parent[begin]])
    soma = morphology.swc_type == SOMA
    rows = tips[branches & short & ~soma[parent[begin]] & ~soma[tips]]
    if len(rows) == 0:
        return []
    share = float(length[head[rows]].sum()) / max(morphology.cable_length, 1e-12)
    message = (
        f"{count(len(rows), 'twig')} shorter than {TWIG:g} µm, or shorter than their parent is "
        f"thick. They hold {share:.1%} of the cable, and each costs at least one compartment. "
        f"They may be spines, or come from the rough surface of a mesh. Prune them to simulate "
        f"faster."
    )
    return [finding(morphology, "twigs", "info", message, rows, ("prune_twigs",))]


def types(morphology: Morphology) -> list[Finding]:
    """SWC types outside the standard 0 to 4."""
    rows = np.flatnonzero((morphology.swc_type < 0) | (morphology.swc_type > 4))
    if len(rows) == 0:
        return []
    there = np.unique(morphology.swc_type[rows]).tolist()
    shown = ", ".join(map(str, there[:6])) + (" ..." if len(there) > 6 else "")
    message = (
        f"SWC types outside the standard: {shown}. Here you can paint them like any other, but "
        f"rules for axon (2) and dendrites (3, 4) skip them, and other programs do not know them. "
        f"Map them if they mean one of these."
    )
    return [finding(morphology, "types", "info", message, rows, ("map_types",))]


def far_from(morphology: Morphology, box: FloatArray | None) -> list[Finding]:
    """Coordinates far from the image; ``box`` is its lowest and highest x, y, z in µm."""
    if box is None:
        return []
    low, high = np.asarray(box, dtype=float)
    slack = 0.05 * np.linalg.norm(high - low)
    inside = ((morphology.position >= low - slack) & (morphology.position <= high + slack)).all(1)
    share = float(inside.mean())
    if share > 0:
        return []
    middle = 0.5 * (morphology.position.min(axis=0) + morphology.position.max(axis=0))
    away = float(np.linalg.norm(middle - 0.5 * (low + high)))
    message = (
        f"The cell lies {away:,.0f} µm away from the image. No node is inside it. The simulation "
        f"is the same, but you cannot see it in the EM: the unit of the cell or the voxel size of "
        "the image is wrong, or one of them lacks an offset."
    )
    return [finding(morphology, "far-from-image", "warning", message, None, ("set_unit", "move"))]
