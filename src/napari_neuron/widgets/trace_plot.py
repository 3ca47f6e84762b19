"""`TracePlot`: traces, spike marks and a cursor on a matplotlib canvas that redraws fast.

Axes and ticks are drawn once and kept as a picture, the traces on it as another; growing traces
and a moving cursor cost their own lines only.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_qtagg import FigureCanvasQTAgg, NavigationToolbar2QT
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from psygnal import Signal

from napari_neuron.result import SimulationResult
from napari_neuron.spec import SpikeDetector, VoltageRecorder
from napari_neuron.widgets.decimate import decimated
from napari_neuron.widgets.style import Palette

_FIRST_LIMITS = (-90.0, -40.0)
_LIMIT_STEP = 20.0
_AXIS_WIDTH = 52
"""Pixels that the axis of another unit needs on the right."""


@dataclass(frozen=True)
class LegendEntry:
    """One recorder in the legend, with its value at the cursor or its number of spikes."""

    label: str
    colour: str
    symbol: str
    value: str


class TracePlot:
    """Draws one result.

    Attributes
    ----------
    time_requested : Signal (float)
        The person put the cursor at this time, ms.
    canvas : QWidget
    figure, axes
        matplotlib's; ``axes`` are those of the voltages, other units have theirs on the right.
    """

    time_requested = Signal(float)

    def __init__(self) -> None:
        self.figure = Figure(layout=None)
        self.canvas = FigureCanvasQTAgg(self.figure)
        self.axes = self.figure.add_axes((0.1, 0.2, 0.88, 0.75))
        self._tools = NavigationToolbar2QT(self.canvas, self.canvas, coordinates=False)
        self._tools.hide()
        self._result: SimulationResult | None = None
        self._traces: dict[str, Line2D] = {}
        self._other_axes: dict[str, Axes] = {}  # by unit
        self._palette: Palette | None = None
        self._spikes: dict[str, Line2D] = {}
        self._colours: dict[str, str] = {}
        self._cursor = self.axes.axvline(0.0, animated=True, visible=False, linewidth=1.0)
        self._time: float | None = None
        self._dragging = False
        self._empty_axes: Any = None
        self._drawn: Any = None
        canvas = self.canvas
        canvas.mpl_connect("draw_event", self._on_drawn)
        canvas.mpl_connect("resize_event", self._on_resized)
        canvas.mpl_connect("button_press_event", self._on_pressed)
        canvas.mpl_connect("motion_notify_event", self._on_moved)
        canvas.mpl_connect("button_release_event", self._on_released)
        self._lay_out()

    # what is drawn -------------------------------------------------------------------------

    def show(self, result: SimulationResult, colours: dict[str, str]) -> None:
        """Draw a result from now on; it may still be filling."""
        self._result = result
        self._colours = colours
        for line in (*self._traces.values(), *self._spikes.values()):
            line.remove()
        for axes in self._other_axes.values():
            axes.remove()
        self._other_axes.clear()
        self._traces = {
            r.label: self.axes.plot([], [], animated=True, linewidth=1.2)[0]
            for r in result.experiment.recorders
            if isinstance(r, VoltageRecorder)
        }
        rows = self.axes.get_xaxis_transform()
        self._spikes = {
            r.label: self.axes.plot(
                [], [], "|", animated=True, markersize=7, markeredgewidth=1.5, transform=rows
            )[0]
            for r in result.experiment.recorders
            if isinstance(r, SpikeDetector)
        }
        self.set_colours(colours, redraw=False)
        self._tools.update()  # forgets where it was zoomed to
        self.axes.set_xlim(0.0, result.experiment.run.duration)
        self.axes.set_ylim(*_FIRST_LIMITS)
        self._add_traces_of_other_units()
        self._lay_out()
        self._fit_limits()
        self.canvas.draw_idle()

    def set_colours(self, colours: dict[str, str], *, redraw: bool = True) -> None:
        """Give each recorder the colour of its marker."""
        self._colours = colours
        for label, line in (*self._traces.items(), *self._spikes.items()):
            line.set_color(colours.get(label, "#888888"))
        if redraw:
            self._draw_lines()

    def update_traces(self) -> None:
        """Draw what has come since."""
        if self._result is None:
            return
        added = self._add_traces_of_other_units()
        if self._fit_limits() or added:
            self.canvas.draw_idle()
        else:
            self._draw_lines()

    def _add_traces_of_other_units(self) -> bool:
        """Give traces that are no voltages a line and their unit an axis, once it is known."""
        if self._result is None or not self._result.n_samples:
            return False
        added = False
        for label, trace in self._result.traces.items():
            if label not in self._traces:
                (line,) = self._axes_of(trace.unit).plot([], [], animated=True, linewidth=1.2)
                line.set_color(self._colours.get(label, "#888888"))
                self._traces[label] = line
                added = True
        if added:
            self._lay_out()
        return added

    def _axes_of(self, unit: str) -> Axes:
        if unit == "mV":
            return self.axes
        if unit not in self._other_axes:
            axes = self.axes.twinx()
            axes.spines["right"].set_position(("outward", len(self._other_axes) * _AXIS_WIDTH))
            axes.set_navigate(False)
            self._other_axes[unit] = axes
            self._colour_axes(axes, unit)
        return self._other_axes[unit]

    def _colour_axes(self, axes: Axes, unit: str) -> None:
        if self._palette is not None:
            for side, spine in axes.spines.items():
                spine.set_visible(side == "right")
                spine.set_color(self._palette.primary)
            axes.tick_params(colors=self._palette.dim, labelsize=8, length=3)
            axes.set_ylabel(unit, color=self._palette.dim, fontsize=8.5, labelpad=2)

    def shown(self, label: str) -> tuple[Any, Any]:
        """Return time and values of a trace as they are drawn: what of it can be seen."""
        return self._traces[label].get_data()

    def shown_spikes(self, label: str) -> Any:
        """Return the times of the spike marks of a detector."""
        return self._spikes[label].get_xdata()

    def save(self, path: str | Path, **settings: Any) -> None:
        """Write the figure to a file, with a legend; ``settings`` are those of savefig."""
        lines = list(self._traces.values())
        legend = self.axes.legend(lines, list(self._traces), loc="upper right", fontsize=8)
        try:
            self.figure.savefig(path, **settings)
        finally:
            legend.remove()
            self.canvas.draw_idle()

    @property
    def cursor(self) -> float | None:
        """Where the cursor is, ms; None while it is hidden."""
        return self._time

    def move_cursor(self, time: float | None) -> None:
        """Put the cursor at a time, ms; None hides it."""
        self._time = time
        self._cursor.set_visible(time is not None)
        if time is not None:
            self._cursor.set_xdata([time, time])
        self._draw_cursor()

    def legend(self) -> list[LegendEntry]:
        """Return the recorders with what they show at the cursor."""
        if self._result is None:
            return []
        entries = []
        for label, trace in self._result.traces.items():
            value = ""
            if self._time is not None and len(trace.values):
                at = int(np.searchsorted(trace.time, self._time - 1e-9))
                number = trace.values[min(at, len(trace.values) - 1)]
                shown = f"{number:.1f}" if trace.unit == "mV" else f"{number:.3g}"
                value = f"{shown} {trace.unit}".replace("-", "−").rjust(9)
            entries.append(LegendEntry(label, self._colours.get(label, "#888888"), "●", value))
        for label in self._spikes:
            n = len(self._result.spikes.get(label, ()))
            value = f"{n} spike{'s' if n != 1 else ''}"
            entries.append(LegendEntry(label, self._colours.get(label, "#888888"), "◆", value))
        return entries

    def set_palette(self, palette: Palette) -> None:
        """Take over the theme's colours."""
        axes = self.axes
        self._palette = palette
        for unit, other in self._other_axes.items():
            self._colour_axes(other, unit)
        self.figure.set_facecolor(palette.background)
        axes.set_facecolor(palette.background)
        for side, spine in axes.spines.items():
            spine.set_visible(side in ("left", "bottom"))
            spine.set_color(palette.primary)
        axes.tick_params(colors=palette.dim, labelsize=8, length=3)
        axes.grid(True, color=palette.foreground, linewidth=0.8)
        axes.set_axisbelow(True)
        axes.set_xlabel("time (ms)", color=palette.dim, fontsize=8.5, labelpad=2)
        axes.set_ylabel("voltage (mV)", color=palette.dim, fontsize=8.5, labelpad=2)
        self._cursor.set_color(palette.text)
        self.canvas.draw_idle()

    # tools ---------------------------------------------------------------------------------

    @property
    def mode(self) -> str:
        """``"pan"``, ``"zoom"`` or ``""``: then dragging moves the cursor."""
        return {"pan/zoom": "pan", "zoom rect": "zoom"}.get(str(self._tools.mode.value), "")

    def toggle_pan(self) -> None:
        """Let dragging move the axes, or no more."""
        self._tools.pan()

    def toggle_zoom(self) -> None:
        """Let dragging zoom, or no more."""
        self._tools.zoom()

    def home(self) -> None:
        """Show the whole run."""
        if self._result is not None:
            self.axes.set_xlim(0.0, self._result.experiment.run.duration)
            self.axes.set_ylim(*_FIRST_LIMITS)
            self._fit_limits()
            self.canvas.draw_idle()

    def close(self) -> None:
        """Forget the result and the pictures."""
        self._result = self._empty_axes = self._drawn = None

    # drawing -------------------------------------------------------------------------------

    def _fit_limits(self) -> bool:
        """Widen the voltage axis to what was recorded; return whether that was needed."""
        if self._result is None or self.mode or not self._result.n_samples:
            return False
        extents: dict[str, tuple[float, float]] = {}
        for trace in self._result.traces.values():
            if len(trace.values) and not np.isnan(trace.values).all():
                extent = float(np.nanmin(trace.values)), float(np.nanmax(trace.values))
                known = extents.get(trace.unit, extent)
                extents[trace.unit] = min(known[0], extent[0]), max(known[1], extent[1])
        widened = False
        for unit, (smallest, largest) in extents.items():
            axes = self.axes if unit == "mV" else self._other_axes.get(unit)
            if axes is None:
                continue
            low, high = axes.get_ylim()
            if smallest >= low and largest <= high and not axes.get_autoscaley_on():
                continue
            if unit == "mV":
                low = min(low, _LIMIT_STEP * np.floor((smallest - 2) / _LIMIT_STEP))
                high = max(high, _LIMIT_STEP * np.ceil((largest + 4) / _LIMIT_STEP))
            else:
                margin = 0.1 * (largest - smallest) or abs(largest) or 1.0
                low, high = smallest - margin, largest + margin
            axes.set_ylim(low, high)
            widened = True
        return widened

    def _draw_lines(self) -> None:
        """Draw traces and spikes over the picture of the axes."""
        if self._empty_axes is None or self._result is None:
            return
        self.canvas.restore_region(self._empty_axes)
        start, stop = self.axes.get_xlim()
        n_bins = max(50, int(self.axes.bbox.width / 2))  # a bin draws a stroke of 1.2 pixels
        for label, trace in self._result.traces.items():
            line = self._traces.get(label)
            if line is None:
                continue
            step = float(trace.time[1]) if len(trace.time) > 1 else 1.0
            line.set_data(*decimated(trace.values, step, start, stop, n_bins))
            line.axes.draw_artist(line)
        for row, (label, line) in enumerate(self._spikes.items()):
            times = self._result.spikes.get(label, np.empty(0))
            line.set_data(times, np.full(len(times), 0.96 - 0.07 * row))
            self.axes.draw_artist(line)
        self._drawn = self.canvas.copy_from_bbox(self.figure.bbox)
        self._draw_cursor()

    def _draw_cursor(self) -> None:
        if self._drawn is None:
            return
        self.canvas.restore_region(self._drawn)
        if self._cursor.get_visible():
            self.axes.draw_artist(self._cursor)
        self.canvas.update()  # not blit(), which has the whole window drawn at once

    def _on_drawn(self, event: Any) -> None:
        self._empty_axes = self.canvas.copy_from_bbox(self.figure.bbox)
        self._draw_lines()

    def _on_resized(self, event: Any) -> None:
        self._empty_axes = self._drawn = None
        self._lay_out()

    def _lay_out(self) -> None:
        """Leave as much room beside the axes as their labels need, in pixels."""
        width, height = self.figure.get_size_inches() * self.figure.dpi
        scale = self.figure.dpi / 100
        right = 18 + _AXIS_WIDTH * len(self._other_axes)
        left, right, bottom, top = (s * scale for s in (56, right, 38, 8))
        self.axes.yaxis.label.set_visible(height > 130 * scale)
        if width > left + right + 20 and height > bottom + top + 20:
            place = (
                left / width,
                bottom / height,
                1 - (left + right) / width,
                1 - (bottom + top) / height,
            )
            for axes in (self.axes, *self._other_axes.values()):
                axes.set_position(place)

    # the mouse -----------------------------------------------------------------------------

    def _on_pressed(self, event: Any) -> None:
        if event.button == 1 and not self.mode and event.inaxes is self.axes:
            self._dragging = True
            self._request(event.x)

    def _on_moved(self, event: Any) -> None:
        if self._dragging:
            self._request(event.x)

    def _on_released(self, event: Any) -> None:
        self._dragging = False

    def _request(self, x: float) -> None:
        if self._result is None:
            return
        time = float(self.axes.transData.inverted().transform((x, 0.0))[0])
        self.time_requested.emit(min(max(time, 0.0), self._result.experiment.run.duration))
