"""`Asked`: questions that are answered in a thread, one at a time, the latest one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from napari.qt.threading import create_worker
from psygnal import Signal
from qtpy.QtCore import QTimer

_PAUSE = 120  # ms


class Asked:
    """Answers the latest of several questions, in a thread, a moment after it was asked.

    Parameters
    ----------
    answer
        Given the question's parts, returns the answer; called in a thread.
    pause
        ms to wait for a later question.

    Attributes
    ----------
    answered : Signal (object)
        The answer to the latest question.
    """

    answered = Signal(object)

    def __init__(self, answer: Callable[..., Any], pause: int = _PAUSE) -> None:
        self._answer = answer
        self._question: tuple[Any, ...] | None = None
        self._worker: Any = None
        self._timer = QTimer()
        self._timer.setSingleShot(True)
        self._timer.setInterval(pause)
        self._timer.timeout.connect(self._ask)

    @property
    def is_busy(self) -> bool:
        """Whether an answer is still to come."""
        return self._question is not None

    def ask(self, *question: Any) -> None:
        """Ask; a later question takes the place of one that is not answered yet."""
        self._question = question
        self._timer.start()

    def forget(self) -> None:
        """Want no answer any more."""
        self._timer.stop()
        self._question = None

    def stop(self) -> None:
        """Tell nothing any more."""
        self.forget()
        self.answered.disconnect()

    def _ask(self) -> None:
        if self._worker is None and self._question is not None:
            self._worker = create_worker(
                _answered, self._answer, self._question, _start_thread=False
            )
            self._worker.returned.connect(self._on_returned)
            self._worker.start()

    def _on_returned(self, given: tuple[tuple[Any, ...], Any]) -> None:
        self._worker = None
        question, answer = given
        if self._question is question:
            self._question = None
            self.answered.emit(answer)
        else:
            self._ask()


def _answered(answer: Callable[..., Any], question: tuple[Any, ...]) -> tuple[Any, Any]:
    return question, answer(*question)
