"""`ShownEdit`: which variable colours the cell."""

from __future__ import annotations

from qtpy.QtWidgets import QComboBox, QFormLayout, QWidget

from napari_neuron.view import VoltageLayer
from napari_neuron.widgets.toolkit.page import hint, leave_wheel_to_page, let_shrink


class ShownEdit(QWidget):
    """Chooses among the variables whose frames a voltage layer has.

    It says what the layer shows, whoever has changed that.
    """

    def __init__(self) -> None:
        super().__init__()
        self._layer: VoltageLayer | None = None
        self.variable = QComboBox()
        self.variable.setToolTip(
            "Each has its own colour map and limits, in napari's layer controls"
        )
        leave_wheel_to_page(self.variable)
        let_shrink(self.variable)
        self.variable.activated.connect(lambda _: self._on_chosen())
        self.hint = hint("To colour by other variables, keep their frames on the Recorders tab.")
        rows = QFormLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.addRow("Cell coloured by", self.variable)
        rows.addRow(self.hint)
        self._show()

    def set_layer(self, layer: VoltageLayer | None) -> None:
        """Choose for this layer from now on; None hides the choice."""
        if layer is self._layer:
            return
        if self._layer is not None:
            self._layer.events.variable.disconnect(self._show)
        if layer is not None:
            layer.events.variable.connect(self._show)
        self._layer = layer
        self._show()

    def _show(self, event: object = None) -> None:
        layer = self._layer
        self.setVisible(layer is not None)
        if layer is None:
            return
        self.variable.clear()
        for name in layer.variables:
            unit = layer.unit_of(name)
            self.variable.addItem(f"{name}  ({unit})" if unit else name, name)
        self.variable.setCurrentIndex(self.variable.findData(layer.shown.name))
        self.variable.setEnabled(len(layer.variables) > 1)
        self.hint.setVisible(len(layer.variables) == 1)

    def _on_chosen(self) -> None:
        if self._layer is not None:
            self._layer.show_variable(self.variable.currentData())
