"""`SpecForm`: a magicgui form made from the fields of a spec."""

from __future__ import annotations

import re
from typing import Any

from magicgui.widgets import Container
from psygnal import Signal
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QBoxLayout, QFileDialog, QPushButton, QVBoxLayout, QWidget

from napari_neuron.errors import ExperimentError, NapariNeuronError
from napari_neuron.protocols.base import Protocol
from napari_neuron.spec.base import Spec
from napari_neuron.spec.placed import Placed
from napari_neuron.spec.profile import ProfileSpec
from napari_neuron.widgets.cell_in_view import CellInView
from napari_neuron.widgets.forms.field_edit import FieldEdit
from napari_neuron.widgets.forms.fields import editor_for, is_in_forms
from napari_neuron.widgets.forms.nodes_edit import NodesEdit
from napari_neuron.widgets.forms.words import field_name
from napari_neuron.widgets.toolkit.problem import ProblemLabel

_LABEL_WIDTH = 124
_NESTED_LABEL_WIDTH = 92


def labelled_container(widgets: list[Any], label_width: int = _LABEL_WIDTH) -> Container:
    """Return a magicgui container whose labels are all of one width, at the top of their fields."""
    container = Container(widgets=widgets, labels=True)
    container.margins = (0, 0, 0, 0)
    rows = container.native.layout()
    rows.setSpacing(4)
    row_spacing = 6
    for index, edit in enumerate(widgets):
        widget = rows.itemAt(index).widget()
        row = widget.layout()
        if row is None:  # a tick box, which has its label beside it
            widget.setStyleSheet(f"margin-left: {label_width + row_spacing}px")
            continue
        label = row.itemAt(0).widget()
        label.setContentsMargins(0, 4, 0, 0)
        if getattr(edit, "wide", False):
            row.setDirection(QBoxLayout.Direction.TopToBottom)
            row.setSpacing(2)
            row.setAlignment(label, Qt.AlignmentFlag.AlignLeft)
            continue
        label.setFixedWidth(label_width)
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
    nested
        Whether it stands in a field of another form.
    label_width
        Pixels for the names of the fields; None for the usual.

    Attributes
    ----------
    changed : Signal (Spec)
        The user made another valid spec. Errors are shown below the fields.
    fields : dict of str to magicgui widget
    is_held_back : bool
        Whether what is typed is not valid, and therefore not in ``value``.
    """

    changed = Signal(object)

    def __init__(
        self,
        spec: Spec,
        view: CellInView,
        parent: QWidget | None = None,
        *,
        nested: bool = False,
        label_width: int | None = None,
    ) -> None:
        super().__init__(parent)
        self._spec = spec
        self.is_held_back = False
        self.fields: dict[str, Any] = {
            name: editor_for(type(spec), name, view)
            for name in _in_order(type(spec))
            if is_in_forms(type(spec), name)
        }
        width = label_width or (_NESTED_LABEL_WIDTH if nested else _LABEL_WIDTH)
        container = labelled_container(list(self.fields.values()), width)
        self._container = container  # magicgui widgets live as long as their Python object
        self._problem = ProblemLabel()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self._problem)
        layout.addWidget(container.native)
        if hasattr(type(spec), "from_csv"):
            self.load_button = QPushButton("Load CSV…")
            self.load_button.clicked.connect(lambda _=False: self._ask_for_csv())
            layout.addWidget(self.load_button)
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
        self.is_held_back = False
        self._see(spec)
        for name, widget in self.fields.items():
            wanted = getattr(spec, name)
            if widget.value != wanted:
                with widget.changed.blocked():
                    widget.value = wanted
        self._problem.say("")

    def show_problem(self, error: ExperimentError, field: str = "") -> None:
        """Show what is wrong with the input; ``field`` is the wrong field of this spec."""
        name = re.split(r"[.\[]", field)[0]  # of "events.rate" the form has "events"
        where = f"{field_name(type(self._spec), name)}: " if name in self.fields else ""
        problem = error.problem.replace("Input should be", "must be")
        self._problem.say(where + problem)

    def _on_edited(self) -> None:
        changes = {}
        self.is_held_back = True
        for name, widget in self.fields.items():
            value = widget.value
            if value is None and (missing := getattr(widget, "missing", "")):
                self._problem.say(f"{field_name(type(self._spec), name)}: {missing}")
                return
            if value != getattr(self._spec, name):
                changes[name] = value
        try:
            spec = self._spec.replace(**changes)
        except ExperimentError as error:
            self.show_problem(error, error.field)
            return
        self.is_held_back = False
        self._problem.say("")
        if spec != self._spec:
            self._spec = spec
            self._see(spec)
            self.changed.emit(spec)

    def _see(self, spec: Spec) -> None:
        for widget in self.fields.values():
            if isinstance(widget, FieldEdit | NodesEdit):
                widget.see(spec)

    def load_csv(self, path: str) -> None:
        """Take the points of a waveform, or spike times, from a file."""
        spec_type: Any = type(self._spec)
        try:
            if isinstance(self._spec, Placed):
                read = spec_type.from_csv(path, self._spec.nodes)
            else:
                read = spec_type.from_csv(path)
            asked = {n for n, f in spec_type.model_fields.items() if f.is_required()} - {"nodes"}
            spec = self._spec.replace(**{name: getattr(read, name) for name in asked})
        except (NapariNeuronError, OSError) as error:
            self._problem.say(str(error))
            return
        self.set_value(spec)
        self.changed.emit(spec)

    def _ask_for_csv(self) -> None:
        path, _ = QFileDialog.getOpenFileName(
            self, "Load numbers", "", "Tables (*.csv *.tsv *.txt);;All files (*)"
        )
        if path:
            self.load_csv(path)


_IN_BETWEEN = 2
_PROTOCOL_ORDER = {"node": 0, "nodes": 1, "delay": 3, "duration": 3, "after": 4, "threshold": 5}
_PROTOCOL_ORDER |= {"keep_stimuli": 6}
"""Where the fields that several protocols have stand; the others are in between."""


def _in_order(spec_type: type[Spec]) -> list[str]:
    """Return the fields of a spec, of some kinds what they alone have before what all have."""
    names = list(spec_type.model_fields)
    if issubclass(spec_type, ProfileSpec):
        names.sort(key=lambda name: name in ProfileSpec.model_fields)
    if issubclass(spec_type, Protocol):
        names.sort(key=lambda name: _PROTOCOL_ORDER.get(name, _IN_BETWEEN))
    return names
