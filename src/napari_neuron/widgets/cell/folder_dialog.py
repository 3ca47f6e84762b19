"""`FolderDialog`: lists the skeletons of a folder as they are read, and shows the chosen ones."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from napari.layers import Layer
from qtpy.QtCore import Qt, QTimer
from qtpy.QtGui import QColor
from qtpy.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from napari_neuron.morphology import Morphology
from napari_neuron.view.skeleton_layers import skeleton_layer_data
from napari_neuron.widgets.cell.folder_reader import FileRead, FolderReader
from napari_neuron.widgets.toolkit.page import hint
from napari_neuron.widgets.toolkit.problem import ProblemLabel
from napari_neuron.widgets.toolkit.progress_line import ProgressLine
from napari_neuron.widgets.toolkit.style import Palette, style_sheet

if TYPE_CHECKING:
    from napari.viewer import Viewer

_COLUMNS = ("Cell", "Nodes", "Cable (µm)", "Unit", "Check")
_CELL = Qt.ItemDataRole.UserRole


class FolderDialog(QDialog):
    """Reads a folder in a thread and lists what it finds, without blocking the window.

    Cells are listed, not shown: napari takes a tenth of a second for the layers of each. Files that
    cannot be read are listed at the end with the reason; the others are read anyway.

    Parameters
    ----------
    viewer
        The viewer in which chosen cells are shown.
    """

    def __init__(self, viewer: Viewer, folder: str | Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Skeletons of a folder")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._viewer = viewer
        self._palette = Palette.of(viewer.theme)
        self.setStyleSheet(style_sheet(self._palette))
        self._to_show: list[Morphology] = []
        self._n_bad = 0
        self.said = QLabel("Reading …")
        self.line = ProgressLine()
        self.line.set_palette(self._palette)
        self.line.set_shown(True)
        self.cancel_button = QPushButton("Cancel")
        self.cancel_button.clicked.connect(lambda _=False: self._cancel())
        self.list = QTreeWidget()
        self.list.setColumnCount(len(_COLUMNS))
        self.list.setHeaderLabels(_COLUMNS)
        self.list.setRootIsDecorated(False)
        self.list.setUniformRowHeights(True)
        self.list.setAllColumnsShowFocus(True)
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        header = self.list.header()
        header.setStretchLastSection(True)
        for column, width in enumerate((220, 70, 90, 60)):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Interactive)
            self.list.setColumnWidth(column, width)
        self.list.itemSelectionChanged.connect(self._show_what_can_be_done)
        self.list.itemDoubleClicked.connect(lambda *_: self.show_selected())
        self.problem = ProblemLabel()
        self.show_button = QPushButton("Show selected")
        self.show_button.setToolTip("Add paths and nodes of the selected cells to the viewer")
        self.show_button.clicked.connect(lambda _=False: self.show_selected())
        self.close_button = QPushButton("Close")
        self.close_button.clicked.connect(self.close)

        top = QHBoxLayout()
        top.addWidget(self.said)
        top.addWidget(self.line, 1)
        top.addWidget(self.cancel_button)
        below = QHBoxLayout()
        below.addStretch()
        below.addWidget(self.show_button)
        below.addWidget(self.close_button)
        layout = QVBoxLayout(self)
        where = hint(Path(folder).name)
        where.setToolTip(str(folder))
        layout.addWidget(where)
        layout.addLayout(top)
        layout.addWidget(self.list, 1)
        layout.addWidget(self.problem)
        layout.addLayout(below)
        self.resize(640, 480)

        self._adding = QTimer(self)
        self._adding.timeout.connect(self._show_one)
        self.reader = FolderReader()
        self.reader.advanced.connect(self._on_advanced)
        self.reader.ended.connect(self._on_ended)
        self._show_what_can_be_done()
        self.reader.start(Path(folder))

    def show_selected(self) -> None:
        """Add the selected cells to the viewer, one after another."""
        cells = [item.data(0, _CELL) for item in self.list.selectedItems()]
        self._to_show += [cell for cell in cells if isinstance(cell, Morphology)]
        if self._to_show:
            self._adding.start(0)

    def closeEvent(self, event: Any) -> None:
        """Stop reading."""
        self.reader.stop()
        self._adding.stop()
        super().closeEvent(event)

    def _cancel(self) -> None:
        self.reader.cancel()
        self._to_show.clear()
        self.cancel_button.setEnabled(False)

    def _show_one(self) -> None:
        """Show one cell per turn of the event loop, so that the window stays responsive."""
        if not self._to_show:
            self._adding.stop()
            self._viewer.reset_view()
            return
        if not self._viewer.layers:
            self._viewer.dims.ndisplay = 3
        for data in skeleton_layer_data(self._to_show.pop(0)):
            self._viewer.add_layer(Layer.create(*data))

    def _on_advanced(self, come: tuple[FileRead, ...], done: int, in_all: int) -> None:
        self.line.set_fraction(done / max(in_all, 1))
        self.said.setText(f"{done:,} of {in_all:,} files")
        items = []
        for one in come:
            for cell, findings in zip(one.cells, one.findings, strict=True):
                items.append(self._cell_item(cell, findings, one.path))
            if one.problem:
                self._n_bad += 1
                items.append(self._problem_item(one))
        self.list.addTopLevelItems(items)

    def _cell_item(self, cell: Morphology, findings: str, path: Path) -> QTreeWidgetItem:
        texts = [cell.name, f"{len(cell):,}", f"{cell.cable_length:,.0f}", cell.unit, findings]
        item = QTreeWidgetItem(texts)
        item.setData(0, _CELL, cell)
        item.setToolTip(0, str(path))
        item.setToolTip(3, cell.unit_evidence)
        for column in (1, 2):
            item.setTextAlignment(column, Qt.AlignmentFlag.AlignRight)
        if "error" in findings:
            item.setForeground(4, QColor(self._palette.error))
        return item

    def _problem_item(self, one: FileRead) -> QTreeWidgetItem:
        item = QTreeWidgetItem([one.path.name, "", "", "", _without_path(one)])
        for column in range(len(_COLUMNS)):
            item.setForeground(column, QColor(self._palette.error))
            item.setToolTip(column, one.problem)
        item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsSelectable)
        return item

    def _on_ended(self, problem: str) -> None:
        self.line.set_shown(False)
        self.cancel_button.setVisible(False)
        if self._n_bad:
            n = self._n_bad
            problem = f"{n} file{'s' * (n > 1)} could not be read; see the list for the reasons."
        self.problem.say(problem)
        self._show_what_can_be_done()

    def _show_what_can_be_done(self) -> None:
        n = len(self.list.selectedItems())
        self.show_button.setEnabled(n > 0)
        self.show_button.setText(f"Show {n} cells" if n > 1 else "Show selected")


def ask_for_folder(viewer: Viewer, parent: QWidget) -> None:
    """Ask for a folder and open the dialog of its skeletons."""
    folder = QFileDialog.getExistingDirectory(parent, "Folder of skeletons")
    if folder:
        FolderDialog(viewer, folder, parent).show()


def _without_path(one: FileRead) -> str:
    return one.problem.removeprefix(str(one.path)).removeprefix(":").strip()
