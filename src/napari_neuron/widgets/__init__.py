"""The dock widgets; each is imported only when it is opened."""

from __future__ import annotations

from importlib import import_module
from typing import Any

_HOME = {
    "DisplayWidget": "display",
    "GetNeuronWidget": "get_neuron",
    "NetworkActivityWidget": "network_activity",
    "NetworkWidget": "network",
    "ProtocolsWidget": "protocols",
    "SimulationWidget": "simulation",
    "TracesWidget": "traces",
}

__all__ = [
    "DisplayWidget",
    "GetNeuronWidget",
    "NetworkActivityWidget",
    "NetworkWidget",
    "ProtocolsWidget",
    "SimulationWidget",
    "TracesWidget",
]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(f"napari_neuron.widgets.{_HOME[name]}"), name)
    raise AttributeError(f"module 'napari_neuron.widgets' has no attribute {name!r}")
