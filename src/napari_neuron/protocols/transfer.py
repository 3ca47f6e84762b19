"""How voltage gets from one place of the cell to others: transfer resistance and attenuation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Self

import numpy as np
from pydantic import Field, model_validator

from napari_neuron.errors import ExperimentError
from napari_neuron.protocols.base import (
    DoneRun,
    PlannedRun,
    Setting,
    by_key,
    failures,
    label_of,
    require_nodes,
)
from napari_neuron.protocols.outcome import Chart, Outcome, Quantity, Series, columns_of, said
from napari_neuron.protocols.pulses import PulseProtocol, mean_between, spikes_between
from napari_neuron.units import Milliseconds, Nanoamperes

_HEADINGS = (
    ("node", ""),
    ("path distance", "µm"),
    ("transfer resistance", "MΩ"),
    ("attenuation outwards", ""),
    ("input resistance", "MΩ"),
    ("attenuation inwards", ""),
)


class TransferResistance(PulseProtocol):
    """Transfer resistance and attenuation of steady voltage between the node and other nodes.

    The transfer resistance is the steady change of voltage at one place per current into another;
    in a linear cell it is the same both ways, whatever its shape (Koch, Poggio & Torre 1982, Phil
    Trans R Soc Lond B 298:227). The attenuation of voltage is the change where the current goes in
    over the change where it arrives, 1 or more (Rall & Rinzel 1973, Biophys J 13:648; Carnevale &
    Johnston 1982, J Neurophysiol 47:606): outwards from the node to each of the others, inwards
    from each of the others to the node. Changes are against a run without a step, the mean over
    the last ``steady_window`` of the step.

    Attributes
    ----------
    nodes
        The other places.
    amplitude
        Of the step, nA; small, so that no channel opens or closes much.
    both_ways
        Inject at the other nodes too, one run for each.
    steady_window
        How much of the end of the step is steady, ms.
    """

    kind: Literal["transfer_resistance"] = "transfer_resistance"
    nodes: tuple[int, ...] = Field(min_length=1)
    amplitude: Nanoamperes = Field(default=-0.002, ge=-1e6, le=1e6)
    both_ways: bool = True
    steady_window: Milliseconds = Field(default=20.0, gt=0)

    @model_validator(mode="after")
    def _injects_something_for_long_enough(self) -> Self:
        if not self.amplitude:
            raise ExperimentError("amplitude", "must not be 0")
        if self.steady_window > self.duration:
            raise ExperimentError(
                "steady_window",
                f"{self.steady_window:g} ms is longer than the step of {self.duration:g} ms",
            )
        return self

    @property
    def others(self) -> tuple[int, ...]:
        """The other nodes, each once."""
        return tuple(node for node in dict.fromkeys(self.nodes) if node != self.node)

    def plan(self, setting: Setting, done: Sequence[DoneRun]) -> tuple[PlannedRun, ...]:
        """Return the run without a step, the one outwards, and those inwards."""
        if done:
            return ()
        require_nodes(setting.cell, self.nodes, "nodes")
        if not self.others:
            raise ExperimentError("nodes", f"name other nodes than {self.node} itself")
        sources = (self.node, *(self.others if self.both_ways else ()))
        steps = [self.step_run(setting, self.amplitude, *self.others, node=n) for n in sources]
        return (self.step_run(setting, 0.0, *self.others), *steps)

    def evaluate(self, setting: Setting, done: Sequence[DoneRun]) -> Outcome:
        """Return a row for each of the other nodes."""
        found = by_key(done)
        control = found.get((self.node, 0.0))
        out = found.get((self.node, self.amplitude))
        if control is None or out is None:
            chart = Chart("path distance (µm)", "attenuation")
            return Outcome((), (), columns_of(_HEADINGS, ()), (), chart, failures(done))

        def change(source: int, node: int) -> float:
            run = found.get((source, self.amplitude))
            if run is None:
                return np.nan
            trace, rest = (r.traces[label_of(node)] for r in (run[1], control[1]))
            start = self.end - self.steady_window
            return mean_between(trace.time, trace.values - rest.values, start, self.end)

        distance = setting.cell.rerooted(self.node).path_distance
        rows, runs = [], []
        here = change(self.node, self.node)
        for node in self.others:
            there, at_source, back = (
                change(self.node, node),
                change(node, node),
                change(node, self.node),
            )
            row = (
                node,
                distance[setting.cell.rows([node])[0]],
                there / self.amplitude,
                here / there if there else np.nan,
                at_source / self.amplitude,
                at_source / back if back else np.nan,
            )
            rows.append(tuple(map(float, row)))
            runs.append(found.get((node, self.amplitude), out)[0])
        quantities = (
            Quantity("input_resistance", "Input resistance", here / self.amplitude, "MΩ"),
            Quantity("nearest", "Least attenuation outwards", min(r[3] for r in rows), ""),
            Quantity("farthest", "Most attenuation outwards", max(r[3] for r in rows), ""),
            Quantity("reciprocity_error", "Deviation from reciprocity", self._both(change), ""),
        )
        along = tuple(row[1] for row in rows)
        series = [Series("outwards", along, tuple(r[3] for r in rows), (out[0],) * len(rows))]
        if self.both_ways:
            series.append(Series("inwards", along, tuple(r[5] for r in rows), tuple(runs)))
        fires = any(
            len(spikes_between(result, label_of(self.node), self.delay, self.end))
            for _, result in found.values()
        )
        warnings = ("There are spikes: the change of voltage is not steady.",) if fires else ()
        return Outcome(
            words=self._words(rows, quantities),
            quantities=quantities,
            columns=columns_of(_HEADINGS, rows),
            runs=tuple(runs),
            chart=Chart("path distance (µm)", "attenuation", tuple(series), log_y=True),
            warnings=(*failures(done), *warnings, *self._nonlinear(quantities[3].value)),
        )

    def _both(self, change: object) -> float:
        """Return how much the transfer resistances differ between the two ways, at most."""
        assert callable(change)
        errors = []
        for node in self.others:
            out, back = change(self.node, node), change(node, self.node)
            if np.isfinite(out * back) and out:
                errors.append(abs(out - back) / abs(out))
        return max(errors, default=np.nan)

    def _words(
        self, rows: Sequence[tuple[float, ...]], quantities: Sequence[Quantity]
    ) -> tuple[str, ...]:
        farthest = max(rows, key=lambda row: row[3])
        words = [
            f"R_in {said(quantities[0].value, 'MΩ')} at node {self.node}. Of a steady change there "
            f"{said(100 / farthest[3])} % arrive at node {farthest[0]:.0f}, "
            f"{said(farthest[1], 'µm')} away, where least arrives."
        ]
        if np.isfinite(farthest[5]):
            words.append(
                f"From there {said(100 / farthest[5])} % arrive at node {self.node}: attenuation "
                f"{said(farthest[5])} inwards, {said(farthest[3])} outwards."
            )
        return tuple(words)

    def _nonlinear(self, error: float) -> tuple[str, ...]:
        if not error > 0.05:
            return ()
        return (
            f"The two ways differ by {said(100 * error)} %: the cell is not linear with "
            f"{said(self.amplitude, 'nA')}. A smaller step says more about its cable.",
        )
