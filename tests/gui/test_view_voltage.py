"""The voltage layer in a real viewer: colours on the canvas, time, live filling, and toggles."""

import subprocess
import sys
from copy import deepcopy
from dataclasses import replace

import numpy as np
import pytest
from canvas_picture import colour_of, middle_pixel
from napari.layers import Layer
from napari.utils.notifications import notification_manager
from qtpy.QtWidgets import QApplication

from napari_neuron.morphology import Morphology
from napari_neuron.view import VoltageLayer, voltage_limits

BOTH = pytest.mark.parametrize("gpu", [True, False], ids=["gpu", "plain Surface"])
LIMITS = (-80.0, 40.0)


@pytest.fixture
def cable():
    """A thick cable along x, from 0 to 100 µm, at y = z = 0."""
    x = np.linspace(0, 100, 11)
    return Morphology(
        node_id=np.arange(1, 12),
        parent=np.arange(11) - 1,
        swc_type=np.full(11, 3),
        position=np.c_[x, np.zeros((11, 2))],
        radius=np.full(11, 20.0),
        name="cable",
    )


def uniform_frames(*voltages):
    return np.repeat(np.array(voltages, dtype=np.float32)[:, None], 11, axis=1)


def add(viewer, cable, frames, **settings):
    settings = {"contrast_limits": LIMITS, "shading": "none"} | settings
    layer = VoltageLayer(cable, frames, np.arange(11), 0.5, **settings)
    viewer.add_layer(layer)
    layer.colorbar.visible = False
    viewer.dims.ndisplay = 3
    viewer.reset_view()
    return layer


@BOTH
def test_at_each_time_in_ms_a_voltage_has_its_colour(make_napari_viewer, cable, gpu):
    viewer = make_napari_viewer(show=True)
    layer = add(viewer, cable, uniform_frames(-70, -30, 10, 90), gpu=gpu)
    assert viewer.dims.range[0].stop == 1.5
    assert viewer.dims.range[0].step == 0.5
    for time, voltage in ((1.0, 10), (0.0, -70), (1.5, 90), (0.5, -30)):
        viewer.dims.set_point(0, time)
        np.testing.assert_allclose(middle_pixel(viewer), colour_of(layer, voltage), atol=4)


@BOTH
def test_colour_map_limits_opacity_and_visibility_show(make_napari_viewer, cable, gpu):
    viewer = make_napari_viewer(show=True)
    layer = add(viewer, cable, uniform_frames(0.0), gpu=gpu)
    layer.colormap = "viridis"
    layer.contrast_limits = (-10, 100)
    np.testing.assert_allclose(middle_pixel(viewer), colour_of(layer, 0.0), atol=4)
    layer.opacity = 0.5
    assert middle_pixel(viewer).sum() < 0.8 * colour_of(layer, 0.0).sum()
    layer.visible = False
    assert middle_pixel(viewer).sum() == 0
    layer.visible, layer.opacity = True, 1.0
    np.testing.assert_allclose(middle_pixel(viewer), colour_of(layer, 0.0), atol=4)


@pytest.mark.parametrize("shading", ["smooth", "flat"])
def test_shading_keeps_the_side_towards_the_viewer_bright(make_napari_viewer, cable, shading):
    viewer = make_napari_viewer(show=True)
    layer = add(viewer, cable, uniform_frames(35.0), shading=shading)
    for angles in ((0, 0, 90), (0, 180, 90), (30, 40, 50)):
        viewer.camera.angles = angles
        assert middle_pixel(viewer).sum() > 0.7 * colour_of(layer, 35.0).sum()


@BOTH
def test_a_run_under_way_fills_the_layer(make_napari_viewer, cable, gpu):
    viewer = make_napari_viewer(show=True)
    frames = uniform_frames(np.nan, np.nan, np.nan, np.nan)
    layer = add(viewer, cable, frames, gpu=gpu, n_valid=0)
    middle_pixel(viewer)  # nothing yet, and no error
    viewer.dims.set_point(0, 1.5)
    frames[0] = -70
    layer.set_valid_frames(1)
    np.testing.assert_allclose(middle_pixel(viewer), colour_of(layer, -70), atol=4)
    frames[1:3] = [[-10], [20]]
    layer.set_valid_frames(3)
    np.testing.assert_allclose(middle_pixel(viewer), colour_of(layer, 20), atol=4)
    viewer.dims.set_point(0, 0.5)
    np.testing.assert_allclose(middle_pixel(viewer), colour_of(layer, -10), atol=4)
    with pytest.raises(ValueError, match="5 of 4 frames"):
        layer.set_valid_frames(5)


def test_limits_nobody_has_set_widen_as_the_run_goes_on(cable):
    frames = uniform_frames(-61, -58, 33)
    layer = VoltageLayer(cable, frames, np.arange(11), 0.5, n_valid=0)
    assert layer.contrast_limits == [-80, 40]
    layer.set_valid_frames(2)
    assert layer.contrast_limits == [-65, -55]
    layer.set_valid_frames(3)
    assert layer.contrast_limits == [-65, 35]
    layer.contrast_limits = (-70, 0)
    layer.set_valid_frames(2)
    layer.set_valid_frames(3)
    assert layer.contrast_limits == [-70, 0]


