"""`ProtocolsWidget`: the dock widget "Protocols"."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from magicgui.widgets import ComboBox
from qtpy.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from napari_neuron.errors import NapariNeuronError
from napari_neuron.protocols.kinds import PROTOCOLS
from napari_neuron.protocols.run import ProtocolResult
from napari_neuron.result import SimulationResult
from napari_neuron.runner import RunState
from napari_neuron.widgets.cell_in_view import CellInView
from napari_neuron.widgets.forms.words import kind_name
from napari_neuron.widgets.measuring.measurement import Measurement
from napari_neuron.widgets.measuring.protocol_edit import ProtocolEdit
from napari_neuron.widgets.measuring.result_page import ResultPage
from napari_neuron.widgets.sessions import session_of
from napari_neuron.widgets.toolkit.canvas_room import CanvasRoom
from napari_neuron.widgets.toolkit.dock_room import DockRoom
from napari_neuron.widgets.toolkit.page import Page, hint, leave_wheel_to_page, let_shrink
from napari_neuron.widgets.toolkit.problem import ProblemLabel
from napari_neuron.widgets.toolkit.progress_line import ProgressLine
from napari_neuron.widgets.toolkit.style import Palette, icon, style_sheet
from napari_neuron.widgets.toolkit.tabbed_dock import TabbedDock
from napari_neuron.widgets.toolkit.viewer_signals import ViewerSignals

if TYPE_CHECKING:
    import napari


_HEIGHT_OF_BOTH = 940
"""Pixels for this and "Neuron simulation"; in less, neither a form nor a chart is seen whole."""


class ProtocolsWidget(TabbedDock):
    """Measures the session's cell with its membrane, beside the session's own runs.

    Parameters
    ----------
    viewer
        Whose session's cell and experiment are measured.
    """

    def __init__(self, viewer: napari.viewer.Viewer) -> None:
        super().__init__(session_of(viewer))
        self.viewer = viewer
        self.view = CellInView(viewer, self.session)
        self.measurement = Measurement()
        self.edit = ProtocolEdit(self.view)
        self.result_page = ResultPage(self)
        setup = Page()
        setup.add(self.edit)
        setup.column.addStretch()
        self.lay_out(self._header(), tabs={"Protocol": setup, "Result": self.result_page})
        CanvasRoom(self, viewer)
        DockRoom(self, _HEIGHT_OF_BOTH)
        self._connect()
        self._on_theme_changed()
        self.edit.choose(PROTOCOLS[0])
        self._show_state()

    def _header(self) -> QWidget:
        self.kind = ComboBox(
            choices=[(kind_name(kind), number) for number, kind in enumerate(PROTOCOLS)],
            name="kind",
            tooltip="What to measure",
        )
        leave_wheel_to_page(self.kind.native)
        let_shrink(self.kind.native)
        self.run_button = QPushButton("Run")
        self.run_button.setObjectName("run")
        self.cancel_button = QPushButton("Cancel")
        self.open_button = QPushButton("Open “Neuron simulation”")
        self.progress = ProgressLine()
        self.status = hint()
        self.status.setVisible(False)
        self.problem = ProblemLabel()
        header = QWidget()
        chooser, bar = QHBoxLayout(), QHBoxLayout()
        chooser.addWidget(QLabel("Measure"))
        chooser.addWidget(self.kind.native, 1)
        bar.setSpacing(4)
        for widget in (self.run_button, self.cancel_button, self.open_button):
            bar.addWidget(widget)
        bar.addWidget(self.progress, 1)
        column = QVBoxLayout(header)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(chooser)
        column.addLayout(bar)
        column.addWidget(self.status)
        column.addWidget(self.problem)
        header.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        return header

    def _connect(self) -> None:
        self.kind.changed.connect(lambda number: self.edit.choose(PROTOCOLS[number]))
        self.run_button.clicked.connect(lambda _=False: self.run())
        self.cancel_button.clicked.connect(lambda _=False: self.cancel())
        self.open_button.clicked.connect(lambda _=False: self._open_simulation())
        measurement = self.measurement
        measurement.advanced.connect(self._on_advanced)
        measurement.changed.connect(self._on_changed)
        measurement.ended.connect(self._on_ended)
        measurement.repeated.connect(self._on_repeated)
        self.result_page.show_requested.connect(self._show_run)
        self.result_page.said.connect(self._say)
        self.view.cell_changed.connect(self._on_cell_changed)
        self.session.experiment_changed.connect(self._on_experiment_changed)
        self._signals = ViewerSignals(self.viewer)
        self._signals.theme_changed.connect(self._on_theme_changed)

    # carrying out --------------------------------------------------------------------------

    def run(self) -> None:
        """Carry the chosen protocol out, in threads and processes of its own."""
        self.take_what_is_typed()
        form = self.edit.form
        if form is not None and form.problem_text:
            self._say("", form.problem_text)
            return
        protocol = self.edit.value
        if protocol is None:
            return
        try:
            self.measurement.begin(self.session.cells, self.session.experiment, protocol)
        except NapariNeuronError as error:
            self._say("", str(error))
            return
        self._say("Starting …")
        self._show_state()

    def cancel(self) -> None:
        """Stop what is under way; what is done so far stays."""
        self.measurement.cancel()
        self.cancel_button.setEnabled(False)
        self._say("Cancelling …")

    def _on_advanced(self, fraction: float) -> None:
        self.progress.set_fraction(fraction)

    def _on_changed(self, result: ProtocolResult) -> None:
        is_first = not self.result_page.is_of(result)
        self.result_page.set_result(result)
        if is_first:
            self.tabs.setCurrentWidget(self.result_page)
        if not self.measurement.is_cancelled:
            n = len(result.runs)
            self._say(f"{n} run{'s' if n != 1 else ''} done.")

    def _on_ended(self, problem: str) -> None:
        result = self.result_page.result
        n = 0 if result is None else len(result.runs)
        runs = f"{n} run{'s' if n != 1 else ''}"
        done = f"Cancelled after {runs}." if self.measurement.is_cancelled else f"Done: {runs}."
        self._say("" if problem else done, problem)
        self._show_state()

    def _show_state(self) -> None:
        is_busy, has_cell = self.measurement.is_busy, self.view.cell is not None
        self.run_button.setVisible(not is_busy and has_cell)
        self.open_button.setVisible(not is_busy and not has_cell)
        self.cancel_button.setVisible(is_busy)
        self.cancel_button.setEnabled(is_busy)
        self.progress.set_shown(is_busy)
        if is_busy:
            self.progress.set_fraction(0.0)
        self.result_page.set_busy(is_busy)

    # a run of it in the viewer -------------------------------------------------------------

    def _show_run(self, number: int) -> None:
        """Do a run again with the voltage of all compartments, and show it."""
        result = self.result_page.result
        if result is None:
            return
        if self.session.run_state is not RunState.IDLE:
            self._say("", "A run of the experiment is under way: show this one when it has ended.")
            return
        try:
            self.measurement.repeat(result.setting, result.runs[number])
        except NapariNeuronError as error:
            self._say("", str(error))
            return
        self._say(f"Running {result.runs[number].planned.name} with all compartments …")
        self._show_state()

    def _on_repeated(self, result: SimulationResult | None, problem: str) -> None:
        self._show_state()
        if result is None:
            self._say("" if problem else "Cancelled.", problem)
            return
        if self.session.run_state is not RunState.IDLE:
            self._say("", "A run of the experiment has begun: show this one when it has ended.")
            return
        if not self._is_open("SimulationWidget"):
            self._open_simulation()  # it has the voltage layer
        self.session.open_result(result, with_experiment=False)
        number = self.session.number_of(result)
        self._say(f"Shown in the viewer and in Traces as run {number} of the session.")

    def _is_open(self, name: str) -> bool:
        return any(
            type(widget).__name__ == name and getattr(widget, "viewer", None) is self.viewer
            for widget in QApplication.allWidgets()
        )

    def _open_simulation(self) -> None:
        if hasattr(self.viewer, "window"):
            self.viewer.window.add_plugin_dock_widget("napari-neuron", "Neuron simulation")

    # what it is about ----------------------------------------------------------------------

    def _on_cell_changed(self) -> None:
        self.edit.follow_cell()
        self._show_state()

    def _on_experiment_changed(self, *_: Any) -> None:
        self.edit.say_size()

    def _say(self, text: str, problem: str = "") -> None:
        self.status.setText(text)
        self.status.setVisible(bool(text) or not problem)
        self.problem.say(problem)

    # looks, coming and going ---------------------------------------------------------------

    def _on_theme_changed(self) -> None:
        palette = Palette.of(self.viewer.theme)
        self.setStyleSheet(style_sheet(palette))
        self.progress.set_palette(palette)
        self.run_button.setIcon(icon("run", palette, 12))
        self.cancel_button.setIcon(icon("stop", palette, 12))
        self.result_page.set_palette(palette)

    def shut_down(self) -> None:
        """Cancel what runs, end its processes, and listen to nothing any more."""
        self.session.experiment_changed.disconnect(self._on_experiment_changed)
        self.measurement.release()
        self.view.disconnect()
        self._signals.disconnect()
        self.result_page.stop()
