"""`EdgesDisplay`: the edges of a network in the viewer, as lines or with the spikes along them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from psygnal import Signal
from qtpy.QtCore import QTimer

from napari_neuron.network_session import NetworkSession
from napari_neuron.result.network import NetworkResult
from napari_neuron.view import put_voltage_layer
from napari_neuron.view.network.edge_lines import EdgeLines
from napari_neuron.view.network.network_edges import EdgeActivityLayer
from napari_neuron.widgets.networks.network_making import EdgesShown, Placed, edges_made
from napari_neuron.widgets.networks.network_view_tab import NetworkLooks
from napari_neuron.widgets.toolkit.latest_job import LatestJob

if TYPE_CHECKING:
    from napari.layers import Layer
    from napari.viewer import Viewer

_PAUSE = 120
"""Delay between the last change of the selection and drawing its edges, ms."""


class EdgesDisplay:
    """Keeps the layer of the edges; which, and where they are, is computed in a thread.

    Attributes
    ----------
    drawn : Signal (int)
        Number of edges now drawn.
    """

    drawn = Signal(int)

    def __init__(self, viewer: Viewer, session: NetworkSession) -> None:
        self._viewer = viewer
        self._session = session
        self._looks = NetworkLooks()
        self._placed: Placed | None = None
        self._layer: EdgesShown | None = None
        self._job = LatestJob()
        self._job.finished.connect(self._on_made)
        self._soon = QTimer()
        self._soon.setSingleShot(True)
        self._soon.setInterval(_PAUSE)
        self._soon.timeout.connect(self._draw)

    @property
    def layer(self) -> EdgesShown | None:
        """The layer of the edges."""
        return self._layer

    def draw(self, placed: Placed | None, looks: NetworkLooks) -> None:
        """Draw the edges between neurons at some places; None: what is being made is not shown."""
        self._placed, self._looks = placed, looks
        self._draw()

    def draw_soon(self) -> None:
        """Draw other edges when the selection has rested for a moment, if it matters to them."""
        if self._looks.of_selected and self._looks.edges != "none":
            self._soon.start()

    def show_result(self, result: NetworkResult) -> None:
        """Show the spikes of a run along the edges, if they are to be seen."""
        if isinstance(self._layer, EdgeActivityLayer):
            self._layer.show_result(result)
        elif self._looks.edges == "activity":
            self._draw()

    def advance(self) -> None:
        """Show the spikes added since."""
        if isinstance(self._layer, EdgeActivityLayer):
            self._layer.advance()

    def raise_to_top(self) -> None:
        """Draw spikes along edges above layers added since."""
        if isinstance(self._layer, EdgeActivityLayer):
            self._viewer.layers.move(self._viewer.layers.index(self._layer), -1)

    def forget(self, layer: Layer | None) -> None:
        """Notice that a layer was removed."""
        if layer is self._layer:
            self._layer = None

    def stop(self) -> None:
        """Stop drawing."""
        self._soon.stop()
        self._job.stop()

    def _draw(self) -> None:
        if self._placed is None:
            return
        looks = self._looks
        selected = self._session.selected if looks.of_selected else ()
        result = self._session.result if looks.edges == "activity" else None
        most = looks.most_edges if looks.edges != "none" else 0
        self._job.request(edges_made, self._placed, result, most, selected)

    def _on_made(self, made: tuple[Placed, EdgesShown | None, int]) -> None:
        placed, layer, n = made
        if placed is not self._placed:
            return
        before = self._layer
        if isinstance(layer, EdgeActivityLayer) and isinstance(before, EdgeActivityLayer):
            before.show_edges(layer)
            self._show_spikes(before)
        elif isinstance(layer, EdgeLines) and isinstance(before, EdgeLines):
            before.show_edges(layer)
        else:
            self._replace(before, layer)
        self.drawn.emit(n)

    def _replace(self, before: EdgesShown | None, layer: EdgesShown | None) -> None:
        layers = self._viewer.layers
        active = layers.selection.active
        if before is not None:
            layers.remove(before)
        self._layer = layer
        if isinstance(layer, EdgeActivityLayer):
            put_voltage_layer(self._viewer, layer)
            self._show_spikes(layer)
        elif layer is not None:  # under the neurons
            assert self._placed is not None
            points = self._placed.points
            is_there = points is not None and points in layers
            layers.insert(layers.index(points) if is_there else 0, layer)
        layers.selection.active = active

    def _show_spikes(self, layer: EdgeActivityLayer) -> None:
        result = self._session.result
        if result is not None and result is not layer.result:
            layer.show_result(result)
        layer.advance()
