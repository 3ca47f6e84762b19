"""The dock widgets; imported only when one is opened."""

from __future__ import annotations

from importlib import import_module
from typing import Any

__all__ = ["NetworkActivityWidget", "NetworkWidget", "SimulationWidget", "TracesWidget"]

_HOME = {
    "NetworkActivityWidget": "network_activity",
    "NetworkWidget": "network",
    "SimulationWidget": "simulation",
    "TracesWidget": "traces",
}


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(f"napari_neuron.widgets.{_HOME[name]}"), name)
    raise AttributeError(f"module 'napari_neuron.widgets' has no attribute {name!r}")
