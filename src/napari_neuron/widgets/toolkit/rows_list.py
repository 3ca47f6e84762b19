"""`RowsList`: a list in which several rows can be selected."""

from __future__ import annotations

from qtpy.QtCore import QItemSelectionModel
from qtpy.QtWidgets import QListWidget


class RowsList(QListWidget):
    """A list of which several items can be selected with the mouse or keys."""

    def __init__(self) -> None:
        super().__init__()
        self.setSelectionMode(QListWidget.SelectionMode.ExtendedSelection)

    def setCurrentRow(self, row: int) -> None:
        """Select a row and no other, as in a list of which one item can be selected."""
        super().setCurrentRow(row, QItemSelectionModel.SelectionFlag.ClearAndSelect)
