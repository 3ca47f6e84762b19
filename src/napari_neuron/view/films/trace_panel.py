"""The traces of a run as a picture beside a film: drawn once, then cropped for each frame."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from napari_neuron.errors import FilmError
from napari_neuron.result import SimulationResult
from napari_neuron.view.voltage.colours import TRACE_COLOURS

_TEXT, _GRID = "#c8ccd2", "#3a3f47"


class TracePanel:
    """Traces over time; the part still to come is dim.

    Parameters
    ----------
    result
        The result with the traces; each unit gets its own axes.
    size
        Width and height, pixels.
    colours
        By label of the recorder; missing ones get one.
    span
        First and last time shown, ms.

    Raises
    ------
    FilmError
        If the result has no traces.
    """

    def __init__(
        self,
        result: SimulationResult,
        size: tuple[int, int],
        span: tuple[float, float],
        colours: Mapping[str, str] | None = None,
    ) -> None:
        if not result.traces:
            raise FilmError(
                "this run has no traces to draw because it had no recorders; leave the traces out"
            )
        self._span = span
        given = dict(colours or {})
        for number, label in enumerate(result.traces):
            given.setdefault(label, TRACE_COLOURS[number % len(TRACE_COLOURS)])
        self._bright, self._edges = _drawn(result, size, span, given, 1.0)
        self._dim, _ = _drawn(result, size, span, given, 0.25)

    def at(self, moment: float) -> npt.NDArray[np.uint8]:
        """Return the panel at a time (ms), (height, width, 3)."""
        left, right = self._edges
        start, stop = self._span
        done = min(max((moment - start) / max(stop - start, 1e-9), 0.0), 1.0)
        column = round(left + done * (right - left))
        picture = np.concatenate([self._bright[:, :column], self._dim[:, column:]], axis=1)
        picture[:, max(column - 1, 0) : column + 1] = 230
        return picture


def _drawn(
    result: SimulationResult,
    size: tuple[int, int],
    span: tuple[float, float],
    colours: Mapping[str, str],
    alpha: float,
) -> tuple[npt.NDArray[np.uint8], tuple[float, float]]:
    """Return the picture, and the columns at which the time axis begins and ends."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    units = list(dict.fromkeys(trace.unit for trace in result.traces.values()))
    figure = Figure(figsize=(size[0] / 100, size[1] / 100), dpi=100, facecolor="black")
    canvas = FigureCanvasAgg(figure)
    left, bottom = 64 / size[0], 48 / size[1]
    columns = figure.subplots(
        len(units),
        squeeze=False,
        sharex=True,
        gridspec_kw={"left": left, "right": 1 - 16 / size[0], "bottom": bottom, "top": 0.97},
    )[:, 0]
    for unit, axes in zip(units, columns, strict=True):
        axes.set_facecolor("black")
        axes.grid(True, color=_GRID, linewidth=0.6)
        axes.tick_params(colors=_TEXT, labelsize=9)
        for side, spine in axes.spines.items():
            spine.set_visible(side in ("left", "bottom"))
            spine.set_color(_GRID)
        axes.set_ylabel(unit or "value", color=_TEXT, fontsize=10)
        labels = []
        for label, trace in result.traces.items():
            if trace.unit == unit:
                axes.plot(trace.time, trace.values, color=colours[label], alpha=alpha, lw=1.4)
                labels.append(label)
        legend = axes.legend(
            axes.lines, labels, loc="upper right", fontsize=9, frameon=False, labelcolor=_TEXT
        )
        for handle in legend.legend_handles:
            handle.set_alpha(1.0)
    columns[-1].set_xlim(*span)
    columns[-1].set_xlabel("time (ms)", color=_TEXT, fontsize=10)
    canvas.draw()
    picture = np.asarray(canvas.buffer_rgba())[: size[1], : size[0], :3].copy()
    box = columns[-1].get_window_extent()
    return picture, (box.x0, box.x1)
