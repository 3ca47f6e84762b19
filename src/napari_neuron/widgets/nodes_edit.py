"""`NodesEdit`: node ids, typed or taken from the selected points of the nodes layer."""

from __future__ import annotations

import re
from typing import Any

from magicgui.widgets import PushButton
from magicgui.widgets.bases import ValuedContainerWidget
from qtpy.QtWidgets import QLineEdit, QSizePolicy

from napari_neuron.widgets.cell_in_view import CellInView
from napari_neuron.widgets.text_edit import TextEdit


class NodesEdit(ValuedContainerWidget):
    """One node id or several, with a button that takes those of the selected points.

    ``value`` is a tuple of ids, or one id if ``single``. What cannot be read as ids is kept as
    typed, and ``value`` is None then.
    """

    def __init__(self, view: CellInView, *, single: bool = False, **kwargs: Any) -> None:
        self._view = view
        self._single = single
        self._text = TextEdit(name="ids", tooltip="Node ids of the skeleton, with commas")
        self._button = PushButton(text="Use selected", name="use_selected")
        super().__init__(
            widgets=[self._text, self._button], layout="horizontal", labels=False, **kwargs
        )
        self.margins = (0, 0, 0, 0)
        line: QLineEdit = self._text.native
        line.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        line.setMinimumWidth(60)
        self._text.changed.connect(self._on_typed)
        self._button.changed.connect(self._on_use_selected)
        view.selection_changed.connect(self._on_selection_changed)
        self._on_selection_changed()

    def get_value(self) -> tuple[int, ...] | int | None:
        """Return the ids, None if the text is not made of ids."""
        pieces = [p for p in re.split(r"[\s,;]+", self._text.value) if p]
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
        with self._text.changed.blocked():
            self._text.value = ", ".join(map(str, ids))
        self._text.native.setCursorPosition(0)

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
        self._button.enabled = allowed
        self._button.text = f"Use selected ({n})" if n and not self._single else "Use selected"
        if allowed:
            self._button.tooltip = "Take the nodes of the selected points"
        elif n:
            self._button.tooltip = f"{n} points are selected; a recorder sits at one"
        else:
            self._button.tooltip = "Select points of the nodes layer first"
