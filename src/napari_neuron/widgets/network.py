"""`NetworkWidget`: the dock widget "Network"."""

from __future__ import annotations

import contextlib
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from napari.qt.threading import create_worker
from qtpy.QtWidgets import QFileDialog, QHBoxLayout, QPushButton

from napari_neuron.errors import ExperimentError, NapariNeuronError
from napari_neuron.result.model import Status
from napari_neuron.result.network import NetworkResult
from napari_neuron.runner import RunState
from napari_neuron.spec.point_network import PointNetwork
from napari_neuron.widgets.header import Header
from napari_neuron.widgets.keeping import Keeping, Offer
from napari_neuron.widgets.networks.edge_list_dialog import EdgeListDialog, columns_of
from napari_neuron.widgets.networks.network_display import NetworkDisplay
from napari_neuron.widgets.networks.network_sessions import network_session_of
from napari_neuron.widgets.networks.network_tabs import (
    EdgesTab,
    ModelsTab,
    NetworkRunTab,
    NeuronsTab,
    StimuliTab,
)
from napari_neuron.widgets.networks.network_view_tab import NetworkViewTab
from napari_neuron.widgets.running.run_worker import RunDriver
from napari_neuron.widgets.running.saving import RESULTS
from napari_neuron.widgets.toolkit.asked_file import asked_file
from napari_neuron.widgets.toolkit.canvas_room import CanvasRoom
from napari_neuron.widgets.toolkit.numbers import shown_number
from napari_neuron.widgets.toolkit.offer_line import OfferLine
from napari_neuron.widgets.toolkit.save_in_thread import save_in_thread
from napari_neuron.widgets.toolkit.style import Palette, style_sheet
from napari_neuron.widgets.toolkit.tabbed_dock import TabbedDock
from napari_neuron.widgets.toolkit.viewer_signals import ViewerSignals

if TYPE_CHECKING:
    import napari

_TABLES = "Edge lists (*.csv *.tsv *.txt *.parquet *.pq);;All files (*)"

_RUNAWAY = 1000.0
"""Hz; neurons of no animal fire so fast on average."""


