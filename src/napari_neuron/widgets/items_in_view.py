"""`ItemsInView`: shows the items in the lists of "Neuron simulation" in the viewer."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
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
        self._for_picking: list[Any] = []

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
            if not layer.visible:
                self._for_picking.append(layer)
                layer.visible = True
            layer.mode = "select"
            self._viewer.layers.selection.active = layer

    def end_picking(self, voltage: Any) -> None:
        """Hide the nodes that were shown for picking: they lie over the voltage.

        What is selected stays selected. Nodes that a person has shown stay to be seen.

        Parameters
        ----------
        voltage
            The layer that is looked at now.
        """
        layers, active = self._viewer.layers, self._viewer.layers.selection.active
        for layer in self._for_picking:
            layer.visible = False
            if layer is active and voltage in layers:
                layers.selection.active = voltage
        self._for_picking.clear()

    def select_soma(self) -> None:
        """Select the node of the soma, as a click on it does."""
        layer, soma = self._view.nodes_layer, self._view.soma
        if layer is not None and soma is not None:
            ids = np.asarray(layer.features["node_id"])
            layer.selected_data = set(np.flatnonzero(ids == soma).tolist())
            self._viewer.layers.selection.active = layer

    def raise_to_top(self) -> None:
        """Draw the markers above layers added since."""
        self._placements.raise_to_top()

    def disconnect(self) -> None:
        """Stop listening to the viewer."""
        self._placements.disconnect()
