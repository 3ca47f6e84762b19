"""`NetworkPlot`: raster and rates of a network, painted as an image with axes around it."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from psygnal import Signal
from qtpy.QtCore import QPointF, QRectF, QSize, Qt
from qtpy.QtGui import QColor, QImage, QPainter, QPen, QPixmap, QPolygonF
from qtpy.QtWidgets import QSizePolicy, QWidget

from napari_neuron.compile.network import trains_shown
from napari_neuron.result.network import NetworkResult
from napari_neuron.view.network.network_layers import group_colours
from napari_neuron.widgets.networks.raster_image import group_order, raster_image
from napari_neuron.widgets.toolkit.numbers import shown_number
from napari_neuron.widgets.toolkit.style import STIMULUS_COLOUR, Palette

_LEFT, _RIGHT, _BOTTOM, _GAP = 62, 12, 34, 12
_STIMULI = 10
"""Height of the bars of stimuli, above the raster."""
_MOST_GROUPS_NAMED = 40
_SELECTED = "#ffffff"


class NetworkPlot(QWidget):
    """Draws a result: stimuli, a dot for each spike by group, and the rate of each group.

    Everything but the cursor is kept as a picture, redrawn when there is new data.

    Attributes
    ----------
    time_requested : Signal (float)
        The user put the cursor at this time, ms.
    neurons_picked : Signal (array of int)
        The user dragged over these lines of the raster with Shift: rows of neurons.
    """

    time_requested = Signal(float)
    neurons_picked = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._result: NetworkResult | None = None
        self._selected: npt.NDArray[np.int64] = np.empty(0, np.int64)
        self._bin = 20.0
        self._time: float | None = None
        self._picture: QPixmap | None = None
        self._picked_from: float | None = None
        self._picked_to = 0.0
        self._colours = dict.fromkeys(("background", "text", "dim", "line"), "#888888")

    # what is drawn -------------------------------------------------------------------------

    @property
    def result(self) -> NetworkResult | None:
        """What is drawn."""
        return self._result

    def show_result(self, result: NetworkResult | None) -> None:
        """Draw a result from now on; it may still be growing."""
        self._result = result
        if result is not None:
            network = result.network
            self._line, self._groups = group_order(network.neurons.groups)
            colours = group_colours(network)
            names, which = np.unique(colours, return_inverse=True)
            rgb = np.array([QColor(c).getRgb()[:3] for c in names.tolist()], np.uint8)[which]
            self._colour_of_line = np.empty_like(rgb)
            self._colour_of_line[self._line] = rgb
        self.redraw()

    def redraw(self) -> None:
        """Draw the spikes added since."""
        self._picture = None
        self.update()

    def select(self, rows: npt.NDArray[np.int64]) -> None:
        """Mark neurons, by row."""
        self._selected = rows
        self.redraw()

    def set_bin(self, width: float) -> None:
        """Count spikes in bins of another width, ms."""
        self._bin = width
        self.redraw()

    def move_cursor(self, time: float | None) -> None:
        """Put the cursor at a time, ms; None hides it."""
        if time != self._time:
            self._time = time
            self.update()

    @property
    def cursor_time(self) -> float | None:
        """Where the cursor is, ms."""
        return self._time

    def set_palette(self, palette: Palette) -> None:
        """Use the theme's colours."""
        self._colours = {
            "background": palette.background,
            "text": palette.text,
            "dim": palette.dim,
            "line": palette.foreground,
        }
        self.redraw()

    def sizeHint(self) -> QSize:
        """Ask for 700 x 300."""
        return QSize(700, 300)

    def minimumSizeHint(self) -> QSize:
        """Stay usable when small."""
        return QSize(240, 160)

    # places --------------------------------------------------------------------------------

    @property
    def raster_place(self) -> QRectF:
        """Where the raster is, in pixels."""
        height = max(20.0, (self.height() - _STIMULI - 4 - _BOTTOM - _GAP) * 0.66)
        return QRectF(_LEFT, _STIMULI + 4, max(20, self.width() - _LEFT - _RIGHT), height)

    @property
    def rate_place(self) -> QRectF:
        """Where the rates are, in pixels."""
        raster = self.raster_place
        top = raster.bottom() + _GAP
        height = max(10.0, self.height() - _BOTTOM - top)
        return QRectF(raster.left(), top, raster.width(), height)

    @property
    def duration(self) -> float:
        """Time at the right edge, ms."""
        return 1.0 if self._result is None else self._result.network.run.duration

    def x_of(self, time: float) -> float:
        """Return where a time is, in pixels."""
        place = self.raster_place
        return place.left() + place.width() * time / self.duration

    # drawing -------------------------------------------------------------------------------

    def paintEvent(self, event: Any) -> None:
        """Draw the picture, and the cursor over it."""
        if self._picture is None or self._picture.size() != self.size():
            self._picture = self._drawn()
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._picture)
        if self._time is not None and self._result is not None:
            painter.setPen(QPen(QColor(self._colours["text"]), 1))
            x = round(self.x_of(self._time))
            painter.drawLine(x, int(self.raster_place.top()), x, int(self.rate_place.bottom()))
        if self._picked_from is not None:
            place = self.raster_place
            top, bottom = sorted((self._picked_from, self._picked_to))
            painter.fillRect(
                QRectF(place.left(), top, place.width(), bottom - top), QColor(255, 255, 255, 40)
            )
        painter.end()

    def _drawn(self) -> QPixmap:
        picture = QPixmap(self.size())
        picture.fill(QColor(self._colours["background"]))
        result = self._result
        if result is None or not len(result.network.neurons):
            return picture
        painter = QPainter(picture)
        font = painter.font()
        font.setPointSizeF(8.0)
        painter.setFont(font)
        self._draw_stimuli(painter, result)
        self._draw_selected(painter, result)
        self._draw_spikes(painter, result)
        self._draw_groups(painter)
        self._draw_rates(painter, result)
        self._draw_time_axis(painter)
        painter.end()
        return picture

    def _draw_stimuli(self, painter: QPainter, result: NetworkResult) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        shown = trains_shown(result.network.stimuli)
        height = max(2.0, min(4.0, _STIMULI / max(1, len(shown))))
        for index, (start, stop, _) in enumerate(shown[: int(_STIMULI / height)]):
            left, right = self.x_of(start), self.x_of(min(stop, self.duration))
            if right > left:
                place = QRectF(left, 2 + index * height, right - left, height - 1)
                painter.fillRect(place, QColor(STIMULUS_COLOUR))

    def _draw_selected(self, painter: QPainter, result: NetworkResult) -> None:
        n = len(result.network.neurons)
        if not len(self._selected) or len(self._selected) > 2000 or self._selected.max() >= n:
            return
        place = self.raster_place
        colour = QColor(255, 255, 255, 46)
        height = max(1.0, place.height() / n)
        for line in self._line[self._selected].tolist():
            top = place.top() + line * place.height() / n
            painter.fillRect(QRectF(place.left(), top, place.width(), height), colour)

    def _draw_spikes(self, painter: QPainter, result: NetworkResult) -> None:
        place = self.raster_place
        width, height = int(place.width()), int(place.height())
        times, neuron = result.spikes()
        image = raster_image(
            times,
            self._line[neuron],
            self._colour_of_line,
            width=width,
            height=height,
            span=(0.0, self.duration),
            n_lines=len(self._line),
        )
        shown = QImage(image.data, width, height, 4 * width, QImage.Format.Format_RGBA8888)
        painter.drawImage(QPointF(place.left(), place.top()), shown)
        painter.setPen(QPen(QColor(self._colours["line"]), 1))
        painter.drawRect(place)

    def _draw_groups(self, painter: QPainter) -> None:
        place, n = self.raster_place, len(self._line)
        if len(self._groups) > _MOST_GROUPS_NAMED:
            return
        last = -100.0
        for name, first, end in self._groups:
            top = place.top() + first * place.height() / n
            if first:
                painter.setPen(QPen(QColor(self._colours["line"]), 1))
                painter.drawLine(QPointF(place.left(), top), QPointF(place.right(), top))
            middle = place.top() + (first + end) / 2 * place.height() / n
            if middle - last < 12:
                continue
            last = middle
            r, g, b = self._colour_of_line[first].tolist()
            painter.setPen(QColor(r, g, b))
            text = name or f"{n:,} neurons"
            text = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, _LEFT - 8)
            box = QRectF(2, middle - 8, _LEFT - 8, 16)
            painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)

    def _rates(self, result: NetworkResult) -> tuple[npt.NDArray[Any], list[tuple[Any, QColor]]]:
        """Return edges of bins, and the rate and colour of each group and of what is selected."""
        n_bins = max(1, int(np.ceil(self.duration / self._bin * (1 - 1e-12))))
        edges = np.minimum(np.arange(n_bins + 1) * self._bin, self.duration)
        done = max(1, int(np.searchsorted(edges, result.simulated, side="right")) - 1)
        times, neuron = result.spikes()
        at = np.minimum((times / self._bin).astype(np.int64), n_bins - 1)
        per_second = 1000.0 / np.diff(edges)
        line = self._line[neuron]
        curves = []
        groups = self._groups if len(self._groups) <= _MOST_GROUPS_NAMED else [("", 0, len(line))]
        for _, first, end in groups:
            inside = (line >= first) & (line < end)
            count = np.bincount(at[inside], minlength=n_bins)
            colour = QColor(*self._colour_of_line[first].tolist())
            curves.append(((count * per_second / max(1, end - first))[:done], colour))
        if len(self._selected) and self._selected.max() < len(self._line):
            is_selected = np.zeros(len(self._line), dtype=bool)
            is_selected[self._selected] = True
            count = np.bincount(at[is_selected[neuron]], minlength=n_bins)
            curves.append(((count * per_second / len(self._selected))[:done], QColor(_SELECTED)))
        return edges, curves

    def _draw_rates(self, painter: QPainter, result: NetworkResult) -> None:
        place = self.rate_place
        edges, curves = self._rates(result)
        highest = max((float(rate.max(initial=0.0)) for rate, _ in curves), default=0.0)
        top = _round_up(highest)
        painter.setPen(QPen(QColor(self._colours["line"]), 1))
        painter.drawLine(place.bottomLeft(), place.bottomRight())
        painter.drawLine(place.topLeft(), place.topRight())
        painter.setPen(QColor(self._colours["dim"]))
        side = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRectF(0, place.top() - 8, _LEFT - 6, 16), side, f"{shown_number(top)} Hz")
        if place.height() > 30:
            painter.drawText(QRectF(0, place.bottom() - 8, _LEFT - 6, 16), side, "0")
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for rate, colour in curves:
            x = np.repeat(edges[: len(rate) + 1], 2)[1:-1]
            y = place.bottom() - np.repeat(rate, 2) / top * place.height()
            painter.setPen(QPen(colour, 1.4))
            points = zip(
                (place.left() + x / self.duration * place.width()).tolist(), y.tolist(), strict=True
            )
            painter.drawPolyline(QPolygonF([QPointF(a, b) for a, b in points]))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def _draw_time_axis(self, painter: QPainter) -> None:
        place = self.rate_place
        painter.setPen(QColor(self._colours["dim"]))
        step = _round_up(self.duration / max(2.0, place.width() / 90))
        for index in range(int(self.duration / step + 1e-9) + 1):
            x = self.x_of(index * step)
            painter.drawLine(QPointF(x, place.bottom()), QPointF(x, place.bottom() + 3))
            box = QRectF(x - 40, place.bottom() + 3, 80, 14)
            painter.drawText(box, Qt.AlignmentFlag.AlignHCenter, shown_number(index * step))
        box = QRectF(place.left(), place.bottom() + 17, place.width(), 15)
        painter.drawText(box, Qt.AlignmentFlag.AlignHCenter, "time (ms)")

    # the mouse -----------------------------------------------------------------------------

    def mousePressEvent(self, event: Any) -> None:
        """Begin to move the cursor, or with Shift to pick neurons."""
        if event.button() != Qt.MouseButton.LeftButton or self._result is None:
            return
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self._picked_from = self._picked_to = self._in_raster(event.position().y())
        else:
            self._request(event.position().x())

    def mouseMoveEvent(self, event: Any) -> None:
        """Continue it."""
        if self._picked_from is not None:
            self._picked_to = self._in_raster(event.position().y())
            self.update()
        elif event.buttons() & Qt.MouseButton.LeftButton and self._result is not None:
            self._request(event.position().x())

    def mouseReleaseEvent(self, event: Any) -> None:
        """Report what was picked."""
        if self._picked_from is None:
            return
        place, n = self.raster_place, len(self._line)
        ends = sorted((self._picked_from, self._picked_to))
        first, last = (int((y - place.top()) / place.height() * n) for y in ends)
        self._picked_from = None
        self.update()
        picked = (self._line >= first) & (self._line <= min(last, n - 1))
        self.neurons_picked.emit(np.flatnonzero(picked))

    def _in_raster(self, y: float) -> float:
        place = self.raster_place
        return min(max(y, place.top()), place.bottom() - 0.01)

    def _request(self, x: float) -> None:
        place = self.raster_place
        time = (x - place.left()) / place.width() * self.duration
        self.time_requested.emit(min(max(time, 0.0), self.duration))


def _round_up(value: float) -> float:
    """Return the next of 1, 2, 5, 10, 20 ... that is not smaller."""
    if value <= 0:
        return 1.0
    power = 10.0 ** np.floor(np.log10(value))
    return float(next(m * power for m in (1, 2, 5, 10) if m * power >= value * (1 - 1e-9)))
