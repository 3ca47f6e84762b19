"""`ResultPage`: what a protocol found, in words, as a chart and as a table."""

from __future__ import annotations

from pathlib import Path

from psygnal import Signal
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from napari_neuron.protocols.kinds import kind_of
from napari_neuron.protocols.run import ProtocolResult
from napari_neuron.widgets.measuring.chart_figure import drawn_figure
from napari_neuron.widgets.measuring.outcome_table import OutcomeTable
from napari_neuron.widgets.measuring.protocol_plot import ProtocolPlot
from napari_neuron.widgets.toolkit.asked_file import asked_file
from napari_neuron.widgets.toolkit.page import Page, hint
from napari_neuron.widgets.toolkit.save_in_thread import save_in_thread
from napari_neuron.widgets.toolkit.style import Palette

_PICTURE_SIZE = (5.5, 6.0)
"""Inches."""

_NOTHING = "What a protocol finds is shown here, from its first runs on."
_HOW = "Click a point of the chart or a row of the table for its run."


class ResultPage(Page):
    """Shows a result; a run of it can be chosen.

    Parameters
    ----------
    parent
        Over which is asked where to save.

    Attributes
    ----------
    show_requested : Signal (int)
        The person wants to see this run in the viewer.
    said : Signal (str, str)
        What was done, and what went wrong; one of them is "".
    """

    show_requested = Signal(int)
    said = Signal(str, str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__()
        self._parent = parent
        self._is_busy = False
        self.result: ProtocolResult | None = None
        self.chosen: int | None = None
        self.words = QLabel()
        self.words.setWordWrap(True)
        self.words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.warnings = QLabel()
        self.warnings.setObjectName("warning")
        self.warnings.setWordWrap(True)
        self.plot = ProtocolPlot()
        self.how = hint(_NOTHING)
        self.table = OutcomeTable()
        self.show_button = QPushButton("Show run")
        self.table_button = QPushButton("Save table…")
        self.picture_button = QPushButton("Save picture…")
        self.show_button.setToolTip(
            "Do this run once more, keeping the voltage of the whole cell, and show it on the cell "
            "and in Traces"
        )
        self.table_button.setToolTip("As CSV")
        self.picture_button.setToolTip("As PNG, SVG or PDF")
        row = QWidget()
        buttons = QHBoxLayout(row)
        buttons.setContentsMargins(0, 0, 0, 0)
        buttons.setSpacing(4)
        for button in (self.show_button, self.table_button, self.picture_button):
            buttons.addWidget(button)
        buttons.addStretch()
        self._full = (self.words, self.plot, row, self.table)
        self.add(self.words, self.warnings, self.how, row, self.plot, self.table)
        self.column.addStretch()
        self.plot.run_chosen.connect(self.choose)
        self.table.run_chosen.connect(self.choose)
        self.show_button.clicked.connect(lambda _=False: self._on_show())
        self.table_button.clicked.connect(lambda _=False: self._ask_for_table())
        self.picture_button.clicked.connect(lambda _=False: self._ask_for_picture())
        for widget in (*self._full, self.warnings):
            widget.setVisible(False)

    def is_of(self, result: ProtocolResult) -> bool:
        """Whether what is shown is an earlier state of a result."""
        return self.result is not None and self.result.setting is result.setting

    def set_result(self, result: ProtocolResult) -> None:
        """Show a result; the run that was chosen in an earlier state of it stays so."""
        if not self.is_of(result):
            self.chosen = None
        self.result = result
        outcome = result.outcome
        self.words.setText("\n".join(outcome.words))
        self.warnings.setText("\n".join(outcome.warnings))
        self.warnings.setVisible(bool(outcome.warnings))
        self.how.setText(_HOW)
        for widget in self._full:
            widget.setVisible(widget is not self.words or bool(outcome.words))
        self.plot.set_result(result, self.chosen)
        self.table.set_outcome(outcome)
        self.table.choose(self.chosen)
        self._show_buttons()

    def choose(self, run: int | None) -> None:
        """Let a run stand out in chart, traces and table."""
        self.chosen = run
        self.plot.choose(run)
        self.table.choose(run)
        self._show_buttons()

    def set_busy(self, is_busy: bool) -> None:
        """Say whether runs are under way."""
        self._is_busy = is_busy
        self._show_buttons()

    def set_palette(self, palette: Palette) -> None:
        """Take over the theme's colours."""
        self.plot.set_palette(palette)

    def stop(self) -> None:
        """Tell nothing any more."""
        self.plot.stop()
        self.said.disconnect()
        self.show_requested.disconnect()

    def save_table(self, path: str | Path) -> None:
        """Write the table as CSV, in a thread."""
        if self.result is not None:
            outcome = self.result.outcome
            save_in_thread(lambda: outcome.save_table(path), path, self.said.emit)

    def save_picture(self, path: str | Path) -> None:
        """Draw chart and traces on white into a file, in a thread; its name says the kind."""
        if self.result is not None:
            result, chosen = self.result, self.chosen
            save_in_thread(
                lambda: drawn_figure(result, chosen, _PICTURE_SIZE).savefig(path, dpi=200),
                path,
                self.said.emit,
            )

    def _show_buttons(self) -> None:
        chosen = self.result is not None and self.chosen is not None
        can_show = chosen and self.result.runs[self.chosen].result is not None
        self.show_button.setEnabled(can_show and not self._is_busy)
        name = self.result.runs[self.chosen].planned.name if can_show else ""
        self.show_button.setText(f"Show {name}" if 0 < len(name) < 18 else "Show run")

    def _on_show(self) -> None:
        if self.chosen is not None:
            self.show_requested.emit(self.chosen)

    def _ask_for_table(self) -> None:
        suggested = f"{self._name}.csv"
        if path := asked_file(self._parent, "Save the table", suggested, "Tables (*.csv)"):
            self.save_table(path)

    def _ask_for_picture(self) -> None:
        kinds, suggested = "Pictures (*.png *.svg *.pdf)", f"{self._name}.png"
        if path := asked_file(self._parent, "Save the picture", suggested, kinds):
            self.save_picture(path)

    @property
    def _name(self) -> str:
        assert self.result is not None
        cell = "".join(c if c.isalnum() else "_" for c in self.result.setting.cell.name)
        return f"{cell}_{kind_of(self.result.protocol)}_node_{self.result.protocol.node}"
