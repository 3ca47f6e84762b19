"""`ColourEdit`: colour map, limits and threshold of what is shown."""

from __future__ import annotations

import numpy as np
from qtpy.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QWidget,
)

from napari_neuron.view.geometry.cable_colours import Colouring
from napari_neuron.view.voltage.colours import VOLTAGE_COLORMAP
from napari_neuron.widgets.colouring.shown_layers import ShownLayers
from napari_neuron.widgets.toolkit.numbers import QuantitySpinBox
from napari_neuron.widgets.toolkit.page import leave_wheel_to_page, let_shrink
from napari_neuron.widgets.toolkit.problem import ProblemLabel

COLORMAPS = {
    "voltage": VOLTAGE_COLORMAP,
    **{n: n for n in ("viridis", "magma", "plasma", "turbo", "gray", "PiYG", "twilight")},
}


class ColourEdit(QWidget):
    """Edits all voltage layers at once. Each variable keeps its own colours."""

    def __init__(self, layers: ShownLayers) -> None:
        super().__init__()
        self._layers = layers
        self.colormap = QComboBox()
        leave_wheel_to_page(self.colormap)
        let_shrink(self.colormap)
        self.colormap.addItems(list(COLORMAPS))
        self.colormap.activated.connect(lambda _: self._on_colormap_chosen())
        self.low, self.high = QuantitySpinBox(), QuantitySpinBox()
        for box in (self.low, self.high):
            box.valueChanged.connect(lambda _: self._on_limits_typed())
        self.auto_button = QPushButton("Whole run")
        self.auto_button.setToolTip("From the lowest to the highest value of the run")
        self.auto_button.clicked.connect(lambda _=False: self._fit())
        self.rest_button = QPushButton("About rest")
        self.rest_button.setToolTip("Limits equally far below and above the first frame")
        self.rest_button.clicked.connect(lambda _=False: self._centre())
        self.is_cut = QCheckBox("Colour only above")
        self.is_cut.toggled.connect(lambda _: self._on_threshold())
        self.threshold = QuantitySpinBox()
        self.threshold.setValue(-20)
        self.threshold.valueChanged.connect(lambda _: self._on_threshold())
        self.thinnest = QuantitySpinBox()
        self.thinnest.lowest = 0.0
        self.thinnest.setSuffix(" µm")
        self.thinnest.setToolTip("Draw thinner neurites with this radius; 0 keeps the true radii")
        self.thinnest.valueChanged.connect(lambda _: self._on_thinnest())
        self.width = QuantitySpinBox()
        self.width.lowest = 0.0
        self.width.setSuffix(" pixels")
        self.width.setToolTip("Draw neurites at least this wide on the screen, at any zoom")
        self.width.valueChanged.connect(lambda _: self._on_width())
        self.colouring = QComboBox()
        leave_wheel_to_page(self.colouring)
        self.colouring.addItem("blend colours", Colouring.ALONG_THE_CABLE)
        self.colouring.addItem("one colour per compartment", Colouring.PER_COMPARTMENT)
        self.colouring.activated.connect(
            lambda _: self._layers.set_colouring(self.colouring.currentData())
        )
        self.problem = ProblemLabel()
        self._lay_out()
        self.refresh()

    def _lay_out(self) -> None:
        limits, buttons, cut = QHBoxLayout(), QHBoxLayout(), QHBoxLayout()
        limits.addWidget(QLabel("Limits"))
        limits.addWidget(self.low, 1)
        limits.addWidget(QLabel("to"))
        limits.addWidget(self.high, 1)
        buttons.addWidget(self.auto_button)
        buttons.addWidget(self.rest_button)
        buttons.addStretch()
        cut.addWidget(self.is_cut)
        cut.addWidget(self.threshold, 1)
        form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        form.addRow("Colour map", self.colormap)
        form.addRow(limits)
        form.addRow("", buttons)
        form.addRow(cut)
        thinnest = QHBoxLayout()
        thinnest.addWidget(self.width, 1)
        thinnest.addWidget(self.thinnest, 1)
        form.addRow("Thinnest", thinnest)
        form.addRow("Along a neurite", self.colouring)
        form.addRow(self.problem)

    def refresh(self) -> None:
        """Say how the first layer looks."""
        layer = self._layers.first
        self.setEnabled(layer is not None)
        if layer is None:
            return
        boxes = (self.low, self.high, self.threshold, self.is_cut, self.thinnest, self.width)
        blocked = [box.blockSignals(True) for box in boxes]
        unit = layer.shown.unit
        for box in boxes[:3]:
            box.setSuffix(f" {unit}" if unit else "")
        self.low.setValue(layer.contrast_limits[0])
        self.high.setValue(layer.contrast_limits[1])
        self.is_cut.setChecked(layer.threshold is not None)
        if layer.threshold is not None:
            self.threshold.setValue(layer.threshold)
        elif not self.low.value() <= self.threshold.value() <= self.high.value():
            self.threshold.setValue((self.low.value() + self.high.value()) / 2)
        self.threshold.setEnabled(layer.threshold is not None)
        self.thinnest.setValue(layer.minimum_radius)
        self.width.setValue(layer.minimum_width)
        for box, was in zip(boxes, blocked, strict=True):
            box.blockSignals(was)
        self.colouring.setCurrentIndex(self.colouring.findData(layer.colouring))
        name = layer.whole_colormap.name
        if self.colormap.findText(name) < 0:
            self.colormap.addItem(name)  # chosen in napari's own controls
        self.colormap.setCurrentText(name)
        self.problem.say("")

    def _on_colormap_chosen(self) -> None:
        name = self.colormap.currentText()
        self._layers.set(colormap=COLORMAPS.get(name, name))

    def _on_limits_typed(self) -> None:
        low, high = self.low.value(), self.high.value()
        try:
            for layer in self._layers.all:
                layer.set_limits(low, high)
        except ValueError as error:
            self.problem.say(str(error))

    def _fit(self) -> None:
        for layer in self._layers.all:
            layer.set_limits_of_the_run()

    def _centre(self) -> None:
        for layer in self._layers.all:
            if layer.n_valid:
                layer.set_limits_about(float(np.nanmedian(layer.frames[0])))

    def _on_threshold(self) -> None:
        self._layers.set(threshold=self.threshold.value() if self.is_cut.isChecked() else None)

    def _on_thinnest(self) -> None:
        radius = self.thinnest.value()
        if radius >= 0:
            self._layers.set(minimum_radius=radius)

    def _on_width(self) -> None:
        width = self.width.value()
        if width >= 0:
            self._layers.set(minimum_width=width)
