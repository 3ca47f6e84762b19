"""`PlaceClicks`: what clicks on a cell do while a dock that uses them is open."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from napari.layers import Points
from psygnal import Signal
from qtpy.QtWidgets import QApplication

from napari_neuron.morphology import Morphology
from napari_neuron.view.picking import NodeClicks
from napari_neuron.view.places import PickedPlace
from napari_neuron.widgets.cell_in_view import layers_of

if TYPE_CHECKING:
    from napari.viewer import Viewer


class PlaceClicks:
    """A click picks a place, with Shift it adds its trace; a double-click selects its node.

    Attributes
    ----------
    clicked : Signal (PickedPlace)
        On a voltage layer.
    selected : Signal (PickedPlace)
        Its node is selected in the nodes layer now.
    """

    clicked = Signal(object)
    selected = Signal(object)

    def __init__(self, viewer: Viewer) -> None:
        self._viewer = viewer
        self._clicks = NodeClicks(viewer)
        self._clicks.clicked.connect(self._on_clicked)
        self._clicks.shift_clicked.connect(self._add_trace)
        self._clicks.double_clicked.connect(self._select)

    def disconnect(self) -> None:
        """Stop listening to the viewer."""
        self._clicks.disconnect()
        self.clicked.disconnect()
        self.selected.disconnect()

    def _on_clicked(self, place: PickedPlace) -> None:
        if place.compartment is not None:
            self.clicked.emit(place)

    def _add_trace(self, place: PickedPlace) -> None:
        """Open the Traces window; one that is open hears Shift-clicks itself."""
        from napari_neuron.widgets.traces import TracesWidget  # slow: Matplotlib

        is_open = any(
            isinstance(widget, TracesWidget) and widget.viewer is self._viewer
            for widget in QApplication.allWidgets()
        )
        if place.compartment is not None and not is_open and hasattr(self._viewer, "window"):
            _, traces = self._viewer.window.add_plugin_dock_widget("napari-neuron", "Traces")
            traces.add_place(place.cell, place.node)

    def _select(self, place: PickedPlace) -> None:
        nodes = nodes_layer_of(self._viewer, place.cell)
        if nodes is not None:
            nodes.selected_data = {place.row}
            self.selected.emit(place)


def nodes_layer_of(viewer: Viewer, cell: Morphology) -> Any:
    """Return the Points layer of a cell's nodes, None if there is none."""
    layers = (x for x in layers_of(viewer, cell) if isinstance(x, Points))
    return next((x for x in layers if "path_distance" in x.features), None)
