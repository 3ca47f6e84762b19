"""napari-neuron: simulate a traced neuron with NEURON and watch the voltage spread over it.

All public names can be imported from here; heavy modules are loaded only when used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_PUBLIC = {
    "AlphaSynapse": "spec",
    "CableProperties": "spec",
    "CellSource": "spec",
    "CurrentPulse": "spec",
    "CurrentChirp": "spec",
    "CurrentNoise": "spec",
    "CurrentPulseTrain": "spec",
    "CurrentRamp": "spec",
    "CurrentSine": "spec",
    "CurrentWaveform": "spec",
    "EventTrain": "spec",
    "Exp2Conductance": "spec",
    "ExpConductance": "spec",
    "MechanismConductance": "spec",
    "NodeSpikes": "spec",
    "ChemicalSynapses": "spec",
    "GapJunctions": "spec",
    "circuit_table": "compile.circuit_table",
    "connect": "compile.circuit",
    "match_connectors": "compile.circuit",
    "PointLeak": "spec",
    "PointProcess": "spec",
    "PoissonEvents": "spec",
    "ProcessParameter": "spec",
    "ProcessRecorder": "spec",
    "RegularEvents": "spec",
    "SpikeTimes": "spec",
    "SpikeTrains": "spec",
    "SynapsesFromPoints": "spec",
    "SynapsesOntoPoints": "spec",
    "Synapse": "spec",
    "VariableRecorder": "spec",
    "VoltageClamp": "spec",
    "VoltageStep": "spec",
    "VoltageWaveform": "spec",
    "DLambda": "spec",
    "Everywhere": "spec",
    "Exp2Synapse": "spec",
    "Experiment": "spec",
    "HodgkinHuxley": "spec",
    "Labelled": "spec",
    "MaximumLength": "spec",
    "Passive": "spec",
    "PickedNodes": "spec",
    "RunSettings": "spec",
    "AllOf": "spec",
    "AnyOf": "spec",
    "BranchOrder": "spec",
    "NoneOf": "spec",
    "PathDistance": "spec",
    "RadiusRange": "spec",
    "Subtree": "spec",
    "DensityMechanism": "spec",
    "Ions": "spec",
    "IonStyle": "spec",
    "Parameter": "spec",
    "Exponential": "spec",
    "Gaussian": "spec",
    "Linear": "spec",
    "Sigmoid": "spec",
    "StepAt": "spec",
    "Table": "spec",
    "table_from_csv": "spec",
    "Preset": "spec",
    "compile_mod_files": "engine",
    "read_catalogue": "engine",
    "measure_kinetics": "engine",
    "region_summary": "compile.regions",
    "compiled_values": "compile.values",
    "SpikeDetector": "spec",
    "SwcTypes": "spec",
    "VoltageRecorder": "spec",
    "Morphology": "morphology",
    "check": "morphology",
    "label_axon_dendrite": "morphology",
    "read_morphologies": "morphology",
    "read_morphology": "morphology",
    "ConstantRadius": "spec",
    "FloorRadii": "spec",
    "InterpolateRadii": "spec",
    "JoinTrees": "spec",
    "KeepBiggestTree": "spec",
    "MapTypes": "spec",
    "MarkSoma": "spec",
    "MergeCoincident": "spec",
    "Move": "spec",
    "PruneTwigs": "spec",
    "Reroot": "spec",
    "Resample": "spec",
    "SetUnit": "spec",
    "SmoothRadii": "spec",
    "TypeChange": "spec",
    "repair": "compile.repair",
    "skeletonise": "morphology.from_labels",
    "ball_and_stick": "morphology.simple_cells",
    "single_compartment": "morphology.simple_cells",
    "straight_cable": "morphology.simple_cells",
    "y_shaped": "morphology.simple_cells",
    "SynapseTable": "compile.synapse_table",
    "read_synapses": "compile.read_synapses",
    "write_swc": "morphology",
    "SimulationResult": "result",
    "Trace": "result",
    "save_nwb": "result.nwb",
    "BlowUpError": "errors",
    "DatabaseError": "errors",
    "EngineCrashed": "errors",
    "ExperimentError": "errors",
    "ModFileError": "errors",
    "ModProblem": "errors",
    "ModFile": "spec",
    "MorphologyError": "errors",
    "NapariNeuronError": "errors",
    "NeuronNotAvailable": "errors",
    "SimulationError": "errors",
    "SkeletonFileError": "errors",
    "SwcError": "errors",
    "simulate": "engine",
    "script_of": "script",
    "save_script": "script",
    "simulate_many": "engine.sweep",
    "run_protocol": "protocols",
    "FICurve": "protocols",
    "StepResponses": "protocols",
    "SynapseThreshold": "protocols",
    "TransferResistance": "protocols",
    "ConvergenceCheck": "protocols",
    "ProtocolResult": "protocols",
    "PointNetwork": "spec.point_network",
    "PointNeurons": "spec.point_network",
    "NetworkRun": "spec.point_network",
    "IntFire1": "spec.point_models",
    "IntFire2": "spec.point_models",
    "IntFire4": "spec.point_models",
    "TrainStimulus": "spec.network_stimulus",
    "BackgroundNoise": "spec.network_stimulus",
    "GivenSpikes": "spec.network_stimulus",
    "NetworkResult": "result.network",
    "simulate_network": "engine.network_run",
    "show_network": "view.network.network_layers",
    "show": "view",
    "film": "view",
    "FilmError": "errors",
    "WindowNotAvailable": "errors",
}

__all__ = ["__version__", *sorted(_PUBLIC)]

if TYPE_CHECKING:
    from napari_neuron.compile.circuit import connect as connect
    from napari_neuron.compile.circuit import match_connectors as match_connectors
    from napari_neuron.compile.circuit_table import circuit_table as circuit_table
    from napari_neuron.compile.read_synapses import read_synapses as read_synapses
    from napari_neuron.compile.regions import region_summary as region_summary
    from napari_neuron.compile.repair import repair as repair
    from napari_neuron.compile.synapse_table import SynapseTable as SynapseTable
    from napari_neuron.compile.values import compiled_values as compiled_values
    from napari_neuron.engine import compile_mod_files as compile_mod_files
    from napari_neuron.engine import measure_kinetics as measure_kinetics
    from napari_neuron.engine import read_catalogue as read_catalogue
    from napari_neuron.engine import simulate as simulate
    from napari_neuron.engine.network_run import simulate_network as simulate_network
    from napari_neuron.engine.sweep import simulate_many as simulate_many
    from napari_neuron.errors import BlowUpError as BlowUpError
    from napari_neuron.errors import DatabaseError as DatabaseError
    from napari_neuron.errors import EngineCrashed as EngineCrashed
    from napari_neuron.errors import ExperimentError as ExperimentError
    from napari_neuron.errors import FilmError as FilmError
    from napari_neuron.errors import ModFileError as ModFileError
    from napari_neuron.errors import ModProblem as ModProblem
    from napari_neuron.errors import MorphologyError as MorphologyError
    from napari_neuron.errors import NapariNeuronError as NapariNeuronError
    from napari_neuron.errors import NeuronNotAvailable as NeuronNotAvailable
    from napari_neuron.errors import SimulationError as SimulationError
    from napari_neuron.errors import SkeletonFileError as SkeletonFileError
    from napari_neuron.errors import SwcError as SwcError
    from napari_neuron.errors import WindowNotAvailable as WindowNotAvailable
    from napari_neuron.morphology import Morphology as Morphology
    from napari_neuron.morphology import check as check
    from napari_neuron.morphology import label_axon_dendrite as label_axon_dendrite
    from napari_neuron.morphology import read_morphologies as read_morphologies
    from napari_neuron.morphology import read_morphology as read_morphology
    from napari_neuron.morphology import write_swc as write_swc
    from napari_neuron.morphology.from_labels import skeletonise as skeletonise
    from napari_neuron.morphology.simple_cells import ball_and_stick as ball_and_stick
    from napari_neuron.morphology.simple_cells import single_compartment as single_compartment
    from napari_neuron.morphology.simple_cells import straight_cable as straight_cable
    from napari_neuron.morphology.simple_cells import y_shaped as y_shaped
    from napari_neuron.protocols import ConvergenceCheck as ConvergenceCheck
    from napari_neuron.protocols import FICurve as FICurve
    from napari_neuron.protocols import ProtocolResult as ProtocolResult
    from napari_neuron.protocols import StepResponses as StepResponses
    from napari_neuron.protocols import SynapseThreshold as SynapseThreshold
    from napari_neuron.protocols import TransferResistance as TransferResistance
    from napari_neuron.protocols import run_protocol as run_protocol
    from napari_neuron.result import SimulationResult as SimulationResult
    from napari_neuron.result import Trace as Trace
    from napari_neuron.result.network import NetworkResult as NetworkResult
    from napari_neuron.result.nwb import save_nwb as save_nwb
    from napari_neuron.script import save_script as save_script
    from napari_neuron.script import script_of as script_of
    from napari_neuron.spec import AllOf as AllOf
    from napari_neuron.spec import AlphaSynapse as AlphaSynapse
    from napari_neuron.spec import AnyOf as AnyOf
    from napari_neuron.spec import BranchOrder as BranchOrder
    from napari_neuron.spec import CableProperties as CableProperties
    from napari_neuron.spec import CellSource as CellSource
    from napari_neuron.spec import ChemicalSynapses as ChemicalSynapses
    from napari_neuron.spec import ConstantRadius as ConstantRadius
    from napari_neuron.spec import CurrentChirp as CurrentChirp
    from napari_neuron.spec import CurrentNoise as CurrentNoise
    from napari_neuron.spec import CurrentPulse as CurrentPulse
    from napari_neuron.spec import CurrentPulseTrain as CurrentPulseTrain
    from napari_neuron.spec import CurrentRamp as CurrentRamp
    from napari_neuron.spec import CurrentSine as CurrentSine
    from napari_neuron.spec import CurrentWaveform as CurrentWaveform
    from napari_neuron.spec import DensityMechanism as DensityMechanism
    from napari_neuron.spec import DLambda as DLambda
    from napari_neuron.spec import EventTrain as EventTrain
    from napari_neuron.spec import Everywhere as Everywhere
    from napari_neuron.spec import Exp2Conductance as Exp2Conductance
    from napari_neuron.spec import Exp2Synapse as Exp2Synapse
    from napari_neuron.spec import ExpConductance as ExpConductance
    from napari_neuron.spec import Experiment as Experiment
    from napari_neuron.spec import Exponential as Exponential
    from napari_neuron.spec import FloorRadii as FloorRadii
    from napari_neuron.spec import GapJunctions as GapJunctions
    from napari_neuron.spec import Gaussian as Gaussian
    from napari_neuron.spec import HodgkinHuxley as HodgkinHuxley
    from napari_neuron.spec import InterpolateRadii as InterpolateRadii
    from napari_neuron.spec import Ions as Ions
    from napari_neuron.spec import IonStyle as IonStyle
    from napari_neuron.spec import JoinTrees as JoinTrees
    from napari_neuron.spec import KeepBiggestTree as KeepBiggestTree
    from napari_neuron.spec import Labelled as Labelled
    from napari_neuron.spec import Linear as Linear
    from napari_neuron.spec import MapTypes as MapTypes
    from napari_neuron.spec import MarkSoma as MarkSoma
    from napari_neuron.spec import MaximumLength as MaximumLength
    from napari_neuron.spec import MechanismConductance as MechanismConductance
    from napari_neuron.spec import MergeCoincident as MergeCoincident
    from napari_neuron.spec import ModFile as ModFile
    from napari_neuron.spec import Move as Move
    from napari_neuron.spec import NodeSpikes as NodeSpikes
    from napari_neuron.spec import NoneOf as NoneOf
    from napari_neuron.spec import Parameter as Parameter
    from napari_neuron.spec import Passive as Passive
    from napari_neuron.spec import PathDistance as PathDistance
    from napari_neuron.spec import PickedNodes as PickedNodes
    from napari_neuron.spec import PointLeak as PointLeak
    from napari_neuron.spec import PointProcess as PointProcess
    from napari_neuron.spec import PoissonEvents as PoissonEvents
    from napari_neuron.spec import Preset as Preset
    from napari_neuron.spec import ProcessParameter as ProcessParameter
    from napari_neuron.spec import ProcessRecorder as ProcessRecorder
    from napari_neuron.spec import PruneTwigs as PruneTwigs
    from napari_neuron.spec import RadiusRange as RadiusRange
    from napari_neuron.spec import RegularEvents as RegularEvents
    from napari_neuron.spec import Reroot as Reroot
    from napari_neuron.spec import Resample as Resample
    from napari_neuron.spec import RunSettings as RunSettings
    from napari_neuron.spec import SetUnit as SetUnit
    from napari_neuron.spec import Sigmoid as Sigmoid
    from napari_neuron.spec import SmoothRadii as SmoothRadii
    from napari_neuron.spec import SpikeDetector as SpikeDetector
    from napari_neuron.spec import SpikeTimes as SpikeTimes
    from napari_neuron.spec import SpikeTrains as SpikeTrains
    from napari_neuron.spec import StepAt as StepAt
    from napari_neuron.spec import Subtree as Subtree
    from napari_neuron.spec import SwcTypes as SwcTypes
    from napari_neuron.spec import Synapse as Synapse
    from napari_neuron.spec import SynapsesFromPoints as SynapsesFromPoints
    from napari_neuron.spec import SynapsesOntoPoints as SynapsesOntoPoints
    from napari_neuron.spec import Table as Table
    from napari_neuron.spec import TypeChange as TypeChange
    from napari_neuron.spec import VariableRecorder as VariableRecorder
    from napari_neuron.spec import VoltageClamp as VoltageClamp
    from napari_neuron.spec import VoltageRecorder as VoltageRecorder
    from napari_neuron.spec import VoltageStep as VoltageStep
    from napari_neuron.spec import VoltageWaveform as VoltageWaveform
    from napari_neuron.spec import table_from_csv as table_from_csv
    from napari_neuron.spec.network_stimulus import BackgroundNoise as BackgroundNoise
    from napari_neuron.spec.network_stimulus import GivenSpikes as GivenSpikes
    from napari_neuron.spec.network_stimulus import TrainStimulus as TrainStimulus
    from napari_neuron.spec.point_models import IntFire1 as IntFire1
    from napari_neuron.spec.point_models import IntFire2 as IntFire2
    from napari_neuron.spec.point_models import IntFire4 as IntFire4
    from napari_neuron.spec.point_network import NetworkRun as NetworkRun
    from napari_neuron.spec.point_network import PointNetwork as PointNetwork
    from napari_neuron.spec.point_network import PointNeurons as PointNeurons
    from napari_neuron.view import film as film
    from napari_neuron.view import show as show
    from napari_neuron.view.network.network_layers import show_network as show_network


def __getattr__(name: str) -> Any:
    if name in _PUBLIC:
        return getattr(import_module(f"napari_neuron.{_PUBLIC[name]}"), name)
    raise AttributeError(f"module 'napari_neuron' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
