"""Files that napari saves with this plugin: the layers of cells, as SWC."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from napari_neuron.errors import MorphologyError, NapariNeuronError

if TYPE_CHECKING:
    from napari_neuron.morphology.model import Morphology
    from napari_neuron.view.skeleton_layers import LayerDataTuple


def write_skeletons(path: str, layers: Sequence[LayerDataTuple]) -> list[str]:
    """Save cells as SWC files, as their nodes layers show them.

    If a cell's nodes layer is not among the layers, the cell itself is written. Each of several
    cells gets its own file, with the cell's name after that of ``path``.

    Returns
    -------
    list of str
        The files that were written.

    Raises
    ------
    NapariNeuronError
        If no layer belongs to a cell, or the edited nodes do not make one.
    OSError
        If a file cannot be written.
    """
    try:
        found = _edited_cells(layers)
    except MorphologyError as error:
        # napari takes any ValueError, as this is one, to say that there is no writer.
        raise NapariNeuronError(str(error)) from error
    if not found:
        raise NapariNeuronError(
            "none of these layers is a cell's skeleton: to save as SWC, select the paths or nodes "
            "layer of a cell that napari-neuron opened"
        )
    target = Path(path)
    places = [target]
    if len(found) > 1:
        stems = [f"{target.stem} {_file_name(cell.name)}" for cell, _ in found]
        again = [stems[:index].count(stem) for index, stem in enumerate(stems)]
        places = [
            target.with_name(f"{stem}{f' ({n + 1})' if n else ''}{target.suffix}")
            for stem, n in zip(stems, again, strict=True)
        ]
    for place, (cell, changes) in zip(places, found, strict=True):
        cell.save(place, changes)
    return [str(place) for place in places]


def _edited_cells(layers: Sequence[LayerDataTuple]) -> list[tuple[Morphology, tuple[str, ...]]]:
    from napari_neuron.view.edited_cell import cell_of_layer, edited_cell

    cells: dict[int, tuple[Morphology, tuple[str, ...]]] = {}
    for layer in layers:
        cell = cell_of_layer(layer)
        if cell is None:
            continue
        if layer[2] == "points":
            cells[id(cell)] = edited_cell(layer)
        else:
            cells.setdefault(id(cell), (cell, ()))
    return list(cells.values())


def _file_name(name: str) -> str:
    return "".join(one if one.isalnum() or one in " ._-()" else "_" for one in name).strip()[:100]
