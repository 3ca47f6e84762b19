"""How many compartments each section gets, and in which one each node lies."""

from __future__ import annotations

import numpy as np

from napari_neuron.compile.model import FloatArray, IntArray
from napari_neuron.morphology.sections import Sections
from napari_neuron.spec import Discretisation, MaximumLength


def ac_length_constant(
    sections: Sections, frequency: float, ra: FloatArray, cm: FloatArray
) -> FloatArray:
    """Return each section's AC length constant, taken over its true, tapering shape.

    λ_f = L / (sqrt(2) · 1e-5 · sqrt(4 π f Ra cm) · Σ Δl / sqrt(d₁ + d₂)), as in Hines & Carnevale
    (2001), Neuroscientist 7:123-135, and NEURON's ``lambda_f``.

    Parameters
    ----------
    sections
        With lengths and diameters in µm.
    frequency
        Hz.
    ra, cm : (n_sections,) float64
        Ω·cm and µF/cm2.

    Returns
    -------
    (n_sections,) float64, µm
    """
    points, start = sections.points, sections.point_start
    step = np.linalg.norm(np.diff(points[:, :3], axis=0), axis=1)
    taper = step / np.sqrt(points[:-1, 3] + points[1:, 3])
    taper[start[1:-1] - 1] = 0.0  # from the last point of a section to the first of the next
    # reduceat over [start[i], start[i+1]) takes in that jump, which is 0 now
    total = np.add.reduceat(np.append(taper, 0.0), start[:-1])
    return np.asarray(
        sections.length / (total * np.sqrt(2) * 1e-5 * np.sqrt(4 * np.pi * frequency * ra * cm))
    )


def count_compartments(
    sections: Sections, rule: Discretisation, ra: FloatArray, cm: FloatArray
) -> IntArray:
    """Return the odd number of compartments of each section.

    Parameters
    ----------
    sections
        The sections of a cell.
    rule
        A fraction of the AC length constant, or a maximum length in µm.
    ra, cm : (n_sections,) float64
        Ω·cm and µF/cm2.

    Returns
    -------
    (n_sections,) int64
    """
    if isinstance(rule, MaximumLength):
        # the small slack keeps a section of exactly n lengths at n compartments
        needed = np.ceil(sections.length / rule.length - 1e-9).astype(np.int64)
        return np.asarray(np.maximum(needed, 1) // 2 * 2 + 1)
    length = rule.d_lambda * ac_length_constant(sections, rule.frequency, ra, cm)
    return np.asarray(((sections.length / length + 0.9) / 2).astype(np.int64) * 2 + 1)


def compartments_of_nodes(
    sections: Sections, nseg: IntArray, compartment_start: IntArray
) -> IntArray:
    """Return the compartment each node lies in, by its place along its section.

    A branch node is the distal end of the section that leads to it. A node on the border of two
    compartments lies in the farther one, as in NEURON.

    Returns
    -------
    (n_nodes,) int64
    """
    n = nseg[sections.section_of_node]
    within = np.minimum((sections.x_of_node * n).astype(np.int64), n - 1)
    return np.asarray(compartment_start[sections.section_of_node] + within)
