"""What of an experiment concerns some of its cells."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from napari_neuron.spec.connection import ChemicalSynapses, GapJunctions
from napari_neuron.spec.experiment import Experiment

_COLUMNS: dict[type[Any], tuple[str, ...]] = {
    ChemicalSynapses: (
        *("source_cell", "source_node", "target_cell", "target_node"),
        *("weights", "delays"),
    ),
    GapJunctions: ("cell_a", "node_a", "cell_b", "node_b", "conductances"),
}


def for_cells(experiment: Experiment, names: Sequence[str], only: str | None = None) -> Experiment:
    """Return what of an experiment concerns the cells of some names.

    Paint of all cells stays, as do stimuli and recorders of the named ones and the connections
    among them. ``experiment.cells`` stays as it is.

    Parameters
    ----------
    names
        The cells that stay, or that come.
    only
        The cell that is meant where none is named; it is named then, if it is one of several.
    """
    several = len(names) > 1

    def kept(placed: Sequence[Any]) -> list[Any]:
        named = [
            item.replace(cell=only) if item.cell is None and several and only else item
            for item in placed
        ]
        return [item for item in named if (item.cell or only or names[0]) in names]

    stimuli = [
        stimulus
        for stimulus in kept(experiment.stimuli)
        if getattr(getattr(stimulus, "events", None), "source_cell", None) in (None, *names)
    ]
    gone = {s.label for s in experiment.stimuli} - {s.label for s in stimuli}
    recorders = [
        recorder
        for recorder in kept(experiment.recorders)
        if getattr(recorder, "stimulus", None) not in gone
    ]
    connections = [among(group, names) for group in experiment.connections]
    return experiment.replace(
        paint=tuple(layer for layer in experiment.paint if layer.cell in (None, *names)),
        stimuli=tuple(stimuli),
        recorders=tuple(recorders),
        connections=tuple(group for group in connections if group is not None),
    )


def among(group: Any, names: Sequence[str]) -> Any:
    """Return the connections of a group among cells of some names, None if there are none."""
    columns = _COLUMNS[type(group)]
    first, second = getattr(group, columns[0]), getattr(group, columns[2])
    rows = [
        row
        for row, pair in enumerate(zip(first, second, strict=True))
        if pair[0] in names and pair[1] in names
    ]
    if len(rows) == len(first):
        return group
    return of_rows(group, rows) if rows else None


def of_rows(group: Any, rows: Sequence[int]) -> Any:
    """Return some rows of a group of connections."""
    return group.replace(
        **{
            column: tuple(getattr(group, column)[row] for row in rows)
            for column in _COLUMNS[type(group)]
        }
    )


def by_pair(group: Any) -> tuple[Any, ...]:
    """Split a group of connections: one for each pair of cells, in the order of the rows."""
    columns = _COLUMNS[type(group)]
    pairs: dict[tuple[str, str], list[int]] = {}
    ends = zip(getattr(group, columns[0]), getattr(group, columns[2]), strict=True)
    for row, pair in enumerate(ends):
        pairs.setdefault(pair, []).append(row)
    return tuple(of_rows(group, rows) for rows in pairs.values())
