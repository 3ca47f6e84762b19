"""`RepairEdit`: a repair with its parameters, its effect, and the button that applies it."""

from __future__ import annotations

from html import escape
from typing import Any

from psygnal import Signal
from qtpy.QtCore import Qt
from qtpy.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from napari_neuron.compile.effect import CellMeasures
from napari_neuron.compile.moved_placements import MovedPlacement
from napari_neuron.compile.suggest_repairs import REPAIR_KINDS, start_of
from napari_neuron.morphology import Morphology
from napari_neuron.spec import Repair
from napari_neuron.widgets.cell.check_worker import Preview, previewed
from napari_neuron.widgets.cell_in_view import CellInView
from napari_neuron.widgets.forms.form import SpecForm
from napari_neuron.widgets.forms.words import kind_name, nodes_in_words
from napari_neuron.widgets.toolkit.asked import Asked
from napari_neuron.widgets.toolkit.page import hint, leave_wheel_to_page, let_shrink
from napari_neuron.widgets.toolkit.problem import ProblemLabel
from napari_neuron.widgets.toolkit.style import Palette

_NONE = "Choose a repair …"
_LISTED = 4


class RepairEdit(QWidget):
    """Edits one repair and previews it. It changes nothing itself.

    Attributes
    ----------
    apply_requested : Signal (Repair, Morphology)
        The repair to apply, and the cell after it.
    """

    apply_requested = Signal(object, object)

    def __init__(self, view: CellInView, palette: Palette) -> None:
        super().__init__()
        self._view = view
        self._palette = palette
        self._cell: Morphology | None = None
        self._offered: dict[str, Repair] = {}
        self._preview: Preview | None = None
        self._forms: dict[type[Any], SpecForm] = {}
        self._ask = Asked(previewed)
        self._ask.answered.connect(self._on_previewed)

        self.kind = QComboBox()
        leave_wheel_to_page(self.kind)
        let_shrink(self.kind)
        self.kind.activated.connect(lambda _: self._on_chosen())
        self.apply_button = QPushButton("Apply")
        self.apply_button.setToolTip("Repair the cell; Undo reverts this")
        self.apply_button.clicked.connect(lambda _=False: self._apply())
        row = QHBoxLayout()
        row.setSpacing(4)
        row.addWidget(self.kind, 1)
        row.addWidget(self.apply_button)
        self._place = QVBoxLayout()
        self.effect = QLabel()
        self.effect.setTextFormat(Qt.TextFormat.RichText)
        self.effect.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        self.moved = hint()
        self.moved.setObjectName("warning")
        self.problem = ProblemLabel()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(row)
        column.addLayout(self._place)
        column.addWidget(self.effect)
        column.addWidget(self.moved)
        column.addWidget(self.problem)
        self.offer(None, ())

    @property
    def is_busy(self) -> bool:
        """Whether a preview is being computed."""
        return self._ask.is_busy

    @property
    def value(self) -> Repair | None:
        """The repair as it is now."""
        name = self.kind.currentData()
        if not name:
            return None
        form = self._forms.get(type(self._offered[name]))
        value: Any = form.value if form is not None else self._offered[name]
        return value

    def offer(self, cell: Morphology | None, suggested: tuple[Repair, ...]) -> None:
        """Offer repairs for a cell: those suggested first, and the first of them chosen."""
        self._cell = cell
        self.setVisible(cell is not None)
        self._offered = {one.kind: one for one in suggested}
        self.kind.clear()
        self.kind.addItem(_NONE, "")
        if cell is not None:
            for kind in REPAIR_KINDS:
                self._offered.setdefault(str(kind.model_fields["kind"].default), None)
        first = len(suggested)
        for index, name in enumerate(self._offered):
            if index == first and first:
                self.kind.insertSeparator(self.kind.count())
            kind = next(k for k in REPAIR_KINDS if k.model_fields["kind"].default == name)
            self.kind.addItem(kind_name(kind), name)
        self.kind.setCurrentIndex(1 if suggested else 0)
        self._on_chosen()

    def set_palette(self, palette: Palette) -> None:
        """Use the theme's colours."""
        self._palette = palette
        self._show_preview()

    def stop(self) -> None:
        """Clean up when the window closes."""
        self._ask.stop()

    def choose(self, name: str) -> None:
        """Choose a kind of repair, as a user does in the list."""
        self.kind.setCurrentIndex(self.kind.findData(name))
        self._on_chosen()

    @property
    def form(self) -> SpecForm | None:
        """The form of the chosen repair."""
        value = self.value
        return self._forms.get(type(value)) if value is not None else None

    def _on_chosen(self) -> None:
        name = self.kind.currentData()
        chosen: Any = None
        if name and self._cell is not None:
            kind = next(k for k in REPAIR_KINDS if k.model_fields["kind"].default == name)
            chosen = self._offered[name] or start_of(kind, self._cell)
            self._offered[name] = chosen
            if kind not in self._forms and _has_fields(kind):
                form = SpecForm(chosen, self._view)
                form.changed.connect(lambda _: self._request())
                self._place.addWidget(form)
                self._forms[kind] = form
            if kind in self._forms:
                self._forms[kind].set_value(chosen)
        for kind, form in self._forms.items():
            form.setVisible(chosen is not None and kind is type(chosen))
        self._request()

    def _request(self) -> None:
        self._preview = None
        value = self.value
        if value is None or self._cell is None:
            self._ask.forget()
        else:
            self._ask.ask(self._cell, self._view.experiment_on_cell, value)
        self._show_preview()

    def _on_previewed(self, preview: Preview) -> None:
        if preview.before is self._cell and preview.repair == self.value:
            self._preview = preview
            self._show_preview()

    def _show_preview(self) -> None:
        preview = self._preview
        after = preview.after if preview is not None else None
        self.apply_button.setVisible(bool(self.kind.currentData()))
        self.apply_button.setEnabled(after is not None)
        self.problem.say(preview.problem if preview is not None else "")
        self.effect.setVisible(after is not None or self._ask.is_busy)
        if preview is not None and after is not None:
            self.effect.setText(_table(*preview.measured, dim=self._palette.dim))
        elif self._ask.is_busy:
            self.effect.setText(f'<span style="color:{self._palette.dim}">Calculating …</span>')
        moved = preview.moved if preview is not None else ()
        self.moved.setVisible(bool(moved))
        self.moved.setText(_moves_in_words(moved))

    def _apply(self) -> None:
        preview = self._preview
        if preview is not None and preview.after is not None:
            self.apply_requested.emit(preview.repair, preview.after)


