"""The Run tab: settings of the run, and the runs of this session."""

from __future__ import annotations

from psygnal import Signal
from qtpy.QtCore import QSize, Qt
from qtpy.QtWidgets import (
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QSizePolicy,
)

from napari_neuron.result import SimulationResult
from napari_neuron.result.model import Status
from napari_neuron.session import Session
from napari_neuron.spec import Experiment, RunSettings
from napari_neuron.widgets.cell_in_view import CellInView
from napari_neuron.widgets.forms.form import SpecForm
from napari_neuron.widgets.running.run_comparison import RunComparison
from napari_neuron.widgets.running.shown_edit import ShownEdit
from napari_neuron.widgets.toolkit.numbers import shown_number
from napari_neuron.widgets.toolkit.page import Page, hint


def frames_in_words(experiment: Experiment, n_compartments: int | None) -> str:
    """Describe how much a run stores: every variable whose frames are kept."""
    n_frames, n_variables = experiment.run.n_frames, len(experiment.frames)
    text = "1 frame" if n_frames == 1 else f"{n_frames:,} frames"
    if n_compartments:
        of = f"{n_variables} variables of " * (n_variables > 1)
        size = n_frames * n_variables * n_compartments * 4 / 1e6
        plural = "" if n_compartments == 1 else "s"
        text += f" of {of}{n_compartments:,} compartment{plural}: "
        text += f"{size:,.0f} MB" if size >= 1 else "less than 1 MB"
    return text


def result_in_words(number: int, result: SimulationResult, out_of_date: bool) -> str:
    """Return "3 · DA1 · 100 ms · complete"."""
    reached = result.time[-1] if result.n_frames else 0.0
    wanted = result.experiment.run.duration
    span = f"{shown_number(wanted)} ms"
    if result.status in (Status.CANCELLED, Status.FAILED):
        span = f"{shown_number(round(reached, 1))} of {span}"
    n = len(result.cells)
    names = ", ".join(cell.name for cell in result.cells) if n < 3 else f"{n} cells"
    text = f"{number} · {names} · {span} · {result.status}"
    return text + " · earlier settings" if out_of_date else text


class RunTab(Page):
    """Run settings and results.

    Attributes
    ----------
    show_requested, save_requested : Signal (SimulationResult)
    """

    show_requested = Signal(object)
    save_requested = Signal(object)

    def __init__(self, view: CellInView, session: Session) -> None:
        super().__init__()
        self._session = session
        self.form = SpecForm(RunSettings(), view)
        self.size = hint()
        self.threads = hint()
        self.empty = hint("None yet.")
        self.results = QListWidget()
        self.results.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.results.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.results.currentRowChanged.connect(self._on_row_changed)
        self.show_button = QPushButton("Show")
        self.show_button.setToolTip("Add the voltage of this run to the viewer again")
        self.save_button = QPushButton("Save result…")
        self.forget_button = QPushButton("Forget")
        self.forget_button.setToolTip("Remove this run from the list")
        self.show_button.clicked.connect(lambda _=False: self._ask(self.show_requested))
        self.save_button.clicked.connect(lambda _=False: self._ask(self.save_requested))
        self.forget_button.clicked.connect(lambda _=False: self._forget())
        buttons = QHBoxLayout()
        buttons.setSpacing(4)
        for button in (self.show_button, self.save_button, self.forget_button):
            buttons.addWidget(button)
        buttons.addStretch()
        self.add_heading("Integration")
        self.add(self.form, self.threads, self.size)
        self.add_heading("Runs of this session")
        self.add(self.empty, self.results)
        self.column.addLayout(buttons)
        self.comparison = RunComparison(session)
        self.add(self.comparison)
        self.shown = ShownEdit()
        self.add(self.shown)
        self.column.addStretch()
        self.show_results()

    @property
    def result(self) -> SimulationResult | None:
        """The selected result."""
        row = self.results.currentRow()
        newest_first = self._session.results[::-1]
        return newest_first[row] if 0 <= row < len(newest_first) else None

    def show_results(self) -> None:
        """List the results of the session, the newest first."""
        before = self.results.count()
        results = self._session.results
        row = 0 if len(results) != before else max(0, self.results.currentRow())
        blocked = self.results.blockSignals(True)
        self.results.clear()
        for result in results:
            number = self._session.number_of(result)
            text = result_in_words(number, result, self._session.is_out_of_date(result))
            text = f"{text} · pinned" if self._session.is_pinned(result) else text
            item = QListWidgetItem(text)
            item.setToolTip(text if not result.message else f"{text}\n{result.message}")
            item.setSizeHint(QSize(0, 24))
            self.results.insertItem(0, item)
        self.results.setCurrentRow(min(row, len(results) - 1))
        self.results.blockSignals(blocked)
        self.results.setFixedHeight(min(max(len(results), 1), 6) * 24 + 8)
        self.results.setVisible(bool(results))
        self.empty.setVisible(not results)
        self._on_row_changed()

    def _on_row_changed(self, row: int = 0) -> None:
        result = self.result
        self.comparison.set_result(result)
        done = result is not None and result.status is not Status.RUNNING
        for button in (self.show_button, self.save_button, self.forget_button):
            button.setEnabled(done)
            button.setVisible(bool(self._session.results))

    def _ask(self, requested: Signal) -> None:
        if self.result is not None:
            requested.emit(self.result)

    def _forget(self) -> None:
        if self.result is not None:
            self._session.forget(self.result)
