"""`ShownLayers`: all voltage layers of a viewer, looked at and changed as one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from psygnal import Signal

from napari_neuron.view import VoltageLayer

if TYPE_CHECKING:
    from napari.viewer import Viewer

_TOLD = ("variable", "contrast_limits", "colormap", "threshold", "colouring")
_TOLD += ("minimum_radius", "minimum_width", "visible_cells")


class ShownLayers:
    """What is said of the first voltage layer; what is set is set for all.

    Attributes
    ----------
    changed : Signal ()
        Of the first layer, or another is the first.
    """

    changed = Signal()

    def __init__(self, viewer: Viewer) -> None:
        self._viewer = viewer
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
        """The one that is looked at; None without any."""
        return self._watched

    def set(self, **looks: Any) -> None:
        """Set attributes of all layers."""
        for layer in self.all:
            for name, value in looks.items():
                setattr(layer, name, value)

    def disconnect(self) -> None:
        """Listen to nothing any more."""
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
