"""`SimulationResult`: usable while it grows, after a cancel, and from a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from napari_neuron.morphology.model import IntArray, Morphology
from napari_neuron.result import spikes as statistics
from napari_neuron.spec import Experiment

if TYPE_CHECKING:
    import pandas as pd

    from napari_neuron.result.network import NetworkResult


class Status(StrEnum):
    """How far a run came."""

    RUNNING = "running"
    COMPLETE = "complete"
    CANCELLED = "cancelled"
    FAILED = "failed"


@dataclass(frozen=True, eq=False)
class Trace:
    """One recorder's values over time.

    Attributes
    ----------
    label : str
        The recorder's name.
    node : int
        Id of its node.
    time : (n_samples,) float64
        ms.
    values : (n_samples,) float64
        In ``unit``.
    unit : str
        Of the values.
    cell : str
        Name of the cell the node belongs to.
    """

    label: str
    node: int
    time: npt.NDArray[np.float64]
    values: npt.NDArray[np.float64]
    unit: str
    cell: str


@dataclass(eq=False)
class SimulationResult:
    """Frames, traces and spikes of one run.

    The arrays have their full length from the start of a run; the valid part grows. ``time``,
    ``voltage`` and ``traces`` give only the valid part.

    Attributes
    ----------
    cells : tuple of Morphology
        The simulated cells, in order.
    experiment : Experiment
        The experiment that was simulated.
    frames : (n_frames of the whole run, n_compartments) float32
        Membrane potential, mV; an array or a memory map. Rows from ``n_frames`` on are not valid.
    samples : (n_recorders, n_samples of the one that has most) float64
        Values of the recorders in the order of ``experiment.traced``, those of voltage first; a
        recorder with an interval uses only the beginning of its row. ``traces`` cuts and names
        them.
    compartment_of_node : (n_nodes,) int64
        Index into the columns of ``voltage`` for every node, in the order of ``cell.node_id``
        (several cells: one after the other).
    spikes : mapping of str to (n_spikes,) float64
        Spike times (ms) of each spike detector; complete only at the end of a run.
    n_frames, n_samples : int
        Number of valid rows of ``frames``, and number of time steps the recorders have seen (the
        valid columns of ``samples`` for a recorder without an interval).
    status : Status
        Running, complete, cancelled or failed.
    message : str
        Why the run failed; "" otherwise.
    provenance : mapping
        Versions of the software that made it.
    more_frames : mapping of str to (n_frames of the whole run, n_compartments) float32
        As ``frames``, for the other variables of ``experiment.frames``; see `frames_of`.
    network : NetworkResult or None
        Spikes of the point neurons beside the cells.
    units : tuple of str
        Unit of each row of ``samples``, then of each of ``more_frames``; empty until a run has
        begun.
    """

    cells: tuple[Morphology, ...]
    experiment: Experiment
    frames: npt.NDArray[np.float32]
    samples: npt.NDArray[np.float64]
    compartment_of_node: IntArray
    spikes: Mapping[str, npt.NDArray[np.float64]] = field(
        default_factory=lambda: MappingProxyType({})
    )
    n_frames: int = 0
    n_samples: int = 0
    status: Status = Status.RUNNING
    message: str = ""
    provenance: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    more_frames: Mapping[str, npt.NDArray[np.float32]] = field(
        default_factory=lambda: MappingProxyType({})
    )
    units: tuple[str, ...] = ()
    network: NetworkResult | None = None

    def __repr__(self) -> str:
        names = ", ".join(cell.name for cell in self.cells)
        return (
            f"SimulationResult({names}: {self.n_frames} frames x {self.frames.shape[1]} "
            f"compartments, {self.status})"
        )

    @property
    def cell(self) -> Morphology:
        """The only cell.

        Raises
        ------
        ValueError
            If the result holds several cells.
        """
        if len(self.cells) != 1:
            raise ValueError(f"this result holds {len(self.cells)} cells; use .cells")
        return self.cells[0]

    @property
    def time(self) -> npt.NDArray[np.float64]:
        """(n_frames,) ms."""
        return np.arange(self.n_frames, dtype=np.float64) * self.frame_interval

    @property
    def frame_interval(self) -> float:
        """Time between two frames, ms."""
        return self.experiment.run.steps_per_frame * self.experiment.run.dt

    @property
    def voltage(self) -> npt.NDArray[np.float32]:
        """(n_frames, n_compartments) float32, mV."""
        return self.frames[: self.n_frames]

    def frames_of(self, variable: str) -> npt.NDArray[np.float32]:
        """Return the frames of a variable of ``experiment.frames``, mapped if they are in a file.

        Returns
        -------
        (n_frames, n_compartments) float32
            In NEURON's unit (`unit_of`); NaN in compartments without the variable.

        Raises
        ------
        KeyError
            If the variable was not kept.
        """
        if variable == "v":
            return self.voltage
        if variable not in self.more_frames:
            kept = ", ".join(("v", *self.more_frames))
            raise KeyError(
                f"frames of {variable!r} were not kept, only of {kept}; name it in "
                "Experiment(frames=...) and run again"
            )
        return self.more_frames[variable][: self.n_frames]

    def unit_of(self, variable: str) -> str:
        """Return the unit of a variable of ``experiment.frames``; "" if it has none."""
        if variable == "v":
            return "mV"
        if not self.units:
            return ""
        return self.units[len(self.samples) + list(self.more_frames).index(variable)]

    def voltage_at(self, node: int, cell: str | None = None) -> npt.NDArray[np.float32]:
        """Return the frames' voltage at one node, (n_frames,) mV.

        Raises
        ------
        KeyError
            If there is no such node or cell.
        """
        return self.frames_at("v", node, cell)

    def frames_at(
        self, variable: str, node: int, cell: str | None = None
    ) -> npt.NDArray[np.float32]:
        """Return the frames of a variable at one node, (n_frames,).

        Raises
        ------
        KeyError
            If there is no such node or cell, or the variable was not kept.
        """
        frames = self.frames_of(variable)
        offset = 0
        for morphology in self.cells:
            if cell in (None, morphology.name):
                row = int(morphology.rows(node)[0])
                return frames[:, self.compartment_of_node[offset + row]]
            offset += len(morphology)
        raise KeyError(cell)

    @property
    def traces(self) -> Mapping[str, Trace]:
        """The recorded traces by label."""
        dt = self.experiment.run.dt
        traces = {}
        for row, recorder in enumerate(self.experiment.traced):
            every = max(1, round(recorder.interval / dt))
            n = (self.n_samples + every - 1) // every
            is_voltage = recorder.kind == "voltage"  # type: ignore[attr-defined]
            unit = "mV" if is_voltage else self.units[row] if self.units else ""
            traces[recorder.label] = Trace(
                label=recorder.label,
                node=recorder.node,
                time=np.arange(n, dtype=np.float64) * (every * dt),
                values=self.samples[row, :n],
                unit=unit,
                cell=recorder.cell or self.cells[0].name,
            )
        return MappingProxyType(traces)

    def spike_count(self, label: str) -> int:
        """Return the number of spikes of a detector.

        Raises
        ------
        KeyError
            If there is no such detector.
        """
        return len(self.spikes[label])

    def inter_spike_intervals(self, label: str) -> npt.NDArray[np.float64]:
        """Return the times between successive spikes of a detector, (n_spikes - 1,) ms.

        Raises
        ------
        KeyError
            If there is no such detector.
        """
        return statistics.inter_spike_intervals(self.spikes[label])

    def firing_rate(
        self, label: str, bin_width: float
    ) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Return the rate in bins; see `napari_neuron.result.spikes.binned_rate`.

        Returns
        -------
        edges : (n_bins + 1,) float64
            ms.
        rate : (n_bins,) float64
            Spikes per second.

        Raises
        ------
        KeyError
            If there is no such detector.
        """
        return statistics.binned_rate(self.spikes[label], self.simulated, bin_width)

    def smoothed_rate(
        self, label: str, sigma: float, step: float = 1.0
    ) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Return the smoothed rate; see `napari_neuron.result.spikes.smoothed_rate`.

        Returns
        -------
        time : (n,) float64
            ms.
        rate : (n,) float64
            Spikes per second.

        Raises
        ------
        KeyError
            If there is no such detector.
        """
        return statistics.smoothed_rate(self.spikes[label], self.simulated, sigma, step)

    @property
    def simulated(self) -> float:
        """Simulated time so far, ms."""
        run = self.experiment.run
        complete = self.status is Status.COMPLETE
        steps = run.n_steps if complete else max(self.n_samples - 1, 0)
        return steps * run.dt

    def traces_table(self) -> pd.DataFrame:
        """Return the traces side by side; see `napari_neuron.result.tables.traces_table`."""
        from napari_neuron.result.tables import traces_table

        return traces_table(self.traces.items())

    def save_traces(self, path: str | Path) -> None:
        """Write `traces_table` as CSV.

        Raises
        ------
        OSError
            If the file cannot be written.
        """
        from napari_neuron.result.tables import save_table

        save_table(self.traces_table(), path)

    def spikes_table(self) -> pd.DataFrame:
        """Return one row per spike, with the columns "detector" and "time (ms)"."""
        from napari_neuron.result.tables import spikes_table

        return spikes_table(self.spikes)

    def save_spikes(self, path: str | Path) -> None:
        """Write `spikes_table` as CSV.

        Raises
        ------
        OSError
            If the file cannot be written.
        """
        from napari_neuron.result.tables import save_table

        save_table(self.spikes_table(), path)

    def save(self, path: str | Path) -> None:
        """Write everything to an HDF5 file; see `napari_neuron.result.io`.

        A name that ends in ``.nwb`` makes an NWB file; see `napari_neuron.result.nwb.save_nwb`.

        Raises
        ------
        NapariNeuronError
            If it is to be NWB and pynwb is not installed.
        OSError
            If the file cannot be written; an existing file then stays untouched.
        """
        from napari_neuron.result.io import save
        from napari_neuron.result.nwb import is_nwb, save_nwb

        (save_nwb if is_nwb(path) else save)(self, path)

    @classmethod
    def load(cls, path: str | Path) -> SimulationResult:
        """Read a file written by `save`; needs neither NEURON nor napari.

        Raises
        ------
        NapariNeuronError
            If the file is not a result, is damaged, or was written by a newer napari-neuron.
        OSError
            If it cannot be opened.
        """
        from napari_neuron.result.io import load

        return load(path)
