"""Neurons from public databases: skeleton, mesh and synapses together, in µm.

Each function uses the database's own client; those of neuPrint and CAVE are in the optional
``databases`` extra. Nothing is stored: tokens come from the clients, or are passed in.
"""

from napari_neuron.databases.cave import fetch_cave
from napari_neuron.databases.model import FetchedNeuron, Mesh
from napari_neuron.databases.neuprint import fetch_neuprint
from napari_neuron.databases.neuromorpho import fetch_neuromorpho

__all__ = ["FetchedNeuron", "Mesh", "fetch_cave", "fetch_neuprint", "fetch_neuromorpho"]
