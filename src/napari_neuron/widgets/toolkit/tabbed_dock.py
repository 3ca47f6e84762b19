"""`TabbedDock`: a dock widget of tabs, with undo."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qtpy.QtCore import QSize, Qt
from qtpy.QtGui import QKeySequence
from qtpy.QtWidgets import QLayout, QTabWidget, QVBoxLayout, QWidget

from napari_neuron.network_session import NetworkSession
from napari_neuron.session import Session
from napari_neuron.widgets.toolkit.closing import ClosingWidget
from napari_neuron.widgets.toolkit.numbers import QuantitySpinBox
from napari_neuron.widgets.toolkit.text_edit import CommittedLineEdit


class TabbedDock(ClosingWidget):
    """Shows a session on tabs below what is always seen.

    Parameters
    ----------
    session
        The session whose undo list the keys of undo and redo go along.
    """

    def __init__(self, session: Session | NetworkSession) -> None:
        super().__init__()
        self.session: Any = session
        self.tabs = QTabWidget()
        self.tabs.setElideMode(Qt.TextElideMode.ElideNone)
        self.tabs.setUsesScrollButtons(False)
        self.setMinimumWidth(376)

    def lay_out(self, *above: QWidget | QLayout, tabs: Mapping[str, QWidget]) -> None:
        """Put the tabs, by their names, below what is always seen."""
        for name, tab in tabs.items():
            self.tabs.addTab(tab, name)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(8)
        for part in above:
            (layout.addLayout if isinstance(part, QLayout) else layout.addWidget)(part)
        layout.addWidget(self.tabs, 1)

    def sizeHint(self) -> QSize:
        """Ask for 400 x 700."""
        return QSize(400, 700)

    def take_what_is_typed(self) -> None:
        """Take over what is half typed in a field: it is meant."""
        for field in (*self.findChildren(QuantitySpinBox), *self.findChildren(CommittedLineEdit)):
            if field.isVisibleTo(self):
                field.commit()

    def keyPressEvent(self, event: Any) -> None:
        """Undo and redo, wherever the focus is in here."""
        if event.matches(QKeySequence.StandardKey.Undo):
            self.session.undo()
        elif event.matches(QKeySequence.StandardKey.Redo):
            self.session.redo()
        else:
            super().keyPressEvent(event)
