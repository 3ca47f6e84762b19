"""Rallpack 3, an axon with squid channels, against an integration that shares nothing with NEURON.

The equations are those of the Rallpack's description (Bhalla, Bilitch & Bower 1992, Trends in
Neurosciences 15: 453-458; channels of Hodgkin & Huxley 1952), solved by LSODA with error control.
"""

import numpy as np
import pytest
from engine_shapes import cable
from scipy.integrate import solve_ivp

from napari_neuron import (
    CableProperties,
    CurrentPulse,
    Experiment,
    HodgkinHuxley,
    MaximumLength,
    RunSettings,
    SpikeDetector,
    simulate,
)

N = 201  # compartments of the 1 mm axon, 1 µm thick
RM, RA, REST = 40000.0, 100.0, -65.0  # Ω·cm2, Ω·cm, mV
CURRENT = 0.1  # nA into the first compartment
DURATION = 60.0  # ms


def x_over_exp_minus_one(x):
    """x / (exp(x) - 1), which is 1 - x/2 near 0."""
    safe = np.where(np.abs(x) < 1e-6, 1.0, x)
    return np.where(np.abs(x) < 1e-6, 1 - x / 2, safe / np.expm1(safe))


def derivatives(_, state):
    """d/dt of (v, m, h, n) of every compartment, laid side by side; ms and mV."""
    v, m, h, n = state.reshape(N, 4).T
    length, diameter = 0.1 / N, 1e-4  # cm
    area = np.pi * diameter * length  # cm2
    axial = np.pi * diameter**2 / 4 / (RA * length) * 1e3  # mS between neighbours
    current = np.zeros(N)  # µA
    current[0] = CURRENT * 1e-3
    flow = axial * np.diff(v)
    current[:-1] += flow
    current[1:] -= flow
    membrane = (v - REST) / RM * 1e3 + 120 * m**3 * h * (v - 50) + 36 * n**4 * (v + 77)  # µA/cm2
    rates = np.empty((N, 4))
    rates[:, 0] = current / area - membrane  # 1 µF/cm2
    rates[:, 1] = x_over_exp_minus_one(-(v + 40) / 10) * (1 - m) - 4 * np.exp(-(v + 65) / 18) * m
    rates[:, 2] = 0.07 * np.exp(-(v + 65) / 20) * (1 - h) - h / (1 + np.exp(-(v + 35) / 10))
    opening = 0.1 * x_over_exp_minus_one(-(v + 55) / 10)
    rates[:, 3] = opening * (1 - n) - 0.125 * np.exp(-(v + 65) / 80) * n
    return rates.ravel()


def resting_state():
    """Return v = -65 mV and the gates' steady state there."""
    gates = np.full((N, 4), REST)
    opening = np.array([x_over_exp_minus_one(2.5), 0.07, 0.1 * x_over_exp_minus_one(1.0)])
    closing = np.array([4.0, 1 / (1 + np.exp(3.0)), 0.125])
    gates[:, 1:] = opening / (opening + closing)
    return gates.ravel()


def upward_crossings(time, volts):
    """Return when ``volts`` crosses 0 from below, interpolated, ms."""
    at = np.flatnonzero((volts[:-1] < 0) & (volts[1:] >= 0))
    share = -volts[at] / (volts[at + 1] - volts[at])
    return time[at] + share * (time[at + 1] - time[at])


@pytest.mark.parametrize("end", ["near", "far"])
def test_spikes_come_within_a_twentieth_of_a_millisecond(spikes, end):
    ours, independent = spikes[end]
    assert len(ours) == len(independent) >= 3
    np.testing.assert_allclose(ours, independent, atol=0.05)


@pytest.fixture(scope="module")
def spikes(engine):
    """Spike times at both ends: ours, and the independent integration's."""
    solution = solve_ivp(
        derivatives,
        (0, DURATION),
        resting_state(),
        method="LSODA",
        lband=4,
        uband=4,
        rtol=1e-6,
        atol=1e-6,
        dense_output=False,
        t_eval=np.arange(0, DURATION, 0.01),
    )
    experiment = Experiment(
        paint=[CableProperties(Ra=RA, cm=1), HodgkinHuxley(gl=1 / RM, el=REST)],
        stimuli=[CurrentPulse(nodes=[1], delay=0, duration=1e5, amplitude=CURRENT)],
        recorders=[
            SpikeDetector(label="near", node=1, threshold=0),
            SpikeDetector(label="far", node=1001, threshold=0),
        ],
        discretisation=MaximumLength(length=1000 / N * 1.0001),
        run=RunSettings(duration=DURATION, dt=0.001, v_init=REST, frame_interval=1),
    )
    result = simulate(cable(), experiment, engine=engine)
    assert result.voltage.shape[1] == N
    return {
        "near": (result.spikes["near"], upward_crossings(solution.t, solution.y[0])),
        "far": (result.spikes["far"], upward_crossings(solution.t, solution.y[-4])),
    }
