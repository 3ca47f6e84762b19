"""`CellInView`: the chosen cell in the viewer: its layers and its selected nodes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from napari.layers import Points
from psygnal import Signal

from napari_neuron.compile.catalogue import Catalogue
from napari_neuron.morphology.model import SOMA, Morphology
from napari_neuron.session import Session
from napari_neuron.spec import Experiment
from napari_neuron.spec.cells_of_experiment import for_cells
from napari_neuron.spec.edit import free_label

if TYPE_CHECKING:
    from napari.viewer import Viewer

KEY = "napari_neuron"


def shown_in(layer: Any, *roles: str) -> Morphology | None:
    """Return the morphology that a layer shows in one of some roles, None if it does not.

    Roles are those of `napari_neuron.view.skeleton_layers`: "morphology" (its paths or nodes),
    "synapses_of", "markers_of".
    """
    held = layer.metadata.get(KEY)
    if not isinstance(held, dict):
        return None
    found = (held[role] for role in roles if isinstance(held.get(role), Morphology))
    return next(found, None)


def layers_of(viewer: Viewer, cell: Morphology) -> list[Any]:
    """Return the layers of a cell itself: paths, nodes and synapses."""
    return [x for x in viewer.layers if shown_in(x, "morphology", "synapses_of") is cell]


def cells_in(viewer: Viewer) -> dict[str, Morphology]:
    """Return the skeletons open in the viewer, in the order of the layers.

    Keys are their names; of two with one name the second is called "name (2)".
    """
    cells: dict[str, Morphology] = {}
    for layer in viewer.layers:
        cell = shown_in(layer, "morphology")
        if cell is not None and not any(cell is known for known in cells.values()):
            cells[free_label(cell.name, cells)] = cell
    return cells


def _changed_signal(selected_data: Any) -> Any:
    """Return the signal of napari's selection set, whose name differs between versions."""
    events = selected_data.events
    return events.items_changed if hasattr(events, "items_changed") else events.changed


