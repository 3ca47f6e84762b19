"""The f–I curve: how fast a cell fires at which current, and where it begins to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Self

import numpy as np
from pydantic import Field, model_validator

from napari_neuron.errors import ExperimentError
from napari_neuron.protocols.base import DoneRun, PlannedRun, Setting, by_key, failures, label_of
from napari_neuron.protocols.outcome import Chart, Outcome, Quantity, Series, columns_of, said
from napari_neuron.protocols.pulses import AmplitudesProtocol, spikes_between
from napari_neuron.protocols.search import between, bracket
from napari_neuron.units import Milliseconds, Nanoamperes

_HEADINGS = (
    ("amplitude", "nA"),
    ("spikes", ""),
    ("rate", "Hz"),
    ("first interval", "Hz"),
    ("last interval", "Hz"),
    ("latency", "ms"),
)
_FARTHEST = 16
"""How many times the last amplitude is tried where the family does not fire."""

_MANY = 5
"""Spikes of a step from which fewer with more current mean something."""


class FICurve(AmplitudesProtocol):
    """Spike count and firing rate against the amplitude of a current step, and the rheobase.

    The rate is the number of spikes in the window, from ``skip`` after the onset to the end of
    the step, over the length of the window. The rates of the first and the last interval (the
    inverse of inter-spike intervals) show adaptation. The rheobase is the lowest amplitude of a
    step of this duration that evokes a spike (Lapicque 1907, J Physiol Pathol Gen 9:620, has it
    for a step without end); it is narrowed down between the highest amplitude without and the
    lowest with a spike, to ``rheobase_precision``; if the family does not fire, the amplitude is
    doubled until something does, up to 16 times the last. The gain is the slope of a straight line
    through the rates of the family that are not 0.

    Attributes
    ----------
    skip
        The rate is counted from this long after the onset, ms; 0 counts all spikes of the step.
    rheobase_precision
        The rheobase is known to within this, nA; None: it is not looked for.
    """

    kind: Literal["f_i_curve"] = "f_i_curve"
    delay: Milliseconds = Field(default=50.0, ge=0, le=1e6)
    duration: Milliseconds = Field(default=500.0, gt=0, le=1e6)
    skip: Milliseconds = Field(default=0.0, ge=0)
    rheobase_precision: Nanoamperes | None = Field(default=0.001, gt=0)

    @model_validator(mode="after")
    def _counts_something(self) -> Self:
        if self.skip >= self.duration:
            raise ExperimentError(
                "skip",
                f"{self.skip:g} ms leaves nothing of a step of {self.duration:g} ms; skip less",
            )
        return self

    def plan(self, setting: Setting, done: Sequence[DoneRun]) -> tuple[PlannedRun, ...]:
        """Return the family, then rounds that narrow the rheobase down."""
        if not done:
            return tuple(self.step_run(setting, amplitude) for amplitude in self.amplitudes)
        precision = self.rheobase_precision
        if precision is None:
            return ()
        low, high = bracket(self._fires(done))
        tried = {run.planned.key[1] for run in done}
        if high is None:
            most = max(tried)
            beyond = (2 * most, 4 * most) if 0 < most < _FARTHEST * self.last_amplitude else ()
            return tuple(self.step_run(setting, amplitude) for amplitude in beyond)
        if high <= 0:
            return ()
        if low is None or low < 0:
            if 0.0 not in tried:
                return (self.step_run(setting, 0.0),)
            if low is None:  # it fires without any
                return ()
        following = [a for a in between(low, high, precision) if a not in tried]
        return tuple(self.step_run(setting, amplitude) for amplitude in following)

    def _fires(self, done: Sequence[DoneRun]) -> dict[float, bool]:
        label = label_of(self.node)
        return {
            key[1]: len(spikes_between(result, label, self.delay, self.end)) > 0
            for key, (_, result) in by_key(done).items()
        }

    def evaluate(self, setting: Setting, done: Sequence[DoneRun]) -> Outcome:
        """Return counts, rates, gain and rheobase."""
        label = label_of(self.node)
        rows, runs, counted = [], [], []
        ordered = sorted(by_key(done).items(), key=lambda item: item[0][1])
        for (_, amplitude), (number, result) in ordered:
            times = spikes_between(result, label, self.delay, self.end)
            within = times[times > self.delay + self.skip] if self.skip else times
            rate = 1000.0 * len(within) / (self.duration - self.skip)
            intervals = np.diff(times)
            first, last = (
                (1000.0 / intervals[0], 1000.0 / intervals[-1])
                if len(intervals)
                else (np.nan, np.nan)
            )
            latency = times[0] - self.delay if len(times) else np.nan
            row = (amplitude, float(len(times)), rate, first, last, latency)
            rows.append(tuple(map(float, row)))
            runs.append(number)
            counted.append(amplitude in self.amplitudes)
        low, high = bracket(self._fires(done))
        quantities = self._quantities(rows, counted, low, high)
        xs = tuple(row[0] for row in rows)
        series = (
            Series("mean rate", xs, tuple(row[2] for row in rows), tuple(runs)),
            Series("first interval", xs, tuple(row[3] for row in rows), tuple(runs)),
        )
        rheobase = quantities[0].value
        marks = ((rheobase, "rheobase"),) if np.isfinite(rheobase) else ()
        return Outcome(
            words=self._words(rows, quantities, low, high),
            quantities=quantities,
            columns=columns_of(_HEADINGS, rows),
            runs=tuple(runs),
            chart=Chart("current (nA)", "firing rate (Hz)", series if rows else (), marks),
            warnings=(*failures(done), *self._warnings(low, high, rows)),
        )

    def _quantities(
        self,
        rows: Sequence[tuple[float, ...]],
        counted: Sequence[bool],
        low: float | None,
        high: float | None,
    ) -> tuple[Quantity, ...]:
        found = high if low is not None and high is not None and high > 0 else None
        firing = [row for row, of_family in zip(rows, counted, strict=True) if of_family and row[2]]
        gain = np.nan
        if len(firing) > 1:
            amplitudes, rates = np.array(firing)[:, 0], np.array(firing)[:, 2]
            gain = float(np.polyfit(amplitudes, rates, 1)[0]) if np.ptp(rates) else 0.0
        highest = max((row[2] for row in rows), default=np.nan)
        return (
            Quantity("rheobase", "Rheobase", np.nan if found is None else found, "nA"),
            Quantity("gain", "Gain", gain, "Hz/nA"),
            Quantity("highest_rate", "Highest rate", highest, "Hz"),
        )

    def _words(
        self,
        rows: Sequence[tuple[float, ...]],
        quantities: Sequence[Quantity],
        low: float | None,
        high: float | None,
    ) -> tuple[str, ...]:
        if not rows:
            return ()
        rheobase, gain, highest = quantities
        words = []
        if np.isfinite(rheobase.value) and low is not None:
            words.append(
                f"Rheobase {said(rheobase.value, 'nA')} at node {self.node}: a step of "
                f"{said(self.duration, 'ms')} fires the cell from there, not with "
                f"{said(low, 'nA')}."
            )
        elif high is None:
            words.append(
                f"No spike at node {self.node} up to {said(max(row[0] for row in rows), 'nA')}."
            )
        else:
            words.append(f"Spikes at node {self.node} from {said(high, 'nA')} on.")
        if highest.value > 0:
            at = max(rows, key=lambda row: row[2])[0]
            text = f"The highest rate is {said(highest.value, 'Hz')}, at {said(at, 'nA')}"
            slope = f"; gain {said(gain.value, 'Hz/nA')}" if gain.value > 0 else ""
            words.append(f"{text}{slope}.")
        return tuple(words)

    def _warnings(
        self, low: float | None, high: float | None, rows: Sequence[tuple[float, ...]]
    ) -> tuple[str, ...]:
        if not rows:
            return ()
        if high is None:
            return (
                "Nothing fires: inject more current, look at another node, or see whether the "
                "membrane has sodium channels.",
            )
        if high <= 0 and any(row[0] == 0 and row[1] for row in rows):
            return ("The cell fires without any current, so there is no rheobase.",)
        strongest = max(rows, key=lambda row: row[0])
        busiest = max(rows, key=lambda row: row[2])
        if busiest[1] >= _MANY and strongest[1] <= busiest[1] / 2:
            return (
                f"Beyond {said(busiest[0], 'nA')} the cell fires less: with so much current it "
                "may no longer repolarise between spikes (depolarisation block).",
            )
        return ()
