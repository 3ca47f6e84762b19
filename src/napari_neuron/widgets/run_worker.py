"""Drives a run of the session in a thread."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

from napari.qt.threading import GeneratorWorker, create_worker

from napari_neuron.session import RunAdvanced, RunEvent, Session

SHORTEST_STEP = 0.05
"""Seconds between two events that the windows are told of."""


class RunWorker(GeneratorWorker):
    """A worker that, asked to quit (napari closes), lets the run end itself properly."""

    session: Session

    def quit(self) -> None:
        """Cancel the run; the worker then ends by itself."""
        self.session.cancel()


def start_run(session: Session) -> RunWorker:
    """Run the session's experiment in a thread; events are applied in this one.

    Raises
    ------
    SimulationError
        If the session cannot run now.
    """
    worker: Any = create_worker(
        _throttled, session.run(), _start_thread=False, _worker_class=RunWorker
    )
    worker.session = session
    worker.yielded.connect(session.apply)
    worker.start()
    return worker


def _throttled(events: Iterator[RunEvent]) -> Iterator[RunEvent]:
    """Leave out what comes faster than eyes: the arrays are shared, only the last counts."""
    told = 0.0
    for event in events:
        if isinstance(event, RunAdvanced):
            now = time.perf_counter()
            if now - told < SHORTEST_STEP:
                continue
            told = now
        yield event
