"""`NeuronClicks`: a click on a neuron of a network, however it is drawn."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from napari.layers import Points
from psygnal import Signal

from napari_neuron.view.network.network_layers import ActivityLayer
from napari_neuron.view.overlays import camera_of
from napari_neuron.view.picking import to_data

if TYPE_CHECKING:
    from napari.viewer import Viewer

_NEAR = 6.0
"""Pixels by which a click may miss."""

_DRAG = 4.0
"""Pixels that a pressed button may move and still be a click."""


class Targets:
    """Where the neurons of an activity layer can be hit: nodes, and vertices of meshes.

    Attributes
    ----------
    position : (n, 3) float64
        z, y, x in µm.
    radius : (n,) float64
        µm.
    neuron : (n,) int64
        Rows of the neurons.
    """

    def __init__(self, layer: ActivityLayer) -> None:
        in_mesh = [row for row, body in layer.bodies.items() if body.mesh is not None]
        node = ~np.isin(layer.compartment_of_node, in_mesh)
        vertex = np.flatnonzero(np.isin(layer.mesh.vertex_compartment, in_mesh))
        self.position = np.concatenate([layer.node_position[node], layer.mesh.vertices[vertex]])
        self.radius = np.concatenate([layer.node_radius[node], np.zeros(len(vertex))])
        self.neuron = np.concatenate(
            [layer.compartment_of_node[node], layer.mesh.vertex_compartment[vertex]]
        )

    def hit(
        self,
        point: npt.NDArray[np.float64],
        direction: npt.NDArray[np.float64] | None,
        hidden: int,
        near: float,
    ) -> int | None:
        """Return the row of the neuron that is hit, None if there is none.

        Parameters
        ----------
        point
            Under the cursor, z, y, x in µm.
        direction
            Of the line of sight; None in a slice.
        hidden
            The axis that a slice hides.
        near
            µm by which a click may miss.
        """
        offset = self.position - point
        ahead = np.eye(3)[hidden] if direction is None else direction / np.linalg.norm(direction)
        depth = offset @ ahead
        aside = np.sqrt(np.maximum(np.einsum("ij,ij->i", offset, offset) - depth**2, 0.0))
        rows = np.flatnonzero(aside <= np.maximum(self.radius, near))
        if direction is None:
            rows = rows[np.abs(depth[rows]) <= np.maximum(self.radius[rows], near)]
            order = aside[rows]
        else:
            order = depth[rows] - self.radius[rows]
        return int(self.neuron[rows[order.argmin()]]) if len(rows) else None


class NeuronClicks:
    """Reports clicks on the neurons of an activity layer.

    Clicks that draw or select points are ignored.

    Attributes
    ----------
    clicked : Signal (int, bool)
        Row of the neuron; True to add it to those that are selected.
    """

    clicked = Signal(int, bool)

    def __init__(self, viewer: Viewer) -> None:
        self._viewer = viewer
        self._layer: ActivityLayer | None = None
        self._targets: Targets | None = None
        self._callback = self._on_press
        viewer.mouse_drag_callbacks.append(self._callback)

    def watch(self, layer: ActivityLayer | None) -> None:
        """Listen for clicks on this layer."""
        self._layer, self._targets = layer, None

    def disconnect(self) -> None:
        """Stop listening to the viewer."""
        if self._callback in self._viewer.mouse_drag_callbacks:
            self._viewer.mouse_drag_callbacks.remove(self._callback)
        self.clicked.disconnect()

    def _on_press(self, viewer: Viewer, event: Any) -> Iterator[None]:
        active = viewer.layers.selection.active
        if event.button != 1 or (isinstance(active, Points) and active.mode != "pan_zoom"):
            return
        begun = np.asarray(event.pos, dtype=np.float64)
        yield
        while event.type == "mouse_move":
            if np.abs(np.asarray(event.pos) - begun).max() > _DRAG:
                return
            yield
        row = self._neuron_under(event)
        if row is not None:
            extend = any(key in event.modifiers for key in ("Shift", "Control"))
            self.clicked.emit(row, extend)

    def _neuron_under(self, event: Any) -> int | None:
        layer = self._layer
        if layer is None or not layer.visible or layer not in self._viewer.layers:
            return None
        shown, n_axes = list(event.dims_displayed), len(event.position)
        if len(shown) not in (2, 3) or n_axes < 3 or min(shown) < n_axes - 3:
            return None  # time is shown as if it were space
        position = np.asarray(event.position, dtype=np.float64)[-3:]
        ahead = np.asarray(event.view_direction, np.float64)[-3:] if len(shown) == 3 else None
        step = np.eye(3)[shown[-1] - (n_axes - 3)] if ahead is None else ahead
        point = to_data(self._viewer, layer, position)
        direction = to_data(self._viewer, layer, position + step) - point
        near = _NEAR * float(np.linalg.norm(direction)) / max(camera_of(self._viewer).zoom, 1e-12)
        hidden = next((a for a in range(3) if a + n_axes - 3 not in shown), 0)
        if self._targets is None:
            self._targets = Targets(layer)
        return self._targets.hit(point, None if ahead is None else direction, hidden, near)
