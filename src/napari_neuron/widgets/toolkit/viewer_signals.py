"""`ViewerSignals`: the events of a viewer that the widgets need, as psygnal signals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from psygnal import Signal

if TYPE_CHECKING:
    from napari.viewer import Viewer


class ViewerSignals:
    """Stands between napari's events and widgets.

    napari compares listeners when one is disconnected, which fails for a widget that Qt has
    destroyed; this is no widget.

    Attributes
    ----------
    layers_changed : Signal ()
        A layer was added or removed.
    time_moved : Signal ()
        A slider was moved.
    theme_changed : Signal ()
    """

    layers_changed = Signal()
    time_moved = Signal()
    theme_changed = Signal()

    def __init__(self, viewer: Viewer) -> None:
        self._viewer = viewer
        viewer.layers.events.inserted.connect(self._on_layers_changed)
        viewer.layers.events.removed.connect(self._on_layers_changed)
        viewer.dims.events.current_step.connect(self._on_time_moved)
        viewer.events.theme.connect(self._on_theme_changed)

    def disconnect(self) -> None:
        """Emit nothing more."""
        viewer = self._viewer
        viewer.layers.events.inserted.disconnect(self._on_layers_changed)
        viewer.layers.events.removed.disconnect(self._on_layers_changed)
        viewer.dims.events.current_step.disconnect(self._on_time_moved)
        viewer.events.theme.disconnect(self._on_theme_changed)
        for signal in (self.layers_changed, self.time_moved, self.theme_changed):
            signal.disconnect()

    def _on_layers_changed(self, event: Any = None) -> None:
        self.layers_changed.emit()

    def _on_time_moved(self, event: Any = None) -> None:
        self.time_moved.emit()

    def _on_theme_changed(self, event: Any = None) -> None:
        self.theme_changed.emit()
