"""`lower_stimulus`: which point processes a stimulus consists of, and what drives them.

A new stimulus is a new function registered here; engines need not know of it.

NEURON's fixed step evaluates currents in the middle of each step. Smooth waveforms are therefore
sampled there, one value per step; piecewise linear ones are passed as their corners.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import singledispatch

import numpy as np
import numpy.typing as npt

from napari_neuron.compile.model import (
    CompiledCrossings,
    CompiledDrive,
    CompiledEvents,
    CompiledNoise,
    CompiledPointTargets,
    CompiledTrains,
    CompiledWaveform,
    FloatArray,
    IntArray,
)
from napari_neuron.compile.noise import poisson_times
from napari_neuron.compile.streams import train_of_node
from napari_neuron.errors import ExperimentError
from napari_neuron.morphology.model import BoolArray
from napari_neuron.spec import (
    AlphaSynapse,
    Conductance,
    CurrentChirp,
    CurrentNoise,
    CurrentPulse,
    CurrentPulseTrain,
    CurrentRamp,
    CurrentSine,
    CurrentWaveform,
    EventTrain,
    Exp2Conductance,
    Exp2Synapse,
    ExpConductance,
    NodeSpikes,
    PointLeak,
    PointProcess,
    PoissonEvents,
    ProcessParameter,
    RegularEvents,
    RunSettings,
    SpikeTimes,
    SpikeTrains,
    Synapse,
    VoltageClamp,
    VoltageWaveform,
)
from napari_neuron.spec.base import Spec

FOR_EVER = 1e9
"""ms; longer than any run."""

_STEPS_OF_SECLAMP = 3

Parameters = tuple[tuple[str, FloatArray], ...]


@dataclass(frozen=True, eq=False)
class LoweredStimulus:
    """Point processes of one mechanism, and what drives them if anything does."""

    mechanism: str
    parameters: Parameters
    drive: CompiledDrive | None = None


@dataclass(frozen=True, eq=False)
class Lowering:
    """The context in which a stimulus is lowered.

    Attributes
    ----------
    target : int
        Index of its batch of point processes.
    run : RunSettings
        Of the experiment.
    streams : (n_trains, 3) int64
        Random123 ids, if it has a seed; else empty.
    compartment_of : callable
        The compartment of (cell, node) of a `NodeSpikes`.
    """

    target: int
    run: RunSettings
    streams: IntArray
    compartment_of: Callable[[str | None, int], int]


@singledispatch
def lower_stimulus(stimulus: Spec, lowering: Lowering) -> LoweredStimulus:
    """Return the point processes a stimulus consists of, one per node.

    Parameters
    ----------
    stimulus
        Any of `napari_neuron.spec.Stimulus`.
    lowering
        The context.
    """
    raise TypeError(f"{type(stimulus).__name__} is not a stimulus")


@lower_stimulus.register
def _(stimulus: CurrentPulse, lowering: Lowering) -> LoweredStimulus:
    values = {"delay": stimulus.delay, "dur": stimulus.duration, "amp": stimulus.amplitude}
    return LoweredStimulus("IClamp", _equal(stimulus, values))


@lower_stimulus.register
def _(stimulus: CurrentPulseTrain, lowering: Lowering) -> LoweredStimulus:
    end = lowering.run.n_steps * lowering.run.dt
    begun = (end - stimulus.delay) / stimulus.interval
    n = min(stimulus.number, max(0, int(np.ceil(begun))))
    onset = stimulus.delay + stimulus.interval * np.arange(n)
    times = onset[:, None] + np.array([0.0, 0.0, stimulus.width, stimulus.width])
    values = np.broadcast_to(np.array([0.0, 1.0, 1.0, 0.0]) * stimulus.amplitude, times.shape)
    return _current(stimulus, lowering, times.ravel(), values.ravel())


@lower_stimulus.register
def _(stimulus: CurrentRamp, lowering: Lowering) -> LoweredStimulus:
    begin, end = stimulus.delay, stimulus.delay + stimulus.duration
    values = [0.0, stimulus.start_amplitude, stimulus.end_amplitude, 0.0]
    return _current(stimulus, lowering, [begin, begin, end, end], values)


@lower_stimulus.register
def _(stimulus: CurrentWaveform, lowering: Lowering) -> LoweredStimulus:
    times = np.asarray(stimulus.times) + stimulus.delay
    values = np.asarray(stimulus.amplitudes) * stimulus.scale
    return _current(
        stimulus,
        lowering,
        np.concatenate([times[:1], times, times[-1:]]),
        np.concatenate([[0.0], values, [0.0]]),
    )


@lower_stimulus.register
def _(stimulus: CurrentSine, lowering: Lowering) -> LoweredStimulus:
    since, inside = _since(stimulus.delay, stimulus.duration, lowering.run)
    phase = 2e-3 * np.pi * stimulus.frequency * since + np.deg2rad(stimulus.phase)
    values = np.where(inside, stimulus.offset + stimulus.amplitude * np.sin(phase), 0.0)
    return _current(stimulus, lowering, [], values)


@lower_stimulus.register
def _(stimulus: CurrentChirp, lowering: Lowering) -> LoweredStimulus:
    since, inside = _since(stimulus.delay, stimulus.duration, lowering.run)
    since = np.where(inside, since, 0.0) / 1000  # s
    duration = stimulus.duration / 1000
    first, last = stimulus.start_frequency, stimulus.end_frequency
    if stimulus.sweep == "linear" or first == last:
        cycles = first * since + (last - first) * since**2 / (2 * duration)
    else:
        rate = np.log(last / first) / duration
        cycles = first * np.expm1(rate * since) / rate
    values = stimulus.offset + stimulus.amplitude * np.sin(2 * np.pi * cycles)
    return _current(stimulus, lowering, [], np.where(inside, values, 0.0))


@lower_stimulus.register
def _(stimulus: CurrentNoise, lowering: Lowering) -> LoweredStimulus:
    _, inside = _since(stimulus.delay, stimulus.duration, lowering.run)
    noise = CompiledNoise(
        target=lowering.target,
        variable="amp",
        mean=stimulus.mean,
        sigma=stimulus.sigma,
        tau=stimulus.tau,
        first_step=int(np.argmax(inside)) if inside.any() else 0,
        n_steps=int(inside.sum()),
        stream=lowering.streams,
    )
    return LoweredStimulus("IClamp", _equal(stimulus, _ALWAYS_ON), noise)


@lower_stimulus.register
def _(stimulus: VoltageClamp, lowering: Lowering) -> LoweredStimulus:
    steps = stimulus.steps
    values = {"rs": stimulus.series_resistance}
    if len(steps) <= _STEPS_OF_SECLAMP:
        for number, step in enumerate(steps, 1):
            values |= {f"dur{number}": step.duration, f"amp{number}": step.level}
        return LoweredStimulus("SEClamp", _equal(stimulus, values))
    ends = np.cumsum([step.duration for step in steps])
    times = np.stack([np.concatenate([[0.0], ends[:-1]]), ends], axis=1).ravel()
    levels = np.repeat([step.level for step in steps], 2)
    values |= {"dur1": float(ends[-1]), "amp1": steps[0].level}
    drive = _waveform(lowering, "amp1", times, levels)
    return LoweredStimulus("SEClamp", _equal(stimulus, values), drive)


@lower_stimulus.register
def _(stimulus: VoltageWaveform, lowering: Lowering) -> LoweredStimulus:
    times, levels = np.asarray(stimulus.times), np.asarray(stimulus.levels)
    values = {
        "rs": stimulus.series_resistance,
        "dur1": float(times[-1]),
        "amp1": float(levels[0]),
    }
    drive = _waveform(lowering, "amp1", times, levels)
    return LoweredStimulus("SEClamp", _equal(stimulus, values), drive)


@lower_stimulus.register
def _(stimulus: PointLeak, lowering: Lowering) -> LoweredStimulus:
    # A voltage clamp through 1/g: NEURON has no leak at a point, and its ohmic law is the same.
    values = {"rs": 1 / stimulus.g, "dur1": FOR_EVER, "amp1": stimulus.e}
    return LoweredStimulus("SEClamp", _equal(stimulus, values))


@lower_stimulus.register
def _(stimulus: AlphaSynapse, lowering: Lowering) -> LoweredStimulus:
    names = ("onset", "tau", "gmax", "e")
    return LoweredStimulus("AlphaSynapse", _equal(stimulus, _fields(stimulus, names)))


@lower_stimulus.register
def _(stimulus: PointProcess, lowering: Lowering) -> LoweredStimulus:
    return LoweredStimulus(stimulus.mechanism, _equal(stimulus, _by_name(stimulus.parameters)))


@lower_stimulus.register
def _(stimulus: Exp2Synapse, lowering: Lowering) -> LoweredStimulus:
    return lower_stimulus(
        Synapse(
            nodes=stimulus.nodes,
            # not validated: the experiment has seen to it, with the names of its own fields
            conductance=Exp2Conductance.model_construct(
                tau1=stimulus.tau1, tau2=stimulus.tau2, e=stimulus.e
            ),
            events=EventTrain(
                start=stimulus.start,
                number=stimulus.number,
                interval=stimulus.interval,
                noise=stimulus.noise,
                seed=stimulus.seed,
            ),
            weight=stimulus.weight,
            delay=stimulus.delay,
        ),
        lowering,
    )


@lower_stimulus.register
def _(stimulus: Synapse, lowering: Lowering) -> LoweredStimulus:
    mechanism, values = conductance_parameters(stimulus.conductance)
    return LoweredStimulus(mechanism, _equal(stimulus, values), _drive(stimulus, lowering))


def conductance_parameters(conductance: Conductance) -> tuple[str, dict[str, float]]:
    """Return NEURON's name of a conductance, and its parameters."""
    if isinstance(conductance, ExpConductance):
        return "ExpSyn", _fields(conductance, ("tau", "e"))
    if isinstance(conductance, Exp2Conductance):
        return "Exp2Syn", _fields(conductance, ("tau1", "tau2", "e"))
    return conductance.mechanism, _by_name(conductance.parameters)


