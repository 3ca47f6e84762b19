"""(network) -> `CompiledNetwork`: models, parameters and trains as arrays; pure numpy."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from napari_neuron.compile.network_model import (
    CompiledNetwork,
    CompiledNetworkRun,
    CompiledNeurons,
    FloatArray,
    IntArray,
)
from napari_neuron.compile.network_trains import random_train_times, streams_of_network
from napari_neuron.errors import ExperimentError
from napari_neuron.spec.network_stimulus import BackgroundNoise, GivenSpikes, NetworkStimulus
from napari_neuron.spec.point_models import POINT_MODELS, IntFire1
from napari_neuron.spec.point_network import PointNetwork, require_order

MOST_EVENTS = 50_000_000
"""Largest number of events of all stimuli, which are held in memory."""


def compile_network(network: PointNetwork) -> CompiledNetwork:
    """Compile a network for an engine.

    Raises
    ------
    ExperimentError
        If there is no neuron, a parameter belongs to no model in use, time constants are not in
        the order their model needs, or the stimuli have too many events.
    """
    n = len(network.neurons)
    if not n:
        raise ExperimentError("neurons", "there are none; load an edge list first")
    times, first, train, target, weight = _inputs(network)
    edges, run = network.edges, network.run
    return CompiledNetwork(
        n_neurons=n,
        neurons=_neurons(network),
        source=edges.source,
        target=edges.target,
        weight=edges.weight * network.weight_scale,
        delay=edges.delay,
        train_times=times,
        train_first=first,
        input_train=train,
        input_target=target,
        input_weight=weight,
        recorded=network.neurons.rows(network.recorded, "recorded"),
        run=CompiledNetworkRun(run.duration, run.state_interval, run.n_samples),
    )


def model_of_neuron(network: PointNetwork) -> tuple[list[str], IntArray]:
    """Return the names of models and, for each neuron, which of them it has; for tables."""
    return list(POINT_MODELS), _kinds(network)[0]


def _kinds(network: PointNetwork) -> tuple[IntArray, IntArray]:
    """Return for each neuron the number of its kind of model, and of the item that says so."""
    names = list(POINT_MODELS)
    kind = np.full(len(network.neurons), names.index(IntFire1().kind), dtype=np.int64)
    item = np.full(len(network.neurons), -1, dtype=np.int64)
    for index, part in enumerate(network.models):
        rows = network.selected(part)
        kind[rows], item[rows] = names.index(part.model.kind), index
    return kind, item


def _neurons(network: PointNetwork) -> tuple[CompiledNeurons, ...]:
    kind, item = _kinds(network)
    batches = []
    known: set[str] = set()
    for index, (name, model_type) in enumerate(POINT_MODELS.items()):
        rows = np.flatnonzero(kind == index)
        if not len(rows):
            continue
        parameters = [parameter for parameter in model_type.model_fields if parameter != "kind"]
        known.update(parameters)
        values: dict[str, FloatArray] = {}
        models = [part.model for part in network.models]
        for parameter in parameters:
            table = np.array([*(getattr(m, parameter, np.nan) for m in models), np.nan])
            table[-1] = model_type.model_fields[parameter].default
            values[parameter] = table[item[rows]]
        for column in network.parameters:
            if column.parameter in values:
                values[column.parameter] = column.values[rows]
        for parameter in parameters:
            if parameter != "ib" and (values[parameter] < (parameter != "refrac") * 1e-9).any():
                raise ExperimentError(
                    "parameters", f"{parameter} of {name} must be a positive time"
                )
        require_order(name, values)
        batches.append(CompiledNeurons(name, rows, tuple(values.items())))
    for place, column in enumerate(network.parameters):
        if column.parameter not in known:
            raise ExperimentError(
                f"parameters[{place}].parameter",
                f"no model of this network has {column.parameter!r}; there is "
                + ", ".join(sorted(known)),
            )
    return tuple(batches)


def _inputs(network: PointNetwork) -> tuple[FloatArray, IntArray, IntArray, IntArray, FloatArray]:
    """Return the times of all trains, and the target and weight of each."""
    duration = network.run.duration
    streams = streams_of_network(network)
    times: list[FloatArray] = [np.empty(0)]
    counts: list[IntArray] = [np.empty(0, np.int64)]
    trains: list[IntArray] = [np.empty(0, np.int64)]
    targets: list[IntArray] = [np.empty(0, np.int64)]
    weights: list[FloatArray] = [np.empty(0)]
    n_trains = 0
    _require_room(network)
    for index, stimulus in enumerate(network.stimuli):
        rows = network.selected(stimulus)
        if not stimulus.enabled or not len(rows):
            continue
        if isinstance(stimulus, GivenSpikes):
            given = np.asarray(stimulus.times)
            given = given[given <= duration]
            found, first, own = given, np.array([0, len(given)]), False
        else:
            start, stop = _span(stimulus, duration)
            own = stimulus.independent
            found, first = random_train_times(
                streams[index][: len(rows) if own else 1],
                interval=1000.0 / stimulus.frequency,
                randomness=stimulus.randomness,
                start=start,
                stop=stop,
            )
        n = len(first) - 1
        times.append(found)
        counts.append(np.diff(first))
        trains.append(n_trains + (np.arange(n) if own else np.zeros(len(rows), np.int64)))
        targets.append(rows)
        weights.append(np.full(len(rows), stimulus.weight))
        n_trains += n
    return (
        np.concatenate(times),
        np.concatenate([[0], np.cumsum(np.concatenate(counts))]).astype(np.int64),
        np.concatenate(trains),
        np.concatenate(targets),
        np.concatenate(weights),
    )


def _span(stimulus: NetworkStimulus, duration: float) -> tuple[float, float]:
    """Return when a stimulus begins and ends. Events at the very end of a run count."""
    end = math.nextafter(duration, math.inf)
    if isinstance(stimulus, BackgroundNoise):
        return 0.0, end
    assert not isinstance(stimulus, GivenSpikes)
    return stimulus.start, min(stimulus.stop, end)


def _require_room(network: PointNetwork) -> None:
    total = 0.0
    for index, stimulus in enumerate(network.stimuli):
        if isinstance(stimulus, GivenSpikes) or not stimulus.enabled:
            continue
        start, stop = _span(stimulus, network.run.duration)
        n_trains = len(network.selected(stimulus)) if stimulus.independent else 1
        total += max(0.0, stop - start) / 1000 * stimulus.frequency * n_trains
        if total > MOST_EVENTS:
            raise ExperimentError(
                f"stimuli[{index}].frequency",
                f"this makes {total:,.0f} events, and at most {MOST_EVENTS:,} fit; run for a "
                f"shorter time, or lower the frequency and raise the weight",
            )


def trains_shown(stimuli: Sequence[NetworkStimulus]) -> list[tuple[float, float, str]]:
    """Return (start, stop, label) of every train that is switched on, for plots."""
    return [
        (s.start, s.stop, s.label)
        for s in stimuli
        if s.enabled and not isinstance(s, BackgroundNoise | GivenSpikes)
    ]
