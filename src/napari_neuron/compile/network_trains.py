"""Event trains that depend only on seed and neuron; numpy only."""

from __future__ import annotations

import math
from hashlib import blake2b

import numpy as np
import numpy.typing as npt

from napari_neuron.compile.network_model import FloatArray, IntArray
from napari_neuron.compile.noise import uniforms
from napari_neuron.compile.streams import mixed, times_before
from napari_neuron.spec.network_stimulus import GivenSpikes
from napari_neuron.spec.point_network import PointNetwork

_AT_ONCE = 4_000_000
"""Random numbers drawn together."""


def streams_of_network(network: PointNetwork) -> dict[int, IntArray]:
    """Return the streams of each stimulus that is random, by index.

    A stream is named by the seed and a hash of the neuron's id (of a train that neurons share: of
    nothing). Where several stimuli have the same seed at a neuron they get different streams; a
    stimulus that is switched off keeps its own, and the order in the list does not matter.

    Returns
    -------
    dict of int to (n_trains, 3) int64
    """
    random = [(i, s) for i, s in enumerate(network.stimuli) if not isinstance(s, GivenSpikes)]
    if not random:
        return {}
    random.sort(key=lambda item: item[1].model_dump_json(exclude={"enabled", "label"}))
    hashes = mixed(_hashes(network.neurons.id))
    names = [
        hashes[network.selected(s)] if s.independent else np.zeros(1, dtype=np.uint64)
        for _, s in random
    ]
    seeds = [
        np.full(len(n), s.seed, dtype=np.uint64) for n, (_, s) in zip(names, random, strict=True)
    ]
    name, seed = np.concatenate(names), np.concatenate(seeds)
    hashed = mixed(name + np.uint64(0x9E3779B97F4A7C15) * times_before(name, seed))
    ids = np.stack([seed, hashed >> np.uint64(32), hashed & np.uint64(0xFFFFFFFF)], axis=1)
    parts = np.split(ids.astype(np.int64), np.cumsum([len(n) for n in names])[:-1])
    return {index: part for (index, _), part in zip(random, parts, strict=True)}


def _hashes(ids: npt.NDArray[np.generic]) -> npt.NDArray[np.uint64]:
    if ids.dtype.kind != "U":
        return ids.astype(np.int64).view(np.uint64)
    texts = (str(x).encode() for x in ids.tolist())
    digests = (int.from_bytes(blake2b(x, digest_size=8).digest(), "little") for x in texts)
    return np.fromiter(digests, dtype=np.uint64, count=len(ids))


def random_train_times(
    stream: IntArray, *, interval: float, randomness: float, start: float, stop: float
) -> tuple[FloatArray, IntArray]:
    """Return the event times of trains from ``start`` up to, not including, ``stop``.

    An interval is ``(1 - randomness) * interval`` and an exponentially distributed part of mean
    ``randomness * interval``, as NetStim's. The first event comes the random part of an interval
    after ``start``. A longer span only adds events.

    Parameters
    ----------
    stream : (k, 3) int64
        Ids of the streams, one for each train.
    interval, start, stop
        ms.
    randomness
        0 to 1.

    Returns
    -------
    times : (n_events,) float64
        Of the first train, ascending, then of the second, and so on.
    first : (k + 1,) int64
        Those of train i are ``times[first[i]:first[i + 1]]``.
    """
    k = len(stream)
    span = stop - start
    if span <= 0 or not k:
        return np.empty(0), np.zeros(k + 1, dtype=np.int64)
    if randomness == 0:
        n = math.ceil(span / interval * (1 - 1e-12))
        one = start + interval * np.arange(n)
        return np.tile(one, k), np.arange(k + 1, dtype=np.int64) * n
    expected = span / interval
    n = math.ceil(expected + 6 * randomness * math.sqrt(expected) + 8)
    per_part = max(1, _AT_ONCE // n)
    times, counts = [], []
    for begin in range(0, k, per_part):
        part = _train_part(stream[begin : begin + per_part], n, interval, randomness, span)
        inside = part < span
        times.append(start + part[inside])
        counts.append(inside.sum(axis=1))
    first = np.concatenate([[0], np.cumsum(np.concatenate(counts))]).astype(np.int64)
    return np.concatenate(times), first


def _train_part(
    stream: IntArray, n: int, interval: float, randomness: float, span: float
) -> FloatArray:
    """Return as many times of each train as reach ``span``."""
    times = np.zeros((len(stream), 0))
    last: FloatArray | float = -(1 - randomness) * interval
    while not times.shape[1] or times[:, -1].min() < span:
        part = -np.log(uniforms(stream, n, first=times.shape[1])) * (randomness * interval)
        part += (1 - randomness) * interval
        times = np.concatenate([times, last + np.cumsum(part, axis=1)], axis=1)
        last = times[:, -1:]
    return times
