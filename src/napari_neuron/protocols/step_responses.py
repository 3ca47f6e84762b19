"""Input resistance, membrane time constant and sag from a family of current steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Self

import numpy as np
from pydantic import Field, model_validator

from napari_neuron.errors import ExperimentError
from napari_neuron.protocols.base import DoneRun, PlannedRun, Setting, by_key, failures, label_of
from napari_neuron.protocols.charging import fit_charging
from napari_neuron.protocols.outcome import Chart, Outcome, Quantity, Series, columns_of, said
from napari_neuron.protocols.pulses import AmplitudesProtocol, mean_between, spikes_between
from napari_neuron.result import SimulationResult
from napari_neuron.units import Milliseconds, Millivolts, Nanoamperes

_HEADINGS = (
    ("amplitude", "nA"),
    ("steady voltage", "mV"),
    ("steady change", "mV"),
    ("peak change", "mV"),
    ("resistance", "MΩ"),
    ("time constant", "ms"),
    ("sag ratio", ""),
    ("spikes", ""),
)
_SAGS = 0.01
"""Sag ratio from which a response is no plain charging any more."""


class StepResponses(AmplitudesProtocol):
    """Input resistance, time constant and sag from hyperpolarising and depolarising steps.

    All changes of voltage are measured against a run without a step, so that neither a cell that
    drifts nor stimuli of the experiment count.

    * The input resistance is the slope of the steady change against the current (the straight
      line through 0 A), over the steps without spikes that change the voltage by no more than
      ``linear_range``; Koch 1999, Biophysics of Computation, ch. 3. The steady change is the mean
      over the last ``steady_window`` of the step.
    * The time constant is the slowest of the exponentials that the charging is made of, where
      the membrane's resistance and capacitance are uniform that of the membrane (Rall 1969,
      Biophys J 9:1483), of the smallest hyperpolarising step (or the smallest step, if there is
      none). A response with sag is fitted up to its peak with one exponential.
    * The sag ratio is (peak − steady) / peak, of the changes: 0 without sag, 1 if the voltage
      comes back altogether; as the Allen Cell Types Database has it (Technical White Paper:
      Electrophysiology, 2017). Told is that of the most hyperpolarising step.

    Attributes
    ----------
    steady_window
        How much of the end of the step is steady, ms.
    linear_range
        Steps that change the voltage by more do not count for the input resistance, mV.
    """

    kind: Literal["step_responses"] = "step_responses"
    first_amplitude: Nanoamperes = Field(default=-0.05, ge=-1e6, le=1e6)
    last_amplitude: Nanoamperes = Field(default=0.01, ge=-1e6, le=1e6)
    number: int = Field(default=7, ge=1, le=10_000)
    steady_window: Milliseconds = Field(default=20.0, gt=0)
    linear_range: Millivolts = Field(default=10.0, gt=0, le=1000)

    @model_validator(mode="after")
    def _has_a_steady_end(self) -> Self:
        if self.steady_window > self.duration:
            raise ExperimentError(
                "steady_window",
                f"{self.steady_window:g} ms is longer than the step of {self.duration:g} ms",
            )
        if not any(self.amplitudes):
            raise ExperimentError("last_amplitude", "give an amplitude other than 0")
        return self

    def plan(self, setting: Setting, done: Sequence[DoneRun]) -> tuple[PlannedRun, ...]:
        """Return the run without a step, and the family."""
        if done:
            return ()
        return tuple(self.step_run(setting, a) for a in dict.fromkeys((0.0, *self.amplitudes)))

    def evaluate(self, setting: Setting, done: Sequence[DoneRun]) -> Outcome:
        """Return the I–V curve, input resistance, time constant and sag."""
        steps = self._steps(done)
        used = self._linear(steps)
        quantities = self._quantities(steps, used)
        rows = [step.row for step in steps]
        runs = tuple(step.number for step in steps)
        currents = tuple(step.amplitude for step in steps)
        series = [
            Series("steady", currents, tuple(s.steady_change for s in steps), runs),
            Series("peak", currents, tuple(s.peak_change for s in steps), runs),
        ]
        resistance = quantities[0].value
        if np.isfinite(resistance) and currents:
            ends = (min(0.0, *currents), max(0.0, *currents))
            line = tuple(resistance * current for current in ends)
            series.append(Series(f"{said(resistance, 'MΩ')}", ends, line, kind="line"))
        return Outcome(
            words=self._words(quantities, steps),
            quantities=quantities,
            columns=columns_of(_HEADINGS, rows),
            runs=runs,
            chart=Chart("current (nA)", "change of voltage (mV)", tuple(series)),
            warnings=(*failures(done), *self._warnings(steps, used)),
        )

    def _steps(self, done: Sequence[DoneRun]) -> list[_Step]:
        found = by_key(done)
        if (self.node, 0.0) not in found:
            return []
        _, control = found[(self.node, 0.0)]
        measured = [
            self._measured(amplitude, number, result, control)
            for (_, amplitude), (number, result) in found.items()
        ]
        return sorted(measured, key=lambda step: step.amplitude)

    def _measured(
        self, amplitude: float, number: int, result: SimulationResult, control: SimulationResult
    ) -> _Step:
        label = label_of(self.node)
        trace = result.traces[label]
        time = trace.time
        n_spikes = len(spikes_between(result, label, self.delay, self.end))
        steady_from = self.end - self.steady_window
        steady = mean_between(time, trace.values, steady_from, self.end)
        if not amplitude:
            drift = trace.values[(time >= self.delay - 1e-9) & (time <= self.end + 1e-9)]
            return _Step(0.0, number, steady, 0.0, 0.0, np.nan, np.nan, n_spikes, np.ptp(drift))
        change = trace.values - control.traces[label].values
        during = (time > self.delay + 1e-9) & (time <= self.end + 1e-9)
        steady_change = mean_between(time, change, steady_from, self.end)
        at = int(np.argmax(change[during] * np.sign(amplitude)))
        peak = float(change[during][at])
        sag = (peak - steady_change) / peak if peak and not n_spikes else np.nan
        tau = np.nan
        if not n_spikes:
            charging = time[during] - self.delay, change[during]
            if sag > _SAGS:
                charging = charging[0][: at + 1], charging[1][: at + 1]
            tau = fit_charging(*charging, terms=1 if sag > _SAGS else 3).tau
        return _Step(
            amplitude, number, steady, steady_change, peak, tau, max(sag, 0.0), n_spikes, np.nan
        )

    def _linear(self, steps: Sequence[_Step]) -> list[_Step]:
        """Return the steps that the input resistance is measured with."""
        quiet = [s for s in steps if s.amplitude and not s.n_spikes]
        small = [s for s in quiet if abs(s.steady_change) <= self.linear_range]
        return small or sorted(quiet, key=lambda step: abs(step.amplitude))[:1]

    def _quantities(self, steps: Sequence[_Step], used: Sequence[_Step]) -> tuple[Quantity, ...]:
        current = np.array([step.amplitude for step in used])
        change = np.array([step.steady_change for step in used])
        resistance = float(current @ change / (current @ current)) if used else np.nan
        down = [step for step in used if step.amplitude < 0]
        smallest = min(down or used, key=lambda step: abs(step.amplitude), default=None)
        tau = np.nan if smallest is None else smallest.tau
        deepest = next((s for s in steps if s.amplitude < 0 and not s.n_spikes), None)
        rest = next((step.steady for step in steps if not step.amplitude), np.nan)
        return (
            Quantity("input_resistance", "Input resistance", resistance, "MΩ"),
            Quantity("time_constant", "Time constant", tau, "ms"),
            Quantity("sag_ratio", "Sag ratio", np.nan if deepest is None else deepest.sag, ""),
            Quantity("capacitance", "Capacitance", 1000.0 * tau / resistance, "pF"),
            Quantity("resting_voltage", "Voltage without a step", rest, "mV"),
        )

    def _words(self, quantities: Sequence[Quantity], steps: Sequence[_Step]) -> tuple[str, ...]:
        if not np.isfinite(quantities[0].value):
            return (f"There is no step without spikes at node {self.node}.",) if steps else ()
        values = {q.name: said(q.value, q.unit) for q in quantities}
        words = [
            f"R_in {values['input_resistance']} at node {self.node}, τ {values['time_constant']}, "
            f"at a resting voltage of {values['resting_voltage']}."
        ]
        deepest = next((s for s in steps if s.amplitude < 0 and not s.n_spikes), None)
        if deepest is not None:
            text = "No sag" if deepest.sag < _SAGS else f"Sag ratio {said(deepest.sag)}"
            words.append(f"{text} at {said(deepest.amplitude, 'nA')}.")
        return tuple(words)

    def _warnings(self, steps: Sequence[_Step], used: Sequence[_Step]) -> tuple[str, ...]:
        found = []
        rest = next((step for step in steps if not step.amplitude), None)
        if rest is not None and rest.n_spikes:
            found.append(
                "The cell fires without a step: leave the experiment's stimuli out, or take a "
                "node where it is quiet. Changes against such a run mean little."
            )
        elif rest is not None and rest.drift > 0.5:
            found.append(
                f"Without a step the voltage still moves by {said(rest.drift, 'mV')} while the "
                "step would last: lengthen the delay, or start from the resting voltage."
            )
        if len(used) == 1 and abs(used[0].steady_change) > self.linear_range:
            found.append(
                f"Even the smallest step changes the voltage by "
                f"{said(abs(used[0].steady_change), 'mV')}: use smaller amplitudes."
            )
        if used and all(s.tau > self.duration / 4 for s in used if np.isfinite(s.tau)):
            found.append(
                f"A step of {said(self.duration, 'ms')} is short for a time constant of "
                f"{said(used[0].tau, 'ms')}: lengthen it to five time constants."
            )
        return tuple(found)


@dataclass(frozen=True)
class _Step:
    """What one step did; changes are against the run without."""

    amplitude: float  # nA
    number: int  # of the run
    steady: float  # mV
    steady_change: float  # mV
    peak_change: float  # mV
    tau: float  # ms
    sag: float
    n_spikes: int
    drift: float  # mV, of the run without a step

    @property
    def row(self) -> tuple[float, ...]:
        """Of the table."""
        resistance = self.steady_change / self.amplitude if self.amplitude else np.nan
        if self.n_spikes:
            resistance = np.nan
        return (
            self.amplitude,
            self.steady,
            self.steady_change,
            self.peak_change,
            resistance,
            self.tau,
            self.sag,
            float(self.n_spikes),
        )