def _drive(stimulus: Synapse, lowering: Lowering) -> CompiledDrive:
    n = len(stimulus.nodes)
    weight = np.asarray(stimulus.weights or [stimulus.weight] * n, dtype=np.float64)
    delay = np.asarray(stimulus.delays or [stimulus.delay] * n, dtype=np.float64)
    events, target, end = stimulus.events, lowering.target, lowering.run.n_steps * lowering.run.dt
    if isinstance(events, NodeSpikes):
        source = np.full(n, lowering.compartment_of(events.source_cell, events.node))
        return CompiledCrossings(target, source, events.threshold, weight, delay)
    train = train_of_node(stimulus)
    if isinstance(events, EventTrain):
        return _trains(events, lowering, train, weight, delay)
    if isinstance(events, SpikeTrains):
        chosen = np.asarray(stimulus.train_of, dtype=np.int64) if stimulus.train_of else train
        times, first = _in_the_run(events, end)
        return CompiledEvents(target, times, first, chosen, weight, delay)
    if isinstance(events, PoissonEvents):
        span = min(events.stop, end) - events.start
        times, first = poisson_times(lowering.streams, 1000 / events.rate, max(span, 0.0))
        return CompiledEvents(target, times + events.start, first, train, weight, delay)
    times = _known_times(events, end)  # the same for all nodes
    same = np.zeros(n, dtype=np.int64)
    return CompiledEvents(target, times, np.array([0, len(times)]), same, weight, delay)


