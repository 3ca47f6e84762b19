"""`SpecListEditor`: a list of paints, stimuli or recorders, and the form of the selected one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import chain
from typing import Any

from psygnal import Signal
from qtpy.QtCore import QSize, Qt
from qtpy.QtGui import QIcon
from qtpy.QtWidgets import (
    QLabel,
    QListWidgetItem,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from napari_neuron.errors import ExperimentError
from napari_neuron.spec.base import Spec
from napari_neuron.spec.edit import with_change
from napari_neuron.widgets.cell_in_view import CellInView
from napari_neuron.widgets.forms.form import SpecForm
from napari_neuron.widgets.forms.list_buttons import Additions, ListButtons
from napari_neuron.widgets.forms.words import kind_name
from napari_neuron.widgets.toolkit.problem import ProblemLabel
from napari_neuron.widgets.toolkit.rows_list import RowsList
from napari_neuron.widgets.toolkit.style import Palette

_ROW_HEIGHT = 24


class SpecListEditor(QWidget):
    """Edits a tuple of specs of several kinds.

    Parameters
    ----------
    view
        The cell that nodes and regions refer to.
    describe
        One line about an item, for the list.
    additions
        What can be added; see `ListButtons.set_additions`.
    copy
        Returns all items with a copy of those in some rows after each; None: plain copies.
    move
        Moves the items of some rows to the points selected in the viewer; None: adds no button.
    swatch
        An icon for an item; None for none.
    ordered
        Whether the order means something: adds buttons to move items.
    empty
        Text shown in place of the list while it is empty.

    Attributes
    ----------
    changed : Signal (tuple of Spec)
        The user changed an item, added, removed or moved one.
    current_changed : Signal (int)
        The user selected other rows; the current one, -1 for none.
    """

    changed = Signal(tuple)
    current_changed = Signal(int)

    def __init__(
        self,
        view: CellInView,
        *,
        describe: Callable[[Any], str],
        additions: Additions = (),
        copy: Callable[[Sequence[int]], tuple[Spec, ...]] | None = None,
        move: Callable[[Sequence[int]], None] | None = None,
        swatch: Callable[[Any], QIcon] | None = None,
        ordered: bool = False,
        empty: str = "",
    ) -> None:
        super().__init__()
        self._view = view
        self._describe = describe
        self._copy = copy
        self._swatch = swatch
        self._ordered = ordered
        self._notes: dict[int, str] = {}
        self._lines: list[tuple[Any, ...]] = []
        self._value: tuple[Spec, ...] = ()
        self._forms: dict[type[Spec], SpecForm] = {}
        self._wanted_rows: Sequence[int] | None = None
        self._heard_rows: tuple[int, ...] = ()

        self.list = RowsList()
        self.list.setIconSize(QSize(14, 14))
        self.list.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.list.currentRowChanged.connect(self._on_row_changed)
        self.list.itemSelectionChanged.connect(self._on_selection_changed)
        self.list.itemChanged.connect(self._on_item_changed)
        self.empty = QLabel(empty)
        self.empty.setObjectName("hint")
        self.empty.setWordWrap(True)

        self.buttons = ListButtons(ordered=ordered, moves=move is not None)
        self.buttons.set_additions(additions)
        self.buttons.added.connect(self.add)
        self.buttons.removed.connect(self.remove)
        self.buttons.copied.connect(self.copy)
        if move is not None:
            self.buttons.moved.connect(lambda: move(self.rows))
        self.buttons.shifted.connect(self._shift)

        self.title = QLabel()
        self.title.setObjectName("heading")
        self.problem = ProblemLabel()
        self._form_place = QVBoxLayout()
        self._form_place.setContentsMargins(0, 0, 0, 0)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(self.empty)
        layout.addWidget(self.list)
        layout.addWidget(self.buttons)
        layout.addWidget(self.problem)
        layout.addSpacing(4)
        layout.addWidget(self.title)
        layout.addLayout(self._form_place)
        self._show()

    @property
    def value(self) -> tuple[Spec, ...]:
        """The items."""
        return self._value

    @property
    def row(self) -> int:
        """The selected row, -1 for none."""
        return int(self.list.currentRow())

    @property
    def rows(self) -> tuple[int, ...]:
        """The selected rows, in order."""
        return tuple(sorted({index.row() for index in self.list.selectedIndexes()}))

    def select(self, row: int, *, extend: bool = False) -> None:
        """Select a row; with ``extend``, toggle it in the selection (but keep at least one)."""
        if extend and self.row >= 0:
            rows = (set(self.rows) ^ {row}) or {row}
            self._select(sorted(rows - {row}) + sorted(rows & {row}))
        else:
            self._select([row])

    @property
    def form(self) -> SpecForm | None:
        """The form of the selected item."""
        return self._forms.get(type(self._value[self.row])) if self.row >= 0 else None

    def set_value(self, value: tuple[Spec, ...]) -> None:
        """Show other items; emits nothing about them."""
        self._value = tuple(value)
        self._show()

    def set_notes(self, notes: dict[int, str]) -> None:
        """Add notes to some rows, in their lines and tooltips."""
        if notes != self._notes:
            self._notes = notes
            self._show_lines()

    def set_palette(self, palette: Palette) -> None:
        """Use the theme's colours."""
        self.buttons.set_palette(palette)

    def show_problem(self, error: ExperimentError | None, row: int = -1, field: str = "") -> None:
        """Show an error: in the form of ``row`` if it is visible, otherwise below the list."""
        form = self.form
        if error is not None and form is not None and row in (-1, self.row):
            self.problem.say("")
            form.show_problem(error, field)
        else:
            self.problem.say("" if error is None else str(error))

    def add(self, made: tuple[Spec, ...]) -> None:
        """Append items, and select the last one."""
        if made:
            self._change_to((*self._value, *made), [len(self._value) + len(made) - 1])

    def remove(self) -> None:
        """Remove the selected items."""
        rows = self.rows
        if rows:
            left = tuple(item for row, item in enumerate(self._value) if row not in rows)
            self._change_to(left, [min(rows[0], len(left) - 1)])

    def copy(self) -> None:
        """Put copies of the selected items after them, and select those."""
        rows = self.rows
        if rows:
            items = self._value if self._copy is None else self._copy(rows)
            if self._copy is None:
                twice = ([item] * (1 + (row in rows)) for row, item in enumerate(items))
                items = tuple(chain.from_iterable(twice))
            self._change_to(items, [row + before + 1 for before, row in enumerate(rows)])

    def _on_item_changed(self, item: QListWidgetItem) -> None:
        row = self.list.row(item)
        spec = self._value[row]
        enabled = item.checkState() == Qt.CheckState.Checked
        if getattr(spec, "enabled", enabled) != enabled:
            rows = self.rows if row in self.rows else (row,)
            switched = (
                item.replace(enabled=enabled) if at in rows else item
                for at, item in enumerate(self._value)
            )
            self._change_to(tuple(switched), [r for r in self.rows if r != self.row] + [self.row])

    def _shift(self, by: int) -> None:
        row, target = self.row, self.row + by
        if row >= 0 and 0 <= target < len(self._value):
            items = list(self._value)
            items.insert(target, items.pop(row))
            self._change_to(tuple(items), [target])

    def _change_to(self, value: tuple[Spec, ...], rows: Sequence[int]) -> None:
        self._wanted_rows = rows  # the last of them is to be the current one
        self.changed.emit(value)
        self._wanted_rows = None

    def _on_form_changed(self, spec: Spec) -> None:
        try:
            value = with_change(self._value, self.row, spec, self.rows)
        except ExperimentError as error:  # it does not fit another of the selected items
            self._show_row(self.row)
            self.show_problem(error, field=error.field)
        else:
            self.changed.emit(value)

    def _show(self) -> None:
        n = len(self._value)
        rows = self._wanted_rows
        if rows is None:
            rows = [row for row in self.rows if row != self.row] + [self.row]
        rows = list(dict.fromkeys(min(max(row, 0), n - 1) for row in rows))
        row = rows[-1]
        blocked = self.list.blockSignals(True)
        while self.list.count() > n:
            self.list.takeItem(self.list.count() - 1)
        while self.list.count() < n:
            item = QListWidgetItem()
            item.setSizeHint(QSize(0, _ROW_HEIGHT))
            self.list.addItem(item)
        self._select(rows)
        self.list.blockSignals(blocked)
        self._heard_rows = self.rows
        self._notes = {index: note for index, note in self._notes.items() if index < n}
        self._show_lines()
        self.list.setFixedHeight(min(max(n, 1), 7) * _ROW_HEIGHT + 8)
        self.list.setVisible(n > 0)
        self.empty.setVisible(n == 0)
        self._show_row(row)

    def _show_lines(self) -> None:
        blocked = self.list.blockSignals(True)
        del self._lines[len(self._value) :]
        for index, spec in enumerate(self._value):
            note = self._notes.get(index, "")
            swatch = self._swatch(spec) if self._swatch is not None else None
            line = (spec, note, swatch)
            if index == len(self._lines):
                self._lines.append(())  # filled below
            elif all(new is old for new, old in zip(line, self._lines[index], strict=True)):
                continue  # of a thousand items one has changed
            self._lines[index] = line
            item = self.list.item(index)
            text = self._describe(spec)
            text = f"{note} · {text}" if note else text
            item.setText(f"{index + 1}. {text}" if self._ordered else text)
            item.setToolTip(item.text())
            if hasattr(spec, "enabled"):
                checked = Qt.CheckState.Checked if spec.enabled else Qt.CheckState.Unchecked
                item.setCheckState(checked)
            if swatch is not None:
                item.setIcon(swatch)
        self.list.blockSignals(blocked)

    def _select(self, rows: Sequence[int]) -> None:
        """Select some rows; the last is the current one."""
        self.list.setCurrentRow(rows[-1])
        for row in rows:
            if row >= 0:
                self.list.item(row).setSelected(True)

    def _on_row_changed(self, row: int) -> None:
        self.problem.say("")
        self._show_row(row)
        self.current_changed.emit(row)

    def _on_selection_changed(self) -> None:
        if self.rows != self._heard_rows:
            self._heard_rows = self.rows
            self._show_row(self.row)
            self.current_changed.emit(self.row)

    def _show_row(self, row: int) -> None:
        self.buttons.show_row(row, len(self._value))
        self.title.setVisible(row >= 0)
        shown = type(self._value[row]) if row >= 0 else None
        if shown is not None:
            spec = self._value[row]
            name = getattr(spec, "name", "") or getattr(spec, "mechanism", "")
            n = len(self.rows)
            note = f" · {n} selected" if n > 1 else ""
            self.title.setText(f"{kind_name(spec)} {name}".strip() + note)
            self.title.setToolTip("Changes apply to all of this kind" if n > 1 else "")
            if shown not in self._forms:
                form = SpecForm(spec, self._view)
                form.changed.connect(self._on_form_changed)
                self._form_place.addWidget(form)
                self._forms[shown] = form
            self._forms[shown].set_value(spec)
        for kind, form in self._forms.items():
            form.setVisible(kind is shown)
