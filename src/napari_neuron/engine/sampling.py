"""Turns values at every step into samples of recorders and spikes of detectors."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from napari_neuron.compile.model import CompiledDetector, CompiledModel

FloatArray = npt.NDArray[np.float64]


class Sampling:
    """Copies the values of recorders into ``samples`` and finds the spikes of detectors.

    Spikes are found here and not by NEURON's NetCon, because all NetCons at one place share one
    threshold: the last one set.
    """

    def __init__(self, model: CompiledModel, samples: FloatArray) -> None:
        self._model = model
        self._samples = samples
        self._taken = 0
        self._detectors = [_Detector(detector, model.run.dt) for detector in model.detectors]

    def take(self, new: list[FloatArray]) -> dict[str, FloatArray]:
        """Keep the next values of all recorders, then detectors; return the new spike times."""
        first = self._taken
        n_recorders = len(self._model.recorders)
        for recorder, row, values in zip(self._model.recorders, self._samples, new, strict=False):
            every = recorder.every
            kept = values[-first % every :: every]
            at = -(-first // every)
            row[at : at + len(kept)] = kept
        found = {}
        for detector, values in zip(self._detectors, new[n_recorders:], strict=True):
            times = detector.take(values, first)
            if len(times):
                found[detector.label] = times
        if new:
            self._taken += len(new[0])
        return found

    def spikes(self) -> dict[str, FloatArray]:
        """Return all spike times (ms) of every detector."""
        return {d.label: np.concatenate([np.empty(0), *d.found]) for d in self._detectors}


class _Detector:
    """Finds where one voltage crosses its threshold."""

    def __init__(self, detector: CompiledDetector, dt: float) -> None:
        self.label = detector.label
        self.found: list[FloatArray] = []
        self._dt = dt
        self._sign = 1.0 if detector.rising else -1.0
        self._threshold = self._sign * detector.threshold
        self._refractory = detector.refractory
        self._last = np.inf  # beyond the threshold: no spike at time 0
        self._last_spike = -np.inf

    def take(self, voltage: FloatArray, first: int) -> FloatArray:
        """Return the spikes (ms) among the next values; the first of them is of step ``first``."""
        values = np.concatenate([[self._last], self._sign * voltage])
        above = values > self._threshold
        steps = first + np.flatnonzero(above[1:] & ~above[:-1]).astype(np.float64)
        self._last = float(values[-1])
        times = steps * self._dt
        if self._refractory and len(times):
            times = self._after_rest(times)
        if len(times):
            self.found.append(times)
        return times

    def _after_rest(self, times: FloatArray) -> FloatArray:
        kept = []
        for time in times.tolist():
            # half a step of room: times are multiples of dt only up to rounding
            if time - self._last_spike >= self._refractory - self._dt / 2:
                kept.append(time)
                self._last_spike = time
        return np.array(kept)
