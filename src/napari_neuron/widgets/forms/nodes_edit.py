"""`NodesEdit`: node ids, typed or taken from the selected points of the nodes layer."""

from __future__ import annotations

import re
from typing import Any

from magicgui.widgets import PushButton
from magicgui.widgets.bases import ValuedContainerWidget
from qtpy.QtWidgets import QLineEdit, QSizePolicy

from napari_neuron.widgets.cell_in_view import CellInView
from napari_neuron.widgets.toolkit.text_edit import TextEdit


class NodesEdit(ValuedContainerWidget):
    """One node id or several, with a button that takes those of the selected points.

    ``value`` is a tuple of ids, or one id if ``single``. Text that cannot be read as ids is kept as
    typed, and ``value`` is then None.
    """

    def __init__(self, view: CellInView, *, single: bool = False, **kwargs: Any) -> None:
        self._view = view
        self._single = single
        self._cell: str | None = None
        self.ids = TextEdit(name="ids", tooltip="Node ids of the skeleton, separated by commas")
        self.use_selected = PushButton(text="Use selected", name="use_selected")
        super().__init__(
            widgets=[self.ids, self.use_selected], layout="horizontal", labels=False, **kwargs
        )
        self.margins = (0, 0, 0, 0)
        line: QLineEdit = self.ids.native
        line.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        line.setMinimumWidth(60)
        self.ids.changed.connect(self._on_typed)
        self.use_selected.changed.connect(self._on_use_selected)
        view.selection_changed.connect(self._on_selection_changed)
        self._on_selection_changed()

    @property
    def missing(self) -> str:
        """What to do while there is no value."""
        one = "one node id" if self._single else "node ids, separated by commas"
        return f"type {one}, or use the selected points"

    def get_value(self) -> tuple[int, ...] | int | None:
        """Return the ids, None if the text is not made of ids."""
        pieces = [p for p in re.split(r"[\s,;]+", self.ids.value) if p]
        try:
            ids = tuple(int(p) for p in pieces)
        except ValueError:
            return None
        if not self._single:
            return ids
        return ids[0] if len(ids) == 1 else None

    def set_value(self, value: tuple[int, ...] | int) -> None:
        """Show ids."""
        ids = (value,) if isinstance(value, int) else value
        with self.ids.changed.blocked():
            self.ids.value = ", ".join(map(str, ids))
        self.ids.native.setCursorPosition(0)

    def see(self, spec: Any) -> None:
        """Take nodes of the cell that this spec names."""
        self._cell = getattr(spec, "cell", None)
        self._on_selection_changed()

    def _on_typed(self) -> None:
        self.changed.emit(self.value)

    def _on_use_selected(self) -> None:
        selected = self._view.selected
        if selected:
            self.set_value(selected[0] if self._single else selected)
            self.changed.emit(self.value)

    def _on_selection_changed(self) -> None:
        n = len(set(self._view.selected)) if self._single else len(self._view.selected)
        allowed = n == 1 if self._single else n > 0
        shown = self._view.cell
        is_other = self._cell is not None and shown is not None and self._cell != shown.name
        allowed = allowed and not is_other
        self.use_selected.enabled = allowed
        self.use_selected.text = f"Use selected ({n})" if n and not self._single else "Use selected"
        if allowed:
            self.use_selected.tooltip = "Use the nodes of the selected points"
        elif n and is_other:
            self.use_selected.tooltip = f"These points are not on {self._cell}; use Move instead"
        elif n:
            self.use_selected.tooltip = f"{n} points are selected; a recorder needs exactly one"
        else:
            self.use_selected.tooltip = "Select points in the nodes layer first"
