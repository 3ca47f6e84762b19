"""What an experiment is: frozen values that know no NEURON, no array and no window.

One noun per file. `Experiment` holds the rest; its JSON is what people share.
"""

from napari_neuron.spec.base import Spec
from napari_neuron.spec.cell import CellSource
from napari_neuron.spec.discretisation import Discretisation, DLambda, MaximumLength
from napari_neuron.spec.experiment import Experiment
from napari_neuron.spec.mod_file import ModFile
from napari_neuron.spec.paint import (
    CableProperties,
    DensityMechanism,
    HodgkinHuxley,
    Ions,
    IonStyle,
    Paint,
    Parameter,
    Passive,
)
from napari_neuron.spec.preset import Preset
from napari_neuron.spec.profile import (
    Exponential,
    Gaussian,
    Linear,
    Profile,
    Sigmoid,
    StepAt,
    Table,
    table_from_csv,
)
from napari_neuron.spec.recorder import Recorder, SpikeDetector, VoltageRecorder
from napari_neuron.spec.region import (
    AllOf,
    AnyOf,
    BranchOrder,
    Everywhere,
    Labelled,
    NoneOf,
    Origin,
    PathDistance,
    PickedNodes,
    RadiusRange,
    Region,
    Subtree,
    SwcTypes,
)
from napari_neuron.spec.run import RunSettings
from napari_neuron.spec.stimulus import AlphaSynapse, CurrentPulse, Exp2Synapse, Stimulus

__all__ = [
    "AllOf",
    "AlphaSynapse",
    "AnyOf",
    "BranchOrder",
    "CableProperties",
    "CellSource",
    "CurrentPulse",
    "DLambda",
    "DensityMechanism",
    "Discretisation",
    "Everywhere",
    "Exp2Synapse",
    "Experiment",
    "Exponential",
    "Gaussian",
    "HodgkinHuxley",
    "IonStyle",
    "Ions",
    "Labelled",
    "Linear",
    "MaximumLength",
    "ModFile",
    "NoneOf",
    "Origin",
    "Paint",
    "Parameter",
    "Passive",
    "PathDistance",
    "PickedNodes",
    "Preset",
    "Profile",
    "RadiusRange",
    "Recorder",
    "Region",
    "RunSettings",
    "Sigmoid",
    "Spec",
    "SpikeDetector",
    "StepAt",
    "Stimulus",
    "Subtree",
    "SwcTypes",
    "Table",
    "VoltageRecorder",
    "table_from_csv",
]
