"""What the canvas of a viewer shows, and the colours that are expected there."""

from __future__ import annotations

import numpy as np
from qtpy.QtWidgets import QApplication


def picture_of(viewer):
    """Return the canvas as it is drawn now, (height, width, 3) int."""
    for _ in range(4):
        QApplication.processEvents()
    return viewer.screenshot(canvas_only=True, flash=False)[..., :3].astype(int)


def middle_pixel(viewer):
    picture = picture_of(viewer)
    return picture[picture.shape[0] // 2, picture.shape[1] // 2]


def colour_of(layer, values):
    """Return the colours of a layer's colour map for a value or several, from 0 to 255."""
    low, high = layer.contrast_limits
    colours = 255 * layer.colormap.map((np.asarray(values) - low) / (high - low))
    return colours[:, :3] if np.ndim(values) else colours.ravel()[:3]
