"""Recorders: what to keep at a node, under a name."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from napari_neuron.spec.base import Spec
from napari_neuron.units import Milliseconds, Millivolts


class PlacedRecorder(Spec):
    """Something that watches one node.

    Attributes
    ----------
    label
        Its name; no two traces, and no two spike detectors, may have the same.
    cell
        Name of the cell; None for the only one.
    node
        Id of the node.
    enabled
        False leaves it out of runs without deleting it.
    """

    label: str = Field(min_length=1)
    cell: str | None = None
    node: int
    enabled: bool = True


class TraceRecorder(PlacedRecorder):
    """A recorder that keeps a value over time.

    Attributes
    ----------
    interval
        Time between samples, ms, a multiple of dt; 0: every time step.
    """

    interval: Milliseconds = Field(default=0.0, ge=0)


class VoltageRecorder(TraceRecorder):
    """The membrane potential at a node."""

    kind: Literal["voltage"] = "voltage"


class VariableRecorder(TraceRecorder):
    """Any membrane variable at a node.

    Also takes ``label``, ``node``, ``cell``, ``enabled`` and ``interval`` (ms).

    Attributes
    ----------
    variable
        NEURON's name: a parameter or state of a mechanism ("gna_hh", "m_hh"), an ionic current
        ("ina"), a concentration ("cai") or reversal potential ("ena"), "i_cap", or "i_membrane_",
        the total membrane current of the compartment.
    """

    kind: Literal["range_variable"] = "range_variable"
    variable: str = Field(default="i_membrane_", min_length=1)


class ProcessRecorder(TraceRecorder):
    """A variable of something placed at the node, such as a clamp's current or a conductance.

    Also takes ``label``, ``node``, ``cell``, ``enabled`` and ``interval`` (ms).

    Attributes
    ----------
    stimulus
        The label of the stimulus.
    variable
        "i" (a current), "g" (the conductance of a synapse), or another of its variables.
    copy_number
        Which copy, from 0, if the stimulus names the node several times.
    """

    kind: Literal["process_variable"] = "process_variable"
    stimulus: str = Field(min_length=1)
    variable: str = Field(default="i", min_length=1)
    copy_number: int = Field(default=0, ge=0)


class SpikeDetector(PlacedRecorder):
    """The times at which the membrane potential at a node crosses ``threshold``.

    Also takes ``label``, ``node``, ``cell`` and ``enabled``.

    Attributes
    ----------
    threshold
        Threshold, mV.
    direction
        From below (rising) or from above (falling).
    refractory
        Crossings within this time after a spike are ignored, ms.
    """

    kind: Literal["spikes"] = "spikes"
    threshold: Millivolts = Field(default=-20.0, ge=-1000, le=1000)
    direction: Literal["rising", "falling"] = "rising"
    refractory: Milliseconds = Field(default=0.0, ge=0)


Recorder = Annotated[
    VoltageRecorder | VariableRecorder | ProcessRecorder | SpikeDetector,
    Field(discriminator="kind"),
]
