"""Clamps a mechanism and measures its gates; the child's side of `engine.kinetics`.

The clamp is a membrane of enormous capacitance, whose voltage no current of the mechanism moves.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from napari_neuron.engine.neuron_model import import_neuron, load_library

_CAPACITANCE = 1e15  # µF/cm2
_FIRST_STEP = 1e-4  # ms
_GROWTH = 1.02  # of the time, from step to step
_SETTLED = 1e5  # ms; no gate is slower by far
_FLAT = 1e-6  # of a gate's range: less than this shows no time constant


def clamp_gates(
    mechanism: str,
    gates: Sequence[str],
    voltages: Sequence[float],
    celsius: float,
    parameters: Mapping[str, float],
    library: str = "",
) -> dict[str, Any]:
    """Measure steady states and time constants.

    Parameters
    ----------
    mechanism
        Name of a density mechanism.
    gates
        NEURON's names of its states ("m_hh").
    voltages
        mV.
    celsius
        °C.
    parameters
        NEURON's names and values, RANGE or GLOBAL.
    library
        Path of compiled MOD files.

    Returns
    -------
    dict
        "steady" and "tau": for each gate a list with one value for each voltage; a time constant
        is None where the gate does not move.
    """
    load_library(library)
    h = import_neuron()
    h.celsius = celsius
    section = h.Section()
    section.insert(mechanism)
    section.cm = _CAPACITANCE
    segment = section(0.5)
    for name, value in parameters.items():
        setattr(segment if hasattr(segment, name) else h, name, value)
    times = _times()
    ends = (min(voltages), max(voltages))
    steady: list[list[float]] = [[] for _ in gates]
    tau: list[list[float | None]] = [[] for _ in gates]
    for voltage in voltages:
        # from both ends: a gate that is there already does not move from one of them
        runs = [_relax(h, segment, start, voltage, gates, times) for start in ends]
        for index in range(len(gates)):
            values = max(
                (run[index] for run in runs), key=lambda values: abs(values[0] - values[-1])
            )
            steady[index].append(values[-1])
            tau[index].append(_time_constant(times, values))
    return {"steady": steady, "tau": tau}


def _times() -> list[float]:
    times = [0.0, _FIRST_STEP]
    while times[-1] < _SETTLED:
        times.append(times[-1] * _GROWTH)
    return times


def _relax(
    h: Any, segment: Any, start: float, voltage: float, gates: Sequence[str], times: list[float]
) -> list[list[float]]:
    """Return every gate's values at ``times`` after a step from ``start`` to ``voltage``."""
    h.finitialize(start)
    for dt in (0.1, 1.0, 10.0, 100.0, 1000.0):  # some mechanisms do not start in their steady state
        h.dt = dt
        for _ in range(20):
            h.fadvance()
    segment.v = voltage
    values = [[getattr(segment, gate)] for gate in gates]
    for before, after in pairwise(times):
        h.dt = after - before
        h.fadvance()
        for gate, kept in zip(gates, values, strict=True):
            kept.append(getattr(segment, gate))
    return values


def _time_constant(times: list[float], values: list[float]) -> float | None:
    """Return when the way left to the last value is 1/e of that at the start."""
    end, way = values[-1], abs(values[0] - values[-1])
    if not way > _FLAT * max(1.0, abs(end)):
        return None
    goal = way / math.e
    for index, value in enumerate(values):
        left = abs(value - end)
        if left <= goal:
            before = abs(values[index - 1] - end)
            # straight in the logarithm: exact for one exponential
            share = 1.0 if left <= 0 else math.log(before / goal) / math.log(before / left)
            return times[index - 1] + share * (times[index] - times[index - 1])
    return None
