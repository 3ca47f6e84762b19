"""The finding that a cell has more compartments than this machine handles well."""

from __future__ import annotations

import numpy as np

from napari_neuron.errors import MorphologyError
from napari_neuron.morphology import machine
from napari_neuron.morphology.finding import Finding, finding
from napari_neuron.morphology.model import Morphology
from napari_neuron.morphology.repair_nodes import prune_twigs
from napari_neuron.morphology.sections import Sections, find_sections

_D_LAMBDA = 0.1
_D_LAMBDAS = (0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.7, 1.0)
_TWIGS = (0.5, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0)


def compartments(morphology: Morphology, most: int | None = None) -> list[Finding]:
    """Too many compartments; says how to reduce them.

    Parameters
    ----------
    most
        Largest number; None: what this machine can handle.
    """
    most = machine.most_compartments() if most is None else most
    if len(morphology) < most // 20:
        return []
    sections = _sections(morphology)
    if sections is None:  # the radii are at fault, and another finding says so
        return []
    n = estimate(sections, _D_LAMBDA)
    if n <= most:
        return []
    longer = next(((d, m) for d in _D_LAMBDAS if (m := estimate(sections, d)) <= most), None)
    pruned = _pruned(morphology, most)
    parameters = []
    ways = []
    if longer is not None:
        parameters.append(("discretisation.d_lambda", longer[0]))
        ways.append(f"d_lambda {longer[0]:g} gives {longer[1]:,} (Discretisation)")
    if pruned is not None:
        parameters.append(("prune_twigs.length", pruned[0]))
        ways.append(f"pruning twigs below {pruned[0]:g} µm gives {pruned[1]:,}")
    gigabytes = n * 4 * machine.FRAMES / 1e9
    many = f" Each of its {len(sections):,} sections needs at least one." * (len(sections) > n // 4)
    message = (
        f"About {n:,} compartments; this machine handles {most:,} well. 100 ms take roughly "
        f"{machine.run_time(n):.0f} s with a passive membrane and {gigabytes:.2g} GB of frames."
        f"{many} "
        f"{'To reduce them: ' if ways else 'Simulate only a part of it'}{'; or '.join(ways)}."
    )
    repairs = () if pruned is None else ("prune_twigs",)
    return [
        finding(
            morphology, "many-compartments", "warning", message, None, repairs, tuple(parameters)
        )
    ]


def estimate(sections: Sections, d_lambda: float) -> int:
    """Return how many compartments the d_lambda rule makes at 100 Hz, 100 Ω·cm and 1 µF/cm².

    Of the mean diameter of each section.
    """
    diameter = sections.area / (np.pi * sections.length)
    constant = 1e5 * np.sqrt(diameter / (4 * np.pi * 100.0 * 100.0 * 1.0))
    pieces = ((sections.length / (d_lambda * constant) + 0.9) / 2).astype(np.int64) * 2 + 1
    return int(pieces.sum())


def _pruned(morphology: Morphology, most: int) -> tuple[float, int] | None:
    """Return the shortest sufficient pruning length, and the resulting number."""
    for length in _TWIGS:
        sections = _sections(prune_twigs(morphology, length))
        if sections is not None and (n := estimate(sections, _D_LAMBDA)) <= most:
            return length, n
    return None


def _sections(morphology: Morphology) -> Sections | None:
    try:
        return find_sections(morphology)
    except MorphologyError:
        return None
