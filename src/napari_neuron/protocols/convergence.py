"""Is the discretisation good enough? The same run with a finer time step and compartments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from pydantic import Field

from napari_neuron.morphology.model import Morphology
from napari_neuron.protocols.base import (
    DoneRun,
    Kept,
    PlannedRun,
    Setting,
    SpikingProtocol,
    by_key,
    failures,
    label_of,
    watched,
)
from napari_neuron.protocols.outcome import (
    Chart,
    FloatArray,
    Outcome,
    Quantity,
    Series,
    columns_of,
    said,
)
from napari_neuron.result import SimulationResult
from napari_neuron.spec import DLambda, Experiment, VoltageRecorder
from napari_neuron.units import Milliseconds, Millivolts

_HEADINGS = (
    ("run", ""),
    ("time step", "ms"),
    ("compartments", ""),
    ("change", "mV"),
    ("beyond a shift", "mV"),
    ("spikes", ""),
    ("spike shift", "ms"),
)
_AS_GIVEN = ("as given", 0)


class ConvergenceCheck(SpikingProtocol):
    """The experiment with time steps of a half, a quarter …, and with compartments of a third.

    Compartments become three times as many, as an odd number of them keeps its centres then
    (Hines & Carnevale 1997, Neural Comput 9:1179; 2001, The Neuroscientist 7:123). Voltages at the
    node and at the experiment's own recorders are compared with those of the run as it is. Where
    the voltage is steep, a small shift in time is a large change at one time; so what counts is
    the change beyond what a shift by up to ``spike_tolerance`` explains, and how far the spikes at
    the node move. The order is how fast the change shrinks with the time step: backward Euler has
    order 1, half the step makes half the error.

    Attributes
    ----------
    time_halvings
        How often the time step is halved; the order takes two.
    compartment_thirds
        How often compartments are cut into three.
    tolerance
        Voltages that change by less are good enough, mV.
    spike_tolerance
        Spikes that move by less are good enough, ms.
    """

    kind: Literal["convergence_check"] = "convergence_check"
    keep_stimuli: Kept = "all"
    time_halvings: int = Field(default=2, ge=0, le=6)
    compartment_thirds: int = Field(default=1, ge=0, le=3)
    tolerance: Millivolts = Field(default=0.5, gt=0, le=1000)
    spike_tolerance: Milliseconds = Field(default=0.1, gt=0, le=1e6)

    def recorded(self, setting: Setting, experiment: Experiment) -> Experiment:
        """Return the setting's experiment with the voltage recorders of the one it comes from."""
        names = {None, *(cell.name for cell in setting.cells)}
        own = [
            recorder.replace(interval=0.0, cell=recorder.cell if setting.cell_name else None)
            for recorder in experiment.recorders
            if isinstance(recorder, VoltageRecorder)
            and recorder.enabled
            and recorder.cell in names
            and recorder.label != label_of(self.node)
        ]
        watching = watched(setting, (self.node,), self.threshold)
        return setting.experiment.replace(recorders=(*watching, *own))

    def setting(self, cells: Sequence[Morphology], experiment: Experiment) -> Setting:
        """Return what the protocol is carried out on, with the experiment's voltage recorders."""
        plain = super().setting(cells, experiment)
        return Setting(plain.cells, plain.cell, self.recorded(plain, experiment))

    def plan(self, setting: Setting, done: Sequence[DoneRun]) -> tuple[PlannedRun, ...]:
        """Return the run as it is, and the finer ones."""
        if done:
            return ()
        base = setting.experiment
        planned = [PlannedRun("as it is", _AS_GIVEN, base)]
        for times in range(1, self.time_halvings + 1):
            run = base.run.replace(dt=base.run.dt / 2**times)
            name = f"time step / {2**times}"
            planned.append(PlannedRun(name, ("time", times), base.replace(run=run)))
        for times in range(1, self.compartment_thirds + 1):
            finer = base.replace(discretisation=_finer(base.discretisation, 3**times))
            planned.append(PlannedRun(f"compartments / {3**times}", ("space", times), finer))
        return tuple(planned)

    def evaluate(self, setting: Setting, done: Sequence[DoneRun]) -> Outcome:
        """Return how much each refinement changes, and whether that is little."""
        found = by_key(done)
        if _AS_GIVEN not in found:
            chart = Chart("refinement", "change (mV)")
            return Outcome((), (), columns_of(_HEADINGS, ()), (), chart, failures(done))
        reference = found[_AS_GIVEN][1]
        detector = label_of(self.node)
        rows: list[tuple[float | str, ...]] = []
        runs, changes = [], {}
        for key, (number, result) in found.items():
            change = changes[key] = _change(reference, result, detector, self.spike_tolerance)
            rows.append(
                (
                    done[number].planned.name,
                    result.experiment.run.dt,
                    float(result.frames.shape[1]),
                    change.largest,
                    change.beyond,
                    float(change.n_spikes),
                    change.shift,
                )
            )
            runs.append(number)
        time = [changes[key] for key in sorted(changes) if key[0] == "time"]
        space = [changes[key] for key in sorted(changes) if key[0] == "space"]
        n_before = len(reference.spikes[detector])
        judged = [
            self._judged(what, which, n_before)
            for what, which in (("time step", time), ("compartments", space))
            if which
        ]
        order = _order([change.signed for change in time]) if len(time) > 1 else np.nan
        quantities = (
            Quantity("time_change", "Change by half the time step", _first(time), "mV"),
            Quantity("compartment_change", "Change by finer compartments", _first(space), "mV"),
            Quantity("time_order", "Order in the time step", order, ""),
            Quantity("time_shift", "Spikes move by half the time step", _shift(time), "ms"),
            Quantity("compartment_shift", "Spikes move by compartments", _shift(space), "ms"),
        )
        series = [
            Series(
                label,
                tuple(float(factor ** key[1]) for key in sorted(changes) if key[0] == kind),
                tuple(changes[key].largest for key in sorted(changes) if key[0] == kind),
                tuple(found[key][0] for key in sorted(changes) if key[0] == kind),
            )
            for kind, factor, label in (("time", 2, "time step"), ("space", 3, "compartments"))
        ]
        return Outcome(
            words=tuple(judged),
            quantities=quantities,
            columns=columns_of(_HEADINGS, rows),
            runs=tuple(runs),
            chart=Chart("how many times finer", "change (mV)", tuple(s for s in series if s.x)),
            warnings=(*failures(done), *self._warnings(reference, n_before)),
        )

    def _judged(self, what: str, changes: Sequence[_Change], n_before: int) -> str:
        """Say whether the finest of some refinements changes little."""
        change = changes[-1]
        finer = f"A finer {what}" if what == "time step" else "Finer compartments"
        s = "s" if what == "time step" else ""
        if change.n_spikes != n_before:
            return (
                f"The {what} {'is' if s else 'are'} too coarse: {finer[0].lower()}{finer[1:]} "
                f"give{s} {change.n_spikes} spikes instead of {n_before}."
            )
        moves = ""
        if n_before:
            moves = f" and move{s} spikes by {said(change.shift, 'ms')}"
        effect = f"{finer} change{s} the voltage by {said(change.beyond, 'mV')}{moves} at most"
        is_good = change.beyond <= self.tolerance and not change.shift > self.spike_tolerance
        verdict = "good enough" if is_good else "too coarse"
        verb = "is" if s else "are"
        return f"The {what} {verb} {verdict}. {effect}."

    def _warnings(self, reference: SimulationResult, n_before: int) -> tuple[str, ...]:
        trace = reference.traces[label_of(self.node)]
        if n_before or np.ptp(trace.values) > 0.1:
            return ()
        return (
            f"Hardly anything happens at node {self.node} in this experiment, so there is little "
            "to converge: place an input first.",
        )


