"""The loop over time: fixed steps, frames at their interval, progress by the clock."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
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

PROGRESS_INTERVAL = 0.06
"""Seconds of wall time between two `Advanced` events."""

WriteFrames = Callable[[int, npt.NDArray[np.float32]], object]


def integrate(
    model: CompiledModel | CompiledNetwork,
    write_frames: WriteFrames,
    samples: npt.NDArray[np.float64],
    more_frames: Mapping[str, npt.NDArray[np.float32]],
) -> Iterator[Advanced | Finished]:
    """Build and run ``model`` with the NEURON of this process.

    Parameters
    ----------
    model
        What to run; a network of point neurons leaves all but ``write_frames`` alone.
    write_frames
        Called with the number of a frame, and the voltage (float32, mV) in it and those after it,
        (n, n_compartments); frame i is at time i · steps_per_frame · dt.
    samples : (n_recorders, n_samples) float64
        Filled with the values of the recorders, row i at every ``model.recorders[i].every`` steps.
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
        yield from integrate_network(model, write_frames)
        return
    try:
        with NeuronModel(model) as neuron:
            yield from _steps(model, neuron, write_frames, samples, more_frames)
    except SimulationError:
        raise
    except Exception as error:  # NEURON raises its hoc errors as whatever comes to hand
        raise SimulationError(f"NEURON refused: {error}") from error


def _steps(
    model: CompiledModel,
    neuron: NeuronModel,
    write_frames: WriteFrames,
    samples: npt.NDArray[np.float64],
    more_frames: Mapping[str, npt.NDArray[np.float32]],
) -> Iterator[Advanced | Finished]:
    run = model.run
    dt, n_steps, steps_per_frame = run.dt, run.n_steps, run.steps_per_frame
    sampling = Sampling(model, samples)
    write_frames(0, neuron.initialise().astype(np.float32)[None])
    recording = neuron.recording
    recording.write_frame(0, more_frames)
    sampling.take(recording.take_samples())
    yield Advanced(time=0.0, n_frames=1, n_samples=1, units=recording.units)
    voltages = recording.voltages
    n_frames, step, n_at_once = 1, 0, 1
    begun = told = perf_counter()
    while step < n_steps:
        step = recording.advance(step, min(n_at_once, n_steps - step), more_frames)
        now = perf_counter()
        if now - begun < PROGRESS_INTERVAL / 6:
            n_at_once *= 2
        elif now - begun > PROGRESS_INTERVAL / 2:
            n_at_once = max(1, n_at_once // 2)
        begun = now
        is_due = step == n_steps or now - told >= PROGRESS_INTERVAL
        lost = None
        if is_due or not voltages.room:
            # Several at once: fetched one by one, writing and checking cost as much as a step.
            frames = voltages.take()
            n_possible = first_absurd(frames)
            write_frames(n_frames, frames[:n_possible])
            n_frames += n_possible
            if n_possible < len(frames):
                lost = blow_up(frames[n_possible], n_frames * steps_per_frame * dt)
        if is_due or lost:
            known = step if lost is None else (n_frames - 1) * steps_per_frame
            spikes = sampling.take(recording.take_samples()) | neuron.point_spikes(known * dt)
            yield Advanced(known * dt, n_frames, known + 1, spikes)
            if step == n_steps and lost is None and not first_absurd(voltages.now()[None]):
                lost = blow_up(voltages.now(), step * dt)
            if lost is not None:
                raise lost
            told = perf_counter()
    yield Finished(sampling.spikes())


def first_absurd(frames: npt.NDArray[Any]) -> int:
    """Return how many frames come before the first impossible one; all if there is none."""
    if not len(frames):
        return 0
    with np.errstate(invalid="ignore"):
        # NEURON says nothing of this itself. The comparisons are false for NaN. All at once is
        # many times faster than row by row.
        if frames.min() > -ABSURD_VOLTAGE and frames.max() < ABSURD_VOLTAGE:
            return len(frames)
        possible = (frames.min(axis=1) > -ABSURD_VOLTAGE) & (frames.max(axis=1) < ABSURD_VOLTAGE)
    return int(np.argmin(possible))


def blow_up(voltage: npt.NDArray[Any], time: float) -> BlowUpError:
    """Return the error that names the compartment of the worst of voltages."""
    lost = np.isnan(voltage)
    compartment = int(np.argmax(lost if lost.any() else np.abs(voltage)))
    return BlowUpError(
        f"the voltage of compartment {compartment} became {voltage[compartment]:.4g} mV "
        f"at {time:.6g} ms",
        time=time,
        compartment=compartment,
    )
