"""Shows the run under way: the voltage layer fills, the time slider follows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from napari.layers import Image
from qtpy.QtCore import QTimer

from napari_neuron.morphology import Morphology
from napari_neuron.result import SimulationResult
from napari_neuron.result.model import Status
from napari_neuron.view import (
    VoltageLayer,
    difference_frames,
    make_voltage_layer,
    put_voltage_layer,
    show_in_layer,
    time_axis,
    write_time,
)
from napari_neuron.view.frames import VariableFrames
from napari_neuron.view.layer_looks import DIFFERENCE_COLORMAP
from napari_neuron.widgets.cell_in_view import KEY, layers_of, shown_in

_KEPT = ("opacity", "shading", "minimum_radius", "colouring")

_APART = 30
"""ms between layers that are added one after the other."""

if TYPE_CHECKING:
    from napari.viewer import Viewer


class VoltageDisplay:
    """The voltage layers of the newest run.

    One layer for each cell: a new run is shown in the layers of the last. The time slider follows
    the newest frame until the person moves it.

    Attributes
    ----------
    on_added
        Called when the layer of a further cell was added.
    """

    def __init__(self, viewer: Viewer) -> None:
        self._viewer = viewer
        self._result: SimulationResult | None = None
        self._follows = False
        self._moving = False
        self._rest: list[Callable[[], None]] = []
        self.on_added: Callable[[], None] = lambda: None
        self._timer = QTimer()
        self._timer.setInterval(_APART)
        self._timer.timeout.connect(self._do_one)
        viewer.dims.events.current_step.connect(self._on_slider_moved)

    def layer_of(self, name: str) -> VoltageLayer | None:
        """Return the voltage layer of the cell of that name, None while there is none."""
        found = ((layer, shown_in(layer, "voltage_of")) for layer in self._viewer.layers)
        layers = (layer for layer, cell in found if cell is not None and cell.name == name)
        return next((layer for layer in layers if isinstance(layer, VoltageLayer)), None)

    @property
    def is_busy(self) -> bool:
        """Whether layers are still to be added."""
        return bool(self._rest)

    def disconnect(self) -> None:
        """Stop listening to the viewer."""
        self._timer.stop()
        self._viewer.dims.events.current_step.disconnect(self._on_slider_moved)

    def layer_for(self, cell: Morphology) -> VoltageLayer | None:
        """Return the voltage layer that can show a run of this very cell, None without one."""
        layer = self.layer_of(cell.name)
        return layer if layer is not None and shown_in(layer, "voltage_of") is cell else None

    def looks(self, name: str) -> dict[str, Any]:
        """Return how a cell's layer looks, for the one that takes its place."""
        layer = self.layer_of(name)
        if layer is None:
            return {}
        return {
            "colormap": layer.colormap_of("v"),
            **{name: getattr(layer, name) for name in _KEPT},
        }

    def show(
        self,
        result: SimulationResult,
        *,
        follow: bool,
        layers: Mapping[str, VoltageLayer] | None = None,
    ) -> None:
        """Show a result instead of the one before.

        Parameters
        ----------
        result
            May still be filling; see `advance`.
        follow
            Whether the time slider follows its newest frame.
        layers
            By name of the cell, what `make_voltage_layer` made of it, if it was made already.
        """
        self._result = result
        self._follows = False
        self._rest = []
        for index, cell in enumerate(result.cells):
            made = (layers or {}).get(cell.name)
            # napari takes long for each new layer: those of further cells come one by one
            if index and self.layer_for(cell) is None:
                self._rest.append(partial(self._show_cell, result, cell, made))
            else:
                self._show_cell(result, cell, made)
        if follow:
            self._follows = True
            self._go_to(0.0)
        else:
            self._do_the_rest()

    def _show_cell(
        self, result: SimulationResult, cell: Morphology, made: VoltageLayer | None
    ) -> None:
        before, there = self.layer_of(cell.name), self.layer_for(cell)
        for mesh in self._meshes_of(cell):
            show_in_layer(mesh, result, cell=cell.name)
        if there is not None:
            show_in_layer(there, result, cell=cell.name)
            return
        if before is None:
            self._clear_the_view(cell)
        layer = made or make_voltage_layer(result, cell=cell.name, **self.looks(cell.name))
        if before is not None:  # of the same cell in another unit, or with other labels
            self._viewer.layers.remove(before)
        self._put(layer, is_first=cell is result.cells[0])
        if cell is not result.cells[0]:
            self.on_added()

    def show_difference(self, result: SimulationResult, less: SimulationResult, name: str) -> None:
        """Show the voltages of one run less those of another of the same cells."""
        self.show(result, follow=False)
        for layer in self._layers_of(result):
            frames = difference_frames(result, less, layer.morphology.name)
            layer.show_other_frames(VariableFrames(name, "mV", frames), DIFFERENCE_COLORMAP)
            layer.set_limits_about(0.0)

    def show_beside(self, result: SimulationResult, other: SimulationResult) -> None:
        """Show a run, and another one of the same cell beside it."""
        self.show(result, follow=False)
        layer = self.layer_of(result.cells[0].name)
        if layer is None:
            return
        for before in [x for x in self._viewer.layers if shown_in(x, "beside")]:
            self._viewer.layers.remove(before)
        beside = make_voltage_layer(
            other,
            cell=other.cells[0].name,
            **self.looks(result.cells[0].name),
            contrast_limits=tuple(layer.contrast_limits),
            name=f"{other.cells[0].name} voltage, beside",
            metadata={KEY: {"beside": other.cells[0]}},
        )
        width = float(np.ptp(result.cells[0].position[:, 0]))
        beside.translate = (0.0, 0.0, 0.0, 1.15 * width + 10.0)
        beside.colorbar.visible = False
        self._viewer.add_layer(beside)
        self._viewer.reset_view()

    def _meshes_of(self, cell: Morphology) -> list[VoltageLayer]:
        return [x for x in self._viewer.layers if shown_in(x, "mesh_of") is cell]

    def _layers_of(self, result: SimulationResult) -> list[VoltageLayer]:
        layers = (self.layer_of(cell.name) for cell in result.cells)
        return [layer for layer in layers if layer is not None]

    def _put(self, layer: VoltageLayer, *, is_first: bool) -> None:
        # Letters take napari longer to draw for the first time than the cell: they come one by
        # one with the next updates, for the window not to stand still for a second.
        layer.colorbar.visible = False
        put_voltage_layer(self._viewer, layer, self._below_markers())
        if is_first:  # all cells have the same colours
            self._rest += [lambda: _show_colorbar(layer), lambda: write_time(self._viewer)]

    def _below_markers(self) -> int | None:
        """Return the place below markers and connections; napari takes long to move layers."""
        if self._result is None or len(self._result.cells) < 2:
            return None
        for index, layer in enumerate(self._viewer.layers):
            held = layer.metadata.get(KEY)
            if isinstance(held, dict) and ("markers_of" in held or "connections" in held):
                return index
        return None

    def _do_the_rest(self) -> None:
        """Do what is left: at once for one cell, between the events of the window for several."""
        if self._result is not None and len(self._result.cells) > 1:
            self._timer.start()
            return
        while self._rest:
            self._rest.pop(0)()

    def _do_one(self) -> None:
        if self._rest:
            self.advance()
        if not self._rest:
            self._timer.stop()

    def _share_limits(self) -> None:
        """Have the cells of a run in one scale of colours."""
        layers = self._layers_of(self._result) if self._result is not None else []
        own = [layer.own_limits for layer in layers]
        if len(layers) < 2 or None in own or len({layer.shown.name for layer in layers}) > 1:
            return
        limits = [one for one in own if one is not None]
        shared = min(low for low, _ in limits), max(high for _, high in limits)
        for layer in layers:
            layer.own_limits = shared

    def _clear_the_view(self, cell: Morphology) -> None:
        """Hide what would cover the voltage, once; the person may show it again."""
        for layer in layers_of(self._viewer, cell):
            layer.visible = False
        if not any(isinstance(layer, Image) for layer in self._viewer.layers):
            self._viewer.dims.ndisplay = 3  # nothing is there to be looked at in slices

    def finish(self) -> None:
        """Show all there is: the run is over."""
        self.advance()
        self._do_the_rest()

    def advance(self) -> None:
        """Show what has come since."""
        result = self._result
        if result is None or not result.n_frames:
            return
        if self._rest:
            self._rest.pop(0)()
        for cell in result.cells:
            layer = self.layer_of(cell.name)
            for one in (layer, *self._meshes_of(cell)) if layer is not None else ():
                one.set_valid_frames(result.n_frames)
        self._share_limits()
        if self._follows and self._layers_of(result):
            self._go_to((result.n_frames - 1) * result.frame_interval)

    def _go_to(self, time: float) -> None:
        self._moving = True
        try:
            axis = time_axis(self._viewer)
            if axis is not None:
                self._viewer.dims.set_point(axis, time)
        finally:
            self._moving = False

    def _on_slider_moved(self, event: Any = None) -> None:
        """Follow no more, until the person goes to the newest frame again."""
        if self._moving or self._result is None or self._result.status is not Status.RUNNING:
            return
        axis, result = time_axis(self._viewer), self._result
        if axis is not None:
            newest = (result.n_frames - 1) * result.frame_interval
            self._follows = float(self._viewer.dims.point[axis]) >= newest > 0


def _show_colorbar(layer: VoltageLayer) -> None:
    layer.colorbar.visible = True
