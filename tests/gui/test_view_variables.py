"""The voltage layer coloured by another variable of the membrane."""

import numpy as np
import pytest
from qtpy.QtWidgets import QApplication
from test_view_voltage import BOTH, add, cable, colour_of, middle_pixel, uniform_frames

from napari_neuron.view import VoltageLayer
from napari_neuron.view.voltage.colours import variable_limits
from napari_neuron.view.voltage.frames import VariableFrames

__all__ = ["cable"]  # a fixture


def gate(*values):
    return VariableFrames("m_hh", "", uniform_frames(*values))


def current(*values):
    return VariableFrames("ina", "mA/cm2", uniform_frames(*values))


@BOTH
def test_the_cell_is_coloured_by_the_variable_that_is_shown(make_napari_viewer, cable, gpu):
    viewer = make_napari_viewer(show=True)
    more = (gate(0.1, 0.9), current(-2e-5, 3e-4))
    layer = add(viewer, cable, uniform_frames(-70, 20), gpu=gpu, more_frames=more)
    assert layer.variables == ("v", "m_hh", "ina")
    viewer.dims.set_point(0, 0.5)
    for name, value in (("ina", 3e-4), ("m_hh", 0.9), ("v", 20)):
        layer.show_variable(name)
        assert layer.shown.name == name
        np.testing.assert_allclose(middle_pixel(viewer), colour_of(layer, value), atol=4)
    viewer.dims.set_point(0, 0.0)
    layer.show_variable("ina")
    np.testing.assert_allclose(middle_pixel(viewer), colour_of(layer, -2e-5), atol=4)
    with pytest.raises(KeyError, match="not of 'cai'"):
        layer.show_variable("cai")


def test_each_variable_keeps_its_colours_and_says_its_unit(cable):
    layer = VoltageLayer(
        cable, uniform_frames(-61, 33), np.arange(11), 0.5, more_frames=(current(-1.23, 0.4),)
    )
    assert layer.colorbar.unit == "mV"
    layer.contrast_limits = (-90, 10)
    layer.show_variable("ina")
    assert layer.contrast_limits == pytest.approx([-1.3, 0.4])
    assert (layer.colormap.name, layer.colorbar.unit) == ("viridis", "mA/cm2")
    layer.colormap = "magma"
    layer.show_variable("v")
    assert layer.contrast_limits == [-90, 10]
    assert (layer.colormap.name, layer.colorbar.unit) == ("voltage", "mV")
    layer.show_variable("ina")
    assert layer.colormap.name == "magma"


def test_another_run_goes_on_with_the_variable_if_it_has_kept_it(cable):
    heard = []
    layer = VoltageLayer(
        cable, uniform_frames(-61, 33), np.arange(11), 0.5, more_frames=(gate(0.1, 0.9),)
    )
    layer.events.variable.connect(lambda event: heard.append(layer.shown.name))
    layer.show_variable("m_hh")
    frames = uniform_frames(-60, np.nan)
    layer.show_frames(frames, np.arange(11), 0.5, 1, [gate(0.2, np.nan)])
    assert (layer.shown.name, layer.current_frame[0]) == ("m_hh", np.float32(0.2))
    layer.shown.frames[1] = 0.6
    layer.set_valid_frames(2)
    assert layer.contrast_limits == pytest.approx([0.19, 0.6], abs=0.02)
    layer.show_frames(uniform_frames(-61, 33), np.arange(11), 0.5)
    assert (layer.shown.name, layer.contrast_limits) == ("v", [-65, 35])
    assert heard == ["m_hh", "m_hh", "v"]


def test_what_a_compartment_does_not_have_is_grey(make_napari_viewer, cable):
    viewer = make_napari_viewer(show=True)
    layer = add(viewer, cable, uniform_frames(-70), more_frames=(gate(np.nan),))
    layer.show_variable("m_hh")
    QApplication.processEvents()
    red, green, blue = middle_pixel(viewer)
    assert red == green == blue > 0


@pytest.mark.parametrize(
    ("values", "limits"),
    [
        ((), (0, 1)),
        ((np.nan,), (0, 1)),
        ((0.0317, 0.936), (0.03, 0.94)),
        ((-2.34e-5, 7e-6), (-2.4e-5, 7e-6)),
        ((0.12,), (0.12, 0.13)),
        ((0.0,), (0, 0.1)),
        ((140.0, np.nan), (140, 150)),
    ],
)
def test_limits_reach_a_little_beyond_what_occurs(values, limits):
    assert variable_limits(uniform_frames(*values)) == pytest.approx(limits)
