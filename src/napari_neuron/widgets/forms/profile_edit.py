"""`ProfileEdit`: a number, or a profile over distance or radius with a plot of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from qtpy.QtWidgets import QFileDialog, QHBoxLayout, QPushButton, QToolButton, QWidget

from napari_neuron.compile.profiles import evaluate_profile
from napari_neuron.errors import NapariNeuronError
from napari_neuron.spec import (
    Exponential,
    Gaussian,
    Linear,
    Sigmoid,
    StepAt,
    Table,
    table_from_csv,
)
from napari_neuron.spec.base import Spec
from napari_neuron.widgets.cell_in_view import CellInView
from napari_neuron.widgets.forms.editors import OptionalNumberEdit
from napari_neuron.widgets.forms.field_edit import FieldEdit
from napari_neuron.widgets.forms.starts import profile_like
from napari_neuron.widgets.forms.words import kind_name
from napari_neuron.widgets.toolkit.numbers import NumberEdit
from napari_neuron.widgets.toolkit.page import menu_of
from napari_neuron.widgets.toolkit.problem import ProblemLabel

if TYPE_CHECKING:
    from napari_neuron.widgets.forms.profile_plot import ProfilePlot

_SHAPES: dict[str, type[Spec]] = {
    kind_name(shape): shape for shape in (Linear, Exponential, Sigmoid, StepAt, Gaussian, Table)
}
CONSTANT = "constant"


class ProfileEdit(FieldEdit):
    """A number, or the form and plot of a profile.

    Parameters
    ----------
    view
        The cell along which the profile is plotted.
    optional
        Whether there may be none.
    number
        How the number is edited: the parameters of `NumberEdit` (``unit``, ``step_at_zero`` ...).
    """

    wide = True

    def __init__(
        self,
        view: CellInView,
        *,
        optional: bool = False,
        none: str = "not painted",
        number: dict[str, Any],
        **kwargs: Any,
    ) -> None:
        self._view = view
        self._unit = number.get("unit", "")
        self._value: Any = None
        self.forms: dict[type[Spec], Any] = {}
        self._plot: ProfilePlot | None = None
        self.entry: Any
        if optional:
            self.entry = OptionalNumberEdit(unit=self._unit, none=none, name="entry")
        else:
            self.entry = NumberEdit(name="entry", **number)
        super().__init__(**kwargs)
        self.how_button = QToolButton()
        self.how_button.setToolTip("One number everywhere, or a profile along the cable")
        menu_of(
            self.how_button,
            [(name, lambda n=name: self.choose(n)) for name in (CONSTANT, *_SHAPES)],
        )
        line = QHBoxLayout()
        line.setSpacing(4)
        line.addWidget(self.entry.native, 1)
        line.addWidget(self.how_button)
        line.addStretch()
        self.load_button = QPushButton("Load CSV…")
        self.load_button.clicked.connect(lambda _=False: self._ask_for_csv())
        self._problem = ProblemLabel()
        self._line = QWidget()
        self._line.setLayout(line)
        line.setContentsMargins(0, 0, 0, 0)
        layout = self.native.layout()
        layout.addWidget(self._line)
        layout.addWidget(self.load_button)
        layout.addWidget(self._problem)
        self.entry.changed.connect(self._take)
        self.set_value(None if optional else 0.0)

    @property
    def form(self) -> Any:
        """The form of the profile, None for a number."""
        return self.forms.get(type(self._value))

    def get_value(self) -> Any:
        """Return the number or profile."""
        return self._value

    def set_value(self, value: Any) -> None:
        """Show a number or profile."""
        self._value = value
        shape = type(value) if isinstance(value, Spec) else None
        self.how_button.setText(f"{kind_name(shape) if shape else CONSTANT} ▾")
        self.entry.native.setVisible(shape is None)
        self.load_button.setVisible(shape is Table)
        self._problem.say("")
        if shape is None:
            with self.entry.changed.blocked():
                self.entry.value = value
        else:
            if shape not in self.forms:
                self._add_form(value)
            self.forms[shape].set_value(value)
        for other, form in self.forms.items():
            form.setVisible(other is shape)
        self._show_plot()

    def choose(self, name: str) -> None:
        """Choose "constant" or a shape by its name; the value at distance 0 stays."""
        if name == CONSTANT:
            if not isinstance(self._value, Spec):
                return
            value: Any = float(evaluate_profile(self._value, np.zeros(1))[0])
        else:
            value = profile_like(_SHAPES[name], self._value)
        self.set_value(value)
        self.changed.emit(value)

    def load_csv(self, path: str) -> None:
        """Take the points of a table from a file."""
        along = self._value.along if isinstance(self._value, Spec) else "root_distance"
        try:
            table = table_from_csv(path, along=along)
        except (NapariNeuronError, OSError) as error:
            self._problem.say(str(error))
            return
        self.set_value(table)
        self.changed.emit(table)

    def _ask_for_csv(self) -> None:
        path, _ = QFileDialog.getOpenFileName(
            self.native, "Distance (µm) and value", "", "Tables (*.csv *.tsv *.txt);;All files (*)"
        )
        if path:
            self.load_csv(path)

    def _add_form(self, value: Spec) -> None:
        from napari_neuron.widgets.forms.form import SpecForm  # forms are made of these editors

        form = SpecForm(value, self._view, nested=True)
        form.changed.connect(self._take)
        self.native.layout().addWidget(form)
        self.forms[type(value)] = form

    def _take(self, value: Any) -> None:
        self._value = value
        self._show_plot()
        self.changed.emit(value)

    def _show_plot(self) -> None:
        is_profile = isinstance(self._value, Spec)
        if is_profile:
            if self._plot is None:
                from napari_neuron.widgets.forms.profile_plot import ProfilePlot

                self._plot = ProfilePlot()
            self.native.layout().addWidget(self._plot)  # below the forms
            self._plot.show_profile(self._value, self._view.cell, self._unit)
        if self._plot is not None:
            self._plot.setVisible(is_profile)
