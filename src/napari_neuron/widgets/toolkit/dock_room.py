"""`share_room`: a dock that leaves none to the one above it becomes a tab beside it."""

from __future__ import annotations

from qtpy.QtWidgets import QDockWidget, QMainWindow, QWidget

_LOW = 700
"""Pixels for both docks; in less, one shows hardly more than its title and its tabs."""


def share_room(widget: QWidget, other: type[QWidget], both: int = _LOW) -> None:
    """Put the dock of ``widget`` on top of the one with an ``other``, if they need the same room.

    Call it when a dock is first shown: later, Qt has enlarged the window to fit both. Nothing
    happens if there is room for both, or if either floats.

    Parameters
    ----------
    widget, other
        What has just been shown, and the type of what it may leave no room for.
    both
        Height that the two need together, pixels.
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
        if is_beside and not is_tabbed and beside.height() + dock.height() < both:
            window.tabifyDockWidget(beside, dock)
            dock.show()
            dock.raise_()


def _dock_of(widget: QWidget) -> QDockWidget | None:
    while widget is not None and not isinstance(widget, QDockWidget):
        widget = widget.parentWidget()
    return widget