class NetworkWidget(TabbedDock):
    """Loads, shows, drives and runs a network of point neurons.

    Parameters
    ----------
    viewer
        The viewer that shows the neurons and their spikes.
    """

    def __init__(self, viewer: napari.viewer.Viewer) -> None:
        session = network_session_of(viewer)
        super().__init__(session)
        CanvasRoom(self, viewer)
        self.viewer = viewer
        self.header = Header(of_network=True)
        self.load_button = QPushButton("Load edge list…")
        self.activity_button = QPushButton("Raster and rates")
        self.activity_button.setToolTip("Open the dock “Network activity” below the canvas")
        self.result_button = QPushButton("Save result…")
        self.neurons_tab = NeuronsTab(session)
        self.edges_tab = EdgesTab(session, self.neurons_tab)
        self.models_tab = ModelsTab()
        self.stimuli_tab = StimuliTab(session)
        self.run_tab = NetworkRunTab()
        self.view_tab = NetworkViewTab()
        buttons = QHBoxLayout()
        buttons.setSpacing(4)
        for button in (self.load_button, self.activity_button, self.result_button):
            buttons.addWidget(button)
        tabs = {
            "Neurons": self.neurons_tab,
            "Edges": self.edges_tab,
            "Models": self.models_tab,
            "Stimuli": self.stimuli_tab,
            "Run": self.run_tab,
            "View": self.view_tab,
        }
        self.offer = OfferLine()
        self.lay_out(buttons, self.header, self.offer, tabs=tabs)
        self.display = NetworkDisplay(viewer, session)
        self.view_tab.changed.connect(self.display.set_looks)
        self.display.said.connect(self.view_tab.say)

        self.keeping = Keeping(
            "network",
            session,
            session.network_changed,
            self.offer,
            restore=session.restore,
            described=lambda kept: Offer(_in_words(kept)),
            say=self.header.say,
        )
        self._connect()
        self._signals = ViewerSignals(viewer)
        self._signals.theme_changed.connect(self._on_theme_changed)
        self._on_theme_changed()
        self._on_network_changed(session.network)
        self._on_result_changed(session.result)
        self._on_run_state_changed(session.run_state)

    def _connect(self) -> None:
        header, session = self.header, self.session
        self.load_button.clicked.connect(lambda _=False: self._ask_for_edges())
        self.activity_button.clicked.connect(lambda _=False: self.show_activity())
        self.result_button.clicked.connect(lambda _=False: self._ask_where_to_save_result())
        header.run_requested.connect(self.run)
        header.cancel_requested.connect(session.cancel)
        header.undo_requested.connect(session.undo)
        header.redo_requested.connect(session.redo)
        header.open_requested.connect(self._ask_what_to_open)
        header.save_requested.connect(self._ask_where_to_save)
        for tab in (self.models_tab, self.stimuli_tab, self.run_tab):
            tab.edited.connect(self._edit)
        session.network_changed.connect(self._on_network_changed)
        session.selection_changed.connect(self._on_selection_changed)
        session.run_state_changed.connect(self._on_run_state_changed)
        session.run_advanced.connect(self._on_run_advanced)
        session.run_ended.connect(self._on_run_ended)
        session.result_changed.connect(self._on_result_changed)

    # the network ---------------------------------------------------------------------------

    def _edit(self, field: str, value: Any) -> None:
        try:
            self.session.edit(self.session.network.replace(**{field: value}))
        except ExperimentError as error:
            self._show_error(error)

    def _on_network_changed(self, network: PointNetwork) -> None:
        for tab in (
            self.neurons_tab,
            self.edges_tab,
            self.models_tab,
            self.run_tab,
            self.view_tab,
        ):
            tab.show_network(network)
        self.stimuli_tab.editor.set_value(network.stimuli)
        for editor in (self.models_tab.editor, self.stimuli_tab.editor):
            editor.show_problem(None)
        self.header.set_history(self.session.can_undo, self.session.can_redo)
        self.header.run_button.setEnabled(len(network.neurons) > 0)
        self._say_what_is_next()

    def _say_what_is_next(self) -> None:
        network = self.session.network
        if self.session.run_state is not RunState.IDLE:
            return
        if not len(network.neurons):
            self.header.say("Load an edge list, or open a network, to begin.")
            return
        text = f"{_in_words(network)}."
        if not network.stimuli:
            text += " Nothing drives them yet: add a stimulus on the Stimuli tab."
        self.header.say(text)

    def _show_error(self, error: ExperimentError) -> None:
        found = re.match(r"(models|stimuli)\[(\d+)\]\.?(.*)", error.field)
        if found:
            tab = self.models_tab if found[1] == "models" else self.stimuli_tab
            tab.editor.show_problem(error, int(found[2]), found[3].removeprefix("model."))
        self.header.say("", str(error))

    def _on_selection_changed(self, rows: Any) -> None:
        self.neurons_tab.show_selected(rows)
        self.edges_tab.show_selected()

    # files ---------------------------------------------------------------------------------

    def _ask_for_edges(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, "Load an edge list", "", _TABLES)
        if path:
            self.ask_about_columns(path)

    def ask_about_columns(self, path: str | Path) -> EdgeListDialog | None:
        """Ask what the columns of a table are, and load it; None if it cannot be read."""
        try:
            columns = columns_of(path)
        except (OSError, ValueError, ImportError) as error:
            self.header.say("", f"{path}: {error}")
            return None
        dialog = EdgeListDialog(path, columns, self)
        dialog.chosen.connect(self._on_columns_chosen)
        dialog.open()
        return dialog

    def _on_columns_chosen(self, settings: dict[str, Any]) -> None:
        self.load_edges(**settings)

    def load_edges(self, path: str | Path, **settings: Any) -> None:
        """Load an edge list in a thread; settings as for `PointNetwork.from_file`."""
        self._load(path, lambda: PointNetwork.from_file(path, **settings))

    def open_file(self, path: str | Path) -> None:
        """Open a network (JSON), or the stored result of one (HDF5), in a thread."""
        is_result = str(path).lower().endswith((".h5", ".hdf5"))
        self._load(path, lambda: (NetworkResult if is_result else PointNetwork).load(path))

    def _load(self, path: str | Path, read: Any) -> None:
        self.header.say(f"Reading {Path(path).name} …")
        worker = create_worker(_read, read, _start_thread=False)
        worker.returned.connect(self._on_read)
        worker.start()

    def _on_read(self, answer: tuple[Any, str]) -> None:
        read, problem = answer
        if problem:
            self.header.say("", problem)
        elif isinstance(read, NetworkResult):
            self.session.open_result(read)
        else:
            self.session.open(read)

    def _ask_what_to_open(self) -> None:
        path, _ = QFileDialog.getOpenFileName(
            self, "Open a network", "", "Networks and results (*.json *.h5);;All files (*)"
        )
        if path:
            self.open_file(path)

    def _ask_where_to_save(self) -> None:
        path = asked_file(self, "Save the network", "network.json", "Networks (*.json)")
        if path:
            network = self.session.network
            save_in_thread(
                lambda: network.save(path),
                path,
                self.header.say,
                lambda: self.session.mark_saved(network),
            )

    def _ask_where_to_save_result(self) -> None:
        path = asked_file(self, "Save the result", "network.h5", RESULTS)
        result = self.session.result
        if path and result is not None:
            save_in_thread(lambda: result.save(path), path, self.header.say)

    # the run -------------------------------------------------------------------------------

    def run(self) -> None:
        """Run the network in a thread."""
        self.take_what_is_typed()
        try:
            RunDriver(self.session, self.display.prepare)
        except NapariNeuronError as error:
            self.header.say("", str(error))

    def _on_run_state_changed(self, state: RunState) -> None:
        self.header.set_run_state(state)
        if state is RunState.PREPARING:
            self.header.say("Building the network …")

    def _on_run_advanced(self, progress: Any) -> None:
        if self.session.run_state is not RunState.CANCELLING:
            self.header.set_progress(progress)
            self.header.problem.say(_runaway(self.session.result, progress.time))
        self.display.advance()

    def _on_run_ended(self, result: NetworkResult | None, error: Exception | None) -> None:
        self.display.advance()
        self.neurons_tab.show_rates()
        self._on_result_changed(result)
        if isinstance(error, ExperimentError):
            self._show_error(error)
        elif error is not None:
            self.header.say("", str(error))
        elif result is None or result.status is Status.CANCELLED:
            reached = 0.0 if result is None else round(result.simulated, 1)
            self.header.say(f"Cancelled at {shown_number(reached)} ms.")
        else:
            progress = self.session.progress
            seconds = f" in {progress.wall_time:.1f} s" if progress is not None else ""
            n = len(result.spike_time)
            done = f"Finished {shown_number(result.simulated)} ms{seconds}: {n:,} spikes."
            self.header.say(done, _runaway(result, result.simulated))

    def _on_result_changed(self, result: NetworkResult | None) -> None:
        self.neurons_tab.show_rates()
        self.result_button.setEnabled(result is not None)

    def show_activity(self) -> None:
        """Open the dock with raster and rates."""
        with contextlib.suppress(AttributeError):  # a viewer without a window
            self.viewer.window.add_plugin_dock_widget("napari-neuron", "Network activity")

    # coming and going ----------------------------------------------------------------------

    def _on_theme_changed(self) -> None:
        palette = Palette.of(self.viewer.theme)
        sheet = style_sheet(palette) + (
            f"QTableView {{ background-color: {palette.foreground}; border: none; }}"
            f"QTableView::item:selected {{ background-color: {palette.current}; "
            f"color: {palette.text}; }}"
        )
        self.setStyleSheet(sheet)
        self.header.set_palette(palette)
        self.models_tab.editor.set_palette(palette)
        self.stimuli_tab.editor.set_palette(palette)

    def shut_down(self) -> None:
        """Cancel what runs, end the engine's process, and stop listening."""
        session = self.session
        self.keeping.close()
        session.network_changed.disconnect(self._on_network_changed)
        session.selection_changed.disconnect(self._on_selection_changed)
        session.run_state_changed.disconnect(self._on_run_state_changed)
        session.run_advanced.disconnect(self._on_run_advanced)
        session.run_ended.disconnect(self._on_run_ended)
        session.result_changed.disconnect(self._on_result_changed)
        session.release()
        self.neurons_tab.stop()
        self.edges_tab.model.stop()
        self.display.disconnect()
        self._signals.disconnect()


def _in_words(network: PointNetwork) -> str:
    return f"{len(network.neurons):,} neurons, {len(network.edges):,} edges"


def _runaway(result: NetworkResult | None, time: float) -> str:
    """Say what is wrong where a network fires faster than any neuron could, "" where it does not.

    Parameters
    ----------
    time
        Simulated so far, ms.
    """
    n = 0 if result is None else len(result.network.neurons)
    rate = 0.0 if result is None or not n or not time else 1000 * len(result.spike_time) / n / time
    if rate < _RUNAWAY:
        return ""
    return (
        f"The neurons fire at {rate:,.0f} Hz on average: the weights are too large. Load the edges "
        "with a smaller scale of weights."
    )


def _read(read: Any) -> tuple[Any, str]:
    """Read something; return it, or the error (superqt raises errors that are returned)."""
    try:
        return read(), ""
    except (NapariNeuronError, OSError, ImportError) as error:
        return None, str(error)
