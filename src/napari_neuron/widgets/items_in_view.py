"""`ItemsInView`: shows the items in the lists of "Neuron simulation" in the viewer."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from qtpy.QtWidgets import QTabWidget

from napari_neuron.morphology.model import BoolArray
from napari_neuron.session import Session
from napari_neuron.widgets.cell_in_view import CellInView
from napari_neuron.widgets.membrane.region_preview import RegionPreview
from napari_neuron.widgets.placing.placements import Placements

if TYPE_CHECKING:
    from napari.viewer import Viewer


class ItemsInView:
    """Marks what is placed and painted, and shows the cell that an item is on.

    Parameters
    ----------
    viewer
        The viewer in which it is shown.
    view
        The cell that is shown there.
    session
        The session whose experiment it is.
    tabs, edit
        As of `Placements`.
    """

    def __init__(
        self,
        viewer: Viewer,
        view: CellInView,
        session: Session,
        tabs: QTabWidget,
        edit: Callable[..., None],
    ) -> None:
        self._viewer = viewer
        self._view = view
        self._session = session
        self._placements = Placements(viewer, session, tabs, edit)
        self._region = RegionPreview(viewer)

    def show(self, painted: BoolArray | None, hidden: BoolArray | None) -> None:
        """Show the markers of all that is placed, and the nodes of a paint; see `RegionPreview`."""
        self._placements.show(self._session.cells)
        self._region.show(self._view.cell, painted, hidden)

    def follow(self, item: Any) -> int:
        """Show the cell of an item, and return its first node, -1 if it has none."""
        if item.cell is not None:
            self._session.show_cell(item.cell)
        nodes = getattr(item, "nodes", None) or [getattr(item, "node", -1)]
        return int(nodes[0])

    def pick_points(self) -> None:
        """Show the nodes of the cell, for points to be selected by clicking."""
        layer = self._view.nodes_layer
        if layer is not None:
            layer.visible = True
            layer.mode = "select"
            self._viewer.layers.selection.active = layer

    def raise_to_top(self) -> None:
        """Draw the markers above layers added since."""
        self._placements.raise_to_top()

    def disconnect(self) -> None:
        """Stop listening to the viewer."""
        self._placements.disconnect()
