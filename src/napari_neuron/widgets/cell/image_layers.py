"""`ImageLayers`: the volumes in the viewer, and signals when they change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from napari.layers import Image, Labels
from psygnal import Signal

if TYPE_CHECKING:
    from napari.viewer import Viewer

_TOLD_OF = ("scale", "translate", "units", "data", "name")


class ImageLayers:
    """Knows the Image and Labels layers with three axes or more; it is no widget.

    Attributes
    ----------
    changed : Signal ()
        A layer was added, removed or moved.
    label_changed : Signal ()
        Another label is selected in a Labels layer.
    """

    changed = Signal()
    label_changed = Signal()

    def __init__(self, viewer: Viewer) -> None:
        self._viewer = viewer
        self._watched: list[Any] = []
        viewer.layers.events.inserted.connect(self._on_layers_changed)
        viewer.layers.events.removed.connect(self._on_layers_changed)
        self._on_layers_changed()

    @property
    def layers(self) -> list[Any]:
        """The volumes, in the order of the layers."""
        return list(self._watched)

    def disconnect(self) -> None:
        """Stop listening to the viewer and its layers."""
        self._viewer.layers.events.inserted.disconnect(self._on_layers_changed)
        self._viewer.layers.events.removed.disconnect(self._on_layers_changed)
        self.changed.disconnect()
        self.label_changed.disconnect()
        self._watch([])

    def _on_layers_changed(self, event: Any = None) -> None:
        layers = [x for x in self._viewer.layers if isinstance(x, Image | Labels) and x.ndim >= 3]
        self._watch(layers)
        self.changed.emit()

    def _watch(self, layers: list[Any]) -> None:
        for layer in [x for x in self._watched if x not in layers]:
            for name in _TOLD_OF:
                getattr(layer.events, name).disconnect(self._on_moved)
            if isinstance(layer, Labels):
                layer.events.selected_label.disconnect(self._on_label)
        for layer in [x for x in layers if x not in self._watched]:
            for name in _TOLD_OF:
                getattr(layer.events, name).connect(self._on_moved)
            if isinstance(layer, Labels):
                layer.events.selected_label.connect(self._on_label)
        self._watched = layers

    def _on_moved(self, event: Any = None) -> None:
        self.changed.emit()

    def _on_label(self, event: Any = None) -> None:
        self.label_changed.emit()
