"""`DisplayWidget`: the dock widget "Neuron display"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import QSize
from qtpy.QtWidgets import QVBoxLayout

from napari_neuron.errors import FilmError
from napari_neuron.result import SimulationResult
from napari_neuron.widgets.colouring.also_colour import AlsoColour
from napari_neuron.widgets.colouring.cells_shown import CellsShown
from napari_neuron.widgets.colouring.colour_edit import ColourEdit
from napari_neuron.widgets.colouring.film_dialog import FilmDialog
from napari_neuron.widgets.colouring.map_edit import MapEdit
from napari_neuron.widgets.colouring.place_clicks import PlaceClicks
from napari_neuron.widgets.colouring.place_readout import PlaceReadout
from napari_neuron.widgets.colouring.play_bar import PlayBar
from napari_neuron.widgets.colouring.shown_layers import ShownLayers
from napari_neuron.widgets.sessions import session_of
from napari_neuron.widgets.toolkit.canvas_room import CanvasRoom
from napari_neuron.widgets.toolkit.closing import ClosingWidget
from napari_neuron.widgets.toolkit.dock_room import DockRoom
from napari_neuron.widgets.toolkit.page import Page
from napari_neuron.widgets.toolkit.problem import ProblemLabel
from napari_neuron.widgets.toolkit.style import Palette, style_sheet
from napari_neuron.widgets.toolkit.viewer_signals import ViewerSignals

if TYPE_CHECKING:
    import napari


class DisplayWidget(ClosingWidget):
    """How the run is shown: speed, colours, and what they mean; and films of it.

    Parameters
    ----------
    viewer
        The viewer whose voltage layers are changed, all in the same way.
    """

    def __init__(self, viewer: napari.viewer.Viewer) -> None:
        super().__init__()
        CanvasRoom(self, viewer)
        DockRoom(self)
        self.viewer = viewer
        self._layers = ShownLayers(viewer)
        self.play = PlayBar(viewer)
        self.play.film_requested.connect(self.open_film_dialog)
        self.map = MapEdit(self._layers)
        self.colours = ColourEdit(self._layers)
        self.cells = CellsShown(self._layers)
        self.also = AlsoColour(viewer, self._layers)
        self.readout = PlaceReadout(viewer)
        self._clicks = PlaceClicks(viewer)
        self._clicks.clicked.connect(self.readout.show_clicked)
        self.problem = ProblemLabel()
        self.dialog: FilmDialog | None = None
        page = Page()
        page.add_heading("Time")
        page.add(self.play, self.problem)
        page.add_heading("What is shown")
        page.add(self.map, self.also, self.cells)
        page.add_heading("Colours")
        page.add(self.colours)
        page.column.addStretch()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(page, 1)
        layout.addWidget(self.readout)
        self.setMinimumSize(376, 240)
        self._layers.changed.connect(lambda: self.problem.say(""))
        self._layers.changed.connect(self.map.refresh)
        self._layers.changed.connect(self.colours.refresh)
        self._layers.changed.connect(self.cells.refresh)
        self._signals = ViewerSignals(viewer)
        self._signals.theme_changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def sizeHint(self) -> QSize:
        """Ask for 400 x 520."""
        return QSize(400, 520)

    def open_film_dialog(self) -> None:
        """Ask for a film of what the viewer shows."""
        self.play.player.stop()
        self.problem.say("")
        try:
            self.dialog = FilmDialog(self.viewer, self._newest_result(), self)
        except FilmError as error:
            self.problem.say(str(error))
            return
        self.dialog.open()

    def _newest_result(self) -> SimulationResult | None:
        """Return the run that is shown, if it is one of this session."""
        first = self._layers.first
        results = session_of(self.viewer).results
        if first is None:
            return None
        frames = first.frames_of("v")
        return next((r for r in results[::-1] if _same_memory(r.frames, frames)), None)

    def _on_theme_changed(self) -> None:
        palette = Palette.of(self.viewer.theme)
        self.setStyleSheet(style_sheet(palette))
        self.play.set_palette(palette)
        self.readout.set_palette(palette)

    def shut_down(self) -> None:
        """Stop playing and filming, and stop listening."""
        self._layers.disconnect()
        self.also.shut_down()
        self._clicks.disconnect()
        self.readout.shut_down()
        self._signals.disconnect()
        self.play.shut_down()
        if self.dialog is not None:
            self.dialog.cancel()


def _same_memory(one: object, other: object) -> bool:
    import numpy as np

    return bool(np.may_share_memory(one, other))
