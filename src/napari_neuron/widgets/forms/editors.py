"""Editors of plain fields: optional numbers, lists of numbers, choices, names."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from magicgui.widgets import ComboBox, Label
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QComboBox, QLineEdit, QSizePolicy

from napari_neuron.widgets.forms.field_edit import FieldEdit
from napari_neuron.widgets.toolkit.numbers import number_in_text, shown_number
from napari_neuron.widgets.toolkit.page import leave_wheel_to_page, let_shrink
from napari_neuron.widgets.toolkit.text_edit import CommittedLineEdit, TextEdit

_MOST_TYPED = 200
"""Longer lists are summarised: nobody edits them in a line of text."""


class OptionalNumberEdit(FieldEdit):
    """A number, or None where the line is empty.

    Parameters
    ----------
    unit, whole
        As for `NumberEdit`.
    none
        What None means, shown in the empty line.
    """

    def __init__(
        self, *, unit: str = "", whole: bool = False, none: str = "none", **kwargs: Any
    ) -> None:
        self._value: float | None = None
        self._unit, self._whole = unit, whole
        self.entry = TextEdit(name="entry")
        super().__init__([self.entry], **kwargs)
        line: QLineEdit = self.entry.native
        line.setAlignment(Qt.AlignmentFlag.AlignCenter)
        line.setPlaceholderText(none)
        self.entry.changed.connect(self._on_typed)

    def get_value(self) -> float | None:
        """Return the number, None if there is none."""
        return self._value

    def set_value(self, value: float | None) -> None:
        """Show a number, or none."""
        self._value = value
        with self.entry.changed.blocked():
            self.entry.value = self._text

    @property
    def _text(self) -> str:
        if self._value is None:
            return ""
        return f"{shown_number(self._value)} {self._unit}".strip()

    def _on_typed(self, text: str) -> None:
        if text.strip() == self._text:
            return
        number = number_in_text(text, self._unit, whole=self._whole)
        if number is None and text.strip():
            self.set_value(self._value)  # what is no number goes back to the last one
            return
        self.set_value(round(number) if self._whole and number is not None else number)
        self.changed.emit(self._value)


class NumberListEdit(FieldEdit):
    """Numbers separated by commas. ``value`` is None while the text is something else."""

    def __init__(self, *, unit: str = "", whole: bool = False, **kwargs: Any) -> None:
        self._value: tuple[float, ...] | None = ()
        self._unit, self._whole = unit, whole
        self.entry = TextEdit(name="entry")
        super().__init__([self.entry], **kwargs)
        self.entry.native.setPlaceholderText(
            f"{unit}, separated by commas" if unit else "separated by commas"
        )
        self.entry.changed.connect(self._on_typed)

    @property
    def missing(self) -> str:
        """What to do while there is no value."""
        return "type numbers separated by commas"

    def get_value(self) -> tuple[float, ...] | None:
        """Return the numbers, None if the text is not made of numbers."""
        return self._value

    def set_value(self, value: tuple[float, ...]) -> None:
        """Show numbers."""
        self._value = tuple(value)
        is_long = len(value) > _MOST_TYPED
        self.entry.native.setReadOnly(is_long)
        with self.entry.changed.blocked():
            self.entry.value = numbers_in_words(self._value, self._unit) if is_long else self._text
        self.entry.native.setCursorPosition(0)

    @property
    def _text(self) -> str:
        return ", ".join(exact_number(number) for number in self._value or ())

    def _on_typed(self, text: str) -> None:
        if self.entry.native.isReadOnly() or (self._value is not None and text == self._text):
            return
        pieces = [p for p in re.split(r"[\s,;]+", text.replace(self._unit or "\0", "")) if p]
        numbers = [number_in_text(piece, whole=self._whole) for piece in pieces]
        if any(number is None for number in numbers):
            self._value = None
        else:
            self._value = tuple(round(n) if self._whole else n for n in numbers if n is not None)
        self.changed.emit(self._value)


def exact_number(value: float) -> str:
    """Write a number so that it is read back as it is."""
    short = shown_number(value)
    return short if float(short) == value else repr(value)


def numbers_in_words(numbers: Sequence[float], unit: str = "") -> str:
    """Return "10,000 numbers, 0 to 99.5 ms"."""
    if not numbers:
        return "none"
    span = f"{shown_number(min(numbers))} to {shown_number(max(numbers))} {unit}".strip()
    return f"{len(numbers):,} numbers, {span}"


class ChoiceEdit(FieldEdit):
    """One of a few values.

    Parameters
    ----------
    choices
        Text and value of each.
    """

    def __init__(self, choices: Sequence[tuple[str, Any]], **kwargs: Any) -> None:
        self._values = [value for _, value in choices]
        self.combo = ComboBox(
            choices=[(text, index) for index, (text, _) in enumerate(choices)], name="combo"
        )
        super().__init__([self.combo], **kwargs)
        leave_wheel_to_page(self.combo.native)
        let_shrink(self.combo.native)
        self.combo.changed.connect(lambda _: self.changed.emit(self.value))

    def get_value(self) -> Any:
        """Return the chosen value."""
        return self._values[self.combo.value]

    def set_value(self, value: Any) -> None:
        """Choose a value."""
        with self.combo.changed.blocked():
            self.combo.value = self._values.index(value)


class NameEdit(FieldEdit):
    """A name that can be typed, or chosen among the known ones.

    Parameters
    ----------
    names
        Returns the known names, best first, for the spec whose field it is; asked whenever the
        list is opened. A mapping gives each name its unit.
    """

    def __init__(
        self, names: Callable[[Any], Sequence[str] | Mapping[str, str]], **kwargs: Any
    ) -> None:
        self._names = names
        self._spec: Any = None
        self._value = ""
        super().__init__(**kwargs)
        self.box = _NameBox(self.offer)
        self.entry = self
        self.native.layout().addWidget(self.box)
        self.line.committed.connect(self._on_said)
        self.box.activated.connect(lambda index: self._on_chosen(self.box.itemData(index)))

    @property
    def line(self) -> CommittedLineEdit:
        """The line of text."""
        line: CommittedLineEdit = self.box.lineEdit()
        return line

    def get_value(self) -> str:
        """Return the name."""
        return self._value

    def set_value(self, value: str) -> None:
        """Show a name."""
        self._value = value
        self.box.setEditText(value)
        self.line.setCursorPosition(0)

    def offer(self) -> None:
        """Fill the list with the names that are known now."""
        text = self.box.currentText()
        blocked = self.box.blockSignals(True)
        self.box.clear()
        names = self._names(self._spec)
        for name in dict.fromkeys(names):
            unit = names[name] if isinstance(names, Mapping) else ""
            self.box.addItem(f"{name}  ({unit})" if unit else name, name)
        self.box.setEditText(text)
        self.box.blockSignals(blocked)

    def see(self, spec: Any) -> None:
        """Offer what is known for this spec."""
        self._spec = spec

    def _on_chosen(self, name: str) -> None:
        self.box.setEditText(name)
        self._on_said(name)

    def _on_said(self, text: str) -> None:
        text = text.strip().partition("  (")[0]
        if text != self._value:
            self._value = text
            self.changed.emit(text)


class _NameBox(QComboBox):
    def __init__(self, offer: Callable[[], None]) -> None:
        super().__init__()
        self._offer = offer
        self.setEditable(True)
        self.setLineEdit(CommittedLineEdit())
        self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.setMinimumContentsLength(8)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        leave_wheel_to_page(self)

    def showPopup(self) -> None:
        """Fill the list, then open it."""
        self._offer()
        super().showPopup()


class ReadOnlyEdit(FieldEdit):
    """Shows a value that the window cannot edit, and gives it back unchanged."""

    def __init__(self, **kwargs: Any) -> None:
        self._value: Any = None
        self._text = Label(name="text")
        super().__init__([self._text], **kwargs)
        self._text.native.setWordWrap(True)
        self._text.native.setObjectName("hint")
        self._text.native.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)

    def get_value(self) -> Any:
        """Return the value."""
        return self._value

    def set_value(self, value: Any) -> None:
        """Show a value."""
        self._value = value
        text = repr(value) if value not in (None, (), "") else "none"
        if len(text) > 120:
            text = text[:117] + "…"
        self._text.value = f"{text} (set from Python or the experiment file)"
