"""A network in napari: neurons as points, edges as lines, spikes as glowing spheres."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from napari.layers import Layer
from napari.utils.colormaps import Colormap

from napari_neuron.result.network import NetworkResult
from napari_neuron.view.network.glow_layer import GlowLayer
from napari_neuron.view.network.network_bodies import (
    Body,
    bodies_in,
    box_of,
    network_shape,
    thinnest_neurite,
)
from napari_neuron.view.network.network_edges import EdgeActivityLayer, edge_colormap, edges_to_draw
from napari_neuron.view.network.network_frames import RateFrames, SpikeFrames
from napari_neuron.view.network.network_layout import neuron_positions
from napari_neuron.view.showing import put_voltage_layer
from napari_neuron.view.time_text import write_time
from napari_neuron.view.voltage.colours import variable_limits
from napari_neuron.view.voltage.frames import VariableFrames
from napari_neuron.view.window import current_or_new_viewer

if TYPE_CHECKING:
    from napari import Viewer

    from napari_neuron.result.network import PointNetwork

MOST_LINES = 10_000
"""Largest number of edges drawn, the strongest: more would hide everything between them."""

GROUP_COLOURS = (
    *("#4fc3f7", "#ffa04d", "#7ccf83", "#f0719b", "#b48cf2"),
    *("#45c9b4", "#e4605e", "#9fb8d0", "#d6c25a", "#c98b6b"),
)
"""Colours of groups, in the order of their names; reused from the first if there are more."""

_SILENT, _FIRES = "#3c4254", "#fff3b0"
SPIKE_COLORMAP = Colormap(
    [_SILENT, "#8a3d5e", "#f08a4b", _FIRES], name="spikes", display_name="spikes"
)


def group_colours(network: PointNetwork) -> npt.NDArray[np.str_]:
    """Return the colour of each neuron, (n,) text ``#rrggbb``."""
    _, group = np.unique(network.neurons.groups, return_inverse=True)
    return np.array(GROUP_COLOURS)[group % len(GROUP_COLOURS)]


class ActivityLayer(GlowLayer):
    """Neurons that glow when they fire, with time as a dimension of the viewer.

    They are drawn as their skeletons or meshes if they have any, otherwise as spheres.

    Parameters
    ----------
    result
        The result of a network run, which may still be growing; see `advance`.
    positions : (n, 3)
        x, y, z in µm.
    bodies
        Skeletons and meshes, by the row of their neuron; see `bodies_in`.
    interval, decay
        As for `SpikeFrames`.
    window
        As for `RateFrames`; see `colour_by`.
    **surface
        Arguments of `napari.layers.Surface`.
    """

    def __init__(
        self,
        result: NetworkResult,
        positions: npt.NDArray[np.float64],
        *,
        bodies: Mapping[int, Body] | None = None,
        interval: float = 1.0,
        decay: float = 20.0,
        window: float = 50.0,
        **surface: Any,
    ) -> None:
        self.bodies = dict(bodies or {})
        radius = sphere_radius(positions)
        thinnest = thinnest_neurite(self.bodies)
        shape = network_shape(positions, self.bodies, radius, thinnest)
        self.rates = RateFrames(result, interval, window)
        self.spikes = SpikeFrames(result, interval, decay)
        settings: dict[str, Any] = {
            "name": "spikes",
            "colormap": SPIKE_COLORMAP,
            "contrast_limits": (0.0, 1.0),
            "metadata": {"napari_neuron": {"activity_of": result.network}},
        }
        super().__init__(
            shape.morphology,
            self.spikes,
            shape.neuron_of_node,
            interval,
            n_valid=self.spikes.n_valid,
            more_frames=self._more_frames(),
            minimum_radius=thinnest,
            tubes=shape.tubes,
            **{**settings, **surface},
        )
        self.colorbar.visible = False  # its numbers would be voltages

    @property
    def window(self) -> float:
        """Window in which spikes are counted for the rate, ms."""
        return self.rates.window

    @window.setter
    def window(self, window: float) -> None:
        if not window > 0:
            raise ValueError(f"window must be positive, not {window}")
        self.rates.window = float(window)
        if self.colour_by == "rate":
            self._set_limits_of_rate()

    @property
    def colour_by(self) -> str:
        """What colours mean: "spikes", which fade with `decay`, or "rate" in a `window`, Hz."""
        return "rate" if self.shown.name == "rate" else "spikes"

    @colour_by.setter
    def colour_by(self, what: str) -> None:
        if what not in ("spikes", "rate"):
            raise ValueError(f'neurons are coloured by "spikes" or "rate", not {what!r}')
        if what == self.colour_by:
            return
        self.show_variable("rate" if what == "rate" else "v")
        self.colorbar.visible = what == "rate"
        if what == "rate":
            self.colormap = SPIKE_COLORMAP
            self._set_limits_of_rate()

    def _set_limits_of_rate(self) -> None:
        limits = (0.0, variable_limits(self.rates[: self.n_valid])[1])
        self.contrast_limits_range = limits
        self.contrast_limits = limits
        self.refresh(thumbnail=False, highlight=False, extent=False)

    def _more_frames(self) -> list[VariableFrames]:
        return [VariableFrames("rate", "Hz", self.rates)]

    def show_result(self, result: NetworkResult) -> None:
        """Show another run of the same neurons."""
        self.spikes = SpikeFrames(result, self.frame_interval, self.decay)
        self.rates = RateFrames(result, self.frame_interval, self.window)
        self.show_frames(
            self.spikes,
            self.compartment_of_node,
            self.frame_interval,
            self.spikes.n_valid,
            self._more_frames(),
        )

    def advance(self) -> None:
        """Show the spikes that have been added since."""
        super().advance()
        if self.colour_by == "rate":
            high = float(self.rates[: self.n_valid].max())
            if high > self.contrast_limits[1]:
                self._set_limits_of_rate()

    def _calc_data_range(self, mode: str = "data") -> tuple[float, float]:
        return (0.0, 1.0) if self.colour_by == "spikes" else super()._calc_data_range(mode)


