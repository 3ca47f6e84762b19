"""Saves what the Traces window shows, in a thread: picture, traces, spikes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from psygnal import Signal
from qtpy.QtWidgets import QWidget

from napari_neuron.result.tables import save_table, spikes_table, traces_table
from napari_neuron.widgets.plotting.trace_figure import drawn_figure
from napari_neuron.widgets.plotting.trace_plot import TracePlot
from napari_neuron.widgets.toolkit.asked_file import asked_file
from napari_neuron.widgets.toolkit.save_in_thread import save_in_thread


class TraceSaving:
    """Saves what a plot shows.

    Attributes
    ----------
    said : Signal (str, str)
        What was done, and what went wrong; one of them is "".
    """

    said = Signal(str, str)

    def __init__(self, plot: TracePlot, parent: QWidget) -> None:
        self._plot = plot
        self._parent = parent

    def ask_for_picture(self) -> None:
        """Ask where to save the picture."""
        self._ask("Save the picture", "traces.png", "Pictures (*.png *.svg *.pdf)", self.picture)

    def ask_for_traces(self) -> None:
        """Ask where to save the traces."""
        self._ask("Save the traces", "traces.csv", "Tables (*.csv)", self.traces)

    def ask_for_spikes(self) -> None:
        """Ask where to save the spikes."""
        self._ask("Save the spikes", "spikes.csv", "Tables (*.csv)", self.spikes)

    def picture(self, path: str | Path) -> None:
        """Save what is seen; the kind of file follows from its name."""
        parts = self._plot.picture_parts()
        save_in_thread(lambda: drawn_figure(*parts).savefig(path, dpi=200), path, self.said.emit)

    def traces(self, path: str | Path) -> None:
        """Save the curves that are shown, the whole of them, as CSV."""
        curves = self._plot.curves
        save_in_thread(
            lambda: save_table(traces_table((c.key.name, c.trace()) for c in curves), path),
            path,
            self.said.emit,
        )

    def spikes(self, path: str | Path) -> None:
        """Save the spikes of the detectors that are shown as CSV."""
        spikes = {train.key.name: train.times for train in self._plot.trains}
        save_in_thread(lambda: save_table(spikes_table(spikes), path), path, self.said.emit)

    def _ask(self, title: str, suggested: str, kinds: str, save: Callable[[str], None]) -> None:
        if path := asked_file(self._parent, title, suggested, kinds):
            save(path)