def _known_times(events: SpikeTimes | RegularEvents, end: float) -> FloatArray:
    if isinstance(events, SpikeTimes):
        times = np.asarray(events.times, dtype=np.float64)
    else:
        interval = 1000 / events.rate
        n = int((min(events.stop, end) - events.start) / interval * (1 + 1e-12)) + 1
        times = events.start + interval * np.arange(max(n, 0), dtype=np.float64)
    return times[times <= end]


def _in_the_run(events: SpikeTrains, end: float) -> tuple[FloatArray, IntArray]:
    """Return all times one train after the other, and where each train begins."""
    trains = [np.asarray(times, dtype=np.float64) for times in events.trains]
    trains = [times[times <= end] for times in trains]
    return np.concatenate(trains), np.cumsum([0, *(len(times) for times in trains)])


def _trains(
    events: EventTrain, lowering: Lowering, train: IntArray, weight: FloatArray, delay: FloatArray
) -> CompiledTrains:
    n = len(lowering.streams)
    return CompiledTrains(
        target=lowering.target,
        start=np.full(n, events.start),
        interval=np.full(n, events.interval),
        number=np.full(n, float(events.number)),
        noise=np.full(n, events.noise),
        stream=lowering.streams,
        train=train,
        weight=weight,
        delay=delay,
    )


