"""`CellChooser`: which of the skeletons in the viewer are simulated, and which one is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from psygnal import Signal

from napari_neuron.session import Session
from napari_neuron.widgets.cell.cell_files import CellFiles
from napari_neuron.widgets.cell_in_view import cells_in
from napari_neuron.widgets.header import Header

if TYPE_CHECKING:
    from napari.viewer import Viewer


class CellChooser:
    """Keeps the header and the session in step with the skeletons in the viewer.

    Attributes
    ----------
    shown : Signal ()
        The cells on offer, or the one shown, changed.
    """

    shown = Signal()

    def __init__(self, viewer: Viewer, session: Session, files: CellFiles, header: Header) -> None:
        self._viewer = viewer
        self._session = session
        self._files = files
        self._header = header
        self._offered: tuple[object, ...] = ()
        header.cell_requested.connect(files.choose)
        header.cells_requested.connect(files.choose_together)

    def follow(self) -> None:
        """Layers were added or removed: choose what is left, or was opened as one circuit."""
        cells = cells_in(self._viewer)
        chosen = self._session.cells
        left = tuple(one for one in chosen if any(one is cell for cell in cells.values()))
        if not left or len(left) < len(chosen):
            self._session.choose_cells(left or tuple(cells.values())[:1])
        self._files.complete_circuit()
        self.show()

    def show(self) -> None:
        """Offer the cells there are."""
        cells, shown = cells_in(self._viewer), self._session.shown_cell
        together = {id(cell) for cell in self._session.cells}
        name = next((name for name, cell in cells.items() if cell is shown), None)
        chosen = tuple(name for name, cell in cells.items() if id(cell) in together)
        offered = (tuple(cells), name, chosen)
        self._header.set_cells(*offered)
        self._header.run_button.setEnabled(shown is not None)
        if offered != self._offered:
            self._offered = offered
            self.shown.emit()
