"""`CellEdit`: the cell, of several, on which something is painted."""

from __future__ import annotations

from typing import Any

from magicgui.widgets import ComboBox

from napari_neuron.widgets.cell_in_view import CellInView
from napari_neuron.widgets.forms.field_edit import FieldEdit
from napari_neuron.widgets.toolkit.page import leave_wheel_to_page, let_shrink

_ALL = "all cells"


class CellEdit(FieldEdit):
    """All chosen cells (None) or one of them; hidden if only one cell is chosen.

    Parameters
    ----------
    view
        The chosen cells.
    """

    def __init__(self, view: CellInView, **kwargs: Any) -> None:
        self._view = view
        self._value: str | None = None
        self.combo = ComboBox(choices=[_ALL], name="combo")
        super().__init__([self.combo], **kwargs)
        leave_wheel_to_page(self.combo.native)
        let_shrink(self.combo.native)
        self.combo.changed.connect(self._on_chosen)
        view.cell_changed.connect(self._offer)

    def get_value(self) -> str | None:
        """Return the name of the cell, None for all."""
        return self._value

    def set_value(self, value: str | None) -> None:
        """Show a cell."""
        self._value = value
        self._offer()

    def see(self, spec: Any) -> None:
        """Offer the cells there are now."""
        self._offer()

    def _offer(self) -> None:
        names = [cell.name for cell in self._view.cells]
        known = [] if self._value is None else [self._value]
        with self.combo.changed.blocked():
            self.combo.choices = list(dict.fromkeys([_ALL, *names, *known]))
            self.combo.value = self._value or _ALL
        row = self.native.parentWidget()  # the label and this
        if row is not None:
            row.setVisible(len(names) > 1)

    def _on_chosen(self, name: str) -> None:
        self._value = None if name == _ALL else name
        self.changed.emit(self._value)