def sphere_radius(positions: npt.NDArray[np.float64]) -> float:
    """Return a radius (µm) at which neurons are seen and do not merge."""
    if len(positions) < 2:
        return 10.0
    from scipy.spatial import cKDTree

    distance, _ = cKDTree(positions).query(positions, k=2)
    size = float(np.ptp(positions, axis=0).max()) or 10.0
    apart = float(np.median(distance[:, 1]))
    return float(np.clip(0.35 * apart, size / 400, size / 25))


def edge_layer_data(
    network: PointNetwork, positions: npt.NDArray[np.float64], rows: npt.NDArray[np.int64]
) -> tuple[Any, dict[str, Any], str]:
    """Return edges as a Vectors layer, those that inhibit in red; see `edges_to_draw`."""
    edges, places = network.edges, positions[:, ::-1]
    start, end = places[edges.source[rows]], places[edges.target[rows]]
    settings = {
        "name": "edges",
        "edge_color": np.where(edges.weight[rows] < 0, "#e4605e", "#6f86a8"),
        "edge_width": 0.12 * sphere_radius(positions),
        "vector_style": "line",
        "opacity": float(np.clip(20 / np.sqrt(max(len(rows), 1)), 0.08, 0.6)),
        "units": ("um",) * 3,
        "metadata": {"napari_neuron": {"edges_of": network}},
    }
    return np.stack([start, end - start], axis=1), settings, "vectors"


def neuron_layer_data(
    network: PointNetwork, positions: npt.NDArray[np.float64]
) -> tuple[Any, dict[str, Any], str]:
    """Return neurons as a Points layer.

    Its features are id, label and group; its rows are those of the network.
    """
    neurons = network.neurons
    settings = {
        "name": "neurons",
        "size": 2.0 * sphere_radius(positions),
        "face_color": group_colours(network),
        "border_width": 0.0,
        "features": {"id": neurons.id, "label": neurons.labels, "group": neurons.groups},
        "units": ("um",) * 3,
        "metadata": {"napari_neuron": {"network": network}},
    }
    return positions[:, ::-1], settings, "points"


def selected_layer_data(
    network: PointNetwork,
    positions: npt.NDArray[np.float64],
    rows: npt.NDArray[np.int64],
    size: float,
) -> tuple[Any, dict[str, Any], str]:
    """Return rings around some neurons as a Points layer; `show_network` does not add one."""
    settings = {
        "name": "selected neurons",
        "size": size,
        "face_color": "transparent",
        "border_color": "white",
        "border_width": 0.1,
        "units": ("um",) * 3,
        "metadata": {"napari_neuron": {"selected_of": network}},
    }
    return positions[rows][:, ::-1], settings, "points"


