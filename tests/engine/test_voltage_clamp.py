"""A voltage clamp shows the currents of the Hodgkin-Huxley equations, solved here on their own."""

import numpy as np
import pytest
from engine_shapes import cable

from napari_neuron import (
    CableProperties,
    Experiment,
    HodgkinHuxley,
    MaximumLength,
    ProcessRecorder,
    RunSettings,
    VariableRecorder,
    VoltageClamp,
    VoltageStep,
    simulate,
)

REST, ONSET, END = -65.0, 5.0, 45.0
LENGTH = DIAMETER = 10.0
AREA = np.pi * LENGTH * DIAMETER * 1e-8  # cm2
G_NA, G_K, G_LEAK, E_NA, E_K, E_LEAK = 0.12, 0.036, 0.0003, 50.0, -77.0, -54.3


def rates(v):
    """Opening and closing rates (1/ms, 6.3 °C) of m, h and n: Hodgkin & Huxley (1952), rest -65."""
    return {
        "m": (0.1 * (v + 40) / -np.expm1(-(v + 40) / 10), 4 * np.exp(-(v + 65) / 18)),
        "h": (0.07 * np.exp(-(v + 65) / 20), 1 / (np.exp(-(v + 35) / 10) + 1)),
        "n": (0.01 * (v + 55) / -np.expm1(-(v + 55) / 10), 0.125 * np.exp(-(v + 65) / 80)),
    }


def clamped_currents(v, time):
    """Return sodium and whole ionic current (nA) ``time`` ms after a step from rest to ``v``.

    At a fixed voltage every gate relaxes exponentially: no integration step is involved.
    """
    gates = {}
    before, after = rates(REST), rates(v)
    for gate in "mhn":
        (a, b), (a0, b0) = after[gate], before[gate]
        steady, start = a / (a + b), a0 / (a0 + b0)
        gates[gate] = steady + (start - steady) * np.exp(-(a + b) * time)
    sodium = G_NA * gates["m"] ** 3 * gates["h"] * (v - E_NA)
    rest = G_K * gates["n"] ** 4 * (v - E_K) + G_LEAK * (v - E_LEAK)
    to_nanoamperes = AREA * 1e6  # from mA/cm2
    return sodium * to_nanoamperes, (sodium + rest) * to_nanoamperes


@pytest.mark.parametrize("level", [-40.5, -20.0, 0.0, 20.0, 45.0])
def test_peak_and_steady_state_are_those_of_the_equations(engine, level):
    experiment = Experiment(
        paint=(CableProperties(), HodgkinHuxley()),
        stimuli=(
            VoltageClamp(
                nodes=(1,),
                steps=(
                    VoltageStep(duration=ONSET, level=REST),
                    VoltageStep(duration=END - ONSET, level=level),
                ),
                series_resistance=1e-4,
                label="clamp",
            ),
        ),
        recorders=(
            ProcessRecorder(label="clamp", node=1, stimulus="clamp"),
            VariableRecorder(label="ina", node=1, variable="ina"),
        ),
        discretisation=MaximumLength(length=LENGTH),
        run=RunSettings(duration=END - 0.1, dt=0.005, v_init=REST, frame_interval=1),
    )
    result = simulate(cable(LENGTH, 2, DIAMETER), experiment, engine=engine)
    assert result.voltage.shape[1] == 1
    clamp, ina = result.traces["clamp"], result.traces["ina"]
    since = clamp.time - ONSET
    sodium, whole = clamped_currents(level, since)
    charged = since > 0.05  # the membrane's capacitance takes its charge at once
    for found, expected in (
        (clamp.values[charged], whole[charged]),
        (ina.values[charged] * AREA * 1e6, sodium[charged]),
    ):
        peak = np.argmax(np.abs(expected))
        assert found[peak] == pytest.approx(expected[peak], rel=0.01)
        assert np.abs(found).max() == pytest.approx(np.abs(expected).max(), rel=0.01)
        assert found[-1] == pytest.approx(expected[-1], rel=0.01)
        assert np.abs(found - expected).max() < 0.03 * np.abs(expected).max()
