"""`OutcomeTable`: the table of a protocol, a row for each run."""

from __future__ import annotations

import math

from psygnal import Signal
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QAbstractItemView, QTableWidget, QTableWidgetItem

from napari_neuron.protocols.outcome import Outcome, said

_ROW_HEIGHT = 22
_MOST_ROWS = 12
"""That are seen at once; more are scrolled to."""


class OutcomeTable(QTableWidget):
    """Shows an outcome; selecting a row chooses its run.

    Attributes
    ----------
    run_chosen : Signal (int)
        The person has selected the row of this run.
    """

    run_chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__(0, 0)
        self._runs: tuple[int, ...] = ()
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(_ROW_HEIGHT)
        self.verticalHeader().setMinimumSectionSize(_ROW_HEIGHT)
        self.itemSelectionChanged.connect(self._on_selected)

    def set_outcome(self, outcome: Outcome) -> None:
        """Show another outcome."""
        blocked = self.blockSignals(True)
        self._runs = outcome.runs
        columns = outcome.columns
        self.setColumnCount(len(columns))
        self.setHorizontalHeaderLabels(
            [f"{c.heading}\n{c.unit}" if c.unit else c.heading for c in columns]
        )
        self.setRowCount(len(outcome.runs))
        for place, column in enumerate(columns):
            for row, value in enumerate(column.values):
                item = QTableWidgetItem(_shown(value))
                is_text = isinstance(value, str)
                side = Qt.AlignmentFlag.AlignLeft if is_text else Qt.AlignmentFlag.AlignRight
                item.setTextAlignment(side | Qt.AlignmentFlag.AlignVCenter)
                self.setItem(row, place, item)
        self.resizeColumnsToContents()
        self.blockSignals(blocked)
        seen, policy = min(max(1, self.rowCount()), _MOST_ROWS), Qt.ScrollBarPolicy
        is_all = seen >= self.rowCount()
        self.setVerticalScrollBarPolicy(
            policy.ScrollBarAlwaysOff if is_all else policy.ScrollBarAsNeeded
        )
        bar = self.horizontalScrollBar().sizeHint().height()
        head = self.horizontalHeader().sizeHint().height()
        self.setFixedHeight(head + seen * _ROW_HEIGHT + bar + 2 * self.frameWidth() + 2)

    def choose(self, run: int | None) -> None:
        """Select the row of a run; emits nothing."""
        blocked = self.blockSignals(True)
        if run in self._runs:
            self.selectRow(self._runs.index(run))
        else:
            self.clearSelection()
        self.blockSignals(blocked)

    def _on_selected(self) -> None:
        rows = self.selectionModel().selectedRows()
        if rows:
            self.run_chosen.emit(self._runs[rows[0].row()])


def _shown(value: float | str) -> str:
    if isinstance(value, str):
        return value
    if not math.isfinite(value):
        return "–"
    return f"{value:.0f}" if value == round(value) and abs(value) < 1e9 else said(value, digits=4)
