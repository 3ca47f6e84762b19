"""Edits of what is placed: moved to another node, copied, switched off."""

from __future__ import annotations

from typing import TypeVar

from napari_neuron.spec.current import CurrentNoise
from napari_neuron.spec.experiment import Experiment
from napari_neuron.spec.placed import Placed
from napari_neuron.spec.recorder import PlacedRecorder
from napari_neuron.spec.stimulus import Stimulus
from napari_neuron.spec.synapse import Exp2Synapse, Synapse

PlacedType = TypeVar("PlacedType", bound=Placed | PlacedRecorder)


def moved(placed: PlacedType, from_node: int, to_node: int) -> PlacedType:
    """Return a stimulus or recorder at ``to_node`` wherever it was at ``from_node``."""
    if isinstance(placed, PlacedRecorder):
        return placed.replace(node=to_node) if placed.node == from_node else placed
    nodes = tuple(to_node if node == from_node else node for node in placed.nodes)
    return placed.replace(nodes=nodes)


def with_stimulus_moved(
    experiment: Experiment, index: int, from_node: int, to_node: int
) -> Experiment:
    """Return the experiment with a stimulus moved, and with it the recorders of its current."""
    stimulus = experiment.stimuli[index]
    stimuli = list(experiment.stimuli)
    stimuli[index] = moved(stimulus, from_node, to_node)
    follow = stimulus.label or None
    recorders = tuple(
        moved(recorder, from_node, to_node)
        if getattr(recorder, "stimulus", None) == follow and follow is not None
        else recorder
        for recorder in experiment.recorders
    )
    return experiment.replace(stimuli=tuple(stimuli), recorders=recorders)


def with_stimulus_copied(experiment: Experiment, index: int) -> Experiment:
    """Return the experiment with a copy of a stimulus after it: label and seed of its own."""
    stimulus = experiment.stimuli[index]
    taken = {other.label for other in experiment.stimuli}
    copy: Stimulus = stimulus.replace(label=stimulus.label and free_label(stimulus.label, taken))
    seed = free_seed(experiment)
    if isinstance(copy, CurrentNoise | Exp2Synapse):
        copy = copy.replace(seed=seed)
    elif isinstance(copy, Synapse) and hasattr(copy.events, "seed"):
        copy = copy.replace(events=copy.events.replace(seed=seed))
    after = index + 1
    return experiment.replace(
        stimuli=(*experiment.stimuli[:after], copy, *experiment.stimuli[after:])
    )


def with_recorder_copied(experiment: Experiment, index: int) -> Experiment:
    """Return the experiment with a copy of a recorder after it, under a label of its own."""
    recorder = experiment.recorders[index]
    taken = {other.label for other in experiment.recorders}
    copy = recorder.replace(label=free_label(recorder.label, taken))
    after = index + 1
    return experiment.replace(
        recorders=(*experiment.recorders[:after], copy, *experiment.recorders[after:])
    )


def free_label(wanted: str, taken: set[str]) -> str:
    """Return ``wanted``, or "wanted (2)" and so on, whichever is not taken."""
    label, count = wanted, 2
    while label in taken:
        label, count = f"{wanted} ({count})", count + 1
    return label


def free_seed(experiment: Experiment) -> int:
    """Return the smallest seed from 1 that no stimulus of the experiment has."""
    taken = {getattr(stimulus, "seed", None) for stimulus in experiment.stimuli}
    taken |= {
        getattr(stimulus.events, "seed", None)
        for stimulus in experiment.stimuli
        if isinstance(stimulus, Synapse)
    }
    seed = 1
    while seed in taken:
        seed += 1
    return seed
