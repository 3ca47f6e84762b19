"""A point network on all ranks: each has some of the neurons, with all edges onto them.

NEURON's own exchange sends spikes to the ranks that need them, under the row of their neuron.
Trains are queued a stretch ahead, because those of a `PatternStim` come from a gid, and NEURON
requires a delay behind every gid of another rank.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from time import perf_counter
from typing import Any

import numpy as np
import numpy.typing as npt

from napari_neuron.compile.network_model import CompiledNetwork
from napari_neuron.compile.share import ranks_of_neurons
from napari_neuron.engine.network_stepping import LONGEST_STEP, PROGRESS_INTERVAL
from napari_neuron.engine.neuron_model import LONGEST_STRETCH, import_neuron
from napari_neuron.engine.point_cells import make_neurons
from napari_neuron.engine.protocol import Advanced, Finished
from napari_neuron.engine.ranks import Ranks

FrameArray = npt.NDArray[np.float32]


def run_network(
    ranks: Ranks, model: CompiledNetwork, frames: FrameArray
) -> Iterator[Advanced | Finished]:
    """Build and run ``model`` on all ranks.

    Parameters
    ----------
    ranks
        Of this job.
    model
        What to run.
    frames : (n_frames, n_recorded) float32
        Filled on rank 0 with m of the neurons that are recorded.

    Yields
    ------
    Advanced or Finished
        As `napari_neuron.engine.network_stepping.integrate_network` does, on rank 0; on the others
        `Finished` only.
    """
    part = _Part(ranks, model)
    interval = model.run.interval
    per_frame = max(1, math.ceil(interval / LONGEST_STEP))
    step = interval / per_frame
    n_steps = math.ceil(model.run.duration / step * (1 - 1e-12))
    first = 0
    n_frames = part.keep(frames, 0)
    yield Advanced(0.0, n_frames, n_frames)
    at_once = 1
    while first < n_steps:
        begun = perf_counter()
        end = min(first + int(ranks.broadcast(at_once)), n_steps)
        part.queue(end * step)
        for index in range(first + 1, end + 1):
            is_frame = index % per_frame == 0 and n_frames < model.run.n_frames
            if index == end or (is_frame and len(model.recorded)):
                part.advance(index * step)
            if is_frame:
                n_frames = part.keep(frames, n_frames)
        first = end
        reached = min(end * step, model.run.duration)
        spikes = part.new_spikes(reached)
        if ranks.id == 0:
            yield Advanced(reached, n_frames, n_frames, spikes)
        if perf_counter() - begun < PROGRESS_INTERVAL / 2:
            at_once *= 2
        elif perf_counter() - begun > PROGRESS_INTERVAL * 2:
            at_once = max(1, at_once // 2)
    yield Finished({})


class _Part:
    """The neurons of this rank."""

    def __init__(self, ranks: Ranks, model: CompiledNetwork) -> None:
        self._h = h = import_neuron()
        self._ranks, self._model = ranks, model
        self._context = context = h.ParallelContext()
        is_own = ranks_of_neurons(model, ranks.n) == ranks.id
        self._cells = make_neurons(h, model, np.flatnonzero(is_own).tolist())
        self._times, self._rows = h.Vector(), h.Vector()
        self._n_told = 0
        self._kept: list[Any] = []
        for row, cell in self._cells.items():
            watch = h.NetCon(cell, None)
            watch.record(self._times, self._rows, row)
            context.set_gid2node(row, ranks.id)
            context.cell(row, watch)
            self._kept.append(watch)
        self._connect(np.flatnonzero(is_own[model.target]))
        self._make_trains(np.flatnonzero(is_own[model.input_target]))
        recorded = model.recorded.tolist()
        self._columns = [i for i, row in enumerate(recorded) if row in self._cells]
        self._recorded = [self._cells[recorded[i]] for i in self._columns]
        context.timeout(0)
        h.CVode().active(1)  # exact times: there is nothing to integrate but events
        context.set_maxstep(LONGEST_STRETCH)
        h.finitialize()

    def _connect(self, edges: npt.NDArray[np.intp]) -> None:
        model, connect, cells = self._model, self._context.gid_connect, self._cells
        for source, target, weight, delay in zip(
            model.source[edges].tolist(),
            model.target[edges].tolist(),
            model.weight[edges].tolist(),
            model.delay[edges].tolist(),
            strict=True,
        ):
            connection = connect(source, cells[target])
            connection.weight[0] = weight
            connection.delay = delay
            self._kept.append(connection)

    def _make_trains(self, inputs: npt.NDArray[np.intp]) -> None:
        model, connect = self._model, self._h.NetCon
        self._inputs = []
        for target, weight in zip(
            model.input_target[inputs].tolist(), model.input_weight[inputs].tolist(), strict=True
        ):
            connection = connect(None, self._cells[target])
            connection.weight[0] = weight
            self._inputs.append(connection)
        begin = model.train_first[model.input_train[inputs]]
        count = model.train_first[model.input_train[inputs] + 1] - begin
        within = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
        times = model.train_times[np.repeat(begin, count) + within]
        order = np.argsort(times, kind="stable")
        self._event_times = times[order]
        self._event_inputs = np.repeat(np.arange(len(inputs)), count)[order]
        self._n_queued = 0

    def queue(self, until: float) -> None:
        """Queue the events of trains up to a time."""
        end = int(np.searchsorted(self._event_times, until, side="right"))
        part = slice(self._n_queued, end)
        for index, time in zip(
            self._event_inputs[part].tolist(), self._event_times[part].tolist(), strict=True
        ):
            self._inputs[index].event(time)
        self._n_queued = end

    def advance(self, until: float) -> None:
        """Deliver all events up to a time."""
        self._context.psolve(until)

    def keep(self, frames: FrameArray, number: int) -> int:
        """Put m of the recorded neurons into a row on rank 0; return the next row number."""
        if not len(self._model.recorded):
            return number + 1
        own = (self._columns, [cell.M() for cell in self._recorded])
        for columns, values in self._ranks.gather(own) or []:
            frames[number, columns] = values
        return number + 1

    def new_spikes(self, until: float) -> dict[str, npt.NDArray[np.float64]]:
        """Return the spikes of all ranks since the last call, up to a time, on rank 0."""
        times = self._times.as_numpy()[self._n_told :]
        n = int(np.searchsorted(times, until, side="right"))
        own = (times[:n].copy(), self._rows.as_numpy()[self._n_told : self._n_told + n].copy())
        self._n_told += n
        parts = self._ranks.gather(own)
        if parts is None or not any(len(t) for t, _ in parts):
            return {}
        return {
            "time": np.concatenate([t for t, _ in parts]),
            "neuron": np.concatenate([rows for _, rows in parts]),
        }
