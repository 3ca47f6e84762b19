"""Timing in turns: each contender once, then each again, so that drift hurts all alike."""

import os
import platform
import statistics
import time
from collections.abc import Callable, Mapping
from importlib.metadata import version


def in_turns(contenders: Mapping[str, Callable[[], object]], repeats: int) -> dict[str, float]:
    """Return each contender's median wall time (s) over ``repeats`` rounds, after one to warm up.

    A contender may return its own time in seconds, when only part of it counts.
    """
    times: dict[str, list[float]] = {name: [] for name in contenders}
    for round_ in range(repeats + 1):
        for name, run in contenders.items():
            start = time.perf_counter()
            own = run()
            taken = own if isinstance(own, float) else time.perf_counter() - start
            if round_:
                times[name].append(taken)
    return {name: statistics.median(taken) for name, taken in times.items()}


def table(header: list[str], rows: list[list[str]]) -> str:
    """Return a Markdown table."""
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def milliseconds(seconds: float) -> str:
    """Return a time with three figures."""
    return f"{1e3 * seconds:.3g} ms"


def machine() -> str:
    """Say what the figures were measured on."""
    packages = ", ".join(f"{p} {version(p)}" for p in ("neuron", "navis", "napari", "numpy"))
    return (
        f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}, {packages}"
    )