class CellInView:
    """What editors may know about the chosen cell; read-only.

    Attributes
    ----------
    cell_changed : Signal ()
        Another cell was chosen, or its labels or units changed.
    selection_changed : Signal ()
        The selected points or the selected layer changed.
    catalogue_changed : Signal ()
        What NEURON knows has been read.
    """

    cell_changed = Signal()
    selection_changed = Signal()
    catalogue_changed = Signal()

    def __init__(self, viewer: Viewer, session: Session) -> None:
        self._viewer = viewer
        self._session = session
        self._watched: list[Any] = []
        self._known: list[tuple[Morphology, Any]] = []
        self._known_for: tuple[list[Any], tuple[Morphology, ...]] = ([], ())
        self._catalogue: Catalogue | None = None
        session.cells_changed.connect(self._on_cells_changed)
        viewer.layers.events.inserted.connect(self._on_layers_changed)
        viewer.layers.events.removed.connect(self._on_layers_changed)
        viewer.layers.selection.events.active.connect(self._on_selected)
        self._on_layers_changed()

    @property
    def cell(self) -> Morphology | None:
        """The chosen cell that is shown."""
        return self._session.shown_cell

    @property
    def cells(self) -> tuple[Morphology, ...]:
        """All chosen cells."""
        return self._session.cells

    @property
    def cell_name(self) -> str | None:
        """Name by which placements refer to the shown cell; None if it is the only one."""
        cell = self.cell
        return cell.name if cell is not None and len(self.cells) > 1 else None

    @property
    def soma(self) -> int | None:
        """Id of the node that is the soma of the shown cell, the thickest of several."""
        cell = self.cell
        rows = () if cell is None else np.flatnonzero(cell.swc_type == SOMA)
        if cell is None or not len(rows):
            return None
        return int(cell.node_id[rows[cell.radius[rows].argmax()]])

    @property
    def experiment(self) -> Experiment:
        """The experiment on it."""
        return self._session.experiment

    @property
    def experiment_on_cell(self) -> Experiment:
        """The part of it that concerns the shown cell."""
        name = self.cell_name
        return self.experiment if name is None else for_cells(self.experiment, [name])

    @property
    def catalogue(self) -> Catalogue | None:
        """What NEURON knows; None until it has been read."""
        return self._catalogue

    def set_catalogue(self, catalogue: Catalogue) -> None:
        """Tell the editors what NEURON knows."""
        self._catalogue = catalogue
        self.catalogue_changed.emit()

    @property
    def nodes_layer(self) -> Any:
        """The Points layer of the cell's nodes, None if it was removed."""
        layers = self._layers_with_nodes()
        return next((layer for layer in layers if "path_distance" in layer.features), None)

    @property
    def selected(self) -> tuple[int, ...]:
        """Ids of the nodes whose points are selected, in the order of the points.

        If the active layer is one of the cell's (its nodes, its synapses), its points count,
        otherwise those of the nodes layer. With synapses, a node may occur several times.
        """
        active = self._viewer.layers.selection.active
        layer = active if active in self._layers_with_nodes() else self.nodes_layer
        if layer is None:
            return ()
        rows = sorted(layer.selected_data)
        ids = np.asarray(layer.features["node_id"], dtype=np.int64)
        return tuple(int(i) for i in ids[rows])

    @property
    def selected_on_cells(self) -> tuple[tuple[str, int], ...]:
        """Cell and id of the selected nodes of all chosen cells."""
        found = []
        for cell, layer in self._points():
            if layer.selected_data and "path_distance" in layer.features:
                ids = np.asarray(layer.features["node_id"], dtype=np.int64)
                found += [(cell.name, int(ids[row])) for row in sorted(layer.selected_data)]
        return tuple(found)

    def disconnect(self) -> None:
        """Stop listening to session and viewer."""
        self._session.cells_changed.disconnect(self._on_cells_changed)
        self._viewer.layers.events.inserted.disconnect(self._on_layers_changed)
        self._viewer.layers.events.removed.disconnect(self._on_layers_changed)
        self._viewer.layers.selection.events.active.disconnect(self._on_selected)
        self.cell_changed.disconnect()
        self.selection_changed.disconnect()
        self.catalogue_changed.disconnect()
        self._watch([])

    def _layers_with_nodes(self) -> list[Any]:
        return [layer for cell, layer in self._points() if cell is self.cell]

    def _points(self) -> list[tuple[Morphology, Any]]:
        """Return the layers with a point for each node or synapse, of all chosen cells."""
        there = (list(self._viewer.layers), self.cells)
        if self._known_for[0] != there[0] or self._known_for[1] is not there[1]:
            self._known_for = there
            chosen = {id(cell): order for order, cell in enumerate(self.cells)}
            found = []
            for layer in there[0]:
                cell = shown_in(layer, "morphology", "synapses_of")
                if id(cell) in chosen and isinstance(layer, Points) and "node_id" in layer.features:
                    found.append((cell, layer))
            self._known = sorted(found, key=lambda one: chosen[id(one[0])])
        return self._known

    def _on_cells_changed(self) -> None:
        self._on_layers_changed()
        self.cell_changed.emit()
        if len(self.cells) > 1:  # the points of another may count now, with the same layers there
            self.selection_changed.emit()

    def _on_layers_changed(self, event: Any = None) -> None:
        self._watch([layer for _, layer in self._points()])

    def _watch(self, layers: list[Any]) -> None:
        if layers == self._watched:
            return
        for layer in self._watched:
            _changed_signal(layer.selected_data).disconnect(self._on_selected)
        self._watched = layers
        for layer in layers:
            _changed_signal(layer.selected_data).connect(self._on_selected)
        self.selection_changed.emit()

    def _on_selected(self, *_: Any) -> None:
        """Show the cell whose layer is active, because that is where the user is working."""
        active = self._viewer.layers.selection.active
        if active is not None and len(self.cells) > 1:
            there = shown_in(active, "morphology", "synapses_of")
            if there is not self.cell and any(there is cell for cell in self.cells):
                self._session.show_cell(there.name)
        self.selection_changed.emit()
