"""Tables of a network's neurons and edges: sorted and filtered in numpy, drawn page by page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from qtpy.QtCore import QAbstractTableModel, QModelIndex, Qt

from napari_neuron.compile.network import model_of_neuron
from napari_neuron.result.network import NetworkResult
from napari_neuron.spec.point_network import PointNetwork
from napari_neuron.widgets.toolkit.latest_job import LatestJob
from napari_neuron.widgets.toolkit.numbers import shown_number

Rows = npt.NDArray[np.int64]

MOST_AT_ONCE = 200_000
"""A table of more rows is sorted in a thread, and shown in its new order when that is done."""


@dataclass(frozen=True, eq=False)
class TableColumn:
    """One column: its values, and how one of them is written."""

    name: str
    values: npt.NDArray[Any]
    write: Callable[[Any], str] = str
    tooltip: str = ""
    left: bool = False


def _arranged(
    columns: Sequence[TableColumn],
    wanted: npt.NDArray[np.bool_] | None,
    sorted_by: tuple[int, bool] | None,
) -> tuple[Any, Any, Any, Rows]:
    """Return what was given, and the rows in the order in which they are shown."""
    n_rows = len(columns[0].values) if columns else 0
    shown = np.arange(n_rows) if wanted is None else np.flatnonzero(wanted)
    if sorted_by is not None and sorted_by[0] < len(columns):
        index, backwards = sorted_by
        order = np.argsort(columns[index].values[shown], kind="stable")
        shown = shown[order[::-1] if backwards else order]
    return columns, wanted, sorted_by, shown


class ColumnsModel(QAbstractTableModel):
    """A table of columns that shows some of its rows in some order.

    Qt's own proxy asks for every cell in Python to sort or filter: seconds for 10^5 rows. Here
    both are one numpy call.
    """

    def __init__(self) -> None:
        super().__init__()
        self._columns: Sequence[TableColumn] = ()
        self._shown: Rows = np.empty(0, np.int64)
        self._wanted: npt.NDArray[np.bool_] | None = None
        self._sorted_by: tuple[int, bool] | None = None
        self._sorting = LatestJob()
        self._sorting.finished.connect(self._on_sorted)

    @property
    def is_busy(self) -> bool:
        """Whether another order is pending."""
        return self._sorting.is_busy

    def stop(self) -> None:
        """Stop waiting for a new order."""
        self._sorting.stop()

    def set_columns(self, columns: Sequence[TableColumn]) -> None:
        """Show other columns; the order stays, the filter is gone where the rows are others."""
        self.beginResetModel()
        self._columns = columns
        if self._wanted is not None and len(self._wanted) != self.n_rows:
            self._wanted = None
        self._arrange()
        self.endResetModel()

    def update_column(self, index: int, column: TableColumn) -> None:
        """Show other values in one column, in the order of before unless it is sorted by it."""
        self._columns = [*self._columns[:index], column, *self._columns[index + 1 :]]
        if self._sorted_by is not None and self._sorted_by[0] == index:
            self.layoutAboutToBeChanged.emit()
            self._arrange()
            self.layoutChanged.emit()
        elif len(self._shown):
            last = len(self._shown) - 1
            self.dataChanged.emit(self.index(0, index), self.index(last, index))

    @property
    def n_rows(self) -> int:
        """All rows, shown or not."""
        return len(self._columns[0].values) if self._columns else 0

    @property
    def shown(self) -> Rows:
        """The row of the table behind each line that is shown."""
        return self._shown

    def filter(self, wanted: npt.NDArray[np.bool_] | None) -> None:
        """Show only some rows; None for all."""
        self.beginResetModel()
        self._wanted = wanted
        self._arrange()
        self.endResetModel()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Order the lines by a column; -1 for the order of the network."""
        sorted_by = None if column < 0 else (column, order == Qt.SortOrder.DescendingOrder)
        if sorted_by == self._sorted_by:
            return
        self._sorted_by = sorted_by
        self.layoutAboutToBeChanged.emit()
        self._arrange()
        self.layoutChanged.emit()

    def _arrange(self) -> None:
        sorted_by = self._sorted_by
        if sorted_by is not None and self.n_rows > MOST_AT_ONCE:
            self._sorting.request(_arranged, self._columns, self._wanted, sorted_by)
            sorted_by = None
        _, _, _, self._shown = _arranged(self._columns, self._wanted, sorted_by)

    def _on_sorted(self, made: Any) -> None:
        columns, wanted, sorted_by, shown = made
        is_meant = columns is self._columns and wanted is self._wanted
        if is_meant and sorted_by == self._sorted_by:
            self.beginResetModel()
            self._shown = shown
            self.endResetModel()

    # what Qt asks --------------------------------------------------------------------------

    def rowCount(self, parent: QModelIndex | None = None) -> int:
        """Lines that are shown."""
        return len(self._shown)

    def columnCount(self, parent: QModelIndex | None = None) -> int:
        """Columns."""
        return len(self._columns)

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Text of a cell, and on which side it stands."""
        if role == Qt.ItemDataRole.DisplayRole:
            column = self._columns[index.column()]
            return column.write(column.values[self._shown[index.row()]])
        if role == Qt.ItemDataRole.TextAlignmentRole:
            left = self._columns[index.column()].left
            side = Qt.AlignmentFlag.AlignLeft if left else Qt.AlignmentFlag.AlignRight
            return side | Qt.AlignmentFlag.AlignVCenter
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Names of the columns."""
        if orientation == Qt.Orientation.Horizontal and section < len(self._columns):
            if role == Qt.ItemDataRole.DisplayRole:
                return self._columns[section].name
            if role == Qt.ItemDataRole.ToolTipRole:
                return self._columns[section].tooltip or None
        return None


