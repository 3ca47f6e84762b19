"""`TraceLimits`: the range of the value axes, in steps."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from napari_neuron.widgets.plotting.curves import Curve, CurveKey
from napari_neuron.widgets.plotting.trace_axes import TraceAxes

_STEP = 20.0
"""Step in mV, so that the axes are not redrawn for every new peak."""


class TraceLimits:
    """Fits axes to curves, looking only at new data each time."""

    def __init__(self) -> None:
        self._extents: dict[CurveKey, tuple[int, float, float]] = {}

    def forget(self, key: CurveKey | None = None) -> None:
        """Begin again with a curve, or with all."""
        if key is None:
            self._extents.clear()
        else:
            self._extents.pop(key, None)

    def fit(self, panels: TraceAxes, curves: Mapping[CurveKey, Curve], *, tight: bool) -> bool:
        """Widen axes to what there is, with ``tight`` shrink them too; return whether one moved."""
        extents: dict[str, tuple[float, float]] = {}
        for key, curve in curves.items():
            extent = self._extent(key, curve)
            if extent is not None:
                known = extents.get(curve.unit, extent)
                extents[curve.unit] = min(known[0], extent[0]), max(known[1], extent[1])
        moved = False
        for unit, (smallest, largest) in extents.items():
            axes = panels.of(unit)
            low, high = axes.get_ylim()
            fits = smallest >= low and largest <= high and not axes.get_autoscaley_on()
            if fits and not tight:
                continue
            if unit == "mV" and not tight:
                low = min(low, _STEP * np.floor((smallest - 2) / _STEP))
                high = max(high, _STEP * np.ceil((largest + 4) / _STEP))
            else:
                share = 0.08 if tight else 0.25
                margin = share * (largest - smallest) or 0.05 * abs(largest) or 1.0
                low, high = smallest - margin, largest + margin
            axes.set_ylim(low, high)
            moved = True
        return moved

    def _extent(self, key: CurveKey, curve: Curve) -> tuple[float, float] | None:
        n, low, high = self._extents.get(key, (0, np.inf, -np.inf))
        new = curve.values[n:]
        new = new[np.isfinite(new)]
        if len(new):
            low, high = min(low, float(new.min())), max(high, float(new.max()))
        self._extents[key] = (len(curve.values), low, high)
        return (low, high) if low <= high else None
