"""Drives a run of the session in a thread."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

from napari.qt.threading import GeneratorWorker, create_worker
from qtpy.QtCore import QTimer

from napari_neuron.runner import RunAdvanced, RunEnded, RunEvent, Runner, RunStarted

SHORTEST_PAUSE, LONGEST_PAUSE = 50, 250
"""Shortest and longest pause of the window between two updates, ms: as long as an update and its
drawing took."""


_DRIVERS: set[RunDriver] = set()
"""Drivers with a run in progress: it ends properly even if the widget that started it is gone."""


class RunWorker(GeneratorWorker):
    """A worker that, asked to quit (napari closes), lets the run end itself properly."""

    session: Runner

    def quit(self) -> None:
        """Cancel the run; the worker then ends by itself."""
        self.session.cancel()


class RunDriver:
    """Runs the session's experiment in a thread and applies what happens in this one.

    Progress is fetched, not sent: a window that is slow to draw gets fewer updates, not a queue
    of them.

    Parameters
    ----------
    session
        The session whose experiment is run.
    prepare
        Called in the thread with the result of the run, before `Session.run_started` is told of
        it here: for what takes time and can be made outside the window.

    Raises
    ------
    SimulationError
        If the session cannot run now.
    """

    def __init__(self, session: Runner, prepare: Callable[[Any], None]) -> None:
        self._session = session
        self._prepare = prepare
        self._newest: RunAdvanced | None = None
        self._fetched = 0.0
        self._timer = QTimer()
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._fetch)
        self._worker: Any = create_worker(
            self._keep_newest, session.run(), _start_thread=False, _worker_class=RunWorker
        )
        self._worker.session = session
        self._worker.yielded.connect(self._on_yielded)
        self._worker.errored.connect(self._on_errored)
        _DRIVERS.add(self)
        self._worker.start()

    def _keep_newest(self, events: Iterator[RunEvent]) -> Iterator[RunEvent]:
        for event in events:
            if isinstance(event, RunAdvanced):
                self._newest = event
            else:
                if isinstance(event, RunStarted):
                    self._prepare(event.result)
                yield event

    def _on_yielded(self, event: RunEvent) -> None:
        if isinstance(event, RunEnded):
            self._timer.stop()
            self._apply_newest()
        self._session.apply(event)
        if isinstance(event, RunEnded):
            _DRIVERS.discard(self)
        else:
            self._timer.start(SHORTEST_PAUSE)
            self._fetched = time.perf_counter()

    def _on_errored(self, error: Exception) -> None:
        """End the run: this is a fault of ours, which napari reports too."""
        self._on_yielded(RunEnded(None, error))

    def _fetch(self) -> None:
        now = time.perf_counter()
        took = 1000 * (now - self._fetched) - self._timer.interval()
        self._fetched = now
        self._apply_newest()
        self._timer.start(round(min(max(SHORTEST_PAUSE, took), LONGEST_PAUSE)))

    def _apply_newest(self) -> None:
        newest, self._newest = self._newest, None
        if newest is not None:
            self._session.apply(newest)