@dataclass(frozen=True)
class _Change:
    """What differs between two runs of one duration."""

    largest: float  # mV, at one time
    beyond: float  # mV, beyond what a shift in time explains
    n_spikes: int
    shift: float  # ms; NaN without spikes, or with other numbers of them
    signed: FloatArray  # mV, at the samples of the coarser run


def _change(
    one: SimulationResult, other: SimulationResult, detector: str, tolerance: float
) -> _Change:
    dt = one.experiment.run.dt
    fine = round(dt / other.experiment.run.dt)
    spikes = one.spikes[detector], other.spikes[detector]
    differences, beyond = [], 0.0
    for label, trace in one.traces.items():
        values = other.traces[label].values[::fine]
        n = min(len(values), len(trace.values))
        differences.append(values[:n] - trace.values[:n])
        beyond = max(beyond, _beyond_a_shift(trace.values[:n], values[:n], round(tolerance / dt)))
    signed = np.array(differences)
    shift = np.nan
    if len(spikes[0]) == len(spikes[1]) > 0:
        shift = float(np.abs(spikes[1] - spikes[0]).max())
    return _Change(float(np.abs(signed).max()), beyond, len(spikes[1]), shift, signed)


def _beyond_a_shift(one: FloatArray, other: FloatArray, n_samples: int) -> float:
    """Return how far a curve leaves the band that another one sweeps when it is shifted."""
    from scipy.ndimage import maximum_filter1d, minimum_filter1d

    width = 2 * n_samples + 1
    above = other - maximum_filter1d(one, width, mode="nearest")
    below = minimum_filter1d(one, width, mode="nearest") - other
    return max(0.0, float(above.max()), float(below.max()))


def _order(differences: Sequence[FloatArray]) -> float:
    """Return how many times the change halves with each halving, from the first two.

    With changes d₁ and d₂ against the run as it is, v(h) − v(h/2) = −d₁ and v(h/2) − v(h/4) =
    d₁ − d₂; their ratio is 2 to the order.
    """
    first, second = differences[0], differences[1] - differences[0]
    sizes = (float(np.sqrt(np.mean(part**2))) for part in (first, second))
    one, other = sizes
    return float(np.log2(one / other)) if one > 0 and other > 0 else np.nan


def _first(changes: Sequence[_Change]) -> float:
    return changes[0].largest if changes else np.nan


def _shift(changes: Sequence[_Change]) -> float:
    return changes[0].shift if changes else np.nan


def _finer(discretisation: Any, times: int) -> Any:
    """Return the discretisation with compartments a whole number of times shorter."""
    if isinstance(discretisation, DLambda):
        return discretisation.replace(d_lambda=discretisation.d_lambda / times)
    return discretisation.replace(length=discretisation.length / times)
