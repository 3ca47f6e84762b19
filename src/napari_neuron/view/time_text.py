"""The current time in ms, written on the canvas, because napari's slider counts frames."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from napari.layers import Image

from napari_neuron.view.overlays import place_overlays, text_overlay_of
from napari_neuron.view.voltage.voltage_layer import VoltageLayer

if TYPE_CHECKING:
    from napari.viewer import Viewer

_LOOKS = {"position": "top_left", "font_size": 16.0}


def time_axis(viewer: Viewer) -> int | None:
    """Return the viewer's axis that is time, None without a voltage layer (time, z, y, x)."""
    return None if _voltage_layer(viewer) is None else int(viewer.dims.ndim) - 4


def time_in_words(moment: float, interval: float) -> str:
    """Return "252.1 ms" for the frame nearest to ``moment``, with the decimals of ``interval``."""
    decimals = min(len(f"{interval:.6f}".rstrip("0").partition(".")[2]), 3)
    return f"{round(moment / interval) * interval:.{decimals}f} ms"


def write_time(viewer: Viewer) -> None:
    """Write the time in the canvas from now on, until the last voltage layer is removed.

    This uses napari's text overlay, and leaves it alone if something else writes there.
    """
    if time_axis(viewer) is None or viewer in _TEXTS:
        return
    if not text_overlay_of(viewer).visible:
        _TEXTS[viewer] = _TimeText(viewer)


class _TimeText:
    def __init__(self, viewer: Viewer) -> None:
        self._viewer = viewer
        self._overlay = text_overlay_of(viewer)
        names = (*_LOOKS, "text", *(["box"] if hasattr(self._overlay, "box") else []))
        self._before = {name: getattr(self._overlay, name) for name in names}
        viewer.dims.events.current_step.connect(self._on_moved)
        viewer.layers.events.inserted.connect(self._draw_box)
        viewer.layers.events.removed.connect(self._on_removed)
        self._layer: VoltageLayer | None = None
        self._watch()
        self._write(**_LOOKS)
        self._draw_box()
        self._overlay.visible = True

    def _draw_box(self, event: Any = None) -> None:
        """Keep napari from drawing a box behind the time, except over an image.

        It costs as much as the neuron: its shaders are compiled again whenever the text changes.
        """
        if "box" in self._before:  # not in napari < 0.7
            over = any(isinstance(layer, Image) for layer in self._viewer.layers)
            self._overlay.box = over and self._before["box"]

    def _write(self, **looks: Any) -> None:
        layer = _voltage_layer(self._viewer)
        axis = time_axis(self._viewer)
        if layer is not None and axis is not None:
            moment = float(self._viewer.dims.point[axis])
            shown = layer.shown.name
            self._text = time_in_words(moment, layer.frame_interval)
            if layer.is_map:
                self._text = shown
            elif shown != "v":
                self._text += f"  {shown}"
            elif words := layer.metadata.get("napari_neuron", {}).get("words"):
                self._text += f"  {words}"
            self._overlay.update({"text": self._text, **looks})
            place_overlays(self._viewer)

    def _on_moved(self, event: Any = None) -> None:
        if self._overlay.text == self._text:
            self._write()
        else:
            self._let_go()  # somebody else writes there now

    def _on_removed(self, event: Any = None) -> None:
        self._watch()
        self._draw_box()
        if self._layer is None:
            if self._overlay.text == self._text:
                self._overlay.update({"visible": False, **self._before})
            self._let_go()

    def _watch(self) -> None:
        """Listen for the first voltage layer to show something else."""
        layer = _voltage_layer(self._viewer)
        if layer is not self._layer:
            if self._layer is not None:
                self._layer.events.variable.disconnect(self._on_moved)
            if layer is not None:
                layer.events.variable.connect(self._on_moved)
            self._layer = layer

    def _let_go(self) -> None:
        if self._layer is not None:
            self._layer.events.variable.disconnect(self._on_moved)
            self._layer = None
        self._viewer.dims.events.current_step.disconnect(self._on_moved)
        self._viewer.layers.events.inserted.disconnect(self._draw_box)
        self._viewer.layers.events.removed.disconnect(self._on_removed)
        _TEXTS.pop(self._viewer, None)


_TEXTS: WeakKeyDictionary[Viewer, _TimeText] = WeakKeyDictionary()


def _voltage_layer(viewer: Viewer) -> VoltageLayer | None:
    return next((x for x in viewer.layers if isinstance(x, VoltageLayer)), None)
