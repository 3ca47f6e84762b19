"""Engines, which run compiled models; `simulate` and `Simulation` start them.

Modules are loaded only when used: the child process imports parts of this package with numpy and
NEURON only, and the parent never imports NEURON unless it simulates in-process.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

_PUBLIC = {
    "ChildEngine": "child_engine",
    "InProcessEngine": "in_process",
    "Simulation": "simulation",
    "compile_mod_files": "mod_build",
    "measure_kinetics": "kinetics",
    "read_catalogue": "catalogue",
    "simulate": "simulation",
}

__all__ = sorted(_PUBLIC)

if TYPE_CHECKING:
    from napari_neuron.engine.catalogue import read_catalogue as read_catalogue
    from napari_neuron.engine.child_engine import ChildEngine as ChildEngine
    from napari_neuron.engine.in_process import InProcessEngine as InProcessEngine
    from napari_neuron.engine.kinetics import measure_kinetics as measure_kinetics
    from napari_neuron.engine.mod_build import compile_mod_files as compile_mod_files
    from napari_neuron.engine.simulation import Simulation as Simulation
    from napari_neuron.engine.simulation import simulate as simulate


def __getattr__(name: str) -> Any:
    if name in _PUBLIC:
        return getattr(import_module(f"napari_neuron.engine.{_PUBLIC[name]}"), name)
    raise AttributeError(f"module 'napari_neuron.engine' has no attribute {name!r}")
