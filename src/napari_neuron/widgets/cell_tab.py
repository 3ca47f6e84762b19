"""The tab Cell: what the skeleton is, what is wrong with it, labels, unit, compartments."""

from __future__ import annotations

from html import escape
from pathlib import Path

import numpy as np
from psygnal import Signal
from qtpy.QtCore import Qt
from qtpy.QtWidgets import (
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from napari_neuron.errors import MorphologyError
from napari_neuron.morphology import Morphology, check, find_sections
from napari_neuron.morphology.model import SOMA
from napari_neuron.widgets.cell_in_view import CellInView
from napari_neuron.widgets.discretisation_edit import DiscretisationEdit
from napari_neuron.widgets.page import Page, hint, leave_wheel_to_page
from napari_neuron.widgets.problem import ProblemLabel
from napari_neuron.widgets.style import Palette

_UNITS = ("um", "nm", "8 nm")


def summary_of(cell: Morphology) -> dict[str, str]:
    """Return what a person wants to know of a skeleton first, in words."""
    n_trees = len(cell.roots)
    try:
        membrane = f"{find_sections(cell).area.sum():,.0f} µm²"
    except MorphologyError:  # without thickness; the findings say so
        membrane = "unknown"
    soma = cell.node_id[cell.swc_type == SOMA]
    more = f" and {len(soma) - 1:,} more" if len(soma) > 1 else ""
    labels = () if cell.labels is None else np.unique(cell.labels).tolist()
    synapses = {} if cell.connectors is None else cell.connectors["type"].value_counts().to_dict()
    return {
        "Nodes": f"{len(cell):,} in {n_trees:,} tree{'s' if n_trees != 1 else ''}",
        "Cable": f"{cell.cable_length:,.0f} µm",
        "Membrane": membrane,
        "Soma": f"node {soma[0]}{more}" if len(soma) else "none",
        "Synapses": ", ".join(f"{n:,} {kind}" for kind, n in sorted(synapses.items())) or "none",
        "Labels": ", ".join(label for label in labels if label) or "none",
    }


class CellTab(Page):
    """What the chosen cell is.

    Attributes
    ----------
    discretisation_changed : Signal (Discretisation)
    label_requested : Signal ()
    unit_requested : Signal (str)
        The unit the file is to be read in.
    """

    label_requested = Signal()
    unit_requested = Signal(str)

    def __init__(self, view: CellInView, palette: Palette) -> None:
        super().__init__()
        self._view = view
        self._palette = palette
        self._labelling = False
        self.summary = QFormLayout()
        self.summary.setContentsMargins(0, 0, 0, 0)
        self.summary.setHorizontalSpacing(16)
        self.summary.setVerticalSpacing(3)
        self._values: dict[str, QLabel] = {}
        self.findings = QLabel()
        self.findings.setWordWrap(True)
        self.findings.setTextFormat(Qt.TextFormat.RichText)
        self.findings.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.label_button = QPushButton("Label axon and dendrite")
        self.label_button.clicked.connect(lambda _=False: self.label_requested.emit())
        self.label_hint = hint()
        self.unit = QComboBox()
        self.unit.setEditable(True)
        self.unit.addItems(_UNITS)
        leave_wheel_to_page(self.unit)
        self.unit.setToolTip('The unit of the file: "um", "nm", or voxels such as "8 nm"')
        self.unit.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.unit_button = QPushButton("Read again")
        self.unit_button.setToolTip("Read the file again in this unit")
        self.unit_button.clicked.connect(
            lambda _=False: self.unit_requested.emit(self.unit.currentText().strip())
        )
        self.unit_hint = hint()
        self.problem = ProblemLabel()
        self.discretisation = DiscretisationEdit(view)
        self.empty = hint(
            "Open a skeleton: drop an SWC file on the window, or take one from "
            "File ▸ Open Sample ▸ napari-neuron."
        )

        about = QWidget()
        about.setLayout(self.summary)
        unit_row = QHBoxLayout()
        unit_row.addWidget(self.unit)
        unit_row.addWidget(self.unit_button)
        label_row = QHBoxLayout()
        label_row.addWidget(self.label_button)
        label_row.addStretch()
        details = QWidget()
        self._details = details
        column = QVBoxLayout(details)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(about)
        column.addWidget(self.findings)
        column.addWidget(self.problem)
        column.addLayout(label_row)
        column.addWidget(self.label_hint)
        column.addSpacing(8)
        column.addWidget(_heading("Unit of the file"))
        column.addLayout(unit_row)
        column.addWidget(self.unit_hint)
        column.addSpacing(8)
        column.addWidget(_heading("Discretisation"))
        column.addWidget(self.discretisation)
        self.add(self.empty, details)
        self.column.addStretch()
        view.cell_changed.connect(self._on_cell_changed)
        self._on_cell_changed()

    def append(self, panel: QWidget) -> None:
        """Put a panel below all else."""
        self.column.insertWidget(self.column.count() - 1, panel)

    def set_labelling(self, labelling: bool) -> None:
        """Show that axon and dendrite are being told apart."""
        self._labelling = labelling
        self._show_labelling()

    def _on_cell_changed(self) -> None:
        cell = self._view.cell
        self.empty.setVisible(cell is None)
        self._details.setVisible(cell is not None)
        self.problem.say("")
        if cell is None:
            return
        for name, text in summary_of(cell).items():
            if name not in self._values:
                self._values[name] = QLabel()
                self._values[name].setWordWrap(True)
                self.summary.addRow(_dim(name), self._values[name])
            self._values[name].setText(text)
        self._show_findings()
        self._show_labelling()
        self.unit.setCurrentText(cell.unit)
        can_read = cell.source is not None and Path(cell.source).is_file()
        self.unit.setEnabled(can_read)
        self.unit_button.setEnabled(can_read)
        why_not = "" if can_read else " It was not read from a file, so it cannot be read again."
        self.unit_hint.setText(f"{_sentence(cell.unit_evidence)}{why_not}")

    def _show_findings(self) -> None:
        cell = self._view.cell
        findings = check(cell) if cell is not None else ()
        self.findings.setVisible(bool(findings))
        colours = {"error": self._palette.error, "warning": self._palette.warning}
        self.findings.setText(
            "".join(
                f'<p style="margin: 0 0 6px 0"><b style="color: '
                f'{colours.get(finding.severity, self._palette.dim)}">'
                f"{finding.severity.capitalize()}.</b> {escape(finding.message)}</p>"
                for finding in findings
            )
        )

    def set_palette(self, palette: Palette) -> None:
        """Take over the theme's colours."""
        self._palette = palette
        self._show_findings()

    def _show_labelling(self) -> None:
        cell = self._view.cell
        has_synapses = cell is not None and cell.connectors is not None and len(cell.connectors) > 0
        self.label_button.setEnabled(has_synapses and not self._labelling)
        if self._labelling:
            self.label_hint.setText("Telling axon and dendrite apart by the flow of synapses …")
        elif has_synapses:
            self.label_hint.setText("By its synapses (navis.split_axon_dendrite).")
        else:
            self.label_hint.setText(
                "Axon and dendrite are told apart by synapses, and this skeleton has none."
            )


def _sentence(text: str) -> str:
    text = text.strip()
    return text[:1].upper() + text[1:] + ("" if text.endswith(".") else ".")


def _heading(text: str) -> QLabel:
    label = QLabel(text)
    label.setObjectName("heading")
    return label


def _dim(text: str) -> QLabel:
    label = QLabel(text)
    label.setObjectName("hint")
    return label
