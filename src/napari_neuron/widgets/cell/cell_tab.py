"""The Cell tab: what the skeleton is, what is wrong with it, labels, unit, compartments."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from psygnal import Signal
from qtpy.QtCore import Qt
from qtpy.QtWidgets import (
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from napari_neuron.errors import MorphologyError
from napari_neuron.morphology import Morphology, find_sections
from napari_neuron.morphology.model import SOMA
from napari_neuron.widgets.cell.check_panel import CheckPanel
from napari_neuron.widgets.cell.unit_panel import UnitPanel
from napari_neuron.widgets.cell_in_view import CellInView
from napari_neuron.widgets.forms.discretisation_edit import DiscretisationEdit
from napari_neuron.widgets.membrane.colour_by import legend_of
from napari_neuron.widgets.toolkit.page import Page, hint
from napari_neuron.widgets.toolkit.problem import ProblemLabel
from napari_neuron.widgets.toolkit.style import Palette

if TYPE_CHECKING:
    from napari.viewer import Viewer


def summary_of(cell: Morphology) -> dict[str, str]:
    """Return the main facts about a skeleton, in words."""
    n_trees = len(cell.roots)
    try:
        membrane = f"{_rounded(find_sections(cell).area.sum())} µm²"
    except MorphologyError:  # without thickness; the findings say so
        membrane = "unknown (see Check)"
    soma = cell.node_id[cell.swc_type == SOMA]
    more = f" and {len(soma) - 1:,} more" if len(soma) > 1 else ""
    labels = () if cell.labels is None else np.unique(cell.labels).tolist()
    synapses = {} if cell.connectors is None else cell.connectors["type"].value_counts().to_dict()
    return {
        "Nodes": f"{len(cell):,} in {n_trees:,} tree{'s' if n_trees != 1 else ''}",
        "Cable": f"{_rounded(cell.cable_length)} µm",
        "Membrane": membrane,
        "Soma": f"node {soma[0]}{more}" if len(soma) else "none",
        "Synapses": ", ".join(f"{n:,} {kind}" for kind, n in sorted(synapses.items())) or "none",
        "Labels": ", ".join(label for label in labels if label) or "none",
    }


def _rounded(value: float) -> str:
    """Write a length or an area of a whole cell, or of a piece of a neurite."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


class CellTab(Page):
    """The properties of the chosen cell.

    Attributes
    ----------
    discretisation_changed : Signal (Discretisation)
    label_requested : Signal ()
    colours_requested : Signal ()
        Show the labels as colours, or stop showing them.
    folder_requested : Signal ()
        Open a folder of skeletons.
    unit_requested : Signal (SetUnit)
    repair_requested : Signal (Repair, Morphology)
        A repair, and the cell after it.
    """

    label_requested = Signal()
    colours_requested = Signal()
    folder_requested = Signal()
    unit_requested = Signal(object)
    repair_requested = Signal(object, object)

    def __init__(self, viewer: Viewer, view: CellInView, palette: Palette) -> None:
        super().__init__()
        self._view = view
        self._labelling = False
        self.summary = QFormLayout()
        self.summary.setContentsMargins(0, 0, 0, 0)
        self.summary.setHorizontalSpacing(16)
        self.summary.setVerticalSpacing(3)
        self._values: dict[str, QLabel] = {}
        self.check = CheckPanel(viewer, view, palette)
        self.check.repair_requested.connect(self.repair_requested.emit)
        # its repair is below a finding, what is left after a repair above
        self.check.list.itemClicked.connect(lambda _: self.bring_to_top(self.check.list))
        self.check.repair_requested.connect(lambda *_: self.bring_to_top(self.check.list))
        self.label_button = QPushButton("Label axon and dendrite")
        self.label_button.clicked.connect(lambda _=False: self.label_requested.emit())
        self.colours_button = QPushButton("Show as colours")
        self.colours_button.setCheckable(True)
        self.colours_button.setToolTip("Colour the cell by its labels")
        self.colours_button.clicked.connect(lambda _=False: self.colours_requested.emit())
        self.label_hint = hint()
        self.legend = hint()
        self.legend.setTextFormat(Qt.TextFormat.RichText)
        self.units = UnitPanel(palette)
        self.units.unit_requested.connect(self.unit_requested.emit)
        self.problem = ProblemLabel()
        self.discretisation = DiscretisationEdit(view)
        self.empty = hint(
            "Open a skeleton: drop a file on the window (SWC, NML and others), fetch one by its id "
            "with Plugins ▸ napari-neuron ▸ Get neuron, or take one from "
            "File ▸ Open Sample ▸ napari-neuron."
        )

        self._details = self._lay_out()
        self.folder_button = QPushButton("Open folder…")
        self.folder_button.setToolTip("Read all skeletons in a folder and choose which to show")
        self.folder_button.clicked.connect(lambda _=False: self.folder_requested.emit())
        folder_row = QHBoxLayout()
        folder_row.addWidget(self.folder_button)
        folder_row.addStretch()
        self.add(self.empty, self._details)
        self.column.addLayout(folder_row)
        self.column.addStretch()
        view.cell_changed.connect(self._on_cell_changed)
        self._on_cell_changed()

    def _lay_out(self) -> QWidget:
        about = QWidget()
        about.setLayout(self.summary)
        label_row = QHBoxLayout()
        label_row.addWidget(self.label_button)
        label_row.addWidget(self.colours_button)
        label_row.addStretch()
        details = QWidget()
        column = QVBoxLayout(details)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(about)
        column.addSpacing(8)
        column.addWidget(_heading("Check"))
        column.addWidget(self.check)
        column.addSpacing(8)
        column.addWidget(_heading("Unit of the file"))
        column.addWidget(self.units)
        column.addWidget(self.problem)
        column.addSpacing(8)
        column.addWidget(_heading("Labels"))
        column.addLayout(label_row)
        column.addWidget(self.label_hint)
        column.addWidget(self.legend)
        column.addSpacing(8)
        column.addWidget(_heading("Discretisation"))
        column.addWidget(self.discretisation)
        return details

    def append(self, panel: QWidget) -> None:
        """Put a panel below all else."""
        self.column.insertWidget(self.column.count() - 1, panel)

    def set_labelling(self, labelling: bool) -> None:
        """Show that axon and dendrite are being separated."""
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
        self._show_labelling()
        self.units.set_value(cell)

    def set_palette(self, palette: Palette) -> None:
        """Use the theme's colours."""
        self.check.set_palette(palette)
        self.units.set_palette(palette)

    def stop(self) -> None:
        """Clean up when the window closes."""
        self.check.stop()

    def _show_labelling(self) -> None:
        cell = self._view.cell
        has_synapses = cell is not None and cell.connectors is not None and len(cell.connectors) > 0
        self.label_button.setEnabled(has_synapses and not self._labelling)
        self.colours_button.setEnabled(cell is not None and cell.labels is not None)
        self.legend.setText(legend_of(cell) if cell is not None else "")
        self.legend.setVisible(bool(self.legend.text()))
        if self._labelling:
            self.label_hint.setText("Separating axon from dendrite by synapse flow …")
        elif has_synapses:
            self.label_hint.setText("From its synapses (navis.split_axon_dendrite).")
        else:
            self.label_hint.setText("Labelling needs synapses, and this skeleton has none.")


def _heading(text: str) -> QLabel:
    label = QLabel(text)
    label.setObjectName("heading")
    return label


def _dim(text: str) -> QLabel:
    label = QLabel(text)
    label.setObjectName("hint")
    return label
