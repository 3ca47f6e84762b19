"""What napari shows: skeleton layers and the voltage layer. Imported without napari."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__all__ = [
    "VoltageLayer",
    "add_voltage_layer",
    "jump_to_node",
    "make_voltage_layer",
    "marker_layer_data",
    "put_voltage_layer",
    "show",
    "show_in_layer",
    "skeleton_layer_data",
    "synapse_layer_data",
    "time_axis",
    "voltage_limits",
    "write_time",
]

_HOME = {
    "VoltageLayer": "voltage_layer",
    "add_voltage_layer": "showing",
    "jump_to_node": "navigation",
    "make_voltage_layer": "showing",
    "marker_layer_data": "skeleton_layers",
    "put_voltage_layer": "showing",
    "show": "showing",
    "show_in_layer": "showing",
    "skeleton_layer_data": "skeleton_layers",
    "synapse_layer_data": "skeleton_layers",
    "time_axis": "time_text",
    "voltage_limits": "colours",
    "write_time": "time_text",
}

if TYPE_CHECKING:
    from napari_neuron.view.colours import voltage_limits as voltage_limits
    from napari_neuron.view.navigation import jump_to_node as jump_to_node
    from napari_neuron.view.showing import add_voltage_layer as add_voltage_layer
    from napari_neuron.view.showing import make_voltage_layer as make_voltage_layer
    from napari_neuron.view.showing import put_voltage_layer as put_voltage_layer
    from napari_neuron.view.showing import show as show
    from napari_neuron.view.showing import show_in_layer as show_in_layer
    from napari_neuron.view.skeleton_layers import marker_layer_data as marker_layer_data
    from napari_neuron.view.skeleton_layers import skeleton_layer_data as skeleton_layer_data
    from napari_neuron.view.skeleton_layers import synapse_layer_data as synapse_layer_data
    from napari_neuron.view.time_text import time_axis as time_axis
    from napari_neuron.view.time_text import write_time as write_time
    from napari_neuron.view.voltage_layer import VoltageLayer as VoltageLayer


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(f"napari_neuron.view.{_HOME[name]}"), name)
    raise AttributeError(f"module 'napari_neuron.view' has no attribute {name!r}")
