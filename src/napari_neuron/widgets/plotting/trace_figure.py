"""The saved picture of the traces: on white, with a legend; drawn in any thread."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from napari_neuron.widgets.plotting.curves import Curve, RateSettings, SpikeTrain
from napari_neuron.widgets.plotting.decimate import decimated

COMPARED: Mapping[str, Any] = {"linewidth": 1.0, "linestyle": (0, (4, 2)), "alpha": 0.6}
"""How curves of earlier runs look."""

_POINTS = 4000


def drawn_figure(
    curves: Sequence[Curve],
    trains: Sequence[SpikeTrain],
    rate: RateSettings,
    span: tuple[float, float],
    limits: Mapping[str, tuple[float, float]],
    size: tuple[float, float],
) -> Figure:
    """Draw curves, spikes and rates as the window shows them.

    Parameters
    ----------
    span
        Of time, ms.
    limits
        Of the axis of each unit; the first unit has its axis on the left.
    size
        Width and height, inches; spikes and rates make it higher.
    """
    strips = [(trains and ("raster", 0.16 * len(trains) + 0.1))]
    strips += [("values", size[1])]
    strips += [(trains and rate.kind != "off" and ("rate", 0.9))]
    panels = [strip for strip in strips if strip]
    figure = Figure(figsize=(size[0], sum(height for _, height in panels)), layout="constrained")
    grid = figure.add_gridspec(len(panels), 1, height_ratios=[height for _, height in panels])
    axes: dict[str, Any] = {}
    for row, (name, _) in enumerate(panels):
        shared = axes.get("values") or axes.get("raster")
        axes[name] = figure.add_subplot(grid[row], sharex=shared)
        axes[name].spines[["top", "right"]].set_visible(False)
        axes[name].tick_params(labelbottom=row == len(panels) - 1)
    _draw_values(axes["values"], curves, span, limits)
    if "raster" in axes:
        _draw_raster(axes["raster"], trains)
    if "rate" in axes:
        for train in trains:
            axes["rate"].plot(*rate.of(train), color=train.colour, **_looks(train.key.run))
        axes["rate"].set_ylabel("spikes/s")
        axes["rate"].set_ylim(bottom=0)
    axes["values"].set_xlim(*span)
    axes[panels[-1][0]].set_xlabel("time (ms)")
    return figure


def _draw_values(
    main: Any,
    curves: Sequence[Curve],
    span: tuple[float, float],
    limits: Mapping[str, tuple[float, float]],
) -> None:
    by_unit = {}
    for place, (unit, limit) in enumerate(limits.items()):
        axes = by_unit[unit] = main.twinx() if place else main
        if place:
            axes.spines["right"].set_position(("outward", 52 * (place - 1)))
            axes.spines[["top", "left"]].set_visible(False)
        axes.set_ylim(*limit)
        axes.set_ylabel("voltage (mV)" if unit == "mV" else unit)
    lines = []
    for curve in curves:
        if curve.step > 0:
            shown = decimated(np.asarray(curve.values), curve.step, *span, _POINTS)
            looks = {"color": curve.colour, "label": curve.key.name, **_looks(curve.key.run)}
            lines += by_unit[curve.unit].plot(*shown, **looks)
    if lines:
        top = list(by_unit.values())[-1]  # over the curves of all units
        top.legend(handles=lines, fontsize=8, loc="upper right", framealpha=0.8)


def _draw_raster(axes: Any, trains: Sequence[SpikeTrain]) -> None:
    for row, train in enumerate(trains):
        rows = np.full(len(train.times), row)
        alpha = 1.0 if train.key.run is None else COMPARED["alpha"]
        axes.plot(train.times, rows, "|", color=train.colour, alpha=alpha)
    axes.set_ylim(len(trains) - 0.5, -0.5)
    axes.set_yticks(range(len(trains)), [train.key.name for train in trains], fontsize=8)
    axes.spines[["bottom", "left"]].set_visible(False)
    axes.tick_params(bottom=False, left=False)


def _looks(run: int | None) -> dict[str, Any]:
    return {"linewidth": 1.2} if run is None else dict(COMPARED)
