"""What "Neuron simulation" says under Run: what a run would do, and what it lacks. Pure."""

from __future__ import annotations

from napari_neuron.morphology import Morphology
from napari_neuron.spec import Experiment
from napari_neuron.widgets.toolkit.numbers import shown_number


def has_input(experiment: Experiment) -> bool:
    """Say whether anything is put in: a stimulus that is switched on, or a point network."""
    return experiment.network is not None or any(one.enabled for one in experiment.stimuli)


def next_step(shown: Morphology | None, n_cells: int, experiment: Experiment, n_errors: int) -> str:
    """Return what a person may do next.

    Parameters
    ----------
    shown
        The cell that is shown, None without one.
    n_cells
        How many are simulated together.
    experiment
        What would be run.
    n_errors
        Errors that the check has found in the shown cell: it cannot be simulated with them.
    """
    if shown is None:
        return "Open a skeleton to begin."
    if n_errors:
        one = "an error" if n_errors == 1 else f"{n_errors} errors"
        them = "it" if n_errors == 1 else "them"
        return f"{shown.name} has {one}: mend {them} on the tab Cell, under Check, then Run."
    what = shown.name if n_cells == 1 else f"{n_cells} cells"
    said = f"Run simulates {shown_number(experiment.run.duration)} ms of {what}"
    return f"{said}." if has_input(experiment) else f"{said}. No input yet: add one on Inputs."
