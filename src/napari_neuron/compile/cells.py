"""Reads the skeletons named in an experiment."""

from __future__ import annotations

import hashlib
from pathlib import Path

from napari_neuron.compile.repair import repair
from napari_neuron.errors import ExperimentError
from napari_neuron.morphology.model import Morphology
from napari_neuron.spec import CellSource, Experiment


def sha256_of(path: str | Path) -> str:
    """Return the SHA-256 of a file's bytes, as `CellSource.sha256` keeps it."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def source_of(cell: Morphology) -> CellSource:
    """Return how an experiment names a cell; without a path if it does not come from a file."""
    if cell.source is None or not Path(cell.source).is_file():
        return CellSource(name=cell.name)
    # the unit is written down even where it was guessed: the guess may change, the cell must not
    return CellSource(
        name=cell.name, path=cell.source, units=cell.unit, sha256=sha256_of(cell.source)
    )


def read_cells(experiment: Experiment, folder: str | Path) -> tuple[Morphology, ...]:
    """Read the skeleton files of an experiment, and apply its repairs.

    Parameters
    ----------
    experiment
        The experiment whose ``cells`` are read.
    folder
        Base of relative paths: the folder of the experiment's file.

    Raises
    ------
    ExperimentError
        If a cell has no file, or its file is missing or has changed since the experiment was made.
    MorphologyError
        If a file cannot be read as a skeleton, or cannot be repaired as the experiment says.
    """
    from napari_neuron.morphology import read_morphology

    if not experiment.cells:
        raise ExperimentError(
            "cells",
            "this experiment names no skeleton file: save it in the window, or write "
            '[{"name": ..., "path": ...}] here',
        )
    cells = []
    for index, source in enumerate(experiment.cells):
        if source.path is None:
            raise ExperimentError(
                f"cells[{index}].path",
                f"the skeleton of {source.name!r} was not read from a file; save it as SWC and "
                "write its path here",
            )
        path = Path(folder) / source.path
        if not path.is_file():
            raise ExperimentError(f"cells[{index}].path", f"there is no file {path}")
        if source.sha256 is not None and sha256_of(path) != source.sha256:
            raise ExperimentError(
                f"cells[{index}].sha256",
                f"{path} has changed since the experiment was made; check that the node ids still "
                f"mean the same nodes, then remove this field",
            )
        cell = read_morphology(path, units=source.units, name=source.name)
        cells.append(repair(cell, source.repairs))
    return tuple(cells)
