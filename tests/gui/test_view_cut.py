"""What a slice shows of a cell, in pixels; the slab; the way to a node."""

import numpy as np
import pytest
from canvas_picture import colour_of, middle_pixel

from napari_neuron.morphology import Morphology
from napari_neuron.view import VoltageLayer
from napari_neuron.view.navigation import jump_to_node

LIMITS = (-80.0, 40.0)
ORDERS = {"z": (0, 1, 2, 3), "y": (0, 2, 3, 1), "x": (0, 3, 1, 2)}
"""The axes in which napari shows them: sliced first, then down and right."""


@pytest.fixture
def diagonal():
    """A cable of radius 4 µm from corner to corner of a cube of 100 µm, in two halves."""
    at = np.linspace(0, 100, 11)
    return Morphology(
        node_id=np.arange(1, 12),
        parent=np.arange(11) - 1,
        swc_type=np.full(11, 3),
        position=np.c_[at, at, at],
        radius=np.full(11, 4.0),
        name="diagonal",
    )


@pytest.fixture(params=[True, False], ids=["gpu", "plain Surface"])
def shown(make_napari_viewer, diagonal, request):
    """A viewer in 2D with an image and the cell: one half at -70, then 20; the other at 0 mV."""
    viewer = make_napari_viewer(show=True)
    image = viewer.add_image(np.full((11, 11, 11), 255, dtype=np.uint8), contrast_limits=(0, 255))
    image.units = ("um",) * 3
    image.scale = (10.0,) * 3
    frames = np.array([[-70.0] * 6 + [0.0] * 5, [20.0] * 6 + [0.0] * 5], dtype=np.float32)
    layer = VoltageLayer(
        diagonal,
        frames,
        np.arange(11),
        0.5,
        contrast_limits=LIMITS,
        minimum_radius=0,
        gpu=request.param,
    )
    viewer.add_layer(layer)
    layer.colorbar.visible = False
    viewer.dims.ndisplay = 2
    yield viewer, layer
    viewer.layers.clear()


def pixel(viewer, place):
    """Return the colour at a place (z, y, x in µm) of the slice, as the camera shows it."""
    down, right = viewer.dims.order[2:]
    viewer.camera.center = (0, place[down - 1], place[right - 1])
    return middle_pixel(viewer)


@pytest.mark.parametrize("axis", ORDERS)
def test_the_cut_is_filled_with_its_voltage_and_nothing_else_is(shown, axis):
    viewer, layer = shown
    viewer.dims.order = ORDERS[axis]
    sliced = ORDERS[axis][1]
    viewer.reset_view()
    viewer.camera.zoom = 8
    for depth, time, voltage in ((20, 0.0, -70), (20, 0.5, 20), (80, 0.5, 0)):
        viewer.dims.set_point((0, sliced), (time, depth))
        np.testing.assert_allclose(
            pixel(viewer, (depth,) * 3), colour_of(layer, voltage), atol=2, err_msg=f"{depth} µm"
        )
        # across the diagonal the cut is as narrow as the tube, along it longer
        aside, down = np.full(3, depth, float), viewer.dims.order[2] - 1
        right = viewer.dims.order[3] - 1
        aside[[down, right]] += 5, -5
        assert pixel(viewer, aside).min() == 255
        along = np.full(3, depth, float)
        along[[down, right]] += 2.5
        np.testing.assert_allclose(pixel(viewer, along), colour_of(layer, voltage), atol=2)


def test_time_moves_colours_and_cuts_nothing_anew(shown):
    viewer, layer = shown
    viewer.dims.set_point(1, 20)
    pixel(viewer, (20, 20, 20))
    cuts = []
    layer.cut = lambda *args, cut=layer.cut: cuts.append(args) or cut(*args)
    viewer.dims.set_point(0, 0.5)
    np.testing.assert_allclose(pixel(viewer, (20, 20, 20)), colour_of(layer, 20), atol=2)
    assert not cuts
    viewer.dims.set_point(1, 60)
    assert cuts


def test_a_slab_shows_what_is_near_and_fades(shown):
    viewer, layer = shown
    viewer.dims.set_point(1, 20)
    viewer.reset_view()
    assert pixel(viewer, (20, 40, 40)).min() == 255
    layer.slab = 40.0
    near, far = (pixel(viewer, (20, at, at)).min() for at in (40, 55))
    assert near < far < 250
    assert pixel(viewer, (20, 75, 75)).min() == 255
    np.testing.assert_allclose(pixel(viewer, (20, 20, 20)), colour_of(layer, -70), atol=2)
    before = pixel(viewer, (20, 40, 40))
    layer.colormap = "gray"
    assert np.ptp(pixel(viewer, (20, 40, 40))) < 3 < np.ptp(before)
    viewer.dims.set_point(0, 0.5)
    assert pixel(viewer, (20, 40, 40)).min() > before.min() + 20  # nearly white, over white
    layer.slab = 0.0
    assert pixel(viewer, (20, 40, 40)).min() == 255
    with pytest.raises(ValueError, match="0 or more"):
        layer.slab = -1.0


def test_of_cable_near_a_slice_the_nearest_hides_the_rest(shown, diagonal):
    viewer, layer = shown
    at = diagonal.position.copy()
    at[6:, :2] = at[:5, :2]  # the other half lies over the first, farther from the slice
    viewer.layers.remove(layer)
    parent = np.where(np.arange(11) == 6, -1, diagonal.parent)
    back = VoltageLayer(
        diagonal.replace(position=at, parent=parent),
        layer.frames,
        np.arange(11),
        0.5,
        contrast_limits=LIMITS,
        gpu=layer.gpu,
    )
    viewer.add_layer(back)
    back.slab = 200.0
    viewer.dims.set_point(1, 0)
    opacity = 0.6 * (1 - 20 / 200)  # the slice is 10 µm thick
    expected = opacity * colour_of(back, -70) + (1 - opacity) * 255
    # between two nodes: where edges meet they are equally near
    np.testing.assert_allclose(pixel(viewer, (0, 25, 25)), expected, atol=6)


def test_a_jump_brings_the_node_into_the_slice_and_the_middle(shown, diagonal):
    viewer, layer = shown
    viewer.dims.set_point(0, 0.5)
    for axis, order in ORDERS.items():
        viewer.dims.order = order
        viewer.camera.zoom = 8
        jump_to_node(viewer, diagonal, 3)
        assert viewer.dims.point == pytest.approx((0.5, 20, 20, 20), abs=0.5), axis
        np.testing.assert_allclose(middle_pixel(viewer), colour_of(layer, 20), atol=2)
    viewer.dims.order = (0, 1, 2, 3)
    viewer.dims.ndisplay = 3
    jump_to_node(viewer, diagonal, 7)
    assert tuple(viewer.camera.center) == pytest.approx((60, 60, 60))
    with pytest.raises(KeyError):
        jump_to_node(viewer, diagonal, 99)
