"""The MOD files an experiment needs: by name and content, never by path."""

from __future__ import annotations

from pydantic import Field

from napari_neuron.spec.base import Spec


class ModFile(Spec):
    """A file in NEURON's mechanism language, or one that such a file includes.

    Attributes
    ----------
    name
        Name of the file, without its folder: ``kdr.mod``.
    sha256
        Hash of its bytes.
    """

    name: str = Field(min_length=1, pattern=r"^[\w.+ -]+$")
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
