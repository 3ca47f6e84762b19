"""Point processes as NEURON objects, and what drives them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Protocol

import numpy as np

from napari_neuron.compile.model import (
    CompiledArrivals,
    CompiledCrossings,
    CompiledDrive,
    CompiledEvents,
    CompiledGaps,
    CompiledModel,
    CompiledNoise,
    CompiledPointProcesses,
    CompiledPointSpikes,
    CompiledPointTargets,
    CompiledSources,
    CompiledTrains,
    CompiledWaveform,
    FloatArray,
)
from napari_neuron.compile.noise import ornstein_uhlenbeck
from napari_neuron.engine.point_cells import PointCells
from napari_neuron.errors import SimulationError

_ELEMENT = re.compile(r"(\w+)\[(\d+)\]")


class _Weighted(Protocol):
    """A drive whose connections have weights and delays."""

    @property
    def weight(self) -> FloatArray: ...

    @property
    def delay(self) -> FloatArray: ...


class Inputs:
    """Everything placed at compartments.

    Parameters
    ----------
    h
        NEURON's.
    model
        What is placed.
    segments
        The compartments, NEURON's objects.
    points
        The point neurons beside the cells; None where there are none.

    Attributes
    ----------
    batches : list of list
        The point processes of each batch.

    Raises
    ------
    SimulationError
        If NEURON does not know a point process or a parameter.
    """

    def __init__(
        self, h: Any, model: CompiledModel, segments: list[Any], points: PointCells | None = None
    ) -> None:
        self._h = h
        self._points = points
        self._model = model
        self._segments = segments
        self.batches: list[list[Any]] = []
        self._takes_events: list[bool] = []
        self._kept: list[Any] = []  # NetStims, NetCons, Vectors that are played
        self._n_gids = 0  # NEURON's ids of the trains whose times are known
        self._times: list[FloatArray] = []
        self._gids: list[FloatArray] = []
        self._queued: list[tuple[Any, list[float]]] = []
        self._arrivals: list[tuple[Any, int, float, float]] = []
        for batch in model.point_processes:
            self._place(batch)
        for drive in model.drives:
            self._drive(drive)
        for onto in model.point_targets:
            self._connect_onto_points(onto)
        for gaps in model.gaps:
            self._join(gaps)
        if model.sources is not None:
            self._announce(model.sources)
            self._connect_ranks()
        if self._n_gids:
            self._play_events()

    def begin(self) -> None:
        """Queue the events of known times on a rank; to be called at time 0."""
        for connection, times in self._queued:
            for time in times:
                connection.event(time)

    def close(self) -> None:
        """Release everything, drives first."""
        self._kept.clear()
        self._queued.clear()
        self._arrivals.clear()
        self.batches.clear()
        if self._n_gids or self._model.sources is not None:
            self._h.ParallelContext().gid_clear()

    def _place(self, batch: CompiledPointProcesses) -> None:
        make = self._maker(batch)
        processes = [make(self._segments[index]) for index in batch.compartment.tolist()]
        self.batches.append(processes)
        for name, values in batch.parameters:
            try:
                _set(processes, name, values)
            except (AttributeError, LookupError, TypeError):
                raise SimulationError(
                    f"{batch.field}: {batch.mechanism} has no parameter {name!r}"
                ) from None

    def _maker(self, batch: CompiledPointProcesses) -> Any:
        kinds, name = self._h.MechanismType(1), self._h.ref("")
        kinds.select(batch.mechanism)
        kinds.selected(name)
        if name[0] != batch.mechanism:  # of an unknown name it selects nothing
            raise SimulationError(
                f"{batch.field}: NEURON has no point process called {batch.mechanism!r}"
            )
        index = int(kinds.selected())
        if kinds.is_artificial(index):
            raise SimulationError(
                f"{batch.field}: {batch.mechanism!r} is an artificial cell, which has no place on "
                "a membrane; name a point process"
            )
        self._takes_events.append(bool(kinds.is_netcon_target(index)))
        return getattr(self._h, batch.mechanism)

    def _drive(self, drive: CompiledDrive) -> None:
        targets = self.batches[drive.target]
        if isinstance(drive, CompiledWaveform):
            self._follow(targets, drive)
            return
        if isinstance(drive, CompiledNoise):
            self._make_noise(targets, drive)
            return
        if not self._takes_events[drive.target]:  # a NetCon onto it would crash NEURON later
            batch = self._model.point_processes[drive.target]
            raise SimulationError(
                f"{batch.field}: {batch.mechanism} takes no events; it has no NET_RECEIVE block"
            )
        if isinstance(drive, CompiledTrains):
            self._connect_trains(targets, drive)
        elif isinstance(drive, CompiledPointSpikes):
            self._connect_points(targets, drive)
        elif isinstance(drive, CompiledArrivals):
            self._connect_arrivals(targets, drive)
        elif isinstance(drive, CompiledEvents) and self._model.sources is not None:
            self._queue_events(targets, drive)
        elif isinstance(drive, CompiledEvents):
            self._connect_events(targets, drive)
        else:
            self._connect_crossings(targets, drive)

    def _connect_trains(self, targets: list[Any], trains: CompiledTrains) -> None:
        make_train, connect = self._h.NetStim, self._h.NetCon  # looking these up is what costs
        made = []
        for start, interval, number, noise, stream in zip(
            trains.start.tolist(),
            trains.interval.tolist(),
            trains.number.tolist(),
            trains.noise.tolist(),
            trains.stream.tolist(),
            strict=True,
        ):
            train = make_train()
            train.start = start
            train.interval = interval
            train.number = number
            train.noise = noise
            # Streams of their own: the same spikes in every process, whatever else is there.
            train.noiseFromRandom123(*stream)
            made.append(train)
        self._kept += made
        sources = zip(trains.train.tolist(), targets, strict=True)
        self._keep((connect(made[train], target) for train, target in sources), trains)

    def _connect_events(self, targets: list[Any], events: CompiledEvents) -> None:
        connect = self._h.ParallelContext().gid_connect
        first_gid = self._n_gids
        self._n_gids += len(events.first) - 1
        counts = np.diff(events.first)
        self._times.append(events.times)
        self._gids.append(np.repeat(np.arange(len(counts), dtype=np.float64) + first_gid, counts))
        gids = (events.train + first_gid).tolist()
        self._keep(map(connect, gids, targets), events)

    def _queue_events(self, targets: list[Any], events: CompiledEvents) -> None:
        """Store events for `begin`: with ranks, trains of a gid need a delay."""
        connect = self._h.NetCon
        for target, train, weight, delay in zip(
            targets,
            events.train.tolist(),
            events.weight.tolist(),
            events.delay.tolist(),
            strict=True,
        ):
            connection = connect(None, target)
            connection.weight[0] = weight
            times = events.times[events.first[train] : events.first[train + 1]] + delay
            self._queued.append((connection, times.tolist()))

    def _announce(self, sources: CompiledSources) -> None:
        """Give the compartments whose spikes are watched their numbers."""
        context = self._h.ParallelContext()
        rank = int(context.id())
        for gid, index, threshold in zip(
            sources.gid.tolist(),
            sources.compartment.tolist(),
            sources.threshold.tolist(),
            strict=True,
        ):
            watch = self._watch(index, None, threshold)
            context.set_gid2node(gid, rank)
            context.cell(gid, watch)
            self._kept.append(watch)

    def _connect_arrivals(self, targets: list[Any], arrivals: CompiledArrivals) -> None:
        self._arrivals += zip(
            targets,
            arrivals.gid.tolist(),
            arrivals.weight.tolist(),
            arrivals.delay.tolist(),
            strict=True,
        )

    def _connect_ranks(self) -> None:
        """Connect what other ranks, or this one, send; its own sources must have been announced."""
        connect = self._h.ParallelContext().gid_connect
        for target, gid, weight, delay in self._arrivals:
            connection = connect(gid, target)
            connection.weight[0] = weight
            connection.delay = delay
            self._kept.append(connection)

    def _play_events(self) -> None:
        """Make the trains of known times fire: one PatternStim for all, which looks one ahead."""
        times = np.concatenate(self._times)
        order = np.argsort(times, kind="stable")
        vectors = (self._h.Vector(times[order]), self._h.Vector(np.concatenate(self._gids)[order]))
        pattern = self._h.PatternStim()
        pattern.fake_output = 1
        pattern.play(*vectors)
        self._kept += [pattern, *vectors]

    def _connect_crossings(self, targets: list[Any], crossings: CompiledCrossings) -> None:
        sources = zip(crossings.compartment.tolist(), targets, strict=True)
        self._keep((self._watch(*ends, crossings.threshold) for ends in sources), crossings)

    def _connect_points(self, targets: list[Any], spikes: CompiledPointSpikes) -> None:
        assert self._points is not None
        connect, cells = self._h.NetCon, self._points.cells
        sources = zip(spikes.neuron.tolist(), targets, strict=True)
        self._keep((connect(cells[row], target) for row, target in sources), spikes)

    def _connect_onto_points(self, onto: CompiledPointTargets) -> None:
        assert self._points is not None
        cells = self._points.cells
        ends = zip(onto.compartment.tolist(), onto.neuron.tolist(), strict=True)
        self._keep((self._watch(at, cells[row], onto.threshold) for at, row in ends), onto)

    def _watch(self, compartment: int, target: Any, threshold: float) -> Any:
        """Connect a compartment to what its crossings of a threshold drive."""
        segment = self._segments[compartment]
        connection = self._h.NetCon(segment._ref_v, target, sec=segment.sec)
        connection.threshold = threshold
        return connection

    def _keep(self, connections: Iterable[Any], drive: _Weighted) -> None:
        """Set the weight and the delay of each connection, and keep a reference to it."""
        weights, delays = drive.weight.tolist(), drive.delay.tolist()
        for connection, weight, delay in zip(connections, weights, delays, strict=True):
            connection.weight[0] = weight
            connection.delay = delay
            self._kept.append(connection)

    def _join(self, gaps: CompiledGaps) -> None:
        """Add the currents of gap junctions to the equations of the compartments they join."""
        h = self._h
        for pair, conductance in zip(
            gaps.compartments.tolist(), gaps.conductance.tolist(), strict=True
        ):
            sides = [self._segments[index] for index in pair]
            # NEURON's equations are of current densities: uS / um2 is 100 S/cm2
            densities = [100 * conductance / segment.area() for segment in sides]
            matrix, no_capacity = h.Matrix(2, 2), h.Matrix(2, 2)
            for row, density in enumerate(densities):
                matrix.setval(row, row, density)
                matrix.setval(row, 1 - row, -density)
            voltage, current = h.Vector(2), h.Vector(2)
            sections = h.SectionList([segment.sec for segment in sides])
            places = h.Vector([segment.x for segment in sides])
            junction = h.LinearMechanism(no_capacity, matrix, voltage, current, sections, places)
            self._kept += [junction, no_capacity, matrix, voltage, current, sections, places]

    def _follow(self, targets: list[Any], waveform: CompiledWaveform) -> None:
        if not len(waveform.values):
            return
        values = self._h.Vector(waveform.values)
        self._kept.append(values)
        if len(waveform.time):
            time = self._h.Vector(waveform.time)
            self._kept.append(time)
        for target in targets:
            variable = getattr(target, f"_ref_{waveform.variable}")
            if len(waveform.time):
                values.play(variable, time, 1)
            else:
                values.play(variable, self._model.run.dt)

    def _make_noise(self, targets: list[Any], noise: CompiledNoise) -> None:
        if not noise.n_steps:
            return
        dt, n_steps = self._model.run.dt, self._model.run.n_steps
        end = noise.first_step + noise.n_steps
        for index, target in enumerate(targets):
            if index < len(noise.stream):
                values = self._h.Vector(n_steps + 1)
                values.as_numpy()[noise.first_step : end] = ornstein_uhlenbeck(
                    noise.stream[index : index + 1],
                    noise.n_steps,
                    dt,
                    mean=noise.mean,
                    sigma=noise.sigma,
                    tau=noise.tau,
                )[0]
                self._kept.append(values)
            values.play(getattr(target, f"_ref_{noise.variable}"), dt)


def _set(processes: list[Any], name: str, values: FloatArray) -> None:
    element = _ELEMENT.fullmatch(name)
    for process, value in zip(processes, values.tolist(), strict=True):
        if element is None:
            setattr(process, name, value)
        else:
            getattr(process, element[1])[int(element[2])] = value
