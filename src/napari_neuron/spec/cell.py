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
        What placements call it.
    path
        The skeleton file, absolute or relative to the experiment's file; None if the skeleton
        was made in memory and has to be given when the experiment is run.
    units
        As for `read_morphology`: "um", "nm", "8 nm"; None = as the file says, or guessed.
    sha256
        Of the file's bytes, so that a changed skeleton is noticed; None if not known.
    repairs
        What was mended in the skeleton after reading it, in order; see `napari_neuron.repair`.
    """

    name: str = Field(min_length=1)
    path: str | None = None
    units: str | None = None
    sha256: str | None = None
    repairs: tuple[Repair, ...] = ()
