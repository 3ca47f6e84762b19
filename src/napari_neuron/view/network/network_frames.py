"""The values that colour a network's neurons at a time, computed on request; no napari."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from napari_neuron.result.network import NetworkResult


class NetworkFrames:
    """What a network's layer shows at each time, computed on request.

    To `VoltageLayer` it is an array (n_frames, n_columns), which would really take gigabytes.

    Parameters
    ----------
    result
        May still be growing.
    interval
        Between two frames, ms.
    n_columns
        How many values there are at each time.
    """

    def __init__(self, result: NetworkResult, interval: float, n_columns: int) -> None:
        self.result, self.interval = result, interval
        self.shape = (self._frames_until(result.network.run.duration), n_columns)
        self.size = self.shape[0] * self.shape[1]
        self.dtype = np.dtype(np.float32)

    @property
    def n_valid(self) -> int:
        """Number of frames so far."""
        return min(len(self), self._frames_until(self.result.simulated))

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, slice):  # of which only the size is looked at
            return np.zeros((0, self.shape[1]), np.float32)
        return self.at(int(key) * self.interval)

    def at(self, time: float) -> npt.NDArray[np.float32]:
        """Return the values at a time (ms), (n_columns,)."""
        raise NotImplementedError

    def _frames_until(self, time: float) -> int:
        return int(time / self.interval * (1 + 1e-12)) + 1


class SpikeFrames(NetworkFrames):
    """How recently each neuron fired, from 0 to 1 (just now).

    Parameters
    ----------
    result, interval
        As for `NetworkFrames`.
    decay
        Time constant of the glow after a spike, ms.
    """

    def __init__(self, result: NetworkResult, interval: float, decay: float) -> None:
        super().__init__(result, interval, len(result.network.neurons))
        self.decay = decay

    def at(self, time: float) -> npt.NDArray[np.float32]:
        """Return how each neuron glows at a time (ms), (n_neurons,)."""
        return self.result.activity(time, self.decay)


class RateFrames(NetworkFrames):
    """The firing rate of each neuron in a window around a time, Hz.

    Parameters
    ----------
    result, interval
        As for `NetworkFrames`.
    window
        ms; half of it lies before the time. At the ends of what was simulated it is cut short.
    """

    def __init__(self, result: NetworkResult, interval: float, window: float) -> None:
        super().__init__(result, interval, len(result.network.neurons))
        self.window = window

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, slice):  # asked for colour limits: the highest rates there are
            first, stop, _ = key.indices(len(self))
            return self._highest(first * self.interval, stop * self.interval)[None]
        return super().__getitem__(key)

    def at(self, time: float) -> npt.NDArray[np.float32]:
        """Return the rates around a time (ms), (n_neurons,)."""
        half = self.window / 2
        return self._between(max(0.0, time - half), min(self.result.simulated, time + half))

    def _between(self, begin: float, end: float) -> npt.NDArray[np.float32]:
        times = self.result.spike_time
        first, last = np.searchsorted(times, [begin, end])
        count = np.bincount(self.result.spike_neuron[first:last], minlength=self.shape[1])
        return (count * (1000.0 / max(end - begin, self.interval))).astype(np.float32)

    def _highest(self, begin: float, end: float) -> npt.NDArray[np.float32]:
        times = self.result.spike_time
        first, last = np.searchsorted(times, [begin, end])
        bins = (times[first:last] / self.window).astype(np.int64)
        n_bins = int(bins.max(initial=0)) + 1
        which, count = np.unique(
            self.result.spike_neuron[first:last] * n_bins + bins, return_counts=True
        )
        highest = np.zeros(self.shape[1], np.float32)
        np.maximum.at(highest, which // n_bins, count * (1000.0 / self.window))
        return highest
