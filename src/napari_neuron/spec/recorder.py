"""Recorders: what is kept at full time resolution, at one node each, under a name."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from napari_neuron.spec.base import Spec
from napari_neuron.units import Millivolts


class VoltageRecorder(Spec):
    """The membrane potential at a node, at every time step."""

    kind: Literal["voltage"] = "voltage"
    label: str = Field(min_length=1)
    cell: str | None = None
    node: int


class SpikeDetector(Spec):
    """The times at which the membrane potential at a node crosses ``threshold`` from below."""

    kind: Literal["spikes"] = "spikes"
    label: str = Field(min_length=1)
    cell: str | None = None
    node: int
    threshold: Millivolts = Field(default=-20.0, ge=-1000, le=1000)


Recorder = Annotated[VoltageRecorder | SpikeDetector, Field(discriminator="kind")]
