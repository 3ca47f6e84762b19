"""`ParametersEdit`: the parameters of a mechanism, as the catalogue knows them."""

from __future__ import annotations

from typing import Any

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QHeaderView, QLabel, QTableWidgetItem

from napari_neuron.compile.catalogue import Variable
from napari_neuron.spec.base import Spec
from napari_neuron.spec.paint import Parameter
from napari_neuron.spec.synapse import ProcessParameter
from napari_neuron.widgets.cell_in_view import CellInView
from napari_neuron.widgets.forms.field_edit import FieldEdit
from napari_neuron.widgets.forms.profile_edit import ProfileEdit
from napari_neuron.widgets.forms.rows_edit import fit_height, plain_table
from napari_neuron.widgets.forms.words import kind_name
from napari_neuron.widgets.toolkit.numbers import number_in_text, shown_number

_NAME, _VALUE, _UNIT, _DEFAULT = range(4)
_MOST_ELEMENTS = 64


class ParametersEdit(FieldEdit):
    """A table of a mechanism's parameters: name, value, unit, default.

    An empty value means the default. ``value`` has only the parameters that were set.

    Parameters
    ----------
    view
        The view whose catalogue is asked.
    profiles
        Whether a value may be a profile; ``value`` is made of `Parameter`, else of
        `ProcessParameter`.
    """

    wide = True

    def __init__(self, view: CellInView, *, profiles: bool = False, **kwargs: Any) -> None:
        self._view = view
        self._profiles = profiles
        self._mechanism = ""
        self._set: dict[str, Any] = {}
        self._names: list[str] = []
        super().__init__(**kwargs)
        self.table = plain_table(["Parameter", "Value", "Unit", "Default"])
        header = self.table.horizontalHeader()
        for column in (_NAME, _UNIT, _DEFAULT):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(_VALUE, QHeaderView.ResizeMode.Stretch)
        self.said = QLabel()
        self.said.setObjectName("hint")
        self.said.setWordWrap(True)
        self.profile: ProfileEdit | None = None
        layout = self.native.layout()
        layout.addWidget(self.table)
        layout.addWidget(self.said)
        self.table.cellChanged.connect(self._on_cell_changed)
        self.table.currentCellChanged.connect(lambda *_: self._show_profile())
        view.catalogue_changed.connect(self._show)

    def see(self, spec: Any) -> None:
        """Show the parameters of the mechanism that a spec names."""
        mechanism = getattr(spec, "mechanism", None) or getattr(spec, "name", "")
        if mechanism != self._mechanism:
            self._mechanism = mechanism
            self._show()

    def get_value(self) -> tuple[Any, ...]:
        """Return the parameters that are set."""
        kind = Parameter if self._profiles else ProcessParameter
        return tuple(kind(name=name, value=value) for name, value in self._set.items())

    def set_value(self, value: tuple[Any, ...]) -> None:
        """Show parameters."""
        self._set = {parameter.name: parameter.value for parameter in value}
        self._show()

    def set_parameter(self, name: str, value: Any) -> None:
        """Give a parameter a number or profile; None gives it back its default."""
        before = dict(self._set)
        if value is None:
            self._set.pop(name, None)
        else:
            self._set[name] = value
        if self._set != before:
            self._show()
            self.changed.emit(self.value)

    def _known(self) -> dict[str, Variable]:
        catalogue = self._view.catalogue
        mechanism = catalogue.mechanism(self._mechanism) if catalogue is not None else None
        known: dict[str, Variable] = {}
        for variable in mechanism.parameters if mechanism is not None else ():
            if variable.size == 1:
                known[variable.name] = variable
            else:
                n = min(variable.size, _MOST_ELEMENTS)
                known |= {f"{variable.name}[{i}]": variable for i in range(n)}
        return known

    def _show(self) -> None:
        known = self._known()
        self._names = [*known, *(name for name in self._set if name not in known)]
        blocked = self.table.blockSignals(True)
        self.table.setRowCount(len(self._names))
        for row, name in enumerate(self._names):
            variable = known.get(name)
            value = self._set.get(name)
            default = variable.default if variable is not None else None
            texts = (
                name if variable is None or variable.scope == "range" else f"{name} (global)",
                value_in_words(value),
                variable.unit if variable is not None else "",
                "" if default is None else shown_number(default),
            )
            for column, text in enumerate(texts):
                item = QTableWidgetItem(text)
                if column != _VALUE or isinstance(value, Spec):
                    item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsEditable)
                self.table.setItem(row, column, item)
        self.table.blockSignals(blocked)
        fit_height(self.table, most=12)
        self.table.setVisible(bool(self._names))
        self.said.setText(self._said(known))
        self._show_profile()

    def _said(self, known: dict[str, Variable]) -> str:
        catalogue = self._view.catalogue
        if catalogue is None:
            return "Asking NEURON what the parameters are …"
        mechanism = catalogue.mechanism(self._mechanism)
        if mechanism is None:
            return (
                f"NEURON has no {self._mechanism} here: choose its MOD files on the Biophysics tab."
            )
        if mechanism.pointers:
            return (
                f"It cannot run here: its {', '.join(mechanism.pointers)} must point into another "
                "mechanism (POINTER). Use a mechanism driven by events instead."
            )
        if not known:
            return "It has no parameters."
        return (
            "Leave a value empty for the default."
            + (" Select a row to vary it along the cable." if self._profiles else "")
            + (
                " Global parameters have one value for the whole run."
                if any(variable.scope == "global" for variable in known.values())
                else ""
            )
        )

    def _show_profile(self) -> None:
        row = self.table.currentRow()
        shown = self._profiles and 0 <= row < len(self._names)
        if shown and self.profile is None:
            self.profile = ProfileEdit(
                self._view, optional=True, none="default", number={}, name="profile"
            )
            self.profile.changed.connect(self._on_profile_changed)
            self.native.layout().addWidget(self.profile.native)
        if self.profile is None:
            return
        self.profile.native.setVisible(shown)
        if shown and self.profile.value != (value := self._set.get(self._names[row])):
            self.profile.set_value(value)

    def _on_profile_changed(self, value: Any) -> None:
        self.set_parameter(self._names[self.table.currentRow()], value)

    def _on_cell_changed(self, row: int, column: int) -> None:
        if column != _VALUE:
            return
        text = self.table.item(row, column).text().strip()
        name = self._names[row]
        if text == value_in_words(self._set.get(name)):
            return
        number = number_in_text(text)
        if number is None and text:
            self._show()  # what is no number goes back to the last one
        else:
            self.set_parameter(name, number)


def value_in_words(value: Any) -> str:
    """Return "0.12", "linear", "" for None."""
    if value is None:
        return ""
    return kind_name(value) if isinstance(value, Spec) else shown_number(value)
