"""Shows the network in the viewer: neurons as points, their spikes over time, and what is selected."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from napari.layers import Layer, Points
from napari.qt.threading import create_worker

from napari_neuron.network_session import NetworkSession
from napari_neuron.result.network import NetworkResult
from napari_neuron.spec.point_network import PointNetwork
from napari_neuron.view import time_axis
from napari_neuron.view.network_layers import (
    ActivityLayer,
    network_layer_data,
    put_activity_layer,
    selected_layer_data,
)
from napari_neuron.view.network_layout import neuron_positions

if TYPE_CHECKING:
    from napari.viewer import Viewer

_KEYS = ("network", "edges_of", "activity_of", "selected_of")
_MOST_RINGS = 2_000
"""More neurons than this are selected without rings around them, which would stall the window."""


class NetworkDisplay:
    """The layers of the session's network; positions are worked out in a thread.

    The selection of the Points layer and that of the session follow each other. The time slider
    follows a run until the person moves it.
    """

    def __init__(self, viewer: Viewer, session: NetworkSession) -> None:
        self._viewer = viewer
        self._session = session
        self._neurons: Any = None  # the table whose layers are shown
        self._positions: npt.NDArray[np.float64] | None = None
        self._wanted: Any = None
        self._points: Points | None = None
        self._activity: ActivityLayer | None = None
        self._rings: Points | None = None
        self._follows = False
        self._moving = False
        self._selecting = False
        session.network_changed.connect(self._on_network_changed)
        session.selection_changed.connect(self._on_selection_changed)
        session.result_changed.connect(self._on_result_changed)
        session.run_started.connect(self._on_run_started)
        viewer.dims.events.current_step.connect(self._on_slider_moved)
        viewer.layers.events.removed.connect(self._on_removed)
        self._on_network_changed(session.network)

    @property
    def points(self) -> Points | None:
        """The layer of the neurons."""
        return self._points

    @property
    def activity(self) -> ActivityLayer | None:
        """The layer of the spikes."""
        return self._activity

    def disconnect(self) -> None:
        """Follow nothing any more."""
        session, viewer = self._session, self._viewer
        session.network_changed.disconnect(self._on_network_changed)
        session.selection_changed.disconnect(self._on_selection_changed)
        session.result_changed.disconnect(self._on_result_changed)
        session.run_started.disconnect(self._on_run_started)
        viewer.dims.events.current_step.disconnect(self._on_slider_moved)
        viewer.layers.events.removed.disconnect(self._on_removed)
        self._unwatch_points()

    # layers --------------------------------------------------------------------------------

    def _on_network_changed(self, network: PointNetwork) -> None:
        if network.neurons is self._neurons or not len(network.neurons):
            return
        self._neurons = network.neurons
        self._positions = None
        worker = create_worker(_laid_out, network, _start_thread=False)
        worker.returned.connect(self._on_laid_out)
        worker.start()

    def _on_laid_out(self, made: tuple[PointNetwork, Any, list[Any]]) -> None:
        network, positions, layers = made
        if network.neurons is not self._neurons:
            return  # another network was opened in the meantime
        self._remove_layers()
        self._positions = positions
        for data, settings, kind in layers:
            layer = Layer.create(data, settings, kind)
            self._viewer.add_layer(layer)
            if isinstance(layer, Points):
                self._points = layer
                layer.selected_data.events.items_changed.connect(self._on_points_selected)
        self._viewer.reset_view()
        self._on_selection_changed(self._session.selected)
        self._on_result_changed(self._session.result)

    def _remove_layers(self) -> None:
        self._unwatch_points()
        for layer in list(self._viewer.layers):
            held = layer.metadata.get("napari_neuron")
            if isinstance(held, dict) and any(key in held for key in _KEYS):
                self._viewer.layers.remove(layer)
        self._points = self._activity = self._rings = None

    def _unwatch_points(self) -> None:
        if self._points is not None:
            self._points.selected_data.events.items_changed.disconnect(self._on_points_selected)
            self._points = None

    def _on_removed(self, event: Any) -> None:
        if event.value is self._activity:
            self._activity = None
        elif event.value is self._rings:
            self._rings = None
        elif event.value is self._points:
            self._unwatch_points()

    def _on_result_changed(self, result: NetworkResult | None) -> None:
        if result is None or self._positions is None:
            return
        if len(result.network.neurons) != len(self._positions):
            return
        if self._activity is not None:
            self._activity.show_result(result)
            return
        if self._viewer.dims.ndisplay == 2 and len(self._viewer.layers) <= 2:
            self._viewer.dims.ndisplay = 3
        self._activity = ActivityLayer(result, self._positions)
        put_activity_layer(self._viewer, self._activity)

    # time ----------------------------------------------------------------------------------

    def _on_run_started(self, result: NetworkResult) -> None:
        self._follows = True
        self.advance()

    def advance(self) -> None:
        """Show what has come since."""
        if self._activity is None:
            return
        self._activity.advance()
        axis = time_axis(self._viewer)
        if self._follows and axis is not None:
            self._moving = True
            self._viewer.dims.set_point(axis, self._activity.result.simulated)
            self._moving = False

    def _on_slider_moved(self, event: Any = None) -> None:
        if not self._moving:
            self._follows = False

    # what is selected ----------------------------------------------------------------------

    def _on_selection_changed(self, rows: npt.NDArray[np.int64]) -> None:
        if self._points is not None and not self._selecting:
            self._selecting = True
            self._points.selected_data = set(rows.tolist())
            self._selecting = False
        self._draw_rings(rows)

    def _draw_rings(self, rows: npt.NDArray[np.int64]) -> None:
        if self._positions is None or self._points is None:
            return
        if len(rows) > _MOST_RINGS:
            rows = rows[:0]
        if self._rings is not None:
            self._rings.data = self._positions[rows][:, ::-1]
        elif len(rows):
            active = self._viewer.layers.selection.active
            made = selected_layer_data(self._session.network, self._positions, rows)
            self._rings = self._viewer.add_layer(Layer.create(*made))
            self._viewer.layers.selection.active = active

    def _on_points_selected(self, event: Any = None) -> None:
        if self._points is not None and not self._selecting:
            self._selecting = True
            self._session.select(sorted(self._points.selected_data))
            self._selecting = False
            self._draw_rings(self._session.selected)


def _laid_out(network: PointNetwork) -> tuple[PointNetwork, Any, list[Any]]:
    positions = neuron_positions(network)
    return network, positions, network_layer_data(network, positions)
