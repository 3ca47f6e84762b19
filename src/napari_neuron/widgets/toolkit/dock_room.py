"""`share_room`: makes a dock that would crowd out the one above it a tab beside that one."""

from __future__ import annotations

from qtpy.QtWidgets import QDockWidget, QMainWindow, QWidget

_LOW = 240
"""Pixels; a dock lower than this shows hardly more than its title and its tabs."""


def share_room(widget: QWidget, other: type[QWidget], least: int = 0) -> None:
    """Put the dock of ``widget`` on top of the one with an ``other``, if that has become too low.

    Nothing happens where there is room, or where either floats.

    Parameters
    ----------
    widget, other
        What has just been shown, and the type of what it may leave no room to.
    least
        Pixels of height that ``widget`` itself needs below the other.
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
        is_low = beside.height() < _LOW or dock.height() < least
        if is_beside and not is_tabbed and is_low:
            window.tabifyDockWidget(beside, dock)
            dock.show()
            dock.raise_()


def _dock_of(widget: QWidget) -> QDockWidget | None:
    while widget is not None and not isinstance(widget, QDockWidget):
        widget = widget.parentWidget()
    return widget
