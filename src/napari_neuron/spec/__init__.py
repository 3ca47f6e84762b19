"""What an experiment is: frozen values that know no NEURON, no array and no window.

One noun per file. `Experiment` holds the rest; its JSON is what people share.
"""

from napari_neuron.spec.base import Spec
from napari_neuron.spec.cell import CellSource
from napari_neuron.spec.discretisation import Discretisation, DLambda, MaximumLength
from napari_neuron.spec.experiment import Experiment
from napari_neuron.spec.paint import CableProperties, HodgkinHuxley, Paint, Passive
from napari_neuron.spec.recorder import Recorder, SpikeDetector, VoltageRecorder
from napari_neuron.spec.region import Everywhere, Labelled, PickedNodes, Region, SwcTypes
from napari_neuron.spec.run import RunSettings
from napari_neuron.spec.stimulus import AlphaSynapse, CurrentPulse, Exp2Synapse, Stimulus

__all__ = [
    "AlphaSynapse",
    "CableProperties",
    "CellSource",
    "CurrentPulse",
    "DLambda",
    "Discretisation",
    "Everywhere",
    "Exp2Synapse",
    "Experiment",
    "HodgkinHuxley",
    "Labelled",
    "MaximumLength",
    "Paint",
    "Passive",
    "PickedNodes",
    "Recorder",
    "Region",
    "RunSettings",
    "Spec",
    "SpikeDetector",
    "Stimulus",
    "SwcTypes",
    "VoltageRecorder",
]
