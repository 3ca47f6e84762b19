"""Edges of a network as lines along which spikes travel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from napari.utils.colormaps import Colormap

from napari_neuron.morphology.model import IntArray, Morphology
from napari_neuron.result.network import NetworkResult
from napari_neuron.view.geometry.tubes import tube_mesh
from napari_neuron.view.network.glow_layer import GlowLayer
from napari_neuron.view.network.network_frames import NetworkFrames

if TYPE_CHECKING:
    from napari_neuron.result.network import PointNetwork

FloatArray = npt.NDArray[np.float64]

MOST_ACTIVE_EDGES = 10_000
"""More edges are not drawn with their activity: they would hide one another and be slow to draw."""

POINTS = 6
"""Number of points of each line; a spike lights them up one after another."""

_BEND = 0.08
"""How far a line bends, relative to its length, so that the two edges of a pair lie apart."""

_SIDES = 3
_INHIBITS, _EXCITES = ("#8fc0ff", "#3f6fd0"), ("#d07a3c", "#ffe2a8")
_FEW_AT_REST, _MANY_AT_REST = np.array([57, 67, 90]), np.array([24, 28, 39])


def edge_colormap(brightness: float = 1.0) -> Colormap:
    """Return the colours of lines: blue where an inhibiting spike passes, orange for others.

    Parameters
    ----------
    brightness
        Of lines at rest, from 0 to 1; lower for many of them.
    """
    rest = _MANY_AT_REST + brightness * (_FEW_AT_REST - _MANY_AT_REST)
    middle = "#{:02x}{:02x}{:02x}".format(*np.round(rest).astype(int).tolist())
    colours = [*_INHIBITS, middle, *_EXCITES]
    return Colormap(colours, name="edge activity", display_name="edge activity")


def edges_to_draw(
    network: PointNetwork, most: int = MOST_ACTIVE_EDGES, selected: npt.ArrayLike = ()
) -> IntArray:
    """Return rows of the edges to draw: the strongest, up to a number.

    Parameters
    ----------
    network
        Connections of a neuron with itself are not drawn.
    most
        Largest number.
    selected
        Rows of neurons; where there are any, only their edges count.
    """
    edges = network.edges
    wanted = edges.source != edges.target
    rows = np.asarray(selected, dtype=np.int64)
    if len(rows):
        chosen = np.zeros(len(network.neurons), dtype=bool)
        chosen[rows] = True
        wanted &= chosen[edges.source] | chosen[edges.target]
    found = np.flatnonzero(wanted)
    if len(found) > most:
        strength = -np.abs(edges.weight[found])
        found = found[np.argpartition(strength, most - 1)[:most]]
    return np.sort(found)


class EdgeFrames(NetworkFrames):
    """How recently a spike passed each point of each line.

    Values are from -1 (just passed, and it inhibits) over 0 (nothing) to 1 (just passed, and it
    excites), one for each of the POINTS of a line.

    Parameters
    ----------
    result, interval
        As for `NetworkFrames`.
    rows : (n_lines,) int64
        Of the edges.
    decay
        Time constant of the glow behind a spike, ms.
    """

    def __init__(
        self, result: NetworkResult, rows: IntArray, interval: float, decay: float
    ) -> None:
        super().__init__(result, interval, len(rows) * POINTS)
        self.decay = decay
        network = result.network
        edges = network.edges
        self._source = edges.source[rows]
        self._sign = np.sign(edges.weight[rows] * network.weight_scale).astype(np.float32)
        self._lag = edges.delay[rows][:, None] * np.linspace(0.0, 1.0, POINTS)
        self._longest = float(self._lag.max(initial=0.0))

    def at(self, time: float) -> npt.NDArray[np.float32]:
        """Return the values at a time (ms), (n_lines * POINTS,)."""
        result, window = self.result, self._longest + 12 * self.decay
        begin = int(np.searchsorted(result.spike_time, time - window))
        end = int(np.searchsorted(result.spike_time, time, side="right"))
        neuron = result.spike_neuron[begin:end]
        order = np.argsort(neuron, kind="stable")
        neuron, spike = neuron[order], result.spike_time[begin:end][order] - (time - window)
        # each neuron has a stretch of one axis for its spikes, so one search finds all
        stretch = window + 1.0
        passed = np.maximum(window - self._lag, -0.5)  # when what is at each point now left
        key = neuron * stretch + spike
        last = np.searchsorted(key, self._source[:, None] * stretch + passed, side="right") - 1
        if not len(key):
            return np.zeros(self.shape[1], np.float32)
        is_own = (last >= 0) & (neuron[last] == self._source[:, None])
        ago = np.where(is_own, passed - spike[last], np.inf)
        with np.errstate(under="ignore"):
            glow = np.exp(-ago / self.decay).astype(np.float32)
        return np.asarray(glow * self._sign[:, None]).ravel()


def edge_lines(
    network: PointNetwork, positions: FloatArray, rows: IntArray, radius: float
) -> Morphology:
    """Return edges as bent lines: an unbranched tree for each, from its source to its target.

    Parameters
    ----------
    positions : (n_neurons, 3)
        x, y, z in µm.
    rows : (n_lines,) int64
        Of the edges; none may connect a neuron with itself.
    radius
        Of the strongest, µm; the weakest are a third as thick.
    """
    edges = network.edges
    start, end = positions[edges.source[rows]], positions[edges.target[rows]]
    along = end - start
    aside = np.cross(along, [0.0, 0.0, 1.0])
    is_upright = np.linalg.norm(aside, axis=1) < 1e-6 * (1 + np.linalg.norm(along, axis=1))
    aside[is_upright] = np.cross(along[is_upright], [1.0, 0.0, 0.0])
    share = np.linspace(0.0, 1.0, POINTS)
    bend = _BEND * 4 * share * (1 - share)
    points = start[:, None] + share[:, None] * along[:, None] + bend[:, None] * aside[:, None]
    n = len(rows)
    parent = np.arange(n * POINTS) - 1
    parent[::POINTS] = -1
    strength = np.abs(edges.weight[rows])
    thickness = radius * (1 / 3 + 2 / 3 * strength / (strength.max(initial=0.0) or 1.0))
    return Morphology(
        node_id=np.arange(n * POINTS),
        parent=parent,
        swc_type=np.zeros(n * POINTS, np.int64),
        position=points.reshape(-1, 3),
        radius=np.repeat(thickness, POINTS),
        name="edges",
    )


class EdgeActivityLayer(GlowLayer):
    """Edges that light up as spikes travel along them, at the speed set by their delay.

    Parameters
    ----------
    result
        Of a network; may still be filling, see `advance`.
    positions : (n_neurons, 3)
        x, y, z in µm.
    rows : (n_lines,) int64
        Of the edges that are drawn; see `edges_to_draw`.
    radius
        Of the strongest, µm.
    interval, decay
        As for `EdgeFrames`.
    **surface
        As for `napari.layers.Surface`.
    """

    def __init__(
        self,
        result: NetworkResult,
        positions: FloatArray,
        rows: IntArray,
        radius: float,
        *,
        interval: float = 1.0,
        decay: float = 5.0,
        **surface: Any,
    ) -> None:
        lines = edge_lines(result.network, positions, rows, radius)
        column = np.arange(len(lines))
        self.edge_rows = rows
        self.spikes = EdgeFrames(result, rows, interval, decay)
        settings: dict[str, Any] = {
            "name": "edge activity",
            "colormap": edge_colormap(),
            "contrast_limits": (-1.0, 1.0),
            "shading": "none",
            "metadata": {"napari_neuron": {"edge_activity_of": result.network}},
        }
        super().__init__(
            lines,
            self.spikes,
            column,
            interval,
            n_valid=self.spikes.n_valid,
            minimum_radius=0.0,
            tubes=tube_mesh(lines, column, sides=_SIDES),
            **{**settings, **surface},
        )
        self.colorbar.visible = False  # its numbers would be voltages

    def show_result(self, result: NetworkResult) -> None:
        """Show another run of the same network."""
        self.spikes = EdgeFrames(result, self.edge_rows, self.frame_interval, self.decay)
        self.show_frames(
            self.spikes,
            self.compartment_of_node,
            self.frame_interval,
            self.spikes.n_valid,
        )

    def show_edges(self, other: EdgeActivityLayer) -> None:
        """Draw the edges of another layer, which was never in a viewer, and its result.

        Adding one layer and removing another takes napari most of a second.
        """
        other.spikes.decay = self.decay
        self.edge_rows, self.spikes = other.edge_rows, other.spikes
        self._take_shape(other)
        self.show_frames(
            self.spikes,
            self.compartment_of_node,
            other.frame_interval,
            self.spikes.n_valid,
        )
        self._show_plain()
        self.colormap = other.colormap

    def _calc_data_range(self, mode: str = "data") -> tuple[float, float]:
        return -1.0, 1.0
