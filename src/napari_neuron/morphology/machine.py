"""How big a simulation this machine can handle, to recognise a cell that is too big."""

from __future__ import annotations

import os
import time
from functools import lru_cache

import numpy as np

FRAMES = 1000
"""Number of frames of 100 ms, one per 0.1 ms."""
BYTES_PER_COMPARTMENT = 4 * FRAMES + 6000
"""Its frames, and roughly the model in NEURON and here."""
SECONDS_PER_COMPARTMENT = 9.6 / 50_000
"""For 100 ms in steps of 0.025 ms with a passive membrane, on the machine it was measured on."""

_REFERENCE = 1.0e-3
"""Seconds that machine needs for `_measured`."""
_PATIENCE = 20.0
"""Seconds for 100 ms; a window should warn before a longer run."""


def run_time(n_compartments: int) -> float:
    """Return about how many seconds 100 ms of a passive cell take here."""
    return n_compartments * SECONDS_PER_COMPARTMENT * slowness()


def most_compartments() -> int:
    """Return how many compartments this machine simulates without trouble.

    100 ms should take no more than twenty seconds, and model and frames no more than half of the
    memory that is free.
    """
    by_time = _PATIENCE / (SECONDS_PER_COMPARTMENT * slowness())
    by_memory = 0.5 * free_memory() / BYTES_PER_COMPARTMENT
    return int(float(f"{min(by_time, by_memory):.2g}"))


def free_memory() -> int:
    """Return the bytes of free memory; a guess if the system does not say."""
    try:
        with open("/proc/meminfo", encoding="ascii") as lines:
            for line in lines:
                if line.startswith("MemAvailable:"):
                    return int(line.split()[1]) * 1024
    except (OSError, ValueError, IndexError):
        pass
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2
    except (AttributeError, OSError, ValueError):
        return 4 * 2**30


@lru_cache(maxsize=1)
def slowness() -> float:
    """Return how much slower this machine is than the one it was measured on, from 0.25 to 8.

    It times a sum in which each addition waits for the one before, as in solving a cable.
    """
    return float(np.clip(_measured() / _REFERENCE, 0.25, 8.0))


def _measured() -> float:
    numbers = np.ones(2**18)
    times = []
    for _ in range(7):
        start = time.perf_counter()
        np.cumsum(numbers, out=numbers)
        times.append(time.perf_counter() - start)
        numbers[:] = 1.0
    return min(times)
