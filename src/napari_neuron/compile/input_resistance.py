"""Input resistance of a passive cell, solved on its compartments without NEURON."""

from __future__ import annotations

import numpy as np

from napari_neuron.compile.model import CompiledModel, FloatArray, IntArray
from napari_neuron.spec import Passive

_MEGAOHM = 1e-2
"""MΩ of 1 µm of cable of 1 Ω·cm and 1 µm² cross-section."""

_MICROSIEMENS = 1e-2
"""µS of 1 µm² of membrane of 1 S/cm²."""


def input_resistance(model: CompiledModel, compartment: int) -> float:
    """Return the steady voltage per current at a compartment of the passive cell, MΩ.

    It counts the axial resistance and the passive leak (``pas``), but no other mechanism;
    compartments without the leak get the default one.

    Parameters
    ----------
    model
        The compiled cell.
    compartment
        Compartment of the current.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.linalg import splu

    area, half = _areas_and_half_resistances(model)
    n, n_sections = model.n_compartments, model.n_sections
    leak = _leak(model) * area * _MICROSIEMENS

    # Unknowns: the compartments, then both ends of every section, which have no membrane.
    owner = np.repeat(np.arange(n_sections), model.section_nseg)
    first, last = model.compartment_start[:-1], model.compartment_start[1:] - 1
    inner = np.flatnonzero(owner[1:] == owner[:-1])
    begin, end = n + np.arange(n_sections), n + n_sections + np.arange(n_sections)
    attached = np.flatnonzero(model.section_parent >= 0)
    above, x = model.section_parent[attached], model.section_parent_x[attached]
    middle = (first[above] + last[above]) // 2
    onto = np.where(x == 0, begin[above], np.where(x == 1, end[above], middle))
    place = np.arange(n + 2 * n_sections)
    place[begin[attached]] = onto
    while True:  # the 0 end of a section may be the 0 end of another
        further = place[place]
        if np.array_equal(further, place):
            break
        place = further
    a = np.concatenate([inner, first, last])
    b = place[np.concatenate([inner + 1, begin, end])]
    resistance = np.concatenate(
        [half[inner, 1] + half[inner + 1, 0], half[first, 0], half[last, 1]]
    )
    g = 1.0 / resistance
    size = n + 2 * n_sections
    diagonal = (np.bincount(a, g, size) + np.bincount(b, g, size)).astype(np.float64)
    diagonal[:n] += leak
    diagonal[diagonal == 0] = 1.0  # ends that are another's
    rows = np.concatenate([np.arange(size), a, b])
    columns = np.concatenate([np.arange(size), b, a])
    values = np.concatenate([diagonal, -g, -g])
    matrix = coo_array((values, (rows, columns)), shape=(size, size)).tocsc()
    current = np.zeros(size)
    current[compartment] = 1.0
    return float(splu(matrix).solve(current)[compartment])


def _leak(model: CompiledModel) -> FloatArray:
    """Return the passive leak of each compartment, S/cm²."""
    default = Passive.model_fields["g"].default
    leak = np.full(model.n_compartments, float(default))
    for mechanism in model.mechanisms:
        for name, values in mechanism.parameters:
            if name == "g_pas":
                leak[_compartments_in(model, mechanism.sections)] = values
    return leak


def _compartments_in(model: CompiledModel, sections: IntArray) -> IntArray:
    there = np.zeros(model.n_sections, dtype=bool)
    there[sections] = True
    return np.flatnonzero(np.repeat(there, model.section_nseg))


def _areas_and_half_resistances(model: CompiledModel) -> tuple[FloatArray, FloatArray]:
    """Integrate over the cut cones between the points of each section.

    Returns
    -------
    (n_compartments,) float64, µm²
        Membrane of each compartment.
    (n_compartments, 2) float64, MΩ
        From its centre to its 0 end and to its 1 end.
    """
    points, start, nseg = model.points, model.point_start, model.section_nseg
    n_halves = 2 * nseg
    of_point = np.repeat(np.arange(model.n_sections), np.diff(start))
    step = np.linalg.norm(np.diff(points[:, :3], axis=0), axis=1)
    step[of_point[1:] != of_point[:-1]] = 0.0
    arc = np.concatenate([[0.0], np.cumsum(step)])
    arc -= arc[start[:-1]][of_point]
    length = arc[start[1:] - 1]

    # cut where halves of compartments meet
    of_cut = np.repeat(np.arange(model.n_sections), n_halves - 1)
    first_cut = np.cumsum(n_halves - 1) - (n_halves - 1)
    number = np.arange(len(of_cut)) - first_cut[of_cut] + 1
    arc_of_cut = length[of_cut] * number / n_halves[of_cut]
    apart = 1.0 + float(length.max())  # each section has a stretch of the axis of its own
    radius_of_cut = np.interp(
        arc_of_cut + apart * of_cut, arc + apart * of_point, 0.5 * points[:, 3]
    )

    section = np.concatenate([of_point, of_cut])
    place = np.concatenate([arc, arc_of_cut])
    radius = np.concatenate([0.5 * points[:, 3], radius_of_cut])
    order = np.lexsort((place, section))  # stable: the points of a jump stay in their order
    section, place, radius = section[order], place[order], radius[order]
    within = section[1:] == section[:-1]
    owner = section[:-1][within]
    dx = np.diff(place)[within]
    r0, r1 = radius[:-1][within], radius[1:][within]
    middle = (place[:-1][within] + 0.5 * dx) / length[owner] * n_halves[owner]
    half = np.clip(middle.astype(np.int64), 0, n_halves[owner] - 1)
    half += (np.cumsum(n_halves) - n_halves)[owner]
    total = int(n_halves.sum())
    side = np.pi * (r0 + r1) * np.hypot(dx, r1 - r0)
    area = np.bincount(half, side, total).astype(np.float64)
    ra = model.section_ra[owner]
    axial = _MEGAOHM * ra * dx / (np.pi * r0 * r1)
    resistance = np.bincount(half, axial, total).astype(np.float64)
    return area.reshape(-1, 2).sum(axis=1), resistance.reshape(-1, 2)
