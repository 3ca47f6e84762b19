"""The parts of an experiment that concern some of its cells."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from napari_neuron.spec.experiment import Experiment


def for_cells(experiment: Experiment, names: Sequence[str], only: str | None = None) -> Experiment:
    """Return the part of an experiment that concerns the named cells.

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
    """Return the connections of a group among cells of some names, None if there are none.

    Those from and onto point neurons stay where their cell does.
    """
    rows = [row for row, ends in enumerate(_cells_of_rows(group)) if all(x in names for x in ends)]
    if len(rows) == len(group):
        return group
    return of_rows(group, rows) if rows else None


def of_rows(group: Any, rows: Sequence[int]) -> Any:
    """Return some rows of a group of connections."""
    columns = {name: getattr(group, name) for name in group.columns}
    return group.replace(
        **{name: tuple(values[row] for row in rows) for name, values in columns.items()}
    )


def by_pair(group: Any) -> tuple[Any, ...]:
    """Split a group of connections: one for each pair of cells, in the order of the rows."""
    pairs: dict[tuple[str, ...], list[int]] = {}
    for row, ends in enumerate(_cells_of_rows(group)):
        pairs.setdefault(ends, []).append(row)
    return tuple(of_rows(group, rows) for rows in pairs.values())


def _cells_of_rows(group: Any) -> list[tuple[str, ...]]:
    """Return for each connection the names of the cells at its ends."""
    return list(zip(*(getattr(group, cell) for cell, _ in group.ends if cell), strict=True))
