"""A compiled network as NEURON objects, and the loop that runs it.

Point neurons are artificial cells: events reach them at their own times, whatever the time step,
which only sets how often we look. This is not a `napari_neuron.engine.neuron_model` because it has
no sections. The child process imports this file with numpy only.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from time import perf_counter
from typing import Any

import numpy as np
import numpy.typing as npt

from napari_neuron.compile.network_model import CompiledNetwork
from napari_neuron.engine.neuron_model import import_neuron
from napari_neuron.engine.point_cells import PointCells
from napari_neuron.engine.protocol import Advanced, Finished
from napari_neuron.errors import SimulationError

LONGEST_STEP = 1.0
"""Time between two checks of progress, ms."""

PROGRESS_INTERVAL = 0.03
"""Seconds of wall time between two `Advanced` events."""

_SLIVER = 1e-6
"""Step before each sample of m, ms."""


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
        `Finished` are empty, because all have been reported.

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
    network = PointCells(h, model)
    try:
        cvode.active(0)
        context.nthread(1)
        for _ in network.build():
            yield Advanced(0.0, 0, 0)
        yield from _run(h, model, network, write_frames)
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


def _run(
    h: Any,
    model: CompiledNetwork,
    network: PointCells,
    write_frames: Callable[[int, npt.NDArray[np.float32]], object],
) -> Iterator[Advanced]:
    """Step through the run.

    In a step, NEURON delivers the events up to its middle. Every stretch ends with a tiny step,
    after which all events are delivered and m is read.
    """
    interval = model.run.interval
    per_frame = max(1, math.ceil(interval / LONGEST_STEP))
    step = interval / per_frame
    n_steps = math.ceil(model.run.duration / step * (1 - 1e-12))
    recorded = [network.cells[row] for row in model.recorded.tolist()]
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
            yield Advanced(reached, n_frames, n_frames, network.new_spikes(reached))
            due = perf_counter() + PROGRESS_INTERVAL
