"""Connections between cells as napari layer data. Pure functions, no napari."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from napari_neuron.view.skeleton_layers import LayerDataTuple

Positions = npt.NDArray[np.float64]
Colours = npt.NDArray[np.float64]


def connection_layer_data(
    pre: Positions, post: Positions, colours: Colours, sizes: npt.NDArray[np.float64]
) -> list[LayerDataTuple]:
    """Return a Vectors layer from one side of each connection to the other, and a Points layer.

    Parameters
    ----------
    pre, post
        (n, 3) x, y, z of the two sides, µm. The points are at the second; without lines where
        the sides lie together, as in synapses they do.
    colours
        (n, 4) RGBA.
    sizes
        (n,) diameters of the points, µm.
    """
    start, end = pre[:, ::-1], post[:, ::-1]
    common: dict[str, Any] = {"units": ("um", "um", "um"), "axis_labels": ("z", "y", "x")}
    lines = {
        **common,
        "name": "connections: lines",
        "metadata": {"napari_neuron": {"connections": "lines"}},
        "edge_color": colours,
        "edge_width": float(np.median(sizes)) / 6 if len(sizes) else 1.0,
        "vector_style": "line",
        "opacity": 0.8,
        "blending": "translucent_no_depth",
    }
    points = {
        **common,
        "name": "connections",
        "metadata": {"napari_neuron": {"connections": "points"}},
        "size": sizes,
        "face_color": colours,
        "border_color": "#101010",
        "border_width": 0.06,
        "canvas_size_limits": (3, 24),
        "blending": "translucent_no_depth",
    }
    made: list[LayerDataTuple] = [(end, points, "points")]
    if len(sizes) and np.linalg.norm(end - start, axis=1).max() > sizes.min():
        made.insert(0, (np.stack([start, end - start], axis=1), lines, "vectors"))
    return made
