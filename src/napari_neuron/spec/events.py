"""Events that drive synapses. All randomness is set by a seed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from napari_neuron.errors import ExperimentError
from napari_neuron.spec.base import Spec
from napari_neuron.spec.csv_files import read_spike_times
from napari_neuron.spec.placed import require_ascending
from napari_neuron.units import Hertz, Milliseconds, Millivolts


class EventTrain(Spec):
    """A train of events: NEURON's NetStim with a Random123 stream.

    Attributes
    ----------
    start
        Time of the first event, ms; with noise it comes a random time later, of ``noise *
        interval`` on average.
    number
        Number of events.
    interval
        Time between two events (its mean, with noise), ms.
    noise
        From 0 (regular) to 1 (Poisson-like): the fraction of each interval that is exponentially
        distributed.
    seed
        Seed of the noise.
    """

    kind: Literal["event_train"] = "event_train"
    start: Milliseconds = Field(default=10.0, ge=0)
    number: int = Field(default=10, ge=1, le=10**9)
    interval: Milliseconds = Field(default=10.0, gt=0)
    noise: float = Field(default=0.0, ge=0, le=1)
    seed: int = Field(default=1, ge=0, lt=2**32)


class FromStartToStop(Spec):
    """Something that lasts from ``start`` to ``stop``, in that order."""

    start: Milliseconds = Field(default=0.0, ge=0)
    stop: Milliseconds = Field(default=1000.0, gt=0)

    @model_validator(mode="after")
    def _stops_after_it_starts(self) -> Self:
        if self.stop <= self.start:
            raise ExperimentError(
                "stop", f"{self.stop:g} ms is not after the start at {self.start:g} ms"
            )
        return self


class PoissonEvents(FromStartToStop):
    """Events of a Poisson process with constant rate.

    Attributes
    ----------
    rate
        Mean number of events per second, Hz.
    start, stop
        Events occur only between these times, ms.
    seed
        Seed of the events.
    """

    kind: Literal["poisson_events"] = "poisson_events"
    rate: Hertz = Field(default=20.0, gt=0, le=1e6)
    seed: int = Field(default=1, ge=0, lt=2**32)


class RegularEvents(FromStartToStop):
    """Evenly spaced events.

    Attributes
    ----------
    rate
        Events per second, Hz.
    start, stop
        The first event is at ``start``, and there is none after ``stop``, ms.
    """

    kind: Literal["regular_events"] = "regular_events"
    rate: Hertz = Field(default=20.0, gt=0, le=1e6)


class SpikeTimes(Spec):
    """Events at listed times; see `from_csv`.

    Attributes
    ----------
    times
        ms, in order; equal times make several events.
    """

    kind: Literal["spike_times"] = "spike_times"
    times: tuple[Annotated[Milliseconds, Field(ge=0)], ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _are_in_order(self) -> Self:
        require_ascending(self.times, "times")
        return self

    @classmethod
    def from_csv(cls, path: str | Path, *, time: str | int = 0) -> Self:
        """Read times (ms) from a column of a CSV file, by name or number from 0.

        Raises
        ------
        ExperimentError
            If the file is not what it should be; names file, line and column.
        OSError
            If it cannot be read.
        """
        return cls(times=read_spike_times(path, time=time)[0])


class SpikeTrains(Spec):
    """Events at listed times, with one list per train; see `from_csv`.

    Attributes
    ----------
    trains
        Times of each train, ms, in order. Train i drives node i of the synapse, or the nodes that
        give its index (from 0) in ``train_of``; if the synapse is ``shared``, the first train
        drives all nodes.
    """

    kind: Literal["spike_trains"] = "spike_trains"
    trains: tuple[tuple[Annotated[Milliseconds, Field(ge=0)], ...], ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _are_in_order(self) -> Self:
        for index, times in enumerate(self.trains):
            require_ascending(times, f"trains[{index}]")
        return self

    @classmethod
    def from_csv(cls, path: str | Path, *, time: str | int = 0, train: str | int = 1) -> Self:
        """Read times (ms) and the number of the train each belongs to from two columns.

        Trains come in the order of their numbers.

        Raises
        ------
        ExperimentError
            If the file is not what it should be; names file, line and column.
        OSError
            If it cannot be read.
        """
        return cls(trains=read_spike_times(path, time=time, train=train))


class NodeSpikes(Spec):
    """Events each time the voltage of a (presynaptic) node crosses a threshold from below.

    Attributes
    ----------
    source_cell
        Name of the cell the node belongs to; None for the only one.
    node
        Id of the node.
    threshold
        mV. NEURON keeps one threshold per place, so two `NodeSpikes` at one place must use the
        same.
    """

    kind: Literal["node_spikes"] = "node_spikes"
    source_cell: str | None = None
    node: int
    threshold: Millivolts = Field(default=-20.0, ge=-1000, le=1000)


Events = Annotated[
    EventTrain | PoissonEvents | RegularEvents | SpikeTimes | SpikeTrains | NodeSpikes,
    Field(discriminator="kind"),
]
