"""Repairs of radii: interpolate, set constant, raise to a floor, smooth. All are pure."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from napari_neuron.errors import MorphologyError
from napari_neuron.morphology.model import SOMA, BoolArray, FloatArray, IntArray, Morphology, follow
from napari_neuron.morphology.soma import rows_without_width

_SHORTEST = 1e-6
"""µm; what an edge without length counts as."""


def _chosen(morphology: Morphology, nodes: Sequence[int]) -> IntArray:
    return morphology.rows(nodes) if len(nodes) else rows_without_width(morphology)


def constant_radius(morphology: Morphology, radius: float, nodes: Sequence[int] = ()) -> Morphology:
    """Give nodes a radius (µm); none named: all whose radius is zero or negative.

    Raises
    ------
    KeyError
        If a node is not one of the cell.
    """
    radii = morphology.radius.copy()
    radii[_chosen(morphology, nodes)] = radius
    return morphology.replace(radius=radii)


def floor_radii(morphology: Morphology, minimum: float) -> Morphology:
    """Raise every radius below ``minimum`` (µm) to it."""
    return morphology.replace(radius=np.maximum(morphology.radius, minimum))


def interpolate_radii(morphology: Morphology, nodes: Sequence[int] = ()) -> Morphology:
    """Give nodes the radius that their neighbours along the cable suggest.

    Between two nodes of known radius it is linear in the distance along the cable; towards a tip
    it stays what it was; at branch points it is the mean that makes it smooth. A soma neither gives
    its radius to a neurite nor takes one from it. A stretch without any known neighbour gets the
    median
    radius of its SWC type, or else of the cell.

    Parameters
    ----------
    morphology
        The cell.
    nodes
        Ids; none named: all whose radius is zero or negative.

    Raises
    ------
    KeyError
        If a node is not one of the cell.
    MorphologyError
        If no node of the cell has a radius to go by.
    """
    rows = _chosen(morphology, nodes)
    if len(rows) == 0:
        return morphology
    unknown = np.zeros(len(morphology), dtype=bool)
    unknown[rows] = True
    unknown |= morphology.radius <= 0
    known = ~unknown
    if not known.any():
        raise MorphologyError(
            "no node of the cell has a radius to go by; give all nodes a constant radius"
        )
    radii = morphology.radius.copy()
    soma = morphology.swc_type == SOMA
    lower, upper, weight = _edges(morphology)
    reached = _reached(morphology, known, lower, upper)
    for row_type in np.unique(morphology.swc_type[unknown & ~reached]).tolist():
        alike = known & (morphology.swc_type == row_type)
        if not alike.any():
            alike = known & ~soma if (known & ~soma).any() else known
        lost = unknown & ~reached & (morphology.swc_type == row_type)
        radii[lost] = np.median(morphology.radius[alike])
    radii[unknown & reached] = _harmonic(radii, unknown & reached, lower, upper, weight)
    asked = np.zeros(len(morphology), dtype=bool)
    asked[rows] = True
    return morphology.replace(radius=np.where(asked, radii, morphology.radius))


def smooth_radii(morphology: Morphology, length: float) -> Morphology:
    """Smooth radii along the cable, with a weight that falls to 1/e over ``length`` (µm).

    The sum of radius times cable stays what it is; somata stay as they are.

    Raises
    ------
    MorphologyError
        If a radius is zero or negative.
    """
    from scipy.sparse import csc_array, diags_array
    from scipy.sparse.linalg import splu

    if (morphology.radius <= 0).any():
        raise MorphologyError("some radii are zero or negative; give these nodes a radius first")
    n = len(morphology)
    lower, upper, weight = _edges(morphology)
    half = 0.5 / weight
    share = np.bincount(lower, half, n) + np.bincount(upper, half, n)
    share = np.maximum(share, _SHORTEST)
    stiff = length**2 * weight
    diagonal = share + np.bincount(lower, stiff, n) + np.bincount(upper, stiff, n)
    ends = (np.concatenate([lower, upper]), np.concatenate([upper, lower]))
    matrix = diags_array(diagonal) - csc_array((np.tile(stiff, 2), ends), shape=(n, n))
    radii = splu(csc_array(matrix)).solve(share * morphology.radius)
    soma = morphology.swc_type == SOMA
    return morphology.replace(radius=np.where(soma, morphology.radius, radii))


def _edges(morphology: Morphology) -> tuple[IntArray, IntArray, FloatArray]:
    """Return child, parent and 1 / length of the edges along which radii may be compared."""
    soma = morphology.swc_type == SOMA
    parent = morphology.parent
    lower = np.flatnonzero((parent >= 0) & (soma == soma[parent]))
    weight = 1.0 / np.maximum(morphology.edge_length[lower], _SHORTEST)
    return lower, parent[lower], weight


def _reached(
    morphology: Morphology, known: BoolArray, lower: IntArray, upper: IntArray
) -> BoolArray:
    """Say from which nodes a known one can be reached along such edges."""
    above = np.arange(len(morphology))
    above[lower] = upper
    piece = follow(above)
    return np.asarray(np.bincount(piece, weights=known, minlength=len(piece))[piece] > 0)


def _harmonic(
    radii: FloatArray, unknown: BoolArray, lower: IntArray, upper: IntArray, weight: FloatArray
) -> FloatArray:
    """Return the radii of the unknown nodes that are the mean of their neighbours'."""
    from scipy.sparse import csc_array, diags_array
    from scipy.sparse.linalg import splu

    n = int(unknown.sum())
    at = np.full(len(radii), -1)
    at[unknown] = np.arange(n)
    concerned = unknown[lower] | unknown[upper]
    a, b, w = lower[concerned], upper[concerned], weight[concerned]
    diagonal, given = np.zeros(n), np.zeros(n)
    for one, other in ((a, b), (b, a)):
        mine = unknown[one]
        diagonal += np.bincount(at[one[mine]], w[mine], n)
        lent = mine & ~unknown[other]
        given += np.bincount(at[one[lent]], w[lent] * radii[other[lent]], n)
    both = unknown[a] & unknown[b]
    i, j = at[a[both]], at[b[both]]
    ends = (np.concatenate([i, j]), np.concatenate([j, i]))
    matrix = diags_array(diagonal) - csc_array((np.tile(w[both], 2), ends), shape=(n, n))
    return np.asarray(splu(csc_array(matrix)).solve(given))
