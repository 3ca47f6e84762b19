"""`KindEdit`: a spec of one of several kinds, with the form of that kind."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from magicgui.widgets import ComboBox

from napari_neuron.spec.base import Spec
from napari_neuron.widgets.cell_in_view import CellInView
from napari_neuron.widgets.forms.field_edit import FieldEdit
from napari_neuron.widgets.forms.starts import first
from napari_neuron.widgets.forms.words import kind_name
from napari_neuron.widgets.toolkit.page import leave_wheel_to_page, let_shrink

_NONE = -1


class KindEdit(FieldEdit):
    """Chooses a kind and edits it.

    Parameters
    ----------
    kinds
        The types there are.
    view
        The cell that is referred to.
    optional
        Whether the value may be None.
    none
        The name of None.
    """

    wide = True

    def __init__(
        self,
        kinds: Sequence[type[Spec]],
        view: CellInView,
        *,
        optional: bool = False,
        none: str = "none",
        **kwargs: Any,
    ) -> None:
        self._kinds = tuple(kinds)
        self._view = view
        self._value: Spec | None = None
        self.forms: dict[type[Spec], Any] = {}
        choices = [(kind_name(kind), index) for index, kind in enumerate(self._kinds)]
        self.combo = ComboBox(choices=[(none, _NONE)] * optional + choices, name="combo")
        super().__init__([self.combo], **kwargs)
        leave_wheel_to_page(self.combo.native)
        let_shrink(self.combo.native)
        self.combo.visible = len(choices) + optional > 1
        self.combo.changed.connect(self._on_chosen)
        self.set_value(None if optional else first(self._kinds[0]))

    @property
    def form(self) -> Any:
        """The form that is shown, None if there is none."""
        return self.forms.get(type(self._value))

    def get_value(self) -> Spec | None:
        """Return the spec."""
        return self._value

    def set_value(self, value: Spec | None) -> None:
        """Show a spec."""
        self._value = value
        kind = type(value)
        with self.combo.changed.blocked():
            self.combo.value = _NONE if value is None else self._kinds.index(kind)
        if value is not None:
            if kind not in self.forms:
                self._add_form(value)
            self.forms[kind].set_value(value)
        for other, form in self.forms.items():
            form.setVisible(other is kind)

    def _add_form(self, value: Spec) -> None:
        from napari_neuron.widgets.forms.form import SpecForm  # forms are made of these editors

        form = SpecForm(value, self._view, nested=True)
        form.changed.connect(self._take)
        self.native.layout().addWidget(form)
        self.forms[type(value)] = form

    def _take(self, value: Spec) -> None:
        self._value = value
        self.changed.emit(value)

    def _on_chosen(self, index: int) -> None:
        kind = None if index == _NONE else self._kinds[index]
        form = self.forms.get(kind) if kind is not None else None
        value = None if kind is None else form.value if form is not None else first(kind)
        self.set_value(value)
        self.changed.emit(value)
