"""Charts and traces of protocols, drawn with matplotlib into axes; in any thread."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from napari_neuron.protocols.base import label_of
from napari_neuron.protocols.outcome import Chart
from napari_neuron.protocols.run import ProtocolResult
from napari_neuron.widgets.plotting.decimate import decimated
from napari_neuron.widgets.toolkit.style import colour_number

_LEFT, _RIGHT, _TOP, _BOTTOM, _GAP = 56, 14, 12, 40, 68
"""Pixels that labels need: to find out takes matplotlib long."""

_BINS = 400
_MOST_TRACES = 60


@dataclass(frozen=True)
class Ink:
    """Colours of a drawing: background, letters, lines of the axes, grid."""

    background: str = "#ffffff"
    text: str = "#303030"
    line: str = "#808080"
    grid: str = "#e4e4e4"


@dataclass(frozen=True)
class Picture:
    """Chart and traces as they are seen.

    Attributes
    ----------
    rgba : bytes
        Four for each pixel, row by row from the top.
    size : (int, int)
        Width and height, pixels of the screen.
    scale : float
        Pixels of the screen for one of the window.
    points : tuple of (int, float, float)
        Number of the run, and place in the window from the upper left, of each point of the chart.
    chosen : int or None
        The run that stands out.
    """

    rgba: bytes
    size: tuple[int, int]
    scale: float
    points: tuple[tuple[int, float, float], ...]
    chosen: int | None


def draw_chart(axes: Any, chart: Chart, ink: Ink) -> None:
    """Draw the series of a chart, its marks, and a legend where there are several."""
    axes.clear()
    dress(axes, chart.x_label, chart.y_label, ink)
    colour = 0
    for series in chart.series:
        x, y = np.array(series.x, dtype=float), np.array(series.y, dtype=float)
        there = np.isfinite(x) & np.isfinite(y)
        if series.kind == "line":
            axes.plot(
                x[there], y[there], "--", color=ink.text, linewidth=1, label=series.label, zorder=1
            )
            continue
        axes.plot(
            x[there],
            y[there],
            "o-",
            color=colour_number(colour),
            linewidth=1,
            markersize=5,
            label=series.label,
        )
        colour += 1
    if chart.log_y:
        axes.set_yscale("log")
        axes.minorticks_off()
    low, high = axes.get_xlim()
    for place, text in chart.marks:
        is_left = place < (low + high) / 2
        axes.axvline(place, color=ink.text, linewidth=1, linestyle=":")
        axes.annotate(
            text,
            (place, 1),
            xycoords=("data", "axes fraction"),
            xytext=(3 if is_left else -3, -3),
            ha="left" if is_left else "right",
            textcoords="offset points",
            va="top",
            fontsize=8,
            color=ink.text,
        )
    if len(chart.series) > 1:
        axes.legend(
            fontsize=8,
            labelcolor=ink.text,
            facecolor=ink.background,
            edgecolor=ink.grid,
            framealpha=0.8,
        )


def draw_traces(axes: Any, result: ProtocolResult, chosen: int | None, ink: Ink) -> None:
    """Draw the voltage at the node in all runs, that of the chosen run on top."""
    axes.clear()
    dress(axes, "time (ms)", "voltage (mV)", ink)
    label = label_of(result.protocol.node)
    numbers = [n for n, run in enumerate(result.runs) if run.result is not None]
    numbers = numbers[:: max(1, math.ceil(len(numbers) / _MOST_TRACES))]
    end = 0.0
    for number in (*numbers, *([chosen] if chosen is not None else [])):
        found = result.runs[number].result
        trace = None if found is None else found.traces.get(label)
        if trace is None or len(trace.time) < 2:
            continue
        end = max(end, float(trace.time[-1]))
        shown = decimated(trace.values, trace.time[1], 0.0, trace.time[-1], _BINS)
        is_chosen = number == chosen
        axes.plot(
            *shown,
            color=colour_number(0) if is_chosen else ink.text,
            linewidth=1.5 if is_chosen else 0.8,
            alpha=1.0 if is_chosen else 0.5,
        )
    if end:
        axes.set_xlim(0, end)
    if chosen is not None:
        axes.set_title(
            f"{result.runs[chosen].planned.name}: voltage at node {result.protocol.node}",
            fontsize=8.5,
            color=ink.text,
            loc="left",
            pad=4,
        )


def dress(axes: Any, x_label: str, y_label: str, ink: Ink) -> None:
    """Give axes their labels and colours."""
    axes.set_facecolor(ink.background)
    for side, spine in axes.spines.items():
        spine.set_visible(side in ("left", "bottom"))
        spine.set_color(ink.line)
    axes.tick_params(colors=ink.text, labelsize=8, length=0, pad=4)
    axes.grid(True, color=ink.grid, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.set_xlabel(x_label, color=ink.text, fontsize=8.5)
    axes.set_ylabel(y_label, color=ink.text, fontsize=8.5)


def drawn_picture(
    result: ProtocolResult, chosen: int | None, size: tuple[int, int], scale: float, ink: Ink
) -> Picture:
    """Draw chart and traces for the window.

    Parameters
    ----------
    size
        Width and height, pixels of the window.
    scale
        Pixels of the screen for one of these.
    """
    width, height = (max(1, round(scale * side)) for side in size)
    dpi = 100 * scale
    figure = Figure(figsize=(width / dpi, height / dpi), dpi=dpi, facecolor=ink.background)
    each = max(1.0, (size[1] - _TOP - _BOTTOM - _GAP) / 2)
    across = max(1.0, size[0] - _LEFT - _RIGHT)
    chart, traces = (
        figure.add_axes((_LEFT / size[0], start / size[1], across / size[0], each / size[1]))
        for start in (_BOTTOM + each + _GAP, _BOTTOM)
    )
    draw_chart(chart, result.outcome.chart, ink)
    draw_traces(traces, result, chosen, ink)
    found = [
        (run, x, y)
        for series in result.outcome.chart.series
        for run, x, y in zip(series.runs, series.x, series.y, strict=False)
        if math.isfinite(x) and math.isfinite(y)
    ]
    _draw_rings(chart, [(x, y) for run, x, y in found if run == chosen], ink)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    places = chart.transData.transform([(x, y) for _, x, y in found]) if found else ()
    points = tuple(
        (run, float(x) / scale, (height - float(y)) / scale)
        for (run, _, _), (x, y) in zip(found, places, strict=True)
    )
    pixels = canvas.buffer_rgba()
    return Picture(bytes(pixels), (width, height), scale, points, chosen)


def _draw_rings(axes: Any, places: Sequence[tuple[float, float]], ink: Ink) -> None:
    if places:
        axes.plot(
            *np.transpose(places),
            "o",
            markersize=11,
            markerfacecolor="none",
            markeredgecolor=ink.text,
            markeredgewidth=1.4,
        )


def drawn_figure(result: ProtocolResult, chosen: int | None, size: Sequence[float]) -> Figure:
    """Draw chart and traces on white, for a file; ``size`` is in inches."""
    figure = Figure(figsize=tuple(size), layout="constrained")
    chart, traces = figure.subplots(2, 1)
    draw_chart(chart, result.outcome.chart, Ink())
    draw_traces(traces, result, chosen, Ink())
    return figure
