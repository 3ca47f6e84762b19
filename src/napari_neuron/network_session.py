"""`NetworkSession`: the mutable state of the dock widget "Network".

It has the network with its undo list, the selection, the run and the results. All changes go
through its methods, in one thread; signals announce them.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from psygnal import Signal

from napari_neuron.errors import SimulationError
from napari_neuron.runner import Runner
from napari_neuron.spec.point_network import PointNetwork
from napari_neuron.undo_list import UndoList

if TYPE_CHECKING:
    from napari_neuron.engine.network_run import NetworkSimulation
    from napari_neuron.engine.protocol import Engine
    from napari_neuron.result.network import NetworkResult

Rows = npt.NDArray[np.int64]


class NetworkSession(Runner):
    """The state that the dock widget "Network" shows and changes.

    Parameters
    ----------
    make_engine
        Makes the engine that runs the networks; by default a child process.

    Attributes
    ----------
    network_changed : Signal (PointNetwork)
    selection_changed : Signal (array of int)
        Rows of the neurons selected in a table, in the raster or in the viewer.
    run_state_changed : Signal (RunState)
    run_started : Signal (NetworkResult)
    run_advanced : Signal (Progress)
    run_ended : Signal (NetworkResult or None, Exception or None)
    result_changed : Signal (NetworkResult or None)
    saved : Signal ()
        The network lies in a file as it is now.
    """

    network_changed = Signal(object)
    selection_changed = Signal(object)
    result_changed = Signal(object)
    saved = Signal()

    def __init__(self, make_engine: Callable[[], Engine] | None = None) -> None:
        super().__init__(make_engine)
        self._history = UndoList(PointNetwork())
        self._saved: PointNetwork | None = None
        self._selected: Rows = np.empty(0, np.int64)
        self._result: NetworkResult | None = None

    @property
    def network(self) -> PointNetwork:
        """The current network."""
        return self._history.current

    def open(self, network: PointNetwork) -> None:
        """Work on another network, with an empty undo list and no result."""
        self._history = UndoList(network)
        self.select(np.empty(0, np.int64))
        self._set_result(None)
        self.network_changed.emit(network)

    def open_result(self, result: NetworkResult) -> None:
        """Work on the network of a stored result, and show the result."""
        self.open(result.network)
        self._set_result(result)

    def edit(self, network: PointNetwork) -> None:
        """Make ``network`` the current one; `undo` reverts this."""
        if network == self.network:
            return
        self._history.add(network)
        self.network_changed.emit(network)

    def restore(self, network: PointNetwork) -> None:
        """Go on with a network that another window left; `undo` goes back."""
        self.select(np.empty(0, np.int64))
        self._set_result(None)
        self.edit(network)

    def mark_saved(self, network: PointNetwork) -> None:
        """Take note that a network lies in a file; `saved` tells of it."""
        self._saved = network
        self.saved.emit()

    @property
    def unsaved(self) -> dict[tuple[str, ...], PointNetwork]:
        """The network, if it was edited since it was opened or saved; else nothing."""
        network = self.network
        return {} if network in (self._history.first, self._saved) else {(): network}

    @property
    def can_undo(self) -> bool:
        """Whether there is an edit to undo."""
        return self._history.can_undo

    @property
    def can_redo(self) -> bool:
        """Whether there is an edit to redo."""
        return self._history.can_redo

    def undo(self) -> None:
        """Undo the last edit; does nothing if there is none."""
        if self._history.undo():
            self.network_changed.emit(self.network)

    def redo(self) -> None:
        """Redo the last undone edit; does nothing if there is none."""
        if self._history.redo():
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
        """Result of the newest run of this network; None before the first."""
        return self._result

    def _next_run(self) -> tuple[Callable[[Engine], NetworkSimulation], float]:
        from napari_neuron.engine.network_run import NetworkSimulation

        network = self.network
        if not len(network.neurons):
            raise SimulationError("there is no neuron to simulate; load an edge list first")
        return partial(NetworkSimulation, network), network.run.duration

    def _take(self, result: NetworkResult) -> None:
        if result.network.neurons == self.network.neurons:  # else another one was opened
            self._set_result(result)
            self.run_started.emit(result)

    def _set_result(self, result: NetworkResult | None) -> None:
        if result is not self._result:
            self._result = result
            self.result_changed.emit(result)
