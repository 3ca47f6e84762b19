"""`TraceTools`: the bar above the traces: which runs to show, and what the mouse does."""

from __future__ import annotations

from typing import Any

from psygnal import Signal
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QComboBox, QHBoxLayout, QMenu, QToolButton, QWidget

from napari_neuron.result import SimulationResult
from napari_neuron.session import Session
from napari_neuron.widgets.plotting.trace_plot import TracePlot
from napari_neuron.widgets.plotting.trace_saving import TraceSaving
from napari_neuron.widgets.toolkit.page import let_shrink, menu_of
from napari_neuron.widgets.toolkit.style import Palette, icon


class TraceTools(QWidget):
    """Chooses runs, and gives a plot its tools.

    Attributes
    ----------
    run_requested : Signal (SimulationResult)
        To be shown.
    compare_requested : Signal (tuple of SimulationResult)
        Exactly these are overlaid on it.
    """

    run_requested = Signal(object)
    compare_requested = Signal(tuple)

    def __init__(self, session: Session, plot: TracePlot, saving: TraceSaving) -> None:
        super().__init__()
        self._session = session
        self._plot = plot
        self.runs = QComboBox()
        self.runs.setToolTip("Run to show")
        let_shrink(self.runs)
        self.runs.setMinimumWidth(84)
        self.runs.setMaximumWidth(120)
        self.compare_button = _tool("Overlay earlier runs on this one")
        self.compare_button.setText("Compare")
        self.compare_menu: QMenu = QMenu(self.compare_button)
        self.home_button = _tool("Show the whole run (or double-click)", plot.home)
        self.pan_button = _tool("Move the axes by dragging", self._toggle_pan, True)
        self.zoom_button = _tool(
            "Zoom to a rectangle. The wheel zooms time, Shift + wheel the values.",
            self._toggle_zoom,
            True,
        )
        self.measure_button = _tool(
            "Measure between two cursors, A and B", plot.cursors.toggle_measure, True
        )
        self.pick_button = _tool("Click the cell to see the trace there", None, True)
        self.pick_button.setChecked(True)
        self.save_button = _tool("Save")
        menu_of(
            self.save_button,
            [
                ("Picture as PNG or SVG…", saving.ask_for_picture),
                ("Traces as CSV…", saving.ask_for_traces),
                ("Spikes as CSV…", saving.ask_for_spikes),
            ],
        )
        self._icons = {
            "home": self.home_button,
            "pan": self.pan_button,
            "zoom": self.zoom_button,
            "measure": self.measure_button,
            "pick": self.pick_button,
            "save": self.save_button,
        }
        bar = QHBoxLayout(self)
        bar.setContentsMargins(0, 0, 0, 0)
        bar.setSpacing(3)
        bar.addWidget(self.runs, 3)
        bar.addWidget(self.compare_button)
        bar.addStretch(1)
        for button in self._icons.values():
            bar.addWidget(button)
        self.runs.activated.connect(self._on_run_chosen)

    def set_palette(self, palette: Palette) -> None:
        """Use the theme's colours."""
        for name, button in self._icons.items():
            button.setIcon(icon(name, palette))

    def show_runs(
        self, shown: SimulationResult | None, compared: tuple[SimulationResult, ...]
    ) -> None:
        """List the runs of the session, the newest first."""
        newest_first = self._session.results[::-1]
        names = [f"Run {self._session.number_of(result)}" for result in newest_first]
        blocked = self.runs.blockSignals(True)
        if [self.runs.itemText(i) for i in range(self.runs.count())] != names:
            self.runs.clear()
            self.runs.addItems(names)
        self.runs.setCurrentIndex(next((i for i, r in enumerate(newest_first) if r is shown), -1))
        self.runs.blockSignals(blocked)
        for widget in (self.runs, self.compare_button):
            widget.setVisible(len(newest_first) > 1)
        self._fill_menu(shown, compared)

    def _fill_menu(
        self, shown: SimulationResult | None, compared: tuple[SimulationResult, ...]
    ) -> None:
        def toggle(result: SimulationResult) -> None:
            rest = tuple(r for r in compared if r is not result)
            self.compare_requested.emit(rest if len(rest) < len(compared) else (*rest, result))

        others = [r for r in self._session.results[::-1] if r is not shown]
        entries: list[Any] = [
            (f"Run {self._session.number_of(r)}", lambda r=r: toggle(r)) for r in others
        ]
        entries.append(("None", lambda: self.compare_requested.emit(())))
        self.compare_menu.deleteLater()
        self.compare_menu = menu_of(self.compare_button, entries)
        for action, result in zip(self.compare_menu.actions(), others, strict=False):
            action.setCheckable(True)
            action.setChecked(any(result is r for r in compared))
        self.compare_menu.actions()[-1].setEnabled(bool(compared))
        n = len(compared)
        self.compare_button.setText(f"Compare ({n}) ▾" if n else "Compare ▾")

    def _on_run_chosen(self, row: int) -> None:
        self.run_requested.emit(self._session.results[::-1][row])

    def _toggle_pan(self) -> None:
        self._plot.toggle_pan()
        self._show_mode()

    def _toggle_zoom(self) -> None:
        self._plot.toggle_zoom()
        self._show_mode()

    def _show_mode(self) -> None:
        self.pan_button.setChecked(self._plot.mode == "pan")
        self.zoom_button.setChecked(self._plot.mode == "zoom")


def _tool(tooltip: str, on_clicked: Any = None, is_checkable: bool = False) -> QToolButton:
    button = QToolButton()
    button.setToolTip(tooltip)
    button.setCheckable(is_checkable)
    button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    if on_clicked is not None:
        button.clicked.connect(lambda _=False: on_clicked())
    return button
