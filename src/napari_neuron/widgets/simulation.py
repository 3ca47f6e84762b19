"""`SimulationWidget`: the dock widget "Neuron simulation"."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qtpy.QtCore import QEvent

from napari_neuron.errors import ExperimentError
from napari_neuron.result import SimulationResult
from napari_neuron.runner import RunState
from napari_neuron.spec import Experiment
from napari_neuron.widgets.cell.cell_actions import CellActions
from napari_neuron.widgets.cell.cell_chooser import CellChooser
from napari_neuron.widgets.cell.cell_files import CellFiles
from napari_neuron.widgets.cell.cell_layers import CellLayers
from napari_neuron.widgets.cell.cell_tab import CellTab
from napari_neuron.widgets.cell.compartment_count import CompartmentCount
from napari_neuron.widgets.cell.image_panel import ImagePanel
from napari_neuron.widgets.cell_in_view import CellInView
from napari_neuron.widgets.colouring.place_clicks import PlaceClicks
from napari_neuron.widgets.connections.connections_tab import TITLE as CONNECTIONS
from napari_neuron.widgets.connections.connections_tab import ConnectionsTab
from napari_neuron.widgets.header import Header
from napari_neuron.widgets.items_in_view import ItemsInView
from napari_neuron.widgets.membrane.biophysics_tab import BiophysicsTab
from napari_neuron.widgets.membrane.catalogue_reader import CatalogueReader
from napari_neuron.widgets.membrane.colour_by import NOTHING, ColourBy
from napari_neuron.widgets.placing.synapse_dialog import SynapseDialog
from napari_neuron.widgets.placing.tabs import InputsTab, RecordersTab
from napari_neuron.widgets.running.left_experiment import keeping_of
from napari_neuron.widgets.running.next_step import next_step
from napari_neuron.widgets.running.problem_places import ProblemPlaces
from napari_neuron.widgets.running.run_in_view import RunInView
from napari_neuron.widgets.running.run_tab import RunTab, frames_in_words
from napari_neuron.widgets.running.saving import Saving
from napari_neuron.widgets.running.voltage_display import VoltageDisplay
from napari_neuron.widgets.sessions import session_of
from napari_neuron.widgets.toolkit.canvas_room import CanvasRoom
from napari_neuron.widgets.toolkit.offer_line import OfferLine
from napari_neuron.widgets.toolkit.style import Palette, style_sheet
from napari_neuron.widgets.toolkit.tabbed_dock import TabbedDock
from napari_neuron.widgets.toolkit.viewer_signals import ViewerSignals

if TYPE_CHECKING:
    import napari


class SimulationWidget(TabbedDock):
    """Describes the membrane and its inputs, and runs the experiment.

    Parameters
    ----------
    viewer
        The viewer whose skeletons can be chosen, and which shows markers and the voltage.
    """

    def __init__(self, viewer: napari.viewer.Viewer) -> None:
        super().__init__(session_of(viewer))
        CanvasRoom(self, viewer)
        self.viewer = viewer
        self.layers = CellLayers(viewer, self.session)  # they follow before anyone looks
        self.view = CellInView(viewer, self.session)
        self._voltage = VoltageDisplay(viewer)
        self._files = CellFiles(viewer, self.session)
        self._count = CompartmentCount()
        self._catalogue = CatalogueReader(self.view)

        self.header = Header()
        self._chooser = CellChooser(viewer, self.session, self._files, self.header)
        self._palette = Palette.of(viewer.theme)
        self.cell_tab = CellTab(viewer, self.view, self._palette)
        self.image_panel = ImagePanel(viewer, self.view)
        self.cell_tab.append(self.image_panel)
        colour_by = ColourBy(viewer, self.view)
        self.biophysics_tab = BiophysicsTab(self.view, colour_by, self._palette)
        self._actions = CellActions(
            viewer, self.session, self._files, self.cell_tab, colour_by, self
        )
        self.inputs_tab = InputsTab(self.view)
        self.connections_tab = ConnectionsTab(viewer, self.view)
        self.connections_tab.setParent(self)  # it is among the tabs for several cells only
        self.recorders_tab = RecordersTab(self.view)
        self.run_tab = RunTab(self.view, self.session)
        tabs = {
            "Cell": self.cell_tab,
            "Biophysics": self.biophysics_tab,
            "Inputs": self.inputs_tab,
            "Recorders": self.recorders_tab,
            "Run": self.run_tab,
        }
        self.offer = OfferLine()
        self.lay_out(self.header, self.offer, tabs=tabs)
        self._items = ItemsInView(viewer, self.view, self.session, self.tabs, self._edit_all)
        self._clicks = PlaceClicks(viewer)
        self._clicks.selected.connect(
            lambda place: self.header.say(f"Node {place.node} of {place.cell.name} is selected.")
        )
        self._problems = ProblemPlaces(
            self.tabs,
            {
                "paint": self.biophysics_tab.editor,
                "stimuli": self.inputs_tab.editor,
                "connections": self.connections_tab.editor,
                "recorders": self.recorders_tab.editor,
                "run": self.run_tab.form,
            },
        )
        self._runs = RunInView(self.session, self._voltage, self.header, self._problems)
        self._saving = Saving(self, self.session, self._files, self.header.say)
        self.keeping = keeping_of(viewer, self.session, self._files, self.offer, self.header.say)

        self._connect_editors()
        for signal, handler in self._of_session():
            signal.connect(handler)
        self._signals = ViewerSignals(viewer)
        self._signals.layers_changed.connect(self._on_layers_changed)
        self._signals.theme_changed.connect(self._on_theme_changed)
        self._on_theme_changed()
        self._on_layers_changed()
        self._on_experiment_changed(self.session.experiment)
        self.header.set_run_state(self.session.run_state)

    # connections ---------------------------------------------------------------------------

    def _connect_editors(self) -> None:
        header, session = self.header, self.session
        self._chooser.shown.connect(self._say_what_is_next)
        self.cell_tab.check.n_errors_changed.connect(self._on_errors_found)
        header.run_requested.connect(self.run)
        header.cancel_requested.connect(session.cancel)
        header.undo_requested.connect(session.undo)
        header.redo_requested.connect(session.redo)
        header.open_requested.connect(self._saving.ask_what_to_open)
        header.save_requested.connect(self._saving.ask_where_to_save)
        header.script_requested.connect(self._ask_where_to_save_script)
        self.image_panel.cell_made.connect(self._files.add)
        self._count.counted.connect(self._on_counted)
        self._count.shared_out.connect(lambda text: self.run_tab.threads.setText(text))
        self.connections_tab.edit_requested.connect(lambda changes: self._edit_all(**changes))
        self.cell_tab.discretisation.changed.connect(lambda v: self._edit("discretisation", v))
        self.cell_tab.check.discretisation_requested.connect(
            lambda v: self._edit("discretisation", v)
        )
        self.biophysics_tab.editor.changed.connect(lambda v: self._edit("paint", v))
        self.inputs_tab.editor.changed.connect(lambda v: self._edit("stimuli", v))
        self.recorders_tab.editor.changed.connect(lambda v: self._edit("recorders", v))
        self.recorders_tab.frames.changed.connect(lambda v: self._edit("frames", v))
        self.biophysics_tab.editor.current_changed.connect(self._show_items)
        self.biophysics_tab.show_button.toggled.connect(self._show_items)
        self.biophysics_tab.editor.current_changed.connect(self._follow_paint)
        self.inputs_tab.table_requested.connect(self._ask_for_synapses)
        self.biophysics_tab.edit_requested.connect(lambda changes: self._edit_all(**changes))
        self.biophysics_tab.mod_files.compiled.connect(self._on_mod_files_compiled)
        self.biophysics_tab.mod_files.decision_wanted.connect(self._on_decision_wanted)
        self._catalogue.failed.connect(lambda problem: self.header.say("", problem))
        self.run_tab.form.changed.connect(lambda v: self._edit("run", v))
        self.run_tab.show_requested.connect(self._runs.show)
        self.run_tab.comparison.difference_requested.connect(self._runs.show_difference)
        self._runs.shown.connect(self._on_run_shown)
        self.run_tab.comparison.beside_requested.connect(self._runs.show_beside)
        self.run_tab.save_requested.connect(self._saving.ask_where_to_save_result)
        for tab in (self.inputs_tab, self.recorders_tab):
            tab.editor.current_changed.connect(self._show_items)
            tab.editor.current_changed.connect(self._follow_item)
            tab.pick_requested.connect(self._items.pick_points)
            tab.soma_requested.connect(self._items.select_soma)
            tab.edit_requested.connect(lambda changes: self._edit_all(**changes))
        self.tabs.currentChanged.connect(self._show_items)
        self.tabs.currentChanged.connect(self._read_catalogue)
        self.tabs.currentChanged.connect(self.biophysics_tab.colour_by.request)

    def _of_session(self) -> tuple[tuple[Any, Callable[..., None]], ...]:
        session = self.session
        return (
            (session.cells_changed, self._on_cells_changed),
            (session.experiment_changed, self._on_experiment_changed),
            (session.run_started, self._on_run_started),
            (session.results_changed, self._on_results_changed),
        )

    # the experiment ------------------------------------------------------------------------

    def _edit(self, field: str, value: Any) -> None:
        self._edit_all(**{field: value})

    def _edit_all(self, **changes: Any) -> None:
        try:
            self.session.edit(self.session.experiment.replace(**changes))
        except ExperimentError as error:
            self._show_experiment_error(error)
        else:
            self._clear_problems()

    def _on_experiment_changed(self, experiment: Experiment) -> None:
        self.cell_tab.discretisation.set_value(experiment.discretisation)
        self.biophysics_tab.set_value(experiment.paint)
        self.inputs_tab.editor.set_value(experiment.stimuli)
        self.connections_tab.set_value(experiment.connections)
        self.inputs_tab.say_effect()
        self.recorders_tab.set_value(experiment)
        self.run_tab.form.set_value(experiment.run)
        if self._catalogue.is_wanted:
            self._catalogue.request(experiment.mod_files)
        self.header.set_history(self.session.can_undo, self.session.can_redo)
        self.run_tab.show_results()
        self._clear_problems()
        self._say_what_is_next()
        self._show_items()
        self.biophysics_tab.colour_by.request()
        self._count.request(self.session.cells, experiment)

    def _show_experiment_error(self, error: ExperimentError) -> None:
        self.header.say("", self._problems.show(error))

    def _read_catalogue(self, *_: Any) -> None:
        self._catalogue.request(self.session.experiment.mod_files)

    def _ask_for_synapses(self) -> None:
        if self.view.cell is not None:
            dialog = SynapseDialog(self.view.cell, self)
            dialog.placed.connect(self.place_synapses)
            dialog.open()

    def _on_mod_files_compiled(self, library: Any) -> None:
        # all from one folder: files compiled together are loaded together
        self._edit("mod_files", library.mod_files)
        self._read_catalogue()

    def _clear_problems(self) -> None:
        self._problems.clear()
        if self.header.problem.text():
            self._say_what_is_next()

    def _say_what_is_next(self) -> None:
        session, n_errors = self.session, self.cell_tab.check.n_errors
        if session.run_state is RunState.IDLE:
            n = len(session.cells)
            self.header.say(next_step(self.view.cell, n, session.experiment, n_errors))

    def _on_errors_found(self) -> None:
        if not self.header.problem.text():
            self._say_what_is_next()

    def place_synapses(self, stimuli: tuple[Any, ...]) -> None:
        """Add synapses on the shown cell to the inputs, and select the first."""
        placed = [stimulus.replace(cell=self.view.cell_name) for stimulus in stimuli]
        n = len(self.session.experiment.stimuli)
        self._edit("stimuli", (*self.session.experiment.stimuli, *placed))
        if placed:
            self.inputs_tab.editor.select(n)

    def open_experiment(self, path: str | Path) -> None:
        """Make the experiment in a file the current one; this can be undone."""
        self._saving.open_experiment(path)

    def save_experiment(self, path: str | Path) -> None:
        """Write the experiment to a JSON file."""
        self._saving.save_experiment(path)

    def _ask_where_to_save_script(self) -> None:
        self.take_what_is_typed()
        self._saving.ask_where_to_save_script(self.biophysics_tab.mod_files.watch.folder)

    # the cell ------------------------------------------------------------------------------

    def _on_layers_changed(self) -> None:
        self._chooser.follow()
        self._show_cells()
        self.keeping.show()

    def _show_cells(self) -> None:
        self._chooser.show()
        at, is_circuit = self.tabs.indexOf(self.connections_tab), len(self.session.cells) > 1
        if is_circuit and at < 0:
            after = self.tabs.indexOf(self.inputs_tab) + 1
            self.tabs.insertTab(after, self.connections_tab, CONNECTIONS)
        elif not is_circuit and at >= 0:
            self.tabs.removeTab(at)
        self.run_tab.shown.set_layer(self._voltage.layer_of(self.session.cells))

    def _on_cells_changed(self) -> None:
        self._show_cells()
        self.connections_tab.set_value(self.session.experiment.connections)
        self.biophysics_tab.say_what_is_hidden()
        self.inputs_tab.say_effect()
        self.header.set_history(self.session.can_undo, self.session.can_redo)
        self.run_tab.show_results()
        self._show_items()
        self._count.request(self.session.cells, self.session.experiment)

    def _on_counted(self, n: int | None, problem: str) -> None:
        text = f"{n:,} compartment{'s' if n != 1 else ''}" if n is not None else problem
        self.cell_tab.discretisation.count.setText(text)
        self.run_tab.size.setText(frames_in_words(self.session.experiment, n))

    def _show_items(self, *_: Any) -> None:
        tab = self.tabs.currentWidget()
        is_paint = tab is self.biophysics_tab
        self._items.show(*(self.biophysics_tab.shown_nodes if is_paint else (None, None)))
        self.cell_tab.check.set_shown(tab is self.cell_tab)

    def _follow_item(self, row: int) -> None:
        items = getattr(getattr(self.tabs.currentWidget(), "editor", None), "value", ())
        if 0 <= row < len(items):
            self.image_panel.go_to(self._items.follow(items[row]))

    def _follow_paint(self, row: int) -> None:
        if row >= 0:
            self._items.follow(self.biophysics_tab.editor.value[row])

    # the run -------------------------------------------------------------------------------

    def run(self) -> None:
        """Run the experiment in a thread."""
        self.take_what_is_typed()
        if problem := self._problems.held_back():
            self.header.say("", f"Not run. {problem}")
            return
        self._clear_problems()
        self.biophysics_tab.mod_files.run_if_unchanged(self._run)

    def _on_decision_wanted(self, change: str) -> None:
        self.tabs.setCurrentWidget(self.biophysics_tab)
        self._problems.mark("Biophysics")
        self.header.say(
            "", f"Not run yet: {change}. Compile again, or run without the change (below)."
        )

    def _run(self) -> None:
        self._clear_problems()
        self._runs.begin()

    def _on_run_started(self, result: SimulationResult) -> None:
        self.biophysics_tab.colour_by.choose(NOTHING)  # the voltage is what is looked at now
        self._items.end_picking(self._voltage.layer_of(result.cells))

    def _on_run_shown(self) -> None:
        self.connections_tab.raise_to_top()
        self._items.raise_to_top()

    def _on_results_changed(self) -> None:
        self.run_tab.show_results()

    # coming and going ----------------------------------------------------------------------

    def _on_theme_changed(self) -> None:
        self._palette = Palette.of(self.viewer.theme)
        self.setStyleSheet(style_sheet(self._palette))
        self._problems.colour = self._palette.error
        self.header.set_palette(self._palette)
        self.cell_tab.set_palette(self._palette)
        self.image_panel.set_palette(self._palette)
        self.biophysics_tab.set_palette(self._palette)
        for tab in (self.inputs_tab, self.connections_tab, self.recorders_tab):
            tab.editor.set_palette(self._palette)

    def event(self, event: Any) -> bool:
        """Check MOD files when the window comes to the front: they may have been edited."""
        if event.type() == QEvent.Type.WindowActivate:
            self.biophysics_tab.mod_files.watch.look()
        return bool(super().event(event))

    def shut_down(self) -> None:
        """Cancel what runs, end the engine's process, and listen to nothing any more."""
        self.keeping.close()
        for signal, handler in self._of_session():
            signal.disconnect(handler)
        self._runs.disconnect()
        self.session.release()
        self.run_tab.shown.set_layer(None)
        self.cell_tab.stop()
        self.layers.disconnect()
        self.view.disconnect()
        self._voltage.disconnect()
        self._signals.disconnect()
        self._items.disconnect()
        self._clicks.disconnect()
        self._count.stop()
        self.inputs_tab.effect.stop()
        self._catalogue.stop()
        self.biophysics_tab.colour_by.stop()
        self.biophysics_tab.mod_files.watch.stop()
        self.image_panel.stop()
