"""What the Traces window draws: curves and spike trains of results; no Qt, no matplotlib."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt

from napari_neuron.result import SimulationResult
from napari_neuron.result.model import Trace
from napari_neuron.result.spikes import binned_rate, inter_spike_intervals, smoothed_rate
from napari_neuron.spec import SpikeDetector

FloatArray = npt.NDArray[np.float64]

GREY = "#888888"


@dataclass(frozen=True)
class Place:
    """A node whose trace is taken from the frames.

    Attributes
    ----------
    cell
        Name of the cell.
    node
        Id of the node.
    variable
        One of ``experiment.frames``.
    names_cell
        Whether the label says the cell, for runs of several.
    """

    cell: str
    node: int
    variable: str = "v"
    names_cell: bool = False

    @property
    def label(self) -> str:
        """Return "node 12", or "m_hh at node 12 of DA1"."""
        at = f"node {self.node} of {self.cell}" if self.names_cell else f"node {self.node}"
        return at if self.variable == "v" else f"{self.variable} at {at}"


@dataclass(frozen=True)
class CurveKey:
    """Which curve: what recorded it, its label, and the number of its run if that is compared.

    Attributes
    ----------
    kind
        That of the recorder, or "place".
    label
        Of the recorder or place.
    run
        None for the run that is shown; the number of an earlier one laid over it.
    """

    kind: str
    label: str
    run: int | None = None

    @property
    def name(self) -> str:
        """Return the label, and the run where it is compared."""
        return self.label if self.run is None else f"{self.label} · run {self.run}"


@dataclass(frozen=True, eq=False)
class Curve:
    """Values over time at one node.

    Attributes
    ----------
    values : (n,) float64 or float32
        In ``unit``; value i is at time i · step.
    step
        ms.
    """

    key: CurveKey
    cell: str
    node: int
    unit: str
    colour: str
    step: float
    values: npt.NDArray[np.floating]

    def at(self, time: float) -> float | None:
        """Return the value at a time (ms), the next sample's; None before there is one."""
        if not len(self.values):
            return None
        index = int(np.ceil((time - 1e-9) / self.step)) if self.step > 0 else 0
        return float(self.values[min(max(index, 0), len(self.values) - 1)])

    def trace(self) -> Trace:
        """Return it as a trace."""
        return Trace(
            label=self.key.name,
            node=self.node,
            time=self.step * np.arange(len(self.values), dtype=np.float64),
            values=np.asarray(self.values, dtype=np.float64),
            unit=self.unit,
            cell=self.cell,
        )


@dataclass(frozen=True, eq=False)
class SpikeTrain:
    """The spikes of a detector.

    Attributes
    ----------
    times : (n_spikes,) float64
        ms.
    simulated
        Time up to which it has watched, ms.
    """

    key: CurveKey
    cell: str
    node: int
    colour: str
    times: FloatArray
    simulated: float


@dataclass(frozen=True)
class RateSettings:
    """How spikes become a rate.

    Attributes
    ----------
    kind
        "off", in "bins" of ``width``, or "smooth": with a Gaussian of that standard deviation.
    width
        ms.
    """

    kind: Literal["off", "bins", "smooth"] = "off"
    width: float = 50.0

    def of(self, train: SpikeTrain) -> tuple[FloatArray, FloatArray]:
        """Return times (ms) and spikes per second as they are drawn; bins as steps."""
        if self.kind == "off" or not train.simulated > 0:
            return np.empty(0), np.empty(0)
        if self.kind == "smooth":
            step = min(max(self.width / 20, train.simulated / 4000), train.simulated)
            return smoothed_rate(train.times, train.simulated, self.width, step)
        width = max(self.width, train.simulated / 20_000)
        edges, rate = binned_rate(train.times, train.simulated, width)
        return np.repeat(edges, 2)[1:-1], np.repeat(rate, 2)


class FrameTraces:
    """Reads the values at places from the frames of results, in portions.

    A column of the frames is scattered over the whole file, so the first reading of a long run may
    be slow, too slow for a window.
    """

    def __init__(self, at_most: int = 4000) -> None:
        self._at_most = at_most
        self._read: WeakKeyDictionary[SimulationResult, dict[Place, _Column]] = WeakKeyDictionary()

    def curve(
        self, result: SimulationResult, place: Place, colour: str, run: int | None = None
    ) -> Curve | None:
        """Return what has been read after reading on; None if the result has no such place."""
        columns = self._read.setdefault(result, {})
        try:
            values = result.frames_at(place.variable, place.node, place.cell)
        except KeyError:
            return None
        column = columns.get(place)
        if column is None:
            column = columns[place] = _Column(np.empty(len(result.frames), dtype=np.float32))
        end = min(len(values), column.n + self._at_most)
        column.values[column.n : end] = values[column.n : end]
        column.n = end
        return Curve(
            key=CurveKey("place", place.label, run),
            cell=place.cell,
            node=place.node,
            unit=result.unit_of(place.variable),
            colour=colour,
            step=result.frame_interval,
            values=column.values[: column.n],
        )

    def is_behind(self, results: Iterable[SimulationResult], places: Sequence[Place]) -> bool:
        """Whether there is more to read."""
        return any(
            column.n < result.n_frames
            for result in results
            for place, column in self._read.get(result, {}).items()
            if place in places
        )


@dataclass(eq=False)
class _Column:
    values: npt.NDArray[np.float32]
    n: int = 0


def curves_of(
    result: SimulationResult, colours: Mapping[str, str], run: int | None = None
) -> list[Curve]:
    """Return the recorded traces; those without a unit yet are left out."""
    dt = result.experiment.run.dt
    traces = result.traces
    curves = []
    for recorder in result.experiment.traced:
        trace = traces[recorder.label]
        kind = str(recorder.kind)
        if kind != "voltage" and not result.units:
            continue
        curves.append(
            Curve(
                key=CurveKey(kind, recorder.label, run),
                cell=trace.cell,
                node=trace.node,
                unit=trace.unit,
                colour=colours.get(recorder.label, GREY),
                step=dt * max(1, round(recorder.interval / dt)),
                values=trace.values,
            )
        )
    return curves


def spike_trains_of(
    result: SimulationResult, colours: Mapping[str, str], run: int | None = None
) -> list[SpikeTrain]:
    """Return the spikes of the detectors that are switched on."""
    return [
        SpikeTrain(
            key=CurveKey("spikes", r.label, run),
            cell=r.cell or result.cells[0].name,
            node=r.node,
            colour=colours.get(r.label, GREY),
            times=result.spikes.get(r.label, np.empty(0)),
            simulated=result.simulated,
        )
        for r in result.experiment.recorders
        if isinstance(r, SpikeDetector) and r.enabled
    ]


def quantity(number: float, unit: str) -> str:
    """Write a value with its unit, shortly."""
    shown = f"{number:.1f}" if unit == "mV" else f"{number:.3g}"
    return f"{shown} {unit}".rstrip().replace("-", "−")


def spikes_in_words(train: SpikeTrain) -> str:
    """Return "4 spikes · 13.3 /s · interval 74.2 ± 1.3 ms"."""
    n = len(train.times)
    text = f"{n} spike{'' if n == 1 else 's'}"
    if n and train.simulated > 0:
        text += f" · {1000 * n / train.simulated:.3g} /s"
    intervals = inter_spike_intervals(train.times)
    if len(intervals) == 1:
        text += f" · interval {intervals[0]:.4g} ms"
    elif len(intervals):
        text += f" · interval {intervals.mean():.4g} ± {intervals.std(ddof=1):.2g} ms"
    return text
