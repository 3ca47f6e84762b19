"""What protocols measure, against theory and against plain NEURON."""

import numpy as np
import pytest
from engine_shapes import cable, fork, fork_experiment

from napari_neuron import (
    CableProperties,
    ConvergenceCheck,
    CurrentPulse,
    DensityMechanism,
    Experiment,
    FICurve,
    HodgkinHuxley,
    MaximumLength,
    Passive,
    RunSettings,
    StepResponses,
    SynapseThreshold,
    TransferResistance,
    run_protocol,
    simulate,
)
from napari_neuron.compile.effect import passive_resistance_at
from napari_neuron.protocols.run import protocol_steps

RA, CM, G, REST = 100.0, 1.0, 1e-4, -65.0
TAU = 1e-3 * CM / G  # ms
RUN = RunSettings(v_init=REST, dt=0.025)
PASSIVE = Experiment(
    paint=(CableProperties(Ra=RA, cm=CM), Passive(g=G, e=REST)),
    discretisation=MaximumLength(length=5),
    run=RUN,
)
PATCH_UM = 20.0


def patch():
    """A cylinder as long as thick, one compartment: no cable."""
    return cable(length=PATCH_UM, n_edges=2, diameter=PATCH_UM, name="patch")


def hh_patch():
    one = Experiment(
        paint=(CableProperties(Ra=RA, cm=CM), HodgkinHuxley()),
        discretisation=MaximumLength(length=100),
        run=RUN,
    )
    return patch(), one


def steps(node=1, **changes):
    values = {"delay": 10, "duration": 150, "first_amplitude": -0.002, "last_amplitude": 0.002}
    return StepResponses(node=node, **{**values, "number": 3, **changes})


# a passive membrane ------------------------------------------------------------------------


def test_a_patch_has_the_resistance_and_time_constant_of_its_membrane():
    area = np.pi * PATCH_UM * PATCH_UM * 1e-8  # cm2
    passive = PASSIVE.replace(discretisation=MaximumLength(length=100))
    found = run_protocol(patch(), passive, steps(node=2))
    assert found["input_resistance"] == pytest.approx(1e-6 / (G * area), rel=1e-4)
    assert found["time_constant"] == pytest.approx(TAU + RUN.dt / 2, rel=1e-4)  # backward Euler
    assert found["capacitance"] == pytest.approx(1e6 * CM * area, rel=3e-3)
    assert found["sag_ratio"] == pytest.approx(0, abs=1e-6)
    assert found["resting_voltage"] == pytest.approx(REST)
    assert found.outcome.warnings == ()


@pytest.mark.parametrize("electrotonic", [0.5, 1.0, 1.5])
def test_a_sealed_cable_has_rall_s_resistance_and_time_constant(electrotonic):
    diameter = 2.0
    lambda_um = 1e4 * np.sqrt(diameter * 1e-4 / (4 * G * RA))
    length = electrotonic * lambda_um
    infinite = 2 / np.pi * np.sqrt(RA / G) * (diameter * 1e-4) ** -1.5 * 1e-6  # MΩ
    cell = cable(length=length, n_edges=400, diameter=diameter)
    found = run_protocol(cell, PASSIVE, steps())
    assert found["input_resistance"] == pytest.approx(infinite / np.tanh(electrotonic), rel=5e-3)
    assert found["time_constant"] == pytest.approx(TAU, rel=1e-2)


@pytest.mark.parametrize("node", [1, 7])
def test_input_resistance_is_that_of_the_compartments_without_neuron(node):
    found = run_protocol(fork(), PASSIVE, steps(node=node))
    direct = passive_resistance_at(fork(), PASSIVE, node)
    assert found["input_resistance"] == pytest.approx(direct, rel=1e-4)


def test_attenuation_along_a_sealed_cable_is_cosh():
    diameter, electrotonic = 2.0, 1.2
    length = electrotonic * 1e4 * np.sqrt(diameter * 1e-4 / (4 * G * RA))
    cell = cable(length=length, n_edges=300, diameter=diameter)
    middle, end = 151, 301
    found = run_protocol(
        cell, PASSIVE, TransferResistance(node=1, nodes=(middle, end), delay=0, duration=200)
    )
    outwards = found.outcome.column("attenuation outwards")
    inwards = found.outcome.column("attenuation inwards")
    x = np.array([0.5, 1.0])
    expected = np.cosh(electrotonic) / np.cosh(electrotonic * (1 - x))
    np.testing.assert_allclose(outwards, expected, rtol=5e-3)
    # from a place x the end at 0 is reached over a cable of length x
    np.testing.assert_allclose(inwards, np.cosh(electrotonic * x), rtol=5e-3)
    np.testing.assert_allclose(found.outcome.column("path distance"), length * x)


