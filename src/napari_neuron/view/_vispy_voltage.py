"""Between the voltage layer and its visual: the only file that touches napari's private API.

What is private here: the tables ``layer_to_visual`` and ``overlay_to_visual``, `VispyBaseLayer`,
and the slicing hooks of a layer (``_slice_dims``, ``_set_view_slice``, ``_get_value`` and their
like). Tested against the oldest and the newest napari we support; `voltage_layer` falls back to a
plain Surface where this file cannot be imported.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from napari._vispy.layers.base import VispyBaseLayer
from napari._vispy.layers.surface import VispySurfaceLayer
from napari._vispy.overlays.colorbar import VispyColorBarOverlay
from napari._vispy.utils.visual import layer_to_visual, overlay_to_visual
from napari.components.overlays import ColorBarOverlay
from napari.layers import Surface
from napari.utils.events import EventEmitter, disconnect_events
from vispy.scene.visuals import create_visual_node
from vispy.visuals.axis import Ticker

from napari_neuron.view.places import PickedPlace, cell_of, node_hit
from napari_neuron.view.voltage_visual import N_COLOURS, VoltageVisual

try:  # napari >= 0.7
    from napari.layers.utils._slice_input import apply_units_to_transform
except ImportError:
    apply_units_to_transform = None

if TYPE_CHECKING:
    from napari_neuron.view.cable_colours import Blend
    from napari_neuron.view.line_hits import Hit
    from napari_neuron.view.tubes import TubeMesh
    from napari_neuron.view.voltage_layer import VoltageLayer

_SHADINGS = {"none": 0.0, "smooth": 1.0, "flat": 2.0}


VoltageNode = create_visual_node(VoltageVisual)


class VispyVoltageLayer(VispyBaseLayer):
    """Connects a `VoltageLayer` to its visual."""

    layer: VoltageLayer

    def __init__(self, layer: VoltageLayer, *args: Any, **kwargs: Any) -> None:
        self._axes: tuple[int, ...] | None = None
        self._drawn_mesh: TubeMesh | None = None
        self._drawn_blend: Blend | None = None
        super().__init__(layer, VoltageNode(), *args, **kwargs)
        events = self.layer.events
        events.colormap.connect(self._on_colormap_change)
        events.gamma.connect(self._on_colormap_change)
        events.contrast_limits.connect(self._on_contrast_limits_change)
        events.shading.connect(self._on_shading_change)
        events.minimum_radius.connect(self._on_minimum_radius_change)
        layer.frame_changed.connect(self._on_frame_change)
        self.reset()
        self._on_data_change()

    def _on_data_change(self, event: Any = None) -> None:
        layer, node = self.layer, self.node
        displayed = tuple(layer._slice_input.displayed)
        axes = tuple(axis - 1 for axis in displayed)
        if min(axes) < 0:  # time is shown as if it were space: there is nothing to draw
            node.visible = False
            return
        node.visible = layer.visible
        if len(axes) == 2:
            self._show_cut(axes)
            return
        mesh = layer.mesh
        # a change of the minimum radius needs no other mesh on the card: the shader does it
        drawn = self._drawn_mesh
        if (
            drawn is None
            or mesh.centre is not drawn.centre
            or layer.blend is not self._drawn_blend
            or axes != self._axes
        ):
            order = axes[::-1]  # vispy has x, y, z
            node.set_mesh(
                mesh.centre[:, order],
                mesh.direction[:, order],
                mesh.radius,
                layer.blend,
                mesh.faces,
            )
            node.set_uniform("flat_view", 0.0)
            self._drawn_mesh, self._drawn_blend, self._axes = mesh, layer.blend, axes
            self._on_matrix_change()
        node.set_frame(layer.current_frame)

    def _show_cut(self, axes: tuple[int, ...]) -> None:
        """Draw where the slice cuts the cell: few polygons, made anew for every slice."""
        layer, node = self.layer, self.node
        hidden = next(axis for axis in range(3) if axis not in axes)
        cut = layer.cut(hidden, layer._slab(hidden))
        nothing = np.zeros((len(cut.node), 3), dtype=np.float32)
        node.set_mesh(
            cut.place[:, (*axes[::-1], hidden)],  # vispy has x, y, and how far from the slice
            nothing,
            nothing[:, 0],
            layer.node_blend.take(cut.node),
            cut.faces,
        )
        node.set_uniform("flat_view", 1.0)
        node.set_uniform("reach", layer.slab)
        self._drawn_mesh = None
        if axes != self._axes:
            self._axes = axes
            self._on_matrix_change()
        node.set_frame(layer.current_frame)

    def _on_frame_change(self, event: Any = None) -> None:
        if self._axes is not None:
            self.node.set_frame(self.layer.current_frame)

    def close(self) -> None:
        """Let go of the layer."""
        self.layer.frame_changed.disconnect(self._on_frame_change)
        super().close()

    def _on_minimum_radius_change(self, event: Any = None) -> None:
        self.node.set_uniform("minimum_radius", self.layer.minimum_radius)

    def _on_colormap_change(self, event: Any = None) -> None:
        values = np.linspace(0.0, 1.0, N_COLOURS) ** self.layer.gamma
        self.node.set_colours(self.layer.colormap.map(values))

    def _on_contrast_limits_change(self, event: Any = None) -> None:
        low, high = self.layer.contrast_limits
        self.node.set_uniform("limits", (low, max(high, low + 1e-6 * abs(low), low + 1e-20)))

    def _on_shading_change(self, event: Any = None) -> None:
        self.node.set_uniform("shading", _SHADINGS[str(self.layer.shading)])

    def _on_matrix_change(self, event: Any = None) -> None:
        if min(self.layer._slice_input.displayed) > 0:
            super()._on_matrix_change()

    def reset(self, event: Any = None) -> None:
        """Push everything but the mesh to the visual."""
        super().reset()
        self._on_colormap_change()
        self._on_contrast_limits_change()
        self._on_shading_change()
        self._on_minimum_radius_change()


class GpuSurface(Surface):
    """A Surface whose mesh is sliced and coloured by the graphics card.

    The hooks below are switched off where ``gpu`` is False.
    """

    gpu: bool
    frame_changed: EventEmitter
    _drawn: tuple[Any, ...] = ()
    _box: tuple[np.ndarray, np.ndarray, np.ndarray] | None = None
    _dims_step: tuple[float, ...] = (1.0, 1.0, 1.0, 1.0)

    @property
    def _type_string(self) -> str:
        return "surface"  # to napari's icons, writers and "duplicate" this is a Surface

    def _get_layer_slicing_state(self, data: Any, cache: bool) -> Any:  # napari >= 0.7
        state = super()._get_layer_slicing_state(data, cache)
        if self.gpu:
            slice_mesh = state._set_view_slice
            state._set_view_slice = lambda: None if self.gpu else slice_mesh()
            state._make_slice_request = None  # nothing to do in another thread
        return state

    def _set_view_slice(self) -> None:  # napari < 0.7
        if not self.gpu:
            super()._set_view_slice()

    def _slice_dims(self, dims: Any, force: bool = False) -> None:
        self._dims_step = tuple(getattr(r, "step", r[2]) for r in dims.range)[-self.ndim :]
        super()._slice_dims(dims, force)

    def _refresh_sync(self, *, data_displayed: bool = False, **rest: Any) -> None:
        # Where only time has moved, tell the visual and nobody else: napari recomputes the extent
        # of all layers and Qt repaints the layer list for every event of a layer.
        if not self.gpu or not data_displayed or not self.visible:
            super()._refresh_sync(data_displayed=data_displayed, **rest)
            return
        now = self._slice_input
        place = now.world_slice
        drawn = (
            self.mesh,
            self.vertex_values,
            self.slab,
            now.ndisplay,
            tuple(now.order),
            tuple(place.point[1:]),
            tuple(place.margin_left[1:]),
            tuple(place.margin_right[1:]),
        )
        if drawn == self._drawn:
            self.frame_changed()
            return
        self._drawn = drawn
        super()._refresh_sync(data_displayed=True, **rest)

    @property
    def _extent_data(self) -> np.ndarray:
        # napari asks for it whenever the mouse moves
        vertices = self.mesh.vertices
        if self._box is None or self._box[0] is not vertices:
            self._box = (vertices, vertices.min(axis=0), vertices.max(axis=0))
        _, low, high = self._box
        return np.array([[0, *low], [len(self.frames) - 1, *high]], dtype=float)

    def _slab(self, axis: int) -> tuple[float, float]:
        """Return where the slice begins and ends on a hidden axis (0 to 2), data coordinates."""
        data_slice = self._data_slice
        centre = data_slice.point[axis + 1]
        to_data = self._data_to_world.inverse
        if apply_units_to_transform is not None:
            to_data = apply_units_to_transform(to_data, self._slicing_state._units)
        half = 0.5 * self._dims_step[axis + 1] * abs(to_data.linear_matrix[axis + 1, axis + 1])
        return (
            float(centre - max(half, data_slice.margin_left[axis + 1])),
            float(centre + max(half, data_slice.margin_right[axis + 1])),
        )

    def _get_value(self, position: Any) -> tuple[float, int] | None:
        """Return voltage and node id under the cursor in 2D."""
        displayed = list(self._slice_input.displayed)
        if min(displayed) < 1 or len(displayed) != 2:  # without a direction napari asks in 3D too
            return None
        hidden = next(axis for axis in range(3) if axis + 1 not in displayed)
        low, high = self._slab(hidden)
        point = np.array(position[1:], dtype=np.float64)
        point[hidden] = (low + high) / 2
        hit = node_hit(self, self.morphology, point, np.eye(3)[hidden], slab=(high - low) / 2)
        return self._value_at(hit)

    def _get_value_3d(
        self, start_point: Any, end_point: Any, dims_displayed: Any
    ) -> tuple[float | None, int | None]:
        """Return voltage and node id under the cursor in 3D, of the node hit first."""
        displayed = list(dims_displayed)
        if start_point is None or end_point is None or len(displayed) != 3 or min(displayed) < 1:
            return None, None
        start, end = np.asarray(start_point)[1:], np.asarray(end_point)[1:]
        if np.array_equal(start, end):
            return None, None
        near = 0.5 * self.minimum_radius
        hit = node_hit(self, self.morphology, start, end - start, tolerance=near)
        return self._value_at(hit) or (None, None)

    def _value_at(self, hit: Hit | None) -> tuple[float, int] | None:
        if hit is None:
            return None
        return (
            float(self.current_frame[self.compartment_of_node[hit.row]]),
            int(self.node_id[hit.row]),
        )

    def get_status(self, *args: Any, **kwargs: Any) -> dict[str, str]:
        """Say in the status bar which node is under the cursor, and its value with its unit."""
        status = super().get_status(*args, **kwargs)
        words = self._words_for(status)
        if words:
            status["value"] = words
            status["coordinates"] = f"{status['coords']}: {words}"
        return status

    def _words_for(self, status: dict[str, str]) -> str:
        """Return what is at the node that napari has been told of, "" if there is none."""
        _, comma, node = status["value"].rpartition(", ")
        if not comma or cell_of(self) is None or not node.isdecimal():
            return ""
        row = int(self.morphology.rows(int(node))[0])
        return PickedPlace(self, self.morphology, row).words


class VoltageBarOverlay(ColorBarOverlay):
    """napari's colour bar, with the unit at its numbers."""

    unit: str = "mV"
    size: tuple[float, float] = 20, 200
    font_size: float = 11


