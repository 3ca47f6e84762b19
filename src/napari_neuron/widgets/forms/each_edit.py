"""`EachEdit`: one number per row of a column, or one for all of them."""

from __future__ import annotations

from napari_neuron.widgets.forms.editors import NumberListEdit, exact_number


class EachEdit(NumberListEdit):
    """The weights or delays of many synapses.

    Where all are equal that one number is shown; one number that is typed is for all.
    """

    _n = 1

    def get_value(self) -> tuple[float, ...] | None:
        """Return a number for each row, None if the text is not made of numbers."""
        value = super().get_value()
        return value * self._n if value is not None and len(value) == 1 else value

    def set_value(self, value: tuple[float, ...]) -> None:
        """Show numbers."""
        self._n = len(value)
        super().set_value(value)
        if len(set(value)) == 1:
            self.entry.native.setReadOnly(False)
            with self.entry.changed.blocked():
                self.entry.value = self._text

    @property
    def _text(self) -> str:
        if self._value and len(set(self._value)) == 1:
            return exact_number(self._value[0])
        return super()._text
