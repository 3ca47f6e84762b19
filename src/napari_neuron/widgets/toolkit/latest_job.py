"""`LatestJob`: work in a thread, of which only the newest counts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from napari.qt.threading import create_worker
from psygnal import Signal


class LatestJob:
    """Runs a function in a thread; of those asked for meanwhile, only the last.

    Attributes
    ----------
    started : Signal ()
        There is something to wait for.
    finished : Signal (object)
        What the function returned; a function whose place another has taken is not told of.
    """

    started = Signal()
    finished = Signal(object)

    def __init__(self) -> None:
        self._worker: Any = None
        self._next: tuple[Callable[..., Any], tuple[Any, ...]] | None = None
        self._stopped = False

    @property
    def is_busy(self) -> bool:
        """Whether `finished` is still to come."""
        return self._worker is not None

    def request(self, function: Callable[..., Any], *args: Any) -> None:
        """Run ``function(*args)``, which must not raise, as soon as the one before has ended."""
        self._next = (function, args)
        if self._worker is None:
            self._start()
            self.started.emit()

    def stop(self) -> None:
        """Emit nothing more."""
        self._stopped = True
        self._next = None
        self.started.disconnect()
        self.finished.disconnect()

    def _start(self) -> None:
        assert self._next is not None
        (function, args), self._next = self._next, None
        self._worker = create_worker(function, *args, _start_thread=False)
        self._worker.returned.connect(self._on_returned)
        self._worker.start()

    def _on_returned(self, answer: Any) -> None:
        self._worker = None
        if self._next is not None:
            self._start()
        elif not self._stopped:
            self.finished.emit(answer)
