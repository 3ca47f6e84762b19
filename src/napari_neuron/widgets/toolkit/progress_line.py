"""`ProgressLine`: a thin progress bar that never forces the window to draw."""

from __future__ import annotations

from typing import Any

from qtpy.QtCore import QRectF, QSize, Qt
from qtpy.QtGui import QColor, QPainter
from qtpy.QtWidgets import QSizePolicy, QWidget

from napari_neuron.widgets.toolkit.style import Palette

_HEIGHT = 6.0


class ProgressLine(QWidget):
    """Shows a fraction.

    QProgressBar repaints at once whenever its value changes, and beside an OpenGL canvas that
    costs a composition of the whole window (70 ms in software); this one waits for its turn.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._fraction = 0.0
        self._shown = False
        self._groove, self._bar = QColor("#444444"), QColor("#888888")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)

    @property
    def fraction(self) -> float:
        """From 0 to 1."""
        return self._fraction

    @property
    def is_shown(self) -> bool:
        """Whether there is progress to show; its room is kept either way."""
        return self._shown

    def set_fraction(self, fraction: float) -> None:
        """Show another fraction."""
        self._fraction = fraction
        self.update()

    def set_shown(self, shown: bool) -> None:
        """Show or hide the bar, and leave its room."""
        self._shown = shown
        self.update()

    def set_palette(self, palette: Palette) -> None:
        """Use the theme's colours."""
        self._groove, self._bar = QColor(palette.foreground), QColor(palette.current)
        self.update()

    def sizeHint(self) -> QSize:
        """Ask for little."""
        return QSize(60, 16)

    def paintEvent(self, event: Any) -> None:
        """Paint groove and bar."""
        if not self._shown:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        groove = QRectF(4, (self.height() - _HEIGHT) / 2, self.width() - 8, _HEIGHT)
        painter.setBrush(self._groove)
        painter.drawRoundedRect(groove, 3, 3)
        groove.setWidth(groove.width() * self._fraction)
        painter.setBrush(self._bar)
        painter.drawRoundedRect(groove, 3, 3)
        painter.end()
