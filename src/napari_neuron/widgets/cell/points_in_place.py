"""`set_points`: replaces the points of an existing layer."""

from __future__ import annotations

from typing import Any


def set_points(layer: Any, data: Any, settings: dict[str, Any]) -> None:
    """Give a Points layer other points.

    A hidden layer is shown meanwhile, because napari does not slice hidden layers and would then
    draw by indices of the old points.

    Parameters
    ----------
    layer
        The layer; nothing of it is selected afterwards.
    data
        Of the points.
    settings
        What is set for them, by the names of the layer's properties.
    """
    was_visible = layer.visible
    layer.visible = True
    layer.selected_data = set()
    layer.data = data
    for name, value in settings.items():
        setattr(layer, name, value)
    layer.visible = was_visible
