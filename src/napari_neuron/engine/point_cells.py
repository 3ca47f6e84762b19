"""Point neurons as NEURON objects, on their own or beside cells; numpy only."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import repeat
from typing import Any

import numpy as np
import numpy.typing as npt

from napari_neuron.compile.network_model import CompiledNetwork

_AT_ONCE = 20_000
"""Connections made between two checks for a cancel: about 0.1 s."""

_THRESHOLD = 10.0
"""NetCon's threshold; artificial cells ignore it."""


def make_neurons(h: Any, model: CompiledNetwork, rows: Collection[int]) -> dict[int, Any]:
    """Return the artificial cell of each of some neurons, in order of ``rows``."""
    cells: dict[int, Any] = dict.fromkeys(rows)
    for batch in model.neurons:
        places = [i for i, row in enumerate(batch.rows.tolist()) if row in cells]
        make = getattr(h, batch.mechanism)
        made = [make() for _ in places]
        for name, values in batch.parameters:
            for cell, value in zip(made, values[places].tolist(), strict=True):
                setattr(cell, name, value)
        cells.update(zip(batch.rows[places].tolist(), made, strict=True))
    return cells


class PointCells:
    """Point neurons, their edges and their trains.

    Parameters
    ----------
    h
        NEURON's.
    model
        What they are.
    first_gid
        First free NEURON id for trains.
    """

    def __init__(self, h: Any, model: CompiledNetwork, first_gid: int = 0) -> None:
        self._h = h
        self._model = model
        self._first_gid = first_gid
        self.cells: list[Any] = []
        self._connections: list[Any] = []
        self._kept: list[Any] = []
        self._times, self._neurons = h.Vector(), h.Vector()
        self._queued: list[tuple[Any, list[float]]] = []
        self._n_told = 0

    def build(self) -> Iterator[None]:
        """Build everything, pausing now and then."""
        h, model = self._h, self._model
        self.cells = cells = list(make_neurons(h, model, range(model.n_neurons)).values())
        for row, cell in enumerate(cells):
            watch = h.NetCon(cell, None)
            watch.record(self._times, self._neurons, row)
            self._kept.append(watch)
        yield
        connect = h.NetCon  # looking it up is part of what costs
        for begin in range(0, len(model.source), _AT_ONCE):
            part = slice(begin, begin + _AT_ONCE)
            self._connections += map(
                connect,
                [cells[row] for row in model.source[part].tolist()],
                [cells[row] for row in model.target[part].tolist()],
                repeat(_THRESHOLD),
                model.delay[part].tolist(),
                model.weight[part].tolist(),
            )
            yield
        if h.ParallelContext().nhost() > 1:
            self._queue()
        else:
            self._drive()

    def begin(self) -> None:
        """Queue the events of trains on a rank; to be called at time 0."""
        for connection, times in self._queued:
            for time in times:
                connection.event(time)

    def _queue(self) -> None:
        """Store events for `begin`: with ranks, trains of a gid need a delay."""
        model = self._model
        for train, target, weight in zip(
            model.input_train.tolist(),
            model.input_target.tolist(),
            model.input_weight.tolist(),
            strict=True,
        ):
            connection = self._h.NetCon(None, self.cells[target])
            connection.weight[0] = weight
            first, end = model.train_first[train : train + 2]
            self._queued.append((connection, model.train_times[first:end].tolist()))

    def _drive(self) -> None:
        """Make the trains fire: one PatternStim for all, which looks one event ahead."""
        h, model = self._h, self._model
        connect = h.ParallelContext().gid_connect
        for train, target, weight in zip(
            (model.input_train + self._first_gid).tolist(),
            model.input_target.tolist(),
            model.input_weight.tolist(),
            strict=True,
        ):
            connection = connect(train, self.cells[target])
            connection.weight[0] = weight
            connection.delay = 0.0
            self._kept.append(connection)
        counts = np.diff(model.train_first)
        trains = np.repeat(np.arange(len(counts), dtype=np.float64) + self._first_gid, counts)
        order = np.argsort(model.train_times, kind="stable")
        if len(order):
            vectors = (h.Vector(model.train_times[order]), h.Vector(trains[order]))
            pattern = h.PatternStim()
            pattern.fake_output = 1
            pattern.play(*vectors)
            self._kept += [pattern, *vectors]

    def new_spikes(self, until: float) -> dict[str, npt.NDArray[np.float64]]:
        """Return the spikes since the last call, up to a time."""
        times = self._times.as_numpy()[self._n_told :]
        n = int(np.searchsorted(times, until, side="right"))
        spikes = {
            "time": times[:n].copy(),
            "neuron": self._neurons.as_numpy()[self._n_told : self._n_told + n].copy(),
        }
        self._n_told += n
        return spikes if n else {}

    def close(self) -> None:
        """Release everything, connections first."""
        driven = len(self._model.input_train)
        self._queued.clear()
        self._kept.clear()
        self._connections.clear()
        self.cells.clear()
        if driven:
            self._h.ParallelContext().gid_clear()
