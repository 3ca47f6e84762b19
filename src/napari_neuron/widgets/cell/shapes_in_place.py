"""`set_paths`: replaces the paths of an existing Shapes layer.

The layer's own setter computes the tubes of all paths in the window's thread, which takes a second
for every few hundred. Here they are computed beforehand, in any thread, and handed to the layer
through attributes napari does not promise; if these are missing, the layer's own setter is used.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from napari.layers import Shapes


def made_paths(data: Any, settings: dict[str, Any], ndisplay: int) -> Shapes:
    """Return a Shapes layer as `set_paths` takes it, computed for 2D or 3D; in any thread."""
    made = Shapes(data, **settings)
    view = getattr(made, "_data_view", None)
    if hasattr(view, "ndisplay"):
        view.ndisplay = ndisplay
    return made


def set_paths(layer: Shapes, made: Shapes | None) -> None:
    """Give a layer the paths of another, which is then no longer used; None: no paths.

    Nothing of the layer is selected afterwards. It is shown meanwhile, as napari does not slice
    hidden layers.
    """
    was_visible = layer.visible
    if not was_visible:  # to set it again would draw all of it again
        layer.visible = True
    layer.selected_data = set()
    if made is None or not _can_take_over(layer, made):
        layer.data = [] if made is None else made.data
    else:
        view = made._data_view
        view.ndisplay = layer._slice_input.ndisplay  # does nothing if it is that already
        view.slice_key = np.array(layer._data_slice.point)[layer._slice_input.not_displayed]
        layer._data_view = view
        layer.features = pd.DataFrame(index=range(len(view.shapes)))
        layer._update_dims()
        layer.events.data(
            value=layer.data,
            action="changed",
            data_indices=tuple(range(len(view.shapes))),
            vertex_indices=((),),
        )
    if not was_visible:
        layer.visible = False


def _can_take_over(layer: Shapes, made: Shapes) -> bool:
    of_layer = ("_slice_input", "_data_slice", "_update_dims", "_data_view")
    of_view = ("ndisplay", "slice_key", "shapes")
    return all(hasattr(layer, name) for name in of_layer) and all(
        hasattr(getattr(made, "_data_view", None), name) for name in of_view
    )
