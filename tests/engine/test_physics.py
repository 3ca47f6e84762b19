"""What comes out is what cable theory and the Rallpacks say.

Rallpacks: Bhalla, Bilitch & Bower (1992), Trends in Neurosciences 15: 453-458.
"""

import numpy as np
import pytest
from engine_shapes import cable, fork, fork_experiment

from napari_neuron import (
    CableProperties,
    CurrentPulse,
    Experiment,
    HodgkinHuxley,
    MaximumLength,
    Morphology,
    Passive,
    RunSettings,
    SpikeDetector,
    VoltageRecorder,
    simulate,
)

RM = 40000.0  # Ω·cm2
RA = 100.0  # Ω·cm
REST = -65.0  # mV
CURRENT = 0.1  # nA

RALLPACK_1 = Experiment(
    paint=(CableProperties(Ra=RA, cm=1), Passive(g=1 / RM, e=REST)),
    stimuli=(CurrentPulse(nodes=(1,), delay=0, duration=1e5, amplitude=CURRENT),),
    recorders=(
        VoltageRecorder(label="near", node=1),
        VoltageRecorder(label="far", node=1001),
    ),
    discretisation=MaximumLength(length=1),
    run=RunSettings(duration=250, dt=0.05, v_init=REST, frame_interval=10),
)


def length_constant(diameter):
    """µm, of the Rallpacks' membrane."""
    return np.sqrt(diameter / 4 * RM / RA * 1e4)


def cable_response(x, time, length, diameter):
    """mV at ``x`` (in length constants) of a sealed cable with a current into its end at 0.

    The eigenfunction series for a step of current at time 0; Rall (1969), Biophys J 9: 1483.
    """
    n = np.arange(1, 400)
    rate = 1 + (n * np.pi / length) ** 2
    decay = np.exp(-np.outer(time / (RM * 1e-3), rate))  # tau = Rm · 1 µF/cm2, in ms
    transient = np.exp(-time / (RM * 1e-3)) / length
    transient = transient + 2 / length * (decay * (np.cos(n * np.pi * x / length) / rate)).sum(1)
    steady = np.cosh(length - x) / np.sinh(length)
    return REST + CURRENT * infinite_resistance(diameter) * (steady - transient)


def infinite_resistance(diameter):
    """MΩ, input resistance of a cable without end."""
    return 2 / np.pi * np.sqrt(RM * RA) * (diameter * 1e-4) ** -1.5 * 1e-6


def relative_rms(values, reference):
    """Difference relative to the reference's excursion from rest, as Rallpack's `rms` has it."""
    return np.sqrt(np.mean((values - reference) ** 2) / np.mean((reference - REST) ** 2))


def test_rallpack_1_agrees_with_the_series(engine):
    result = simulate(cable(), RALLPACK_1, engine=engine)
    for label, x in (("near", 0.0), ("far", 1.0)):
        trace = result.traces[label]
        assert relative_rms(trace.values, cable_response(x, trace.time, 1.0, 1.0)) < 2e-3


def test_rallpack_1_agrees_with_its_reference_curves(engine, shared_data):
    result = simulate(cable(), RALLPACK_1, engine=engine)
    for label, name in (("near", "ref_cable.0"), ("far", "ref_cable.x")):
        time, volts = np.loadtxt(shared_data / "rallpacks" / "rallpack1" / name).T
        trace = result.traces[label]
        np.testing.assert_allclose(time * 1e3, trace.time, atol=1e-6)
        assert relative_rms(trace.values, volts * 1e3) < 2e-3


def rall_tree(depth, diameter, length, daughters=2):
    """A tree whose daughters keep the sum of diameter^1.5, each branch of equal length constants.

    A branch starts with a node of its own diameter at the branch point, so that it is a cylinder.
    Node 1 is the root; the last node is a tip.
    """
    nodes = [(-1, 0.0, 0.0, diameter)]
    tips = [0]
    for level in range(depth):
        scale = daughters ** (-2 / 3 * level)
        branches = 1 if level == 0 else daughters
        following = []
        for tip in tips:
            for branch in range(branches):
                _, x, y, _ = nodes[tip]
                step = length * np.sqrt(scale)
                turn = (branch - (branches - 1) / 2) * 0.5
                dx, dy = step * np.cos(turn), step * np.sin(turn)
                nodes.append((tip, x, y, diameter * scale))
                nodes.append((len(nodes) - 1, x + dx, y + dy, diameter * scale))
                following.append(len(nodes) - 1)
        tips = following
    parent, x, y, d = np.array(nodes).T
    position = np.column_stack([x, y, np.zeros(len(nodes))])
    n = len(nodes)
    return Morphology(np.arange(1, n + 1), parent.astype(int), np.zeros(n), position, d / 2)


def test_rallpack_2_agrees_with_the_series_of_its_equivalent_cylinder(engine):
    tree = rall_tree(depth=10, diameter=16.0, length=32.0)
    experiment = RALLPACK_1.replace(
        recorders=(
            VoltageRecorder(label="near", node=1),
            VoltageRecorder(label="far", node=len(tree)),
        ),
        discretisation=MaximumLength(length=16),
    )
    result = simulate(tree, experiment, engine=engine)
    assert len(tree) == 2 * 1023 + 1
    length = 10 * 32.0 / length_constant(16.0)
    for label, x in (("near", 0.0), ("far", length)):
        trace = result.traces[label]
        assert relative_rms(trace.values, cable_response(x, trace.time, length, 16.0)) < 5e-3


