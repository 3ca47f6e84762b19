"""What docs/teaching.md tells a class to find."""

import numpy as np
import pytest

import napari_neuron as nn
from napari_neuron.presets import SQUID_AXON

V = nn.VoltageRecorder(label="v", node=1)
SPIKES = nn.SpikeDetector(label="spikes", node=1)


def squid(engine, cell, *stimuli, recorders=(V, SPIKES), paint=(), celsius=6.3, duration=40.0):
    experiment = nn.Experiment(
        paint=(*SQUID_AXON.paint, *paint),
        stimuli=stimuli,
        recorders=recorders,
        run=nn.RunSettings(duration=duration, celsius=celsius),
    )
    return nn.simulate(cell, experiment, engine=engine)


@pytest.mark.parametrize(
    ("amplitude", "rate"),
    [(0.02, 0), (0.05, 1), (0.08, 54), (0.1, 62), (0.2, 80), (0.5, 108), (1, 136), (2, 1)],
)
def test_the_firing_rate_against_the_current(engine, amplitude, rate):
    pulse = nn.CurrentPulse(nodes=(1,), delay=10, duration=500, amplitude=amplitude)
    spikes = squid(engine, nn.single_compartment(), pulse, duration=520).spikes["spikes"]
    if rate < 2:
        assert len(spikes) == rate
    else:
        assert 1000 / np.diff(spikes).mean() == pytest.approx(rate, abs=1)


@pytest.mark.parametrize(
    ("amplitude", "interval", "peak"),
    [(1, 6, -53), (1, 9, 34), (1, 14, 41), (0.5, 10, -55), (0.5, 11, 36)],
)
def test_the_refractory_period(engine, amplitude, interval, peak):
    pulses = nn.CurrentPulseTrain(
        nodes=(1,), delay=5, width=0.5, interval=interval, number=2, amplitude=amplitude
    )
    trace = squid(engine, nn.single_compartment(), pulses).traces["v"]
    second = trace.values[trace.time > 5 + interval]
    assert second.max() == pytest.approx(peak, abs=1)


@pytest.mark.parametrize(("outside", "peak"), [(140, 56), (70, 41), (35, 26)])
def test_the_overshoot_follows_sodium_outside(engine, outside, peak):
    pulse = nn.CurrentPulse(nodes=(1,), delay=10, duration=1, amplitude=1)
    sodium = nn.Ions(ion="na", outside=outside)
    result = squid(engine, nn.single_compartment(), pulse, paint=(sodium,))
    assert result.traces["v"].values.max() == pytest.approx(peak, abs=0.6)


@pytest.mark.parametrize(
    ("rule", "end"), [(nn.DLambda(), -0.815), (nn.MaximumLength(length=10), -0.851)]
)
def test_the_length_constant(engine, rule, end):
    constant = 1e4 * np.sqrt(2e-4 / (4 * 35.4 * 0.001))
    assert constant == pytest.approx(376, abs=1)
    experiment = nn.Experiment(
        stimuli=(nn.CurrentPulse(nodes=(1,)),),
        discretisation=rule,
        run=nn.RunSettings(v_init=-70),
    )
    result = nn.simulate(nn.straight_cable(), experiment, engine=engine)
    along = (result.voltage[-1] + 70)[result.compartment_of_node]
    along = np.log10(along / along[0])
    at = 10 * int(np.argmax(along < np.log10(np.exp(-1))))
    assert at == pytest.approx(390, abs=15)
    assert along[-1] == pytest.approx(end, abs=1e-3)
    assert along[-1] == pytest.approx(-np.log10(np.cosh(1000 / constant)), abs=0.05)


def test_attenuation_is_not_the_same_both_ways(engine):
    def from_to(one, other):
        experiment = nn.Experiment(
            stimuli=(nn.CurrentPulse(nodes=(one,)),), run=nn.RunSettings(v_init=-70)
        )
        result = nn.simulate(nn.y_shaped(), experiment, engine=engine)
        at = result.compartment_of_node
        return (result.voltage[-1, at[other - 1]] + 70) / (result.voltage[-1, at[one - 1]] + 70)

    assert from_to(202, 1) == pytest.approx(1 / 7, abs=0.01)
    assert from_to(1, 202) == pytest.approx(2 / 5, abs=0.02)


@pytest.mark.parametrize(("celsius", "speed"), [(6.3, 0.86), (18.5, 1.2)])
def test_the_speed_of_a_spike(engine, celsius, speed):
    watched = tuple(nn.SpikeDetector(label=f"{n}", node=n) for n in (21, 81))
    pulse = nn.CurrentPulse(nodes=(1,), delay=5, duration=1, amplitude=1)
    spikes = squid(
        engine, nn.straight_cable(), pulse, recorders=watched, celsius=celsius, duration=20
    ).spikes
    assert 0.6 / (spikes["81"][0] - spikes["21"][0]) == pytest.approx(speed, abs=0.03)


@pytest.mark.parametrize(
    ("level", "inward"), [(-40, True), (0, True), (40, True), (60, False)], ids=str
)
def test_the_sodium_current_turns_round_at_its_reversal_potential(engine, level, inward):
    clamp = nn.VoltageClamp(
        nodes=(1,),
        series_resistance=0.001,
        steps=(
            nn.VoltageStep(duration=5, level=-65),
            nn.VoltageStep(duration=20, level=level),
        ),
    )
    sodium = nn.VariableRecorder(label="ina", node=1, variable="ina")
    result = squid(engine, nn.single_compartment(), clamp, recorders=(sodium,), duration=20)
    current = result.traces["ina"].values
    largest = current[np.abs(current).argmax()]
    assert (largest < 0) == inward


def test_a_series_resistance_lets_the_membrane_leave_the_command(engine):
    clamp = nn.VoltageClamp(
        nodes=(1,),
        series_resistance=1,
        steps=(nn.VoltageStep(duration=5, level=-65), nn.VoltageStep(duration=20, level=0)),
    )
    trace = squid(engine, nn.single_compartment(), clamp, duration=20).traces["v"]
    assert np.abs(trace.values[trace.time > 5.3]).max() == pytest.approx(15, abs=1)
