"""Long traces for few pixels; pure numpy."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


def decimated(
    values: FloatArray, step: float, start: float, stop: float, n_bins: int
) -> tuple[FloatArray, FloatArray]:
    """Return the visible part of a regularly sampled trace: each bin's minimum and maximum.

    Parameters
    ----------
    values : (n,) float64
        Sample i is at time i · step.
    step
        Time between two samples.
    start, stop
        The times that are in view; one sample beyond each is kept, so that lines reach the edge.
    n_bins
        Bins in view, about one per pixel. With fewer than four samples per bin nothing is left out.

    Returns
    -------
    time, values : (m,) float64
        In order of time; m is at most 2 · (n_bins + 2).
    """
    first = max(0, int(np.floor(start / step)) - 1)
    last = min(len(values), int(np.ceil(stop / step)) + 2)
    if last <= first:
        return np.empty(0), np.empty(0)
    per_bin = (last - first) // max(1, n_bins)
    if per_bin < 4:
        index = np.arange(first, last)
        return index * step, np.asarray(values[first:last])
    first -= first % per_bin  # bins stay where they are while the view moves or the trace grows
    n_full = (last - first) // per_bin
    end = first + n_full * per_bin
    binned = np.asarray(values[first:end]).reshape(n_full, per_bin)
    begin = first + per_bin * np.arange(n_full)
    extremes = np.sort(np.stack([binned.argmin(axis=1), binned.argmax(axis=1)], axis=1), axis=1)
    index = (begin[:, None] + extremes).ravel()
    index = np.concatenate([index, np.arange(end, last)[:: max(1, per_bin // 2)]])
    if index[-1] != last - 1:
        index = np.append(index, last - 1)
    return index * step, np.asarray(values[index])
