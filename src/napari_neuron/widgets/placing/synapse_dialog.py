"""`SynapseDialog`: synapses from a connector table, placed on the cell."""

from __future__ import annotations

import re
from typing import Any

from psygnal import Signal
from qtpy.QtCore import Qt
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
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from napari_neuron.compile.synapse_table import SynapseTable
from napari_neuron.errors import ExperimentError
from napari_neuron.morphology.model import Morphology
from napari_neuron.spec import AlphaSynapse, PoissonEvents, SpikeTimes, Synapse
from napari_neuron.widgets.placing.left_out_list import LeftOutList
from napari_neuron.widgets.placing.synapse_choice import (
    AT_ONCE,
    BY_PARTNER,
    IN_GROUPS,
    Choice,
    Found,
    activate,
    find,
    regions_of,
)
from napari_neuron.widgets.toolkit.latest_job import LatestJob
from napari_neuron.widgets.toolkit.page import Page, hint, leave_enter_to_fields, let_shrink
from napari_neuron.widgets.toolkit.problem import ProblemLabel

_AUTOMATIC = "as named"
_COLUMNS = {
    "node": "Node id",
    "x": "x",
    "y": "y",
    "z": "z",
    "kind": "Kind (pre, post)",
    "partner": "Partner",
    "weight": "Weight",
    "time": "Time",
}
_SYNAPSES = {
    "Alpha synapse": AlphaSynapse(nodes=(0,)),
    "Synapse, one event": Synapse(nodes=(0,), events=SpikeTimes(times=(10,))),
    "Synapse, train of events": Synapse(nodes=(0,)),
    "Synapse, Poisson events": Synapse(nodes=(0,), events=PoissonEvents()),
}


