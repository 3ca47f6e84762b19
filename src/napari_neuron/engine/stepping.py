"""The loop over time: fixed steps, a frame every so many of them, progress by the clock."""

from __future__ import annotations

from collections.abc import Iterator
from time import perf_counter

import numpy as np
import numpy.typing as npt

from napari_neuron.compile.model import CompiledModel
from napari_neuron.engine.neuron_model import NeuronModel
from napari_neuron.engine.protocol import Advanced, Finished
from napari_neuron.errors import BlowUpError, SimulationError

ABSURD_VOLTAGE = 1000.0
"""mV; no membrane gets there, so a run that does is stopped."""

PROGRESS_INTERVAL = 0.03
"""Seconds of wall time between two `Advanced` events."""


def integrate(
    model: CompiledModel,
    frames: npt.NDArray[np.float32],
    samples: npt.NDArray[np.float64],
) -> Iterator[Advanced | Finished]:
    """Build and run ``model`` with the NEURON of this process.

    Parameters
    ----------
    model
        What to run.
    frames : (n_frames, n_compartments) float32
        Filled with the voltage, mV; row i is at time i · steps_per_frame · dt.
    samples : (n_recorders, n_steps + 1) float64
        Filled with what the recorders see.

    Yields
    ------
    Advanced or Finished
        What is valid so far; `Finished` last.

    Raises
    ------
    BlowUpError
        If the voltage becomes NaN or leaves ±1000 mV.
    NeuronNotAvailable, SimulationError
        If NEURON is not there, or refuses.
    """
    try:
        with NeuronModel(model) as neuron:
            yield from _steps(model, neuron, frames, samples)
    except SimulationError:
        raise
    except Exception as error:  # NEURON raises its hoc errors as whatever comes to hand
        raise SimulationError(f"NEURON refused: {error}") from error


def _steps(
    model: CompiledModel,
    neuron: NeuronModel,
    frames: npt.NDArray[np.float32],
    samples: npt.NDArray[np.float64],
) -> Iterator[Advanced | Finished]:
    run = model.run
    dt, n_steps, steps_per_frame = run.dt, run.n_steps, run.steps_per_frame
    sampling = _Sampling(model, samples)
    n_frames = 1
    frames[0] = neuron.initialise()
    sampling.take(neuron.take_samples())
    yield Advanced(time=0.0, n_frames=1, n_samples=1)
    advance = neuron.advance
    due = perf_counter() + PROGRESS_INTERVAL
    for step in range(1, n_steps + 1):
        advance()
        blown_up = False
        if step % steps_per_frame == 0 or step == n_steps:
            voltage = neuron.voltage()
            # NEURON says nothing of this itself. The comparisons are false for NaN.
            blown_up = not (voltage.min() > -ABSURD_VOLTAGE and voltage.max() < ABSURD_VOLTAGE)
            if step % steps_per_frame == 0 and not blown_up:
                frames[n_frames] = voltage
                n_frames += 1
        if blown_up or step == n_steps or perf_counter() >= due:
            spikes = sampling.take(neuron.take_samples())
            yield Advanced(step * dt, n_frames, step + 1, spikes)
            if blown_up:
                raise _blow_up(neuron.voltage(), step * dt)
            due = perf_counter() + PROGRESS_INTERVAL
    yield Finished(sampling.spikes())


def _blow_up(voltage: npt.NDArray[np.float64], time: float) -> BlowUpError:
    lost = np.isnan(voltage)
    compartment = int(np.argmax(lost if lost.any() else np.abs(voltage)))
    return BlowUpError(
        f"the voltage of compartment {compartment} became {voltage[compartment]:.4g} mV "
        f"at {time:.6g} ms",
        time=time,
        compartment=compartment,
    )


class _Sampling:
    """Copies what recorders saw into ``samples`` and finds the detectors' spikes in the rest.

    Spikes are found here and not by NEURON's NetCon, because all NetCons at one place share one
    threshold: the last one set.
    """

    def __init__(self, model: CompiledModel, samples: npt.NDArray[np.float64]) -> None:
        self._model = model
        self._samples = samples
        self._taken = 0
        self._last: list[float] = [np.inf] * len(model.detectors)  # above: no spike at time 0
        self._spikes: list[list[npt.NDArray[np.float64]]] = [[] for _ in model.detectors]

    def take(self, new: list[npt.NDArray[np.float64]]) -> dict[str, npt.NDArray[np.float64]]:
        """Keep the next values of all recorders, then detectors; return the new spike times."""
        first = self._taken
        n_recorders = len(self._model.recorders)
        for row, values in zip(self._samples, new, strict=False):
            row[first : first + len(values)] = values
        found = {}
        for index, detector in enumerate(self._model.detectors):
            values = np.concatenate([[self._last[index]], new[n_recorders + index]])
            above = values > detector.threshold
            steps = first + np.flatnonzero(above[1:] & ~above[:-1]).astype(np.float64)
            self._last[index] = float(values[-1])
            if len(steps):
                found[detector.label] = steps * self._model.run.dt
                self._spikes[index].append(found[detector.label])
        if new:
            self._taken += len(new[0])
        return found

    def spikes(self) -> dict[str, npt.NDArray[np.float64]]:
        """Return all spike times (ms) of every detector."""
        return {
            detector.label: np.concatenate([np.empty(0), *times])
            for detector, times in zip(self._model.detectors, self._spikes, strict=True)
        }
