"""`TraceAxes`: the axes of the Traces window: one per unit, spikes above, rates below."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from napari_neuron.widgets.toolkit.style import Palette

_AXIS_WIDTH = 54
"""Pixels that the axis of a further unit needs on the right."""
_LEFT, _RIGHT, _TOP, _BOTTOM, _GAP = 58, 14, 8, 36, 6


class TraceAxes:
    """Axes that share their time.

    Attributes
    ----------
    figure
        matplotlib's.
    main
        Of the first unit, with its scale on the left; those of other units lie over it.
    raster
        Above: a row of marks for each spike detector.
    rate
        Below: spikes per second; seen where it is wanted and there is room.
    rate_is_wanted
        Whether the rate is wanted, for `lay_out`.
    """

    def __init__(self) -> None:
        self.figure = Figure(layout=None)
        self.main: Axes = self.figure.add_axes((0.1, 0.2, 0.88, 0.75))
        self.raster: Axes = self.figure.add_axes((0.1, 0.9, 0.88, 0.05), sharex=self.main)
        self.rate: Axes = self.figure.add_axes((0.1, 0.1, 0.88, 0.1), sharex=self.main)
        self.raster.set_navigate(False)
        self.raster.set_visible(False)
        self.rate.set_visible(False)
        self.raster.xaxis.set_visible(False)
        for axes in (self.main, self.rate):  # each tick costs a millisecond to draw
            axes.xaxis.set_major_locator(MaxNLocator(7, steps=[1, 2, 2.5, 5, 10]))
            axes.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
        self.rate_is_wanted = False
        self._others: dict[str, Axes] = {}
        self._units: tuple[str, ...] = ("mV",)
        self._rows: tuple[tuple[str, str], ...] = ()
        self._palette: Palette | None = None

    @property
    def units(self) -> tuple[str, ...]:
        """The units that have an axis, that of `main` first."""
        return self._units

    def set_units(self, units: Sequence[str]) -> None:
        """Have one axis for each of these units; voltages get `main` wherever they stand."""
        wanted = tuple(sorted(dict.fromkeys(units), key=lambda unit: unit != "mV")) or ("mV",)
        if wanted == self._units:
            return
        self._units = wanted
        for unit in set(self._others) - set(wanted[1:]):
            self._others.pop(unit).remove()
        for place, unit in enumerate(wanted[1:]):
            axes = self._others.get(unit)
            if axes is None:
                axes = self._others[unit] = self.main.twinx()
                axes.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
                # no power of ten in a corner, where there is no room for it
                axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.4g}"))
            axes.spines["right"].set_position(("outward", place * _AXIS_WIDTH))
        self._colour()

    def forget_limits(self) -> None:
        """Let the axes of further units begin again."""
        for axes in self._others.values():
            axes.set_autoscaley_on(True)

    @property
    def rows(self) -> tuple[tuple[str, str], ...]:
        """Name and colour of each row of the raster."""
        return self._rows

    def set_rows(self, rows: Sequence[tuple[str, str]]) -> None:
        """Have one row of the raster for each of these (name, colour)."""
        if tuple(rows) == self._rows:
            return
        self._rows = tuple(rows)
        self.raster.set_visible(bool(rows))
        self.raster.set_ylim(max(len(rows), 1) - 0.5, -0.5)
        self._name_rows()

    def of(self, unit: str) -> Axes:
        """Return the axes of a unit."""
        return self.main if unit == self._units[0] else self._others[unit]

    @property
    def panels(self) -> tuple[Axes, ...]:
        """The visible axes that do not lie over another."""
        return tuple(a for a in (self.main, self.raster, self.rate) if a.get_visible())

    @property
    def of_values(self) -> tuple[Axes, ...]:
        """All axes with a scale of values that is seen."""
        rate = (self.rate,) if self.rate.get_visible() else ()
        return (self.main, *self._others.values(), *rate)

    # looks ---------------------------------------------------------------------------------

    def set_palette(self, palette: Palette) -> None:
        """Use the theme's colours."""
        self._palette = palette
        self.figure.set_facecolor(palette.background)
        self._colour()

    def _colour(self) -> None:
        palette = self._palette
        if palette is None:
            return
        for axes in (self.main, self.raster, self.rate):
            axes.set_facecolor(palette.background)
            for side, spine in axes.spines.items():
                spine.set_visible(side in ("left", "bottom") and axes is not self.raster)
                spine.set_color(palette.primary)
            # the grid says where the ticks are: each artist costs a tenth of a millisecond
            axes.tick_params(colors=palette.dim, labelsize=8, length=0, pad=5, left=False)
            axes.tick_params(bottom=False)
            if axes is not self.raster:
                axes.grid(True, color=palette.foreground, linewidth=0.8)
                axes.set_axisbelow(True)
        for unit, axes in self._others.items():
            for side, spine in axes.spines.items():
                spine.set_visible(side == "right")
                spine.set_color(palette.primary)
            axes.tick_params(colors=palette.dim, labelsize=8, length=0, pad=5, right=False)
            _label(axes, unit, palette)
        _label(self.main, self._units[0], palette)
        _label(self.rate, "spikes/s", palette)
        self.raster.tick_params(bottom=False, labelbottom=False, left=False)
        self._name_rows()

    def _name_rows(self) -> None:
        names = [name if len(name) <= 9 else f"{name[:8]}…" for name, _ in self._rows]
        few = len(names) <= 12
        self.raster.set_yticks(range(len(names)) if few else [], names if few else [], fontsize=7.5)
        for text, (_, colour) in zip(self.raster.get_yticklabels(), self._rows, strict=False):
            text.set_color(colour)

    def lay_out(self) -> None:
        """Give each panel its place, and leave as much room as the labels need, in pixels."""
        width, height = self.figure.get_size_inches() * self.figure.dpi
        scale = self.figure.dpi / 100
        left, bottom, top, gap = (s * scale for s in (_LEFT, _BOTTOM, _TOP, _GAP))
        right = (_RIGHT + _AXIS_WIDTH * (len(self._units) - 1)) * scale
        right += 6 * scale if len(self._units) > 1 else 0
        room = height - bottom - top
        if width <= left + right + 20 or room <= 20:
            return
        rate = 0.3 * room if self.rate_is_wanted and room > 110 * scale else 0.0
        self.rate.set_visible(bool(rate))
        rows = len(self._rows)
        raster = min(rows * 13 * scale, 0.25 * room) if self.raster.get_visible() else 0.0
        above = gap if raster else 0.0
        below = 3 * gap if rate else 0.0
        main = room - rate - raster - above - below
        for axes, start, size in (
            (self.rate, bottom, rate),
            (self.main, bottom + rate + below, main),
            *((axes, bottom + rate + below, main) for axes in self._others.values()),
            (self.raster, height - top - raster, raster),
        ):
            axes.set_position(
                (left / width, start / height, 1 - (left + right) / width, max(size, 1.0) / height)
            )
        self._place_labels(width, height, scale)
        for axes, size in ((self.main, main), (self.rate, rate)):
            axes.yaxis.label.set_visible(size > (85 if axes is self.main else 50) * scale)
        for axes in self._others.values():
            axes.yaxis.label.set_visible(main > 40 * scale)
        lowest = self.rate if rate else self.main
        for axes in (self.main, self.rate):
            axes.tick_params(labelbottom=axes is lowest)
            axes.set_xlabel("")
        colour: dict[str, Any] = {"color": self._palette.dim} if self._palette else {}
        lowest.set_xlabel("time (ms)", fontsize=8.5, labelpad=2, **colour)

    def _place_labels(self, width: float, height: float, scale: float) -> None:
        """Set the positions of the labels, because matplotlib is slow to find room for them."""
        whole = self.figure.transFigure
        for axes in (self.main, self.rate):
            box = axes.get_position()
            axes.yaxis.set_label_coords(18 * scale / width, (box.y0 + box.y1) / 2, transform=whole)
            x = (box.x0 + box.x1) / 2
            axes.xaxis.set_label_coords(x, 16 * scale / height, transform=whole)
        box = self.main.get_position()
        for place, axes in enumerate(self._others.values()):
            x = box.x1 + (place + 0.95) * _AXIS_WIDTH * scale / width
            axes.yaxis.set_label_coords(x, (box.y0 + box.y1) / 2, transform=whole)


def _label(axes: Axes, unit: str, palette: Palette) -> None:
    text = "voltage (mV)" if unit == "mV" else unit
    axes.set_ylabel(text, color=palette.dim, fontsize=8.5, labelpad=2)
