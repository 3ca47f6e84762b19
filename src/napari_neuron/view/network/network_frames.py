"""What colours the neurons of a network at a time, worked out when it is asked for; no napari."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from napari_neuron.result.network import NetworkResult


class SpikeFrames:
    """How recently each neuron fired, worked out for a time when it is asked for.

    To `VoltageLayer` it is an array (n_frames, n_neurons); as one it would take gigabytes.

    Parameters
    ----------
    result
        May still be filling.
    interval
        Between two frames, ms.
    decay
        Time constant of the glow after a spike, ms.
    """

    def __init__(self, result: NetworkResult, interval: float, decay: float) -> None:
        self.result, self.interval, self.decay = result, interval, decay
        n_frames = int(result.network.run.duration / interval * (1 + 1e-12)) + 1
        self.shape = (n_frames, len(result.network.neurons))
        self.size = self.shape[0] * self.shape[1]
        self.dtype = np.dtype(np.float32)

    @property
    def n_valid(self) -> int:
        """How many frames there are already."""
        return min(len(self), int(self.result.simulated / self.interval * (1 + 1e-12)) + 1)

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, slice):  # of which only the size is looked at
            return np.zeros((0, self.shape[1]), np.float32)
        return self.result.activity(int(key) * self.interval, self.decay)


class RateFrames(SpikeFrames):
    """The firing rate of each neuron in a window around a time, when it is asked for, Hz.

    Parameters
    ----------
    result, interval
        As for `SpikeFrames`.
    window
        ms; half of it lies before the time. At the ends of what was simulated it is cut short.
    """

    def __init__(self, result: NetworkResult, interval: float, window: float) -> None:
        super().__init__(result, interval, window)

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, slice):  # asked for colour limits: the highest rates there are
            first, stop, _ = key.indices(len(self))
            return self._highest(first * self.interval, stop * self.interval)[None]
        return self._between(*self._window(int(key) * self.interval))

    def _window(self, time: float) -> tuple[float, float]:
        return max(0.0, time - self.decay / 2), min(self.result.simulated, time + self.decay / 2)

    def _between(self, begin: float, end: float) -> npt.NDArray[np.float32]:
        times = self.result.spike_time
        first, last = np.searchsorted(times, [begin, end])
        count = np.bincount(self.result.spike_neuron[first:last], minlength=self.shape[1])
        return (count * (1000.0 / max(end - begin, self.interval))).astype(np.float32)

    def _highest(self, begin: float, end: float) -> npt.NDArray[np.float32]:
        times = self.result.spike_time
        first, last = np.searchsorted(times, [begin, end])
        bins = (times[first:last] / self.decay).astype(np.int64)
        n_bins = int(bins.max(initial=0)) + 1
        which, count = np.unique(
            self.result.spike_neuron[first:last] * n_bins + bins, return_counts=True
        )
        highest = np.zeros(self.shape[1], np.float32)
        np.maximum.at(highest, which // n_bins, count * (1000.0 / self.decay))
        return highest
