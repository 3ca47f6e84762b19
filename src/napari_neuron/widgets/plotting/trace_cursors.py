"""`TraceCursors`: the time cursor, the two measuring cursors, and the mouse on the plot."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from napari_neuron.widgets.plotting.curves import CurveKey
from napari_neuron.widgets.toolkit.style import Palette

if TYPE_CHECKING:
    from napari_neuron.widgets.plotting.trace_plot import TracePlot

_NEAR = 5.0
"""Pixels by which a click on a curve may miss."""
_STILL = 3.0
"""Pixels that a click may move."""


class TraceCursors:
    """Moves the cursors of a plot.

    Dragging moves the time cursor, or, while measuring, the nearer of A and B. A click on a curve
    or on a row of the raster tells which. The wheel zooms time, with Shift the values; a double
    click shows everything.
    """

    def __init__(self, plot: TracePlot) -> None:
        self._plot = plot
        self._time: float | None = None
        self._measured: tuple[float, float] | None = None
        self._lines: list[tuple[Axes, Artist, str]] = []
        self._palette: Palette | None = None
        self._dragged = ""
        self._pressed: tuple[float, float] | None = None
        canvas = plot.canvas
        canvas.mpl_connect("button_press_event", self._on_pressed)
        canvas.mpl_connect("motion_notify_event", self._on_moved)
        canvas.mpl_connect("button_release_event", self._on_released)
        canvas.mpl_connect("scroll_event", self._on_scrolled)
        self.match_panels()

    @property
    def time(self) -> float | None:
        """Where the time cursor is, ms; None while it is hidden."""
        return self._time

    def move(self, time: float | None) -> None:
        """Put the time cursor at a time, ms; None hides it."""
        self._time = time
        self._place()
        self._plot.draw_cursors()

    @property
    def measured(self) -> tuple[float, float] | None:
        """Times of A and B, ms; None while nothing is measured."""
        return self._measured

    def measure(self, between: tuple[float, float] | None) -> None:
        """Measure between two times, ms; None: no more."""
        self._measured = between
        self._place()
        self._plot.draw_cursors()
        self._plot.measure_moved.emit()

    def toggle_measure(self) -> None:
        """Start measuring within the view, or stop."""
        if self._measured is not None:
            self.measure(None)
        else:
            low, high = self._plot.axes.get_xlim()
            self.measure((low + (high - low) / 3, low + (high - low) * 2 / 3))

    # drawing -------------------------------------------------------------------------------

    def match_panels(self) -> None:
        """Have lines in all panels that are seen."""
        for _, artist, _ in self._lines:
            artist.remove()
        self._lines = []
        for axes in self._plot.panels.panels:
            span = Rectangle((0, 0), 0, 1, alpha=0.14, linewidth=0, animated=True)
            span.set_transform(axes.get_xaxis_transform())
            axes.add_patch(span)
            self._lines.append((axes, span, "span"))
            for name in ("A", "B", "time"):
                line = axes.axvline(0.0, animated=True, linewidth=1.0)
                if name != "time":
                    line.set_linestyle((0, (3, 2)))
                self._lines.append((axes, line, name))
        main = self._plot.axes
        for name in ("A", "B"):
            text = main.text(
                *(0, 0.98, name),
                transform=main.get_xaxis_transform(),
                va="top",
                ha="left" if name == "B" else "right",
                fontsize=8.5,
                fontweight="bold",
                animated=True,
                clip_on=True,
            )
            self._lines.append((main, text, f"{name} text"))
        self._colour()
        self._place()

    def draw(self) -> None:
        """Draw them."""
        for axes, artist, _ in self._lines:
            if artist.get_visible():
                axes.draw_artist(artist)

    def set_palette(self, palette: Palette) -> None:
        """Use the theme's colours."""
        self._palette = palette
        self._colour()

    def _colour(self) -> None:
        if self._palette is not None:
            for _, artist, name in self._lines:
                colour = self._palette.text if name == "time" else self._palette.warning
                artist.set(color=colour)

    def _place(self) -> None:
        between = self._measured or (None, None)
        at = {"time": self._time, "A": between[0], "B": between[1]}
        for _, artist, name in self._lines:
            if name == "span":
                artist.set_visible(self._measured is not None)
                if self._measured is not None:
                    low, high = min(self._measured), max(self._measured)
                    artist.set(xy=(low, 0), width=high - low)
                continue
            time = at[name.removesuffix(" text")]
            artist.set_visible(time is not None)
            if time is not None:
                artist.set(**({"x": time} if "text" in name else {"xdata": [time, time]}))

    # the mouse -----------------------------------------------------------------------------

    def _on_pressed(self, event: Any) -> None:
        if event.button != 1 or event.inaxes is None:
            return
        if event.dblclick:
            self._pressed, self._dragged = None, ""
            self._plot.home()
        elif not self._plot.mode:
            self._pressed = (event.x, event.y)
            self._dragged = self._nearest(event.x)
            # a click on a curve tells which; that the cursor goes there too is as it should be
            self._drag(event.x)

    def _on_moved(self, event: Any) -> None:
        if self._dragged:
            if self._pressed and abs(event.x - self._pressed[0]) > _STILL:
                self._pressed = None
            self._drag(event.x)

    def _on_released(self, event: Any) -> None:
        pressed, self._pressed, self._dragged = self._pressed, None, ""
        if self._plot.mode:
            self._plot.keep_view()
            self._plot.canvas.draw_idle()
        elif pressed is not None:
            key = self.curve_near(*pressed)
            if key is not None:
                self._plot.curve_clicked.emit(key)

    def _on_scrolled(self, event: Any) -> None:
        if event.inaxes is not None:
            modifiers = str(event.key or "")
            values = "shift" in modifiers or "control" in modifiers or "ctrl" in modifiers
            self._plot.zoom_at(event.x, event.y, 1.25**event.step, values=values)

    def _nearest(self, x: float) -> str:
        """Return which cursor a press at x (pixels) takes."""
        if self._measured is None:
            return "time"
        pixels = [self._plot.axes.transData.transform((t, 0))[0] for t in self._measured]
        return "A" if abs(pixels[0] - x) <= abs(pixels[1] - x) else "B"

    def _drag(self, x: float) -> None:
        time = float(self._plot.axes.transData.inverted().transform((x, 0.0))[0])
        time = min(max(time, 0.0), self._plot.duration)
        if self._dragged == "time":
            self._plot.time_requested.emit(time)
        elif self._measured is not None:
            a, b = self._measured
            self.measure((time, b) if self._dragged == "A" else (a, time))

    def curve_near(self, x: float, y: float) -> CurveKey | None:
        """Return what is drawn within a few pixels of a place of the canvas."""
        panels = self._plot.panels
        if panels.raster.get_visible() and panels.raster.bbox.contains(x, y):
            row = round(float(panels.raster.transData.inverted().transform((x, y))[1]))
            trains = self._plot.trains
            return trains[row].key if 0 <= row < len(trains) else None
        best: tuple[float, CurveKey] | None = None
        for curve in self._plot.curves:
            line = np.column_stack(self._plot.shown(curve.key))
            pixels = panels.of(curve.unit).transData.transform(line) - (x, y)
            distance = _distance(pixels[np.abs(pixels[:, 0]) < 400])
            if distance <= _NEAR and (best is None or distance < best[0]):
                best = (distance, curve.key)
        return best[1] if best else None


def _distance(points: Any) -> float:
    """Return how far a line through (n, 2) points passes from the origin."""
    if len(points) < 2:
        return float(np.hypot(*points[0])) if len(points) else np.inf
    begin, along = points[:-1], np.diff(points, axis=0)
    length = (along**2).sum(axis=1)
    share = -(begin * along).sum(axis=1) / np.where(length > 0, length, 1.0)
    nearest = begin + np.clip(share, 0.0, 1.0)[:, None] * along
    return float(np.sqrt((nearest**2).sum(axis=1).min()))
