"""`VoltageLayer`: tubes coloured by voltage, with time as a dimension of the viewer."""

from __future__ import annotations

import logging
from typing import Any

import numpy as np
import numpy.typing as npt
from napari.layers import Surface
from napari.utils.events import Event, EventEmitter

from napari_neuron.morphology.model import Morphology
from napari_neuron.view.colours import VOLTAGE_COLORMAP, voltage_limits
from napari_neuron.view.frames import FrameValues
from napari_neuron.view.slice_cut import SliceCut, cut_tubes, edge_tubes
from napari_neuron.view.tubes import TubeMesh, default_minimum_radius, tube_mesh

_log = logging.getLogger(__name__)

try:
    from napari_neuron.view import _vispy_voltage
except Exception as error:  # private API of napari: anything can have changed
    _GPU_PROBLEM = f"{type(error).__name__}: {error}"
    _Base: type[Surface] = Surface
else:
    _GPU_PROBLEM = ""
    _Base = _vispy_voltage.GpuSurface


class VoltageLayer(_Base):
    """The voltage of one cell over time.

    A `napari.layers.Surface` with the axes time (ms), z, y, x (µm). With ``gpu`` a step in time
    uploads one number per compartment and the graphics card does the rest; without, napari colours
    every vertex anew. Either way the frames are read where they are and never copied per vertex.

    Parameters
    ----------
    morphology
        The cell.
    frames : (n_frames, n_compartments) float32
        mV; an array or a memory map, which may still be filling.
    compartment_of_node : (n_nodes,) int
        Column of ``frames`` for every node of the cell.
    frame_interval
        ms between two frames.
    n_valid
        How many frames are valid already; all by default. Later: `set_valid_frames`.
    minimum_radius
        µm; thinner neurites are drawn this thick. By default so that they can be seen.
    gpu
        False for napari's own way of drawing a Surface.
    **surface
        As for `napari.layers.Surface`: name, colormap, contrast_limits, shading, metadata ...
    """

    def __init__(
        self,
        morphology: Morphology,
        frames: npt.NDArray[np.float32],
        compartment_of_node: npt.ArrayLike,
        frame_interval: float,
        *,
        n_valid: int | None = None,
        minimum_radius: float | None = None,
        gpu: bool = True,
        **surface: Any,
    ) -> None:
        self.gpu = gpu and not _GPU_PROBLEM
        self.frame_changed = EventEmitter(source=self, type_name="frame_changed")
        self.frames = frames
        self.frame_interval = float(frame_interval)
        self.compartment_of_node = np.asarray(compartment_of_node, dtype=np.int64)
        self.node_id = morphology.node_id
        self.node_position = morphology.position[:, ::-1]
        self.node_radius = np.maximum(morphology.radius, 0.0)
        if minimum_radius is None:
            minimum_radius = default_minimum_radius(morphology)
        n_nodes = len(morphology)
        sides = 8 if n_nodes < 20_000 else 6 if n_nodes < 100_000 else 4
        self.mesh: TubeMesh = tube_mesh(
            morphology, self.compartment_of_node, minimum_radius=minimum_radius, sides=sides
        )
        self._tubes = edge_tubes(morphology, self.mesh)
        self._slab_shown = 0.0
        self._values = FrameValues(
            frames, self.mesh.vertex_compartment, len(frames) if n_valid is None else n_valid
        )
        settings: dict[str, Any] = {
            "name": f"{morphology.name} voltage",
            "colormap": VOLTAGE_COLORMAP,
            "shading": "smooth",
            "metadata": {"napari_neuron": {"voltage_of": morphology}},
        }
        settings.update(surface)
        self._own_limits: tuple[float, float] | None = None
        if settings.get("contrast_limits") is None:
            settings["contrast_limits"] = self._own_limits = voltage_limits(self._values.valid)
        super().__init__((self.mesh.vertices, self.mesh.faces, self._values), **settings)
        # A Surface learns of its extra axis after it was made, and takes only then what is per
        # axis; units come first because napari 0.9.2 keeps an inverse with units of before.
        self.units = ("ms", "um", "um", "um")
        self.scale = (self.frame_interval, 1.0, 1.0, 1.0)
        self.axis_labels = ("time", "z", "y", "x")
        if not _GPU_PROBLEM:
            _vispy_voltage.add_unit_to_colorbar(self)
        self.colorbar.visible = True
        self.events.add(minimum_radius=Event, valid_frames=Event)
        if gpu and _GPU_PROBLEM:
            self.fall_back(_GPU_PROBLEM)

    @property
    def minimum_radius(self) -> float:
        """µm; thinner neurites are drawn this thick."""
        return self.mesh.minimum_radius

    @minimum_radius.setter
    def minimum_radius(self, radius: float) -> None:
        if radius < 0 or not np.isfinite(radius):
            raise ValueError(f"minimum_radius must be 0 or more, not {radius}")
        if radius == self.minimum_radius:
            return
        self.mesh = self.mesh.with_minimum_radius(radius)
        self.events.minimum_radius()
        self.vertices = self.mesh.vertices

    @property
    def slab(self) -> float:
        """µm; in 2D, cable that runs that near the slice is shown too, fading. 0 for none."""
        return self._slab_shown

    @slab.setter
    def slab(self, reach: float) -> None:
        if reach < 0 or not np.isfinite(reach):
            raise ValueError(f"slab must be 0 or more, not {reach}")
        if reach != self._slab_shown:
            self._slab_shown = float(reach)
            self.refresh(thumbnail=False, highlight=False, extent=False)

    def cut(self, axis: int, slice_range: tuple[float, float]) -> SliceCut:
        """Return what a slice shows: see `cut_tubes`."""
        return cut_tubes(
            self._tubes,
            axis,
            slice_range,
            minimum_radius=self.minimum_radius,
            reach=self._slab_shown,
        )

    @property
    def n_valid(self) -> int:
        """How many frames are valid."""
        return self._values.n_valid

    def set_valid_frames(self, n_valid: int) -> None:
        """Say that the first ``n_valid`` frames are valid now; redraws if that shows.

        Raises
        ------
        ValueError
            If there are fewer frames than that.
        """
        if not 0 <= n_valid <= len(self.frames):
            raise ValueError(f"{n_valid} of {len(self.frames)} frames cannot be valid")
        before, self._values.n_valid = self._values.n_valid, n_valid
        if n_valid == before:
            return
        if self.frame_asked_for >= min(before, n_valid) - 1:
            self.refresh(thumbnail=False, highlight=False, extent=False)
        self._widen_limits(before)
        self.events.valid_frames(value=n_valid)

    def show_frames(
        self,
        frames: npt.NDArray[np.float32],
        compartment_of_node: npt.ArrayLike,
        frame_interval: float,
        n_valid: int | None = None,
    ) -> None:
        """Show another run of the same cell; everything else about the layer stays as it is.

        Parameters are those of the class. Colour limits that nobody has set begin anew.
        """
        column = np.asarray(compartment_of_node, dtype=np.int64)
        if not np.array_equal(column, self.compartment_of_node):
            self.compartment_of_node = column
            self.mesh = self.mesh.with_compartments(column)
        self.frames = frames
        self._values = FrameValues(
            frames, self.mesh.vertex_compartment, len(frames) if n_valid is None else n_valid
        )
        if self._own_limits == tuple(self.contrast_limits):
            self._set_own_limits(voltage_limits(self._values.valid))
        self.frame_interval = float(frame_interval)
        self.vertex_values = self._values
        # also where it is the same: for the extent, which a layer that is hidden keeps otherwise
        self.scale = (self.frame_interval, *self.scale[1:])
        self.events.valid_frames(value=self.n_valid)

    @property
    def frame_asked_for(self) -> int:
        """Index of the frame that the viewer's time slider points at, valid or not."""
        point = self._data_slice.point[0]
        return len(self.frames) - 1 if np.isnan(point) else round(point)

    @property
    def current_frame(self) -> npt.NDArray[np.float32]:
        """(n_compartments,) mV; what is drawn now."""
        return self._values.frame(self.frame_asked_for)

    def fall_back(self, problem: str) -> None:
        """Go on without the GPU's help, and say so."""
        from napari.utils.notifications import show_warning

        self.gpu = False
        self.refresh()
        _log.warning("voltage layer without GPU: %s", problem)
        show_warning(
            "The fast way of colouring a neuron does not work with this version of napari "
            f"({problem}); voltages are shown by napari's Surface layer, which is slower."
        )

    def _widen_limits(self, before: int) -> None:
        """Let the colours reach the frames after ``before``, unless somebody has set them."""
        own, new = self._own_limits, self.frames[before : self.n_valid]
        if own is None or not new.size or tuple(self.contrast_limits) != own:
            return
        if not before:
            limits = voltage_limits(new)
        else:
            limits = voltage_limits(new, narrowest=0.0)
            limits = min(own[0], limits[0]), max(own[1], limits[1])
        if limits != own:
            self._set_own_limits(limits)

    def _set_own_limits(self, limits: tuple[float, float]) -> None:
        self._own_limits = limits
        self.contrast_limits_range = limits
        self.contrast_limits = limits

    def as_layer_data_tuple(self) -> tuple[Any, dict[str, Any], str]:
        """Return the cell as it looks now, without time: what "duplicate" copies and writers write.

        napari cannot make a Surface with a scale for an extra axis from a tuple.
        """
        _, state, _ = super().as_layer_data_tuple()
        values = self.current_frame[self.mesh.vertex_compartment]
        for per_axis in ("axis_labels", "scale", "translate", "units"):
            state[per_axis] = state[per_axis][1:]
        for matrix in ("affine", "rotate"):
            state[matrix] = np.asarray(state[matrix])[1:, 1:]
        state["shear"] = state["shear"][3:]  # the upper triangle without its first row
        return (self.mesh.vertices, self.mesh.faces, values), state, "surface"

    def _calc_data_range(self, mode: str = "data") -> tuple[float, float]:
        return voltage_limits(self._values.valid if mode == "data" else self.current_frame[None])


if not _GPU_PROBLEM:
    _vispy_voltage.register(VoltageLayer)
