"""`TextEdit`: a line of text that takes effect when the user has finished typing."""

from __future__ import annotations

from typing import Any

from magicgui.backends._qtpy.widgets import QBaseStringWidget
from magicgui.widgets.bases import ValueWidget
from qtpy.QtCore import Signal
from qtpy.QtGui import QKeySequence
from qtpy.QtWidgets import QLineEdit

_LONGEST = 2**31 - 1  # Qt's own cuts off what is longer than 32,767: the ids of 6,000 nodes


def is_left_to_the_experiment(event: Any, line: QLineEdit) -> bool:
    """Whether a key means undo or redo of the experiment, not of what is being typed."""
    if event.matches(QKeySequence.StandardKey.Undo):
        return not line.isUndoAvailable()
    return bool(event.matches(QKeySequence.StandardKey.Redo) and not line.isRedoAvailable())


class CommittedLineEdit(QLineEdit):
    """Emits its text when the user has finished, not at every key."""

    committed = Signal(str)

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self.setMaxLength(_LONGEST)
        self.editingFinished.connect(self.commit)

    def commit(self) -> None:
        """Tell of the text now."""
        self.committed.emit(self.text())

    def keyPressEvent(self, event: Any) -> None:
        """Leave undo to the experiment once there is no typing to undo."""
        if is_left_to_the_experiment(event, self):
            event.ignore()
        else:
            super().keyPressEvent(event)


class _TextBackend(QBaseStringWidget):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(CommittedLineEdit, "text", "setText", "committed", **kwargs)


class TextEdit(ValueWidget):
    """A line of text that is taken over on Enter or when the focus leaves it."""

    def __init__(self, value: str = "", **kwargs: Any) -> None:
        super().__init__(widget_type=_TextBackend, **kwargs)
        self.value = value
