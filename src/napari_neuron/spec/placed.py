"""What everything placed at nodes has in common."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import Field

from napari_neuron.errors import ExperimentError
from napari_neuron.spec.base import Spec


class Placed(Spec):
    """Something placed at nodes of the skeleton, one copy at each named node.

    A node named twice gets two copies, just as two synapses at one node are two synapses.

    Attributes
    ----------
    cell
        Name of the cell; None for the only one.
    nodes
        Ids of the nodes.
    enabled
        False leaves it out of runs without deleting it.
    label
        A name; "" for none. A recorder of its current needs one.
    """

    cell: str | None = None
    nodes: tuple[int, ...] = Field(min_length=1)
    enabled: bool = True
    label: str = ""


def require_points(times: Sequence[float], values: Sequence[float], values_field: str) -> None:
    """Refuse a waveform that is not a function of time.

    Two equal times make a jump.

    Raises
    ------
    ExperimentError
        If the two are not of one length, or a time is before the one above it.
    """
    if len(times) != len(values):
        raise ExperimentError(
            values_field,
            f"there are {len(values)} values for {len(times)} times; one is needed for each",
        )
    require_ascending(times, "times")


def require_ascending(times: Sequence[float], field: str) -> None:
    """Refuse times that go back.

    Raises
    ------
    ExperimentError
        Names the first that does.
    """
    for index in range(1, len(times)):
        if times[index] < times[index - 1]:
            raise ExperimentError(
                f"{field}[{index}]",
                f"{times[index]:g} ms comes after {times[index - 1]:g} ms; put the times in order",
            )
