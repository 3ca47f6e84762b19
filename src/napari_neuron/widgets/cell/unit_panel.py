"""`UnitPanel`: the unit of the file, the evidence for it, and a click to change it."""

from __future__ import annotations

from html import escape

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

from napari_neuron.errors import MorphologyError
from napari_neuron.morphology import Morphology
from napari_neuron.morphology.guess import (
    FileUnit,
    UnitCandidate,
    parse_unit,
    unit_candidates,
)
from napari_neuron.spec import SetUnit
from napari_neuron.widgets.toolkit.page import hint, leave_wheel_to_page
from napari_neuron.widgets.toolkit.style import Palette

_UNITS = ("µm", "nm", "8 nm", "4x4x40 nm", "10 nm")
_SAME = "as coordinates"
_SHOWN = 3
_WORDS = {"um": "µm"}
_SIZES = {"median radius": "radius", "soma radius": "soma"}


class UnitPanel(QWidget):
    """Shows the unit a cell was read in and its size in other units.

    Attributes
    ----------
    unit_requested : Signal (SetUnit)
    """

    unit_requested = Signal(object)

    def __init__(self, palette: Palette) -> None:
        super().__init__()
        self._palette = palette
        self._cell: Morphology | None = None
        self.evidence = hint()
        self.table = QLabel()
        self.table.setTextFormat(Qt.TextFormat.RichText)
        self.table.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        self.table.setToolTip(
            "How large the cell is in each unit: cable, extent, median radius, soma radius"
        )
        self.table.linkActivated.connect(self._on_link)
        self.unit = self._chooser(
            _UNITS, "Unit of the file: µm, nm, or the voxel size, such as 8 nm"
        )
        self.radius_unit = self._chooser((_SAME, *_UNITS), "Unit of the radii, if different")
        self.button = QPushButton("Use")
        self.button.setToolTip("Read the file's numbers in this unit; Undo reverts this")
        self.button.clicked.connect(lambda _=False: self._request())
        row = QHBoxLayout()
        row.setSpacing(4)
        row.addWidget(self.unit, 2)
        row.addWidget(QLabel("radii"))
        row.addWidget(self.radius_unit, 3)
        row.addWidget(self.button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.evidence)
        column.addWidget(self.table)
        column.addLayout(row)

    def _chooser(self, units: tuple[str, ...], tooltip: str) -> QComboBox:
        combo = QComboBox()
        combo.setEditable(True)
        combo.addItems(units)
        combo.setToolTip(tooltip)
        combo.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        combo.setMinimumWidth(60)
        leave_wheel_to_page(combo)
        return combo

    def set_value(self, cell: Morphology) -> None:
        """Show the unit of a cell; emits nothing."""
        self._cell = cell
        unit, _, radii = cell.unit.partition(" (radii ")
        self.unit.setCurrentText(_WORDS.get(unit, unit))
        radii = radii.removesuffix(")") or _SAME
        self.radius_unit.setCurrentText(_WORDS.get(radii, radii))
        evidence = cell.unit_evidence.strip()
        self.evidence.setText(f"Read in {_WORDS.get(unit, unit)}. {_sentence(evidence)}")
        self._show_table()

    def set_palette(self, palette: Palette) -> None:
        """Use the theme's colours."""
        self._palette = palette
        self._show_table()

    def _show_table(self) -> None:
        if self._cell is None:
            return
        rows = candidates_of(self._cell)
        self.table.setVisible(bool(rows) and bool(rows[0].sizes))
        if not rows:
            return
        dim = self._palette.dim
        names = [_SIZES.get(words, words) for words, _ in rows[0].sizes]
        head = "".join(f'<td align="right" style="color:{dim}">{n}</td>' for n in names)
        now = self._cell.unit
        lines = [self._line(candidate, candidate.label == now) for candidate in rows]
        self.table.setText(
            f'<table cellpadding="2" width="100%"><tr><td style="color:{dim}">in</td>{head}'
            f"<td></td></tr>{''.join(lines)}</table>"
        )

    def _line(self, candidate: UnitCandidate, is_now: bool) -> str:
        cells = "".join(
            f'<td align="right" style="color:{self._palette.text if ok else self._palette.warning}'
            f'">{_length(value)}</td>'
            for (_, value), ok in zip(candidate.sizes, candidate.likely, strict=True)
        )
        name = escape(_WORDS.get(candidate.label, candidate.label))
        use = (
            f'<span style="color:{self._palette.dim}">used</span>'
            if is_now
            else f'<a style="color:{self._palette.text}" href="{escape(candidate.label)}">use</a>'
        )
        return f'<tr><td>{name}</td>{cells}<td align="right">{use}</td></tr>'

    def _on_link(self, unit: str) -> None:
        self.unit_requested.emit(SetUnit(unit=unit))

    def _request(self) -> None:
        unit, radii = _typed(self.unit) or "um", _typed(self.radius_unit)
        self.unit_requested.emit(SetUnit(unit=unit, radius_unit="" if radii == _SAME else radii))


def _typed(combo: QComboBox) -> str:
    """Return the unit in a combo box as files write it."""
    return combo.currentText().strip().replace("µm", "um")


def candidates_of(cell: Morphology) -> tuple[UnitCandidate, ...]:
    """Return what a cell would measure in each unit, the one it was read in among them."""
    unit, _, radii = cell.unit.partition(" (radii ")
    try:
        now = parse_unit(unit)
        radius_scale = parse_unit(radii.removesuffix(")")).scale[0] if radii else now.scale[0]
    except MorphologyError:
        return ()
    more: tuple[FileUnit, ...] = (now,)
    found = unit_candidates(
        cell.position / now.scale, cell.parent, cell.swc_type, cell.radius / radius_scale, more
    )
    kept = [c for i, c in enumerate(found) if i < _SHOWN or c.label == now.label]
    return tuple(kept)


def _length(value: float) -> str:
    """Return "320 nm", "4.1 µm", "2.3 mm": two digits, as six columns stand in a narrow dock."""
    steps = ((1e6, "m"), (1e3, "mm"), (1.0, "µm"))
    factor, unit = next((step for step in steps if value >= step[0]), (1e-3, "nm"))
    number = value / factor
    return f"{number:.0f} {unit}" if number >= 10 else f"{number:.2g} {unit}"


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + ("" if text.endswith(".") else ".")
