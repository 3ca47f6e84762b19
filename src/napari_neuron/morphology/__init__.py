"""Skeletons: reading, checking, sections. Knows nothing of experiments."""

from napari_neuron.morphology.model import Morphology

__all__ = ["Morphology"]
