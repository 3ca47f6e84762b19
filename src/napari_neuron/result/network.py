"""`NetworkResult`: the spikes of a point network; usable while it grows, and from a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from napari_neuron.result import spikes as statistics
from napari_neuron.result.model import Status
from napari_neuron.spec.network_stimulus import ForNeurons
from napari_neuron.spec.point_network import PointNetwork

if TYPE_CHECKING:
    import pandas as pd

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@dataclass(eq=False)
class NetworkResult:
    """Result of a point network: spikes, and m of the recorded neurons.

    Attributes
    ----------
    network : PointNetwork
        The network that was simulated.
    spike_time : (n_spikes,) float64
        Spike times, ascending, ms. Complete up to ``simulated``.
    spike_neuron : (n_spikes,) int64
        Row of the neuron of each spike.
    frames : (n_samples of the whole run, n_recorded) float32
        m of ``network.recorded``; rows from ``n_frames`` on are not valid.
    n_frames : int
        Number of valid rows of ``frames``.
    simulated : float
        Simulated time so far, ms.
    status : Status
        Running, complete, cancelled or failed.
    message : str
        Why the run failed; "" otherwise.
    provenance : mapping
        Versions of the software that made it.
    """

    network: PointNetwork
    spike_time: FloatArray = field(default_factory=lambda: np.empty(0))
    spike_neuron: IntArray = field(default_factory=lambda: np.empty(0, np.int64))
    frames: npt.NDArray[np.float32] = field(default_factory=lambda: np.empty((0, 0), np.float32))
    n_frames: int = 0
    simulated: float = 0.0
    status: Status = Status.RUNNING
    message: str = ""
    provenance: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def __repr__(self) -> str:
        return (
            f"NetworkResult({len(self.network.neurons)} neurons, {len(self.spike_time)} spikes in "
            f"{self.simulated:g} ms, {self.status})"
        )

    def add(self, time: FloatArray, neuron: npt.NDArray[Any]) -> None:
        """Append later spikes; ``neuron`` gives rows."""
        order = np.lexsort((neuron, time))  # which of two at one time comes first means nothing
        times = np.concatenate([self.spike_time, time[order]])
        # neurons first: who looks at the times meanwhile finds the neuron of each
        self.spike_neuron = np.concatenate([self.spike_neuron, neuron[order].astype(np.int64)])
        self.spike_time = times

    def spikes(self) -> tuple[FloatArray, npt.NDArray[Any]]:
        """Return the times (ms) and neurons (rows) of all spikes.

        The two always have the same length, even while the thread of a run adds more.
        """
        times = self.spike_time
        return times, self.spike_neuron[: len(times)]

    def spikes_of(self, neuron: Any) -> FloatArray:
        """Return the spike times of one neuron, by id, (n,) ms.

        Raises
        ------
        ExperimentError
            If there is no such neuron.
        """
        row = self.network.neurons.rows([neuron], "neuron")[0]
        return np.asarray(self.spike_time[self.spike_neuron == row])

    def spike_table(self) -> pd.DataFrame:
        """Return one row per spike: neuron (id), label, group, time (ms)."""
        import pandas as pd

        neurons, rows = self.network.neurons, self.spike_neuron
        return pd.DataFrame(
            {
                "neuron": neurons.id[rows],
                "label": neurons.labels[rows],
                "group": neurons.groups[rows],
                "time": self.spike_time,
            }
        )

    def counts(self) -> IntArray:
        """Return the number of spikes of each neuron, (n_neurons,)."""
        return np.bincount(self.spike_neuron, minlength=len(self.network.neurons))

    def mean_rates(self) -> FloatArray:
        """Return each neuron's spikes per second over the simulated time, (n_neurons,)."""
        return np.asarray(self.counts() * (1000.0 / (self.simulated or np.inf)), np.float64)

    def rate(
        self,
        bin_width: float,
        *,
        neurons: Sequence[int | str] = (),
        groups: Sequence[str] = (),
    ) -> tuple[FloatArray, FloatArray]:
        """Return the mean firing rate of neurons in bins.

        Parameters
        ----------
        bin_width
            ms.
        neurons, groups
            Whose; all if neither is given.

        Returns
        -------
        edges : (n_bins + 1,) float64
            ms.
        rate : (n_bins,) float64
            Spikes per second and neuron.
        """
        times, n = self._pooled(neurons, groups)
        edges, rate = statistics.binned_rate(times, self.simulated, bin_width)
        return edges, np.asarray(rate / max(n, 1), np.float64)

    def rates(self, bin_width: float) -> pd.DataFrame:
        """Return the firing rate of every neuron in bins.

        The last bin may be cut short by the end of the simulated time.

        Parameters
        ----------
        bin_width
            ms.

        Returns
        -------
        DataFrame
            Spikes per second; a row for each neuron (id), a column for each bin (its end, ms).
        """
        import pandas as pd

        n_neurons = len(self.network.neurons)
        edges, _ = statistics.binned_rate(np.empty(0), self.simulated, bin_width)
        place = np.searchsorted(edges, self.spike_time, side="right") - 1
        place = np.minimum(place, len(edges) - 2)  # a spike at the very end
        flat = np.bincount(
            self.spike_neuron * (len(edges) - 1) + place, minlength=n_neurons * (len(edges) - 1)
        )
        rate = 1000.0 * flat.reshape(n_neurons, -1) / np.diff(edges)
        return pd.DataFrame(rate, index=self.network.neurons.id, columns=edges[1:])

    def smoothed_rate(
        self,
        sigma: float,
        step: float = 1.0,
        *,
        neurons: Sequence[int | str] = (),
        groups: Sequence[str] = (),
    ) -> tuple[FloatArray, FloatArray]:
        """Return the mean firing rate of neurons smoothed with a Gaussian.

        Spikes are first counted in bins of ``step``, so a million cost no more than one.

        Parameters
        ----------
        sigma
            Standard deviation of the Gaussian, ms.
        step
            Time between values, ms.
        neurons, groups
            Whose; all if neither is given.

        Returns
        -------
        time : (n,) float64
            Centres of the bins, ms.
        rate : (n,) float64
            Spikes per second and neuron.

        Raises
        ------
        ValueError
            If sigma or step is not positive.
        """
        if not (sigma > 0 and step > 0):
            raise ValueError(f"sigma = {sigma:g} ms and step = {step:g} ms must be positive")
        from scipy.ndimage import gaussian_filter1d

        times, n = self._pooled(neurons, groups)
        edges, rate = statistics.binned_rate(times, self.simulated, step)
        smooth = gaussian_filter1d(rate, sigma / step, mode="reflect")
        return 0.5 * (edges[1:] + edges[:-1]), np.asarray(smooth / max(n, 1), np.float64)

    def _pooled(
        self, neurons: Sequence[int | str], groups: Sequence[str]
    ) -> tuple[FloatArray, int]:
        rows = self.network.selected(ForNeurons(neurons=tuple(neurons), groups=tuple(groups)))
        if len(rows) == len(self.network.neurons):
            return self.spike_time, len(rows)
        wanted = np.zeros(len(self.network.neurons), dtype=bool)
        wanted[rows] = True
        times, neuron = self.spikes()
        return times[wanted[neuron]], len(rows)

    @property
    def state_time(self) -> FloatArray:
        """Times of the samples of m, (n_frames,) ms."""
        return np.arange(self.n_frames, dtype=np.float64) * self.network.run.state_interval

    def state_of(self, neuron: Any) -> npt.NDArray[np.float32]:
        """Return m of a recorded neuron, by id, (n_frames,); threshold is 1.

        Raises
        ------
        KeyError
            If the neuron was not recorded.
        """
        recorded = self.network.neurons.rows(self.network.recorded, "recorded")
        row = self.network.neurons.rows([neuron], "neuron")[0]
        if row not in recorded:
            raise KeyError(
                f"m of {neuron!r} was not kept; name it in PointNetwork(recorded=...) and run again"
            )
        return self.frames[: self.n_frames, int(np.flatnonzero(recorded == row)[0])]

    def activity(self, time: float, decay: float = 20.0) -> npt.NDArray[np.float32]:
        """Return how recently each neuron fired: exp(-(time - last spike) / decay), (n_neurons,).

        Parameters
        ----------
        time, decay
            ms.
        """
        end = int(np.searchsorted(self.spike_time, time, side="right"))
        begin = int(np.searchsorted(self.spike_time, time - 12 * decay))
        last = np.full(len(self.network.neurons), -np.inf)
        last[self.spike_neuron[begin:end]] = self.spike_time[begin:end]  # the latest stays
        with np.errstate(under="ignore"):
            return np.exp((last - time) / decay).astype(np.float32)

    def save(self, path: str | Path) -> None:
        """Write everything to an HDF5 file; see `napari_neuron.result.network_io`.

        A name that ends in ``.nwb`` makes an NWB file; see `napari_neuron.result.nwb.save_nwb`.

        Raises
        ------
        NapariNeuronError
            If it is to be NWB and pynwb is not installed.
        OSError
            If the file cannot be written; an existing file then stays untouched.
        """
        from napari_neuron.result.network_io import save
        from napari_neuron.result.nwb import is_nwb, save_nwb

        (save_nwb if is_nwb(path) else save)(self, path)

    @classmethod
    def load(cls, path: str | Path) -> NetworkResult:
        """Read a file written by `save`; needs neither NEURON nor napari.

        Raises
        ------
        NapariNeuronError
            If the file is not a result, is damaged, or was written by a newer napari-neuron.
        OSError
            If it cannot be opened.
        """
        from napari_neuron.result.network_io import load

        return load(path)
