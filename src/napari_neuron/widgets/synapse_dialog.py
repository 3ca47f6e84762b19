"""`SynapseDialog`: synapses from a connector table, placed on the cell."""

from __future__ import annotations

import re
from typing import Any

from psygnal import Signal
from qtpy.QtCore import Qt
from qtpy.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from napari_neuron.compile.read_synapses import read_columns, read_synapses
from napari_neuron.compile.synapse_table import SynapseTable
from napari_neuron.errors import ExperimentError, NapariNeuronError
from napari_neuron.morphology.model import Morphology
from napari_neuron.spec import AlphaSynapse, PoissonEvents, SpikeTimes, Synapse
from napari_neuron.widgets.page import hint, let_shrink
from napari_neuron.widgets.problem import ProblemLabel

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
AT_ONCE, IN_GROUPS, BY_PARTNER = "all at once", "in groups over time", "a train for each partner"


class SynapseDialog(QDialog):
    """Chooses a table and its columns, says what was found, and places synapses.

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
        self._table: SynapseTable | None = None
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
        self.said = hint()
        self.problem = ProblemLabel()
        self.form = QFormLayout()
        self.form.addRow("Table", line)
        for name, text in _COLUMNS.items():
            self.form.addRow(f"Column: {text}", self.columns[name])
        for text, widget in {
            "Unit of positions": self.units,
            "At most": self.limit,
            "Kind": self.wanted,
            "Only where": self.query,
            "Draw at random": self.draw,
            "Seed": self.seed,
            "Place": self.synapse,
            "Active": self.how,
            "Synapses in each group": self.sizes,
            "At (ms)": self.times,
        }.items():
            self.form.addRow(text, widget)
        for combo in self.findChildren(QComboBox):
            let_shrink(combo)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.place_button = QPushButton("Place")
        self.buttons.addButton(self.place_button, QDialogButtonBox.ButtonRole.ActionRole)
        self.buttons.rejected.connect(self.reject)
        self.place_button.clicked.connect(lambda _=False: self.place())
        layout = QVBoxLayout(self)
        layout.addLayout(self.form)
        for widget in (self.said, self.problem, self.buttons):
            layout.addWidget(widget)
        self.resize(420, 640)
        self.source.currentIndexChanged.connect(lambda _: self._offer_columns())
        self.how.currentTextChanged.connect(lambda _: self._show_groups())
        for combo in (*self.columns.values(), self.wanted):
            combo.activated.connect(lambda _: self.read())
        for edit in (self.units, self.query):
            edit.editingFinished.connect(self.read)
        for number in (self.limit, self.draw, self.seed):
            number.editingFinished.connect(self.read)
        self._show_groups()
        self._offer_columns()

    @property
    def table(self) -> SynapseTable | None:
        """The synapses that would be placed, None if there is no such table."""
        return self._table

    def choose_file(self, path: str) -> None:
        """Take the table from a file."""
        self._path = path
        if self.source.count() == 1:
            self.source.addItem("")
        self.source.setItemText(1, path.rsplit("/", 1)[-1])
        self.source.setCurrentIndex(1)
        self._offer_columns()

    def read(self) -> None:
        """Read the table as it is said, and say what was found."""
        self._table = None
        self.problem.say("")
        try:
            table = read_synapses(self._source, self._cell, **self._said_columns())
            n_left_out = len(table.left_out)
            why = table.left_out["why"].value_counts() if n_left_out else {}
            n_read = len(table) + n_left_out
            if self.wanted.currentText() != "all":
                table = table.where(kind=self.wanted.currentText())
            if self.query.text().strip():
                table = table.where(query=self.query.text().strip())
            n_found = len(table)
            if self.draw.value():
                table = table.draw(self.draw.value(), self.seed.value())
        except (NapariNeuronError, OSError) as error:
            self.said.setText("")
            self.problem.say(str(error))
        else:
            self._table = table
            text = f"{len(table):,} synapses to place, of {n_found:,} wanted and {n_read:,} rows."
            if n_read and not table.rows["distance"].isna().all():
                text += f" At most {table.rows['distance'].max():.2f} µm from their nodes."
            for reason, n in dict(why).items():
                text += f"\n{n:,} left out: {reason}."
            self.said.setText(text)
        self.place_button.setEnabled(bool(self._table is not None and len(self._table)))

    def place(self) -> None:
        """Tell of the stimuli, and close."""
        if self._table is None:
            return
        template: Any = _SYNAPSES[self.synapse.currentText()]
        how = self.how.currentText()
        try:
            if how == IN_GROUPS:
                sizes, times = _numbers(self.sizes), _numbers(self.times)
                made = self._table.in_groups(template, [round(n) for n in sizes], times)
            elif how == BY_PARTNER:
                if not isinstance(template, Synapse):
                    raise ExperimentError("", "an alpha synapse has no events; choose a synapse")
                made = self._table.by_partner(template)
            else:
                made = self._table.at_once(template)
        except NapariNeuronError as error:
            self.problem.say(str(error))
            return
        self.placed.emit(made)
        self.accept()

    @property
    def _source(self) -> str | None:
        return self._path if self.source.currentIndex() == 1 else None

    def _said_columns(self) -> dict[str, Any]:
        said = {n: c.currentText() for n, c in self.columns.items() if c.currentIndex() > 0}
        axes = tuple(said.pop(axis, axis) for axis in "xyz")
        position = {} if axes == ("x", "y", "z") else {"position": axes}
        return {
            **said,
            **position,
            "units": self.units.text().strip(),
            "limit": self.limit.value(),
        }

    def _offer_columns(self) -> None:
        try:
            names = read_columns(self._source, self._cell)
        except (NapariNeuronError, OSError):
            names = ()  # reading says why
        for combo in self.columns.values():
            combo.clear()
            combo.addItems([_AUTOMATIC, *names])
        self.read()

    def _show_groups(self) -> None:
        for edit in (self.sizes, self.times):
            shown = self.how.currentText() == IN_GROUPS
            edit.setVisible(shown)
            self.form.labelForField(edit).setVisible(shown)

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
