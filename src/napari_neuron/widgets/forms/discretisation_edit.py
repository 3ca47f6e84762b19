"""`DiscretisationEdit`: how sections are divided into compartments, and how many result."""

from __future__ import annotations

from magicgui.widgets import ComboBox
from psygnal import Signal
from qtpy.QtWidgets import QLabel, QVBoxLayout, QWidget

from napari_neuron.spec import Discretisation, DLambda, MaximumLength
from napari_neuron.widgets.cell_in_view import CellInView
from napari_neuron.widgets.forms.form import SpecForm, labelled_container
from napari_neuron.widgets.forms.words import kind_name, kind_of
from napari_neuron.widgets.toolkit.page import leave_wheel_to_page

_RULES = (DLambda, MaximumLength)


class DiscretisationEdit(QWidget):
    """Chooses the rule and edits it.

    Attributes
    ----------
    changed : Signal (Discretisation)
    """

    changed = Signal(object)

    def __init__(self, view: CellInView) -> None:
        super().__init__()
        self._value: Discretisation = DLambda()
        self.rule = ComboBox(
            choices=[(kind_name(rule), kind_of(rule)) for rule in _RULES],
            name="rule",
            label="Rule",
        )
        leave_wheel_to_page(self.rule.native)
        self._container = labelled_container([self.rule])
        self.forms = {kind_of(rule): SpecForm(rule(), view) for rule in _RULES}
        self.count = QLabel()
        self.count.setObjectName("hint")
        self.count.setWordWrap(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self._container.native)
        for form in self.forms.values():
            layout.addWidget(form)
            form.changed.connect(self._take)
        layout.addWidget(self.count)
        self.rule.changed.connect(self._on_rule_changed)
        self.set_value(self._value)

    @property
    def value(self) -> Discretisation:
        """The rule."""
        return self._value

    def set_value(self, value: Discretisation) -> None:
        """Show another rule; emits nothing."""
        self._value = value
        with self.rule.changed.blocked():
            self.rule.value = value.kind
        self.forms[value.kind].set_value(value)
        for kind, form in self.forms.items():
            form.setVisible(kind == value.kind)

    def _on_rule_changed(self, kind: str) -> None:
        value = self.forms[kind].value
        self.set_value(value)
        self.changed.emit(value)

    def _take(self, value: Discretisation) -> None:
        self._value = value
        self.changed.emit(value)
