"""The bounding box of the images a cell is shown with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from napari.layers import Image

from napari_neuron.morphology.model import FloatArray

if TYPE_CHECKING:
    from napari.viewer import Viewer


def image_box_of(viewer: Viewer) -> FloatArray | None:
    """Return lowest and highest x, y, z (µm) of the images of three axes in a unit of length.

    None if there is no such image.
    """
    boxes = []
    for layer in viewer.layers:
        if not isinstance(layer, Image) or layer.ndim < 3:
            continue
        units = layer.units[-3:]
        if all(unit.is_compatible_with("um") for unit in units):
            in_um = np.array([float((1 * unit).to("um").magnitude) for unit in units])
            boxes.append(np.asarray(layer.extent.world)[:, -3:] * in_um)
    if not boxes:
        return None
    low = np.min([box[0] for box in boxes], axis=0)
    high = np.max([box[1] for box in boxes], axis=0)
    return np.stack([low, high])[:, ::-1]
