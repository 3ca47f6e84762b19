"""`SimulationResult`: usable while it fills, after a cancel, and from a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from napari_neuron.morphology.model import IntArray, Morphology
from napari_neuron.spec import Experiment, VoltageRecorder


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
        Id of the node it sits at.
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

    The arrays are there in full length from the start of a run; what is valid grows. ``time``,
    ``voltage`` and ``traces`` show only what is valid.

    Attributes
    ----------
    cells : tuple of Morphology
        The simulated cells, in order.
    experiment : Experiment
        What was simulated.
    frames : (n_frames of the whole run, n_compartments) float32
        Membrane potential, mV; an array or a memory map. Rows from ``n_frames`` on are not valid.
    samples : (n_voltage_recorders, n_steps + 1) float64
        Values of the voltage recorders, in the experiment's order.
    compartment_of_node : (n_nodes,) int64
        Index into the columns of ``voltage`` for every node, in the order of ``cell.node_id``
        (several cells: one after the other).
    spikes : mapping of str to (n_spikes,) float64
        Spike times (ms) of each spike detector; complete only at the end of a run.
    n_frames, n_samples : int
        How many rows of ``frames`` and columns of ``samples`` are valid.
    status : Status
        Running, complete, cancelled or failed.
    message : str
        Why it failed; "" otherwise.
    provenance : mapping
        Versions of what made it.
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

    def voltage_at(self, node: int, cell: str | None = None) -> npt.NDArray[np.float32]:
        """Return the frames' voltage at one node, (n_frames,) mV.

        Raises
        ------
        KeyError
            If there is no such node or cell.
        """
        offset = 0
        for morphology in self.cells:
            if cell in (None, morphology.name):
                row = int(morphology.rows(node)[0])
                return self.voltage[:, self.compartment_of_node[offset + row]]
            offset += len(morphology)
        raise KeyError(cell)

    @property
    def traces(self) -> Mapping[str, Trace]:
        """The recorded traces by label."""
        recorders = [r for r in self.experiment.recorders if isinstance(r, VoltageRecorder)]
        time = np.arange(self.n_samples, dtype=np.float64) * self.experiment.run.dt
        return MappingProxyType(
            {
                recorder.label: Trace(
                    label=recorder.label,
                    node=recorder.node,
                    time=time,
                    values=self.samples[row, : self.n_samples],
                    unit="mV",
                    cell=recorder.cell or self.cells[0].name,
                )
                for row, recorder in enumerate(recorders)
            }
        )

    def save(self, path: str | Path) -> None:
        """Write everything to an HDF5 file; see `napari_neuron.result.io`."""
        from napari_neuron.result.io import save

        save(self, path)

    @classmethod
    def load(cls, path: str | Path) -> SimulationResult:
        """Read a file written by `save`; needs neither NEURON nor napari."""
        from napari_neuron.result.io import load

        return load(path)