class _UnitTicker(Ticker):
    overlay: VoltageBarOverlay

    def _get_tick_frac_labels(self) -> Any:
        major, minor, labels = super()._get_tick_frac_labels()
        return major, minor, [f"{label} {self.overlay.unit}".strip() for label in labels]


class VispyVoltageBarOverlay(VispyColorBarOverlay):
    """Draws a `VoltageBarOverlay`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.node.ticks.ticker = _UnitTicker(self.node.ticks)
        self.node.ticks.ticker.overlay = self.overlay
        self.overlay.events.unit.connect(self._on_unit_change)
        self.reset()

    def _on_unit_change(self, event: Any = None) -> None:
        self._on_ticks_change()


def add_unit_to_colorbar(layer: Surface, unit: str = "mV") -> None:
    """Make the numbers of a layer's colour bar say their unit."""
    layer._overlays["colorbar"] = VoltageBarOverlay(unit=unit)


def _make_visual(layer: Any, *args: Any, **kwargs: Any) -> VispyBaseLayer:
    if layer.gpu:
        visual = VispyVoltageLayer.__new__(VispyVoltageLayer)
        try:
            visual.__init__(layer, *args, **kwargs)
        except Exception as error:  # private API of napari: anything can have changed
            disconnect_events(layer.events, visual)
            layer.fall_back(f"{type(error).__name__}: {error}")
        else:
            return visual
    return VispySurfaceLayer(layer, *args, **kwargs)


def register(layer_class: type[GpuSurface]) -> None:
    """Tell napari how to draw a layer class."""
    layer_to_visual[layer_class] = _make_visual
    overlay_to_visual[VoltageBarOverlay] = VispyVoltageBarOverlay
