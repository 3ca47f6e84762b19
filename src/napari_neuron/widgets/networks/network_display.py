"""`NetworkDisplay`: neurons in the viewer as points, spikes over time, and the selection."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from napari.layers import Layer, Points
from psygnal import Signal

from napari_neuron.network_session import NetworkSession
from napari_neuron.result.network import NetworkResult
from napari_neuron.spec.point_network import PointNetwork
from napari_neuron.view import time_axis
from napari_neuron.view.network.network_bodies import bodies_in
from napari_neuron.view.network.network_layers import (
    ActivityLayer,
    put_activity_layer,
    selected_layer_data,
)
from napari_neuron.widgets.networks.edges_display import EdgesDisplay
from napari_neuron.widgets.networks.network_clicks import NeuronClicks
from napari_neuron.widgets.networks.network_making import (
    EdgesShown,
    Placed,
    activity_made,
    placed_network,
)
from napari_neuron.widgets.networks.network_view_tab import NetworkLooks
from napari_neuron.widgets.toolkit.latest_job import LatestJob

if TYPE_CHECKING:
    from napari.viewer import Viewer

_KEYS = ("network", "edges_of", "edge_activity_of", "activity_of", "selected_of")
_MOST_RINGS = 2_000
"""If more neurons than this are selected, they get no rings, which would stall the window."""


class NetworkDisplay:
    """The layers of the session's network; positions are computed in a thread.

    The selection of the Points layer and that of the session follow each other. The time slider
    follows a run until the user moves it.

    Attributes
    ----------
    said : Signal (str, str)
        How many neurons have a body in the viewer, and how many edges are drawn.
    """

    said = Signal(str, str)

    def __init__(self, viewer: Viewer, session: NetworkSession) -> None:
        self._viewer = viewer
        self._session = session
        self._looks = NetworkLooks()
        self._neurons: Any = None  # the table whose layers are shown
        self._placed: Placed | None = None
        self._points: Points | None = None
        self._activity: ActivityLayer | None = None
        self._rings: Points | None = None
        self._made: tuple[Placed, ActivityLayer] | None = None
        self._follows = False
        self._moving = False
        self._selecting = False
        self._is_new = False
        self._moment: float | None = None  # shown before the layers were made again
        # The first layer of a process loads napari's units, which two threads must not do at once.
        Points(np.empty((0, 3)), units=("um",) * 3)
        self._placing, self._making = LatestJob(), LatestJob()
        self._making.finished.connect(self._on_activity_made)
        self._placing.finished.connect(self._on_placed)
        self._edges = EdgesDisplay(viewer, session)
        self._edges.drawn.connect(self._say)
        self._clicks = NeuronClicks(viewer)
        self._clicks.clicked.connect(self._on_clicked)
        session.network_changed.connect(self._on_network_changed)
        session.selection_changed.connect(self._on_selection_changed)
        session.result_changed.connect(self._on_result_changed)
        session.run_started.connect(self._on_run_started)
        viewer.dims.events.current_step.connect(self._on_slider_moved)
        viewer.layers.events.inserted.connect(self._on_inserted)
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

    @property
    def edges(self) -> EdgesShown | None:
        """The layer of the edges."""
        return self._edges.layer

    @property
    def looks(self) -> NetworkLooks:
        """How the network is drawn."""
        return self._looks

    def set_looks(self, looks: NetworkLooks) -> None:
        """Draw the network in another way."""
        before, self._looks = self._looks, looks
        if (looks.layout, looks.bodies) != (before.layout, before.bodies):
            self._place()
            return
        self._colour()
        if (looks.edges, looks.most_edges, looks.of_selected) != (
            before.edges,
            before.most_edges,
            before.of_selected,
        ):
            self._draw_edges()

    def disconnect(self) -> None:
        """Stop following."""
        session, viewer = self._session, self._viewer
        session.network_changed.disconnect(self._on_network_changed)
        session.selection_changed.disconnect(self._on_selection_changed)
        session.result_changed.disconnect(self._on_result_changed)
        session.run_started.disconnect(self._on_run_started)
        viewer.dims.events.current_step.disconnect(self._on_slider_moved)
        viewer.layers.events.inserted.disconnect(self._on_inserted)
        viewer.layers.events.removed.disconnect(self._on_removed)
        for job in (self._placing, self._making, self._edges):
            job.stop()
        self._clicks.disconnect()
        self._unwatch_points()

    # layers --------------------------------------------------------------------------------

    def _on_network_changed(self, network: PointNetwork) -> None:
        if network.neurons is not self._neurons and len(network.neurons):
            self._neurons = network.neurons
            self._placed, self._is_new = None, True
            self._draw_edges()
            self._place()
        elif self._placed is not None and network.edges is not self._placed.network.edges:
            self._placed = replace(self._placed, network=network)
            self._draw_edges()

    def _place(self) -> None:
        if self._neurons is not None:
            layers = tuple(self._viewer.layers) if self._looks.bodies else ()
            self._placing.request(placed_network, self._session.network, layers, self._looks.layout)

    def _on_placed(self, placed: Placed) -> None:
        if placed.network.neurons is not self._neurons:
            return  # another network was opened in the meantime
        if placed.problem:
            self.said.emit(placed.problem, "")
            return
        axis = time_axis(self._viewer)
        self._moment = None if axis is None else float(self._viewer.dims.point[axis])
        self._remove_layers()
        before, self._placed = self._placed, placed
        for source in before.sources if before is not None else ():
            source.visible = True
        for source in placed.sources:
            source.visible = False
        if placed.points is not None:
            self._points = self._viewer.add_layer(placed.points)
            self._points.selected_data.events.items_changed.connect(self._on_points_selected)
        if self._is_new and not placed.sources and self._points is not None:
            self._viewer.reset_view()
        self._is_new = False
        self._draw_edges()
        self._on_result_changed(self._session.result)
        self._on_selection_changed(self._session.selected)

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

    def _on_inserted(self, event: Any) -> None:
        """Use a newly opened skeleton or mesh as the body of its neuron."""
        held = event.value.metadata.get("napari_neuron")
        is_ours = isinstance(held, dict) and any(key in held for key in _KEYS)
        if is_ours or not self._looks.bodies or self._placed is None:
            return
        bodies, _ = bodies_in([event.value], self._session.network)
        if bodies:
            self._place()

    def _on_removed(self, event: Any) -> None:
        if event.value is self._activity:
            self._activity = None
        elif event.value is self._rings:
            self._rings = None
        elif event.value is self._points:
            self._unwatch_points()
        self._edges.forget(event.value)

    def _on_result_changed(self, result: NetworkResult | None) -> None:
        placed = self._placed
        if placed is None:
            return
        if result is None:
            if placed.points is not None:
                return
            result = NetworkResult(placed.network)  # so many are drawn by their spikes' layer
        if len(result.network.neurons) != len(placed.positions):
            return
        if self._activity is not None:
            self._activity.show_result(result)
            self._colour()
        else:
            made, self._made = self._made, None
            if made is not None and made[0] is placed and made[1].result is result:
                self._put_activity(made[1])
            else:
                self._making.request(activity_made, placed, result)
        self._edges.show_result(result)

    def _on_activity_made(self, made: tuple[Placed, ActivityLayer]) -> None:
        placed, layer = made
        if placed is not self._placed or self._activity is not None:
            return
        self._put_activity(layer)
        result = self._session.result
        if result is not None and result is not layer.result:
            layer.show_result(result)
        layer.advance()

    def _put_activity(self, layer: ActivityLayer) -> None:
        if self._viewer.dims.ndisplay == 2 and len(self._viewer.layers) <= 2:
            self._viewer.dims.ndisplay = 3
        self._activity = layer
        put_activity_layer(self._viewer, layer)
        self._edges.raise_to_top()  # the time is that of the first layer
        if self._points is None:
            self._viewer.reset_view()
        self._clicks.watch(layer)
        self._colour()
        moment, self._moment = self._moment, None
        axis = time_axis(self._viewer)
        if moment is not None and axis is not None:
            self._viewer.dims.set_point(axis, moment)

    def _colour(self) -> None:
        activity, looks = self._activity, self._looks
        if activity is None:
            return
        if activity.decay != looks.decay:
            activity.decay = looks.decay
        if activity.window != looks.window:
            activity.window = looks.window
        activity.colour_by = looks.colour_by

    def prepare(self, result: NetworkResult) -> None:
        """Make the layer of a run's spikes; called in the thread of the run."""
        placed = self._placed
        n = len(result.network.neurons)
        if self._activity is None and placed is not None and len(placed.positions) == n:
            self._made = activity_made(placed, result)

    def _draw_edges(self) -> None:
        self._edges.draw(self._placed, self._looks)

    def _say(self, n_edges: int) -> None:
        assert self._placed is not None
        network, bodies = self._placed.network, self._placed.bodies
        found = ""
        if self._looks.bodies:
            found = f"{len(bodies):,} of {len(network.neurons):,} neurons have one."
        drawn = ""
        if n_edges:
            drawn = f"{n_edges:,} of {len(network.edges):,} edges are drawn"
            drawn += ", the strongest." if n_edges == self._looks.most_edges else "."
        self.said.emit(found, drawn)

    # time ----------------------------------------------------------------------------------

    def _on_run_started(self, result: NetworkResult) -> None:
        self._follows = True
        self.advance()

    def advance(self) -> None:
        """Show the spikes added since."""
        if self._activity is None:
            return
        self._activity.advance()
        self._edges.advance()
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
        self._edges.draw_soon()

    def _on_clicked(self, row: int, extend: bool) -> None:
        chosen = set(self._session.selected.tolist()) if extend else set()
        self._session.select(sorted(chosen ^ {row}))

    def _draw_rings(self, rows: npt.NDArray[np.int64]) -> None:
        if self._placed is None:
            return
        positions = self._placed.positions
        if len(rows) > _MOST_RINGS:
            rows = rows[:0]
        if self._rings is not None:
            self._rings.data = positions[rows][:, ::-1]
        elif len(rows):
            active = self._viewer.layers.selection.active
            size = self._placed.ring_size
            made = selected_layer_data(self._session.network, positions, rows, size)
            self._rings = self._viewer.add_layer(Layer.create(*made))
            self._viewer.layers.selection.active = active

    def _on_points_selected(self, event: Any = None) -> None:
        if self._points is not None and not self._selecting:
            self._selecting = True
            self._session.select(sorted(self._points.selected_data))
            self._selecting = False
            self._draw_rings(self._session.selected)
