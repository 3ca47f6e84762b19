"""Skeletons: reading, checking, sections. Independent of experiments."""

from napari_neuron.morphology.check import Finding, check, describe
from napari_neuron.morphology.model import Morphology
from napari_neuron.morphology.navis_bridge import label_axon_dendrite
from napari_neuron.morphology.read import (
    iterate_morphologies,
    read_morphologies,
    read_morphology,
    skeleton_files,
)
from napari_neuron.morphology.sections import Sections, find_sections, require_positive_radii
from napari_neuron.morphology.swc import read_swc, write_swc

__all__ = [
    "Finding",
    "Morphology",
    "Sections",
    "check",
    "describe",
    "find_sections",
    "iterate_morphologies",
    "label_axon_dendrite",
    "read_morphologies",
    "read_morphology",
    "read_swc",
    "require_positive_radii",
    "skeleton_files",
    "write_swc",
]
