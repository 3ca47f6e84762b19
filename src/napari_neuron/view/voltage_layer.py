"""`VoltageLayer`: tubes coloured by voltage, with time as a dimension of the viewer."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
from napari.layers import Surface
from napari.utils.events import Event, EventEmitter

from napari_neuron.morphology.model import Morphology
from napari_neuron.view.cable_colours import (
    Blend,
    Colouring,
    blend_along_cable,
    coloured,
    unblended,
)
from napari_neuron.view.colours import (
    VARIABLE_COLORMAP,
    VOLTAGE_COLORMAP,
    variable_limits,
    voltage_limits,
)
from napari_neuron.view.frames import FrameValues, VariableFrames
from napari_neuron.view.layer_looks import LayerLooks
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


class VoltageLayer(LayerLooks, _Base):
    """The voltage of one cell over time, or another variable of its membrane.

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
    more_frames
        Of other variables, as many as ``frames``. The voltage is shown first; `show_variable`.
    minimum_radius
        µm; thinner neurites are drawn this thick. By default so that they can be seen.
    tubes
        What is drawn instead of the tubes of the skeleton, such as a mesh; see `mesh_tubes`.
    colouring
        "along the cable" or "per compartment"; see `Colouring`.
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
        more_frames: Iterable[VariableFrames] = (),
        minimum_radius: float | None = None,
        tubes: TubeMesh | None = None,
        colouring: str = Colouring.ALONG_THE_CABLE,
        gpu: bool = True,
        **surface: Any,
    ) -> None:
        self.gpu = gpu and not _GPU_PROBLEM
        self.frame_changed = EventEmitter(source=self, type_name="frame_changed")
        self.frames = frames
        self._variables = _by_name(frames, more_frames)
        self._shown = self._variables["v"]
        self._looks: dict[str, dict[str, Any]] = {}
        self.frame_interval = float(frame_interval)
        self.compartment_of_node = np.asarray(compartment_of_node, dtype=np.int64)
        self.node_id = morphology.node_id
        self.node_position = morphology.position[:, ::-1]
        self.node_radius = np.maximum(morphology.radius, 0.0)
        if minimum_radius is None:
            minimum_radius = default_minimum_radius(morphology)
        n_nodes = len(morphology)
        sides = 8 if n_nodes < 20_000 else 6 if n_nodes < 100_000 else 4
        self.mesh: TubeMesh
        self.morphology = morphology
        self._colouring = Colouring(colouring)
        if tubes is None:
            tubes = tube_mesh(
                morphology, self.compartment_of_node, minimum_radius=minimum_radius, sides=sides
            )
        self._set_tubes(tubes)
        self._values = FrameValues(frames, self.blend, len(frames) if n_valid is None else n_valid)
        self._edges = edge_tubes(morphology, tubes)
        self._slab_shown = 0.0
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
        self.events.add(minimum_radius=Event, valid_frames=Event, variable=Event, colouring=Event)
        self._set_up_looks()
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
        self._tubes = self._tubes.with_minimum_radius(radius)
        self.mesh = self.mesh.with_minimum_radius(radius)
        self.events.minimum_radius()
        self.vertices = self.mesh.vertices

    @property
    def colouring(self) -> Colouring:
        """Whether colours run into one another along the cable, or end with each compartment."""
        return self._colouring

    @colouring.setter
    def colouring(self, colouring: str) -> None:
        if colouring == self._colouring:
            return
        self._colouring = Colouring(colouring)
        self._set_tubes(self._tubes)
        self._take_frames(self.frames, self.n_valid)
        self.refresh()
        self.events.colouring()

    def _set_tubes(self, tubes: TubeMesh) -> None:
        self._tubes = tubes
        self._node_blend: Blend | None = None
        self.mesh, self.blend = coloured(
            tubes, self.morphology, self.compartment_of_node, self._colouring
        )

    @property
    def node_blend(self) -> Blend:
        """How the nodes of the cell are coloured."""
        if self._node_blend is None:
            column = self.compartment_of_node
            self._node_blend = (
                unblended(column)
                if self._colouring is Colouring.PER_COMPARTMENT
                else blend_along_cable(self.morphology, column)
            )
        return self._node_blend

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
        edges = self._edges
        if self._colouring is Colouring.PER_COMPARTMENT:  # as in 3D: that of the node it leads to
            edges = replace(edges, start_node=edges.end_node)
        return cut_tubes(
            edges,
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

    @property
    def variables(self) -> tuple[str, ...]:
        """Names of the variables there are frames of, "v" first."""
        return tuple(self._variables)

    @property
    def shown(self) -> VariableFrames:
        """The variable that is shown."""
        return self._shown

    def unit_of(self, name: str) -> str:
        """Return the unit of one of `variables`; "" if it has none."""
        return self._variables[name].unit

    def colormap_of(self, name: str) -> Any:
        """Return the colour map of a variable, whether it is shown or not."""
        if name == self._shown.name:
            return self.whole_colormap
        usual = VOLTAGE_COLORMAP if name == "v" else VARIABLE_COLORMAP
        return self._looks.get(name, {}).get("colormap", usual)

    def show_variable(self, name: str) -> None:
        """Colour the cell by another variable.

        Each variable has its own colour map and limits: those it had when it was shown last.

        Raises
        ------
        KeyError
            If there are no frames of it.
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

        Parameters are those of the class. Colour limits that nobody has set begin anew. A
        variable that this run has not kept is shown no longer: the voltage is.
        """
        column = np.asarray(compartment_of_node, dtype=np.int64)
        if not np.array_equal(column, self.compartment_of_node):
            self.compartment_of_node = column
            self._set_tubes(self._tubes.with_compartments(column))
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
        self.events.valid_frames(value=self.n_valid)

    def _take_frames(self, frames: npt.NDArray[np.float32], n_valid: int) -> None:
        self.frames = frames
        self._values = FrameValues(frames, self.blend, n_valid)
        if len(self.vertices) == len(self.blend):
            self.vertex_values = self._values
        else:  # more or fewer vertices are shared between compartments
            self.data = (self.mesh.vertices, self.mesh.faces, self._values)

    def _keep_looks(self) -> None:
        limits = tuple(self.contrast_limits)
        looks = {"colormap": self.whole_colormap}
        if limits != self._own_limits:
            looks["limits"] = limits
        self._looks[self._shown.name] = looks

    def _restore_looks(self, colormap: Any) -> None:
        self.threshold = None
        self.colormap = colormap
        looks = self._looks.get(self._shown.name, {})
        if "limits" in looks:
            low, high = looks["limits"]
            self.contrast_limits_range = (low, high)
            self.contrast_limits = (low, high)
        else:
            self._set_own_limits(self._limits(self._values.valid))
        if not _GPU_PROBLEM:
            self.colorbar.unit = self._shown.unit

    def _limits(
        self, frames: npt.NDArray[np.float32], *, narrowest: float = 10.0
    ) -> tuple[float, float]:
        if self._shown.name == "v":
            return voltage_limits(frames, narrowest=narrowest)
        return variable_limits(frames)

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
            limits = self._limits(new)
        else:
            limits = self._limits(new, narrowest=0.0)
            limits = min(own[0], limits[0]), max(own[1], limits[1])
        if limits != own:
            self._set_own_limits(limits)

    def _set_own_limits(self, limits: tuple[float, float]) -> None:
        self._own_limits = limits
        self.contrast_limits_range = limits
        self.contrast_limits = limits

    @property
    def own_limits(self) -> tuple[float, float] | None:
        """The colour limits, as long as nobody has set others; None else.

        Set for cells shown side by side: these go on following the frames.
        """
        return self._own_limits if self._own_limits == tuple(self.contrast_limits) else None

    @own_limits.setter
    def own_limits(self, limits: tuple[float, float]) -> None:
        if limits != self._own_limits:
            self._set_own_limits(limits)

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
        return (self.mesh.vertices, self.mesh.faces, values), state, "surface"

    def _calc_data_range(self, mode: str = "data") -> tuple[float, float]:
        return self._limits(self._values.valid if mode == "data" else self.current_frame[None])


def _by_name(
    frames: npt.NDArray[np.float32], more_frames: Iterable[VariableFrames]
) -> dict[str, VariableFrames]:
    everything = (VariableFrames("v", "mV", frames), *more_frames)
    return {variable.name: variable for variable in everything}


if not _GPU_PROBLEM:
    _vispy_voltage.register(VoltageLayer)