def _moves_in_words(moved: tuple[MovedPlacement, ...]) -> str:
    """Return which nodes with placements would be removed, and where the placements go."""
    if not moved:
        return ""
    nodes = nodes_in_words(tuple(one.node for one in moved))
    to = ", ".join(f"{one.node} → {one.to} ({one.distance:.3g} µm)" for one in moved[:_LISTED])
    if len(moved) > _LISTED:
        farthest = max(one.distance for one in moved)
        to += f", and {len(moved) - _LISTED:,} more (up to {farthest:.3g} µm)"
    return (
        f"Inputs, recorders or regions use {nodes}, which this removes. They move to the nearest "
        f"node that stays: {to}."
    )


def _has_fields(kind: type[Any]) -> bool:
    return set(kind.model_fields) != {"kind"}


def _table(before: CellMeasures, after: CellMeasures, dim: str) -> str:
    """Return what changes and what does not, as rows of name, before, after."""
    rows = [
        ("Nodes", _whole(before.nodes), _whole(after.nodes)),
        ("Trees", _whole(before.trees), _whole(after.trees)),
        ("Cable", _number(before.cable_length, "µm"), _number(after.cable_length, "µm")),
        ("Membrane", _number(before.membrane_area, "µm²"), _number(after.membrane_area, "µm²")),
        ("Compartments", _whole(before.compartments), _whole(after.compartments)),
        (
            "Input resistance",
            _number(before.input_resistance, "MΩ"),
            _number(after.input_resistance, "MΩ"),
        ),
    ]
    cells = [
        f'<td style="color:{dim}">{name}</td><td align="right">{escape(a)}</td>'
        + (
            f'<td style="color:{dim}">→</td><td align="right"><b>{escape(b)}</b></td>'
            if a != b
            else f'<td></td><td align="right" style="color:{dim}">same</td>'
        )
        for name, a, b in rows
    ]
    return '<table cellpadding="2">' + "".join(f"<tr>{c}</tr>" for c in cells) + "</table>"


def _whole(value: int | None) -> str:
    return "–" if value is None else f"{value:,}"


def _number(value: float | None, unit: str) -> str:
    if value is None:
        return "–"
    return f"{value:,.0f} {unit}" if 1e3 <= abs(value) < 1e7 else f"{value:.4g} {unit}"
