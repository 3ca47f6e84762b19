"""`ProtocolPlot`: the chart of a protocol above the voltage of its runs."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.backends.backend_qtagg import FigureCanvasQTAgg
from matplotlib.figure import Figure
from psygnal import Signal
from qtpy.QtWidgets import QSizePolicy

from napari_neuron.protocols.run import ProtocolResult
from napari_neuron.widgets.measuring.chart_figure import Ink, draw_chart, draw_traces
from napari_neuron.widgets.toolkit.style import Palette

_HEIGHT = 440
_LEFT, _RIGHT, _TOP, _BOTTOM, _GAP = 56, 14, 12, 40, 68
"""Pixels that labels need: to find out takes matplotlib long at each drawing."""

_NEAR = 14
"""Pixels within which a click means a point."""


class _Canvas(FigureCanvasQTAgg):
    def wheelEvent(self, event: Any) -> None:
        """Leave the wheel to the page."""
        event.ignore()


class ProtocolPlot:
    """Draws what a protocol found; a click on a point chooses its run.

    Attributes
    ----------
    canvas
        The widget.
    run_chosen : Signal (int)
        The person has clicked a point that comes from this run.
    """

    run_chosen = Signal(int)

    def __init__(self) -> None:
        self.figure = Figure(layout=None)
        self.canvas = _Canvas(self.figure)
        self.canvas.setFixedHeight(_HEIGHT)
        self.canvas.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.canvas.setMinimumWidth(160)
        self.chart = self.figure.add_subplot(2, 1, 1)
        self.traces = self.figure.add_subplot(2, 1, 2)
        self._ring: Any = None
        self._ink = Ink()
        self._result: ProtocolResult | None = None
        self._chosen: int | None = None
        self.canvas.mpl_connect("resize_event", self._on_resized)
        self.canvas.mpl_connect("button_press_event", self._on_pressed)
        self._on_resized()

    def set_palette(self, palette: Palette) -> None:
        """Take over the theme's colours."""
        self._ink = Ink(palette.background, palette.dim, palette.primary, palette.foreground)
        self.figure.set_facecolor(palette.background)
        self._draw()

    def show(self, result: ProtocolResult, chosen: int | None) -> None:
        """Draw a result; ``chosen`` is the number of the run that stands out."""
        self._result, self._chosen = result, chosen
        self._draw()

    def choose(self, chosen: int | None) -> None:
        """Let another run stand out."""
        if chosen != self._chosen and self._result is not None:
            self._chosen = chosen
            draw_traces(self.traces, self._result, chosen, self._ink)
            self._draw_ring()
            self.canvas.draw_idle()

    def close(self) -> None:
        """Tell nothing any more."""
        self.run_chosen.disconnect()

    def position_of(self, run: int) -> tuple[float, float]:
        """Return where the first point of a run is on the canvas, pixels from the lower left.

        Raises
        ------
        KeyError
            If no point comes from it.
        """
        for number, x, y in self._points():
            if number == run:
                at = self.chart.transData.transform((x, y))
                return float(at[0]), float(at[1])
        raise KeyError(run)

    def _points(self) -> list[tuple[int, float, float]]:
        if self._result is None:
            return []
        return [
            (run, x, y)
            for series in self._result.outcome.chart.series
            for run, x, y in zip(series.runs, series.x, series.y, strict=False)
            if np.isfinite(x) and np.isfinite(y)
        ]

    def _draw(self) -> None:
        if self._result is None:
            return
        draw_chart(self.chart, self._result.outcome.chart, self._ink)
        self._ring = None
        draw_traces(self.traces, self._result, self._chosen, self._ink)
        self._draw_ring()
        self.canvas.draw_idle()

    def _draw_ring(self) -> None:
        if self._ring is not None:
            self._ring.remove()
            self._ring = None
        at = [(x, y) for run, x, y in self._points() if run == self._chosen]
        if at:
            (self._ring,) = self.chart.plot(
                *np.transpose(at),
                "o",
                markersize=11,
                markerfacecolor="none",
                markeredgecolor=self._ink.text,
                markeredgewidth=1.4,
            )

    def _on_resized(self, event: Any = None) -> None:
        width, height = self.figure.get_size_inches() * self.figure.dpi
        scale = self.figure.dpi / 100
        left, right, top, bottom, gap = (s * scale for s in (_LEFT, _RIGHT, _TOP, _BOTTOM, _GAP))
        each = (height - top - bottom - gap) / 2
        if each < 10 or width < left + right + 20:
            return
        for axes, start in ((self.traces, bottom), (self.chart, bottom + each + gap)):
            axes.set_position(
                (left / width, start / height, 1 - (left + right) / width, each / height)
            )

    def _on_pressed(self, event: Any) -> None:
        if event.inaxes is not self.chart:
            return
        points = self._points()
        if not points:
            return
        at = self.chart.transData.transform([(x, y) for _, x, y in points])
        apart = np.hypot(*(at - (event.x, event.y)).T)
        nearest = int(apart.argmin())
        if apart[nearest] <= _NEAR * self.figure.dpi / 100:
            self.run_chosen.emit(points[nearest][0])
