"""`SpecForm`: a magicgui form made from the fields of a spec."""

from __future__ import annotations

from typing import Any

from magicgui.widgets import Container
from psygnal import Signal
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QVBoxLayout, QWidget

from napari_neuron.errors import ExperimentError
from napari_neuron.spec.base import Spec
from napari_neuron.widgets.cell_in_view import CellInView
from napari_neuron.widgets.fields import NOT_IN_FORMS, editor_for
from napari_neuron.widgets.problem import ProblemLabel
from napari_neuron.widgets.words import field_name

_LABEL_WIDTH = 124


def labelled_container(widgets: list[Any]) -> Container:
    """Return a magicgui container whose labels are all of one width, at the top of their fields."""
    container = Container(widgets=widgets, labels=True)
    container.margins = (0, 0, 0, 0)
    rows = container.native.layout()
    rows.setSpacing(4)
    row_spacing = 6
    for index in range(rows.count()):
        widget = rows.itemAt(index).widget()
        row = widget.layout()
        if row is None:  # a tick box, which has its label beside it
            widget.setStyleSheet(f"margin-left: {_LABEL_WIDTH + row_spacing}px")
            continue
        label = row.itemAt(0).widget()
        label.setFixedWidth(_LABEL_WIDTH)
        label.setContentsMargins(0, 4, 0, 0)
        row.setSpacing(row_spacing)
        row.setAlignment(label, Qt.AlignmentFlag.AlignTop)
    return container


class SpecForm(QWidget):
    """Edits one spec.

    Parameters
    ----------
    spec
        What is shown at first; its type decides the fields.
    view
        The cell that nodes and regions refer to.

    Attributes
    ----------
    changed : Signal (Spec)
        The person made another valid spec. What is not valid yet is said below the fields.
    fields : dict of str to magicgui widget
    """

    changed = Signal(object)

    def __init__(self, spec: Spec, view: CellInView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._spec = spec
        self.fields: dict[str, Any] = {
            name: editor_for(type(spec), name, view)
            for name in type(spec).model_fields
            if name not in NOT_IN_FORMS
        }
        container = labelled_container(list(self.fields.values()))
        self._container = container  # magicgui widgets live as long as their Python object
        self._problem = ProblemLabel()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self._problem)
        layout.addWidget(container.native)
        self.set_value(spec)
        for widget in self.fields.values():
            widget.changed.connect(self._on_edited)

    @property
    def value(self) -> Spec:
        """The last valid spec."""
        return self._spec

    @property
    def problem_text(self) -> str:
        """What is wrong with what is typed; "" if nothing is."""
        return str(self._problem.text())

    def set_value(self, spec: Spec) -> None:
        """Show another spec of the same type; emits nothing."""
        self._spec = spec
        for name, widget in self.fields.items():
            wanted = getattr(spec, name)
            if widget.value != wanted:
                with widget.changed.blocked():
                    widget.value = wanted
        self._problem.say("")

    def show_problem(self, error: ExperimentError, field: str = "") -> None:
        """Say what is wrong with what is typed; ``field`` is the wrong field of this spec."""
        where = f"{field_name(type(self._spec), field)}: " if field in self.fields else ""
        problem = error.problem.replace("Input should be", "must be")
        self._problem.say(where + problem)

    def _on_edited(self) -> None:
        changes = {}
        for name, widget in self.fields.items():
            value = widget.value
            if value is None:
                self._problem.say(f"{field_name(type(self._spec), name)}: {widget.missing}")
                return
            if value != getattr(self._spec, name):
                changes[name] = value
        try:
            spec = self._spec.replace(**changes)
        except ExperimentError as error:
            self.show_problem(error, error.field)
            return
        self._problem.say("")
        if spec != self._spec:
            self._spec = spec
            self.changed.emit(spec)
