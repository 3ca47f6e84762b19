"""`NamesEdit`: names separated by commas, such as ids of neurons or groups."""

from __future__ import annotations

from typing import Any

from napari_neuron.widgets.forms.field_edit import FieldEdit
from napari_neuron.widgets.toolkit.text_edit import TextEdit

_MOST_TYPED = 200


class NamesEdit(FieldEdit):
    """A line of names. Whole numbers become numbers, because most ids are.

    Parameters
    ----------
    none
        What an empty line means.
    numbers
        Whether names made of digits are whole numbers.
    """

    def __init__(self, *, none: str = "all", numbers: bool = True, **kwargs: Any) -> None:
        self._value: tuple[int | str, ...] = ()
        self._numbers = numbers
        self.entry = TextEdit(name="entry")
        super().__init__([self.entry], **kwargs)
        self.entry.native.setPlaceholderText(none)
        self.entry.changed.connect(self._on_typed)

    def get_value(self) -> tuple[int | str, ...]:
        """Return the names."""
        return self._value

    def set_value(self, value: tuple[int | str, ...]) -> None:
        """Show names; a long list is shown as their number, and kept as it is."""
        self._value = tuple(value)
        is_long = len(self._value) > _MOST_TYPED
        self.entry.native.setReadOnly(is_long)
        text = f"{len(self._value):,} names" if is_long else ", ".join(map(str, self._value))
        with self.entry.changed.blocked():
            self.entry.value = text

    def _on_typed(self, text: str) -> None:
        if len(self._value) > _MOST_TYPED:
            return
        names = tuple(self._read(part.strip()) for part in text.split(",") if part.strip())
        if names != self._value:
            self.set_value(names)
            self.changed.emit(self._value)

    def _read(self, text: str) -> int | str:
        return int(text) if self._numbers and text.lstrip("-").isdecimal() else text
