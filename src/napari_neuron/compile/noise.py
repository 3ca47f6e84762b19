"""Random numbers that depend only on the ids of their stream; numpy only.

Philox4x32-10 of the Random123 family (Salmon et al. 2011), which NEURON's NetStim uses too: the
n-th number of a stream is a function of the stream's ids and n alone.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
UintArray = npt.NDArray[np.uint64]

_MULTIPLIERS = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
_WEYL = 0x9E3779B9, 0xBB67AE85
_LOW = np.uint64(0xFFFFFFFF)
_HALF = np.uint64(32)


def philox(counter: UintArray, key: UintArray) -> UintArray:
    """Return Philox4x32-10 of counters and keys.

    Parameters
    ----------
    counter : (4, ...) uint64
        Words below 2**32.
    key : (2, ...) uint64
        Words below 2**32; broadcast against the counters.

    Returns
    -------
    (4, ...) uint64
        Words below 2**32.
    """
    a, b, c, d = counter
    for turn in range(10):
        low, high = (k + np.uint64(turn * w) & _LOW for k, w in zip(key, _WEYL, strict=True))
        left, right = _MULTIPLIERS[0] * a, _MULTIPLIERS[1] * c
        a, b, c, d = (
            (right >> _HALF) ^ b ^ low,
            right & _LOW,
            (left >> _HALF) ^ d ^ high,
            left & _LOW,
        )
    return np.stack(np.broadcast_arrays(a, b, c, d))


def uniforms(stream: IntArray, n: int, first: int = 0) -> FloatArray:
    """Return numbers ``first`` to ``first + n`` of each stream, uniform in (0, 1).

    Parameters
    ----------
    stream : (k, 3) int64
        Ids of the streams, 0 to 2**32 - 1 each.
    n, first
        How many, and from where.

    Returns
    -------
    (k, n) float64
    """
    ids = stream.astype(np.uint64)[:, :, None]
    block = np.arange(first // 2, (first + n + 1) // 2, dtype=np.uint64)[None]
    zeros = np.zeros_like(ids[:, 0] + block)
    counter = np.stack([zeros + (block & _LOW), zeros + (block >> _HALF), zeros + ids[:, 2], zeros])
    words = philox(counter, np.stack([zeros + ids[:, 0], zeros + ids[:, 1]]))
    # 53 bits out of two words, never 0 or 1
    pairs = np.stack(
        [(words[i] << np.uint64(21)) | (words[i + 1] >> np.uint64(11)) for i in (0, 2)], axis=-1
    )
    numbers = (pairs.astype(np.float64) + 0.5) / 2.0**53
    start = first % 2
    return np.asarray(numbers.reshape(len(stream), -1)[:, start : start + n])


def normals(stream: IntArray, n: int) -> FloatArray:
    """Return the first ``n`` standard normal numbers of each stream, (k, n); Box and Muller's."""
    pairs = uniforms(stream, 2 * ((n + 1) // 2)).reshape(len(stream), -1, 2)
    radius = np.sqrt(-2 * np.log(pairs[..., 0]))
    angle = 2 * math.pi * pairs[..., 1]
    both = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=-1)
    return np.asarray(both.reshape(len(stream), -1)[:, :n])


def ornstein_uhlenbeck(
    stream: IntArray, n: int, dt: float, *, mean: float, sigma: float, tau: float
) -> FloatArray:
    """Return ``n`` values, ``dt`` apart, of stationary Ornstein-Uhlenbeck processes.

    The exact solution: x[i + 1] = mean + a (x[i] - mean) + sigma sqrt(1 - a²) N(0, 1) with
    a = exp(-dt / tau), begun with x[0] from the stationary distribution.

    Parameters
    ----------
    stream : (k, 3) int64
        Ids of the streams.
    n
        How many values of each.
    dt, tau
        In the same unit.
    mean, sigma
        Of the values.

    Returns
    -------
    (k, n) float64
    """
    values = normals(stream, n)
    kept = math.exp(-dt / tau)
    values[:, 1:] *= math.sqrt(-math.expm1(-2 * dt / tau))
    # The recurrence in log2(n) rounds: after each, a value has twice as many of its forerunners.
    reach = 1
    while reach < n and kept > 1e-20:
        values[:, reach:] += kept * values[:, :-reach].copy()
        kept *= kept
        reach *= 2
    return mean + sigma * values


def poisson_times(
    stream: IntArray, mean_interval: float, span: float
) -> tuple[FloatArray, IntArray]:
    """Return event times of Poisson processes from 0 to ``span``.

    A longer span only adds events.

    Parameters
    ----------
    stream : (k, 3) int64
        Ids of the streams, one for each process.
    mean_interval, span
        In the same unit.

    Returns
    -------
    times : (n_events,) float64
        Of the first process, ascending, then of the second, and so on.
    first : (k + 1,) int64
        Those of process i are ``times[first[i]:first[i + 1]]``.
    """
    expected = span / mean_interval
    n = math.ceil(expected + 6 * math.sqrt(expected) + 8)
    times = np.cumsum(-mean_interval * np.log(uniforms(stream, n)), axis=1)
    while times[:, -1].min() < span:
        more = -mean_interval * np.log(uniforms(stream, n, first=times.shape[1]))
        times = np.concatenate([times, times[:, -1:] + np.cumsum(more, axis=1)], axis=1)
    inside = times < span
    first = np.concatenate([[0], np.cumsum(inside.sum(axis=1))])
    return times[inside], first
