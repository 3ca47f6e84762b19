"""`ConnectDialog`: synapses between the chosen cells, from a table or their connectors."""

from __future__ import annotations

from psygnal import Signal
from qtpy.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from napari_neuron.compile.circuit_table import USUAL_COLUMNS
from napari_neuron.morphology.model import Morphology
from napari_neuron.widgets.connections.connect_choice import (
    ConnectChoice,
    ConnectFound,
    find_connections,
)
from napari_neuron.widgets.connections.kinds_table import KindsTable
from napari_neuron.widgets.placing.left_out_list import LeftOutList
from napari_neuron.widgets.toolkit.latest_job import LatestJob
from napari_neuron.widgets.toolkit.page import Page, hint, leave_enter_to_fields, let_shrink
from napari_neuron.widgets.toolkit.problem import ProblemLabel

_AUTOMATIC = "as named"
_SITES = "Synapses of these cells"
_CONSTANT, _BY_LENGTH = "the same for all", "by path length"


class ConnectDialog(QDialog):
    """Says which column is what and what each kind does, shows what was found, and connects.

    Tables are read, and synapses placed, in a thread.

    Parameters
    ----------
    cells
        Those that are simulated together.

    Attributes
    ----------
    connected : Signal (tuple of ChemicalSynapses)
    """

    connected = Signal(tuple)

    def __init__(self, cells: tuple[Morphology, ...], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Connect the cells")
        self._cells = cells
        self._path: str | None = None
        self._found = ConnectFound()
        self._job = LatestJob()
        self._job.finished.connect(self._on_found)
        self.source = QComboBox()
        self.source.addItem(_SITES)
        self.source.setToolTip(
            "A postsynapse of one cell belongs to the nearest presynapse of another"
        )
        self.file_button = QPushButton("File…")
        self.file_button.setToolTip("A CSV, TSV or parquet file with a row for each synapse")
        self.file_button.clicked.connect(lambda _=False: self._ask_for_file())
        line = QHBoxLayout()
        line.addWidget(self.source, 1)
        line.addWidget(self.file_button)
        self.columns = {name: QComboBox() for name in USUAL_COLUMNS}
        for combo in self.columns.values():
            combo.addItem(_AUTOMATIC)
        self.apart = _number(0.3, 100, " µm", "Two connectors that near are one synapse")
        self.only_these = QCheckBox("Leave out rows of other cells")
        self.only_these.setToolTip("Else a row that names another cell is an error")
        self.units = QLineEdit("um")
        self.units.setToolTip("Of the positions: um, nm, 8 nm")
        self.limit = _number(5.0, 1e6, " µm", "A position farther from its cell is left out")
        self.kinds = KindsTable()
        self.weight = _number(0.001, 1e6, " µS", "Where the table has no weight; times its count")
        self.threshold = _number(-20.0, 1000, " mV", "Of the presynaptic voltage", lowest=-1000)
        self.delay_kind = QComboBox()
        self.delay_kind.addItems([_CONSTANT, _BY_LENGTH])
        self.delay_kind.setToolTip(
            "By path length: for axons that do not spike. The voltage is watched at the root, and "
            "the way to the synapse adds to the delay"
        )
        self.delay = _number(1.0, 1e4, " ms", "Where the table has no delay")
        self.velocity = _number(500.0, 1e6, " µm/ms", "Of the spike along the axon", lowest=0.001)
        self.form = QFormLayout()
        self.form.addRow("Table", line)
        for name, combo in self.columns.items():
            self.form.addRow(f"Column: {name.replace('_', ' ')}", combo)
        for text, widget in {
            "": self.only_these,
            "Nearer than": self.apart,
            "Unit of positions": self.units,
            "At most": self.limit,
            "Weight": self.weight,
            "Threshold": self.threshold,
            "Delay": self.delay_kind,
            "Delay of each": self.delay,
            "Velocity": self.velocity,
        }.items():
            self.form.addRow(text, widget)
        for combo in self.findChildren(QComboBox):
            let_shrink(combo)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.connect_button = QPushButton("Connect")
        self.buttons.addButton(self.connect_button, QDialogButtonBox.ButtonRole.ActionRole)
        self.buttons.rejected.connect(self.reject)
        self.connect_button.clicked.connect(lambda _=False: self.connect_cells())
        self.busy = QProgressBar()
        self.busy.setRange(0, 0)
        self.busy.setTextVisible(False)
        self.busy.setFixedHeight(6)
        self.said = hint()
        self.left_out = LeftOutList()
        self.problem = ProblemLabel()
        page = Page()
        page.column.addLayout(self.form)
        page.column.addWidget(hint("Each kind is an Exp2Syn; others can be chosen afterwards."))
        page.column.addWidget(self.kinds)
        page.column.addStretch()
        layout = QVBoxLayout(self)
        layout.addWidget(page, 1)
        for widget in (self.busy, self.said, self.left_out, self.problem, self.buttons):
            layout.addWidget(widget)
        self.resize(440, 560)
        leave_enter_to_fields(self)
        self.finished.connect(lambda _: self._stop())
        self.source.currentIndexChanged.connect(lambda _: self.read())
        self.delay_kind.currentIndexChanged.connect(lambda _: self.read())
        for combo in self.columns.values():
            combo.activated.connect(lambda _: self.read())
        self.only_these.toggled.connect(lambda _: self.read())
        self.units.editingFinished.connect(self.read)
        for number in self.findChildren(QDoubleSpinBox):
            number.editingFinished.connect(self.read)
        self.kinds.edited.connect(self.read)
        self.kinds.failed.connect(self.problem.say)
        self.read()

    @property
    def found(self) -> ConnectFound:
        """What there is to connect."""
        return self._found

    @property
    def is_busy(self) -> bool:
        """Whether a table is being read."""
        return self._job.is_busy

    def choose_file(self, path: str) -> None:
        """Take the synapses from a file."""
        self._path = path
        if self.source.count() == 1:
            self.source.addItem("")
        self.source.setItemText(1, path.replace("\\", "/").rsplit("/", 1)[-1])
        self.source.setCurrentIndex(1)
        self.read()

    def read(self) -> None:
        """Read the table as it is said, and say what was found."""
        is_file = self.source.currentIndex() == 1
        by_length = self.delay_kind.currentIndex() == 1
        for widget in (*self.columns.values(), self.only_these, self.units, self.limit):
            self._show_row(widget, is_file)
        self._show_row(self.apart, not is_file)
        self._show_row(self.velocity, by_length)
        choice = ConnectChoice(
            self._cells,
            self._path if is_file else None,
            {n: c.currentText() for n, c in self.columns.items() if c.currentIndex() > 0},
            self.only_these.isChecked(),
            self.apart.value(),
            self.kinds.value,
            self.weight.value(),
            self.delay.value(),
            self.velocity.value() if by_length else None,
            self.threshold.value(),
            self.units.text().strip(),
            self.limit.value(),
        )
        self._job.request(find_connections, choice)
        self._show_busy()

    def connect_cells(self) -> None:
        """Tell of the connections, and close."""
        if self._found.connections and not self.is_busy:
            self.connected.emit(self._found.connections)
            self.accept()

    def _on_found(self, found: ConnectFound) -> None:
        if found.names != self._found.names:
            for combo in self.columns.values():
                chosen = combo.currentText()
                combo.clear()
                combo.addItems([_AUTOMATIC, *found.names])
                combo.setCurrentIndex(max(0, combo.findText(chosen)))
        self._found = found
        self.said.setText(found.said)
        self.problem.say(found.problem)
        self.left_out.set_rows(
            None if found.left_out is None else found.left_out.assign(why="too far"),
            ("pre", "post"),
        )
        if not found.problem or found.kinds:
            n = sum(len(group.weights) for group in found.connections)
            self.kinds.set_kinds(found.kinds, n)
        self._show_busy()

    def _show_busy(self) -> None:
        self.busy.setVisible(self.is_busy)
        self.connect_button.setEnabled(bool(self._found.connections) and not self.is_busy)

    def _show_row(self, widget: QWidget, shown: bool) -> None:
        widget.setVisible(shown)
        label = self.form.labelForField(widget)
        if label is not None:
            label.setVisible(shown)

    def _stop(self) -> None:
        self._job.stop()
        self.left_out.stop()

    def _ask_for_file(self) -> None:
        path, _ = QFileDialog.getOpenFileName(
            self, "Synapses", "", "Tables (*.csv *.tsv *.parquet);;All files (*)"
        )
        if path:
            self.choose_file(path)


def _number(
    value: float, highest: float, suffix: str, tooltip: str, *, lowest: float = 0.0
) -> QDoubleSpinBox:
    box = QDoubleSpinBox()
    box.setRange(lowest, highest)
    box.setDecimals(5 if suffix == " µS" else 2)
    box.setValue(value)
    box.setSuffix(suffix)
    box.setToolTip(tooltip)
    return box
