"""Colour maps for voltages, and their limits."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from napari.utils.colormaps import Colormap, ensure_colormap

SPIKING_LIMITS = (-80.0, 40.0)
"""Limits in mV for a spiking cell, and for a run before its first frame."""

TRACE_COLOURS = (
    "#4fc3f7",
    "#ffa04d",
    "#7ccf83",
    "#f0719b",
    "#b48cf2",
    "#45c9b4",
    "#e4605e",
    "#9fb8d0",
)
"""Colours of recorders, in the order of their labels."""

_BEGIN = 0.26  # inferno's darkest part would hide a resting cell on a black canvas


def _brightened_inferno() -> Colormap:
    colours = ensure_colormap("inferno").map(np.linspace(_BEGIN, 1.0, 64))
    return Colormap(colours, name="voltage", display_name="voltage")


VOLTAGE_COLORMAP = _brightened_inferno()
VARIABLE_COLORMAP = "viridis"
"""For other variables, so that nobody mistakes them for a voltage."""


def voltage_limits(
    frames: npt.NDArray[np.float32], *, narrowest: float = 10.0
) -> tuple[float, float]:
    """Return colour limits (mV) for some frames: what occurs in them, rounded out to 5 mV.

    Parameters
    ----------
    frames : (n_frames, n_compartments) float32
        mV; NaN is ignored. Of a long run every n-th frame is looked at.
    narrowest
        Smallest distance between the two, mV.
    """
    if not frames.size:
        return SPIKING_LIMITS
    some = frames[:: max(1, frames.size // 50_000_000)]
    low, high = float(np.nanmin(some)), float(np.nanmax(some))
    if not (np.isfinite(low) and np.isfinite(high)):
        return SPIKING_LIMITS
    low, high = 5.0 * np.floor(low / 5.0), 5.0 * np.ceil(high / 5.0)
    return float(low), float(max(high, low + narrowest))


def variable_limits(frames: npt.NDArray[np.float32]) -> tuple[float, float]:
    """Return colour limits for some frames of any variable: what occurs, rounded out a little.

    Parameters
    ----------
    frames : (n_frames, n_compartments) float32
        In any unit; NaN is ignored. Of a long run every n-th frame is looked at.
    """
    some = frames[:: max(1, frames.size // 5_000_000)]
    low = float(np.fmin.reduce(some, axis=None, initial=np.inf))
    high = float(np.fmax.reduce(some, axis=None, initial=-np.inf))
    if not (np.isfinite(low) and np.isfinite(high)):
        return 0.0, 1.0
    span = (high - low) or abs(low) or 1.0
    step = 10.0 ** np.floor(np.log10(span)) / 10
    low, high = np.floor(low / step + 1e-4), np.ceil(high / step - 1e-4)  # of float32
    return float(low * step), float(max(high, low + 1) * step)
