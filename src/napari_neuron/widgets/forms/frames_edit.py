"""`FramesEdit`: which variables to keep for every compartment at every frame."""

from __future__ import annotations

from psygnal import Signal
from qtpy.QtWidgets import QHBoxLayout, QMenu, QToolButton, QWidget

from napari_neuron.widgets.cell_in_view import CellInView
from napari_neuron.widgets.forms.known_names import variables
from napari_neuron.widgets.toolkit.page import hint


class FramesEdit(QWidget):
    """Says what is kept, with a menu of what could be.

    Attributes
    ----------
    changed : Signal (tuple of str)
    """

    changed = Signal(tuple)

    def __init__(self, view: CellInView) -> None:
        super().__init__()
        self._view = view
        self._value: tuple[str, ...] = ("v",)
        self.said = hint()
        self.button = QToolButton()
        self.button.setText("Keep ▾")
        self.button.setToolTip("Other membrane variables to keep for every compartment")
        self.button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.menu = QMenu(self.button)
        self.menu.aboutToShow.connect(self.offer)
        self.button.setMenu(self.menu)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.said, 1)
        row.addWidget(self.button)
        self.set_value(self._value)

    @property
    def value(self) -> tuple[str, ...]:
        """Names of the variables, "v" first."""
        return self._value

    def set_value(self, value: tuple[str, ...]) -> None:
        """Show names."""
        self._value = value
        self.said.setText("Kept at every frame: " + ", ".join(value))

    def offer(self) -> None:
        """Fill the menu with the variables of what is painted."""
        self.menu.clear()
        units = {**dict.fromkeys(self._value, ""), **variables(self._view), "v": "mV"}
        for name, unit in units.items():
            action = self.menu.addAction(f"{name}  ({unit})" if unit else name)
            action.setCheckable(True)
            action.setChecked(name in self._value)
            action.setEnabled(name != "v")
            action.toggled.connect(lambda on, name=name: self._on_toggled(name, on))

    def _on_toggled(self, name: str, on: bool) -> None:
        left = tuple(kept for kept in self._value if kept != name)
        self.changed.emit((*left, name) if on else left)
