"""`MapEdit`: what colours the cell: a variable over time, or a map of the whole run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from napari.qt.threading import create_worker
from psygnal import Signal
from qtpy.QtWidgets import QComboBox, QFormLayout, QWidget

from napari_neuron.view import (
    VoltageLayer,
    attenuation_map,
    first_crossing_map,
    peak_map,
    time_of_peak_map,
)
from napari_neuron.view.voltage.layer_shape import BY_CELL
from napari_neuron.widgets.colouring.shown_layers import ShownLayers
from napari_neuron.widgets.toolkit.numbers import QuantitySpinBox, shown_number
from napari_neuron.widgets.toolkit.page import leave_wheel_to_page, let_shrink
from napari_neuron.widgets.toolkit.problem import ProblemLabel

_MAPS = {
    "peak": "Peak",
    "time of peak": "Time of the peak",
    "crossing": "First crossing of a threshold",
    "attenuation": "Attenuation from a node",
}


class MapEdit(QWidget):
    """Chooses for all voltage layers.

    Attributes
    ----------
    shown : Signal ()
        A map that was asked for is shown.
    """

    shown = Signal()

    def __init__(self, layers: ShownLayers) -> None:
        super().__init__()
        self._layers = layers
        self._base = "v"
        self._made: dict[str, str] = {}  # kind of each map, by its name
        self.what = QComboBox()
        leave_wheel_to_page(self.what)
        let_shrink(self.what)
        self.what.activated.connect(lambda _: self._on_chosen())
        self.threshold = QuantitySpinBox()
        self.threshold.setValue(-20)
        self.threshold.valueChanged.connect(lambda _: self._on_chosen())
        self.node = QuantitySpinBox()
        self.node.whole = True
        self.node.setToolTip("Id of the reference node")
        self.node.valueChanged.connect(lambda _: self._on_chosen())
        self.problem = ProblemLabel()
        self._form = QFormLayout(self)
        self._form.setContentsMargins(0, 0, 0, 0)
        self._form.addRow("Colour by", self.what)
        self._form.addRow("Threshold", self.threshold)
        self._form.addRow("Node", self.node)
        self._form.addRow(self.problem)
        self.refresh()

    @property
    def kind(self) -> str:
        """The map that is chosen, "" for a variable."""
        data = self.what.currentData()
        return data[1] if data is not None and data[0] == "map" else ""

    def refresh(self) -> None:
        """Say what the first layer shows."""
        layer = self._layers.first
        self.setEnabled(layer is not None)
        self.what.clear()
        if layer is None:
            self.what.addItem("Nothing shown yet", None)
            self._show_rows()
            return
        shown = layer.shown
        for name in layer.variables:
            if name not in self._made and name != BY_CELL:
                text = "Voltage" if name == "v" else name
                unit = layer.unit_of(name)
                self.what.addItem(f"{text} ({unit})" if unit else text, ("variable", name))
        if len(layer.cells) > 1:
            self.what.addItem("Cell", ("cell", BY_CELL))
        self.what.insertSeparator(self.what.count())
        for kind, text in _MAPS.items():
            self.what.addItem(text, ("map", kind))
        is_map = shown.name in self._made
        by_cell = shown.name == BY_CELL
        if not is_map and not by_cell:
            self._base = shown.name
        wanted = ("map", self._made[shown.name]) if is_map else ("variable", shown.name)
        if by_cell:
            wanted = ("cell", BY_CELL)
        rows = range(self.what.count())
        self.what.setCurrentIndex(next(i for i in rows if self.what.itemData(i) == wanted))
        if layer.node_id.size and self.node.value() not in layer.node_id:
            blocked = self.node.blockSignals(True)
            self.node.setValue(float(layer.node_id[0]))
            self.node.blockSignals(blocked)
        self._show_rows()

    def _show_rows(self) -> None:
        layer = self._layers.first
        unit = layer.unit_of(self._base) if layer and self._base in layer.variables else ""
        self.threshold.setSuffix(f" {unit}" if unit else "")
        for field, kind in ((self.threshold, "crossing"), (self.node, "attenuation")):
            field.setVisible(self.kind == kind)
            self._form.labelForField(field).setVisible(self.kind == kind)

    def _on_chosen(self) -> None:
        self.problem.say("")
        self._show_rows()
        data = self.what.currentData()
        if data is None:
            return
        if data[0] == "variable":
            for layer in self._layers.all:
                if data[1] in layer.variables:
                    layer.show_variable(data[1])
            return
        for layer in self._layers.all:
            if data[0] == "map":
                self._make(layer, data[1])
            elif len(layer.cells) > 1:
                layer.colour_by_cell()

    def _make(self, layer: VoltageLayer, kind: str) -> None:
        base = self._base if self._base in layer.variables else "v"
        try:
            name, unit, compute = self._map(layer, base, kind)
        except ValueError as error:
            self.problem.say(str(error))
            return
        self._made[name] = kind
        worker = create_worker(compute, _start_thread=False)
        worker.returned.connect(lambda values: self._on_made(layer, name, unit, kind, values))
        worker.errored.connect(self._on_failed)
        worker.start()

    def _map(self, layer: VoltageLayer, base: str, kind: str) -> tuple[str, str, Callable[[], Any]]:
        frames = layer.frames_of(base)
        interval, unit = layer.frame_interval, layer.unit_of(base)
        if not len(frames):
            raise ValueError("there are no frames yet")
        if kind == "peak":
            return f"peak of {base}", unit, lambda: peak_map(frames)
        if kind == "time of peak":
            return f"time of the peak of {base}", "ms", lambda: time_of_peak_map(frames, interval)
        if kind == "crossing":
            threshold = self.threshold.value()
            name = f"{base} crosses {shown_number(threshold)} {unit}".rstrip()
            return name, "ms", lambda: first_crossing_map(frames, interval, threshold)
        node = round(self.node.value())
        rows = np.flatnonzero(layer.node_id == node)
        if not rows.size:
            raise ValueError(f"there is no node {node} in “{layer.name}”")
        column = int(layer.compartment_of_node[rows[0]])
        return (
            f"attenuation of {base} from node {node}",
            "dec",
            lambda: attenuation_map(frames, column),
        )

    def _on_made(self, layer: VoltageLayer, name: str, unit: str, kind: str, values: Any) -> None:
        if self.kind == kind and layer in self._layers.all:
            layer.show_map(name, values, unit)
            self.shown.emit()

    def _on_failed(self, error: Exception) -> None:
        self.problem.say(str(error))
