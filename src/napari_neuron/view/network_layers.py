"""A network in napari: neurons as points, edges as lines, spikes as spheres that glow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from napari.layers import Layer
from napari.utils.colormaps import Colormap

from napari_neuron.morphology.model import Morphology
from napari_neuron.result.network import NetworkResult
from napari_neuron.view.network_layout import neuron_positions
from napari_neuron.view.showing import put_voltage_layer
from napari_neuron.view.time_text import write_time
from napari_neuron.view.voltage_layer import VoltageLayer

if TYPE_CHECKING:
    from napari import Viewer

    from napari_neuron.result.network import PointNetwork

MOST_LINES = 20_000
"""Networks with more edges are drawn without them: nothing could be seen between."""

GROUP_COLOURS = (
    *("#4fc3f7", "#ffa04d", "#7ccf83", "#f0719b", "#b48cf2"),
    *("#45c9b4", "#e4605e", "#9fb8d0", "#d6c25a", "#c98b6b"),
)
"""Of groups, in the order of their names; used again from the first where there are more."""

_SILENT, _FIRES = "#3c4254", "#fff3b0"
SPIKE_COLORMAP = Colormap(
    [_SILENT, "#8a3d5e", "#f08a4b", _FIRES], name="spikes", display_name="spikes"
)


def group_colours(network: PointNetwork) -> npt.NDArray[np.str_]:
    """Return the colour of each neuron, (n,) text ``#rrggbb``."""
    _, group = np.unique(network.neurons.groups, return_inverse=True)
    return np.array(GROUP_COLOURS)[group % len(GROUP_COLOURS)]


class SpikeFrames:
    """How recently each neuron fired, worked out for a time when it is asked for.

    To `VoltageLayer` it is an array (n_frames, n_neurons); as one it would take gigabytes.

    Parameters
    ----------
    result
        May still be filling.
    interval
        Between two frames, ms.
    decay
        Time constant of the glow after a spike, ms.
    """

    def __init__(self, result: NetworkResult, interval: float, decay: float) -> None:
        self.result, self.interval, self.decay = result, interval, decay
        n_frames = int(result.network.run.duration / interval * (1 + 1e-12)) + 1
        self.shape = (n_frames, len(result.network.neurons))
        self.size = self.shape[0] * self.shape[1]
        self.dtype = np.dtype(np.float32)

    @property
    def n_valid(self) -> int:
        """How many frames there are already."""
        return min(len(self), int(self.result.simulated / self.interval * (1 + 1e-12)) + 1)

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, slice):  # of which only the size is looked at
            return np.zeros((0, self.shape[1]), np.float32)
        return self.result.activity(int(key) * self.interval, self.decay)


class ActivityLayer(VoltageLayer):
    """Neurons as spheres that glow when they fire, with time as a dimension of the viewer.

    Parameters
    ----------
    result
        Of a network; may still be filling, see `advance`.
    positions : (n, 3)
        x, y, z in µm.
    interval, decay
        As for `SpikeFrames`.
    **surface
        As for `napari.layers.Surface`.
    """

    def __init__(
        self,
        result: NetworkResult,
        positions: npt.NDArray[np.float64],
        *,
        interval: float = 1.0,
        decay: float = 20.0,
        **surface: Any,
    ) -> None:
        n = len(positions)
        spheres = Morphology(
            node_id=np.arange(n),
            parent=np.full(n, -1),
            swc_type=np.zeros(n, np.int64),
            position=positions,
            radius=np.full(n, sphere_radius(positions)),
            name="network",
        )
        self.spikes = SpikeFrames(result, interval, decay)
        settings: dict[str, Any] = {
            "name": "spikes",
            "colormap": SPIKE_COLORMAP,
            "contrast_limits": (0.0, 1.0),
            "metadata": {"napari_neuron": {"activity_of": result.network}},
        }
        super().__init__(
            spheres,
            self.spikes,  # type: ignore[arg-type]
            np.arange(n),
            interval,
            n_valid=self.spikes.n_valid,
            minimum_radius=0.0,
            **{**settings, **surface},
        )
        self.colorbar.visible = False  # its numbers would be voltages

    @property
    def result(self) -> NetworkResult:
        """What is shown."""
        return self.spikes.result

    @property
    def decay(self) -> float:
        """Time constant of the glow after a spike, ms."""
        return self.spikes.decay

    @decay.setter
    def decay(self, decay: float) -> None:
        if not decay > 0:
            raise ValueError(f"decay must be positive, not {decay}")
        self.spikes.decay = float(decay)
        self.refresh(thumbnail=False, highlight=False, extent=False)

    def show_result(self, result: NetworkResult) -> None:
        """Show another run of the same neurons."""
        self.spikes = SpikeFrames(result, self.frame_interval, self.decay)
        self.show_frames(
            self.spikes,  # type: ignore[arg-type]
            self.compartment_of_node,
            self.frame_interval,
            self.spikes.n_valid,
        )

    def advance(self) -> None:
        """Show what has come since."""
        self.set_valid_frames(self.spikes.n_valid)

    def _calc_data_range(self, mode: str = "data") -> tuple[float, float]:
        return 0.0, 1.0


