"""Spikes as an image: one dot each, a million in the time of a frame; pure numpy."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Colours = npt.NDArray[np.uint8]


def raster_image(
    time: npt.NDArray[np.float64],
    line: npt.NDArray[np.int64],
    colour: Colours,
    *,
    width: int,
    height: int,
    span: tuple[float, float],
    n_lines: int,
) -> Colours:
    """Return a raster of spikes, (height, width, 4) uint8, transparent where there is none.

    Parameters
    ----------
    time : (n,) float64
        ms.
    line : (n,) int64
        Which line each is on, from the top; below 0: not drawn.
    colour : (n_lines, 3) uint8
        Of each line.
    width, height
        Pixels.
    span
        Times at the left and at the right edge, ms.
    n_lines
        How many lines share the height.
    """
    image = np.zeros((height, width, 4), dtype=np.uint8)
    start, stop = span
    if not len(time) or stop <= start or not n_lines or not width or not height:
        return image
    x = ((time - start) * (width / (stop - start))).astype(np.int64)
    inside = (time >= start) & (time <= stop) & (line >= 0)
    x, row = np.minimum(x[inside], width - 1), line[inside]
    thick = max(1, int(0.75 * height / n_lines))
    y = (row * height) // n_lines
    wide = 2 if len(x) < 20_000 else 1
    rgba = np.concatenate([colour, np.full((len(colour), 1), 255, np.uint8)], axis=1)[row]
    for dy in range(min(thick, 24)):
        for dx in range(wide):
            image[np.minimum(y + dy, height - 1), np.minimum(x + dx, width - 1)] = rgba
    return image


def group_order(
    groups: npt.NDArray[np.str_],
) -> tuple[npt.NDArray[np.int64], list[tuple[str, int, int]]]:
    """Return the line of each neuron, grouped, and (name, first line, end) of each group."""
    names, group = np.unique(groups, return_inverse=True)
    order = np.argsort(group, kind="stable")
    line = np.empty(len(groups), dtype=np.int64)
    line[order] = np.arange(len(groups))
    ends = np.cumsum(np.bincount(group, minlength=len(names)))
    starts = np.concatenate([[0], ends[:-1]])
    return line, [
        (str(name), int(a), int(b)) for name, a, b in zip(names, starts, ends, strict=True)
    ]
