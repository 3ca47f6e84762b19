"""`VoltageLayer`: tubes coloured by voltage, with time as a dimension of the viewer."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from napari.utils.events import Event, EventEmitter

from napari_neuron.morphology.model import Morphology
from napari_neuron.view.geometry.cable_colours import Colouring
from napari_neuron.view.geometry.tubes import TubeMesh, default_minimum_radius
from napari_neuron.view.voltage._vispy_voltage import VoltageSurface
from napari_neuron.view.voltage.colours import VOLTAGE_COLORMAP, voltage_limits
from napari_neuron.view.voltage.frames import FrameValues, VariableFrames
from napari_neuron.view.voltage.layer_looks import LayerLooks
from napari_neuron.view.voltage.layer_shape import MINIMUM_WIDTH, LayerShape

_log = logging.getLogger(__name__)

try:
    from napari_neuron.view.voltage import _vispy_visuals
except Exception as error:  # private API of napari: anything can have changed
    GPU_PROBLEM = f"{type(error).__name__}: {error}"
else:
    GPU_PROBLEM = ""


class VoltageLayer(LayerLooks, LayerShape, VoltageSurface):
    """The voltage of a cell, or of several, over time, or another variable of their membrane.

    A `napari.layers.Surface` with the axes time (ms), z, y, x (µm). With ``gpu``, a time step
    uploads one number per compartment and the graphics card does the rest; without it, napari
    recolours every vertex. Either way the frames are read in place and never copied per vertex.

    Parameters
    ----------
    morphology
        The cell, or several cells.
    frames : (n_frames, n_compartments) float32
        mV; an array or a memory map, which may still be growing.
    compartment_of_node : (n_nodes,) int
        Column of ``frames`` for each node; for several cells, one cell after another.
    frame_interval
        Time between frames, ms.
    n_valid
        Number of frames that are valid now; all by default. To change it later, call
        `set_valid_frames`.
    more_frames
        Frames of other variables, as many as ``frames``. The voltage is shown first; see
        `show_variable`.
    minimum_radius
        µm; thinner neurites are drawn this thick.
    minimum_width
        Pixels; neurites are drawn at least this wide on the screen, at any zoom.
    tubes
        What to draw instead of the tubes of the skeleton, such as a mesh; see `mesh_tubes`.
    colouring
        "along the cable" or "per compartment"; see `Colouring`.
    gpu
        False for napari's own way of drawing a Surface.
    **surface
        Arguments of `napari.layers.Surface`: name, colormap, contrast_limits, shading, metadata ...
    """

    def __init__(
        self,
        morphology: Morphology | Sequence[Morphology],
        frames: npt.NDArray[np.float32],
        compartment_of_node: npt.ArrayLike,
        frame_interval: float,
        *,
        n_valid: int | None = None,
        more_frames: Iterable[VariableFrames] = (),
        minimum_radius: float = 0.0,
        minimum_width: float = MINIMUM_WIDTH,
        tubes: TubeMesh | None = None,
        colouring: str = Colouring.ALONG_THE_CABLE,
        gpu: bool = True,
        **surface: Any,
    ) -> None:
        self.gpu = gpu and not GPU_PROBLEM
        # not among `events`: for each of those napari paints the layer list again
        self.frame_changed = EventEmitter(source=self, type_name="frame_changed")
        self.valid_frames_changed = EventEmitter(source=self, type_name="valid_frames_changed")
        self.frames = frames
        self._variables = _by_name(frames, more_frames)
        self._shown = self._variables["v"]
        self._looks: dict[str, dict[str, Any]] = {}
        self.frame_interval = float(frame_interval)
        self._set_up_shape(
            morphology, compartment_of_node, minimum_radius, minimum_width, tubes, colouring
        )
        self._values = FrameValues(frames, self.blend, len(frames) if n_valid is None else n_valid)
        settings: dict[str, Any] = {
            "name": f"{self.morphology.name} voltage",
            "colormap": VOLTAGE_COLORMAP,
            "shading": "smooth",
            "metadata": {"napari_neuron": {"voltage_of": self.morphology, "cells": self.cells}},
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
        if not GPU_PROBLEM:
            _vispy_visuals.add_unit_to_colorbar(self)
        self.colorbar.visible = True
        self.events.add(variable=Event)
        self._set_up_shape_events()
        self._set_up_looks()
        if gpu and GPU_PROBLEM:
            self.fall_back(GPU_PROBLEM)

    @property
    def n_valid(self) -> int:
        """Number of valid frames."""
        return self._values.n_valid

    def set_valid_frames(self, n_valid: int) -> None:
        """Set the number of valid frames; redraws if that makes a visible difference.

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
        self.valid_frames_changed()

    @property
    def variables(self) -> tuple[str, ...]:
        """Names of the variables that have frames, "v" first."""
        return tuple(self._variables)

    @property
    def shown(self) -> VariableFrames:
        """The variable that is shown."""
        return self._shown

    def unit_of(self, name: str) -> str:
        """Return the unit of one of `variables`; "" if it has none."""
        return self._variables[name].unit

    def show_variable(self, name: str) -> None:
        """Colour the cell by another variable.

        Each variable keeps its own colour map and limits.

        Raises
        ------
        KeyError
            If it has no frames.
        """
        if name not in self._variables:
            raise KeyError(f"there are frames of {', '.join(self._variables)}, not of {name!r}")
        if name == self._shown.name:
            return
        colormap = self.colormap_of(name)
        self._keep_looks()
        self._shown = self._variables[name]
        self._take_frames(self._shown.frames, self.n_valid)
        self._restore_looks(colormap)
        self.events.variable()

    def show_frames(
        self,
        frames: npt.NDArray[np.float32],
        compartment_of_node: npt.ArrayLike,
        frame_interval: float,
        n_valid: int | None = None,
        more_frames: Iterable[VariableFrames] = (),
    ) -> None:
        """Show another run of the same cell; everything else about the layer stays as it is.

        Parameters are those of the class. Colour limits that nobody has set start afresh. If this
        run has not kept the variable shown, the voltage is shown instead.
        """
        column = np.asarray(compartment_of_node, dtype=np.int64)
        if not np.array_equal(column, self.compartment_of_node):
            self._set_compartments(column)
        self._variables = _by_name(frames, more_frames)
        is_kept = self._shown.name in self._variables
        colormap = self.colormap_of("v")
        if not is_kept:
            self._keep_looks()
        self._shown = self._variables[self._shown.name if is_kept else "v"]
        self.frame_interval = float(frame_interval)
        self._take_frames(self._shown.frames, len(frames) if n_valid is None else n_valid)
        if not is_kept:
            self._restore_looks(colormap)
        elif self._own_limits == tuple(self.contrast_limits):
            self._set_own_limits(self._limits(self._values.valid))
        # also where it is the same: for the extent, which a layer that is hidden keeps otherwise
        self.scale = (self.frame_interval, *self.scale[1:])
        self.events.variable()
        self.valid_frames_changed()

    def _take_frames(self, frames: npt.NDArray[np.float32], n_valid: int) -> None:
        self.frames = frames
        self._values = FrameValues(frames, self.blend, n_valid)
        if len(self.vertices) == len(self.blend):
            self.vertex_values = self._values
        else:  # more or fewer vertices are shared between compartments
            self._show_plain()

    @property
    def frame_asked_for(self) -> int:
        """Index of the frame that the viewer's time slider points at, valid or not."""
        point = self._data_slice.point[0]
        return len(self.frames) - 1 if np.isnan(point) else round(point)

    @property
    def current_frame(self) -> npt.NDArray[np.float32]:
        """(n_compartments,) in the unit of `shown`; what is drawn now."""
        return self._values.frame(self.frame_asked_for)

    def fall_back(self, problem: str) -> None:
        """Continue without the GPU, with a warning."""
        from napari.utils.notifications import show_warning

        self.gpu = False
        self._show_plain()
        self.refresh()
        _log.warning("voltage layer without GPU: %s", problem)
        show_warning(
            "Fast colouring does not work with this version of napari "
            f"({problem}); voltages are shown by napari's Surface layer, which is slower."
        )

    def as_layer_data_tuple(self) -> tuple[Any, dict[str, Any], str]:
        """Return the cell as it looks now, without time: what "duplicate" copies and writers write.

        napari cannot make a Surface with a scale for an extra axis from a tuple.
        """
        _, state, _ = super().as_layer_data_tuple()
        values = self.blend.of(self.current_frame)
        for per_axis in ("axis_labels", "scale", "translate", "units"):
            state[per_axis] = state[per_axis][1:]
        for matrix in ("affine", "rotate"):
            state[matrix] = np.asarray(state[matrix])[1:, 1:]
        state["shear"] = state["shear"][3:]  # the upper triangle without its first row
        thin = max(self.minimum_radius, default_minimum_radius(self.morphology))
        vertices = self.mesh.with_minimum_radius(thin).vertices  # as wide as it is seen
        return (vertices, self.mesh.faces, values), state, "surface"

    def _calc_data_range(self, mode: str = "data") -> tuple[float, float]:
        return self._limits(self._values.valid if mode == "data" else self.current_frame[None])


def _by_name(
    frames: npt.NDArray[np.float32], more_frames: Iterable[VariableFrames]
) -> dict[str, VariableFrames]:
    everything = (VariableFrames("v", "mV", frames), *more_frames)
    return {variable.name: variable for variable in everything}


if not GPU_PROBLEM:
    _vispy_visuals.register(VoltageLayer)