try:
    from napari_neuron.view import _vispy_visuals
except Exception:  # the layer falls back and says so
    pass
else:
    _vispy_visuals.register(ActivityLayer)


def sphere_radius(positions: npt.NDArray[np.float64]) -> float:
    """Return a radius (µm) at which neurons are seen and do not merge."""
    if len(positions) < 2:
        return 10.0
    from scipy.spatial import cKDTree

    distance, _ = cKDTree(positions).query(positions, k=2)
    size = float(np.ptp(positions, axis=0).max()) or 10.0
    apart = float(np.median(distance[:, 1]))
    return float(np.clip(0.35 * apart, size / 400, size / 25))


def network_layer_data(
    network: PointNetwork, positions: npt.NDArray[np.float64]
) -> list[tuple[Any, dict[str, Any], str]]:
    """Return neurons as a Points layer and, where they are few, edges as a Vectors layer.

    The points' features are id, label and group; their rows are those of the network.
    """
    places = positions[:, ::-1]
    neurons = network.neurons
    radius = sphere_radius(positions)
    layers: list[tuple[Any, dict[str, Any], str]] = []
    edges = network.edges
    if 0 < len(edges) <= MOST_LINES:
        start, end = places[edges.source], places[edges.target]
        colours = np.where(edges.weight < 0, "#e4605e", "#6f86a8")
        settings = {
            "name": "edges",
            "edge_color": colours,
            "edge_width": 0.12 * radius,
            "vector_style": "line",
            "opacity": float(np.clip(20 / np.sqrt(len(edges)), 0.08, 0.6)),
            "units": ("um",) * 3,
            "metadata": {"napari_neuron": {"edges_of": network}},
        }
        layers.append((np.stack([start, end - start], axis=1), settings, "vectors"))
    settings = {
        "name": "neurons",
        "size": 2.0 * radius,
        "face_color": group_colours(network),
        "border_width": 0.0,
        "features": {"id": neurons.id, "label": neurons.labels, "group": neurons.groups},
        "units": ("um",) * 3,
        "metadata": {"napari_neuron": {"network": network}},
    }
    layers.append((places, settings, "points"))
    return layers


def selected_layer_data(
    network: PointNetwork, positions: npt.NDArray[np.float64], rows: npt.NDArray[np.int64]
) -> tuple[Any, dict[str, Any], str]:
    """Return rings around some neurons as a Points layer; `show_network` does not add one."""
    settings = {
        "name": "selected neurons",
        "size": 3.2 * sphere_radius(positions),
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
) -> Viewer:
    """Show the spikes of a network in space: neurons glow when they fire, under a time slider.

    Parameters
    ----------
    result
        Of a run.
    viewer
        Where; by default the current viewer, or a new one if there is none.
    decay
        Time constant of the glow, ms.
    interval
        Between two steps of the time slider, ms.
    """
    if viewer is None:
        import napari

        viewer = napari.current_viewer() or napari.Viewer()
    positions = neuron_positions(result.network)
    for data in network_layer_data(result.network, positions):
        viewer.add_layer(Layer.create(*data))
    put_activity_layer(viewer, ActivityLayer(result, positions, interval=interval, decay=decay))
    viewer.dims.ndisplay = 3
    viewer.reset_view()
    viewer.dims.set_point(viewer.dims.ndim - 4, 0.0)
    return viewer


def put_activity_layer(viewer: Viewer, layer: ActivityLayer) -> None:
    """Add an activity layer to a viewer, and hide the plain points it takes the place of."""
    for other in viewer.layers:
        held = other.metadata.get("napari_neuron")
        if isinstance(held, dict) and held.get("network") is layer.result.network:
            other.visible = False
    put_voltage_layer(viewer, layer)
    write_time(viewer)
