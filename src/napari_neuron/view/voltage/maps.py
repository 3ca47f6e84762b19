"""One value per compartment for a whole run: peak, its time, first crossing, attenuation.

Frames may be a memory map larger than memory: they are read in blocks.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32]

BLOCK = 4_000_000
"""Number of values read at once."""


def peak_map(frames: FloatArray) -> FloatArray:
    """Return the largest value of each compartment.

    Parameters
    ----------
    frames : (n_frames, n_compartments) float32
        NaN is ignored.

    Returns
    -------
    (n_compartments,) float32
        NaN for compartments without any value.
    """
    peak = np.full(frames.shape[1], np.nan, dtype=np.float32)
    for _, block in _blocks(frames):
        peak = np.fmax(peak, np.fmax.reduce(block, axis=0))
    return peak


def time_of_peak_map(frames: FloatArray, frame_interval: float) -> FloatArray:
    """Return when each compartment first has its largest value, ms, (n_compartments,).

    Parameters are those of `peak_map`; ``frame_interval`` is in ms.
    """
    peak = np.full(frames.shape[1], -np.inf, dtype=np.float32)
    at = np.full(frames.shape[1], np.nan)
    for first, block in _blocks(frames):
        filled = np.where(np.isnan(block), -np.inf, block)
        row = filled.argmax(axis=0)
        value = filled[row, np.arange(len(row))]
        later = value > peak
        at[later] = (first + row[later]) * frame_interval
        peak = np.maximum(peak, value)
    return at.astype(np.float32)


def first_crossing_map(frames: FloatArray, frame_interval: float, threshold: float) -> FloatArray:
    """Return when each compartment first rises to a threshold, ms, (n_compartments,).

    Parameters are those of `peak_map`; ``frame_interval`` is in ms, ``threshold`` in the unit of
    the frames. Compartments that start above it must fall below it first. NaN where it is never
    crossed.
    """
    at = np.full(frames.shape[1], np.nan)
    below = np.zeros(frames.shape[1], dtype=bool)
    for first, block in _blocks(frames):
        over = block >= threshold
        under_before = np.empty_like(over)
        under_before[0] = below
        np.logical_or.accumulate(~over[:-1], axis=0, out=under_before[1:])
        under_before[1:] |= below
        crossing = over & under_before
        row = crossing.argmax(axis=0)
        new = crossing[row, np.arange(len(row))] & np.isnan(at)
        at[new] = (first + row[new]) * frame_interval
        below |= ~over.all(axis=0)
    return at.astype(np.float32)


def attenuation_map(frames: FloatArray, reference: int) -> FloatArray:
    """Return the attenuation of each compartment relative to one of them, in decades.

    It compares the largest departures from the first frame.

    Parameters
    ----------
    frames : (n_frames, n_compartments) float32
        NaN is ignored.
    reference
        Index of the reference compartment.

    Returns
    -------
    (n_compartments,) float32
        ``log10(departure / departure of the reference)``: 0 at the reference, -1 for a tenth.

    Raises
    ------
    ValueError
        If the value of the reference does not change.
    """
    begin = np.asarray(frames[0])
    moved = np.zeros(frames.shape[1], dtype=np.float32)
    for _, block in _blocks(frames):
        moved = np.fmax(moved, np.fmax.reduce(np.abs(block - begin), axis=0))
    if not moved[reference] > 0:
        raise ValueError("nothing happens at this node in this run, so it cannot be the reference")
    with np.errstate(divide="ignore"):
        decades = np.log10(moved / moved[reference])
    return np.where(np.isfinite(decades), decades, np.nan).astype(np.float32)


def _blocks(frames: FloatArray) -> Iterator[tuple[int, FloatArray]]:
    rows = max(1, BLOCK // max(frames.shape[1], 1))
    for first in range(0, len(frames), rows):
        yield first, np.asarray(frames[first : first + rows])