@BOTH
@pytest.mark.parametrize("visible", [True, False])
def test_another_run_is_shown_in_the_same_layer(make_napari_viewer, cable, gpu, visible):
    viewer = make_napari_viewer(show=True)
    layer = add(viewer, cable, uniform_frames(-70, -30), gpu=gpu, colouring="per compartment")
    layer.colormap, layer.minimum_radius, layer.visible = "viridis", 15.0, visible
    frames = np.array([[-70, 0], [-20, 0], [35, 0]], dtype=np.float32)
    layer.show_frames(frames, [0] * 9 + [1] * 2, 2.0)
    assert viewer.dims.range[0].stop == 4.0
    assert viewer.dims.range[0].step == 2.0
    assert layer.visible == visible
    layer.visible = True
    for time, voltage in ((4.0, 35), (2.0, -20), (0.0, -70)):
        viewer.dims.set_point(0, time)
        np.testing.assert_allclose(middle_pixel(viewer), colour_of(layer, voltage), atol=4)
    assert (layer.colormap.name, layer.minimum_radius) == ("viridis", 15.0)
    assert layer.contrast_limits == list(LIMITS)
    layer.show_frames(uniform_frames(np.nan, np.nan), np.arange(11), 0.5, n_valid=0)
    assert viewer.dims.range[0].stop == 0.5
    assert layer.n_valid == 0
    middle_pixel(viewer)


def test_more_compartments_than_before_fit_on_the_card(make_napari_viewer, cable):
    viewer = make_napari_viewer(show=True)
    layer = add(viewer, cable, uniform_frames(-70))
    frames = np.full((1, 5000), 20, dtype=np.float32)
    vertices = layer.mesh.vertices
    layer.show_frames(frames, np.arange(4989, 5000), 0.5)
    assert layer.mesh.vertices is vertices
    np.testing.assert_allclose(middle_pixel(viewer), colour_of(layer, 20), atol=4)


def test_limits_nobody_has_set_begin_anew_with_another_run(cable):
    layer = VoltageLayer(cable, uniform_frames(-61, 33), np.arange(11), 0.5)
    layer.show_frames(uniform_frames(-52, -41), np.arange(11), 0.5)
    assert layer.contrast_limits == [-55, -40]


@BOTH
def test_2d_3d_and_turned_axes_show_the_cell_where_it_is(make_napari_viewer, cable, gpu):
    viewer = make_napari_viewer(show=True)
    layer = add(viewer, cable, uniform_frames(-70, 35.0), gpu=gpu)
    viewer.dims.ndisplay = 2
    viewer.add_points([[60.0, 0, 0]], size=1)
    if gpu:  # napari's own way shows only faces that lie in the slice as a whole
        viewer.dims.set_point(1, 0.0)
        viewer.reset_view()
        np.testing.assert_allclose(middle_pixel(viewer), colour_of(layer, -70), atol=4)
        viewer.dims.set_point(0, 0.5)
        np.testing.assert_allclose(middle_pixel(viewer), colour_of(layer, 35), atol=4)
        viewer.dims.set_point(1, 20.0)
        assert middle_pixel(viewer).sum() > 0
        viewer.dims.set_point(1, 30.0)
        assert middle_pixel(viewer).sum() == 0
        for _ in range(4):  # napari 0.9.2 cannot do that with a plain Surface of this shape
            viewer.dims.roll()
            QApplication.processEvents()
    viewer.dims.ndisplay = 3
    viewer.dims.set_point(0, 0.5)
    viewer.reset_view()
    np.testing.assert_allclose(middle_pixel(viewer), colour_of(layer, 35), atol=4)


@BOTH
def test_the_minimum_radius_can_be_changed(make_napari_viewer, cable, gpu):
    viewer = make_napari_viewer(show=True)
    layer = add(viewer, cable.replace(radius=np.full(11, 0.01)), uniform_frames(35.0), gpu=gpu)
    layer.minimum_radius = 0.0
    viewer.camera.center = (0, 15, 50)  # beside the thin cable
    assert middle_pixel(viewer).sum() == 0
    layer.minimum_radius = 25.0
    np.testing.assert_allclose(middle_pixel(viewer), colour_of(layer, 35), atol=4)
    with pytest.raises(ValueError, match="0 or more"):
        layer.minimum_radius = -1.0


