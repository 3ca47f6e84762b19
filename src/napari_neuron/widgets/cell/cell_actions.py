"""`CellActions`: what the buttons of the Cell tab do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qtpy.QtWidgets import QWidget

from napari_neuron.errors import NapariNeuronError
from napari_neuron.morphology import Morphology
from napari_neuron.session import Session
from napari_neuron.widgets.cell.cell_files import CellFiles
from napari_neuron.widgets.cell.cell_tab import CellTab
from napari_neuron.widgets.cell.folder_dialog import ask_for_folder
from napari_neuron.widgets.membrane.colour_by import LABELS, NOTHING, ColourBy

if TYPE_CHECKING:
    from napari.viewer import Viewer


class CellActions:
    """Labels, repairs and colours the chosen cells as the tab asks.

    Parameters
    ----------
    parent
        Parent of the folder dialog.
    """

    def __init__(
        self,
        viewer: Viewer,
        session: Session,
        files: CellFiles,
        tab: CellTab,
        colour_by: ColourBy,
        parent: QWidget,
    ) -> None:
        self._viewer = viewer
        self._session = session
        self._files = files
        self._tab = tab
        self._colour_by = colour_by
        tab.label_requested.connect(self._label)
        tab.colours_requested.connect(self._colour)
        tab.unit_requested.connect(self._repair)
        tab.repair_requested.connect(self._repair)
        tab.folder_requested.connect(lambda: ask_for_folder(viewer, parent))
        colour_by.chosen.connect(lambda what: tab.colours_button.setChecked(what == LABELS))
        files.labelled.connect(self._on_labelled)

    def _label(self) -> None:
        self._tab.set_labelling(True)
        self._files.label_axon_and_dendrite()

    def _on_labelled(self, problem: str) -> None:
        self._tab.set_labelling(False)
        self._tab.problem.say(problem)

    def _colour(self) -> None:
        is_on = self._tab.colours_button.isChecked()
        self._colour_by.choose(LABELS if is_on else NOTHING)

    def _repair(self, repair: Any, after: Morphology | None = None) -> None:
        try:
            self._session.repair((repair,), after)
        except NapariNeuronError as error:
            self._tab.problem.say(str(error))
        else:
            if repair.kind in ("set_unit", "move"):
                self._viewer.reset_view()