class SynapseDialog(QDialog):
    """Chooses a table and its columns, says what was found, and places synapses.

    Tables are read, and stimuli made, in a thread: `read` and `place` return at once.

    Parameters
    ----------
    cell
        Whose nodes they are placed at.

    Attributes
    ----------
    placed : Signal (tuple of Stimulus)
    """

    placed = Signal(tuple)

    def __init__(self, cell: Morphology, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Synapses from a table")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._cell = cell
        self._path: str | None = None
        self._found = Found()
        self._reading, self._placing = LatestJob(), LatestJob()
        self._reading.finished.connect(self._on_found)
        self._placing.finished.connect(self._on_activated)
        self.source = QComboBox()
        self.source.addItem(f"Connectors of {cell.name}")
        self.file_button = QPushButton("File…")
        self.file_button.clicked.connect(lambda _=False: self._ask_for_file())
        line = QHBoxLayout()
        line.addWidget(self.source, 1)
        line.addWidget(self.file_button)
        self.columns = {name: QComboBox() for name in _COLUMNS}
        self.units = QLineEdit("um")
        self.units.setToolTip("Of the positions: um, nm, 8 nm, 4x4x40 nm")
        self.limit = _number(5.0, 1e6, " µm")
        self.limit.setToolTip("What is further from its nearest node is left out")
        self.wanted = QComboBox()
        self.wanted.addItems(["all", "post", "pre"])
        self.partner = QLineEdit()
        self.partner.setPlaceholderText("any; several with commas between")
        self._regions = regions_of(cell)
        self.region = QComboBox()
        self.region.addItems(list(self._regions))
        self.confidence = _number(0.0, 1e9, "")
        self.confidence.setSpecialValueText("any")
        self.confidence.setToolTip("The least value of the column “confidence”")
        self.query = QLineEdit()
        self.query.setPlaceholderText("weight > 3 and roi == 'AL'")
        self.draw, self.seed = QSpinBox(), QSpinBox()
        self.draw.setRange(0, 10**9)
        self.draw.setSpecialValueText("all")
        self.seed.setRange(0, 2**31 - 1)
        self.seed.setValue(1)
        self.synapse = QComboBox()
        self.synapse.addItems(list(_SYNAPSES))
        self.how = QComboBox()
        self.how.addItems([AT_ONCE, IN_GROUPS, BY_PARTNER])
        self.sizes, self.times = QLineEdit("5, 10, 15"), QLineEdit("50, 250, 450")
        self.weighted = QCheckBox("weight × the table's weight")
        self.timed = QCheckBox("delay + the table's time")
        self.busy = QProgressBar()
        self.busy.setRange(0, 0)
        self.busy.setTextVisible(False)
        self.busy.setFixedHeight(6)
        self.said = hint()
        self.left_out = LeftOutList()
        self.problem = ProblemLabel()
        self.form = QFormLayout()
        self.form.addRow("Table", line)
        for name, text in _COLUMNS.items():
            self.form.addRow(f"Column: {text}", self.columns[name])
        for text, widget in {
            "Unit of positions": self.units,
            "At most": self.limit,
            "Kind": self.wanted,
            "Partner": self.partner,
            "Region": self.region,
            "Confidence": self.confidence,
            "Only where": self.query,
            "Draw at random": self.draw,
            "Seed": self.seed,
            "Place": self.synapse,
            "Active": self.how,
            "Synapses in each group": self.sizes,
            "At (ms)": self.times,
            "Of the table": self.weighted,
            "": self.timed,
        }.items():
            self.form.addRow(text, widget)
        for combo in self.findChildren(QComboBox):
            let_shrink(combo)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.place_button = QPushButton("Place")
        self.buttons.addButton(self.place_button, QDialogButtonBox.ButtonRole.ActionRole)
        self.buttons.rejected.connect(self.reject)
        self.place_button.clicked.connect(lambda _=False: self.place())
        page = Page()
        page.column.addLayout(self.form)
        page.column.addStretch()
        page.setMinimumWidth(page.widget().minimumSizeHint().width() + 30)
        layout = QVBoxLayout(self)
        layout.addWidget(page, 1)
        for widget in (self.busy, self.said, self.left_out, self.problem, self.buttons):
            layout.addWidget(widget)
        self.resize(520, 760)
        leave_enter_to_fields(self)
        self.finished.connect(lambda _: self._stop())
        self.source.currentIndexChanged.connect(lambda _: self.read())
        self.how.currentTextChanged.connect(lambda _: self._show_groups())
        self.synapse.currentTextChanged.connect(lambda _: self._show_busy())
        for combo in (*self.columns.values(), self.wanted, self.region):
            combo.activated.connect(lambda _: self.read())
        for edit in (self.units, self.query, self.partner):
            edit.editingFinished.connect(self.read)
        for number in (self.limit, self.draw, self.seed, self.confidence):
            number.editingFinished.connect(self.read)
        self._show_groups()
        if cell.connectors is None:
            self.source.setItemText(0, f"{cell.name} came without connectors")
            self.said.setText("Choose a table: File…")
        else:
            self.read()

    @property
    def table(self) -> SynapseTable | None:
        """The synapses that would be placed, None if there is no such table."""
        return self._found.table

    @property
    def is_busy(self) -> bool:
        """Whether a table is being read, or stimuli are being made."""
        return self._reading.is_busy or self._placing.is_busy

    def choose_file(self, path: str) -> None:
        """Take the table from a file."""
        self._path = path
        if self.source.count() == 1:
            self.source.addItem("")
        self.source.setItemText(1, path.rsplit("/", 1)[-1])
        self.source.setCurrentIndex(1)
        self.read()

    def read(self) -> None:
        """Read the table as it is said, and say what was found."""
        said = {
            "kind": None if self.wanted.currentIndex() == 0 else self.wanted.currentText(),
            "partner": self.partner.text().strip(),
            "region": self._regions[self.region.currentText()],
            "confidence": self.confidence.value() or None,
            "query": self.query.text().strip(),
        }
        columns, draw, seed = self._said_columns(), self.draw.value(), self.seed.value()
        choice = Choice(self._cell, self._source, columns, said, draw, seed)
        self._reading.request(find, choice, self._found.everything)
        self._show_busy()

    def place(self) -> None:
        """Make the stimuli, tell of them, and close."""
        if self.table is None or self.is_busy:
            return
        try:
            groups = (_numbers(self.sizes), _numbers(self.times))
        except ExperimentError as error:
            self.problem.say(str(error))
            return
        of_table = {
            "weighted": self.weighted.isEnabled() and self.weighted.isChecked(),
            "timed": self.timed.isEnabled() and self.timed.isChecked(),
        }
        template = _SYNAPSES[self.synapse.currentText()]
        how = self.how.currentText()
        self._placing.request(activate, self.table, template, how, groups, of_table)
        self._show_busy()

    def _on_found(self, found: Found) -> None:
        if found.names != self._found.names:
            before = self._named_columns()
            self._offer(found.names)
            if self._named_columns() != before:  # they were of another table
                self._found = Found(names=found.names)
                self.read()
                return
        self._found = found
        self.said.setText(found.said)
        self.problem.say(found.problem)
        self.left_out.set_rows(found.left_out, self._position)
        self._show_busy()

    def _on_activated(self, answer: tuple[tuple[Any, ...], str]) -> None:
        stimuli, problem = answer
        self.problem.say(problem)
        self._show_busy()
        if not problem:
            self.placed.emit(stimuli)
            self.accept()

    def _show_busy(self) -> None:
        self.busy.setVisible(self.is_busy)
        ready = self.table is not None and len(self.table) > 0 and not self.is_busy
        self.place_button.setEnabled(ready)
        there = set() if self.table is None else set(self.table.rows.columns)
        is_synapse = isinstance(_SYNAPSES[self.synapse.currentText()], Synapse)
        takes = is_synapse and self.how.currentText() != IN_GROUPS
        self.weighted.setEnabled(takes and "weight" in there)
        self.timed.setEnabled(takes and "time" in there)
        self.confidence.setEnabled("confidence" in there)

    def _stop(self) -> None:
        self._reading.stop()
        self._placing.stop()
        self.left_out.stop()

    @property
    def _source(self) -> str | None:
        return self._path if self.source.currentIndex() == 1 else None

    @property
    def _position(self) -> tuple[str, ...]:
        said = self._named_columns()
        return tuple(said.get(axis, axis) for axis in "xyz")

    def _named_columns(self) -> dict[str, str]:
        return {n: c.currentText() for n, c in self.columns.items() if c.currentIndex() > 0}

    def _said_columns(self) -> dict[str, Any]:
        said: dict[str, Any] = self._named_columns()
        axes = tuple(said.pop(axis, axis) for axis in "xyz")
        position = {} if axes == ("x", "y", "z") else {"position": axes}
        return {
            **said,
            **position,
            "units": self.units.text().strip(),
            "limit": self.limit.value(),
        }

    def _offer(self, names: tuple[str, ...]) -> None:
        for combo in self.columns.values():
            before = combo.currentText()
            combo.clear()
            combo.addItems([_AUTOMATIC, *names])
            combo.setCurrentIndex(max(0, combo.findText(before)))

    def _show_groups(self) -> None:
        for edit in (self.sizes, self.times):
            shown = self.how.currentText() == IN_GROUPS
            edit.setVisible(shown)
            self.form.labelForField(edit).setVisible(shown)
        self._show_busy()

    def _ask_for_file(self) -> None:
        path, _ = QFileDialog.getOpenFileName(
            self, "Synapses", "", "Tables (*.csv *.tsv *.parquet);;All files (*)"
        )
        if path:
            self.choose_file(path)


def _number(value: float, highest: float, suffix: str) -> QDoubleSpinBox:
    box = QDoubleSpinBox()
    box.setRange(0, highest)
    box.setValue(value)
    box.setSuffix(suffix)
    return box


def _numbers(edit: QLineEdit) -> list[float]:
    try:
        return [float(piece) for piece in re.split(r"[\s,;]+", edit.text()) if piece]
    except ValueError:
        raise ExperimentError("", f"{edit.text()!r} is not a list of numbers") from None
