"""Makes the layers of a network outside the window's thread; see `NetworkDisplay`."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from napari.layers import Layer

from napari_neuron.result.network import NetworkResult, PointNetwork
from napari_neuron.view.network.edge_lines import EdgeLines
from napari_neuron.view.network.network_bodies import Body, bodies_in, box_of
from napari_neuron.view.network.network_edges import EdgeActivityLayer, edges_to_draw
from napari_neuron.view.network.network_layers import (
    ActivityLayer,
    edge_layer_data,
    make_edge_layer,
    neuron_layer_data,
    sphere_radius,
)
from napari_neuron.view.network.network_layout import neuron_positions

EdgesShown = EdgeActivityLayer | EdgeLines
"""How edges are drawn: with spikes that travel along them, or plain."""

MOST_POINTS = 20_000
"""With more neurons there is no Points layer, which napari takes seconds to add."""


_ONE_AT_A_TIME = threading.Lock()
"""Layers with units are made one after the other: napari's registry of units is not for threads."""


@dataclass(frozen=True, eq=False)
class Placed:
    """A network with its layout.

    Attributes
    ----------
    network : PointNetwork
    positions : (n_neurons, 3)
        x, y, z in µm.
    bodies : dict of int to Body
    sources : tuple of layers
        Those that show the bodies.
    points : Points or None
        The layer of the neurons; None where they are many.
    ring_size : float
        How wide the rings are around those selected, µm.
    problem : str
        Why they cannot be laid out; "" if they can.
    """

    network: PointNetwork
    positions: npt.NDArray[np.float64]
    bodies: dict[int, Body]
    sources: tuple[Layer, ...]
    points: Layer | None
    ring_size: float = 0.0
    problem: str = ""


def placed_network(network: PointNetwork, layers: tuple[Layer, ...], layout: str) -> Placed:
    """Compute the positions of neurons and their layer, which takes time."""
    bodies, sources = bodies_in(layers, network)
    places = {row: body.place for row, body in bodies.items()}
    try:
        positions = neuron_positions(network, layout=layout, known=places, box=box_of(bodies))
    except ValueError as error:
        return Placed(network, np.empty((0, 3)), {}, (), None, problem=str(error))
    points = None
    if len(positions) <= MOST_POINTS:
        with _ONE_AT_A_TIME:
            points = Layer.create(*neuron_layer_data(network, positions))
    ring_size = 3.2 * sphere_radius(positions)
    return Placed(network, positions, bodies, sources, points, ring_size)


def activity_made(placed: Placed, result: NetworkResult) -> tuple[Placed, ActivityLayer]:
    """Return the layer of the spikes of a result."""
    with _ONE_AT_A_TIME:
        return placed, ActivityLayer(result, placed.positions, bodies=placed.bodies)


def edges_made(
    placed: Placed, result: NetworkResult | None, most: int, selected: Any
) -> tuple[Placed, EdgesShown | None, int]:
    """Return the layer of the edges; None where there are none."""
    network, positions = placed.network, placed.positions
    rows = edges_to_draw(network, most, selected) if most else np.empty(0, np.int64)
    layer: EdgesShown | None = None
    with _ONE_AT_A_TIME:
        if len(rows) and result is not None and len(result.network.edges) == len(network.edges):
            layer = make_edge_layer(result, positions, rows)
        elif len(rows):
            data, settings, _ = edge_layer_data(network, positions, rows)
            layer = EdgeLines(data, **settings)
    return placed, layer, len(rows)
