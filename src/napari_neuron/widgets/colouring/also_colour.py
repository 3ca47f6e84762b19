"""`AlsoColour`: which other layers show the voltage too."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from napari.layers import Labels, Points, Shapes, Surface
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QMenu, QToolButton, QVBoxLayout, QWidget

from napari_neuron.errors import MorphologyError
from napari_neuron.morphology import Morphology
from napari_neuron.view import LinkedColours, VoltageLayer, mesh_of, mesh_tubes
from napari_neuron.view.geometry.mesh_cells import Mesh, likely_micrometres
from napari_neuron.widgets.cell_in_view import KEY, shown_in
from napari_neuron.widgets.colouring.mesh_dialog import MeshDialog, MeshSource
from napari_neuron.widgets.colouring.shown_layers import ShownLayers
from napari_neuron.widgets.toolkit.latest_job import LatestJob
from napari_neuron.widgets.toolkit.page import hint
from napari_neuron.widgets.toolkit.problem import ProblemLabel

if TYPE_CHECKING:
    from napari.viewer import Viewer


class AlsoColour(QWidget):
    """A menu of the layers that can take the colours of the first voltage layer."""

    def __init__(self, viewer: Viewer, layers: ShownLayers) -> None:
        super().__init__()
        self._viewer, self._layers = viewer, layers
        self._linked: tuple[VoltageLayer, LinkedColours] | None = None
        self.button = QToolButton()
        self.button.setText("Also colour…")
        self.button.setToolTip("Nodes, paths, a segment of a Labels layer, or a mesh")
        self.menu = QMenu(self.button)
        self.menu.aboutToShow.connect(self.fill)
        self.button.setMenu(self.menu)
        self.button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.problem = ProblemLabel()
        self.working = hint()
        self.working.setVisible(False)
        self.dialog: MeshDialog | None = None
        self._job = LatestJob()
        self._job.finished.connect(self._on_made)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.button, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.working)
        column.addWidget(self.problem)

    def fill(self) -> None:
        """List the present layers."""
        self.menu.clear()
        source = self._layers.first
        entries = [] if source is None else self._entries(source)
        for text, act in entries:
            self.menu.addAction(text).triggered.connect(lambda _=False, act=act: self._do(act))
        if not entries:
            self.menu.addAction("No other layer of this neuron").setEnabled(False)

    def _entries(self, source: VoltageLayer) -> list[tuple[str, Callable[[], Any]]]:
        entries: list[tuple[str, Callable[[], Any]]] = []
        for layer in self._viewer.layers:
            cell = shown_in(layer, "morphology")
            is_own = any(cell is one for one in source.cells)
            if isinstance(layer, Points) and is_own:
                add = partial(self._nodes, layer, cell)
                entries.append((f"Nodes: {layer.name}", add))
            elif isinstance(layer, Shapes) and is_own:
                entries.append((f"Paths: {layer.name}", partial(self._paths, layer, cell)))
            elif isinstance(layer, Labels):
                entries += self._segment_entries(layer, source.cells)
            elif isinstance(layer, Surface) and not isinstance(layer, VoltageLayer):
                entries.append((f"Mesh: {layer.name}", lambda x=layer: self._add_mesh(x, source)))
        entries.append(("A mesh from a file or folder…", self._ask_for_mesh))
        return entries

    def _segment_entries(
        self, layer: Labels, cells: Sequence[Morphology]
    ) -> Iterator[tuple[str, Callable[[], Any]]]:
        segment = int(layer.selected_label)
        for cell in cells:
            whose = f" of {cell.name}" if len(cells) > 1 else ""
            for of in ("soma", "mean"):
                text = f"Segment {segment} of {layer.name}, by the {of}{whose}"
                yield text, partial(self._segment, layer, segment, of, cell)

    def _do(self, act: Callable[[], Any]) -> None:
        self.problem.say("")
        try:
            act()
        except (MorphologyError, ValueError) as error:
            self.problem.say(str(error))

    def _link(self) -> LinkedColours:
        source = self._layers.first
        assert source is not None
        if self._linked is None or self._linked[0] is not source:
            self._linked = (source, LinkedColours(self._viewer, source))
        return self._linked[1]

    def _nodes(self, layer: Points, cell: Morphology) -> None:
        self._link().add_nodes(layer, cell)

    def _paths(self, layer: Shapes, cell: Morphology) -> None:
        self._link().add_paths(layer, cell)

    def _segment(self, layer: Labels, segment: int, of: str, cell: Morphology) -> None:
        self._link().add_segment(layer, segment, of=of, cell=cell)

    def _ask_for_mesh(self) -> None:
        self.dialog = MeshDialog(self)
        self.dialog.chosen.connect(self.add_mesh_from)
        self.dialog.open()

    def add_mesh_from(self, wanted: MeshSource) -> None:
        """Read a mesh in a thread, and show it in the colours of the first voltage layer."""
        source = self._layers.first
        if source is not None:
            name = wanted.path.stem if wanted.segment is None else str(wanted.segment)
            self._start(lambda: _read(wanted, source.morphology), name, source)

    def _add_mesh(self, mesh: Surface, source: VoltageLayer) -> None:
        self._start(lambda: mesh_of(mesh), mesh.name, source, mesh)

    def _start(
        self, read: Callable[[], Mesh], name: str, source: VoltageLayer, instead: Any = None
    ) -> None:
        source.show_variable("v")
        settings = {
            "name": f"{name} voltage",
            "colormap": source.whole_colormap,
            "contrast_limits": tuple(source.contrast_limits),
            "metadata": {KEY: {"mesh_of": source.morphology}},
        }
        self.problem.say("")
        self.working.setText(f"Reading {name} …")
        self.working.setVisible(True)
        self._job.request(_made, read, source, settings, instead)

    def _on_made(self, answer: tuple[VoltageLayer | None, Any, str]) -> None:
        layer, instead, problem = answer
        self.working.setVisible(False)
        self.problem.say(problem)
        if layer is None:
            return
        layer.colorbar.visible = False
        if instead is not None:
            instead.visible = False
        self._viewer.add_layer(layer)

    def shut_down(self) -> None:
        """Let the layers keep the colours they have."""
        self._job.stop()
        if self._linked is not None and self._linked[0] in self._viewer.layers:
            self._linked[1].disconnect()
        self._linked = None


def _read(wanted: MeshSource, cell: Morphology) -> Mesh:
    vertices, faces = mesh_of(wanted.path, wanted.scale or 1.0, segment=wanted.segment)
    if wanted.scale is None and wanted.segment is None:
        vertices = vertices * np.float32(likely_micrometres((vertices, faces), cell))
    return vertices, faces


def _made(
    read: Callable[[], Mesh], source: VoltageLayer, settings: dict[str, Any], instead: Any
) -> tuple[VoltageLayer | None, Any, str]:
    """Make the layer of a mesh, in a thread; tell what was wrong with it."""
    try:
        tubes = mesh_tubes(read(), source.morphology, source.compartment_of_node)
    except MorphologyError as error:
        return None, instead, str(error)
    except MemoryError:
        return None, instead, "There is not enough memory for this mesh."
    layer = VoltageLayer(
        source.morphology,
        source.frames,
        source.compartment_of_node,
        source.frame_interval,
        n_valid=source.n_valid,
        tubes=tubes,
        **settings,
    )
    return layer, instead, ""
