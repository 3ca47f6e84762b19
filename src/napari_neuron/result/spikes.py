"""Intervals and rates from spike times."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


def inter_spike_intervals(times: FloatArray) -> FloatArray:
    """Return the times between successive spikes, (n_spikes - 1,) ms."""
    return np.diff(times)


def binned_rate(
    times: FloatArray, duration: float, bin_width: float
) -> tuple[FloatArray, FloatArray]:
    """Return the firing rate in bins of equal width.

    Parameters
    ----------
    times : (n_spikes,) float64
        ms.
    duration
        Duration of the run, ms. It may cut the last bin short, whose rate is then that of the part
        left.
    bin_width
        ms.

    Returns
    -------
    edges : (n_bins + 1,) float64
        ms; the last is ``duration``.
    rate : (n_bins,) float64
        Spikes per second.

    Raises
    ------
    ValueError
        If the bin width is not positive.
    """
    if not bin_width > 0:
        raise ValueError(f"a bin width of {bin_width:g} ms is not possible; give a positive one")
    n = max(1, math.ceil(duration / bin_width * (1 - 1e-12)))
    edges = np.minimum(np.arange(n + 1) * bin_width, duration)
    count, _ = np.histogram(times, edges)
    width = np.diff(edges)
    return edges, np.divide(1000.0 * count, width, out=np.zeros(n), where=width > 0)


def smoothed_rate(
    times: FloatArray, duration: float, sigma: float, step: float = 1.0
) -> tuple[FloatArray, FloatArray]:
    """Return the firing rate smoothed with a Gaussian.

    The part of a spike's Gaussian outside the run is folded back, so that the integral of the rate
    is the number of spikes.

    Parameters
    ----------
    times : (n_spikes,) float64
        ms.
    duration
        Duration of the run, ms.
    sigma
        Standard deviation of the Gaussian, ms.
    step
        Time between values, ms.

    Returns
    -------
    time : (n,) float64
        ms, from 0 to ``duration``.
    rate : (n,) float64
        Spikes per second.

    Raises
    ------
    ValueError
        If sigma or step is not positive.
    """
    if not (sigma > 0 and step > 0):
        raise ValueError(f"sigma = {sigma:g} ms and step = {step:g} ms must be positive")
    time = step * np.arange(math.floor(duration / step * (1 + 1e-12)) + 1, dtype=np.float64)
    rate = np.zeros(len(time))
    centres = np.concatenate([times, -times, 2 * duration - times])
    centres = centres[(centres >= -6 * sigma) & (centres <= duration + 6 * sigma)]
    reach = np.arange(math.ceil(12 * sigma / step) + 2)  # each spike touches few of the values
    at_once = max(1, 1_000_000 // len(reach))
    for begin in range(0, len(centres), at_once):
        some = centres[begin : begin + at_once, None]
        near = np.floor((some - 6 * sigma) / step).astype(np.int64) + reach
        height = np.exp(-0.5 * ((near * step - some) / sigma) ** 2)
        inside = (near >= 0) & (near < len(rate))
        rate += np.bincount(near[inside], height[inside], minlength=len(rate))
    return time, rate * (1000 / (sigma * math.sqrt(2 * math.pi)))
