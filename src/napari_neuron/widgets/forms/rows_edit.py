"""`RowsEdit`: a few specs of one kind as the rows of a table."""

from __future__ import annotations

from typing import Any

from qtpy.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QToolButton,
)

from napari_neuron.errors import ExperimentError
from napari_neuron.spec.base import Spec
from napari_neuron.units import unit_of
from napari_neuron.widgets.forms.field_edit import FieldEdit
from napari_neuron.widgets.forms.words import field_name
from napari_neuron.widgets.toolkit.numbers import number_in_text, shown_number

_ROW_HEIGHT = 24


def plain_table(columns: list[str]) -> QTableWidget:
    """Return a table that is as high as its rows, with these columns."""
    table = QTableWidget(0, len(columns))
    table.setHorizontalHeaderLabels(columns)
    table.verticalHeader().setVisible(False)
    table.verticalHeader().setDefaultSectionSize(_ROW_HEIGHT)
    table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
    table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    return table


def fit_height(table: QTableWidget, most: int = 10) -> None:
    """Make a table as high as its rows, up to ``most``."""
    n = min(max(table.rowCount(), 1), most)
    table.setFixedHeight(n * _ROW_HEIGHT + table.horizontalHeader().sizeHint().height() + 6)


class RowsEdit(FieldEdit):
    """Specs whose fields are numbers, one in each row."""

    wide = True

    def __init__(self, row: type[Spec], **kwargs: Any) -> None:
        self._row = row
        self._value: tuple[Spec, ...] = ()
        super().__init__(**kwargs)
        self._names = list(row.model_fields)
        units = {name: unit_of(field.metadata) for name, field in row.model_fields.items()}
        self.table = plain_table(
            [f"{field_name(row, n)} ({units[n]})" if units[n] else n for n in self._names]
        )
        self.add_button, self.remove_button = QToolButton(), QToolButton()
        self.add_button.setText("Add row")
        self.remove_button.setText("Remove row")
        self.add_button.clicked.connect(lambda _=False: self._add())
        self.remove_button.clicked.connect(lambda _=False: self._remove())
        buttons = QHBoxLayout()
        buttons.addWidget(self.add_button)
        buttons.addWidget(self.remove_button)
        buttons.addStretch()
        layout = self.native.layout()
        layout.addWidget(self.table)
        layout.addLayout(buttons)
        self.table.cellChanged.connect(self._on_cell_changed)

    def get_value(self) -> tuple[Spec, ...]:
        """Return the specs."""
        return self._value

    def set_value(self, value: tuple[Spec, ...]) -> None:
        """Show specs."""
        self._value = tuple(value)
        blocked = self.table.blockSignals(True)
        self.table.setRowCount(len(value))
        for row, spec in enumerate(value):
            for column, name in enumerate(self._names):
                self.table.setItem(row, column, QTableWidgetItem(shown_number(getattr(spec, name))))
        self.table.blockSignals(blocked)
        fit_height(self.table)
        self.remove_button.setEnabled(len(value) > 1)

    def _on_cell_changed(self, row: int, column: int) -> None:
        number = number_in_text(self.table.item(row, column).text())
        before = self._value[row]
        if number is not None:
            try:
                changed = before.replace(**{self._names[column]: number})
            except ExperimentError:
                changed = before
            if changed != before:
                self._change_to((*self._value[:row], changed, *self._value[row + 1 :]))
                return
        self.set_value(self._value)

    def _add(self) -> None:
        row = self.table.currentRow()
        row = len(self._value) - 1 if row < 0 else row
        self._change_to((*self._value[: row + 1], self._row(), *self._value[row + 1 :]))

    def _remove(self) -> None:
        row = self.table.currentRow()
        row = len(self._value) - 1 if row < 0 else row
        if len(self._value) > 1:
            self._change_to((*self._value[:row], *self._value[row + 1 :]))

    def _change_to(self, value: tuple[Spec, ...]) -> None:
        self.set_value(value)
        self.changed.emit(value)
