"""Hooks of the voltage layer into napari's slicing and drawing, which are private API of napari.

They are ``_slice_dims``, ``_set_view_slice``, ``_update_draw``, ``_get_value`` and the like. Tested
with the oldest and the newest napari we support. `_vispy_visuals` has the drawing on the graphics
card.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from napari.layers import Surface
from napari.utils.events import EventEmitter

from napari_neuron.view.places import PickedPlace, cell_of, place_hit
from napari_neuron.view.voltage.plain_cut import plain_cut

try:  # napari >= 0.7
    from napari.layers.utils._slice_input import apply_units_to_transform
except ImportError:
    apply_units_to_transform = None


_NEAR = 2.0
"""Pixels by which the cursor may miss: neurites are drawn wider than they are."""


class VoltageSurface(Surface):
    """A Surface whose mesh is sliced and coloured by the graphics card.

    Where ``gpu`` is False napari colours the tubes; in slices it is given the cut, and its
    vertices are moved when the zoom changes, so that what is thin is seen.
    """

    gpu: bool
    frame_changed: EventEmitter
    _drawn: tuple[Any, ...] = ()
    _box: tuple[np.ndarray, np.ndarray, np.ndarray] | None = None
    _place: PickedPlace | None = None
    _scale_drawn: float | None = None
    _dims_step: tuple[float, ...] = (1.0, 1.0, 1.0, 1.0)

    @property
    def _type_string(self) -> str:
        return "surface"  # to napari's icons, writers and "duplicate" this is a Surface

    def _get_layer_slicing_state(self, data: Any, cache: bool) -> Any:  # napari >= 0.7
        state = super()._get_layer_slicing_state(data, cache)
        slice_mesh = state._set_view_slice
        state._set_view_slice = lambda: self._slice_into(state, "_view_vertices", slice_mesh)
        state._make_slice_request = None  # nothing to do in another thread
        return state

    def _set_view_slice(self) -> None:  # napari < 0.7
        self._slice_into(self, "_data_view", super()._set_view_slice)

    def _slice_into(self, target: Any, vertices: str, slice_mesh: Callable[[], None]) -> None:
        """Give napari what to draw in a slice; nothing if the graphics card does it."""
        axes = [axis - 1 for axis in self._slice_input.displayed]
        if self.gpu:
            return
        if min(axes) >= 0 and len(axes) != 2:
            slice_mesh()
            return
        none = [] if target is self else None  # as napari < 0.7 says it, and as it does since
        if min(axes) < 0:  # time is shown as if it were space: there is nothing to draw
            setattr(target, vertices, np.zeros((0, len(axes))))
            target._view_faces = np.zeros((0, 3), dtype=int)
            target._view_vertex_values = target._view_vertex_colors = none
            return
        hidden = next(axis for axis in range(3) if axis not in axes)
        where = (
            *(self.mesh, self.blend, self.visible_cells, self._plain_radius, self.slab),
            *(tuple(axes), self._slab(hidden)),
        )
        if self._plain_cut is None or self._plain_cut[0] != where:
            cut = self.cut(hidden, self._slab(hidden))
            least = 0.5 * self.minimum_width * self.pixel
            made = plain_cut(cut, hidden, axes, self.node_blend, least, self.slab)
            self._plain_cut = where, made
        _, cut = self._plain_cut
        setattr(target, vertices, cut.place)
        target._view_faces = cut.faces
        frame = self.current_frame
        target._view_vertex_values = cut.blend.of(frame)
        colours = cut.colours(frame, self.colormap, self.contrast_limits, self.gamma)
        target._view_vertex_colors = none if colours is None else colours

    def _update_draw(self, scale_factor: float, *args: Any, **kwargs: Any) -> None:
        super()._update_draw(scale_factor, *args, **kwargs)
        if scale_factor != self._scale_drawn:
            self._scale_drawn = scale_factor
            to_data = self._data_to_world.inverse
            if apply_units_to_transform is not None:
                to_data = apply_units_to_transform(to_data, self._slicing_state._units)
            self._widen_plain_tubes(float(scale_factor * abs(to_data.linear_matrix[-1, -1])))

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
            self.visible_cells,
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

    def _keep_box(self) -> None:
        """Keep the box when vertices change: finding it is slow in large scenes."""
        if self._box is not None:
            self._box = (self.mesh.vertices, *self._box[1:])

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
        near, half = _NEAR * self.pixel, (high - low) / 2
        return self._value_on(point, np.eye(3)[hidden], slab=half, tolerance=near)

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
        near = max(0.5 * self.minimum_radius, _NEAR * self.pixel)
        return self._value_on(start, end - start, tolerance=near) or (None, None)

    def _value_on(self, point: Any, direction: Any, **how: float) -> tuple[float, int] | None:
        named = zip(self.cells, self.cell_names, strict=True)
        drawn = [cell for cell, name in named if name in self.visible_cells]
        found = place_hit(self, drawn, point, direction, **how)
        self._place = None if found is None else found[0]
        if self._place is None or self._place.value is None:
            return None
        return self._place.value, self._place.node

    def get_status(self, *args: Any, **kwargs: Any) -> dict[str, str]:
        """Show in the status bar which node is under the cursor, and its value with its unit."""
        status = super().get_status(*args, **kwargs)
        # of the lines through the layer napari has just looked at this one
        if self._place is not None and cell_of(self) is not None and status["value"]:
            words = self._place.words
            status["value"] = words
            status["coordinates"] = f"{status['coords']}: {words}"
        return status
