"""Places neurons of a network that have no position; pure functions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from napari_neuron.result.network import PointNetwork

FORCE_NEURONS, FORCE_EDGES = 500, 10_000
"""Largest network for which forces are computed automatically (a second or two)."""

MOST_FORCE_NEURONS = 3_000
"""With more neurons, forces would take minutes."""

SPACING = 30.0
"""About the distance between two neighbours, µm."""

FloatArray = npt.NDArray[np.float64]


LAYOUTS = ("automatic", "forces", "groups", "circle")
"""Layouts of neurons without a position; see `neuron_positions`."""


def neuron_positions(
    network: PointNetwork,
    *,
    layout: str = "automatic",
    known: Mapping[int, npt.ArrayLike] | None = None,
    box: FloatArray | None = None,
) -> FloatArray:
    """Return where each neuron is drawn.

    Neurons with a position, given or in ``known``, are there. If there are none, all are laid out;
    otherwise those without are placed beside the others.

    Parameters
    ----------
    layout
        "forces": edges pull, neurons push. "groups": each group fills a disc, and the discs lie
        in rows. "circle": neurons lie on a circle, group by group. "automatic": forces for
        networks of up to 500 neurons, groups for larger ones. Except with "automatic", given
        positions are ignored; those in ``known`` count.
    known
        Positions (x, y, z in µm) by row, such as those of skeletons.
    box : (2, 3)
        Lowest and highest corner of what others are to lie beside; None: of what has a position.

    Returns
    -------
    (n, 3) float64
        x, y, z in µm.

    Raises
    ------
    ValueError
        If the layout is unknown, or there are too many neurons for it.
    """
    if layout not in LAYOUTS:
        raise ValueError(f"layout must be one of {', '.join(LAYOUTS)}, not {layout!r}")
    n = len(network.neurons)
    if layout == "forces" and n > MOST_FORCE_NEURONS:
        raise ValueError(
            f"the force layout works for up to {MOST_FORCE_NEURONS:,} neurons, not {n:,}; "
            "choose another layout"
        )
    position = np.full((n, 3), np.nan)
    given = network.neurons.position
    if len(given) and layout == "automatic":
        position[:] = given
    for row, place in (known or {}).items():
        position[row] = place
    is_placed = np.isfinite(position).all(axis=1)
    if is_placed.all():
        return position
    if is_placed.any():
        return _beside(position, is_placed, box)
    if layout == "circle":
        return _on_a_circle(network)
    is_small = n <= FORCE_NEURONS and len(network.edges) <= FORCE_EDGES
    if layout == "forces" or (layout == "automatic" and is_small):
        return _by_forces(network)
    return _by_groups(network)


def _on_a_circle(network: PointNetwork) -> FloatArray:
    n = len(network.neurons)
    _, group = np.unique(network.neurons.groups, return_inverse=True)
    turn = np.empty(n)
    turn[np.argsort(group, kind="stable")] = np.arange(n) * (2 * np.pi / n)
    radius = SPACING * max(n, 4) / (2 * np.pi)
    return np.stack([radius * np.sin(turn), -radius * np.cos(turn), np.zeros(n)], axis=1)


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


def _beside(given: FloatArray, known: npt.NDArray[np.bool_], box: FloatArray | None) -> FloatArray:
    low, high = given[known].min(axis=0), given[known].max(axis=0)
    if box is not None:
        low, high = np.minimum(low, box[0]), np.maximum(high, box[1])
    size = max(float((high - low).max()), SPACING)
    position = np.array(given)
    n = int((~known).sum())
    disc = _disc(n) * (size / (4 * SPACING * max(1.0, np.sqrt(n))))
    position[~known] = (low + high) / 2
    position[~known, 0] = high[0] + size / 3 + disc[:, 0]
    position[~known, 1] += disc[:, 1]
    return position
