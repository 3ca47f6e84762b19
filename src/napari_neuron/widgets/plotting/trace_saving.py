"""Saves what the Traces window shows, in a thread: picture, traces, spikes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from napari.qt.threading import create_worker
from psygnal import Signal
from qtpy.QtWidgets import QFileDialog, QWidget

from napari_neuron.result.tables import save_table, spikes_table, traces_table
from napari_neuron.widgets.plotting.trace_figure import drawn_figure
from napari_neuron.widgets.plotting.trace_plot import TracePlot


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
        self._save(path, lambda: drawn_figure(*parts).savefig(path, dpi=200))

    def traces(self, path: str | Path) -> None:
        """Save the curves that are shown, the whole of them, as CSV."""
        curves = self._plot.curves
        self._save(
            path, lambda: save_table(traces_table((c.key.name, c.trace()) for c in curves), path)
        )

    def spikes(self, path: str | Path) -> None:
        """Save the spikes of the detectors that are shown as CSV."""
        spikes = {train.key.name: train.times for train in self._plot.trains}
        self._save(path, lambda: save_table(spikes_table(spikes), path))

    def _ask(self, title: str, suggested: str, kinds: str, save: Callable[[str], None]) -> None:
        path, _ = QFileDialog.getSaveFileName(self._parent, title, suggested, kinds)
        if path:
            save(path if Path(path).suffix else path + Path(suggested).suffix)

    def _save(self, path: str | Path, write: Callable[[], Any]) -> None:
        name = Path(path).name
        self.said.emit(f"Saving {name} …", "")
        worker = create_worker(_written, write, name, _start_thread=False)
        worker.returned.connect(self._on_written)
        worker.start()

    def _on_written(self, answer: tuple[str, str]) -> None:
        self.said.emit(*answer)


def _written(write: Callable[[], Any], name: str) -> tuple[str, str]:
    try:
        write()
    except (OSError, ValueError) as error:  # ValueError: a kind of picture nobody can draw
        return "", f"{name} was not saved: {error}"
    return f"Saved {name}.", ""