def test_transfer_resistance_is_the_same_both_ways_in_any_linear_cell():
    protocol = TransferResistance(node=1, nodes=(5, 7), delay=0, duration=200)
    found = run_protocol(fork(), PASSIVE, protocol)
    assert found["reciprocity_error"] < 1e-6
    assert found.outcome.warnings == ()
    attenuation = found.outcome.column("attenuation outwards")
    back = found.outcome.column("attenuation inwards")
    assert (np.abs(attenuation - back) > 0.01).all()  # of voltage it is not


def test_the_experiment_s_own_stimuli_do_not_count_against_the_run_without_a_step():
    pulse = CurrentPulse(nodes=(1,), delay=0, duration=1000, amplitude=0.01)
    busy = PASSIVE.replace(stimuli=(pulse,))
    alone = run_protocol(fork(), busy, steps())
    beside = run_protocol(fork(), busy, steps(keep_stimuli="all"))
    elsewhere = run_protocol(fork(), busy, steps(keep_stimuli="elsewhere"))
    assert beside["input_resistance"] == pytest.approx(alone["input_resistance"], rel=1e-6)
    assert beside["resting_voltage"] > alone["resting_voltage"] + 1
    assert elsewhere["resting_voltage"] == alone["resting_voltage"]


# active membranes --------------------------------------------------------------------------


def spikes_by_hand(amplitude, delay, duration):
    """Count the spikes of `hh_patch` in a plain NEURON script."""
    from neuron import h

    section = h.Section(name="by_hand")
    section.L = section.diam = PATCH_UM
    section.Ra, section.cm = RA, CM
    section.insert("hh")
    clamp = h.IClamp(section(0.5))
    clamp.delay, clamp.dur, clamp.amp = delay, duration, amplitude
    detector = h.NetCon(section(0.5)._ref_v, None, sec=section)
    detector.threshold = -20
    times = h.Vector()
    detector.record(times)
    h.CVode().active(0)
    h.load_file("stdrun.hoc")
    h.celsius, h.dt, h.steps_per_ms, h.v_init = 6.3, 0.025, 40, REST
    h.tstop = delay + duration
    h.run()
    n = len(times)
    h.delete_section(sec=section)
    return n


def test_the_rheobase_of_hodgkin_and_huxley_is_that_of_a_bisection_in_plain_neuron():
    precision, delay, duration = 1e-4, 20.0, 100.0
    cell, experiment = hh_patch()
    protocol = FICurve(
        node=2,
        first_amplitude=0,
        last_amplitude=0.2,
        number=3,
        delay=delay,
        duration=duration,
        rheobase_precision=precision,
    )
    found = run_protocol(cell, experiment, protocol)
    low, high = 0.0, 0.2
    while high - low > precision / 10:
        middle = (low + high) / 2
        if spikes_by_hand(middle, delay, duration):
            high = middle
        else:
            low = middle
    assert high <= found["rheobase"] + 1e-12
    assert found["rheobase"] - high <= precision
    counts = dict(
        zip(found.outcome.column("amplitude"), found.outcome.column("spikes"), strict=True)
    )
    assert counts[0.2] == spikes_by_hand(0.2, delay, duration) > 1


def test_the_f_i_curve_of_a_family_rises_and_is_in_spikes_per_second():
    cell, experiment = hh_patch()
    protocol = FICurve(
        node=2,
        first_amplitude=0.1,
        last_amplitude=0.4,
        number=4,
        duration=200,
        skip=50,
        rheobase_precision=None,
    )
    found = run_protocol(cell, experiment, protocol)
    rate, steady = found.outcome.column("rate"), found.outcome.column("last interval")
    assert (np.diff(rate) >= 0).all()
    assert rate[-1] > rate[0] > 0
    np.testing.assert_allclose(rate, steady, atol=1000 / 150)  # one spike more or less
    assert found["gain"] > 0
    assert [run.planned.name for run in found.runs] == ["0.1 nA", "0.2 nA", "0.3 nA", "0.4 nA"]


def test_a_cell_that_fires_by_itself_has_no_rheobase():
    cell, experiment = hh_patch()
    pulse = CurrentPulse(nodes=(2,), delay=0, duration=1000, amplitude=0.2)
    protocol = FICurve(
        node=2, keep_stimuli="all", number=2, last_amplitude=0.1, delay=10, duration=60
    )
    found = run_protocol(cell, experiment.replace(stimuli=(pulse,)), protocol)
    assert np.isnan(found["rheobase"])
    assert "fires without any current" in found.outcome.warnings[0]


