"""What an experiment is: frozen values that know no NEURON, no array and no window.

One noun per file. `Experiment` holds the rest; its JSON is what people share.
"""

from napari_neuron.spec.base import Spec
from napari_neuron.spec.cell import CellSource
from napari_neuron.spec.clamp import PointLeak, VoltageClamp, VoltageStep, VoltageWaveform
from napari_neuron.spec.current import (
    CurrentChirp,
    CurrentNoise,
    CurrentPulse,
    CurrentPulseTrain,
    CurrentRamp,
    CurrentSine,
    CurrentWaveform,
)
from napari_neuron.spec.discretisation import Discretisation, DLambda, MaximumLength
from napari_neuron.spec.events import (
    Events,
    EventTrain,
    NodeSpikes,
    PoissonEvents,
    RegularEvents,
    SpikeTimes,
    SpikeTrains,
)
from napari_neuron.spec.experiment import Experiment
from napari_neuron.spec.paint import CableProperties, HodgkinHuxley, Paint, Passive
from napari_neuron.spec.recorder import (
    ProcessRecorder,
    Recorder,
    SpikeDetector,
    TraceRecorder,
    VariableRecorder,
    VoltageRecorder,
)
from napari_neuron.spec.region import Everywhere, Labelled, PickedNodes, Region, SwcTypes
from napari_neuron.spec.run import RunSettings
from napari_neuron.spec.stimulus import Stimulus
from napari_neuron.spec.synapse import (
    AlphaSynapse,
    Conductance,
    Exp2Conductance,
    Exp2Synapse,
    ExpConductance,
    MechanismConductance,
    PointProcess,
    ProcessParameter,
    Synapse,
)

__all__ = [
    "AlphaSynapse",
    "CableProperties",
    "CellSource",
    "Conductance",
    "CurrentChirp",
    "CurrentNoise",
    "CurrentPulse",
    "CurrentPulseTrain",
    "CurrentRamp",
    "CurrentSine",
    "CurrentWaveform",
    "DLambda",
    "Discretisation",
    "EventTrain",
    "Events",
    "Everywhere",
    "Exp2Conductance",
    "Exp2Synapse",
    "ExpConductance",
    "Experiment",
    "HodgkinHuxley",
    "Labelled",
    "MaximumLength",
    "MechanismConductance",
    "NodeSpikes",
    "Paint",
    "Passive",
    "PickedNodes",
    "PointLeak",
    "PointProcess",
    "PoissonEvents",
    "ProcessParameter",
    "ProcessRecorder",
    "Recorder",
    "Region",
    "RegularEvents",
    "RunSettings",
    "Spec",
    "SpikeDetector",
    "SpikeTimes",
    "SpikeTrains",
    "Stimulus",
    "SwcTypes",
    "Synapse",
    "TraceRecorder",
    "VariableRecorder",
    "VoltageClamp",
    "VoltageRecorder",
    "VoltageStep",
    "VoltageWaveform",
]
