"""`Placements`: stimuli and recorders as markers that you can pick and move in the viewer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from qtpy.QtWidgets import QTabWidget

from napari_neuron.errors import ExperimentError
from napari_neuron.morphology.model import Morphology
from napari_neuron.session import Session
from napari_neuron.spec.edit import with_moved_to, with_stimulus_moved
from napari_neuron.widgets.placing.marker_mouse import MarkerMouse
from napari_neuron.widgets.placing.markers import Marker, MarkerDisplays, markers_of

if TYPE_CHECKING:
    from napari.viewer import Viewer


class Placements:
    """Keeps lists and markers together: what is selected in one stands out in the other.

    Parameters
    ----------
    viewer
        The viewer in which the markers are.
    session
        The session whose experiment they stand for.
    tabs
        The tabs of the dock widget; one that has a ``part`` has a list of what is placed.
    edit
        Takes the fields of the experiment that a move changes.
    """

    def __init__(
        self, viewer: Viewer, session: Session, tabs: QTabWidget, edit: Callable[..., None]
    ) -> None:
        self._session = session
        self._tabs = tabs
        self._edit = edit
        self._display = MarkerDisplays(viewer)
        self._mouse = MarkerMouse(viewer, self._display)
        self._mouse.picked.connect(self._on_picked)
        self._mouse.dropped.connect(self._on_dropped)

    def show(self, cells: Sequence[Morphology]) -> None:
        """Show the markers of the experiment on its cells."""
        tab = self._tabs.currentWidget()
        part = getattr(tab, "part", "")
        highlighted = (part, frozenset(tab.editor.rows) if part else frozenset())
        experiment = self._session.experiment
        placed = {item.cell for item in (*experiment.stimuli, *experiment.recorders)}
        self._display.show(
            cells,
            [
                markers_of(experiment, cell, highlighted) if placed & {None, cell.name} else ()
                for cell in cells
            ],
        )

    def raise_to_top(self) -> None:
        """Draw the markers over what was added since."""
        self._display.raise_to_top()

    def disconnect(self) -> None:
        """Stop listening to the viewer."""
        self._mouse.disconnect()

    def _on_picked(self, marker: Marker, extend: bool) -> None:
        tabs = [self._tabs.widget(index) for index in range(self._tabs.count())]
        tab: Any = next(tab for tab in tabs if getattr(tab, "part", "") == marker.part)
        extend = extend and self._tabs.currentWidget() is tab
        self._tabs.setCurrentWidget(tab)
        tab.editor.select(marker.index, extend=extend)

    def _on_dropped(self, marker: Marker, node: int) -> None:
        experiment = self._session.experiment
        try:
            if marker.part == "stimuli":
                moved = with_stimulus_moved(experiment, marker.index, marker.node, node)
            else:
                moved = with_moved_to(experiment, "recorders", [marker.index], [node], marker.cell)
        except ExperimentError:  # two copies that may not be at one node: it stays where it was
            return
        self._edit(stimuli=moved.stimuli, recorders=moved.recorders)
