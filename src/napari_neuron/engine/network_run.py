"""Running a network: `simulate_network` for scripts, `NetworkSimulation` for who wants to watch."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from types import MappingProxyType
from typing import Self

from napari_neuron.compile.network import compile_network
from napari_neuron.engine.child_engine import ChildEngine
from napari_neuron.engine.protocol import Advanced, Engine, Started
from napari_neuron.engine.simulation import borrowed_engine, warm_idle_engine
from napari_neuron.errors import SimulationError
from napari_neuron.result.model import Status
from napari_neuron.result.network import NetworkResult
from napari_neuron.spec.point_network import PointNetwork


class NetworkSimulation:
    """One run of a network, as an iterator over its progress.

    Iterating runs it; `close`, or `cancel` from any thread, stops it, and what was computed stays
    in ``result``.

    Parameters
    ----------
    network
        What to run.
    engine
        Who runs it; None for a child process that is kept warm from one run to the next.

    Attributes
    ----------
    result : NetworkResult or None
        Grows during the run; None before the first event.

    Raises
    ------
    ExperimentError
        If the network cannot be simulated; NEURON has not been asked then.
    """

    def __init__(self, network: PointNetwork, engine: Engine | None = None) -> None:
        self.network = network
        self.result: NetworkResult | None = None
        if isinstance(engine, ChildEngine):
            engine.warm_up()  # Python and NEURON start while we compile
        self._model = compile_network(network)
        self._cancelled = threading.Event()
        self._advances = self._run(engine)

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Advanced:
        """Return the next progress, at most 100 ms after the last.

        Raises
        ------
        EngineCrashed, NeuronNotAvailable, SimulationError
            If the run fails. ``partial`` has the spikes so far.
        """
        return next(self._advances)

    def cancel(self) -> None:
        """Ask the run to stop; may be called from any thread. The iteration ends by itself."""
        self._cancelled.set()

    def close(self) -> None:
        """Stop the run if it has not ended; to be called by who iterates."""
        self._advances.close()  # type: ignore[attr-defined]

    def _run(self, given: Engine | None) -> Iterator[Advanced]:
        with borrowed_engine() if given is None else contextlib.nullcontext(given) as engine:
            events = engine.run(self._model)
            try:
                for event in events:
                    if isinstance(event, Started):
                        self.result = NetworkResult(self.network, frames=event.frames)
                        continue
                    assert self.result is not None
                    if isinstance(event, Advanced):
                        _extend(self.result, event)
                        if not self.result.provenance:
                            self.result.provenance = MappingProxyType(dict(engine.provenance))
                        yield event
                        if self._cancelled.is_set():
                            break
                    else:
                        self.result.status = Status.COMPLETE
            except SimulationError as error:
                if self.result is not None:
                    self.result.status = Status.FAILED
                    self.result.message = str(error)
                    if self.result.simulated:
                        error.partial = self.result
                raise
            finally:
                events.close()  # type: ignore[attr-defined]
                if self.result is not None and self.result.status is Status.RUNNING:
                    self.result.status = Status.CANCELLED


def simulate_network(
    network: PointNetwork,
    *,
    engine: Engine | None = None,
    progress: Callable[[float], object] | None = None,
) -> NetworkResult:
    """Run a network of point neurons and return its spikes.

    Parameters
    ----------
    network
        What to run.
    engine
        Who runs it; None for a child process that is kept warm from one run to the next.
    progress
        Called with the fraction done, 0 to 1, at least every 100 ms.

    Raises
    ------
    ExperimentError
        If the network cannot be simulated; NEURON has not been asked then.
    EngineCrashed, NeuronNotAvailable, SimulationError
        If the run fails. ``partial`` has the spikes so far.
    """
    if engine is None:
        warm_idle_engine()
    simulation = NetworkSimulation(network, engine)
    with contextlib.closing(simulation):
        for advanced in simulation:
            if progress is not None:
                progress(min(1.0, advanced.time / network.run.duration))
    assert simulation.result is not None
    return simulation.result


def _extend(result: NetworkResult, advanced: Advanced) -> None:
    result.n_frames = advanced.n_frames
    if advanced.spikes:
        result.add(advanced.spikes["time"], advanced.spikes["neuron"])
    result.simulated = max(result.simulated, advanced.time)
