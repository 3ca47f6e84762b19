"""What drives point networks: trains, background noise, given times. All randomness has a seed."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from napari_neuron.spec.base import Spec
from napari_neuron.spec.events import FromStartToStop
from napari_neuron.spec.placed import require_ascending
from napari_neuron.units import Hertz, Milliseconds

NeuronId = int | str


class ForNeurons(Spec):
    """Something for some neurons of a network: those named, and those of the groups named.

    Attributes
    ----------
    neurons
        Ids.
    groups
        Names of groups. Where neither is given, all neurons are meant.
    """

    neurons: tuple[NeuronId, ...] = ()
    groups: tuple[str, ...] = ()


class _NetworkStimulus(ForNeurons):
    """Events to neurons.

    Attributes
    ----------
    label
        A name for it; "" for none.
    enabled
        False leaves it out of runs without deleting it.
    weight
        Of every event.
    """

    label: str = ""
    enabled: bool = True
    weight: float = Field(default=1.0)


class TrainStimulus(FromStartToStop, _NetworkStimulus):
    """A train of events to some neurons.

    Attributes
    ----------
    frequency
        Events per second, Hz.
    start, stop
        The first regular event is at ``start``, and none is at ``stop`` or later, ms.
    randomness
        0 regular to 1 Poisson: the part of every interval that is exponentially distributed.
    independent
        Whether every neuron has a train of its own; otherwise all get the same events.
    weight
        Of every event; 1 brings IntFire1 and IntFire4 from rest to threshold.
    seed
        Fixes the events.
    """

    kind: Literal["train"] = "train"
    frequency: Hertz = Field(default=100.0, gt=0, le=1e6)
    start: Milliseconds = Field(default=100.0, ge=0)
    randomness: float = Field(default=0.0, ge=0, le=1)
    independent: bool = True
    seed: int = Field(default=1, ge=0, lt=2**32)


class BackgroundNoise(_NetworkStimulus):
    """Random events from the beginning of the run to its end.

    Attributes
    ----------
    frequency
        Mean events per second, Hz.
    randomness
        1: a Poisson process; 0 would be regular.
    independent
        Whether every neuron has noise of its own.
    weight
        Of every event.
    seed
        Fixes the events.
    """

    kind: Literal["background_noise"] = "background_noise"
    frequency: Hertz = Field(default=10.0, gt=0, le=1e6)
    randomness: float = Field(default=1.0, ge=0, le=1)
    independent: bool = True
    seed: int = Field(default=1, ge=0, lt=2**32)


class GivenSpikes(_NetworkStimulus):
    """Events at listed times, to every neuron that is meant.

    Attributes
    ----------
    times
        ms, in order.
    weight
        Of every event.
    """

    kind: Literal["given_spikes"] = "given_spikes"
    times: tuple[Annotated[Milliseconds, Field(ge=0)], ...] = Field(default=(100.0,), min_length=1)

    @model_validator(mode="after")
    def _are_in_order(self) -> Self:
        require_ascending(self.times, "times")
        return self


NetworkStimulus = Annotated[
    TrainStimulus | BackgroundNoise | GivenSpikes, Field(discriminator="kind")
]
