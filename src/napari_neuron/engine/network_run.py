"""Runs a network: `simulate_network` for scripts, `NetworkSimulation` to watch the progress."""

from __future__ import annotations

from collections.abc import Callable

from napari_neuron.compile.network import compile_network
from napari_neuron.compile.network_model import CompiledNetwork
from napari_neuron.engine.protocol import Advanced, Engine, Started
from napari_neuron.engine.watched_run import WatchedRun, warm_idle_engine
from napari_neuron.result.network import NetworkResult
from napari_neuron.spec.point_network import PointNetwork


class NetworkSimulation(WatchedRun[NetworkResult]):
    """One run of a network, as an iterator over its progress.

    Iterating runs it; `close`, or `cancel` from any thread, stops it, and what was computed stays
    in ``result``.

    Parameters
    ----------
    network
        What to run.
    engine
        The engine to run it; None: a child process that is kept warm between runs.

    Attributes
    ----------
    result : NetworkResult or None
        Grows during the run; None before the first event.

    Raises
    ------
    ExperimentError
        If the network cannot be simulated; raised before NEURON starts.
    """

    def __init__(self, network: PointNetwork, engine: Engine | None = None) -> None:
        self.network = network
        super().__init__(engine)

    def _compiled(self, engine: Engine | None) -> CompiledNetwork:
        return compile_network(self.network)

    def _empty_result(self, started: Started) -> NetworkResult:
        return NetworkResult(self.network, frames=started.frames)

    def _extend(self, result: NetworkResult, advanced: Advanced) -> None:
        result.n_frames = advanced.n_frames
        if advanced.spikes:
            result.add(advanced.spikes["time"], advanced.spikes["neuron"])
        result.simulated = max(result.simulated, advanced.time)


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
        The engine to run it; None: a child process that is kept warm between runs.
    progress
        Called with the fraction done, 0 to 1, at least every 100 ms.

    Returns
    -------
    NetworkResult

    Raises
    ------
    ExperimentError
        If the network cannot be simulated; raised before NEURON starts.
    EngineCrashed, NeuronNotAvailable, SimulationError
        If the run fails. ``partial`` has the spikes so far.
    """
    if engine is None:
        warm_idle_engine()
    return NetworkSimulation(network, engine).to_the_end(network.run.duration, progress)
