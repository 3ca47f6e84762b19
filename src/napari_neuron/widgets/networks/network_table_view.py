"""`FilteredTable`: a table with a filter line; its selection is rows of the network."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from psygnal import Signal
from qtpy.QtCore import QItemSelection, QItemSelectionModel, QItemSelectionRange, Qt, QTimer
from qtpy.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from napari_neuron.widgets.networks.network_tables import ColumnsModel

_ROW_HEIGHT = 22
_MOST_RANGES = 500
"""Selections of more separate lines take Qt a tenth of a second and more; the first are shown."""


class FilteredTable(QWidget):
    """Lines of a `ColumnsModel`.

    Attributes
    ----------
    filter_changed : Signal (str)
        The user has typed something else, and paused.
    selection_changed : Signal (array of int)
        Rows of the table, not lines, that the user has selected.
    """

    filter_changed = Signal(str)
    selection_changed = Signal(object)

    def __init__(self, model: ColumnsModel, placeholder: str, widths: tuple[int, ...]) -> None:
        super().__init__()
        self.model = model
        self.filter = QLineEdit()
        self.filter.setPlaceholderText(placeholder)
        self.filter.setClearButtonEnabled(True)
        self.count = QLabel()
        self.count.setObjectName("hint")
        self.view = view = QTableView()
        view.setModel(model)
        view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        view.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        view.setSortingEnabled(True)
        view.setShowGrid(False)
        view.setWordWrap(False)
        view.setTextElideMode(Qt.TextElideMode.ElideMiddle)  # ids of a connectome begin alike
        view.setCornerButtonEnabled(False)
        view.verticalHeader().hide()
        view.verticalHeader().setDefaultSectionSize(_ROW_HEIGHT)
        view.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header = view.horizontalHeader()
        header.setSortIndicatorClearable(True)
        header.setSortIndicator(-1, header.sortIndicatorOrder())
        header.setStretchLastSection(True)
        header.setHighlightSections(False)
        # Else it asks for each column, whenever it is drawn, whether each row of it is selected.
        header.setSelectionModel(QItemSelectionModel(model, header))
        self._widths = widths
        top = QHBoxLayout()
        top.addWidget(self.filter, 1)
        top.addWidget(self.count)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 6, 0, 0)
        layout.setSpacing(6)
        layout.addLayout(top)
        layout.addWidget(view, 1)
        self._is_showing = False
        self._typed = QTimer()
        self._typed.setSingleShot(True)
        self._typed.setInterval(150)
        self._typed.timeout.connect(self._on_typed)
        self.filter.textChanged.connect(lambda _: self._typed.start())
        view.selectionModel().selectionChanged.connect(self._on_selection_changed)
        model.modelReset.connect(self._on_reset)
        self._on_reset()

    def _on_typed(self) -> None:
        self.filter_changed.emit(self.filter.text())

    def _on_reset(self) -> None:
        shown, all_rows = self.model.rowCount(), self.model.n_rows
        self.count.setText(f"{shown:,}" if shown == all_rows else f"{shown:,} of {all_rows:,}")
        for index, width in enumerate(self._widths[: self.model.columnCount()]):
            if self.view.columnWidth(index) == self.view.horizontalHeader().defaultSectionSize():
                self.view.setColumnWidth(index, width)

    @property
    def selected(self) -> npt.NDArray[np.int64]:
        """Rows of the table that are selected."""
        lines = [
            np.arange(part.top(), part.bottom() + 1)
            for part in self.view.selectionModel().selection()
        ]
        if not lines:
            return np.empty(0, np.int64)
        return self.model.shown[np.unique(np.concatenate(lines))]

    def select(self, rows: npt.NDArray[np.int64]) -> None:
        """Select rows of the table; emits nothing."""
        wanted = np.zeros(self.model.n_rows, dtype=bool)
        wanted[rows] = True
        lines = np.flatnonzero(wanted[self.model.shown])
        breaks = np.flatnonzero(np.diff(lines) > 1)
        tops = lines[np.append(0, breaks + 1)] if len(lines) else lines
        bottoms = lines[np.append(breaks, len(lines) - 1)] if len(lines) else lines
        selection = QItemSelection()
        last = self.model.columnCount() - 1
        ranges = zip(tops[:_MOST_RANGES].tolist(), bottoms[:_MOST_RANGES].tolist(), strict=True)
        for top, bottom in ranges:
            selection.append(
                QItemSelectionRange(self.model.index(top, 0), self.model.index(bottom, last))
            )
        self._is_showing = True
        self.view.selectionModel().select(
            selection, QItemSelectionModel.SelectionFlag.ClearAndSelect
        )
        self._is_showing = False
        if len(lines):
            self.view.scrollTo(
                self.model.index(int(lines[0]), 0), QAbstractItemView.ScrollHint.PositionAtCenter
            )

    def _on_selection_changed(self, *_: Any) -> None:
        if not self._is_showing:
            self.selection_changed.emit(self.selected)
