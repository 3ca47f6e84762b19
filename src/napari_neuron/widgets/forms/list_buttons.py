"""`ListButtons`: the actions of a list of specs: add, remove, copy, move."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from psygnal import Signal
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QHBoxLayout, QMenu, QSizePolicy, QToolButton, QWidget

from napari_neuron.widgets.toolkit.style import Palette, icon

Additions = Sequence[tuple[Any, ...]]
"""Entries of a menu: text, action, and what its tooltip says; see `ListButtons.set_additions`."""


class ListButtons(QWidget):
    """Buttons below a list.

    Parameters
    ----------
    ordered
        Whether there are buttons to move an item up and down.
    moves
        Whether there is a button to move items to the selected points.

    Attributes
    ----------
    added : Signal (tuple of Spec)
    removed, copied, moved : Signal ()
    shifted : Signal (int)
        Up: -1, or down: 1.
    """

    added = Signal(tuple)
    removed = Signal()
    copied = Signal()
    moved = Signal()
    shifted = Signal(int)

    def __init__(self, *, ordered: bool, moves: bool) -> None:
        super().__init__()
        self._no_moving = ""
        self._has_rows = False
        self.add_button = QToolButton()
        self.add_button.setText("Add ▾")
        self.add_button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.add_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.add_menu = QMenu(self.add_button)
        self.add_menu.setToolTipsVisible(True)
        self.add_button.setMenu(self.add_menu)
        self.remove_button = _button("Remove the selection", self.removed.emit)
        self.copy_button = _button("Copy the selection", self.copied.emit)
        self.move_button = _button("", self.moved.emit)
        self.up_button = _button("Move up: painted earlier", lambda: self.shifted.emit(-1))
        self.down_button = _button("Move down: painted later", lambda: self.shifted.emit(1))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        for button in (
            self.add_button,
            self.remove_button,
            self.copy_button,
            self.move_button,
            self.up_button,
            self.down_button,
        ):
            row.addWidget(button)
        row.addStretch()
        self.move_button.setVisible(moves)
        self.up_button.setVisible(ordered)
        self.down_button.setVisible(ordered)

    def set_additions(self, additions: Additions) -> None:
        """Offer other things to add.

        Parameters
        ----------
        additions
            Text and action of each entry of the menu. An action makes the items to add (an empty
            tuple if there is nothing to add them at); None makes a heading; a list a menu.
        """
        self.add_menu.clear()
        self._fill(self.add_menu, additions)

    def _fill(self, menu: QMenu, additions: Additions) -> None:
        for text, make, *help_text in additions:
            if isinstance(make, list | tuple):
                inner = menu.addMenu(text)
                inner.setToolTipsVisible(True)
                self._fill(inner, make)
                continue
            action = menu.addAction(text)
            action.setToolTip(help_text[0] if help_text else "")
            action.setEnabled(make is not None)
            if make is not None:
                action.triggered.connect(lambda _=False, make=make: self.added.emit(make()))

    def set_palette(self, palette: Palette) -> None:
        """Use the theme's colours."""
        self.remove_button.setIcon(icon("remove", palette))
        self.copy_button.setIcon(icon("copy", palette))
        self.move_button.setIcon(icon("pan", palette))
        self.up_button.setIcon(icon("up", palette))
        self.down_button.setIcon(icon("down", palette))

    def allow_adding(self, reason_not: str = "") -> None:
        """Enable Add, or disable it and say why in its tooltip."""
        self.add_button.setEnabled(not reason_not)
        self.add_button.setToolTip(reason_not)

    def allow_moving(self, reason_not: str = "") -> None:
        """Enable Move, or disable it and say why in its tooltip."""
        self._no_moving = reason_not
        self.move_button.setEnabled(not reason_not and self._has_rows)
        self.move_button.setToolTip(reason_not or "Move the selection to the selected points")

    def show_row(self, row: int, n: int) -> None:
        """Enable what can be done with a row of a list of ``n``; -1 is none."""
        self._has_rows = row >= 0
        self.remove_button.setEnabled(row >= 0)
        self.copy_button.setEnabled(row >= 0)
        self.move_button.setEnabled(row >= 0 and not self._no_moving)
        self.up_button.setEnabled(row > 0)
        self.down_button.setEnabled(0 <= row < n - 1)


def _button(tooltip: str, on_clicked: Callable[[], Any]) -> QToolButton:
    button = QToolButton()
    button.setToolTip(tooltip)
    button.clicked.connect(lambda _=False: on_clicked())
    return button
