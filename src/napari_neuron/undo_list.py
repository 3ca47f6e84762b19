"""`UndoList`: the successive values of something, and which one is current."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

Step = TypeVar("Step")


class UndoList(Generic[Step]):
    """Steps, oldest first.

    Parameters
    ----------
    first
        The first step.
    """

    def __init__(self, first: Step) -> None:
        self._steps = [first]
        self._at = 0

    @property
    def current(self) -> Step:
        """The current step."""
        return self._steps[self._at]

    @property
    def first(self) -> Step:
        """The step that all began with."""
        return self._steps[0]

    @property
    def can_undo(self) -> bool:
        """Whether there is a step before."""
        return self._at > 0

    @property
    def can_redo(self) -> bool:
        """Whether there is an undone step."""
        return self._at < len(self._steps) - 1

    def add(self, step: Step) -> None:
        """Make a step the current one; undone steps are dropped."""
        self._steps[self._at + 1 :] = [step]
        self._at += 1

    def undo(self) -> bool:
        """Go back one step; return whether there was one."""
        if not self.can_undo:
            return False
        self._at -= 1
        return True

    def redo(self) -> bool:
        """Go forward one step; return whether there was one."""
        if not self.can_redo:
            return False
        self._at += 1
        return True

    def change_all(self, changed: Callable[[Step], Step]) -> None:
        """Change every step of the list, without making a new one."""
        self._steps = [changed(step) for step in self._steps]
