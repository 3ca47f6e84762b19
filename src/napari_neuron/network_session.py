"""`NetworkSession`: the mutable state of the dock widget "Network".

The network with its undo list, what is selected of it, the run and the results. Everything is
changed through its methods, in one thread; what changed is told by signals. Its runs give the
events of `napari_neuron.session`, so the same driver runs them in a thread.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from psygnal import Signal

from napari_neuron.errors import NapariNeuronError, SimulationError
from napari_neuron.session import Progress, RunAdvanced, RunEnded, RunStarted, RunState
from napari_neuron.spec.point_network import PointNetwork

if TYPE_CHECKING:
    from napari_neuron.engine.protocol import Engine
    from napari_neuron.result.network import NetworkResult

RunEvent = RunStarted | RunAdvanced | RunEnded
Rows = npt.NDArray[np.int64]


@dataclass
class _Run:
    network: PointNetwork
    cancelled: threading.Event = field(default_factory=threading.Event)
    release: bool = False


class NetworkSession:
    """What the dock widget "Network" shows and changes.

    Parameters
    ----------
    make_engine
        Makes what runs the networks; by default a child process.

    Attributes
    ----------
    network_changed : Signal (PointNetwork)
    selection_changed : Signal (array of int)
        Rows of the neurons that are selected: in a table, in the raster or in the viewer.
    run_state_changed : Signal (RunState)
    run_started : Signal (NetworkResult)
    run_advanced : Signal (Progress)
    run_ended : Signal (NetworkResult or None, Exception or None)
    result_changed : Signal (NetworkResult or None)
    """

    network_changed = Signal(object)
    selection_changed = Signal(object)
    run_state_changed = Signal(object)
    run_started = Signal(object)
    run_advanced = Signal(object)
    run_ended = Signal(object, object)
    result_changed = Signal(object)

    def __init__(self, make_engine: Callable[[], Engine] | None = None) -> None:
        self._make_engine = make_engine or _child_process
        self._engine: Engine | None = None
        self._networks = [PointNetwork()]
        self._at = 0
        self._selected: Rows = np.empty(0, np.int64)
        self._result: NetworkResult | None = None
        self._state = RunState.IDLE
        self._progress: Progress | None = None
        self._run: _Run | None = None

    @property
    def network(self) -> PointNetwork:
        """The network as it is now."""
        return self._networks[self._at]

    def open(self, network: PointNetwork) -> None:
        """Work on another network: its undo list is empty, and the result is gone."""
        self._networks, self._at = [network], 0
        self.select(np.empty(0, np.int64))
        self._set_result(None)
        self.network_changed.emit(network)

    def open_result(self, result: NetworkResult) -> None:
        """Work on the network of a stored result, and show what came of it."""
        self.open(result.network)
        self._set_result(result)

    def edit(self, network: PointNetwork) -> None:
        """Make ``network`` the current one; `undo` goes back."""
        if network == self.network:
            return
        self._networks[self._at + 1 :] = [network]
        self._at += 1
        self.network_changed.emit(network)

    @property
    def can_undo(self) -> bool:
        """Whether there is an edit to take back."""
        return self._at > 0

    @property
    def can_redo(self) -> bool:
        """Whether there is an undone edit to do again."""
        return self._at < len(self._networks) - 1

    def undo(self) -> None:
        """Take the last edit back; does nothing where there is none."""
        if self.can_undo:
            self._at -= 1
            self.network_changed.emit(self.network)

    def redo(self) -> None:
        """Do the last undone edit again; does nothing where there is none."""
        if self.can_redo:
            self._at += 1
            self.network_changed.emit(self.network)

    @property
    def selected(self) -> Rows:
        """Rows of the selected neurons, ascending."""
        return self._selected

    def select(self, rows: Any) -> None:
        """Select other neurons."""
        rows = np.unique(np.asarray(rows, dtype=np.int64))
        if not np.array_equal(rows, self._selected):
            self._selected = rows
            self.selection_changed.emit(rows)

    @property
    def result(self) -> NetworkResult | None:
        """Of the newest run of this network; None before there is one."""
        return self._result

    @property
    def run_state(self) -> RunState:
        """Idle, preparing, running or cancelling."""
        return self._state

    @property
    def progress(self) -> Progress | None:
        """Of the run under way, or of the last one."""
        return self._progress

    def run(self) -> Iterator[RunEvent]:
        """Begin a run and return its events; see `napari_neuron.session.Session.run`.

        Raises
        ------
        SimulationError
            If there is no neuron, or a run is under way already.
        """
        if self._state is not RunState.IDLE:
            raise SimulationError("a run is under way; cancel it or wait for its end")
        if not len(self.network.neurons):
            raise SimulationError("there is no neuron to simulate; load an edge list first")
        if self._engine is None:
            self._engine = self._make_engine()
        self._run = _Run(self.network)
        self._progress = Progress(0.0, self.network.run.duration, 0.0)
        self._set_state(RunState.PREPARING)
        return _events(self._run, self._engine)

    def apply(self, event: RunEvent) -> None:
        """Take in what a run did, and tell by signals."""
        if isinstance(event, RunStarted):
            if self._state is RunState.PREPARING:
                self._set_state(RunState.RUNNING)
            result: Any = event.result
            if result.network.neurons == self.network.neurons:  # else another one was opened
                self._set_result(result)
                self.run_started.emit(result)
        elif isinstance(event, RunAdvanced):
            self._progress = event.progress
            self.run_advanced.emit(event.progress)
        else:
            if self._run is not None and self._run.release:
                self._close_engine()
            self._run = None
            self._set_state(RunState.IDLE)
            self.run_ended.emit(event.result, event.error)

    def cancel(self) -> None:
        """Ask the run to stop; `run_ended` tells when it has. Does nothing without a run."""
        if self._run is not None:
            self._run.cancelled.set()
            self._set_state(RunState.CANCELLING)

    def release(self) -> None:
        """Cancel what runs and end the engine's process; waits for nothing."""
        if self._run is None:
            self._close_engine()
        else:
            self._run.release = True
            self.cancel()

    def _close_engine(self) -> None:
        if self._engine is not None:
            self._engine.close()
            self._engine = None

    def _set_result(self, result: NetworkResult | None) -> None:
        if result is not self._result:
            self._result = result
            self.result_changed.emit(result)

    def _set_state(self, state: RunState) -> None:
        if state is not self._state:
            self._state = state
            self.run_state_changed.emit(state)


def _child_process() -> Engine:
    from napari_neuron.engine import ChildEngine

    return ChildEngine()


def _events(run: _Run, engine: Engine) -> Iterator[RunEvent]:
    from napari_neuron.engine.network_run import NetworkSimulation

    begun = time.perf_counter()
    duration = run.network.run.duration
    result: Any = None
    error: Exception | None = None
    try:
        simulation = NetworkSimulation(run.network, engine)
        with contextlib.closing(simulation):
            for advanced in simulation:
                if run.cancelled.is_set():
                    break
                if not advanced.n_frames:
                    continue  # the network is being built
                if result is None and simulation.result is not None:
                    result = simulation.result
                    yield RunStarted(result)
                yield RunAdvanced(Progress(advanced.time, duration, time.perf_counter() - begun))
    except NapariNeuronError as problem:
        error = problem
    finally:
        if run.release:
            engine.close()
    yield RunEnded(result, error)