RATE_COLUMN = 3


def neuron_columns(network: PointNetwork, result: NetworkResult | None) -> list[TableColumn]:
    """Return the columns of the table of neurons."""
    neurons, edges = network.neurons, network.edges
    n = len(neurons)
    names, model = model_of_neuron(network)
    return [
        TableColumn(
            "Neuron",
            neurons.label if len(neurons.label) else neurons.id,
            tooltip="Label, or the id if there is none",
            left=True,
        ),
        TableColumn("Group", neurons.groups, left=True),
        TableColumn("Model", model, lambda kind: names[kind], left=True),
        rate_column(network, result),
        TableColumn("In", np.bincount(edges.target, minlength=n), tooltip="Incoming edges"),
        TableColumn("Out", np.bincount(edges.source, minlength=n), tooltip="Outgoing edges"),
        TableColumn("Id", neurons.id, left=True),
    ]


def rate_column(network: PointNetwork, result: NetworkResult | None) -> TableColumn:
    """Return the mean firing rates; without a result they are not written."""
    is_of_it = result is not None and len(result.network.neurons) == len(network.neurons)
    if result is None or not is_of_it:
        blank = np.full(len(network.neurons), -1.0)
        return TableColumn("Rate", blank, lambda _: "", "Firing rate; known after a run")
    return TableColumn(
        "Rate", result.mean_rates(), lambda x: f"{x:.1f} Hz", "Mean firing rate over the whole run"
    )


def edge_columns(network: PointNetwork) -> list[TableColumn]:
    """Return the columns of the table of edges."""
    labels, edges = network.neurons.labels, network.edges
    return [
        TableColumn("Source", edges.source, lambda row: str(labels[row]), left=True),
        TableColumn("Target", edges.target, lambda row: str(labels[row]), left=True),
        TableColumn(
            "Weight", edges.weight * network.weight_scale, _number, "Scaled; negative inhibits"
        ),
        TableColumn("Delay", edges.delay, lambda x: f"{_number(x)} ms"),
    ]


def _number(value: Any) -> str:
    return shown_number(float(f"{float(value):.4g}")).replace("-", "−")


class NeuronSearch:
    """Finds neurons by a part of their label, id or group."""

    def __init__(self, network: PointNetwork) -> None:
        self._neurons = network.neurons
        self._texts: list[npt.NDArray[np.str_]] | None = None

    def prepare(self) -> None:
        """Do what the first search needs; in any thread."""
        neurons = self._neurons
        if self._texts is None:
            texts = [np.char.lower(part) for part in (neurons.label, neurons.group) if len(part)]
            self._texts = [*texts, np.char.lower(neurons.id.astype(str))]

    def find(self, text: str) -> npt.NDArray[np.bool_]:
        """Return which neurons have ``text`` in them, in small or capital letters."""
        self.prepare()
        found = np.zeros(len(self._neurons), dtype=bool)
        wanted = text.strip().lower()
        for column in self._texts or ():
            found |= np.char.find(column, wanted) >= 0
        return found
