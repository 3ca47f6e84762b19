"""`CellsShown`: which of several cells are drawn, with a box for each."""

from __future__ import annotations

from qtpy.QtCore import Qt
from qtpy.QtGui import QColor, QIcon, QPixmap
from qtpy.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from napari_neuron.view import VoltageLayer
from napari_neuron.view.voltage.layer_shape import BY_CELL
from napari_neuron.widgets.colouring.shown_layers import ShownLayers

_MOST_ROWS, _ROW_HEIGHT = 6, 22


class CellsShown(QWidget):
    """Visible only if a voltage layer has several cells."""

    def __init__(self, layers: ShownLayers) -> None:
        super().__init__()
        self._layers = layers
        self.list = QListWidget()
        self.list.setSelectionMode(QListWidget.SelectionMode.NoSelection)
        self.list.setUniformItemSizes(True)
        self.list.itemChanged.connect(self._on_item_changed)
        self.all_button, self.none_button = QPushButton("All"), QPushButton("None")
        self.all_button.clicked.connect(lambda _=False: self._show(True))
        self.none_button.clicked.connect(lambda _=False: self._show(False))
        heading = QLabel("Cells")
        heading.setObjectName("heading")
        buttons = QHBoxLayout()
        buttons.addWidget(heading, 1)
        buttons.addWidget(self.all_button)
        buttons.addWidget(self.none_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 0)
        column.setSpacing(4)
        column.addLayout(buttons)
        column.addWidget(self.list)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.refresh()

    @property
    def layer(self) -> VoltageLayer | None:
        """The first voltage layer with several cells, None without one."""
        return next((layer for layer in self._layers.all if len(layer.cells) > 1), None)

    def refresh(self) -> None:
        """Show which cells the layer has, and which of them are drawn."""
        layer = self.layer
        self.setVisible(layer is not None)
        if layer is None:
            return
        names = list(layer.cell_names)
        blocked = self.list.blockSignals(True)
        if [self.list.item(row).text() for row in range(self.list.count())] != names:
            self.list.clear()
            for name in names:
                item = QListWidgetItem(name)
                item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsUserCheckable)
                self.list.addItem(item)
            self.list.setFixedHeight(_ROW_HEIGHT * min(len(names), _MOST_ROWS) + 6)
        visible = set(layer.visible_cells)
        has_colours = layer.shown.name == BY_CELL
        for row, (name, colour) in enumerate(zip(names, layer.cell_colours, strict=True)):
            item = self.list.item(row)
            is_shown = name in visible
            item.setCheckState(Qt.CheckState.Checked if is_shown else Qt.CheckState.Unchecked)
            item.setIcon(_swatch(colour) if has_colours else QIcon())
        self.list.blockSignals(blocked)

    def _on_item_changed(self, item: QListWidgetItem) -> None:
        rows = (self.list.item(row) for row in range(self.list.count()))
        names = [one.text() for one in rows if one.checkState() == Qt.CheckState.Checked]
        if self.layer is not None:
            self.layer.visible_cells = names

    def _show(self, everything: bool) -> None:
        layer = self.layer
        if layer is not None:
            layer.visible_cells = layer.cell_names if everything else ()


def _swatch(colour: str) -> QIcon:
    pixmap = QPixmap(12, 12)
    pixmap.fill(QColor(colour))
    return QIcon(pixmap)
