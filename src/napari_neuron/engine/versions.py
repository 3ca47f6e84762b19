"""Versions of everything that can change the numbers of a result."""

from __future__ import annotations

import platform

import numpy as np

import napari_neuron


def versions() -> dict[str, str]:
    """Return the versions of this package, NEURON, numpy and Python in this process.

    Raises
    ------
    NeuronNotAvailable
        If NEURON cannot be imported.
    """
    from napari_neuron.engine.neuron_model import import_neuron

    return {
        "napari-neuron": napari_neuron.__version__,
        "NEURON": str(import_neuron().nrnversion(5)),
        "numpy": np.__version__,
        "python": platform.python_version(),
    }
