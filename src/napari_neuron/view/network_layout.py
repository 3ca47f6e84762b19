"""Where neurons of a network are drawn that have no position; pure functions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from napari_neuron.result.network import PointNetwork

FORCE_NEURONS, FORCE_EDGES = 500, 10_000
"""Up to here forces are worked out (a second or two); larger networks are laid out by group."""

SPACING = 30.0
"""About the distance between two neighbours, µm."""

FloatArray = npt.NDArray[np.float64]


def neuron_positions(network: PointNetwork) -> FloatArray:
    """Return where each neuron is drawn.

    Neurons with a position are there. If none has one, small networks are laid out by forces:
    edges pull, neurons push; of larger ones each group fills a disc, and the discs lie in rows.
    Neurons without a position among others that have one are laid out beside those.

    Returns
    -------
    (n, 3) float64
        x, y, z in µm.
    """
    n = len(network.neurons)
    given = network.neurons.position
    if len(given):
        known = np.isfinite(given).all(axis=1)
        if known.all():
            return np.array(given)
        if known.any():
            return _beside(given, known)
    if n <= FORCE_NEURONS and len(network.edges) <= FORCE_EDGES:
        return _by_forces(network)
    return _by_groups(network)


def _by_forces(network: PointNetwork) -> FloatArray:
    import networkx as nx

    n, edges = len(network.neurons), network.edges
    graph = nx.Graph()
    graph.add_nodes_from(range(n))
    graph.add_weighted_edges_from(
        zip(
            edges.source.tolist(), edges.target.tolist(), np.abs(edges.weight).tolist(), strict=True
        )
    )
    places = nx.spring_layout(graph, seed=1, weight=None, iterations=50)
    flat = np.array([places[row] for row in range(n)]).reshape(n, 2)
    position = np.zeros((n, 3))
    position[:, :2] = flat * SPACING * max(1.0, np.sqrt(n))
    return position


def _by_groups(network: PointNetwork) -> FloatArray:
    names, group = np.unique(network.neurons.groups, return_inverse=True)
    position = np.zeros((len(group), 3))
    sizes = np.bincount(group, minlength=len(names))
    diameter = 2.2 * SPACING * np.sqrt(sizes.max(initial=1))
    per_row = int(np.ceil(np.sqrt(len(names))))
    for index in range(len(names)):
        rows = np.flatnonzero(group == index)
        position[rows, :2] = _disc(len(rows))
        position[rows, 0] += index % per_row * diameter
        position[rows, 1] += index // per_row * diameter
    return position


def _disc(n: int) -> FloatArray:
    """Return n points spread evenly over a disc, as seeds of a sunflower."""
    index = np.arange(n)
    radius = SPACING * np.sqrt(index)
    angle = index * np.pi * (3 - np.sqrt(5))
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)


def _beside(given: FloatArray, known: npt.NDArray[np.bool_]) -> FloatArray:
    low, high = given[known].min(axis=0), given[known].max(axis=0)
    size = max(float((high - low).max()), SPACING)
    position = np.array(given)
    n = int((~known).sum())
    disc = _disc(n) * (size / (4 * SPACING * max(1.0, np.sqrt(n))))
    position[~known] = (low + high) / 2
    position[~known, 0] = high[0] + size / 3 + disc[:, 0]
    position[~known, 1] += disc[:, 1]
    return position