_ALWAYS_ON = {"delay": 0.0, "dur": FOR_EVER, "amp": 0.0}


def _current(
    stimulus: Spec, lowering: Lowering, times: npt.ArrayLike, values: npt.ArrayLike
) -> LoweredStimulus:
    """Return IClamps that are always on and follow corners, or (without times) one value a step."""
    drive = _waveform(lowering, "amp", times, values)
    return LoweredStimulus("IClamp", _equal(stimulus, _ALWAYS_ON), drive)


def _waveform(
    lowering: Lowering, variable: str, times: npt.ArrayLike, values: npt.ArrayLike
) -> CompiledWaveform:
    times, values = np.asarray(times, dtype=np.float64), np.asarray(values, dtype=np.float64)
    if len(times):  # beyond a jump that ends it NEURON would stay half-way
        times, values = np.append(times, FOR_EVER), np.append(values, values[-1])
    return CompiledWaveform(lowering.target, variable, times, values)


def _since(delay: float, duration: float, run: RunSettings) -> tuple[FloatArray, BoolArray]:
    """Return the time (ms) from ``delay`` to the middle of each step, and which are within."""
    since = (np.arange(run.n_steps, dtype=np.float64) + 0.5) * run.dt - delay
    return since, (since >= 0) & (since < duration)


def _fields(spec: Spec, names: tuple[str, ...]) -> dict[str, float]:
    return {name: float(getattr(spec, name)) for name in names}


def _by_name(parameters: tuple[ProcessParameter, ...]) -> dict[str, float]:
    return {parameter.name: parameter.value for parameter in parameters}


def _equal(stimulus: Spec, values: dict[str, float]) -> Parameters:
    n = len(stimulus.nodes)  # type: ignore[attr-defined]
    return tuple((name, np.full(n, float(value))) for name, value in values.items())


def require_one_threshold(
    crossings: Mapping[str, CompiledCrossings | CompiledPointTargets],
) -> None:
    """Refuse two thresholds at one place: NEURON keeps only the last.

    Raises
    ------
    ExperimentError
        Names the second by its key, the field of the experiment.
    """
    seen: dict[int, tuple[str, float]] = {}
    for field, crossing in crossings.items():
        for compartment in np.unique(crossing.compartment).tolist():
            first, threshold = seen.setdefault(compartment, (field, crossing.threshold))
            if threshold != crossing.threshold:
                raise ExperimentError(
                    f"{field}.threshold",
                    f"{first.partition('.')[0]} watches the same compartment at {threshold:g} mV; "
                    f"use one threshold for both, not {crossing.threshold:g} mV",
                )
