"""Families of current steps at a node."""

from __future__ import annotations

from typing import Any

import numpy as np
from pydantic import Field

from napari_neuron.protocols.base import (
    PlannedRun,
    Setting,
    SpikingProtocol,
    lasting,
    watched,
)
from napari_neuron.protocols.outcome import FloatArray, said
from napari_neuron.result import SimulationResult
from napari_neuron.spec import CurrentPulse
from napari_neuron.units import Milliseconds, Nanoamperes


class PulseProtocol(SpikingProtocol):
    """A protocol that injects current steps at its node.

    Attributes
    ----------
    delay
        Before the step: long enough for the cell to come to rest, ms.
    duration
        Of the step, ms.
    after
        How long the run goes on after the step, ms.
    """

    delay: Milliseconds = Field(default=100.0, ge=0, le=1e6)
    duration: Milliseconds = Field(default=300.0, gt=0, le=1e6)
    after: Milliseconds = Field(default=20.0, ge=0, le=1e6)

    @property
    def end(self) -> float:
        """When the step ends, ms."""
        return self.delay + self.duration

    def step_run(
        self, setting: Setting, amplitude: float, *also_at: int, node: int | None = None
    ) -> PlannedRun:
        """Return the run with one step.

        Parameters
        ----------
        amplitude
            nA; 0 for the run without a step.
        also_at
            Nodes whose voltage is recorded besides that of the node.
        node
            Where the current goes in; None for the node of the protocol.
        """
        node = self.node if node is None else node
        base = lasting(setting.experiment, self.end + self.after)
        step = CurrentPulse(
            cell=setting.cell_name,
            nodes=(node,),
            delay=self.delay,
            duration=self.duration,
            amplitude=amplitude,
        )
        steps: tuple[Any, ...] = (step,) if amplitude else ()
        experiment = base.replace(
            stimuli=(*base.stimuli, *steps),
            recorders=watched(setting, (self.node, *also_at), self.threshold),
        )
        name = said(amplitude, "nA", 4) if amplitude else "no current"
        name += f" at node {node}" if node != self.node else ""
        return PlannedRun(name, (node, amplitude), experiment)


class AmplitudesProtocol(PulseProtocol):
    """A protocol with a family of steps of equally spaced amplitudes.

    Attributes
    ----------
    first_amplitude, last_amplitude
        Of the family, nA; positive depolarises.
    number
        How many amplitudes, these two included.
    """

    first_amplitude: Nanoamperes = Field(default=0.0, ge=-1e6, le=1e6)
    last_amplitude: Nanoamperes = Field(default=0.2, ge=-1e6, le=1e6)
    number: int = Field(default=11, ge=1, le=10_000)

    @property
    def amplitudes(self) -> tuple[float, ...]:
        """Of the family, nA, without repetitions."""
        first, last = self.first_amplitude, self.last_amplitude
        values = np.linspace(first, last, self.number) if self.number > 1 else [last]
        # 0.30000000000000004 is 0.3
        return tuple(dict.fromkeys(float(f"{value:.12g}") + 0.0 for value in values))


def mean_between(time: FloatArray, values: FloatArray, start: float, stop: float) -> float:
    """Return the mean of samples from ``start`` to ``stop``, NaN if there are none."""
    inside = values[(time >= start - 1e-9) & (time <= stop + 1e-9)]
    return float(inside.mean()) if len(inside) else float("nan")


def spikes_between(result: SimulationResult, label: str, start: float, stop: float) -> FloatArray:
    """Return the spike times after ``start`` up to ``stop``, ms."""
    times = result.spikes[label]
    return times[(times > start) & (times <= stop)]
