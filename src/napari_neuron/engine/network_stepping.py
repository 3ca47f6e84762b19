"""A compiled network as NEURON objects, and the loop that runs it.

Point neurons are artificial cells: events reach them at their own times, whatever the time step.
The step only says how often we look. It is no `napari_neuron.engine.neuron_model` because nothing
of it has sections. Imported by the child process with numpy only.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator
from itertools import repeat
from time import perf_counter
from typing import Any

import numpy as np
import numpy.typing as npt

from napari_neuron.compile.network_model import CompiledNetwork
from napari_neuron.engine.neuron_model import import_neuron
from napari_neuron.engine.protocol import Advanced, Finished
from napari_neuron.errors import SimulationError

LONGEST_STEP = 1.0
"""ms between two looks at progress."""

PROGRESS_INTERVAL = 0.03
"""Seconds of wall time between two `Advanced` events."""

_AT_ONCE = 20_000
"""Connections made between two looks at whether the run was cancelled: 0.1 s."""

_SLIVER = 1e-6
"""ms; the step before a look at m."""

_THRESHOLD = 10.0
"""NetCon's; artificial cells do not look at it."""


def integrate_network(
    model: CompiledNetwork, write_frames: Callable[[int, npt.NDArray[np.float32]], object]
) -> Iterator[Advanced | Finished]:
    """Build and run ``model`` with the NEURON of this process.

    Parameters
    ----------
    model
        What to run.
    write_frames
        Called with the number of a frame, and m of the neurons that are recorded, (1, n_recorded).

    Yields
    ------
    Advanced or Finished
        ``spikes`` holds "time" (ms) and "neuron" (row) of the spikes since the last event; those of
        `Finished` are empty, as all were told.

    Raises
    ------
    NeuronNotAvailable, SimulationError
        If NEURON is not there, or refuses.
    """
    h = import_neuron()
    if next(iter(h.allsec()), None) is not None:
        raise SimulationError(
            "this process already holds NEURON sections that are not ours. Delete them, or run in "
            "a process of its own: ChildEngine (the default)"
        )
    context, cvode = h.ParallelContext(), h.CVode()
    before = (h.dt, int(cvode.active()), int(context.nthread()))
    network = _Network(h, model)
    try:
        cvode.active(0)
        context.nthread(1)
        for _ in network.build():
            yield Advanced(0.0, 0, 0)
        yield from network.run(write_frames)
        yield Finished({})
    except (RuntimeError, LookupError, AttributeError) as error:
        if isinstance(error, SimulationError):
            raise
        raise SimulationError(f"NEURON refused: {error}") from error
    finally:
        network.close()
        h.t, h.dt = 0.0, before[0]
        cvode.active(before[1])
        context.nthread(before[2])


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


class _Network:
    def __init__(self, h: Any, model: CompiledNetwork) -> None:
        self._h = h
        self._model = model
        self._cells: list[Any] = []
        self._connections: list[Any] = []
        self._kept: list[Any] = []
        self._times, self._neurons = h.Vector(), h.Vector()
        self._n_told = 0

    def build(self) -> Iterator[None]:
        """Make everything, and pause now and then."""
        h, model = self._h, self._model
        self._cells = cells = list(make_neurons(h, model, range(model.n_neurons)).values())
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
        self._drive()

    def _drive(self) -> None:
        """Have the trains fire: one PatternStim for all, which looks one event ahead."""
        h, model = self._h, self._model
        connect = h.ParallelContext().gid_connect
        for train, target, weight in zip(
            model.input_train.tolist(),
            model.input_target.tolist(),
            model.input_weight.tolist(),
            strict=True,
        ):
            connection = connect(train, self._cells[target])
            connection.weight[0] = weight
            connection.delay = 0.0
            self._kept.append(connection)
        counts = np.diff(model.train_first)
        trains = np.repeat(np.arange(len(counts), dtype=np.float64), counts)
        order = np.argsort(model.train_times, kind="stable")
        if len(order):
            vectors = (h.Vector(model.train_times[order]), h.Vector(trains[order]))
            pattern = h.PatternStim()
            pattern.fake_output = 1
            pattern.play(*vectors)
            self._kept += [pattern, *vectors]

    def run(
        self, write_frames: Callable[[int, npt.NDArray[np.float32]], object]
    ) -> Iterator[Advanced]:
        """Go through the run.

        In a step NEURON delivers the events up to its middle. Every stretch ends with a step that
        is next to nothing, after which all events are delivered and m is read.
        """
        h, model = self._h, self._model
        interval = model.run.interval
        per_frame = max(1, math.ceil(interval / LONGEST_STEP))
        step = interval / per_frame
        n_steps = math.ceil(model.run.duration / step * (1 - 1e-12))
        recorded = [self._cells[row] for row in model.recorded.tolist()]
        sliver = min(_SLIVER, step / 4)
        h.finitialize()
        advance = h.fadvance
        n_frames = 0
        due = 0.0
        for index in range(n_steps + 1):
            time = index * step
            if index:
                h.dt = time - sliver / 2 - h.t
                advance()
                h.dt = sliver
                advance()
            if index % per_frame == 0 and n_frames < model.run.n_frames:
                if recorded:
                    m = np.array([[cell.M() for cell in recorded]], dtype=np.float32)
                    write_frames(n_frames, m)
                n_frames += 1
            if index == n_steps or perf_counter() >= due:
                reached = min(time, model.run.duration)
                yield Advanced(reached, n_frames, n_frames, self._new_spikes(reached))
                due = perf_counter() + PROGRESS_INTERVAL

    def _new_spikes(self, until: float) -> dict[str, npt.NDArray[np.float64]]:
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
        """Let go of everything, what connects first."""
        driven = len(self._model.input_train)
        self._kept.clear()
        self._connections.clear()
        self._cells.clear()
        if driven:
            self._h.ParallelContext().gid_clear()
