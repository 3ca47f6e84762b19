"""`ShownLayers`: all voltage layers of a viewer, read and changed as one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from psygnal import Signal

from napari_neuron.view import VoltageLayer
from napari_neuron.view.voltage.layer_shape import FEW_NODES
from napari_neuron.widgets.toolkit.latest_job import LatestJob

if TYPE_CHECKING:
    from napari.viewer import Viewer

_TOLD = ("variable", "contrast_limits", "colormap", "threshold", "colouring")
_TOLD += ("minimum_radius", "minimum_width", "visible_cells")


class ShownLayers:
    """Reads the first voltage layer; settings apply to all.

    Attributes
    ----------
    changed : Signal ()
        The first layer changed, or another is the first.
    """

    changed = Signal()

    def __init__(self, viewer: Viewer) -> None:
        self._viewer = viewer
        self._job = LatestJob()
        self._job.finished.connect(self._on_prepared)
        self._watched: VoltageLayer | None = None
        viewer.layers.events.inserted.connect(self._on_layers_changed)
        viewer.layers.events.removed.connect(self._on_layers_changed)
        self._watch()

    @property
    def all(self) -> tuple[VoltageLayer, ...]:
        """In the order of the layer list."""
        return tuple(x for x in self._viewer.layers if isinstance(x, VoltageLayer))

    @property
    def first(self) -> VoltageLayer | None:
        """The first layer; None if there is none."""
        return self._watched

    def set(self, **looks: Any) -> None:
        """Set attributes of all layers."""
        for layer in self.all:
            for name, value in looks.items():
                setattr(layer, name, value)

    def set_colouring(self, colouring: str) -> None:
        """Set the way of colouring of all layers; slow preparation is done in a thread first."""
        large = [layer for layer in self.all if len(layer.morphology) >= FEW_NODES]
        if large or self._job.is_busy:  # of two that are asked for one after the other the last
            self._job.request(_prepare, large, colouring)
        else:
            self.set(colouring=colouring)

    def _on_prepared(self, colouring: str) -> None:
        self.set(colouring=colouring)

    def disconnect(self) -> None:
        """Stop listening."""
        self._job.stop()
        self._viewer.layers.events.inserted.disconnect(self._on_layers_changed)
        self._viewer.layers.events.removed.disconnect(self._on_layers_changed)
        self._unwatch()
        self.changed.disconnect()

    def _watch(self) -> None:
        self._watched = next(iter(self.all), None)
        if self._watched is not None:
            for name in _TOLD:
                getattr(self._watched.events, name).connect(self._on_changed)

    def _unwatch(self) -> None:
        if self._watched is not None:
            for name in _TOLD:
                getattr(self._watched.events, name).disconnect(self._on_changed)

    def _on_layers_changed(self, event: Any = None) -> None:
        if next(iter(self.all), None) is not self._watched:
            self._unwatch()
            self._watch()
            self.changed.emit()

    def _on_changed(self, event: Any = None) -> None:
        self.changed.emit()


def _prepare(layers: list[VoltageLayer], colouring: str) -> str:
    for layer in layers:
        layer.prepare_colouring(colouring)
    return colouring
