"""How many threads a run uses, and why, in words."""

from __future__ import annotations

import os

from napari_neuron.compile.connections import why_one_thread
from napari_neuron.compile.model import CompiledModel
from napari_neuron.engine.neuron_model import COMPARTMENTS_FOR_THREADS, threads_of


def threads_in_words(model: CompiledModel, asked: int | None) -> str:
    """Return "2 threads: 5 cells, 11,034 compartments, 2 cores".

    Parameters
    ----------
    asked
        The number in the run settings; None: automatic.
    """
    n, n_cells = threads_of(model), int((model.section_parent < 0).sum())
    text = f"{n} thread{'s' if n != 1 else ''}"
    if asked is not None and asked == n:
        return f"{text}, as you set."
    has_points = model.network is not None
    why = why_one_thread(model.run.dt, model.drives, model.gaps, has_points=has_points)
    if n_cells < 2:
        return f"{text}: NEURON divides work by whole cells, and there is only one."
    if asked is not None:
        return f"{text}: there are {n_cells} cells to divide among threads."
    if why:
        return f"{text}: {why}."
    if model.n_compartments < COMPARTMENTS_FOR_THREADS:
        few = f"{model.n_compartments:,} compartments are too few to divide"
        return f"{text}: {few} (from {COMPARTMENTS_FOR_THREADS:,})."
    cores = os.cpu_count() or 1
    return f"{text}: {n_cells} cells, {model.n_compartments:,} compartments, {cores} cores."
