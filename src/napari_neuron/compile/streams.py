"""Which random stream drives what: set by seed, cell and node, not by any order.

A stream is named by three numbers below 2**32: the seed, and a hash of the cell's name and the
node's id (or of the train's number, where nodes share one). If several stimuli, or several copies,
have the same seed at the same node, they still get different streams: they are counted in an order
that depends on what they are, not on their position in the list. A stimulus that is switched off
keeps its streams, so the others keep theirs.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b

import numpy as np
import numpy.typing as npt

from napari_neuron.compile.model import IntArray
from napari_neuron.spec import CurrentNoise, Exp2Synapse, Stimulus, Synapse

UintArray = npt.NDArray[np.uint64]


def streams_of(stimuli: Sequence[Stimulus], only_cell: str) -> dict[int, IntArray]:
    """Return the streams of all stimuli that have a seed, by index.

    Parameters
    ----------
    stimuli
        All of the experiment, those that are switched off too.
    only_cell
        Name of the cell that is meant where a stimulus names none.

    Returns
    -------
    dict of int to (n_trains, 3) int64
        Ids of the stream of each train, or of each node.
    """
    seeded = [(i, s) for i, s in enumerate(stimuli) if seed_of(s) is not None]
    if not seeded:
        return {}
    seeded.sort(key=lambda item: item[1].model_dump_json(exclude={"enabled", "label"}))
    names = [_named(stimulus, only_cell) for _, stimulus in seeded]
    seeds = [
        np.full(len(n), seed_of(s), dtype=np.uint64)
        for n, (_, s) in zip(names, seeded, strict=True)
    ]
    name, seed = np.concatenate(names), np.concatenate(seeds)
    hashed = mixed(name + np.uint64(0x9E3779B97F4A7C15) * (times_before(name, seed)))
    ids = np.stack([seed, hashed >> np.uint64(32), hashed & np.uint64(0xFFFFFFFF)], axis=1)
    parts = np.split(ids.astype(np.int64), np.cumsum([len(n) for n in names])[:-1])
    return {index: part for (index, _), part in zip(seeded, parts, strict=True)}


def seed_of(stimulus: Stimulus) -> int | None:
    """Return the seed of a stimulus, None if nothing of it is random."""
    if isinstance(stimulus, CurrentNoise | Exp2Synapse):
        return stimulus.seed
    if isinstance(stimulus, Synapse):
        return getattr(stimulus.events, "seed", None)
    return None


def train_of_node(stimulus: Stimulus) -> IntArray:
    """Return, for each node, the index of the train or noise that drives it."""
    n = len(stimulus.nodes)
    if getattr(stimulus, "shared", False):
        return np.zeros(n, dtype=np.int64)
    groups = getattr(stimulus, "train_of", ())
    if groups:
        return np.unique(np.asarray(groups, dtype=np.int64), return_inverse=True)[1].astype(
            np.int64
        )
    return np.arange(n)


def _named(stimulus: Stimulus, only_cell: str) -> UintArray:
    """Return a number for each train that says whose it is."""
    cell = stimulus.cell or only_cell
    groups = np.unique(np.asarray(getattr(stimulus, "train_of", ()), dtype=np.int64))
    if getattr(stimulus, "shared", False):
        groups = np.zeros(1, dtype=np.int64)
    if len(groups):
        return mixed(groups.astype(np.uint64) + _hash("train of " + cell))
    nodes = np.asarray(stimulus.nodes, dtype=np.int64).view(np.uint64)
    return mixed(nodes + _hash("node of " + cell))


def times_before(name: UintArray, seed: UintArray) -> UintArray:
    """Return how often the same name and seed stand before each."""
    order = np.lexsort((name, seed))
    sorted_name, sorted_seed = name[order], seed[order]
    new = np.ones(len(order), dtype=bool)
    new[1:] = (sorted_name[1:] != sorted_name[:-1]) | (sorted_seed[1:] != sorted_seed[:-1])
    begins = np.maximum.accumulate(np.where(new, np.arange(len(order)), 0))
    before = np.empty(len(order), dtype=np.uint64)
    before[order] = (np.arange(len(order)) - begins).astype(np.uint64)
    return before


def _hash(text: str) -> np.uint64:
    return np.uint64(int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "little"))


def mixed(numbers: UintArray) -> UintArray:
    """Return numbers that share no pattern with those given: the end of splitmix64."""
    numbers = (numbers ^ (numbers >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    numbers = (numbers ^ (numbers >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return numbers ^ (numbers >> np.uint64(31))
