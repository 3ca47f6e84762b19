"""The loop over time: fixed steps, a frame every so many of them, progress by the clock."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from time import perf_counter
from typing import Any

import numpy as np
import numpy.typing as npt

from napari_neuron.compile.model import CompiledModel
from napari_neuron.compile.network_model import CompiledNetwork
from napari_neuron.engine.network_stepping import integrate_network
from napari_neuron.engine.neuron_model import NeuronModel
from napari_neuron.engine.protocol import Advanced, Finished
from napari_neuron.engine.sampling import Sampling
from napari_neuron.errors import BlowUpError, SimulationError

ABSURD_VOLTAGE = 1000.0
"""mV; no membrane gets there, so a run that does is stopped."""

PROGRESS_INTERVAL = 0.03
"""Seconds of wall time between two `Advanced` events."""


def integrate(
    model: CompiledModel | CompiledNetwork,
    frames: npt.NDArray[np.float32],
    samples: npt.NDArray[np.float64],
    more_frames: Mapping[str, npt.NDArray[np.float32]],
) -> Iterator[Advanced | Finished]:
    """Build and run ``model`` with the NEURON of this process.

    Parameters
    ----------
    model
        What to run; a network of point neurons leaves all but ``frames`` alone.
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
    if isinstance(model, CompiledNetwork):
        yield from integrate_network(model, frames)
        return
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
    n_checked = 1
    due = perf_counter() + PROGRESS_INTERVAL
    for step in range(1, n_steps + 1):
        advance()
        if step % steps_per_frame == 0:
            with np.errstate(over="ignore"):  # what does not fit is found by the check
                frames[n_frames] = recording.voltage()
            recording.write_frame(n_frames, more_frames)
            n_frames += 1
        if step == n_steps or perf_counter() >= due:
            # Frames are checked together, before anyone is told of them: one by one the checks
            # cost as much as fetching the frames.
            n_frames = n_checked = n_checked + _first_absurd(frames[n_checked:n_frames])
            spikes = sampling.take(recording.take_samples())
            is_lost = n_frames * steps_per_frame <= step
            known = (n_frames - 1) * steps_per_frame if is_lost else step
            yield Advanced(known * dt, n_frames, known + 1, spikes)
            if is_lost:
                raise _blow_up(frames[n_frames], n_frames * steps_per_frame * dt)
            if step == n_steps and _first_absurd(recording.voltage()[None]) == 0:
                raise _blow_up(recording.voltage(), step * dt)
            due = perf_counter() + PROGRESS_INTERVAL
    yield Finished(sampling.spikes())


def _first_absurd(frames: npt.NDArray[Any]) -> int:
    """Return how many frames come before the first that no membrane can have; all if none is."""
    if not len(frames):
        return 0
    with np.errstate(invalid="ignore"):
        lowest, highest = frames.min(axis=1), frames.max(axis=1)
        # NEURON says nothing of this itself. The comparisons are false for NaN.
        possible = (lowest > -ABSURD_VOLTAGE) & (highest < ABSURD_VOLTAGE)
    return len(frames) if possible.all() else int(np.argmin(possible))


def _blow_up(voltage: npt.NDArray[Any], time: float) -> BlowUpError:
    lost = np.isnan(voltage)
    compartment = int(np.argmax(lost if lost.any() else np.abs(voltage)))
    return BlowUpError(
        f"the voltage of compartment {compartment} became {voltage[compartment]:.4g} mV "
        f"at {time:.6g} ms",
        time=time,
        compartment=compartment,
    )
