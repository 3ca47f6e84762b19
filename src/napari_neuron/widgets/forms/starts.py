"""What a new spec of each kind starts as in a window."""

from __future__ import annotations

from typing import Any

import numpy as np

from napari_neuron.compile.profiles import evaluate_profile
from napari_neuron.spec import (
    CurrentWaveform,
    Exponential,
    Gaussian,
    Linear,
    MechanismConductance,
    NodeSpikes,
    PointProcess,
    Sigmoid,
    SpikeTimes,
    StepAt,
    Table,
    VoltageWaveform,
)
from napari_neuron.spec.base import Spec

_REQUIRED: dict[type[Spec], dict[str, Any]] = {
    CurrentWaveform: {"times": (0.0, 50.0, 100.0), "amplitudes": (0.0, 0.1, 0.0)},
    VoltageWaveform: {"times": (0.0, 50.0, 100.0), "levels": (-65.0, 0.0, -65.0)},
    PointProcess: {"mechanism": "IClamp"},
    MechanismConductance: {"mechanism": "ExpSyn"},
    SpikeTimes: {"times": (10.0,)},
    NodeSpikes: {"node": 1},
}


def first(kind: type[Spec], **values: Any) -> Spec:
    """Return a spec of a kind; fields without default get a common value."""
    return kind(**{**_REQUIRED.get(kind, {}), **values})


def profile_like(kind: type[Spec], before: Any) -> Spec:
    """Return a profile that starts with the value its predecessor has at distance 0."""
    if isinstance(before, Spec):
        value = float(evaluate_profile(before, np.zeros(1))[0])
        along = {"along": before.along}
    else:
        value, along = 0.0 if before is None else float(before), {}
    shapes: dict[type[Spec], dict[str, Any]] = {
        Linear: {"offset": value, "slope": 0.0},
        Exponential: {"offset": value, "amplitude": 0.0, "length": 100.0},
        Sigmoid: {"low": value, "high": value, "centre": 100.0, "width": 20.0},
        StepAt: {"before": value, "beyond": value, "at": 100.0},
        Gaussian: {"offset": value, "amplitude": 0.0, "centre": 100.0, "width": 20.0},
        Table: {"x": (0.0, 100.0), "values": (value, value)},
    }
    return kind(**shapes[kind], **along)
