"""Turns somata drawn as outlines into nodes that `morphology.soma` understands."""

from __future__ import annotations

import numpy as np

from napari_neuron.morphology.model import FloatArray, IntArray

_FEWEST_POINTS = 6
_WIDEST_GAP = 0.15
"""Of the way round: `morphology.soma` takes a chain for an outline if it closes within 0.2."""


def soma_nodes(points: FloatArray) -> tuple[FloatArray, FloatArray, IntArray]:
    """Return position, radius and parent (row) of the nodes of one soma.

    One point is a sphere, two are cable, a centre with two poles is NeuroMorpho's three points;
    any other are an outline. An outline of few points, or with a long closing side, gets further
    points on its sides, so that it is known for one; its shape stays as it is.

    Parameters
    ----------
    points : (n, 4) float64
        x, y, z, diameter, in the order of the file; n is at least 1.
    """
    if len(points) >= 3 and not _is_centre_with_poles(points):
        points = _closed(points)
    parent = np.arange(len(points), dtype=np.int64) - 1
    if len(points) == 3 and _is_centre_with_poles(points):
        parent[2] = 0
    return points[:, :3], 0.5 * points[:, 3], parent


def _is_centre_with_poles(points: FloatArray) -> bool:
    if len(points) != 3 or points[0, 3] <= 0:
        return False
    away = points[1:, :3] - points[0, :3]
    radius = 0.5 * points[0, 3]
    return bool(
        np.allclose(points[:, 3], points[0, 3], rtol=0.01)
        and np.allclose(np.linalg.norm(away, axis=1), radius, rtol=0.05)
        and np.linalg.norm(away.sum(axis=0)) < 0.1 * radius
    )


def _closed(points: FloatArray) -> FloatArray:
    while len(points) < _FEWEST_POINTS:
        halfway = 0.5 * (points + np.roll(points, -1, axis=0))
        points = np.stack([points, halfway], axis=1).reshape(-1, 4)
    side = np.linalg.norm(np.diff(points[:, :3], axis=0, append=points[:1, :3]), axis=1)
    around = float(side.sum())
    n_more = int(side[-1] / (_WIDEST_GAP * around)) if around > 0 else 0
    if n_more == 0:
        return points
    share = np.linspace(0.0, 1.0, n_more + 2)[1:-1, None]
    return np.vstack([points, (1 - share) * points[-1] + share * points[0]])


def nearest_row(points: FloatArray, place: FloatArray) -> int:
    """Return the row of the point nearest to a place."""
    return int(np.argmin(np.linalg.norm(points - place, axis=1)))