def show_network(
    result: NetworkResult,
    viewer: Viewer | None = None,
    *,
    decay: float = 20.0,
    interval: float = 1.0,
    colour_by: str = "spikes",
    window: float = 50.0,
    layout: str = "automatic",
    bodies: bool = True,
    active_edges: int = 0,
) -> Viewer:
    """Show the spikes of a network in space: neurons glow when they fire, under a time slider.

    Parameters
    ----------
    result
        The result of a run.
    viewer
        The viewer to use; by default the current one, or a new one if there is none.
    decay
        Time constant of the glow, ms.
    interval
        Time between two steps of the time slider, ms.
    colour_by, window
        "spikes", or "rate" in a window (ms); see `ActivityLayer`.
    layout
        How to place neurons without a position; see `neuron_positions`.
    bodies
        Whether to draw neurons as the skeletons and meshes in the viewer named after their id or
        label.
    active_edges
        Number of edges, the strongest, that light up as spikes travel along them.

    Returns
    -------
    Viewer
        The viewer. In a script, call ``napari.run()`` to keep its window open.

    Raises
    ------
    ValueError
        If ``decay`` or ``window`` is not positive, or ``colour_by`` or ``layout`` is unknown.
    WindowNotAvailable
        If there is no viewer and none can be opened.
    """
    if viewer is None:
        viewer = current_or_new_viewer()
    network = result.network
    found, sources = bodies_in(viewer.layers, network) if bodies else ({}, ())
    places = {row: body.place for row, body in found.items()}
    positions = neuron_positions(network, layout=layout, known=places, box=box_of(found))
    rows = edges_to_draw(network, MOST_LINES)
    if len(rows):
        viewer.add_layer(Layer.create(*edge_layer_data(network, positions, rows)))
    viewer.add_layer(Layer.create(*neuron_layer_data(network, positions)))
    layer = ActivityLayer(
        result, positions, bodies=found, interval=interval, decay=decay, window=window
    )
    put_activity_layer(viewer, layer)
    layer.colour_by = colour_by
    if active_edges > 0:
        rows = edges_to_draw(network, active_edges)
        put_edge_layer(viewer, make_edge_layer(result, positions, rows, interval=interval))
    for source in sources:
        source.visible = False
    viewer.dims.ndisplay = 3
    viewer.reset_view()
    viewer.dims.set_point(viewer.dims.ndim - 4, 0.0)
    return viewer


def make_edge_layer(
    result: NetworkResult,
    positions: npt.NDArray[np.float64],
    rows: npt.NDArray[np.int64],
    *,
    interval: float = 1.0,
    decay: float = 5.0,
) -> EdgeActivityLayer | None:
    """Make the layer of edges that light up, for `put_edge_layer`; in any thread.

    None if there are no edges. Parameters are those of `EdgeActivityLayer`.
    """
    if not len(rows):
        return None
    network = result.network
    ends = positions[np.unique([network.edges.source[rows], network.edges.target[rows]])]
    extent = float(np.ptp(ends, axis=0).max())
    radius = 0.09 * _crowd(rows) * sphere_radius(positions)
    radius = max(radius, extent / 700)  # else there are gaps in lines of less than a pixel
    colormap = edge_colormap(_crowd(rows))
    return EdgeActivityLayer(
        result, positions, rows, radius, interval=interval, decay=decay, colormap=colormap
    )


def _crowd(rows: npt.NDArray[np.int64]) -> float:
    """Return 1 for few lines and less for many, which are thinner and darker."""
    return float(np.clip(6 / np.sqrt(max(len(rows), 1)), 0.1, 1.0))


def put_edge_layer(viewer: Viewer, layer: EdgeActivityLayer | None) -> None:
    """Add a layer of edges that light up, and hide the plain lines it replaces."""
    if layer is None:
        return
    for other in viewer.layers:
        held = other.metadata.get("napari_neuron")
        if isinstance(held, dict) and held.get("edges_of") is not None:
            other.visible = False
    put_voltage_layer(viewer, layer)


def put_activity_layer(viewer: Viewer, layer: ActivityLayer) -> None:
    """Add an activity layer to a viewer, and hide the plain points it replaces."""
    for other in viewer.layers:
        held = other.metadata.get("napari_neuron")
        if isinstance(held, dict) and held.get("network") is layer.result.network:
            other.visible = False
    put_voltage_layer(viewer, layer)
    write_time(viewer)
