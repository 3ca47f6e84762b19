"""Where a cell of the experiment comes from."""

from __future__ import annotations

from pydantic import Field

from napari_neuron.spec.base import Spec
from napari_neuron.spec.repair import Repair


class CellSource(Spec):
    """A cell by name, and the file its skeleton is read from.

    Attributes
    ----------
    name
        Name by which placements refer to the cell.
    path
        The skeleton file, absolute or relative to the experiment's file; None if the skeleton was
        made in memory and must be passed when the experiment is run.
    units
        As for `read_morphology`: "um", "nm", "8 nm"; None: as the file says, or guessed.
    sha256
        Hash of the file's bytes, to notice a changed skeleton; None if not known.
    repairs
        Repairs made to the skeleton after reading it, in order; see `napari_neuron.repair`.
    """

    name: str = Field(min_length=1)
    path: str | None = None
    units: str | None = None
    sha256: str | None = None
    repairs: tuple[Repair, ...] = ()
