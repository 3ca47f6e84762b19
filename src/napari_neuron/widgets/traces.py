"""`TracesWidget`: the dock widget "Traces"."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from napari.settings import get_settings
from qtpy.QtCore import QSize, Qt, QTimer
from qtpy.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QStackedLayout,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from napari_neuron.result import SimulationResult
from napari_neuron.view import time_axis
from napari_neuron.widgets.closing import ClosingWidget
from napari_neuron.widgets.sessions import session_of
from napari_neuron.widgets.style import Palette, icon, recorder_colours, style_sheet
from napari_neuron.widgets.trace_plot import TracePlot
from napari_neuron.widgets.viewer_signals import ViewerSignals

if TYPE_CHECKING:
    import napari

DOCK_NAME = "Traces (napari-neuron)"
"""What napari calls the dock of the Plugins menu."""

NO_RUN = "Traces of the recorders are drawn here during a run."
NO_RECORDERS = (
    "This run has no recorders. Add some on the tab Recorders of “Neuron simulation”, then Run."
)


class TracesWidget(ClosingWidget):
    """The recorded traces of a run, with spikes and a cursor at the time shown in the viewer.

    Parameters
    ----------
    viewer
        Whose session is shown, and whose time slider the cursor follows and moves.
    """

    def __init__(self, viewer: napari.viewer.Viewer) -> None:
        super().__init__()
        open_below_the_canvas(DOCK_NAME)
        self.viewer = viewer
        self.session = session_of(viewer)
        self._result: SimulationResult | None = None
        self._wanted_time: float | None = None

        self.plot = TracePlot()
        self.plot.time_requested.connect(self._on_time_requested)
        self.legend = QLabel()
        self.legend.setWordWrap(True)
        self.legend.setTextFormat(Qt.TextFormat.RichText)
        self.legend.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        self.runs = QComboBox()
        self.runs.setToolTip("The run whose traces are shown")
        self.runs.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.runs.activated.connect(self._on_run_chosen)
        self.home_button = self._tool("Show the whole run", self.plot.home)
        self.pan_button = self._tool("Move the axes by dragging", self._toggle_pan, checkable=True)
        self.zoom_button = self._tool("Zoom to a rectangle", self._toggle_zoom, checkable=True)
        bar = QHBoxLayout()
        bar.setSpacing(4)
        bar.addWidget(self.legend, 1)
        bar.addWidget(self.runs, 0, Qt.AlignmentFlag.AlignTop)
        for button in (self.home_button, self.pan_button, self.zoom_button):
            bar.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        full = QWidget()
        column = QVBoxLayout(full)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(bar)
        column.addWidget(self.plot.canvas, 1)
        self.empty = QLabel(NO_RUN)
        self.empty.setObjectName("hint")
        self.empty.setWordWrap(True)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._stack = QStackedLayout(self)
        self._stack.setContentsMargins(8, 6, 8, 6)
        self._stack.addWidget(self.empty)
        self._stack.addWidget(full)

        self._move = _single_shot(15, self._move_slider)
        session = self.session
        session.run_started.connect(self._on_run_started)
        session.run_advanced.connect(self._on_run_advanced)
        session.run_ended.connect(self._on_run_ended)
        session.results_changed.connect(self._on_results_changed)
        session.experiment_changed.connect(self._on_experiment_changed)
        self._signals = ViewerSignals(viewer)
        self._signals.time_moved.connect(self._on_slider_moved)
        self._signals.theme_changed.connect(self._on_theme_changed)
        self._on_theme_changed()
        self._on_results_changed()

    def sizeHint(self) -> QSize:
        """Ask for 700 x 240."""
        return QSize(700, 240)

    def minimumSizeHint(self) -> QSize:
        """Stay usable when small."""
        return QSize(240, 140)

    def _tool(self, tooltip: str, on_clicked: Any, *, checkable: bool = False) -> QToolButton:
        button = QToolButton()
        button.setToolTip(tooltip)
        button.setCheckable(checkable)
        button.clicked.connect(lambda _=False: on_clicked())
        return button

    # what is shown -------------------------------------------------------------------------

    @property
    def result(self) -> SimulationResult | None:
        """The run whose traces are shown."""
        return self._result

    def show_result(self, result: SimulationResult | None) -> None:
        """Show the traces of a run, or that there is none."""
        self._result = result
        has_traces = result is not None and bool(result.experiment.recorders)
        self.empty.setText(NO_RUN if result is None else NO_RECORDERS)
        self._stack.setCurrentIndex(1 if has_traces else 0)
        if result is not None and has_traces:
            colours = recorder_colours(self.session.experiment, result.experiment)
            self.plot.show(result, colours)
            self._on_slider_moved()

    def _on_run_started(self, result: SimulationResult) -> None:
        self.show_result(result)

    def _on_run_advanced(self, _: Any) -> None:
        self._draw_traces()

    def _on_run_ended(self, *_: Any) -> None:
        self._draw_traces()

    def _on_results_changed(self, *_: Any) -> None:
        results = self.session.results
        blocked = self.runs.blockSignals(True)
        self.runs.clear()
        for result in results[::-1]:
            self.runs.addItem(f"Run {self.session.number_of(result)}", result)
        if not any(result is self._result for result in results):
            self.show_result(results[-1] if results else None)
        row = next((i for i, r in enumerate(results[::-1]) if r is self._result), -1)
        self.runs.setCurrentIndex(row)
        self.runs.setVisible(len(results) > 1)
        self.runs.blockSignals(blocked)

    def _on_run_chosen(self, row: int) -> None:
        self.show_result(self.session.results[::-1][row])

    def _on_experiment_changed(self, *_: Any) -> None:
        if self._result is not None and self._stack.currentIndex() == 1:
            experiments = (self.session.experiment, self._result.experiment)
            self.plot.set_colours(recorder_colours(*experiments))
            self._show_legend()

    def _draw_traces(self) -> None:
        if self._stack.currentIndex() == 1:
            self.plot.update_traces()
            self._show_legend()

    def _show_legend(self) -> None:
        entries = [
            f'<span style="color:{entry.colour}">{entry.symbol}</span>&nbsp;'
            f"{_escaped(entry.label)}&nbsp;"
            f'<span style="color:{self._palette.dim}">{_escaped(entry.value)}</span>'
            for entry in self.plot.legend()
        ]
        self.legend.setText("&nbsp;&nbsp;&nbsp; ".join(entries))

    # the cursor and the slider -------------------------------------------------------------

    def _on_slider_moved(self) -> None:
        axis = time_axis(self.viewer)
        self.plot.move_cursor(None if axis is None else float(self.viewer.dims.point[axis]))
        self._show_legend()

    def _on_time_requested(self, time: float) -> None:
        self._wanted_time = time
        if not self._move.isActive():
            self._move.start()

    def _move_slider(self) -> None:
        axis = time_axis(self.viewer)
        if axis is not None and self._wanted_time is not None:
            self.viewer.dims.set_point(axis, self._wanted_time)

    # tools and looks -----------------------------------------------------------------------

    def _toggle_pan(self) -> None:
        self.plot.toggle_pan()
        self._show_mode()

    def _toggle_zoom(self) -> None:
        self.plot.toggle_zoom()
        self._show_mode()

    def _show_mode(self) -> None:
        self.pan_button.setChecked(self.plot.mode == "pan")
        self.zoom_button.setChecked(self.plot.mode == "zoom")

    def _on_theme_changed(self) -> None:
        self._palette = Palette.of(self.viewer.theme)
        self.setStyleSheet(style_sheet(self._palette))
        self.home_button.setIcon(icon("home", self._palette))
        self.pan_button.setIcon(icon("pan", self._palette))
        self.zoom_button.setIcon(icon("zoom", self._palette))
        self.plot.set_palette(self._palette)

    # coming and going ----------------------------------------------------------------------

    def shut_down(self) -> None:
        """Listen to nothing any more."""
        session = self.session
        session.run_started.disconnect(self._on_run_started)
        session.run_advanced.disconnect(self._on_run_advanced)
        session.run_ended.disconnect(self._on_run_ended)
        session.results_changed.disconnect(self._on_results_changed)
        session.experiment_changed.disconnect(self._on_experiment_changed)
        self._signals.disconnect()
        self.plot.close()
        self._move.stop()


def open_below_the_canvas(dock: str) -> None:
    """Have napari open a dock at the bottom, unless it is remembered at another place.

    napari keeps in its settings where each plugin's dock was last, and opens new ones at the right.
    """
    get_settings().application.plugin_widget_positions.setdefault(dock, "bottom")


def _single_shot(interval: int, do: Any) -> QTimer:
    timer = QTimer()
    timer.setSingleShot(True)
    timer.setInterval(interval)
    timer.timeout.connect(do)
    return timer


def _escaped(text: str) -> str:
    for character, written in {"&": "&amp;", "<": "&lt;", " ": "&nbsp;"}.items():
        text = text.replace(character, written)
    return text