def test_rallpack_3_agrees_with_its_reference_curves(engine, shared_data):
    """Spikes within 0.2 % of the reference's times, which come every 0.05 ms; peaks within 1 mV."""
    experiment = RALLPACK_1.replace(
        paint=(
            CableProperties(Ra=RA, cm=1),
            HodgkinHuxley(gl=1 / RM, el=REST),
        ),
        recorders=(
            *RALLPACK_1.recorders,
            SpikeDetector(label="near", node=1, threshold=0),
            SpikeDetector(label="far", node=1001, threshold=0),
        ),
        discretisation=MaximumLength(length=5),
        run=RunSettings(duration=250, dt=0.01, v_init=REST, frame_interval=10),
    )
    result = simulate(cable(), experiment, engine=engine)
    for label, name in (("near", "ref_axon.0.neuron"), ("far", "ref_axon.x.neuron")):
        time, volts = np.loadtxt(shared_data / "rallpacks" / "rallpack3" / name).T
        above = volts > 0
        expected = time[1:][above[1:] & ~above[:-1]] * 1e3
        trace = result.traces[label]
        spikes = result.spikes[label]
        assert len(spikes) == len(expected) > 10
        np.testing.assert_allclose(spikes, expected, rtol=2e-3, atol=0.05)
        assert trace.values.max() == pytest.approx(volts.max() * 1e3, abs=1)
        assert trace.values.min() == pytest.approx(volts.min() * 1e3, abs=1)


@pytest.mark.parametrize("length", [500.0, 2000.0])
def test_the_steady_state_of_a_sealed_cable_is_a_hyperbolic_cosine(engine, length):
    cell = cable(length, n_edges=100)
    steady = RALLPACK_1.replace(
        recorders=(),
        discretisation=MaximumLength(length=5),
        run=RunSettings(duration=1000, dt=1, v_init=REST, frame_interval=1000),
    )
    voltage = simulate(cell, steady, engine=engine).voltage[-1]
    x = (np.arange(len(voltage)) + 0.5) / len(voltage) * length / length_constant(1.0)
    total = length / length_constant(1.0)
    drive = CURRENT * infinite_resistance(1.0)
    expected = REST + drive * np.cosh(total - x) / np.sinh(total)
    np.testing.assert_allclose(voltage - REST, expected - REST, rtol=5e-3)


def test_a_tree_that_obeys_the_3_2_law_is_its_equivalent_cylinder(engine):
    steady = RALLPACK_1.replace(
        recorders=(),
        discretisation=MaximumLength(length=4),
        run=RunSettings(duration=1000, dt=1, v_init=REST, frame_interval=1000),
    )
    tree = rall_tree(depth=5, diameter=4.0, length=300.0, daughters=2)
    cylinder = cable(5 * 300.0, n_edges=5, diameter=4.0)
    branched, straight = (simulate(cell, steady, engine=engine) for cell in (tree, cylinder))
    ends = np.array([branched.voltage_at(node)[-1] for node in (1, 3, len(tree))])
    expected = np.array([straight.voltage_at(node)[-1] for node in (1, 2, 6)])
    np.testing.assert_allclose(ends - REST, expected - REST, rtol=2e-3)


def test_halving_dt_halves_the_error(engine):
    """Backward Euler is of first order: measured on a spike's flank, against a very small dt."""

    def trace(dt):
        run = RunSettings(duration=4, dt=dt, v_init=-62, celsius=8, frame_interval=0.8)
        result = simulate(fork(), fork_experiment(run=run), engine=engine)
        return result.traces["root"].values[:: round(0.8 / dt)]

    exact = 2 * trace(0.0003125) - trace(0.000625)
    errors = [np.abs(trace(dt) - exact).max() for dt in (0.02, 0.01, 0.005)]
    ratios = np.divide(errors[:-1], errors[1:])
    np.testing.assert_allclose(ratios, 2, rtol=0.15)


def test_compartments_of_a_third_make_a_ninth_of_the_error(engine):
    """The discretisation is of second order in the length of compartments."""
    steady = RunSettings(duration=1000, dt=1, v_init=REST, frame_interval=1000)
    total = 1000.0 / length_constant(1.0)

    def error(n):
        experiment = RALLPACK_1.replace(
            discretisation=MaximumLength(length=1000 / n * 1.0001), recorders=(), run=steady
        )
        voltage = simulate(cable(), experiment, engine=engine).voltage[-1]
        assert len(voltage) == n
        start = 0.5 / n * total  # the current goes into the centre of the first compartment
        drive = CURRENT * infinite_resistance(1.0)
        # The middle of the cable is the centre of a compartment, whatever their odd number.
        expected = drive * np.cosh(start) * np.cosh(total / 2) / np.sinh(total)
        return abs(voltage[n // 2] - REST - expected)

    errors = [error(n) for n in (3, 9, 27)]
    ratios = np.divide(errors[:-1], errors[1:])
    np.testing.assert_allclose(ratios, 9, rtol=0.15)
