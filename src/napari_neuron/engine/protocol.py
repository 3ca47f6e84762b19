"""The engine protocol: something that runs a compiled model and reports its progress."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import numpy.typing as npt

from napari_neuron.compile.model import CompiledModel
from napari_neuron.compile.network_model import CompiledNetwork

POINT_TIMES, POINT_ROWS = "\0 times", "\0 rows"
"""Names, which no detector has, under which spikes of point neurons beside cells are reported."""


@dataclass(frozen=True, eq=False)
class Started:
    """The first event: the arrays that fill during the run.

    Attributes
    ----------
    frames : (n_frames, n_compartments) float32
        Membrane potential, mV; row i is at time i · steps_per_frame · dt.
    samples : (n_recorders, n_samples) float64
        Values of each recorder; row i has one for every ``model.recorders[i].every`` time steps.
    more_frames : mapping of str to (n_frames, n_compartments) float32
        The variables of ``model.frames`` in NEURON's units, NaN where a compartment has none.
    """

    frames: npt.NDArray[np.float32]
    samples: npt.NDArray[np.float64]
    more_frames: Mapping[str, npt.NDArray[np.float32]] = field(default_factory=dict)


@dataclass(frozen=True)
class Advanced:
    """The run has reached ``time`` (ms); gives the numbers of valid rows and samples.

    Yielded at least every 100 ms of wall time, even without progress. ``spikes`` holds the
    spike times (ms) found since the previous event, by detector; detectors without any are left
    out. Spikes of point neurons beside cells are reported once, under `POINT_TIMES` and
    `POINT_ROWS`: times, and rows of the neurons. ``n_samples`` counts time steps; ``units``, of
    each recorder and
    then of each variable of ``model.frames``, is empty in all but the first.
    """

    time: float
    n_frames: int
    n_samples: int
    spikes: Mapping[str, npt.NDArray[np.float64]] = field(default_factory=dict)
    units: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Finished:
    """The last event of a run that reached its end: spike times (ms) of each detector."""

    spikes: Mapping[str, npt.NDArray[np.float64]]


EngineEvent = Started | Advanced | Finished


class Engine(Protocol):
    """Runs compiled models one at a time.

    Closing the iterator cancels the run: it returns within half a second.
    """

    @property
    def provenance(self) -> Mapping[str, str]:
        """Versions of the simulator; may be empty until a run has advanced."""
        ...

    def run(self, model: CompiledModel | CompiledNetwork) -> Iterator[EngineEvent]:
        """Build and integrate ``model``.

        Yields
        ------
        EngineEvent
            One `Started`, then `Advanced` events, then one `Finished`.

        Raises
        ------
        BlowUpError
            If the voltage becomes NaN or leaves ±1000 mV.
        EngineCrashed
            If the process that ran NEURON died.
        NeuronNotAvailable
            If there is no NEURON.
        SimulationError
            For anything else that NEURON refuses.
        """
        ...

    def close(self) -> None:
        """Release processes and files; the engine cannot be used after."""
        ...