def test_potassium_channels_that_close_slowly_make_sag():
    cell, experiment = hh_patch()
    held = CurrentPulse(nodes=(2,), delay=0, duration=1e4, amplitude=0.1)  # opens them
    experiment = experiment.replace(
        paint=(CableProperties(Ra=RA, cm=CM), HodgkinHuxley(gnabar=0)), stimuli=(held,)
    )
    protocol = steps(node=2, delay=60, keep_stimuli="all", first_amplitude=-0.02, number=1)
    found = run_protocol(cell, experiment, protocol.replace(last_amplitude=-0.02))
    peak, steady = (found.outcome.column(f"{what} change")[0] for what in ("peak", "steady"))
    assert 0.05 < found["sag_ratio"] == pytest.approx(1 - steady / peak)


def test_the_synapse_threshold_is_the_smallest_number_that_fires():
    cell, experiment = hh_patch()
    protocol = SynapseThreshold(node=2, nodes=(2,), weight=0.0005, onset=20, window=20, number=100)
    found = run_protocol(cell, experiment, protocol)
    threshold = round(found["threshold"])
    assert 1 < threshold < 100
    for number, fires in ((threshold, True), (threshold - 1, False)):
        (run,) = [run for run in found.runs if run.planned.key == (float(number),)]
        result = simulate(cell, run.planned.experiment)
        assert (len(result.spikes["node 2"]) > 0) is fires
        assert len(run.planned.experiment.stimuli[0].nodes) == number


def test_the_threshold_weight_times_its_synapses_is_that_of_one():
    cell, experiment = hh_patch()
    one = SynapseThreshold(
        node=2, nodes=(2,), sought="weight", number=1, weight=0.1, onset=20, window=20
    )
    five = one.replace(number=5, weight=0.02)
    weights = [run_protocol(cell, experiment, p)["threshold"] for p in (one, five)]
    assert weights[0] == pytest.approx(5 * weights[1], rel=0.02)


# convergence -------------------------------------------------------------------------------


def test_backward_euler_is_of_order_one_in_the_time_step():
    experiment = PASSIVE.replace(
        stimuli=(CurrentPulse(nodes=(1,), delay=5, duration=20, amplitude=0.05),),
        run=RUN.replace(duration=40, dt=0.1),
    )
    found = run_protocol(fork(), experiment, ConvergenceCheck(node=1, compartment_thirds=0))
    assert found["time_order"] == pytest.approx(1, abs=0.1)


def test_the_error_in_space_is_of_order_two():
    cell = cable(length=1000, n_edges=200)
    experiment = PASSIVE.replace(
        stimuli=(CurrentPulse(nodes=(101,), delay=5, duration=20, amplitude=0.05),),
        discretisation=MaximumLength(length=1000 / 9),
        run=RUN.replace(duration=30),
    )
    check = ConvergenceCheck(node=101, time_halvings=0, compartment_thirds=2)
    found = run_protocol(cell, experiment, check)
    change = found.outcome.column("change")
    np.testing.assert_array_equal(found.outcome.column("compartments"), [9, 27, 81])
    # e(h) - e(h/3) and e(h) - e(h/9) of an error that goes with h²
    assert change[2] / change[1] == pytest.approx((1 - 1 / 81) / (1 - 1 / 9), rel=0.1)


def test_a_fine_discretisation_is_good_enough_and_a_coarse_one_is_not():
    experiment = fork_experiment(duration=12.0)
    fine = experiment.replace(run=experiment.run.replace(dt=0.0125))
    coarse = experiment.replace(run=experiment.run.replace(dt=0.2, frame_interval=0.2))
    verdicts = [
        run_protocol(fork(), one, ConvergenceCheck(node=5)).outcome.words[0]
        for one in (fine, coarse)
    ]
    assert verdicts[0].startswith("The time step is good enough.")
    assert verdicts[1].startswith("The time step is too coarse.")


# carrying out ------------------------------------------------------------------------------


def test_what_is_found_does_not_depend_on_the_number_of_processes():
    cell, experiment = hh_patch()
    protocol = FICurve(node=2, number=3, duration=50, delay=10)
    one, two = (run_protocol(cell, experiment, protocol, processes=n) for n in (1, 2))
    assert one.outcome == two.outcome


def test_what_is_known_so_far_is_told_after_each_run():
    from napari_neuron.engine.sweep import WarmEngines

    cell, experiment = hh_patch()
    protocol = FICurve(node=2, number=3, duration=50, delay=10, rheobase_precision=None)
    with WarmEngines(1) as engines:
        found = list(protocol_steps(cell, experiment, protocol, engines))
    assert [len(one.outcome.column("amplitude")) for one in found] == [1, 2, 3]


def test_a_family_that_cannot_be_simulated_fails_with_the_error_of_a_run():
    cell, experiment = hh_patch()
    unknown = experiment.replace(paint=(DensityMechanism(name="no_such_channel"),))
    with pytest.raises(ValueError, match="no_such_channel"):
        run_protocol(cell, unknown, steps(node=2))
