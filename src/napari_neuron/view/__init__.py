"""What napari shows: skeleton layers and the voltage layer. Can be imported without napari."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__all__ = [
    "LinkedColours",
    "Player",
    "VoltageLayer",
    "add_voltage_layer",
    "add_voltage_mesh",
    "attenuation_map",
    "difference_frames",
    "film",
    "first_crossing_map",
    "jump_to_node",
    "make_voltage_layer",
    "marker_layer_data",
    "mesh_of",
    "mesh_tubes",
    "peak_map",
    "put_voltage_layer",
    "show",
    "show_in_layer",
    "skeleton_layer_data",
    "synapse_layer_data",
    "time_axis",
    "time_of_peak_map",
    "voltage_limits",
    "write_time",
]

_HOME = {
    "LinkedColours": "voltage.linked_colours",
    "Player": "player",
    "VoltageLayer": "voltage.voltage_layer",
    "add_voltage_layer": "showing",
    "add_voltage_mesh": "showing",
    "attenuation_map": "voltage.maps",
    "difference_frames": "voltage.difference",
    "film": "films.filming",
    "first_crossing_map": "voltage.maps",
    "jump_to_node": "navigation",
    "make_voltage_layer": "showing",
    "marker_layer_data": "skeleton_layers",
    "mesh_of": "geometry.mesh_cells",
    "mesh_tubes": "geometry.mesh_cells",
    "peak_map": "voltage.maps",
    "put_voltage_layer": "showing",
    "show": "showing",
    "show_in_layer": "showing",
    "skeleton_layer_data": "skeleton_layers",
    "synapse_layer_data": "skeleton_layers",
    "time_axis": "time_text",
    "time_of_peak_map": "voltage.maps",
    "voltage_limits": "voltage.colours",
    "write_time": "time_text",
}

if TYPE_CHECKING:
    from napari_neuron.view.films.filming import film as film
    from napari_neuron.view.geometry.mesh_cells import mesh_of as mesh_of
    from napari_neuron.view.geometry.mesh_cells import mesh_tubes as mesh_tubes
    from napari_neuron.view.navigation import jump_to_node as jump_to_node
    from napari_neuron.view.player import Player as Player
    from napari_neuron.view.showing import add_voltage_layer as add_voltage_layer
    from napari_neuron.view.showing import add_voltage_mesh as add_voltage_mesh
    from napari_neuron.view.showing import make_voltage_layer as make_voltage_layer
    from napari_neuron.view.showing import put_voltage_layer as put_voltage_layer
    from napari_neuron.view.showing import show as show
    from napari_neuron.view.showing import show_in_layer as show_in_layer
    from napari_neuron.view.skeleton_layers import marker_layer_data as marker_layer_data
    from napari_neuron.view.skeleton_layers import skeleton_layer_data as skeleton_layer_data
    from napari_neuron.view.skeleton_layers import synapse_layer_data as synapse_layer_data
    from napari_neuron.view.time_text import time_axis as time_axis
    from napari_neuron.view.time_text import write_time as write_time
    from napari_neuron.view.voltage.colours import voltage_limits as voltage_limits
    from napari_neuron.view.voltage.difference import difference_frames as difference_frames
    from napari_neuron.view.voltage.linked_colours import LinkedColours as LinkedColours
    from napari_neuron.view.voltage.maps import attenuation_map as attenuation_map
    from napari_neuron.view.voltage.maps import first_crossing_map as first_crossing_map
    from napari_neuron.view.voltage.maps import peak_map as peak_map
    from napari_neuron.view.voltage.maps import time_of_peak_map as time_of_peak_map
    from napari_neuron.view.voltage.voltage_layer import VoltageLayer as VoltageLayer


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(f"napari_neuron.view.{_HOME[name]}"), name)
    raise AttributeError(f"module 'napari_neuron.view' has no attribute {name!r}")
