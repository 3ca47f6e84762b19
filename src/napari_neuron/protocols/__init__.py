"""Protocols: series of runs that measure a cell, and what they say.

A protocol is a frozen spec with two pure functions: `plan` makes the experiments that are still to
be run, `evaluate` says what those that were run mean. `run_protocol` carries one out.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

_PUBLIC = {
    "AnyProtocol": "kinds",
    "ConvergenceCheck": "convergence",
    "FICurve": "f_i_curve",
    "Outcome": "outcome",
    "Protocol": "base",
    "ProtocolResult": "run",
    "StepResponses": "step_responses",
    "SynapseThreshold": "synapse_threshold",
    "TransferResistance": "transfer",
    "run_protocol": "run",
}

__all__ = sorted(_PUBLIC)

if TYPE_CHECKING:
    from napari_neuron.protocols.base import Protocol as Protocol
    from napari_neuron.protocols.convergence import ConvergenceCheck as ConvergenceCheck
    from napari_neuron.protocols.f_i_curve import FICurve as FICurve
    from napari_neuron.protocols.kinds import AnyProtocol as AnyProtocol
    from napari_neuron.protocols.outcome import Outcome as Outcome
    from napari_neuron.protocols.run import ProtocolResult as ProtocolResult
    from napari_neuron.protocols.run import run_protocol as run_protocol
    from napari_neuron.protocols.step_responses import StepResponses as StepResponses
    from napari_neuron.protocols.synapse_threshold import SynapseThreshold as SynapseThreshold
    from napari_neuron.protocols.transfer import TransferResistance as TransferResistance


def __getattr__(name: str) -> Any:
    if name in _PUBLIC:
        return getattr(import_module(f"napari_neuron.protocols.{_PUBLIC[name]}"), name)
    raise AttributeError(f"module 'napari_neuron.protocols' has no attribute {name!r}")
