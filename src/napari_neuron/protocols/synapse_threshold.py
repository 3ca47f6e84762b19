"""How many synapses, or how strong ones, it takes to fire the cell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, Self

import numpy as np
from pydantic import Field, model_validator

from napari_neuron.protocols.base import (
    DoneRun,
    PlannedRun,
    Setting,
    SpikingProtocol,
    by_key,
    failures,
    label_of,
    lasting,
    require_nodes,
    watched,
)
from napari_neuron.protocols.outcome import Chart, Outcome, Quantity, Series, columns_of, said
from napari_neuron.protocols.pulses import spikes_between
from napari_neuron.protocols.search import between, bracket, whole_between
from napari_neuron.spec import Exp2Conductance, SpikeTimes, Synapse
from napari_neuron.units import Microsiemens, Milliseconds, Millivolts

_PARTS = (1, 2, 5)


class SynapseThreshold(SpikingProtocol):
    """The smallest number of synapses, or their smallest weight, that fires the cell.

    All synapses are active once and together, each with a conductance that rises and decays
    exponentially (NEURON's Exp2Syn). They are dealt out to ``nodes`` in turn: with three nodes,
    the fourth synapse is the second at the first node. Looking for a number, 1, 2, 5, 10 ... of
    them are tried, then what is between; looking for a weight, it is narrowed down to a hundredth.

    Attributes
    ----------
    nodes
        Where the synapses are.
    sought
        "number" of synapses of ``weight``, or "weight" of ``number`` synapses.
    number
        Of synapses: the most that are tried, or how many there are.
    weight
        Peak conductance of one synapse, µS: what it is, or the most that is tried.
    tau1, tau2
        Rise and decay time of the conductance, ms; tau1 < tau2.
    e
        Reversal potential, mV.
    onset
        When all are active, ms.
    window
        How long a spike is waited for, ms.
    """

    kind: Literal["synapse_threshold"] = "synapse_threshold"
    nodes: tuple[int, ...] = Field(min_length=1)
    sought: Literal["number", "weight"] = "number"
    number: int = Field(default=200, ge=1, le=100_000)
    weight: Microsiemens = Field(default=0.0005, gt=0, le=1e6)
    tau1: Milliseconds = Field(default=0.5, gt=0)
    tau2: Milliseconds = Field(default=2.0, gt=0)
    e: Millivolts = Field(default=0.0, ge=-1000, le=1000)
    onset: Milliseconds = Field(default=100.0, ge=0, le=1e6)
    window: Milliseconds = Field(default=50.0, gt=0, le=1e6)

    @model_validator(mode="after")
    def _rises_before_it_decays(self) -> Self:
        Exp2Conductance(tau1=self.tau1, tau2=self.tau2)
        return self

    @property
    def _unit(self) -> str:
        return "µS" if self.sought == "weight" else ""

    def plan(self, setting: Setting, done: Sequence[DoneRun]) -> tuple[PlannedRun, ...]:
        """Return a coarse series, then rounds that narrow the threshold down."""
        if not done:
            require_nodes(setting.cell, self.nodes, "nodes")
            return tuple(self._run(setting, value) for value in (0.0, *self._coarse()))
        low, high = bracket(self._fires(done))
        if low is None or high is None:
            return ()
        following: tuple[float, ...]
        if self.sought == "number":
            following = whole_between(round(low), round(high))
        else:
            following = between(low, high, 0.01 * high)
        tried = {run.planned.key[0] for run in done}
        return tuple(self._run(setting, value) for value in following if value not in tried)

    def _coarse(self) -> tuple[float, ...]:
        if self.sought == "weight":
            return tuple(float(f"{self.weight * part / 10:.12g}") for part in (1, 2, 5, 10))
        series = (part * 10**power for power in range(6) for part in _PARTS)
        return (*(float(n) for n in series if n < self.number), float(self.number))

    def _run(self, setting: Setting, value: float) -> PlannedRun:
        n = round(value) if self.sought == "number" else self.number
        weight = self.weight if self.sought == "number" else value
        base = lasting(setting.experiment, self.onset + self.window)
        placed: tuple[Any, ...] = ()
        if n and weight:
            synapses = Synapse(
                cell=setting.cell_name,
                nodes=tuple(self.nodes[i % len(self.nodes)] for i in range(n)),
                conductance=Exp2Conductance(tau1=self.tau1, tau2=self.tau2, e=self.e),
                events=SpikeTimes(times=(self.onset,)),
                weight=weight,
                shared=True,
            )
            placed = (synapses,)
        experiment = base.replace(
            stimuli=(*base.stimuli, *placed),
            recorders=watched(setting, (self.node,), self.threshold),
        )
        return PlannedRun(self._name(value), (value,), experiment)

    def _name(self, value: float) -> str:
        if self.sought == "weight":
            return said(value, "µS", 4) if value else "no synapse"
        return f"{value:.0f} synapse{'s' if value != 1 else ''}" if value else "no synapse"

    def _fires(self, done: Sequence[DoneRun]) -> dict[float, bool]:
        label, end = label_of(self.node), self.onset + self.window
        return {
            key[0]: len(spikes_between(result, label, self.onset, end)) > 0
            for key, (_, result) in by_key(done).items()
        }

    def evaluate(self, setting: Setting, done: Sequence[DoneRun]) -> Outcome:
        """Return the threshold, and the depolarisation by fewer or weaker synapses."""
        label, end = label_of(self.node), self.onset + self.window
        found = by_key(done)
        what = "weight" if self.sought == "weight" else "synapses"
        headings = ((what, self._unit), ("depolarisation", "mV"), ("spikes", ""), ("latency", "ms"))
        control = found.get((0.0,))
        rows, runs = [], []
        for (value,), (number, result) in sorted(found.items()):
            if control is None:
                break
            times = spikes_between(result, label, self.onset, end)
            trace, rest = result.traces[label], control[1].traces[label]
            change = trace.values - rest.values
            depolarisation = float(change.max()) if not len(times) else np.nan
            latency = times[0] - self.onset if len(times) else np.nan
            rows.append((value, depolarisation, float(len(times)), float(latency)))
            runs.append(number)
        low, high = bracket(self._fires(done))
        threshold = high if low is not None and high is not None else np.nan
        first = next((row[1] for row in rows if row[0] > 0), np.nan)
        quantities = (
            Quantity("threshold", f"Threshold {what}", float(threshold), self._unit),
            Quantity("smallest_response", "Depolarisation by the least", first, "mV"),
        )
        xs = tuple(row[0] for row in rows)
        series = (Series("without a spike", xs, tuple(row[1] for row in rows), tuple(runs)),)
        marks = ((float(threshold), "threshold"),) if np.isfinite(threshold) else ()
        x_label = "weight (µS)" if self.sought == "weight" else "synapses"
        chart = Chart(x_label, "depolarisation (mV)", series if rows else (), marks)
        return Outcome(
            words=self._words(rows, low, high),
            quantities=quantities,
            columns=columns_of(headings, rows),
            runs=tuple(runs),
            chart=chart,
            warnings=failures(done),
        )

    def _words(
        self, rows: Sequence[tuple[float, ...]], low: float | None, high: float | None
    ) -> tuple[str, ...]:
        if not rows:
            return ()
        where = f"{len(set(self.nodes))} node{'s' if len(set(self.nodes)) != 1 else ''}"
        if high is None:
            most = self._name(max(row[0] for row in rows))
            reached = max(row[1] for row in rows)
            return (
                f"Not even {most} at {where} fire node {self.node}: they depolarise it by "
                f"{said(reached, 'mV')}.",
            )
        if low is None:
            return (f"Node {self.node} fires without any of these synapses.",)
        peak = next((row[1] for row in rows if row[0] == low), np.nan)
        of = f" of {self.number} synapses" if self.sought == "weight" else ""
        verb = "depolarises" if self.sought == "weight" or low == 1 else "depolarise"
        strength = f" of {said(self.weight, 'µS')}" if self.sought == "number" else ""
        return (
            f"{self._name(high)}{strength}{of} at {where}, active together, fire node "
            f"{self.node}; {self._name(low)} {verb} it by {said(peak, 'mV')}.",
        )
