"""What a database request returns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from napari_neuron.morphology.model import Morphology


@dataclass(frozen=True, eq=False)
class Mesh:
    """The surface of a neuron.

    Attributes
    ----------
    vertices : (n_vertices, 3) float32
        x, y, z in µm.
    faces : (n_faces, 3) int32
        Rows of ``vertices``.
    """

    vertices: npt.NDArray[np.float32]
    faces: npt.NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class FetchedNeuron:
    """A neuron fetched from a database.

    Attributes
    ----------
    cell : Morphology
        The skeleton, with its synapses as connectors if the database has them.
    mesh : Mesh or None
    notes : tuple of str
        What was requested but not available, and why.
    """

    cell: Morphology
    mesh: Mesh | None = None
    notes: tuple[str, ...] = ()
