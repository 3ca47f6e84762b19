"""Kinetics measured by running a mechanism, against what its equations say."""

import numpy as np
import pytest

from napari_neuron import ExperimentError, Parameter
from napari_neuron.engine.kinetics import measure_kinetics


def hodgkin_huxley(v):
    """Rates of Hodgkin & Huxley (1952) at 6.3 °C, rest at -65 mV: (alpha, beta) of m, h, n."""

    def linoid(x, y):
        return y * (1 - x / y / 2) if abs(x / y) < 1e-6 else x / (np.exp(x / y) - 1)

    return {
        "m": (0.1 * linoid(-(v + 40), 10), 4 * np.exp(-(v + 65) / 18)),
        "h": (0.07 * np.exp(-(v + 65) / 20), 1 / (np.exp(-(v + 35) / 10) + 1)),
        "n": (0.01 * linoid(-(v + 55), 10), 0.125 * np.exp(-(v + 65) / 80)),
    }


@pytest.mark.parametrize("celsius", [6.3, 16.3])
def test_the_gates_of_hh_are_those_of_the_equations(celsius):
    voltages = np.linspace(-95, 45, 15)
    measured = measure_kinetics("hh", voltages=voltages, celsius=celsius)
    rates = [hodgkin_huxley(v) for v in voltages]
    factor = 3 ** ((celsius - 6.3) / 10)
    assert [gate.name for gate in measured.gates] == ["m", "h", "n"]
    for gate in measured.gates:
        alpha, beta = np.array([rate[gate.name] for rate in rates]).T
        np.testing.assert_allclose(gate.steady, alpha / (alpha + beta), atol=1e-3)
        np.testing.assert_allclose(gate.tau, 1 / (alpha + beta) / factor, rtol=0.01)


def test_parameters_change_the_gates_of_a_mod_file(mod_library):
    for vhalf in (-30.0, -50.0):
        measured = measure_kinetics(
            "kdr",
            parameters=[Parameter(name="vhalf", value=vhalf)],
            voltages=[vhalf - 60, vhalf - 8, vhalf, vhalf + 60],
            mod_files=mod_library.mod_files,
        )
        (n,) = measured.gates
        expected = 1 / (1 + np.exp(-(measured.voltage - vhalf) / 8))
        np.testing.assert_allclose(n.steady, expected, atol=1e-3)
        assert n.tau[2] == pytest.approx(2.0, rel=0.01)


def test_a_scheme_of_states_is_measured_too(mod_library):
    measured = measure_kinetics("cascade", voltages=[-80, -40, 0], mod_files=mod_library.mod_files)
    open_state = {gate.name: gate for gate in measured.gates}["o"]
    a, b = (0.2 * np.exp(s * (measured.voltage + 40) / 20) for s in (1, -1))
    np.testing.assert_allclose(open_state.steady, (a / (a + b)) ** 2, rtol=1e-3)
    assert (open_state.tau > 0).all()


def test_a_mechanism_without_states_has_no_gates():
    assert measure_kinetics("pas").gates == ()


@pytest.mark.parametrize(
    ("name", "values", "says"),
    [
        ("hhh", {}, "did you mean 'hh'"),
        ("ExpSyn", {}, "no density mechanism"),
        ("hh", {"parameters": [Parameter(name="gna", value=1)]}, "did you mean 'gnabar'"),
        ("hh", {"voltages": [3]}, "two different voltages"),
    ],
)
def test_what_cannot_be_measured_is_said(name, values, says):
    with pytest.raises(ExperimentError, match=says):
        measure_kinetics(name, **values)
