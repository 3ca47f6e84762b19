"""The loop over time: fixed steps, a frame every so many of them, progress by the clock."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from time import perf_counter

import numpy as np
import numpy.typing as npt

from napari_neuron.compile.model import CompiledModel
from napari_neuron.engine.neuron_model import NeuronModel
from napari_neuron.engine.protocol import Advanced, Finished
from napari_neuron.engine.sampling import Sampling
from napari_neuron.errors import BlowUpError, SimulationError

ABSURD_VOLTAGE = 1000.0
"""mV; no membrane gets there, so a run that does is stopped."""

PROGRESS_INTERVAL = 0.03
"""Seconds of wall time between two `Advanced` events."""


def integrate(
    model: CompiledModel,
    frames: npt.NDArray[np.float32],
    samples: npt.NDArray[np.float64],
    more_frames: Mapping[str, npt.NDArray[np.float32]],
) -> Iterator[Advanced | Finished]:
    """Build and run ``model`` with the NEURON of this process.

    Parameters
    ----------
    model
        What to run.
    frames : (n_frames, n_compartments) float32
        Filled with the voltage, mV; row i is at time i · steps_per_frame · dt.
    samples : (n_recorders, n_samples) float64
        Filled with what the recorders see, row i at every ``model.recorders[i].every`` steps.
    more_frames : mapping of str to (n_frames, n_compartments) float32
        Filled with the variables of ``model.frames``.

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
            yield from _steps(model, neuron, frames, samples, more_frames)
    except SimulationError:
        raise
    except Exception as error:  # NEURON raises its hoc errors as whatever comes to hand
        raise SimulationError(f"NEURON refused: {error}") from error


def _steps(
    model: CompiledModel,
    neuron: NeuronModel,
    frames: npt.NDArray[np.float32],
    samples: npt.NDArray[np.float64],
    more_frames: Mapping[str, npt.NDArray[np.float32]],
) -> Iterator[Advanced | Finished]:
    run = model.run
    dt, n_steps, steps_per_frame = run.dt, run.n_steps, run.steps_per_frame
    sampling = Sampling(model, samples)
    n_frames = 1
    frames[0] = neuron.initialise()
    recording = neuron.recording
    recording.write_frame(0, more_frames)
    sampling.take(recording.take_samples())
    yield Advanced(time=0.0, n_frames=1, n_samples=1, units=recording.units)
    advance = neuron.advance
    due = perf_counter() + PROGRESS_INTERVAL
    for step in range(1, n_steps + 1):
        advance()
        blown_up = False
        if step % steps_per_frame == 0 or step == n_steps:
            voltage = recording.voltage()
            # NEURON says nothing of this itself. The comparisons are false for NaN.
            blown_up = not (voltage.min() > -ABSURD_VOLTAGE and voltage.max() < ABSURD_VOLTAGE)
            if step % steps_per_frame == 0 and not blown_up:
                frames[n_frames] = voltage
                recording.write_frame(n_frames, more_frames)
                n_frames += 1
        if blown_up or step == n_steps or perf_counter() >= due:
            spikes = sampling.take(recording.take_samples())
            yield Advanced(step * dt, n_frames, step + 1, spikes)
            if blown_up:
                raise _blow_up(recording.voltage(), step * dt)
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
