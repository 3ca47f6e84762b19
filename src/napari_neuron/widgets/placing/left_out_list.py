"""`LeftOutList`: the rows of a table that could not be placed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qtpy.QtCore import QAbstractTableModel, QModelIndex, Qt
from qtpy.QtWidgets import QHeaderView, QPushButton, QTableView, QVBoxLayout, QWidget

from napari_neuron.widgets.toolkit.asked_file import asked_file
from napari_neuron.widgets.toolkit.latest_job import LatestJob
from napari_neuron.widgets.toolkit.problem import ProblemLabel

if TYPE_CHECKING:
    import pandas as pd


class _Rows(QAbstractTableModel):
    """A DataFrame as a Qt model, read only where Qt looks."""

    def __init__(self, frame: pd.DataFrame) -> None:
        super().__init__()
        self.frame = frame

    def rowCount(self, parent: Any = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.frame)

    def columnCount(self, parent: Any = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.frame.columns)

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return None
        value = self.frame.iloc[index.row(), index.column()]
        return f"{value:.6g}" if isinstance(value, float) else str(value)

    def headerData(
        self, section: int, orientation: Any, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if role != Qt.ItemDataRole.DisplayRole or orientation != Qt.Orientation.Horizontal:
            return None
        return str(self.frame.columns[section])


class LeftOutList(QWidget):
    """Lists row, distance and position of left-out rows, and exports them as CSV."""

    def __init__(self) -> None:
        super().__init__()
        self._left_out: pd.DataFrame | None = None
        self._export = LatestJob()
        self._export.finished.connect(self._on_exported)
        self.view = QTableView()
        self.view.verticalHeader().hide()
        self.view.setFixedHeight(120)
        self.view.setWordWrap(False)
        self.view.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        header = self.view.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setStretchLastSection(True)
        header.setDefaultSectionSize(76)
        self.export_button = QPushButton("Export left-out rows…")
        self.export_button.clicked.connect(lambda _=False: self._ask_where())
        self.problem = ProblemLabel()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        for widget in (self.view, self.export_button, self.problem):
            layout.addWidget(widget)
        self.set_rows(None, ())

    def set_rows(self, left_out: pd.DataFrame | None, position: tuple[str, ...]) -> None:
        """List other rows.

        Parameters
        ----------
        left_out
            As in `SynapseTable`; None or empty hides the list.
        position
            Its columns that hold the position.
        """
        self._left_out = left_out
        self.problem.say("")
        self.setVisible(left_out is not None and len(left_out) > 0)
        if left_out is None:
            return
        shown = left_out[["distance", *(c for c in position if c in left_out), "why"]]
        shown = shown.rename(columns={"distance": "µm away"})
        shown.insert(0, "row", left_out.index)
        self._rows = _Rows(shown)
        self.view.setModel(self._rows)
        self.view.setColumnWidth(0, 52)

    @property
    def is_exporting(self) -> bool:
        """Whether rows are being written."""
        return self._export.is_busy

    def export(self, path: str) -> None:
        """Write all columns of the rows to a CSV file, in a thread."""
        if self._left_out is not None:
            self._export.request(_write, self._left_out, path)

    def stop(self) -> None:
        """Emit nothing more."""
        self._export.stop()

    def _ask_where(self) -> None:
        path = asked_file(self, "Left-out rows", "left_out.csv", "Tables (*.csv)")
        if path:
            self.export(path)

    def _on_exported(self, problem: str) -> None:
        self.problem.say(problem)


def _write(left_out: pd.DataFrame, path: str) -> str:
    try:
        left_out.to_csv(path, index_label="row")
    except OSError as error:
        return str(error)
    return ""
