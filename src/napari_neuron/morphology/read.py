"""Open a skeleton file of any format we read."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from napari_neuron.errors import MorphologyError
from napari_neuron.morphology.model import Morphology
from napari_neuron.morphology.swc import read_swc

_Reader = Callable[[Path, str | None, str | None], Morphology]
READERS: dict[str, _Reader] = {".swc": read_swc, ".swc.gz": read_swc}
"""The function that reads each kind of file, by the end of its name."""


def read_morphology(
    path: str | os.PathLike[str], units: str | None = None, name: str | None = None
) -> Morphology:
    """Read a skeleton from a file; its name says the format.

    Parameters
    ----------
    path
        An SWC file (``.swc``, or ``.swc.gz`` compressed).
    units
        Of the file: "um", "nm", "8 nm" (voxels), "4x4x40 nm". None: what the file says, else
        guessed from the size of the cell; ``Morphology.unit_evidence`` says which.
    name
        Of the cell; the file's stem if None.

    Raises
    ------
    MorphologyError
        If the format is not one we read, the file cannot be meant (`SwcError`), or ``units`` is
        not a unit of length.
    """
    file = Path(path)
    for suffix, reader in READERS.items():
        if file.name.lower().endswith(suffix):
            return reader(file, units, name)
    raise MorphologyError(
        f"{file}: skeletons are read from {', '.join(READERS)} files, and this is none of them. "
        "If it is one by another name, rename it or use read_swc"
    )
