"""`TracePlot`: curves, spikes, rates and cursors on a matplotlib canvas that redraws fast.

Axes and ticks are drawn once and kept as a picture, the curves on it as another; growing curves
and a moving cursor redraw only their own lines. If a run changes the axes, they are drawn one
after another, with the window's other work in between: see `StagedAxes`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_qtagg import FigureCanvasQTAgg, NavigationToolbar2QT
from matplotlib.lines import Line2D
from psygnal import Signal

from napari_neuron.widgets.plotting.curves import Curve, CurveKey, RateSettings, SpikeTrain
from napari_neuron.widgets.plotting.decimate import decimated
from napari_neuron.widgets.plotting.staged_axes import StagedAxes
from napari_neuron.widgets.plotting.trace_axes import TraceAxes
from napari_neuron.widgets.plotting.trace_cursors import TraceCursors
from napari_neuron.widgets.plotting.trace_figure import COMPARED, drawn_figure
from napari_neuron.widgets.plotting.trace_limits import TraceLimits
from napari_neuron.widgets.toolkit.style import Palette

_FIRST_LIMITS = (-90.0, -40.0)
_BINS = 8000
"""Approximate number of points of all curves together: many curves are each drawn coarser, with
their extremes."""


class TracePlot:
    """Draws the content last passed to `draw`.

    Attributes
    ----------
    time_requested : Signal (float)
        The user put the time cursor at this time, ms.
    curve_clicked : Signal (CurveKey)
    measure_moved : Signal ()
        A measuring cursor was moved.
    canvas : QWidget
    figure, axes
        matplotlib's; ``axes`` are those of the voltages, other units have theirs on the right.
    """

    time_requested = Signal(float)
    curve_clicked = Signal(object)
    measure_moved = Signal()

    def __init__(self) -> None:
        self._panels = TraceAxes()
        self.figure = self._panels.figure
        self.axes = self._panels.main
        self.canvas = FigureCanvasQTAgg(self.figure)
        self._tools = NavigationToolbar2QT(self.canvas, self.canvas, coordinates=False)
        self._tools.hide()
        self._duration = 1.0
        self._curves: dict[CurveKey, Curve] = {}
        self._trains: dict[CurveKey, SpikeTrain] = {}
        self._lines: dict[CurveKey, Line2D] = {}
        self._marks: dict[CurveKey, Line2D] = {}
        self._rates: dict[CurveKey, tuple[tuple[Any, ...], Line2D]] = {}
        self._rate_settings = RateSettings()
        self._limits = TraceLimits()
        self._view_is_own = False
        self._empty_axes: Any = None
        self._drawn: Any = None
        self._stages = StagedAxes(self.canvas, self._on_axes_drawn)
        self.cursors = TraceCursors(self)
        self.canvas.mpl_connect("draw_event", self._on_drawn)
        self.canvas.mpl_connect("resize_event", self._on_resized)
        self._panels.lay_out()

    # what is drawn -------------------------------------------------------------------------

    @property
    def panels(self) -> TraceAxes:
        """The axes."""
        return self._panels

    @property
    def duration(self) -> float:
        """Of the run that is shown, ms."""
        return self._duration

    @property
    def curves(self) -> tuple[Curve, ...]:
        """What is drawn."""
        return tuple(self._curves.values())

    @property
    def trains(self) -> tuple[SpikeTrain, ...]:
        """The spikes that are drawn."""
        return tuple(self._trains.values())

    def begin(self, duration: float) -> None:
        """Show another run from now on, the whole of it (ms)."""
        self._duration = duration
        self._limits.forget()
        self._curves, self._trains = {}, {}
        for line in (*self._lines.values(), *self._marks.values()):  # most are needed again
            line.set_data([], [])
        self._drop_rates(set(self._rates))
        self._view_is_own = False
        self._empty_axes = self._drawn = None
        self._panels.forget_limits()
        self._tools.update()  # forgets where it was zoomed to
        self.axes.set_xlim(0.0, duration)
        self.axes.set_ylim(*_FIRST_LIMITS)

    def draw(self, curves: Sequence[Curve], trains: Sequence[SpikeTrain] = ()) -> None:
        """Draw these, most of which may already be drawn."""
        self._curves = {curve.key: curve for curve in curves}
        self._trains = {train.key: train for train in trains}
        changed = self._match_lines()
        self._update_rates()
        self._fill_lines()
        if self._fit_limits() or changed:
            self._redraw()
        elif self._empty_axes is not None:
            self.draw_lines()
        elif not self._stages.is_busy:
            self._redraw()

    def set_rate(self, settings: RateSettings) -> None:
        """Show firing rates that way."""
        if settings == self._rate_settings:
            return
        self._rate_settings = settings
        self._drop_rates(set(self._rates))
        self._match_lines()
        self._update_rates()
        self._redraw()

    @property
    def rate_settings(self) -> RateSettings:
        """How firing rates are shown."""
        return self._rate_settings

    def shown(self, key: CurveKey) -> tuple[Any, Any]:
        """Return time and values of a curve as they are drawn: what of it can be seen."""
        return self._lines[key].get_data()

    def shown_spikes(self, key: CurveKey) -> Any:
        """Return the times of the marks of a detector."""
        return self._marks[key].get_xdata()

    def shown_rate(self, key: CurveKey) -> tuple[Any, Any]:
        """Return time and rate of a detector as they are drawn."""
        return self._rates[key][1].get_data()

    def save(self, path: str | Path, **settings: Any) -> None:
        """Write a figure of what is seen to a file; ``settings`` are those of savefig."""
        drawn_figure(*self.picture_parts()).savefig(path, **settings)

    def picture_parts(self) -> tuple[Any, ...]:
        """Return what `drawn_figure` draws what is seen from."""
        width, height = self.figure.get_size_inches()
        return (
            self.curves,
            self.trains,
            self._rate_settings,
            self.axes.get_xlim(),
            {unit: self._panels.of(unit).get_ylim() for unit in self._panels.units},
            (max(float(width), 6.0), max(float(height), 3.0)),
        )

    def set_palette(self, palette: Palette) -> None:
        """Use the theme's colours."""
        self._panels.set_palette(palette)
        self.cursors.set_palette(palette)
        self._panels.lay_out()
        self.canvas.draw_idle()

    @property
    def cursor(self) -> float | None:
        """Where the time cursor is, ms; None while it is hidden."""
        return self.cursors.time

    def move_cursor(self, time: float | None) -> None:
        """Put the time cursor at a time, ms; None hides it."""
        self.cursors.move(time)

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

    def keep_view(self) -> None:
        """Keep the axes as the user set them, until `home`."""
        self._view_is_own = True

    def zoom_at(self, x: float, y: float, factor: float, *, values: bool = False) -> None:
        """Zoom about a place of the canvas (pixels): time, or with ``values`` the other axes.

        Beyond the run there is nothing to see.
        """
        self.keep_view()
        for axes in self._panels.of_values if values else (self.axes,):
            low, high = axes.get_ylim() if values else axes.get_xlim()
            at = float(axes.transData.inverted().transform((x, y))[1 if values else 0])
            low, high = at - (at - low) / factor, at + (high - at) / factor
            if values:
                axes.set_ylim(low, high)
            else:
                axes.set_xlim(max(low, 0.0), min(high, self._duration))
        self.canvas.draw_idle()

    def home(self) -> None:
        """Show the whole run, with everything drawn as large as fits."""
        self._view_is_own = False
        self.axes.set_xlim(0.0, self._duration)
        self._fit_limits(tight=True)
        self._update_rates(fit=True)
        self.canvas.draw_idle()

    def close(self) -> None:
        """Forget what was drawn."""
        self._stages.stop()
        self._curves, self._trains = {}, {}
        self._drop_rates(set(self._rates))
        self._empty_axes = self._drawn = None

    # lines ---------------------------------------------------------------------------------

    def _match_lines(self) -> bool:
        """Make a line for everything drawn; return whether the axes have changed."""
        panels, marked = self._panels, tuple(self._marks)
        before = (panels.units, panels.rows, panels.rate_is_wanted)
        kept = {key: c.unit for key, c in self._curves.items()}
        for key in set(self._lines) - set(kept):
            self._lines.pop(key).remove()
            self._limits.forget(key)
        units = [curve.unit for curve in self._curves.values()]
        if set(units) != set(self._panels.units) and units:
            for line in self._lines.values():  # an axis may go, and its lines with it
                line.remove()
            self._lines.clear()
            self._panels.set_units(units)
        for key, curve in self._curves.items():
            if key not in self._lines:
                axes = self._panels.of(curve.unit)
                self._lines[key] = axes.plot([], [], animated=True, **_looks(curve.key))[0]
            self._lines[key].set_color(curve.colour)
        if list(self._marks) != list(self._trains):
            for line in self._marks.values():
                line.remove()
            self._marks = {key: self._new_marks(train) for key, train in self._trains.items()}
        for key, train in self._trains.items():
            self._marks[key].set_color(train.colour)
        rows = [("" if t.key.run else t.key.label, t.colour) for t in self._trains.values()]
        self._panels.set_rows(rows)
        self._panels.rate_is_wanted = self._rate_settings.kind != "off" and bool(self._trains)
        self._drop_rates(set(self._rates) - set(self._trains))
        after = (panels.units, panels.rows, panels.rate_is_wanted)
        changed = before != after or marked != tuple(self._marks)
        if changed:
            self._panels.lay_out()
            self.cursors.match_panels()
        return changed

    def _new_marks(self, train: SpikeTrain) -> Line2D:
        looks = {"markersize": 8, "markeredgewidth": 1.5 if train.key.run is None else 1.0}
        if train.key.run is not None:
            looks["alpha"] = COMPARED["alpha"]
        return self._panels.raster.plot([], [], "|", animated=True, **looks)[0]

    def _update_rates(self, *, fit: bool = False) -> None:
        if not self._panels.rate_is_wanted:
            return
        highest, changed = 1.0, fit
        for key, train in self._trains.items():
            # while a run goes on, not for every step of it
            seen = (len(train.times), round(50 * train.simulated / self._duration))
            known = self._rates.get(key)
            if known is None or known[0] != seen:
                line = known[1] if known else None
                if line is None:
                    (line,) = self._panels.rate.plot([], [], animated=True, **_looks(key))
                line.set_data(*self._rate_settings.of(train))
                self._rates[key] = (seen, line)
                changed = True
            line = self._rates[key][1]
            line.set_color(train.colour)
            rate = np.asarray(line.get_ydata())
            highest = max(highest, float(rate.max())) if len(rate) else highest
        high = self._panels.rate.get_ylim()[1]
        if changed and (fit or not self._view_is_own) and not 0.5 * high < highest < high:
            self._panels.rate.set_ylim(0.0, 1.12 * highest)
            self._redraw()

    def _drop_rates(self, keys: set[CurveKey]) -> None:
        for key in keys:
            self._rates.pop(key)[1].remove()

    def _fit_limits(self, *, tight: bool = False) -> bool:
        """Widen the axes of values to what there is; return whether that was needed.

        ``tight`` shrinks them too.
        """
        if self._view_is_own or (self.mode and not tight):
            return False
        return self._limits.fit(self._panels, self._curves, tight=tight)

    # drawing -------------------------------------------------------------------------------

    def _redraw(self) -> None:
        """Draw the axes again as soon as the window has time, and the lines over them."""
        self._empty_axes = None
        self._stages.start(self._drawn)

    def _fill_lines(self) -> None:
        """Update the lines with the data so far, as finely as can be seen."""
        start, stop = self.axes.get_xlim()
        n_bins = self.axes.bbox.width / 2  # a bin draws a stroke of 1.2 pixels
        n_bins = max(50, int(min(n_bins, _BINS / max(1, len(self._lines)))))
        for key, curve in self._curves.items():
            if curve.step > 0:
                data = decimated(curve.values, curve.step, start, stop, n_bins)
                self._lines[key].set_data(*data)
        for row, (key, train) in enumerate(self._trains.items()):
            self._marks[key].set_data(train.times, np.full(len(train.times), float(row)))

    def draw_lines(self) -> None:
        """Draw curves and spikes over the picture of the axes."""
        if self._empty_axes is None:
            return
        self.canvas.restore_region(self._empty_axes)
        for key in sorted(self._curves, key=lambda key: key.run is None):  # the run itself on top
            if self._curves[key].step > 0:
                line = self._lines[key]
                self._axes_of(line).draw_artist(line)
        for key in self._trains:
            self._panels.raster.draw_artist(self._marks[key])
        for _, line in self._rates.values() if self._panels.rate.get_visible() else ():
            self._panels.rate.draw_artist(line)
        self._drawn = self.canvas.copy_from_bbox(self.figure.bbox)
        self.draw_cursors()

    def _axes_of(self, line: Line2D) -> Axes:
        assert line.axes is not None
        return line.axes

    def draw_cursors(self) -> None:
        """Draw the cursors over the picture of the curves."""
        if self._drawn is None:
            return
        self.canvas.restore_region(self._drawn)
        self.cursors.draw()
        self.canvas.update()  # not blit(), which has the whole window drawn at once

    def _on_axes_drawn(self) -> None:
        self._empty_axes = self.canvas.copy_from_bbox(self.figure.bbox)
        self._fill_lines()  # the view may be another
        self.draw_lines()

    def _on_drawn(self, event: Any) -> None:
        self._stages.stop()
        self._on_axes_drawn()

    def _on_resized(self, event: Any) -> None:
        self._stages.stop()
        self._empty_axes = self._drawn = None
        self._panels.lay_out()
        self.cursors.match_panels()


def _looks(key: CurveKey) -> dict[str, Any]:
    return {"linewidth": 1.2} if key.run is None else dict(COMPARED)
