"""Shows the run in progress: the voltage layer fills, the time slider follows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from napari.layers import Image

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
from napari_neuron.view.voltage.frames import VariableFrames
from napari_neuron.view.voltage.layer_looks import DIFFERENCE_COLORMAP
from napari_neuron.widgets.cell_in_view import KEY, layers_of, shown_in
from napari_neuron.widgets.running.run_beside import RunBeside

_KEPT = ("opacity", "shading", "minimum_radius", "minimum_width", "colouring", "visible_cells")

if TYPE_CHECKING:
    from napari.viewer import Viewer


class VoltageDisplay:
    """The voltage layer of the newest run, with all its cells.

    A new run of the same cells is shown in the layer of the last. The time slider follows the
    newest frame until the user moves it.
    """

    def __init__(self, viewer: Viewer) -> None:
        self._viewer = viewer
        self._result: SimulationResult | None = None
        self._follows = False
        self._moving = False
        self._rest: list[Callable[[], None]] = []
        self._beside = RunBeside(viewer)
        viewer.dims.events.current_step.connect(self._on_slider_moved)

    def layer_of(self, cells: Sequence[Morphology]) -> VoltageLayer | None:
        """Return the voltage layer of cells of these names, None while there is none."""
        names = [cell.name for cell in cells]
        return next(
            (x for x in self._voltage_layers() if [cell.name for cell in x.cells] == names), None
        )

    def has_layer_of(self, result: SimulationResult) -> bool:
        """Whether a layer was made for this result, as `napari_neuron.show` does."""
        held = (layer.metadata.get(KEY) for layer in self._viewer.layers)
        return any(isinstance(one, dict) and one.get("result") is result for one in held)

    def disconnect(self) -> None:
        """Stop listening to the viewer."""
        self._viewer.dims.events.current_step.disconnect(self._on_slider_moved)
        self._beside.stop()

    def layer_for(self, cells: Sequence[Morphology]) -> VoltageLayer | None:
        """Return the voltage layer that can show a run of these very cells, None without one."""
        layer = self.layer_of(cells)
        if layer is None or any(a is not b for a, b in zip(layer.cells, cells, strict=True)):
            return None
        return layer

    def looks(self, cells: Sequence[Morphology]) -> dict[str, Any]:
        """Return how the layer of cells looks, for the one that takes its place."""
        layer = self.layer_of(cells)
        if layer is None:
            return {}
        return {
            "colormap": layer.colormap_of("v"),
            **{name: getattr(layer, name) for name in _KEPT},
        }

    def show(
        self, result: SimulationResult, *, follow: bool, layer: VoltageLayer | None = None
    ) -> None:
        """Show a result instead of the one before.

        Parameters
        ----------
        result
            May still be filling; see `advance`.
        follow
            Whether the time slider follows its newest frame.
        layer
            What `make_voltage_layer` made of it, if it was made already.
        """
        self._beside.clear()
        before, there = self.layer_of(result.cells), self.layer_for(result.cells)
        self._result = result
        self._follows = False
        self._rest = []
        for mesh in self._meshes_of(result):
            show_in_layer(mesh, result, cell=None if len(mesh.cells) > 1 else mesh.cells[0].name)
        if there is not None:
            show_in_layer(there, result)
            if not there.visible:  # napari makes much of it even where it changes nothing
                there.visible = True
        else:
            if before is None:
                self._clear_the_view(result.cells)
            layer = layer or self.make(result)
            if before is not None:  # of the same cells in another unit, or with other labels
                self._viewer.layers.remove(before)
            self._put(layer)
        self._hide_others(result.cells)
        shown = self.layer_of(result.cells)
        if shown is not None:
            shown.is_live = follow
        if follow:
            self._follows = True
            if there is None:  # else it moves on by itself: each step is slow in napari
                self._go_to(0.0)
        else:
            self._do_the_rest()

    def make(self, result: SimulationResult, looks: dict[str, Any] | None = None) -> VoltageLayer:
        """Make the layer of a result, in the place of the one before; in any thread.

        Parameters
        ----------
        looks
            What `looks` has said, where that must not be asked for.
        """
        looks = dict(self.looks(result.cells) if looks is None else looks)
        visible = looks.pop("visible_cells", None)
        layer = make_voltage_layer(result, **looks)
        if visible is not None:
            layer.visible_cells = visible
        return layer

    def show_difference(self, result: SimulationResult, less: SimulationResult, name: str) -> None:
        """Show the voltage of one run less that of another of the same cells."""
        self.show(result, follow=False)
        layer = self.layer_of(result.cells)
        if layer is not None:
            frames = difference_frames(result, less)
            layer.show_other_frames(VariableFrames(name, "mV", frames), DIFFERENCE_COLORMAP)
            layer.set_limits_about(0.0)

    def show_beside(
        self, result: SimulationResult, other: SimulationResult, names: tuple[str, str]
    ) -> None:
        """Show a run, and another one of the same cells beside it; the canvas says their names."""
        self.show(result, follow=False)
        layer = self.layer_of(result.cells)
        if layer is not None:
            layer.show_variable("v")
            looks = self.looks(result.cells)
            self._beside.show(layer, lambda looks: self.make(other, looks), looks, names)

    def _voltage_layers(self) -> list[VoltageLayer]:
        layers = (x for x in self._viewer.layers if isinstance(x, VoltageLayer))
        return [x for x in layers if shown_in(x, "voltage_of") is not None]

    def _hide_others(self, cells: Sequence[Morphology]) -> None:
        """Hide the layers of other runs that have one of the cells: they lie in the same place."""
        shown, names = self.layer_of(cells), {cell.name for cell in cells}
        for layer in self._voltage_layers():
            if layer is not shown and names & {cell.name for cell in layer.cells}:
                layer.visible = False

    def _meshes_of(self, result: SimulationResult) -> list[VoltageLayer]:
        """Return the meshes of the cells: each of one cell, or of the layer of all."""
        layer = self.layer_for(result.cells)
        known = [*result.cells, *([] if layer is None else [layer.morphology])]
        held = ((x, shown_in(x, "mesh_of")) for x in self._viewer.layers)
        return [
            x for x, of in held if isinstance(x, VoltageLayer) and any(of is one for one in known)
        ]

    def _put(self, layer: VoltageLayer) -> None:
        # Letters take napari longer to draw for the first time than the cell: they come one by
        # one with the next updates, for the window not to stand still for a second.
        layer.colorbar.visible = False
        put_voltage_layer(self._viewer, layer, self._below_markers())
        self._rest = [lambda: _show_colorbar(layer), lambda: write_time(self._viewer)]

    def _below_markers(self) -> int | None:
        """Return the place below markers and connections; napari is slow to move layers."""
        if self._result is None or len(self._result.cells) < 2:
            return None
        for index, layer in enumerate(self._viewer.layers):
            held = layer.metadata.get(KEY)
            if isinstance(held, dict) and ("markers_of" in held or "connections" in held):
                return index
        return None

    def _do_the_rest(self) -> None:
        while self._rest:
            self._rest.pop(0)()

    def _clear_the_view(self, cells: Sequence[Morphology]) -> None:
        """Hide what would cover the voltage, once; the user may show it again."""
        for cell in cells:
            for layer in layers_of(self._viewer, cell):
                layer.visible = False
        if not any(isinstance(layer, Image) for layer in self._viewer.layers):
            self._viewer.dims.ndisplay = 3  # nothing is there to be looked at in slices

    def finish(self) -> None:
        """Show all there is: the run is over."""
        self.advance()
        self._do_the_rest()
        for layer in self._voltage_layers():
            layer.is_live = False

    def advance(self) -> None:
        """Show what has come since."""
        result = self._result
        if result is None or not result.n_frames:
            return
        if self._rest:
            self._rest.pop(0)()
        layer = self.layer_for(result.cells)
        if layer is None:
            return
        for one in (layer, *self._meshes_of(result)):
            one.set_valid_frames(result.n_frames)
        if self._follows:
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
        """Stop following until the user goes back to the newest frame."""
        if self._moving or self._result is None or self._result.status is not Status.RUNNING:
            return
        axis, result = time_axis(self._viewer), self._result
        if axis is not None:
            newest = (result.n_frames - 1) * result.frame_interval
            self._follows = float(self._viewer.dims.point[axis]) >= newest > 0


def _show_colorbar(layer: VoltageLayer) -> None:
    layer.colorbar.visible = True
