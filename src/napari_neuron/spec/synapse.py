"""Synapses: conductances and what drives them; and any other point process of NEURON."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from napari_neuron.errors import ExperimentError
from napari_neuron.spec.base import Spec
from napari_neuron.spec.events import Events, EventTrain, SpikeTrains
from napari_neuron.spec.placed import Placed
from napari_neuron.units import Microsiemens, Milliseconds, Millivolts


class ProcessParameter(Spec):
    """One parameter of a point process; you can write it as a pair of name and value.

    Attributes
    ----------
    name
        NEURON's name; an element of an array is ``dur[0]``.
    value
        In NEURON's unit.
    """

    name: str = Field(min_length=1, pattern=r"^[A-Za-z_]\w*(\[\d+\])?$")
    value: float


def _from_pair(given: Any) -> Any:
    if isinstance(given, tuple | list) and len(given) == 2:
        return {"name": given[0], "value": given[1]}
    return given


Parameters = tuple[Annotated[ProcessParameter, BeforeValidator(_from_pair)], ...]


def require_each_once(parameters: Parameters) -> None:
    """Refuse a parameter that is given twice.

    Raises
    ------
    ExperimentError
        Names the second.
    """
    names = [parameter.name for parameter in parameters]
    for index, name in enumerate(names):
        if name in names[:index]:
            raise ExperimentError(f"parameters[{index}].name", f"{name!r} is given twice")


class AlphaSynapse(Placed):
    """One transient g = gmax (t - onset)/tau exp(1 - (t - onset)/tau): NEURON's AlphaSynapse.

    The alpha function is that of Rall (1967), J. Neurophysiol. 30:1138. Also takes the attributes
    of `Placed`: ``nodes``, ``cell``, ``label`` and ``enabled``.

    Attributes
    ----------
    onset
        Start time, ms.
    tau
        Time from the onset to the peak, ms.
    gmax
        Peak conductance, µS.
    e
        Reversal potential, mV.
    """

    kind: Literal["alpha_synapse"] = "alpha_synapse"
    onset: Milliseconds = Field(default=10.0, ge=0)
    tau: Milliseconds = Field(default=0.1, gt=0)
    gmax: Microsiemens = Field(default=0.001, ge=0, le=1e6)
    e: Millivolts = Field(default=0.0, ge=-1000, le=1000)


class Exp2Synapse(Placed):
    """A synapse with a rise and a decay time (Exp2Syn) driven by a spike train (NetStim).

    Each node gets its own synapse and its own train. With ``noise`` above 0, intervals are partly
    random, from Random123 streams set by ``seed``, so that a run can be repeated. For other
    conductances and events, use `Synapse`. Also takes the attributes of `Placed`: ``nodes``,
    ``cell``, ``label`` and ``enabled``.

    Attributes
    ----------
    tau1, tau2
        Rise and decay time of the conductance, ms; tau1 < tau2.
    e
        Reversal potential, mV.
    weight
        Peak conductance of one event, µS.
    delay
        Delay from an event of the train to the synapse, ms.
    start, number, interval
        Time of the first event (ms; with noise it comes ``noise * interval`` later on average),
        number of events, and (mean) time between them (ms).
    noise
        From 0 (regular) to 1 (Poisson-like).
    seed
        Seed of the noise.
    """

    kind: Literal["exp2_synapse"] = "exp2_synapse"
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


class ExpConductance(Spec):
    """An instant rise and an exponential decay (NEURON's ExpSyn).

    Attributes
    ----------
    tau
        Decay time, ms.
    e
        Reversal potential, mV.
    """

    kind: Literal["exp"] = "exp"
    tau: Milliseconds = Field(default=2.0, gt=0)
    e: Millivolts = Field(default=0.0, ge=-1000, le=1000)


class Exp2Conductance(Spec):
    """Exponential rise and decay (NEURON's Exp2Syn).

    Attributes
    ----------
    tau1, tau2
        Rise and decay time, ms; tau1 < tau2.
    e
        Reversal potential, mV.
    """

    kind: Literal["exp2"] = "exp2"
    tau1: Milliseconds = Field(default=0.5, gt=0)
    tau2: Milliseconds = Field(default=2.0, gt=0)
    e: Millivolts = Field(default=0.0, ge=-1000, le=1000)

    @model_validator(mode="after")
    def _rises_before_it_decays(self) -> Self:
        if self.tau1 >= self.tau2:
            raise ExperimentError(
                "tau1",
                f"the rise time ({self.tau1:g} ms) must be shorter than the decay time "
                f"({self.tau2:g} ms)",
            )
        return self


class MechanismConductance(Spec):
    """Any point process, built in or from a MOD file, that has a NET_RECEIVE block.

    Attributes
    ----------
    mechanism
        NEURON's name of the point process.
    parameters
        Names and values; the others keep their defaults.
    """

    kind: Literal["mechanism_conductance"] = "mechanism_conductance"
    mechanism: str = Field(min_length=1)
    parameters: Parameters = ()

    @model_validator(mode="after")
    def _names_each_parameter_once(self) -> Self:
        require_each_once(self.parameters)
        return self


Conductance = Annotated[
    ExpConductance | Exp2Conductance | MechanismConductance, Field(discriminator="kind")
]


class Synapse(Placed):
    """A synapse at each node, and the events that drive it.

    Also takes the attributes of `Placed`: ``nodes``, ``cell``, ``label`` and ``enabled``.

    Attributes
    ----------
    conductance
        The conductance change caused by one event.
    events
        When events occur.
    weight
        Weight of one event, µS; for ExpSyn and Exp2Syn, the peak conductance.
    delay
        Delay from an event to the synapse, ms.
    shared
        Whether all nodes share one train instead of having independent ones.
    weights, delays
        One number per node instead of ``weight`` and ``delay``; empty: the same for all.
    train_of
        For each node, the number of the train that drives it: nodes with the same number share a
        train, the others have independent ones. Empty: as ``shared`` says. For `SpikeTrains`, the
        index of the train.
    """

    kind: Literal["synapse"] = "synapse"
    conductance: Conductance = Field(default_factory=Exp2Conductance)
    events: Events = Field(default_factory=EventTrain)
    weight: Microsiemens = Field(default=0.001, ge=-1e6, le=1e6)
    delay: Milliseconds = Field(default=0.0, ge=0)
    shared: bool = False
    weights: tuple[Annotated[Microsiemens, Field(ge=-1e6, le=1e6)], ...] = ()
    delays: tuple[Annotated[Milliseconds, Field(ge=0)], ...] = ()
    train_of: tuple[Annotated[int, Field(ge=0, lt=2**31)], ...] = ()

    @model_validator(mode="after")
    def _has_one_of_each_for_every_node(self) -> Self:
        for field in ("weights", "delays", "train_of"):
            given = len(getattr(self, field))
            if given not in (0, len(self.nodes)):
                raise ExperimentError(
                    field, f"there are {given} for {len(self.nodes)} nodes; give one for each"
                )
        if self.shared and self.train_of:
            raise ExperimentError("train_of", "all nodes share one train; give only one")
        if isinstance(self.events, SpikeTrains):
            self._require_trains(len(self.events.trains))
        return self

    def _require_trains(self, there: int) -> None:
        if self.train_of and max(self.train_of) >= there:
            raise ExperimentError(
                "train_of",
                f"there are {there} trains, numbered from 0; there is no train "
                f"{max(self.train_of)}",
            )
        if not self.train_of and not self.shared and there != len(self.nodes):
            raise ExperimentError(
                "events.trains",
                f"there are {there} for {len(self.nodes)} nodes; say in train_of which train "
                f"drives which node, or give one per node",
            )


class PointProcess(Placed):
    """Any point process, built in or from a MOD file, one at each node.

    For one that needs events, use a `Synapse` with a `MechanismConductance`. Also takes the
    attributes of `Placed`: ``nodes``, ``cell``, ``label`` and ``enabled``.

    Attributes
    ----------
    mechanism
        NEURON's name: "IClamp", "OClamp", "APCount" ...
    parameters
        Names and values in NEURON's units, such as ``(("del", 10.0), ("dur", 5.0))``; an element of
        an array is ``"dur[0]"``. The others keep their defaults.
    """

    kind: Literal["point_process"] = "point_process"
    mechanism: str = Field(min_length=1)
    parameters: Parameters = ()

    @model_validator(mode="after")
    def _names_each_parameter_once(self) -> Self:
        require_each_once(self.parameters)
        return self
