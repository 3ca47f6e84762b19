"""Stimuli: placed at nodes of the skeleton, one copy at each node that is named.

A node may be named twice and then gets two copies, as two synapses at one node are two synapses.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from napari_neuron.spec.base import Spec
from napari_neuron.units import Microsiemens, Milliseconds, Millivolts, Nanoamperes


class CurrentPulse(Spec):
    """A rectangular current injected into the cell (NEURON's IClamp); positive depolarises."""

    kind: Literal["current_pulse"] = "current_pulse"
    cell: str | None = None
    nodes: tuple[int, ...] = Field(min_length=1)
    delay: Milliseconds = Field(default=10.0, ge=0)
    duration: Milliseconds = Field(default=100.0, gt=0)
    amplitude: Nanoamperes = Field(default=0.1, ge=-1e6, le=1e6)


class AlphaSynapse(Spec):
    """One transient g = gmax (t - onset)/tau exp(1 - (t - onset)/tau): NEURON's AlphaSynapse."""

    kind: Literal["alpha_synapse"] = "alpha_synapse"
    cell: str | None = None
    nodes: tuple[int, ...] = Field(min_length=1)
    onset: Milliseconds = Field(default=10.0, ge=0)
    tau: Milliseconds = Field(default=0.1, gt=0)
    gmax: Microsiemens = Field(default=0.001, ge=0, le=1e6)
    e: Millivolts = Field(default=0.0, ge=-1000, le=1000)


class Exp2Synapse(Spec):
    """A synapse with a rise and a decay time (Exp2Syn) driven by a spike train (NetStim).

    Every node gets a synapse and a train of its own. With ``noise`` above 0 intervals are partly
    random; the random streams are Random123 streams fixed by ``seed``, so a run can be repeated.

    Attributes
    ----------
    tau1, tau2
        Rise and decay time of the conductance; tau1 < tau2.
    weight
        Peak conductance of one event.
    delay
        From an event of the train to the synapse.
    start, number, interval
        Time of the first event, number of events, and (mean) time between them.
    noise
        0 regular to 1 Poisson-like.
    """

    kind: Literal["exp2_synapse"] = "exp2_synapse"
    cell: str | None = None
    nodes: tuple[int, ...] = Field(min_length=1)
    tau1: Milliseconds = Field(default=0.5, gt=0)
    tau2: Milliseconds = Field(default=2.0, gt=0)
    e: Millivolts = Field(default=0.0, ge=-1000, le=1000)
    weight: Microsiemens = Field(default=0.001, ge=0, le=1e6)
    delay: Milliseconds = Field(default=0.0, ge=0)
    start: Milliseconds = Field(default=10.0, ge=0)
    number: int = Field(default=10, ge=1, le=10**9)
    interval: Milliseconds = Field(default=10.0, gt=0)
    noise: float = Field(default=0.0, ge=0, le=1)
    seed: int = Field(default=1, ge=0, lt=2**32)


Stimulus = Annotated[CurrentPulse | AlphaSynapse | Exp2Synapse, Field(discriminator="kind")]
