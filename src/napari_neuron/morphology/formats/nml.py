"""Files named .nml or .xml: NeuroML or KNOSSOS NML, depending on their first element."""

from __future__ import annotations

from napari_neuron.errors import SkeletonFileError
from napari_neuron.morphology.formats.cell import FileCell
from napari_neuron.morphology.formats.knossos import read_knossos
from napari_neuron.morphology.formats.neuroml import read_neuroml
from napari_neuron.morphology.formats.xml import root_of


def read_nml(content: bytes, shown: str) -> list[FileCell]:
    """Read the cells of an XML file.

    Raises
    ------
    SkeletonFileError
        If it is XML of another kind, or cannot be right.
    """
    root = root_of(content, shown)
    if root == "things":
        return read_knossos(content, shown)
    if root in ("neuroml", "morphml"):
        return read_neuroml(content, shown)
    problem = f"is XML of <{root[:40]}>, neither NeuroML nor KNOSSOS or webKnossos NML"
    raise SkeletonFileError(shown, None, problem, "Export the skeleton as one of these, or SWC.")
