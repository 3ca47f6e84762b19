"""`TextEdit`: a line of text that is taken over when the person is done with it."""

from __future__ import annotations

from typing import Any

from magicgui.backends._qtpy.widgets import QBaseStringWidget
from magicgui.widgets.bases import ValueWidget
from qtpy.QtCore import Signal
from qtpy.QtWidgets import QLineEdit


class _CommittedLineEdit(QLineEdit):
    """Tells of its text when the person is done with it, not at every key."""

    committed = Signal(str)

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self.editingFinished.connect(lambda: self.committed.emit(self.text()))


class _TextBackend(QBaseStringWidget):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(_CommittedLineEdit, "text", "setText", "committed", **kwargs)


class TextEdit(ValueWidget):
    """A line of text that is taken over on Enter or when the focus leaves it."""

    def __init__(self, value: str = "", **kwargs: Any) -> None:
        super().__init__(widget_type=_TextBackend, **kwargs)
        self.value = value