@BOTH
def test_removing_duplicating_and_other_layers_go_without_errors(make_napari_viewer, cable, gpu):
    viewer = make_napari_viewer(show=True)
    layer = add(viewer, cable, uniform_frames(-70, 35.0), gpu=gpu)
    viewer.dims.set_point(0, 0.5)
    data, state, kind = layer.as_layer_data_tuple()
    copy = viewer.add_layer(Layer.create(deepcopy(data), state, kind))
    assert (copy.ndim, kind) == (3, "surface")
    assert copy.vertex_values[0] == 35
    viewer.add_points(np.zeros((2, 3)))
    viewer.layers.remove(layer)
    layer.set_valid_frames(1)
    middle_pixel(viewer)
    viewer.layers.remove(copy)
    viewer.add_layer(layer)  # and back again
    viewer.dims.set_point(0, 0.0)
    np.testing.assert_allclose(middle_pixel(viewer), colour_of(layer, -70), atol=4)


def test_closing_the_viewer_while_it_plays_is_quiet(make_napari_viewer, cable, qtbot):
    viewer = make_napari_viewer(show=True)
    add(viewer, cable, uniform_frames(*np.linspace(-70, 30, 50)))
    viewer.window._qt_viewer.dims.play(0, 60)
    qtbot.wait(200)
    assert viewer.dims.point[0] > 0
    viewer.close()


def test_the_cursor_reads_voltage_and_node(make_napari_viewer, cable):
    viewer = make_napari_viewer(show=True)
    layer = add(viewer, cable, uniform_frames(-70, 12.0))
    viewer.dims.set_point(0, 0.5)
    value = layer.get_value(
        (0.5, -500, 0, 41), view_direction=(0, 1, 0, 0), dims_displayed=[1, 2, 3], world=True
    )
    assert value == (12.0, 5)
    viewer.dims.ndisplay = 2
    viewer.dims.set_point(1, 0.0)
    assert layer.get_value((0.5, 0, 1, 29), world=True) == (12.0, 4)
    assert layer.get_value((0.5, 0, 90, 29), world=True) is None
    assert "12" in layer.get_status((0.5, 0, 1, 29), world=True)["coordinates"]


def test_the_colour_bar_with_its_unit_is_in_the_screenshot(make_napari_viewer, cable):
    viewer = make_napari_viewer(show=True)
    layer = add(viewer, cable, uniform_frames(-70, 12.0), visible=False)
    bare = viewer.screenshot(canvas_only=True, flash=False)
    layer.visible = layer.colorbar.visible = True
    layer.opacity = 0.0
    QApplication.processEvents()
    bar = viewer.screenshot(canvas_only=True, flash=False)
    corner = (slice(0, 300), slice(-150, None))
    assert np.abs(bar[corner].astype(int) - bare[corner]).sum() > 0


def test_limits_are_rounded_out_and_never_too_narrow():
    assert voltage_limits(np.array([[-63.0, 27.0]])) == (-65, 30)
    assert voltage_limits(np.array([[-60.0, -60.0]])) == (-60, -50)
    assert voltage_limits(np.array([[np.nan, -61.0, 3.0]])) == (-65, 5)
    assert voltage_limits(np.zeros((0, 4))) == (-80, 40)


def test_frames_on_disk_are_not_copied(cable, tmp_path):
    frames = np.memmap(tmp_path / "frames", dtype=np.float32, mode="w+", shape=(5, 11))
    layer = VoltageLayer(cable, frames, np.arange(11), 0.5, n_valid=0)
    assert layer.frames is frames
    frames[0] = -42
    layer.set_valid_frames(1)
    assert layer.current_frame[3] == -42
    assert np.shares_memory(layer.current_frame, frames)


def test_without_napari_private_api_a_plain_surface_is_used_and_said_so():
    """In a process of its own: one module of napari's is made impossible to import."""
    code = """
import sys
sys.modules["napari._vispy.layers.base"] = None
import numpy as np
from napari.utils.notifications import notification_manager
from napari_neuron import Morphology
from napari_neuron.view import VoltageLayer
said = []
notification_manager.notification_ready.connect(lambda n: said.append(n.message))
cell = Morphology([1, 2], [-1, 0], [3, 3], np.array([[0.0, 0, 0], [9, 0, 0]]), [1.0, 1.0])
layer = VoltageLayer(cell, np.zeros((3, 2), np.float32), [0, 1], 0.5)
layer.set_valid_frames(2)
layer.minimum_radius = 2.0
assert not layer.gpu and layer.ndim == 4 and layer.contrast_limits[0] == 0
assert "slower" in said[0], said
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_visual_that_cannot_be_made_falls_back_and_is_said_so(make_napari_viewer, cable):
    viewer = make_napari_viewer(show=True)
    layer = VoltageLayer(
        cable, uniform_frames(-70, 35), np.arange(11), 0.5, contrast_limits=LIMITS, shading="none"
    )
    layer.mesh = replace(layer.mesh, side=np.zeros(3, np.float32))  # no visual can take that
    said = []
    notification_manager.notification_ready.connect(lambda note: said.append(note.message))
    viewer.dims.ndisplay = 3
    viewer.add_layer(layer)
    assert "slower" in said[0]
    viewer.dims.set_point(0, 0.5)
    viewer.reset_view()
    assert not layer.gpu
    np.testing.assert_allclose(middle_pixel(viewer), colour_of(layer, 35), atol=4)
