"""`SynapseDialog`: places synapses from a connector table on the cell."""

from __future__ import annotations

import re
from typing import Any

from psygnal import Signal
from qtpy.QtCore import Qt
from qtpy.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QLineEdit,
    QSpinBox,
    QWidget,
)

from napari_neuron.compile.synapse_table import SynapseTable
from napari_neuron.errors import ExperimentError
from napari_neuron.morphology.model import Morphology
from napari_neuron.spec import AlphaSynapse, PoissonEvents, SpikeTimes, Synapse
from napari_neuron.widgets.placing.synapse_choice import (
    AT_ONCE,
    BY_PARTNER,
    IN_GROUPS,
    Choice,
    Found,
    activate,
    find,
    regions_of,
    usual_kind,
)
from napari_neuron.widgets.placing.table_dialog import TableDialog
from napari_neuron.widgets.toolkit.latest_job import LatestJob

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


class SynapseDialog(TableDialog):
    """Chooses a table and its columns, says what was found, and places synapses.

    Tables are read, and stimuli made, in a thread: `read` and `place` return at once.

    Parameters
    ----------
    cell
        The cell whose nodes they are placed at.

    Attributes
    ----------
    placed : Signal (tuple of Stimulus)
    """

    placed = Signal(tuple)

    def __init__(self, cell: Morphology, parent: QWidget | None = None) -> None:
        super().__init__(
            "Synapses from a table",
            without_file=f"Connectors of {cell.name}",
            columns=_COLUMNS,
            action="Place",
            parent=parent,
        )
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._cell = cell
        self._found = Found()
        self._is_kind_chosen = False
        self._reading, self._placing = LatestJob(), LatestJob()
        self._reading.finished.connect(self._on_found)
        self._placing.finished.connect(self._on_activated)
        self._ask_which()
        self._ask_how()
        self.page.column.addStretch()
        self.page.setMinimumWidth(self.page.widget().minimumSizeHint().width() + 30)
        self.resize(520, 600)
        self.action_button.clicked.connect(lambda _=False: self.place())
        self._show_groups()
        self.source.currentIndexChanged.connect(lambda _: self._show_columns())
        self._show_columns()
        if cell.connectors is None:
            self.source.setItemText(0, f"{cell.name} came without connectors")
            self.said.setText("Choose a table: File…")
        else:
            self.read()

    def _ask_which(self) -> None:
        """Ask where synapses are, and which are wanted."""
        self.units = QLineEdit("um")
        self.units.setToolTip("Unit of the positions: um, nm, 8 nm, 4x4x40 nm")
        self.limit = _number(5.0, 1e6, " µm")
        self.limit.setToolTip("Synapses farther than this from every node are left out")
        self.wanted = QComboBox()
        self.wanted.addItems(["all", "post", "pre"])
        self.wanted.setToolTip("post: where this cell is driven; pre: where it drives others")
        self.partner = QLineEdit()
        self.partner.setPlaceholderText("any; separate several by commas")
        self._regions = regions_of(self._cell)
        self.region = QComboBox()
        self.region.addItems(list(self._regions))
        self.confidence = _number(0.0, 1e9, "")
        self.confidence.setSpecialValueText("any")
        self.confidence.setToolTip("Smallest value of the column “confidence”")
        self.query = QLineEdit()
        self.query.setPlaceholderText("weight > 3 and roi == 'AL'")
        self.draw, self.seed = QSpinBox(), QSpinBox()
        self.draw.setRange(0, 10**9)
        self.draw.setSpecialValueText("all")
        self.seed.setRange(0, 2**31 - 1)
        self.seed.setValue(1)
        self.add_rows(
            {
                "Unit of positions": self.units,
                "At most": self.limit,
                "Kind": self.wanted,
                "Partner": self.partner,
                "Region": self.region,
                "Confidence": self.confidence,
                "Only where": self.query,
                "Draw at random": self.draw,
                "Seed": self.seed,
            }
        )
        self.wanted.activated.connect(lambda _: self._on_kind_chosen())
        for combo in (self.wanted, self.region):
            combo.activated.connect(lambda _: self.read())
        for edit in (self.units, self.query, self.partner):
            edit.editingFinished.connect(self.read)
        for number in (self.limit, self.draw, self.seed, self.confidence):
            number.editingFinished.connect(self.read)

    def _ask_how(self) -> None:
        """Ask what is placed, and when it is active."""
        self.synapse = QComboBox()
        self.synapse.addItems(list(_SYNAPSES))
        self.how = QComboBox()
        self.how.addItems([AT_ONCE, IN_GROUPS, BY_PARTNER])
        self.sizes, self.times = QLineEdit("5, 10, 15"), QLineEdit("50, 250, 450")
        self.weighted = QCheckBox("weight × the table's weight")
        self.timed = QCheckBox("delay + the table's time")
        self.add_rows(
            {
                "Place": self.synapse,
                "Active": self.how,
                "Synapses in each group": self.sizes,
                "At (ms)": self.times,
                "Of the table": self.weighted,
                "": self.timed,
            }
        )
        self.how.currentTextChanged.connect(lambda _: self._show_groups())
        self.synapse.currentTextChanged.connect(lambda _: self._show_busy())

    @property
    def table(self) -> SynapseTable | None:
        """The synapses that would be placed, None if there is no such table."""
        return self._found.table

    @property
    def is_busy(self) -> bool:
        """Whether a table is being read, or stimuli are being made."""
        return self._reading.is_busy or self._placing.is_busy

    def read(self) -> None:
        """Read the table with these settings, and report what was found."""
        said = {
            "kind": None if self.wanted.currentIndex() == 0 else self.wanted.currentText(),
            "partner": self.partner.text().strip(),
            "region": self._regions[self.region.currentText()],
            "confidence": self.confidence.value() or None,
            "query": self.query.text().strip(),
        }
        columns, draw, seed = self._said_columns(), self.draw.value(), self.seed.value()
        choice = Choice(self._cell, self.path, columns, said, draw, seed)
        self._reading.request(find, choice, self._found.everything)
        self._show_busy()

    def place(self) -> None:
        """Make the stimuli, emit them, and close."""
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
            before = self.named_columns
            self.offer_columns(found.names)
            if self.named_columns != before:  # they were of another table
                self._found = Found(names=found.names)
                self.read()
                return
        self._found = found
        if not self._is_kind_chosen and found.everything is not None:
            usual = usual_kind(found.everything[1])
            if usual != self.wanted.currentText():
                self.wanted.setCurrentText(usual)
                self.read()
                return
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
        self.action_button.setEnabled(ready)
        there = set() if self.table is None else set(self.table.rows.columns)
        is_synapse = isinstance(_SYNAPSES[self.synapse.currentText()], Synapse)
        takes = is_synapse and self.how.currentText() != IN_GROUPS
        self.weighted.setEnabled(takes and "weight" in there)
        self.timed.setEnabled(takes and "time" in there)
        self.confidence.setEnabled("confidence" in there)

    def stop(self) -> None:
        """Emit nothing more."""
        super().stop()
        self._reading.stop()
        self._placing.stop()

    @property
    def _position(self) -> tuple[str, ...]:
        said = self.named_columns
        return tuple(said.get(axis, axis) for axis in "xyz")

    def _said_columns(self) -> dict[str, Any]:
        if self.path is None:
            return {"limit": self.limit.value()}  # the cell's own, in µm
        said: dict[str, Any] = self.named_columns
        axes = tuple(said.pop(axis, axis) for axis in "xyz")
        position = {} if axes == ("x", "y", "z") else {"position": axes}
        return {
            **said,
            **position,
            "units": self.units.text().strip(),
            "limit": self.limit.value(),
        }

    def _on_kind_chosen(self) -> None:
        self._is_kind_chosen = True

    def _show_columns(self) -> None:
        """Ask for columns of a file only: those of the cell's connectors are known."""
        of_file = self.source.currentIndex() == 1
        for widget in (*self.columns.values(), self.units):
            self.show_row(widget, of_file)

    def _show_groups(self) -> None:
        for edit in (self.sizes, self.times):
            self.show_row(edit, self.how.currentText() == IN_GROUPS)
        self._show_busy()


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
