"""Connects the voltage layer with its visual, through napari's private drawing API.

What is private here: the tables ``layer_to_visual`` and ``overlay_to_visual``, `VispyBaseLayer`
and the colour bar. Tested with the oldest and the newest napari we support; `voltage_layer` falls
back to a plain Surface where this file cannot be imported.
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
from napari.utils.events import disconnect_events
from vispy.scene.visuals import create_visual_node
from vispy.visuals.axis import Ticker

from napari_neuron.view.geometry.detail import pack
from napari_neuron.view.voltage._vispy_voltage import VoltageSurface
from napari_neuron.view.voltage.voltage_visual import N_COLOURS, VoltageVisual

if TYPE_CHECKING:
    from napari_neuron.view.voltage.voltage_layer import VoltageLayer

_SHADINGS = {"none": 0.0, "smooth": 1.0, "flat": 2.0}


VoltageNode = create_visual_node(VoltageVisual)


class VispyVoltageLayer(VispyBaseLayer):
    """Connects a `VoltageLayer` to its visual."""

    layer: VoltageLayer

    def __init__(self, layer: VoltageLayer, *args: Any, **kwargs: Any) -> None:
        self._axes: tuple[int, ...] | None = None
        self._drawn: tuple[Any, ...] = ()
        super().__init__(layer, VoltageNode(), *args, **kwargs)
        events = self.layer.events
        events.colormap.connect(self._on_colormap_change)
        events.gamma.connect(self._on_colormap_change)
        events.contrast_limits.connect(self._on_contrast_limits_change)
        events.shading.connect(self._on_shading_change)
        events.minimum_radius.connect(self._on_minimum_radius_change)
        events.minimum_width.connect(self._on_minimum_width_change)
        events.detail.connect(self._on_detail_change)
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
        # a change of the minimum radius needs no other mesh on the card: the shader does it
        wanted = (layer.mesh.centre, layer.blend, axes)
        if not self._drawn or not all(map(_is_same, wanted, self._drawn)):
            # vispy has x, y, z
            node.set_levels(layer.packed_levels(axes[::-1]), layer.tolerances)
            node.set_uniform("flat_view", 0.0)
            self._drawn = wanted
            self._turn(axes)
            self._on_minimum_radius_change()
        self._on_frame_change()

    def _show_cut(self, axes: tuple[int, ...]) -> None:
        """Draw where the slice cuts the cell: few polygons, rebuilt for every slice."""
        layer, node = self.layer, self.node
        hidden = next(axis for axis in range(3) if axis not in axes)
        cut = layer.cut(hidden, layer._slab(hidden))
        order = (*axes[::-1], hidden)  # x, y, and how far from the slice
        blend = layer.node_blend.take(cut.node)
        node.set_levels(
            [
                pack(
                    cut.centre[:, order],
                    cut.direction[:, order],
                    cut.radius,
                    blend,
                    cut.rank,
                    cut.faces,
                )
            ]
        )
        node.set_uniform("flat_view", 1.0)
        node.set_uniform("reach", layer.slab)
        node.set_uniform("farthest", max(float(cut.rank.max(initial=0.0)), 1e-6))
        node.set_uniform("minimum_radius", 0.0)  # the cut has it
        self._drawn = ()
        self._turn(axes)
        self._on_frame_change()

    def _turn(self, axes: tuple[int, ...]) -> None:
        if axes != self._axes:
            self._axes = axes
            self._on_matrix_change()

    def _on_frame_change(self, event: Any = None) -> None:
        if self._axes is not None:
            self.node.set_frame(self.layer.current_frame, self.layer.hidden_compartments)

    def close(self) -> None:
        """Release the layer."""
        self.layer.frame_changed.disconnect(self._on_frame_change)
        self.node.stop()
        super().close()

    def _on_minimum_radius_change(self, event: Any = None) -> None:
        if len(self._axes or ()) == 3:
            self.node.set_uniform("minimum_radius", self.layer.minimum_radius)

    def _on_minimum_width_change(self, event: Any = None) -> None:
        self.node.set_uniform("minimum_pixels", 0.5 * self.layer.minimum_width)

    def _on_detail_change(self, event: Any = None) -> None:
        self.node.set_detail(self.layer.detail, live=self.layer.is_live)

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
        self._on_minimum_width_change()
        self._on_detail_change()


class VispyPlainLayer(VispySurfaceLayer):
    """napari's own visual of a Surface; slices are not shaded, as in napari since 0.7."""

    def _on_shading_change(self, event: Any = None) -> None:
        super()._on_shading_change()
        if self.layer._slice_input.ndisplay == 2 and not self.node.mesh_data.is_empty():
            self.node.shading = None


def _is_same(one: Any, other: Any) -> bool:
    return one is other or (isinstance(one, tuple) and one == other)


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
    """Add the unit to the numbers of a layer's colour bar."""
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
    return VispyPlainLayer(layer, *args, **kwargs)


def register(layer_class: type[VoltageSurface]) -> None:
    """Tell napari how to draw a layer class."""
    layer_to_visual[layer_class] = _make_visual
    overlay_to_visual[VoltageBarOverlay] = VispyVoltageBarOverlay
