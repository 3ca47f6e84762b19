"""`Header`: the cell, Run, undo and files, visible above every tab."""

from __future__ import annotations

from magicgui.widgets import ComboBox
from psygnal import Signal
from qtpy.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from napari_neuron.runner import Progress, RunState
from napari_neuron.widgets.cell.cells_menu import CellsMenu
from napari_neuron.widgets.toolkit.numbers import shown_number
from napari_neuron.widgets.toolkit.page import hint
from napari_neuron.widgets.toolkit.problem import ProblemLabel
from napari_neuron.widgets.toolkit.progress_line import ProgressLine
from napari_neuron.widgets.toolkit.style import Palette, icon


class Header(QWidget):
    """The cell chooser, the buttons and the progress of the run.

    Parameters
    ----------
    of_network
        Whether it is for a network, which has no cell to choose.

    Attributes
    ----------
    cell_requested : Signal (str)
    cells_requested : Signal (tuple of str)
        These are to be simulated together.
    run_requested, cancel_requested, undo_requested, redo_requested : Signal ()
    open_requested, save_requested, script_requested : Signal ()
    """

    cell_requested = Signal(str)
    cells_requested = Signal(tuple)
    run_requested = Signal()
    cancel_requested = Signal()
    undo_requested = Signal()
    redo_requested = Signal()
    open_requested = Signal()
    save_requested = Signal()
    script_requested = Signal()

    def __init__(self, *, of_network: bool = False) -> None:
        super().__init__()
        self.cell = ComboBox(choices=[], name="cell", tooltip="Skeleton to simulate")
        self.cell.native.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.cell.native.setMinimumContentsLength(10)
        self.cell.changed.connect(self._on_cell_changed)
        self.cells = CellsMenu()
        self.cells.chosen.connect(self.cells_requested.emit)
        chooser = QHBoxLayout()
        if not of_network:
            chooser.addWidget(QLabel("Cell"))
            chooser.addWidget(self.cell.native)
            chooser.addWidget(self.cells)

        self.run_button = QPushButton("Run")
        self.run_button.setObjectName("run")
        self.run_button.clicked.connect(lambda _=False: self.run_requested.emit())
        self.cancel_button = QPushButton("Cancel")
        self.cancel_button.clicked.connect(lambda _=False: self.cancel_requested.emit())
        self.undo_button = self._tool("Undo (Ctrl+Z)", self.undo_requested)
        self.redo_button = self._tool("Redo (Ctrl+Shift+Z)", self.redo_requested)
        one, it = ("a", "network") if of_network else ("an", "experiment")
        self.open_button = self._tool(f"Open {one} {it} or a result…", self.open_requested)
        self.save_button = self._tool(f"Save the {it} (JSON)…", self.save_requested)
        self.script_button = self._tool("Save as Python script…", self.script_requested)
        self._icons = {
            "undo": self.undo_button,
            "redo": self.redo_button,
            "open": self.open_button,
            "save": self.save_button,
        }
        if not of_network:
            self._icons["script"] = self.script_button
        self.progress = ProgressLine()
        bar = QHBoxLayout()
        bar.setSpacing(4)
        bar.addWidget(self.run_button)
        bar.addWidget(self.cancel_button)
        bar.addWidget(self.progress, 1)
        for button in self._icons.values():
            bar.addWidget(button)

        self.status = hint()
        self.problem = ProblemLabel()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        if not of_network:
            layout.addLayout(chooser)
        layout.addLayout(bar)
        layout.addWidget(self.status)
        layout.addWidget(self.problem)
        self.say("Load an edge list to begin." if of_network else "Open a skeleton to begin.")
        self.set_run_state(RunState.IDLE)

    def _tool(self, tooltip: str, requested: Signal) -> QToolButton:
        button = QToolButton()
        button.setToolTip(tooltip)
        button.clicked.connect(lambda _=False: requested.emit())
        return button

    def set_palette(self, palette: Palette) -> None:
        """Use the theme's colours."""
        for name, button in self._icons.items():
            button.setIcon(icon(name, palette))
        self.progress.set_palette(palette)
        self.run_button.setIcon(icon("run", palette, 12))
        self.cancel_button.setIcon(icon("stop", palette, 12))

    def set_cells(
        self, names: tuple[str, ...], chosen: str | None, together: tuple[str, ...] = ()
    ) -> None:
        """Offer cells; emits nothing.

        Parameters
        ----------
        names
            All there are.
        chosen
            The one that is shown.
        together
            Those that are simulated together; of several, one of them can be shown.
        """
        with self.cell.changed.blocked():
            self.cell.choices = together if len(together) > 1 else names
            if chosen in names:
                self.cell.value = chosen
        self.cell.enabled = bool(names)
        self.cells.set_value(names, together)

    def set_history(self, can_undo: bool, can_redo: bool) -> None:
        """Enable what can be undone and redone."""
        self.undo_button.setEnabled(can_undo)
        self.redo_button.setEnabled(can_redo)

    def set_run_state(self, state: RunState) -> None:
        """Show what the session is busy with."""
        idle = state is RunState.IDLE
        self.run_button.setVisible(idle)
        self.cancel_button.setVisible(not idle)
        self.cancel_button.setEnabled(state is not RunState.CANCELLING)
        self.progress.set_shown(not idle)
        if state is RunState.PREPARING:
            self.progress.set_fraction(0.0)
            self.say("Building the model …")
        elif state is RunState.CANCELLING:
            self.say("Cancelling …")

    def set_progress(self, progress: Progress) -> None:
        """Show how far a run has come."""
        self.progress.set_fraction(progress.fraction)
        text = f"{shown_number(round(progress.time, 1))} of {shown_number(progress.duration)} ms"
        left = progress.wall_time_left
        if left is not None:
            text += f" · {_wall_time(left)} left"
        self.say(text)

    def say(self, text: str, problem: str = "") -> None:
        """Show a status line, and an error if there is one."""
        self.status.setText(text)
        self.status.setVisible(bool(text) or not problem)
        self.problem.say(problem)

    def _on_cell_changed(self, name: str | None) -> None:
        if name:
            self.cell_requested.emit(name)


def _wall_time(seconds: float) -> str:
    if seconds < 59.5:
        return f"{max(1, round(seconds))} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60} h {minutes % 60} min"
