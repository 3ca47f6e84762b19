"""`ImagePanel`: whether a cell fits an image, and navigation in the image."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from napari.layers import Labels
from psygnal import Signal
from qtpy.QtCore import QTimer
from qtpy.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from napari_neuron.morphology import Morphology
from napari_neuron.view import VoltageLayer
from napari_neuron.view.alignment import Remedy, judge, lie_alike, mend, volume_of, with_voxel
from napari_neuron.view.navigation import jump_to_node, slice_through_voxel, voxel_in_view
from napari_neuron.widgets.cell.image_layers import ImageLayers
from napari_neuron.widgets.cell.skeletoniser import Skeletoniser
from napari_neuron.widgets.cell_in_view import CellInView
from napari_neuron.widgets.toolkit.numbers import QuantitySpinBox
from napari_neuron.widgets.toolkit.page import hint, let_shrink
from napari_neuron.widgets.toolkit.problem import ProblemLabel
from napari_neuron.widgets.toolkit.progress_line import ProgressLine

if TYPE_CHECKING:
    from napari.viewer import Viewer


class ImagePanel(QWidget):
    """Shown while there is an image or a volume of labels in the viewer.

    Attributes
    ----------
    cell_made : Signal (Morphology)
        A label was made into a cell.
    """

    cell_made = Signal(object)

    def __init__(self, viewer: Viewer, view: CellInView) -> None:
        super().__init__()
        self._viewer = viewer
        self._view = view
        self._images = ImageLayers(viewer)
        self._skeletoniser = Skeletoniser()
        self._remedy: Remedy | None = None
        self._build()
        self._images.changed.connect(self._on_images_changed)
        self._images.label_changed.connect(self._show_label)
        view.cell_changed.connect(self._show_verdict)
        view.selection_changed.connect(self._on_selection_changed)
        self._skeletoniser.made.connect(self._on_made)
        self._skeletoniser.failed.connect(self._on_failed)
        self._timer = QTimer(self)
        self._timer.setInterval(100)
        self._timer.timeout.connect(self._show_progress)
        self._on_images_changed()

    def _build(self) -> None:
        heading = QLabel("The cell in the image")
        heading.setObjectName("heading")
        self.layer_box = QComboBox()
        let_shrink(self.layer_box)
        self.layer_box.setToolTip("Image or labels to compare the cell with")
        self.layer_box.activated.connect(lambda _: self._on_layer_chosen())
        self.remedy_button = QPushButton()
        self.verdict = QLabel()
        self.verdict.setWordWrap(True)
        self.verdict.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        self.remedy_button.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.remedy_button.clicked.connect(lambda _=False: self._mend(self._remedy))
        self.problem = ProblemLabel()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 8, 0, 0)
        layout.setSpacing(6)
        for part in (heading, self.layer_box, self.verdict, self.remedy_button):
            layout.addWidget(part)
        for row in (self._voxel_row(), self._slab_row(), self._follow_row()):
            layout.addLayout(row)
        layout.addWidget(self._labels_part())
        layout.addWidget(self.problem)

    def _voxel_row(self) -> QHBoxLayout:
        self.voxel = tuple(QuantitySpinBox() for _ in range(3))
        row = QHBoxLayout()
        row.setSpacing(4)
        row.addWidget(_dim("Voxel, nm"))
        for axis, box in zip("zyx", self.voxel, strict=True):
            box.setToolTip(f"Size of a voxel along {axis}, nm")
            box.setButtonSymbols(box.ButtonSymbols.NoButtons)
            box.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
            box.setStyleSheet("min-width: 36px; padding: 2px;")  # napari's is 100 px
            row.addWidget(_dim(axis))
            row.addWidget(box, 1)
        self.voxel_button = QPushButton("Set")
        self.voxel_button.setMaximumWidth(48)
        self.voxel_button.setToolTip(
            "Give the layer this voxel size, and µm as its unit; layers that coincide with it "
            "follow"
        )
        self.voxel_button.clicked.connect(lambda _=False: self._set_voxel())
        row.addWidget(self.voxel_button)
        return row

    def _slab_row(self) -> QHBoxLayout:
        self.slab = QuantitySpinBox()
        self.slab.setSuffix(" µm")
        self.slab.lowest = 0.0
        self.slab.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.slab.setMinimumWidth(80)
        self.slab.setToolTip(
            "In 2D, also show cable this close to the slice, faded; 0 shows only the cut"
        )
        self.slab.valueChanged.connect(lambda _: self._set_slab())
        row = QHBoxLayout()
        row.addWidget(_dim("Also show cable within"))
        row.addWidget(self.slab, 1)
        return row

    def _follow_row(self) -> QHBoxLayout:
        self.follow = QCheckBox("Slice follows the selected node")
        self.follow.setToolTip("Select a node, stimulus or recorder to move the slice to it")
        self.follow.toggled.connect(self._on_selection_changed)
        self.go_button = QPushButton("Go to it")
        self.go_button.setToolTip("Bring the selected node into view")
        self.go_button.clicked.connect(lambda _=False: self._go_to_selected())
        row = QHBoxLayout()
        row.addWidget(self.follow, 1)
        row.addWidget(self.go_button)
        return row

    def _labels_part(self) -> QWidget:
        self.labels_part = QWidget()
        self.label = QLineEdit()
        self.label.setToolTip("The label to skeletonise; by default the one selected in the layer")
        self.label.setMinimumWidth(60)
        self.label.setPlaceholderText("label")
        self.skeletonise_button = QPushButton("Skeletonise this label")
        self.skeletonise_button.setToolTip(
            "Make a cell from the label's voxels: centre line, with radii from the distance to "
            "the edge"
        )
        self.skeletonise_button.clicked.connect(lambda _=False: self._skeletonise())
        self.cancel_button = QPushButton("Cancel")
        self.cancel_button.clicked.connect(lambda _=False: self._skeletoniser.cancel())
        self.cancel_button.setVisible(False)
        self.line = ProgressLine()
        self.step = hint()
        row = QHBoxLayout()
        row.addWidget(self.label, 1)
        row.addWidget(self.skeletonise_button)
        row.addWidget(self.cancel_button)
        column = QVBoxLayout(self.labels_part)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(row)
        column.addWidget(self.line)
        column.addWidget(self.step)
        return self.labels_part

    def set_palette(self, palette: Any) -> None:
        """Use the theme's colours."""
        self.line.set_palette(palette)

    def stop(self) -> None:
        """Stop listening."""
        self._images.disconnect()
        self._skeletoniser.stop()

    def show_layer(self, name: str) -> None:
        """Compare the cell with the layer of that name."""
        self.layer_box.setCurrentText(name)
        self._on_layer_chosen()

    def go_to(self, node_id: int) -> None:
        """Bring a node into view if the slice follows what is selected."""
        cell = self._view.cell
        is_wanted = self.follow.isChecked() and self._viewer.dims.ndisplay == 2
        if is_wanted and cell is not None and node_id in cell.node_id:
            jump_to_node(self._viewer, cell, node_id)

    @property
    def _layer(self) -> Any:
        row = self.layer_box.currentIndex()
        layers = self._images.layers
        return layers[row] if 0 <= row < len(layers) else None

    def _on_images_changed(self) -> None:
        layers = self._images.layers
        names = [layer.name for layer in layers]
        shown = [self.layer_box.itemText(row) for row in range(self.layer_box.count())]
        if names != shown:
            chosen = self.layer_box.currentText()
            self.layer_box.clear()
            self.layer_box.addItems(names)
            self.layer_box.setCurrentIndex(names.index(chosen) if chosen in names else 0)
        self.setVisible(bool(layers))
        self._set_slab()
        self._on_layer_chosen()

    def _on_layer_chosen(self) -> None:
        layer = self._layer
        self.labels_part.setVisible(isinstance(layer, Labels))
        self.problem.say("")
        if layer is not None:
            volume = volume_of(layer)
            sizes = volume.voxel if volume.has_unit else (0.008,) * 3
            for box, size in zip(self.voxel, sizes, strict=True):
                box.setValue(float(f"{1000 * size:.9g}"))
        self._show_label()
        self._show_verdict()

    def _show_verdict(self) -> None:
        layer, cell = self._layer, self._view.cell
        verdict = judge(self._viewer, cell, layer) if None not in (layer, cell) else None
        self._remedy = verdict.remedy if verdict is not None else None
        self.verdict.setVisible(verdict is not None)
        self.remedy_button.setVisible(self._remedy is not None)
        if verdict is not None:
            self.verdict.setObjectName("hint" if verdict.kind == "aligned" else "warning")
            self.verdict.setText(verdict.message)
            self.verdict.style().unpolish(self.verdict)
            self.verdict.style().polish(self.verdict)
        if self._remedy is not None:
            self.remedy_button.setText(self._remedy.label)
        self._on_selection_changed()

    def _mend(self, remedy: Remedy | None) -> None:
        if remedy is not None and self._layer is not None:
            chosen, shape = self._layer, self._layer.data.shape
            layers = [layer for layer in self._images.layers if lie_alike(layer, chosen)]
            voxel = voxel_in_view(self._viewer, chosen)
            for layer in layers:  # an image and its labels stay together
                mend(layer, remedy)
            if chosen.data.shape == shape:  # else its axes have turned
                slice_through_voxel(self._viewer, chosen, voxel)
            self._viewer.reset_view()

    def _set_voxel(self) -> None:
        layer = self._layer
        for box in self.voxel:
            box.commit()
        z, y, x = (box.value() / 1000 for box in self.voxel)
        if min(z, y, x) <= 0:
            self.problem.say("The voxel size must be above 0 nm along each axis.")
        elif layer is not None:
            self._mend(with_voxel(volume_of(layer), (z, y, x)))

    def _set_slab(self) -> None:
        if self.slab.value() < 0:
            self.slab.setValue(0.0)
        for layer in self._viewer.layers:
            if isinstance(layer, VoltageLayer):
                layer.slab = self.slab.value()

    def _on_selection_changed(self, *_: Any) -> None:
        selected = self._view.selected
        self.go_button.setEnabled(bool(selected))
        if selected:
            self.go_to(selected[0])

    def _go_to_selected(self) -> None:
        if self._view.cell is not None and self._view.selected:
            jump_to_node(self._viewer, self._view.cell, self._view.selected[0])

    def _show_label(self) -> None:
        layer = self._layer
        if isinstance(layer, Labels):
            self.label.setText(str(layer.selected_label))
            has_unit = volume_of(layer).has_unit
            self.skeletonise_button.setEnabled(has_unit and not self._skeletoniser.is_busy)
            self.step.setText("" if has_unit else "Set its voxel size first.")

    def _skeletonise(self) -> None:
        layer = self._layer
        self.problem.say("")
        if not self.label.text().strip().isdecimal():
            self.problem.say("Which label? Type its number, or pick it in the layer.")
            return
        if int(self.label.text()) == 0:
            self.problem.say("0 is the background. Type another number, or pick a label.")
            return
        labels = layer.data[0] if layer.multiscale else layer.data
        self._skeletoniser.start(labels, int(self.label.text()), volume_of(layer))
        self._show_busy(True)
        self.line.set_shown(True)
        self._show_progress()
        self._timer.start()

    def _show_busy(self, is_busy: bool) -> None:
        self.skeletonise_button.setVisible(not is_busy)
        self.cancel_button.setVisible(is_busy)

    def _show_progress(self) -> None:
        text, done = self._skeletoniser.progress
        self.step.setText(f"{text} …" if text else "")
        self.line.set_fraction(done)

    def _end(self, problem: str = "") -> None:
        self._timer.stop()
        self._show_busy(False)
        self.line.set_shown(False)
        self._show_label()
        self.problem.say(problem)

    def _on_made(self, cell: Morphology) -> None:
        self._end()
        self.cell_made.emit(cell)

    def _on_failed(self, problem: str) -> None:
        self._end(problem)


def _dim(text: str) -> QLabel:
    label = QLabel(text)
    label.setObjectName("hint")
    return label
