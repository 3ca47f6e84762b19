"""`CellsMenu`: which skeletons are simulated together."""

from __future__ import annotations

from typing import Any

from psygnal import Signal
from qtpy.QtWidgets import QMenu, QToolButton


class CellsMenu(QToolButton):
    """A button with a menu of the open skeletons, in which several can be ticked.

    Attributes
    ----------
    chosen : Signal (tuple of str)
        The names that are ticked now; at least one.
    """

    chosen = Signal(tuple)

    def __init__(self) -> None:
        super().__init__()
        self.setToolTip("Skeletons to simulate together in one experiment")
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.menu_of_cells = _StayingMenu(self)
        self.setMenu(self.menu_of_cells)
        self._names: tuple[str, ...] = ()
        self.set_value((), ())

    @property
    def value(self) -> tuple[str, ...]:
        """The names that are ticked."""
        return tuple(action.data() for action in self.menu_of_cells.actions() if action.isChecked())

    def set_value(self, names: tuple[str, ...], together: tuple[str, ...]) -> None:
        """Offer skeletons, and tick some; emits nothing. Of one there is nothing to choose."""
        if names != self._names or not names:
            self._names = names
            self._offer(names)
        for action in self.menu_of_cells.actions():
            if action.isCheckable():
                action.setChecked(action.data() in together)
        self.setVisible(len(names) > 1)
        n = f"All {len(names)}" if len(together) == len(names) else f"{len(together)}"
        self.setText(f"{n} together ▾" if len(together) > 1 else "Add cells ▾")

    def _offer(self, names: tuple[str, ...]) -> None:
        menu = self.menu_of_cells
        menu.clear()
        for name in names:
            action = menu.addAction(name)
            action.setData(name)
            action.setCheckable(True)
            action.triggered.connect(lambda _=False: self._on_ticked())
        menu.addSeparator()
        self.all_action = menu.addAction("All together")
        self.all_action.triggered.connect(lambda _=False: self.chosen.emit(self._names))
        self.one_action = menu.addAction("One at a time")
        self.one_action.triggered.connect(lambda _=False: self.chosen.emit(self.value[:1]))

    def _on_ticked(self) -> None:
        if self.value:
            self.chosen.emit(self.value)
        else:  # one there must be
            self.sender().setChecked(True)


class _StayingMenu(QMenu):
    """Stays open while entries are ticked."""

    def mouseReleaseEvent(self, event: Any) -> None:
        action = self.activeAction()
        if action is not None and action.isCheckable() and action.isEnabled():
            action.trigger()
        else:
            super().mouseReleaseEvent(event)
