"""`ProtocolPlot`: the chart of a protocol above the voltage of its runs, drawn in a thread."""

from __future__ import annotations

import math
from typing import Any

from psygnal import Signal
from qtpy.QtCore import QRectF, QSize, Qt
from qtpy.QtGui import QColor, QImage, QPainter
from qtpy.QtWidgets import QSizePolicy, QWidget

from napari_neuron.protocols.run import ProtocolResult
from napari_neuron.widgets.measuring.chart_figure import Ink, Picture, drawn_picture
from napari_neuron.widgets.toolkit.latest_job import LatestJob
from napari_neuron.widgets.toolkit.style import Palette

_HEIGHT = 440

_NEAR = 14
"""Pixels within which a click means a point."""


class ProtocolPlot(QWidget):
    """Shows what a protocol found; a click on a point chooses its run.

    A drawing takes matplotlib a tenth of a second, and there is one for every few runs: it is
    made in a thread, and only painted here.

    Attributes
    ----------
    run_chosen : Signal (int)
        The person has clicked a point that comes from this run.
    picture : Picture or None
        What is seen.
    """

    run_chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.picture: Picture | None = None
        self._image = QImage()
        self._ink = Ink()
        self._result: ProtocolResult | None = None
        self._chosen: int | None = None
        self._job = LatestJob()
        self._job.finished.connect(self._on_drawn)
        self.setFixedHeight(_HEIGHT)
        self.setMinimumWidth(160)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def is_busy(self) -> bool:
        """Whether a drawing is under way."""
        return self._job.is_busy

    def set_palette(self, palette: Palette) -> None:
        """Take over the theme's colours."""
        self._ink = Ink(palette.background, palette.dim, palette.primary, palette.foreground)
        self._image = QImage()
        self._draw()

    def set_result(self, result: ProtocolResult, chosen: int | None) -> None:
        """Draw a result; ``chosen`` is the number of the run that stands out."""
        self._result, self._chosen = result, chosen
        self._draw()

    def choose(self, chosen: int | None) -> None:
        """Let another run stand out."""
        if chosen != self._chosen:
            self._chosen = chosen
            self._draw()

    def stop(self) -> None:
        """Tell nothing any more."""
        self._job.stop()
        self.run_chosen.disconnect()

    def sizeHint(self) -> QSize:
        """Ask for 360 x 440."""
        return QSize(360, _HEIGHT)

    def resizeEvent(self, event: Any) -> None:
        """Draw anew for the new size."""
        super().resizeEvent(event)
        self._draw()

    def paintEvent(self, event: Any) -> None:
        """Paint the last drawing."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self._ink.background))
        if not self._image.isNull():
            scale = self._image.devicePixelRatio()
            size = self._image.width() / scale, self._image.height() / scale
            painter.drawImage(QRectF(0, 0, *size), self._image)
        painter.end()

    def mousePressEvent(self, event: Any) -> None:
        """Choose the run of the point that is clicked."""
        if self.picture is None or event.button() != Qt.MouseButton.LeftButton:
            return
        at = event.position()
        apart = [(math.hypot(x - at.x(), y - at.y()), run) for run, x, y in self.picture.points]
        if apart and min(apart)[0] <= _NEAR:
            self.run_chosen.emit(min(apart)[1])

    def _draw(self) -> None:
        if self._result is not None:
            scale = self.devicePixelRatioF()
            size = self.width(), self.height()
            self._job.request(drawn_picture, self._result, self._chosen, size, scale, self._ink)

    def _on_drawn(self, picture: Picture) -> None:
        self.picture = picture
        width, height = picture.size
        of_bytes = QImage(picture.rgba, width, height, 4 * width, QImage.Format.Format_RGBA8888)
        self._image = of_bytes.copy()  # for the bytes to go
        self._image.setDevicePixelRatio(picture.scale)
        self.update()
