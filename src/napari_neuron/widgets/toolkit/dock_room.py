"""`share_room`: a dock that leaves none to the one above it becomes a tab beside it."""

from __future__ import annotations

from qtpy.QtWidgets import QDockWidget, QMainWindow, QWidget

_LOW = 700
"""Pixels for both docks; in less, one shows hardly more than its title and its tabs."""


def share_room(widget: QWidget, other: type[QWidget]) -> None:
    """Put the dock of ``widget`` on top of the one with an ``other``, if they need the same room.

    Called when a dock is seen for the first time: later Qt has made the window larger, to fit both.
    Nothing happens where there is room for both, or where either floats.
    """
    dock = _dock_of(widget)
    window = dock.parent() if dock is not None else None
    if dock is None or not isinstance(window, QMainWindow) or dock.isFloating():
        return
    for neighbour in window.findChildren(other):
        beside = _dock_of(neighbour)
        if beside is None or beside is dock or beside.isFloating() or not beside.isVisible():
            continue
        is_beside = window.dockWidgetArea(beside) == window.dockWidgetArea(dock)
        is_tabbed = beside in window.tabifiedDockWidgets(dock)
        if is_beside and not is_tabbed and beside.height() + dock.height() < _LOW:
            window.tabifyDockWidget(beside, dock)
            dock.show()
            dock.raise_()


def _dock_of(widget: QWidget) -> QDockWidget | None:
    while widget is not None and not isinstance(widget, QDockWidget):
        widget = widget.parentWidget()
    return widget
