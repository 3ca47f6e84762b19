"""`PlainCut`: what napari draws in a slice without the help of the graphics card."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from napari_neuron.view.geometry.cable_colours import Blend
from napari_neuron.view.geometry.slice_cut import SliceCut

Floats = npt.NDArray[np.float32]

_GREY = (0.5, 0.5, 0.5, 1.0)
_NEARBY = 0.6
"""Opacity of cable next to the slice, the same as on the graphics card."""
_DEPTH = 4000.0
"""How far the nearest is in front of the farthest for the depth test; in 2D the camera sees 1e6."""


@dataclass(frozen=True, eq=False)
class PlainCut:
    """Polygons of a slice, for a napari Surface.

    Attributes
    ----------
    place : (n_vertices, 3) float32
        Depth, row and column. The depth only orders what overlaps; in 2D it is not seen.
    faces : (n_faces, 3) int32
    blend
        Whose values the vertices have.
    opacity : (n_vertices,) float32, or None
        Cable near the slice fades with its distance; None if all is in the slice.
    """

    place: Floats
    faces: npt.NDArray[np.int32]
    blend: Blend
    opacity: Floats | None

    def colours(
        self, frame: Floats, colormap: Any, limits: Sequence[float], gamma: float
    ) -> Floats | None:
        """Return RGBA of the vertices, (n_vertices, 4); None where values are enough.

        Parameters
        ----------
        frame : (n_compartments,)
            NaN is grey.
        """
        if self.opacity is None:
            return None
        values = self.blend.of(frame)
        low, high = limits
        share = np.clip((values - low) / max(high - low, 1e-20), 0.0, 1.0) ** gamma
        colours = np.array(colormap.map(np.nan_to_num(share)), dtype=np.float32).reshape(-1, 4)
        colours[np.isnan(values)] = _GREY
        colours[:, 3] *= self.opacity
        return colours


def plain_cut(
    cut: SliceCut, axis: int, displayed: Sequence[int], blend: Blend, least: float, reach: float
) -> PlainCut:
    """Return a cut in the form a Surface takes.

    Parameters
    ----------
    axis, displayed
        Which axis of the cell (0 to 2) is cut, and which are shown, down and right.
    blend
        Of the nodes of the cell.
    least
        µm; no outline is nearer to its axis.
    reach
        µm; of the slab that the cut was made with, 0 for none.
    """
    where = cut.centre + np.maximum(cut.radius, least)[:, None] * cut.direction
    away = cut.centre[:, axis]
    farthest = max(float(cut.rank.max(initial=0.0)), 1e-6)
    depth = _DEPTH * (cut.rank / farthest - 1.0)
    opacity = None
    if reach > 0:
        fading = _NEARBY * np.clip(1.0 - away / reach, 0.0, 1.0)
        opacity = np.where(away > 0, fading, 1.0).astype(np.float32)
    return PlainCut(
        place=np.column_stack([depth, where[:, list(displayed)]]).astype(np.float32),
        faces=cut.faces,
        blend=blend.take(cut.node),
        opacity=opacity,
    )
