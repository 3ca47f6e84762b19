"""Stimuli: everything placed at nodes that acts on the membrane there."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from napari_neuron.spec.clamp import PointLeak, VoltageClamp, VoltageWaveform
from napari_neuron.spec.current import (
    CurrentChirp,
    CurrentNoise,
    CurrentPulse,
    CurrentPulseTrain,
    CurrentRamp,
    CurrentSine,
    CurrentWaveform,
)
from napari_neuron.spec.synapse import AlphaSynapse, Exp2Synapse, PointProcess, Synapse

Stimulus = Annotated[
    CurrentPulse
    | CurrentPulseTrain
    | CurrentRamp
    | CurrentSine
    | CurrentChirp
    | CurrentNoise
    | CurrentWaveform
    | VoltageClamp
    | VoltageWaveform
    | PointLeak
    | AlphaSynapse
    | Exp2Synapse
    | Synapse
    | PointProcess,
    Field(discriminator="kind"),
]
