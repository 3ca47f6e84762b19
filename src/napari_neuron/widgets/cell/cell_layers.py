"""`CellLayers`: updates the layers of the chosen cells when a repair is made or undone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from napari.layers import Points, Shapes

from napari_neuron.morphology.model import Morphology
from napari_neuron.session import Session
from napari_neuron.view.skeleton_layers import skeleton_layer_data, synapse_layer_data
from napari_neuron.widgets.cell.points_in_place import set_points
from napari_neuron.widgets.cell.shapes_in_place import made_paths, set_paths
from napari_neuron.widgets.cell_in_view import KEY, layers_of, shown_in
from napari_neuron.widgets.toolkit.asked import Asked

if TYPE_CHECKING:
    from napari.viewer import Viewer


class CellLayers:
    """Updates the layers of the chosen cells after changes to the cells.

    The new content is computed in a thread; until then the old content stays. Layers are changed in
    place, so that the user's settings stay. A mesh is scaled or moved together with its cell.
    """

    def __init__(self, viewer: Viewer, session: Session) -> None:
        self._viewer = viewer
        self._session = session
        self._of_names: dict[str, _LayersOfOne] = {}
        self._on_cells_changed(session.cells)
        session.cells_changed.connect(self._on_cells_changed)

    @property
    def is_busy(self) -> bool:
        """Whether layers still show the old content."""
        return any(one.is_busy for one in self._of_names.values())

    def disconnect(self) -> None:
        """Stop following."""
        self._session.cells_changed.disconnect(self._on_cells_changed)
        for one in self._of_names.values():
            one.stop()

    def _on_cells_changed(self, cells: tuple[Morphology, ...]) -> None:
        by_name = {cell.name: cell for cell in cells}
        for name in [name for name in self._of_names if name not in by_name]:
            self._of_names.pop(name).stop()
        for name, cell in by_name.items():
            if name in self._of_names:
                self._of_names[name].follow(cell)
            else:
                self._of_names[name] = _LayersOfOne(self._viewer, cell)


class _LayersOfOne:
    """The layers of one cell; see `CellLayers`."""

    def __init__(self, viewer: Viewer, cell: Morphology) -> None:
        self._viewer = viewer
        self._cell = cell
        self._asked = Asked(_made, pause=0)
        self._asked.answered.connect(self._on_made)

    @property
    def is_busy(self) -> bool:
        return self._asked.is_busy

    def stop(self) -> None:
        self._asked.stop()

    def follow(self, after: Morphology) -> None:
        before, self._cell = self._cell, after
        if after is before or layers_of(self._viewer, after):  # opened by itself, or labelled
            return
        for layer in layers_of(self._viewer, before):
            roles = dict.fromkeys(layer.metadata[KEY], after)
            layer.metadata = {**layer.metadata, KEY: roles}
        for layer in self._viewer.layers:
            if shown_in(layer, "mesh_of") is before:
                layer.metadata = {**layer.metadata, KEY: {"mesh_of": after}}
                _follow(layer, before, after)
        self._asked.ask(after, self._viewer.dims.ndisplay)

    def _on_made(self, answer: tuple[Morphology, Any, dict[str, Any]]) -> None:
        cell, paths, points = answer
        if cell is not self._cell:
            return
        for layer in layers_of(self._viewer, cell):
            role = next(iter(layer.metadata[KEY]))
            if isinstance(layer, Points) and role in points:
                _show_points(layer, *points[role])
            elif isinstance(layer, Shapes) and paths is not _GIVEN:
                set_paths(layer, paths)
                paths = _GIVEN  # of copies of it one follows


_GIVEN = object()


def _show_points(layer: Any, data: Any, settings: dict[str, Any]) -> None:
    names = ["features", "size"]
    if isinstance(settings["face_color"], list):  # of synapses: by their kind
        names.append("face_color")
    set_points(layer, data, {name: settings[name] for name in names})


def _made(cell: Morphology, ndisplay: int) -> tuple[Morphology, Any, dict[str, Any]]:
    """Return a cell, the layer of its paths, and data and settings of points by their role."""
    *paths, (nodes, looks, _) = skeleton_layer_data(cell)
    points = {"morphology": (nodes, looks), "synapses_of": _NO_POINTS}
    for data, settings, _ in synapse_layer_data(cell):
        points["synapses_of"] = (data, settings)
    return cell, made_paths(*paths[0][:2], ndisplay) if paths else None, points


_NO_POINTS: tuple[Any, dict[str, Any]] = (
    np.empty((0, 3)),
    {"features": {"node_id": [], "type": []}, "size": 1.0, "face_color": "white"},
)


def _follow(layer: Any, before: Morphology, after: Morphology) -> None:
    """Scale and move a layer as a cell was; where its nodes went elsewhere, leave it."""
    ids = np.intersect1d(before.node_id, after.node_id)
    old, new = before.position[before.rows(ids)], after.position[after.rows(ids)]
    if len(ids) < 2 or (old == new).all():
        return
    low, size = old.min(axis=0), np.ptp(old, axis=0)
    factor = np.ptp(new, axis=0) / np.where(size > 0, size, 1)
    factor = np.where(size > 0, factor, factor.max())  # flat along this axis
    shift = new.min(axis=0) - low * factor
    layer.scale = layer.scale * factor[::-1]
    layer.translate = layer.translate * factor[::-1] + shift[::-1]
