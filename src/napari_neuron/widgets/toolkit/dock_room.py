"""`DockRoom`: a dock that leaves none to the one above it becomes a tab beside it."""

from __future__ import annotations

from typing import Any

from qtpy.QtCore import QEvent, QObject
from qtpy.QtWidgets import QDockWidget, QMainWindow, QWidget

from napari_neuron.widgets.toolkit.closing import ClosingWidget

_LOW = 700
"""Pixels for both docks; in less, one shows hardly more than its title and its tabs."""


class DockRoom(QObject):
    """Puts a dock on top of another of ours in its column, if both need the same room.

    It looks when the dock is first shown: later, Qt has enlarged the window to fit both. Nothing
    happens if there is room for both, or if either floats.

    Parameters
    ----------
    widget
        What is going to be in the dock.
    both
        Height that the two need together, pixels.
    """

    def __init__(self, widget: QWidget, both: int = _LOW) -> None:
        super().__init__(widget)
        self._both = both
        widget.installEventFilter(self)

    def eventFilter(self, watched: Any, event: Any) -> bool:
        """Wait for the dock to be shown."""
        if event.type() == QEvent.Type.Show:
            watched.removeEventFilter(self)
            self._share(watched)
        return False

    def _share(self, widget: QWidget) -> None:
        dock = _dock_of(widget)
        window = dock.parent() if dock is not None else None
        if dock is None or not isinstance(window, QMainWindow) or dock.isFloating():
            return
        for neighbour in window.findChildren(ClosingWidget):
            beside = _dock_of(neighbour)
            if beside is None or beside is dock or beside.isFloating() or not beside.isVisible():
                continue
            is_beside = window.dockWidgetArea(beside) == window.dockWidgetArea(dock)
            is_tabbed = beside in window.tabifiedDockWidgets(dock)
            if is_beside and not is_tabbed and beside.height() + dock.height() < self._both:
                window.tabifyDockWidget(beside, dock)
                dock.show()
                dock.raise_()


def _dock_of(widget: QWidget) -> QDockWidget | None:
    while widget is not None and not isinstance(widget, QDockWidget):
        widget = widget.parentWidget()
    return widget
