"""Stimuli of point networks: trains, background noise, given times. All randomness has a seed."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from napari_neuron.spec.base import Spec
from napari_neuron.spec.events import FromStartToStop
from napari_neuron.spec.placed import require_ascending
from napari_neuron.units import Hertz, Milliseconds

NeuronId = int | str


class ForNeurons(Spec):
    """Something for some neurons of a network, chosen by id or by group.

    Attributes
    ----------
    neurons
        Ids of neurons.
    groups
        Names of groups. If neither is given, all neurons.
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
        Weight of each event.
    """

    label: str = ""
    enabled: bool = True
    weight: float = Field(default=1.0)


class TrainStimulus(FromStartToStop, _NetworkStimulus):
    """A train of events to some neurons.

    Also takes ``neurons``, ``groups``, ``label`` and ``enabled``.

    Attributes
    ----------
    frequency
        Events per second, Hz.
    start, stop
        The first regular event is at ``start``, and there is none at ``stop`` or later, ms.
    randomness
        From 0 (regular) to 1 (Poisson): the fraction of each interval that is exponentially
        distributed.
    independent
        Whether each neuron has its own train; otherwise all get the same events.
    weight
        Weight of each event; 1 brings IntFire1 and IntFire4 from rest to threshold.
    seed
        Seed of the events.
    """

    kind: Literal["train"] = "train"
    frequency: Hertz = Field(default=100.0, gt=0, le=1e6)
    start: Milliseconds = Field(default=100.0, ge=0)
    randomness: float = Field(default=0.0, ge=0, le=1)
    independent: bool = True
    seed: int = Field(default=1, ge=0, lt=2**32)


class BackgroundNoise(_NetworkStimulus):
    """Random events for the whole run.

    Also takes ``neurons``, ``groups``, ``label`` and ``enabled``.

    Attributes
    ----------
    frequency
        Mean number of events per second, Hz.
    randomness
        From 0 (regular) to 1 (Poisson process).
    independent
        Whether each neuron has its own noise.
    weight
        Weight of each event.
    seed
        Seed of the events.
    """

    kind: Literal["background_noise"] = "background_noise"
    frequency: Hertz = Field(default=10.0, gt=0, le=1e6)
    randomness: float = Field(default=1.0, ge=0, le=1)
    independent: bool = True
    seed: int = Field(default=1, ge=0, lt=2**32)


class GivenSpikes(_NetworkStimulus):
    """Events at listed times, to each chosen neuron.

    Also takes ``neurons``, ``groups``, ``label`` and ``enabled``.

    Attributes
    ----------
    times
        ms, in order.
    weight
        Weight of each event.
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
