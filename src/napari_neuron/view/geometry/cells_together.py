"""Several cells as one skeleton, to be drawn all at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from napari_neuron.morphology.model import IntArray, Morphology


def cells_together(cells: Sequence[Morphology]) -> tuple[Morphology, IntArray]:
    """Return cells end to end as one morphology, and the cell of each of its nodes.

    Nodes keep their order, and their ids unless two cells have the same.

    Returns
    -------
    Morphology
        The cell itself if there is only one.
    (n_nodes,) int64
        Index into ``cells``.
    """
    if not cells:
        raise ValueError("there is no cell to show")
    sizes = [len(cell) for cell in cells]
    cell_of_node = np.repeat(np.arange(len(cells)), sizes)
    if len(cells) == 1:
        return cells[0], cell_of_node
    starts = np.cumsum([0, *sizes[:-1]])
    parents = [
        np.where(cell.parent >= 0, cell.parent + start, -1)
        for cell, start in zip(cells, starts, strict=True)
    ]
    without_cable = [
        np.zeros(len(cell), bool) if cell.no_cable_above is None else cell.no_cable_above
        for cell in cells
    ]
    labels = [np.full(len(cell), "") if cell.labels is None else cell.labels for cell in cells]
    ids = np.concatenate([cell.node_id for cell in cells])
    together = Morphology(
        node_id=ids if len(np.unique(ids)) == len(ids) else np.arange(len(ids)),
        parent=np.concatenate(parents),
        swc_type=np.concatenate([cell.swc_type for cell in cells]),
        position=np.concatenate([cell.position for cell in cells]),
        radius=np.concatenate([cell.radius for cell in cells]),
        name=f"{len(cells)} cells",
        labels=np.concatenate(labels),
        no_cable_above=np.concatenate(without_cable),
    )
    return together, cell_of_node


def unique_names(cells: Sequence[Morphology]) -> tuple[str, ...]:
    """Return the names of cells; of two with one name the second is called "name (2)"."""
    names: list[str] = []
    for cell in cells:
        name, count = cell.name, 2
        while name in names:
            name, count = f"{cell.name} ({count})", count + 1
        names.append(name)
    return tuple(names)
