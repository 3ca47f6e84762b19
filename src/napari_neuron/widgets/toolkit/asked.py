"""`Asked`: questions answered in a thread, one at a time, only the latest one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from psygnal import Signal
from qtpy.QtCore import QTimer

from napari_neuron.widgets.toolkit.latest_job import LatestJob

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
        self._job = LatestJob()
        self._job.finished.connect(self._on_answered)
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
        """Emit nothing more."""
        self.forget()
        self._job.stop()
        self.answered.disconnect()

    def _ask(self) -> None:
        self._job.request(_answered, self._answer, self._question)

    def _on_answered(self, given: tuple[tuple[Any, ...], Any]) -> None:
        question, answer = given
        if self._question is question:  # else there is another, or none is wanted any more
            self._question = None
            self.answered.emit(answer)


def _answered(answer: Callable[..., Any], question: tuple[Any, ...]) -> tuple[Any, Any]:
    return question, answer(*question)
