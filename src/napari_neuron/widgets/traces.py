"""`TracesWidget`: the dock widget "Traces"."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from napari.settings import get_settings
from qtpy.QtCore import QSize, Qt, QTimer
from qtpy.QtWidgets import QBoxLayout, QLabel, QStackedLayout, QVBoxLayout, QWidget

from napari_neuron.morphology.model import Morphology
from napari_neuron.result import SimulationResult
from napari_neuron.runner import RunState
from napari_neuron.view import time_axis
from napari_neuron.view.picking import NodeClicks
from napari_neuron.widgets.plotting.curves import CurveKey, Place
from napari_neuron.widgets.plotting.trace_content import TraceContent
from napari_neuron.widgets.plotting.trace_list import ListRow
from napari_neuron.widgets.plotting.trace_panel import TracePanel, value_in_words
from napari_neuron.widgets.plotting.trace_places import PlaceMark, TracePlaces
from napari_neuron.widgets.plotting.trace_plot import TracePlot
from napari_neuron.widgets.plotting.trace_saving import TraceSaving
from napari_neuron.widgets.plotting.trace_tools import TraceTools
from napari_neuron.widgets.sessions import session_of
from napari_neuron.widgets.toolkit.canvas_room import CanvasRoom
from napari_neuron.widgets.toolkit.closing import ClosingWidget
from napari_neuron.widgets.toolkit.numbers import shown_number
from napari_neuron.widgets.toolkit.page import hint
from napari_neuron.widgets.toolkit.problem import ProblemLabel
from napari_neuron.widgets.toolkit.style import Palette, style_sheet
from napari_neuron.widgets.toolkit.viewer_signals import ViewerSignals

if TYPE_CHECKING:
    import napari

DOCK_NAME = "Traces (napari-neuron)"
"""What napari calls the dock of the Plugins menu."""

NO_RUN = "Traces from the recorders appear here during a run."
NO_RECORDERS = (
    "This run has no recorders. Click the cell to see the voltage there, or add recorders on the "
    "Recorders tab of “Neuron simulation” and press Run."
)
_NARROW = 560
"""Width in pixels below which the names move below the plot."""

_AFTER_THE_CELL = 20
"""Delay in ms of traces behind the cell during a run: the window draws one at a time."""


class TracesWidget(ClosingWidget):
    """The traces of a run, with spikes and a cursor at the time shown in the viewer.

    Parameters
    ----------
    viewer
        The viewer whose session is shown, and whose time slider the cursor follows and moves.
    """

    def __init__(self, viewer: napari.viewer.Viewer) -> None:
        super().__init__()
        CanvasRoom(self, viewer)
        open_below_the_canvas(DOCK_NAME)
        self.viewer = viewer
        self.session = session_of(viewer)
        self.content = TraceContent(self.session)
        self._wanted_time: float | None = None
        self._drawn_beside: tuple[SimulationResult, ...] = ()
        self._marked: tuple[Morphology, int] | None = None
        self._places = TracePlaces(viewer)

        self.plot = TracePlot()
        self.panel = TracePanel()
        self.saving = TraceSaving(self.plot, self)
        self.tools = TraceTools(self.session, self.plot, self.saving)
        self._build()
        self._connect()
        self._on_theme_changed()
        self._on_results_changed()

    def _build(self) -> None:
        self.said = hint()
        self.said.setVisible(False)
        self.problem = ProblemLabel()
        self._beside = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._beside.setSpacing(6)
        self._beside.addWidget(self.plot.canvas, 3)
        self._beside.addWidget(self.panel, 0)
        self.plot.canvas.setMinimumSize(160, 90)
        full = QWidget()
        column = QVBoxLayout(full)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.tools)
        column.addWidget(self.said)
        column.addWidget(self.problem)
        column.addLayout(self._beside, 1)
        self.empty = QLabel(NO_RUN)
        self.empty.setObjectName("hint")
        self.empty.setWordWrap(True)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._stack = QStackedLayout(self)
        self._stack.setContentsMargins(8, 6, 8, 6)
        self._stack.addWidget(self.empty)
        self._stack.addWidget(full)

    def _connect(self) -> None:
        self._move = _single_shot(15, self._move_slider)
        self._read_on = _single_shot(5, self._draw)
        self._follow = _single_shot(_AFTER_THE_CELL, self._follow_run)
        self._unmark = _single_shot(4000, self._forget_mark)
        self._hush = _single_shot(6000, lambda: self._on_said("", self.problem.text()))
        self.tools.run_requested.connect(self.show_result)
        self.tools.compare_requested.connect(lambda results: self.compare(*results))
        self.tools.pick_button.toggled.connect(self._watch_clicks)
        self.plot.time_requested.connect(self._on_time_requested)
        self.plot.curve_clicked.connect(self.go_to)
        self.plot.measure_moved.connect(self._on_measured)
        self.saving.said.connect(self._on_said)
        names = self.panel.list
        names.shown_changed.connect(self._on_shown_changed)
        names.clicked_on.connect(self.go_to)
        names.keep_requested.connect(self._on_keep_requested)
        names.drop_requested.connect(self._on_drop_requested)
        names.record_requested.connect(self.content.record)
        names.variable_requested.connect(self._on_variable_requested)
        self.panel.rate_changed.connect(self._on_rate_changed)
        session = self.session
        session.run_started.connect(self.show_result)
        session.run_advanced.connect(self._on_run_advanced)
        session.run_ended.connect(self._on_run_ended)
        session.results_changed.connect(self._on_results_changed)
        session.result_opened.connect(self.show_result)
        session.experiment_changed.connect(self._on_experiment_changed)
        self._clicks = NodeClicks(self.viewer, ())
        self._clicks.clicked.connect(lambda place: self.show_place(place.cell, place.node))
        self._clicks.shift_clicked.connect(lambda place: self.add_place(place.cell, place.node))
        self._signals = ViewerSignals(self.viewer)
        self._signals.time_moved.connect(self._on_slider_moved)
        self._signals.theme_changed.connect(self._on_theme_changed)

    def sizeHint(self) -> QSize:
        """Ask for 700 x 240."""
        return QSize(700, 240)

    def minimumSizeHint(self) -> QSize:
        """Stay usable when small."""
        return QSize(240, 140)

    def resizeEvent(self, event: Any) -> None:
        """Put the names beside the plot, or below where there is little width."""
        narrow = event.size().width() < _NARROW
        directions = QBoxLayout.Direction
        self._beside.setDirection(directions.TopToBottom if narrow else directions.LeftToRight)
        self._beside.setStretch(1, 2 if narrow else 0)
        self.panel.setMaximumWidth(16_777_215 if narrow else 290)
        self.panel.setMinimumWidth(200 if narrow else min(290, event.size().width() // 3))
        super().resizeEvent(event)

    # what is shown -------------------------------------------------------------------------

    @property
    def result(self) -> SimulationResult | None:
        """The run whose traces are shown."""
        return self.content.result

    def show_result(self, result: SimulationResult | None) -> None:
        """Show the traces of a run, or a hint if there is none."""
        self.content.result = result
        if result is not None:
            self.plot.begin(result.experiment.run.duration)
            self.panel.list.variables = tuple(result.experiment.frames)
        self._watch_clicks()
        self._show_runs()
        self._draw()
        self._show_time()

    def compare(self, *results: SimulationResult) -> None:
        """Overlay exactly these runs on the one shown."""
        self.content.compared = results
        self._show_runs()
        self._draw()

    def show_place(self, cell: Morphology, node: int) -> None:
        """Show the trace of a node from the frames until it is replaced or kept."""
        self.content.visit(self._place(cell, node))
        self._draw()
        self._mark_places()

    def add_place(self, cell: Morphology, node: int) -> None:
        """Show the trace of a node from the frames, and keep it."""
        self.content.add(self._place(cell, node))
        self._draw()
        self._mark_places()

    def _place(self, cell: Morphology, node: int) -> Place:
        several = self.result is not None and len(self.result.cells) > 1
        return Place(cell.name, node, names_cell=several)

    def go_to(self, key: CurveKey) -> None:
        """Show in the viewer where a trace was recorded."""
        item = self.content.find(key)
        cells = self.session.cells if self.result is None else self.result.cells
        cell = next((c for c in cells if item is not None and c.name == item.cell), None)
        if item is None or cell is None or item.node not in cell.node_id:
            return
        self._marked = (cell, item.node)
        self._mark_places()
        self._places.go_to(cell, item.node)
        self._unmark.start()

    def _forget_mark(self) -> None:
        self._marked = None
        self._mark_places()

    def _draw(self) -> None:
        """Draw the data available so far."""
        content = self.content
        curves, trains = content.update()
        self._drawn_beside = content.compared
        result = self.result
        self.empty.setText(NO_RUN if result is None else NO_RECORDERS)
        is_empty = result is None or not (result.experiment.recorders or curves)
        self._stack.setCurrentIndex(0 if is_empty else 1)
        if is_empty:
            return
        self.plot.draw(content.shown(curves), content.shown(trains))
        self._show_values()
        self.panel.show_spikes(content.shown(trains))
        if content.is_behind:
            self._read_on.start()

    def _show_values(self) -> None:
        time, between = self.plot.cursor, self.plot.cursors.measured
        rows = [
            ListRow(
                key=item.key,
                colour=item.colour,
                value=value_in_words(item, time, between) if shown else "",
                is_shown=shown,
                place=self.content.kind_of_place(item.key),
            )
            for item in self.content.items
            for shown in (item.key not in self.content.hidden,)
        ]
        heading = "" if time is None else f"at {shown_number(round(time, 3))} ms"
        self.panel.list.set_heading("Trace", "B − A" if between is not None else heading)
        self.panel.list.set_rows(rows)
        self.panel.fit_list()

    def _mark_places(self) -> None:
        cells = () if self.result is None else self.result.cells
        marks: list[tuple[Morphology, list[PlaceMark]]] = []
        for cell in cells:
            found = [
                PlaceMark(item.node, item.colour, item.key.label)
                for item in self.content.items
                if self.content.kind_of_place(item.key)
                and item.cell == cell.name
                and item.key not in self.content.hidden
            ]
            if self._marked is not None and self._marked[0] is cell:
                found.append(PlaceMark(self._marked[1], "#ffffff", "", is_ring=True))
            marks.append((cell, found))
        self._places.show(marks)

    # the list, the runs and the tools ------------------------------------------------------

    def _on_shown_changed(self, changes: dict[CurveKey, bool]) -> None:
        self.content.set_shown(changes)
        self._draw()
        self._mark_places()

    def _on_keep_requested(self, key: CurveKey) -> None:
        self.content.keep(key)
        self._draw()

    def _on_drop_requested(self, key: CurveKey) -> None:
        self.content.drop(key)
        self._draw()
        self._mark_places()

    def _on_variable_requested(self, key: CurveKey, variable: str) -> None:
        self.content.add_variable(key, variable)
        self._draw()

    def _on_run_advanced(self, *_: Any) -> None:
        self._follow.start()

    def _on_run_ended(self, *_: Any) -> None:
        self._follow_run()

    def _follow_run(self) -> None:
        self._follow.stop()
        self._show_time()
        self._draw()

    def _on_results_changed(self, *_: Any) -> None:
        results = self.session.results
        if not any(result is self.result for result in results):
            self.show_result(results[-1] if results else None)
        self._show_runs()
        if self._drawn_beside != self.content.compared:  # one of them is gone
            self._draw()

    def _show_runs(self) -> None:
        self.tools.show_runs(self.result, self.content.compared)

    def _on_experiment_changed(self, *_: Any) -> None:
        self._draw()

    def _on_rate_changed(self, settings: Any) -> None:
        self.plot.set_rate(settings)

    def _watch_clicks(self, *_: Any) -> None:
        wanted = self.result is not None and self.tools.pick_button.isChecked()
        self._clicks.cells = self.result.cells if wanted and self.result is not None else ()

    def _on_said(self, done: str, problem: str) -> None:
        self.said.setText(done)
        self.said.setVisible(bool(done))
        self.problem.say(problem)
        if done:
            self._hush.start()

    # the cursors and the slider ------------------------------------------------------------

    def _on_slider_moved(self) -> None:
        if self.session.run_state is RunState.IDLE:
            self._show_time()
        else:
            self._follow.start()

    def _show_time(self) -> None:
        axis = time_axis(self.viewer)
        self.plot.move_cursor(None if axis is None else float(self.viewer.dims.point[axis]))
        self._show_values()

    def _on_time_requested(self, time: float) -> None:
        self._wanted_time = time
        if not self._move.isActive():
            self._move.start()

    def _move_slider(self) -> None:
        axis = time_axis(self.viewer)
        if axis is not None and self._wanted_time is not None:
            self.viewer.dims.set_point(axis, self._wanted_time)

    def _on_measured(self) -> None:
        between = self.plot.cursors.measured
        self.tools.measure_button.setChecked(between is not None)
        self.panel.show_measured(between)
        self._show_values()

    # looks, coming and going ---------------------------------------------------------------

    def _on_theme_changed(self) -> None:
        palette = Palette.of(self.viewer.theme)
        self.setStyleSheet(style_sheet(palette))
        self.tools.set_palette(palette)
        self.plot.set_palette(palette)
        self.panel.set_palette(palette)

    def shut_down(self) -> None:
        """Stop listening."""
        session = self.session
        session.run_started.disconnect(self.show_result)
        session.run_advanced.disconnect(self._on_run_advanced)
        session.run_ended.disconnect(self._on_run_ended)
        session.results_changed.disconnect(self._on_results_changed)
        session.result_opened.disconnect(self.show_result)
        session.experiment_changed.disconnect(self._on_experiment_changed)
        self.saving.said.disconnect()
        self._clicks.disconnect()
        self._signals.disconnect()
        self.plot.close()
        for timer in (self._move, self._read_on, self._follow, self._unmark, self._hush):
            timer.stop()


def open_below_the_canvas(dock: str) -> None:
    """Make napari open a dock at the bottom, unless it remembers another place for it.

    napari remembers the last place of each plugin's dock, and opens new ones on the right.
    """
    get_settings().application.plugin_widget_positions.setdefault(dock, "bottom")


def _single_shot(interval: int, do: Any) -> QTimer:
    timer = QTimer()
    timer.setSingleShot(True)
    timer.setInterval(interval)
    timer.timeout.connect(do)
    return timer
