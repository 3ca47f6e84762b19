"""`TableDialog`: chooses a table of synapses and its columns, and reports what was found."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from qtpy.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from napari_neuron.widgets.placing.left_out_list import LeftOutList
from napari_neuron.widgets.toolkit.page import Page, hint, leave_enter_to_fields
from napari_neuron.widgets.toolkit.problem import ProblemLabel

_AUTOMATIC = "as named"


class TableDialog(QDialog):
    """What dialogs that read tables of synapses have in common; each defines how it reads.

    Parameters
    ----------
    title
        Of the window.
    without_file
        What is read as long as no file is chosen.
    columns
        Names of the columns that can be chosen, and what they are called here.
    action
        Text of the button that uses what was found.

    Attributes
    ----------
    columns : dict of str to QComboBox
        By name; see `named_columns`.
    form : QFormLayout
        Table and columns; what else is asked comes below, see `add_rows`.
    """

    def __init__(
        self,
        title: str,
        *,
        without_file: str,
        columns: Mapping[str, str],
        action: str,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self._path: str | None = None
        self.source = QComboBox()
        self.source.addItem(without_file)
        self.file_button = QPushButton("File…")
        self.file_button.setToolTip("A CSV, TSV or parquet file with one row per synapse")
        self.columns = {name: QComboBox() for name in columns}
        for combo in self.columns.values():
            combo.addItem(_AUTOMATIC)
        line = QHBoxLayout()
        line.addWidget(self.source, 1)
        line.addWidget(self.file_button)
        self.form = QFormLayout()
        self.form.addRow("Table", line)
        for name, text in columns.items():
            self.form.addRow(f"Column: {text}", self.columns[name])
        self.busy = QProgressBar()
        self.busy.setRange(0, 0)
        self.busy.setTextVisible(False)
        self.busy.setFixedHeight(6)
        self.said = hint()
        self.left_out = LeftOutList()
        self.problem = ProblemLabel()
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.action_button = QPushButton(action)
        self.buttons.addButton(self.action_button, QDialogButtonBox.ButtonRole.ActionRole)
        self.page = Page()
        self.page.column.addLayout(self.form)
        layout = QVBoxLayout(self)
        layout.addWidget(self.page, 1)
        for widget in (self.busy, self.said, self.left_out, self.problem, self.buttons):
            layout.addWidget(widget)
        leave_enter_to_fields(self)
        self.buttons.rejected.connect(self.reject)
        self.file_button.clicked.connect(lambda _=False: self._ask_for_file())
        self.source.currentIndexChanged.connect(lambda _: self.read())
        for combo in self.columns.values():
            combo.activated.connect(lambda _: self.read())
        self.finished.connect(lambda _: self.stop())

    @property
    def path(self) -> str | None:
        """The file that is read, None for what is read without one."""
        return self._path if self.source.currentIndex() == 1 else None

    @property
    def named_columns(self) -> dict[str, str]:
        """The columns the user has chosen, by name."""
        return {n: c.currentText() for n, c in self.columns.items() if c.currentIndex() > 0}

    def add_rows(self, rows: Mapping[str, QWidget]) -> None:
        """Ask for more, below the columns."""
        for text, widget in rows.items():
            self.form.addRow(text, widget)

    def show_row(self, widget: QWidget, is_shown: bool) -> None:
        """Show a row of the form, or hide it."""
        widget.setVisible(is_shown)
        label = self.form.labelForField(widget)
        if label is not None:
            label.setVisible(is_shown)

    def offer_columns(self, names: tuple[str, ...]) -> None:
        """Offer the columns of a table; those that were chosen before stay if it has them."""
        for combo in self.columns.values():
            before = combo.currentText()
            combo.clear()
            combo.addItems([_AUTOMATIC, *names])
            combo.setCurrentIndex(max(0, combo.findText(before)))

    def choose_file(self, path: str) -> None:
        """Read a file."""
        self._path = path
        if self.source.count() == 1:
            self.source.addItem("")
        self.source.setItemText(1, Path(path).name)
        self.source.setCurrentIndex(1)
        self.read()

    def read(self) -> None:
        """Read the table with these settings, in a thread, and report what was found."""
        raise NotImplementedError

    def stop(self) -> None:
        """Emit nothing more."""
        self.left_out.stop()

    def _ask_for_file(self) -> None:
        path, _ = QFileDialog.getOpenFileName(
            self, "Synapses", "", "Tables (*.csv *.tsv *.parquet);;All files (*)"
        )
        if path:
            self.choose_file(path)
