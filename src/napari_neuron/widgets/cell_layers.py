"""`CellLayers`: the layers of the chosen cells follow when one is repaired, or that is undone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from napari.layers import Layer, Points, Shapes
from qtpy.QtCore import QTimer

from napari_neuron.morphology.model import Morphology
from napari_neuron.session import Session
from napari_neuron.view.skeleton_layers import skeleton_layer_data, synapse_layer_data
from napari_neuron.widgets.asked import Asked
from napari_neuron.widgets.cell_in_view import KEY, layers_of
from napari_neuron.widgets.points_in_place import set_points

if TYPE_CHECKING:
    from napari.viewer import Viewer

_KEPT = ("name", "visible", "opacity", "blending")
_APART = 100  # ms


class CellLayers:
    """Has the layers of the chosen cells show what became of them.

    What they show is worked out in a thread; the old is seen until then. Points are changed in
    place, so that what a person set for them stays.
    """

    def __init__(self, viewer: Viewer, session: Session) -> None:
        self._viewer = viewer
        self._session = session
        self._of_names: dict[str, _LayersOfOne] = {}
        self._on_cells_changed(session.cells)
        session.cells_changed.connect(self._on_cells_changed)

    @property
    def is_replacing(self) -> bool:
        """Whether paths were taken away and are not back yet."""
        return any(one.is_replacing for one in self._of_names.values())

    @property
    def is_busy(self) -> bool:
        """Whether layers still show what was before."""
        return any(one.is_busy for one in self._of_names.values())

    def disconnect(self) -> None:
        """Follow nothing any more."""
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
        self._is_following = True
        self.is_replacing = False
        self._asked = Asked(_made, pause=0)
        self._asked.answered.connect(self._on_made)

    @property
    def is_busy(self) -> bool:
        return self._asked.is_busy or self.is_replacing

    def stop(self) -> None:
        self._asked.stop()
        self._is_following = False

    def follow(self, after: Morphology) -> None:
        before, self._cell = self._cell, after
        if after is before or layers_of(self._viewer, after):  # opened by itself, or labelled
            return
        for layer in layers_of(self._viewer, before):
            roles = dict.fromkeys(layer.metadata[KEY], after)
            layer.metadata = {**layer.metadata, KEY: roles}
        self._asked.ask(after)

    def _on_made(self, answer: tuple[Morphology, Any, dict[str, Any]]) -> None:
        cell, paths, points = answer
        if cell is not self._cell:
            return
        for layer in layers_of(self._viewer, cell):
            role = next(iter(layer.metadata[KEY]))
            if isinstance(layer, Points) and role in points:
                _show_points(layer, *points[role])
            elif isinstance(layer, Shapes) and paths is not None:
                self._replace(layer, paths)
                paths = None  # of copies of it one follows

    def _replace(self, layer: Any, made: Any) -> None:
        layers = self._viewer.layers
        selected = {made if x is layer else x for x in layers.selection}
        at, cell = layers.index(layer), layer.metadata[KEY]["morphology"]
        for name in _KEPT:
            setattr(made, name, getattr(layer, name))

        def insert() -> None:
            self.is_replacing = False
            if not self._is_following:
                return
            made.metadata = {**made.metadata, KEY: {"morphology": self._cell}}
            layers.insert(min(at, len(layers)), made)
            layers.selection = {x for x in selected if x in layers}
            if self._cell is not cell:  # it was changed again meanwhile
                self._asked.ask(self._cell)

        # With both at once, or one directly after the other, OpenGL draws what is gone, and dies.
        self.is_replacing = True
        layers.remove(layer)
        QTimer.singleShot(_APART, insert)


def _show_points(layer: Any, data: Any, settings: dict[str, Any]) -> None:
    names = ["features", "size"]
    if isinstance(settings["face_color"], list):  # of synapses: by their kind
        names.append("face_color")
    set_points(layer, data, {name: settings[name] for name in names})


def _made(cell: Morphology) -> tuple[Morphology, Any, dict[str, Any]]:
    """Return a cell, the layer of its paths, and data and settings of points by their role."""
    *paths, (nodes, looks, _) = skeleton_layer_data(cell)
    points = {"morphology": (nodes, looks)}
    for data, settings, _ in synapse_layer_data(cell):
        points["synapses_of"] = (data, settings)
    return cell, Layer.create(*paths[0]) if paths else None, points
