"""`fly_to`: moves the camera to what a layer shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from napari_neuron.view.overlays import camera_of

if TYPE_CHECKING:
    from napari.viewer import Viewer

_FILLED = 0.6
"""Fraction of the canvas that the target fills."""


def fly_to(viewer: Viewer, layer: Any, points: npt.NDArray[Any], room: float) -> None:
    """Centre the view on some points, with some room around them.

    Parameters
    ----------
    viewer
        The viewer whose camera moves; its angles stay.
    layer
        The layer whose coordinates the points are in; the last three axes are z, y, x.
    points : (n, 3) float64
        At least one.
    room
        Smallest visible extent, in the layer's coordinates.
    """
    low, high = points.min(axis=0), points.max(axis=0)
    factor = _world_per_unit(viewer, layer)
    middle = 0.5 * (low + high) * factor
    viewer.dims.set_point(range(viewer.dims.ndim - 3, viewer.dims.ndim), tuple(middle))
    axes = [axis - viewer.dims.ndim for axis in viewer.dims.displayed[-3:]]
    wanted = max(float(((high - low) * factor)[axes].max()), room * float(factor.max()), 1e-9)
    camera = camera_of(viewer)
    camera.center = tuple(middle) if len(axes) == 3 else (0.0, *middle[axes])
    camera.zoom = _FILLED * min(_canvas_size(viewer)) / wanted


def _canvas_size(viewer: Viewer) -> tuple[int, int]:
    """Return the sides of the canvas in pixels."""
    canvas = getattr(viewer, "canvas", None)
    if canvas is not None:
        height, width = canvas.size
        return height, width
    return getattr(viewer, "_canvas_size", (600, 800))  # before napari 0.7 it is kept private


def _world_per_unit(viewer: Viewer, layer: Any) -> npt.NDArray[np.float64]:
    """Return the size of the layer's unit in the viewer's world, per axis."""
    extent = layer.extent.world[:, -3:]
    in_world = viewer.layers.get_extent([layer]).world[:, -3:]
    size = np.ptp(extent, axis=0)
    ratio = np.divide(np.ptp(in_world, axis=0), size, out=np.ones(3), where=size > 0)
    return ratio
