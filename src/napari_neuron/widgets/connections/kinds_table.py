"""`KindsTable`: what each kind of synapse does."""

from __future__ import annotations

from collections.abc import Mapping

from psygnal import Signal
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QHeaderView, QTableWidget, QTableWidgetItem

from napari_neuron.compile.circuit_table import usual_conductances
from napari_neuron.errors import ExperimentError
from napari_neuron.spec import Conductance, Exp2Conductance
from napari_neuron.widgets.toolkit.numbers import number_in_text, shown_number

_FIELDS = {"tau1": "rise, ms", "tau2": "decay, ms", "e": "reversal, mV"}
_ROW = 24


class KindsTable(QTableWidget):
    """A row for each kind, with rise, decay and reversal potential of its Exp2Syn.

    Attributes
    ----------
    edited : Signal ()
        The user changed a number.
    failed : Signal (str)
        What is wrong with the typed value; "" if nothing.
    """

    edited = Signal()
    failed = Signal(str)

    def __init__(self) -> None:
        super().__init__(0, 2 + len(_FIELDS))
        self.setHorizontalHeaderLabels(["kind", "rows", *_FIELDS.values()])
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(_ROW)
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self._value: dict[str, Conductance] = {}
        self._words: tuple[str, ...] = ()
        self.cellChanged.connect(self._on_edited)

    @property
    def value(self) -> dict[str, Conductance]:
        """The conductance of each kind; "" stands for synapses without a kind."""
        return {word: self._value[word] for word in self._words}

    def set_kinds(self, kinds: Mapping[str, int], n: int) -> None:
        """Show these kinds with their numbers; emits nothing. Without any there is one row.

        Parameters
        ----------
        kinds
            How many rows of the table there are of each.
        n
            How many synapses there are in all.
        """
        rows = dict(kinds) or {"": n}
        self._words = tuple(rows)
        for word in self._words:
            default = Exp2Conductance() if not word else usual_conductances([word])[word]
            self._value.setdefault(word, default)
        blocked = self.blockSignals(True)
        self.setRowCount(len(rows))
        for row, (word, count) in enumerate(rows.items()):
            conductance = self._value[word]
            texts = [word or "all", f"{count:,}"]
            texts += [shown_number(getattr(conductance, field)) for field in _FIELDS]
            for column, text in enumerate(texts):
                item = QTableWidgetItem(text)
                if column < 2:
                    item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsEditable)
                self.setItem(row, column, item)
        self.blockSignals(blocked)
        self.setFixedHeight(_ROW * (min(len(rows), 6) + 1) + 10)

    def _on_edited(self, row: int, column: int) -> None:
        word, field = self._words[row], list(_FIELDS)[column - 2]
        text = self.item(row, column).text()
        number = number_in_text(text)
        try:
            if number is None:
                raise ExperimentError(field, f"{text!r} is not a number")
            self._value[word] = self._value[word].replace(**{field: number})
        except ExperimentError as error:
            self.failed.emit(f"{word or 'All'}: {error}")
        else:
            self.failed.emit("")
            self.edited.emit()
