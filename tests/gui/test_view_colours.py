"""A known pattern is rendered, and its pixels are compared with the colour map."""

import numpy as np
import pytest
from canvas_picture import colour_of, picture_of
from napari.utils.colormaps import ensure_colormap

from napari_neuron.morphology import Morphology
from napari_neuron.view import VoltageLayer
from napari_neuron.view.overlays import camera_of

BOTH = pytest.mark.parametrize("gpu", [True, False], ids=["gpu", "plain Surface"])
N = 21
PATTERN = np.linspace(-80, 40, N).astype(np.float32)[np.random.default_rng(3).permutation(N)]
X = np.arange(N) * 10.0


@pytest.fixture
def cable():
    """A cable along x with a node, and a compartment, every 10 µm."""
    return Morphology(
        node_id=np.arange(1, N + 1),
        parent=np.arange(N) - 1,
        swc_type=np.full(N, 3),
        position=np.c_[X, np.zeros((N, 2))],
        radius=np.full(N, 15.0),
        name="cable",
    )


def show(viewer, cable, ndisplay, **settings):
    frames = np.stack([np.zeros(N, np.float32), PATTERN])
    layer = VoltageLayer(
        cable, frames, np.arange(N), 0.5, contrast_limits=(-80, 40), shading="none", **settings
    )
    viewer.add_layer(layer)
    layer.colorbar.visible = False
    viewer.dims.ndisplay = ndisplay
    viewer.dims.set_point(1, 0.0)
    viewer.dims.set_point(0, 0.5)
    viewer.reset_view()
    return layer


def colours_at(viewer, places, aside=0.0):
    """Return the colours (n, 3) that the canvas has at some x (µm), µm aside of the axis."""
    picture = picture_of(viewer)
    camera = camera_of(viewer)
    height, width = picture.shape[:2]
    columns = width / 2 + (np.asarray(places) - camera.center[2]) * camera.zoom
    row = int(height // 2 + aside * camera.zoom)
    return picture[row, np.floor(columns).astype(int)].astype(float)


@BOTH
@pytest.mark.parametrize("colormap", ["voltage", "viridis"])
def test_in_3d_each_node_has_the_colour_of_its_voltage(make_napari_viewer, cable, gpu, colormap):
    viewer = make_napari_viewer(show=True)
    named = {} if colormap == "voltage" else {"colormap": colormap}
    layer = show(viewer, cable, 3, gpu=gpu, colouring="per compartment", **named)
    # an edge has the colour of the node it leads to
    np.testing.assert_allclose(colours_at(viewer, X[1:] - 5), colour_of(layer, PATTERN[1:]), atol=2)


@BOTH
def test_in_2d_the_nearest_edge_has_its_colour(make_napari_viewer, cable, gpu):
    viewer = make_napari_viewer(show=True)
    # edges are shorter than the cable is thick: their round ends reach into one another
    layer = show(viewer, cable, 2, gpu=gpu, colouring="per compartment")
    for aside in (0.0, 10.0, -10.0):
        found = colours_at(viewer, X[1:] - 5, aside)
        np.testing.assert_allclose(found, colour_of(layer, PATTERN[1:]), atol=2)
    viewer.dims.set_point(0, 0.0)
    np.testing.assert_allclose(
        colours_at(viewer, X[1:] - 5), colour_of(layer, np.zeros(N - 1)), atol=2
    )


@BOTH
def test_along_the_cable_colours_lie_between_those_of_the_compartments(
    make_napari_viewer, cable, gpu
):
    viewer = make_napari_viewer(show=True)
    layer = show(viewer, cable, 3, gpu=gpu)
    middles = X[1:] - 5  # of the edges, which are the compartments; the root's is at 0
    places = (middles[:-1] + middles[1:]) / 2
    between = (PATTERN[1:-1] + PATTERN[2:]) / 2
    found = colours_at(viewer, places)
    ramp = colour_of(layer, np.linspace(-80, 40, 1201))
    nearest = np.abs(ramp[None] - found[:, None]).max(axis=2).argmin(axis=1)
    # a pixel is 0.3 µm wide; along 10 µm the voltage changes by 120 mV at most
    np.testing.assert_allclose(-80 + 0.1 * nearest, between, atol=8)
    layer.colouring = "per compartment"
    np.testing.assert_allclose(colours_at(viewer, middles), colour_of(layer, PATTERN[1:]), atol=2)
    layer.colouring = "along the cable"
    np.testing.assert_allclose(colours_at(viewer, places), found, atol=2)


@BOTH
def test_only_what_is_above_a_threshold_has_a_colour(make_napari_viewer, cable, gpu):
    viewer = make_napari_viewer(show=True)
    layer = show(viewer, cable, 3, gpu=gpu, colouring="per compartment")
    whole = ensure_colormap(layer.colormap)
    layer.threshold = -19.5
    above = PATTERN[1:] > -19.5
    found = colours_at(viewer, X[1:] - 5)
    values = (PATTERN[1:][above] + 80) / 120
    np.testing.assert_allclose(found[above], 255 * whole.map(values)[:, :3], atol=2)
    assert np.ptp(found[~above]) < 8  # grey
    layer.contrast_limits = (-60, 20)  # the threshold stays where it is
    assert np.ptp(colours_at(viewer, X[1:] - 5)[~above]) < 8
    layer.colormap = "viridis"
    assert np.ptp(colours_at(viewer, X[1:] - 5)[~above]) < 8
    layer.threshold = None
    assert layer.colormap.name == "viridis"


@BOTH
def test_a_map_is_shown_at_all_times_and_the_voltage_comes_back(make_napari_viewer, cable, gpu):
    viewer = make_napari_viewer(show=True)
    layer = show(viewer, cable, 3, gpu=gpu, colouring="per compartment")
    values = PATTERN[::-1] / 10
    layer.show_map("peak", values, "ms", colormap="viridis", limits=(-8.0, 4.0))
    for time in (0.0, 0.5):
        viewer.dims.set_point(0, time)
        found = colours_at(viewer, X[1:] - 5)
        np.testing.assert_allclose(found, colour_of(layer, values[1:]), atol=2)
    assert (layer.shown.unit, layer.is_map) == ("ms", True)
    layer.contrast_limits = (-5, 5)
    layer.show_variable("v")
    assert list(layer.contrast_limits) == [-80, 40]
    found = colours_at(viewer, X[1:] - 5)
    np.testing.assert_allclose(found, colour_of(layer, PATTERN[1:]), atol=2)
    layer.show_variable("peak")
    assert list(layer.contrast_limits) == [-5, 5]


def test_limits_about_rest_are_as_far_below_as_above(cable):
    layer = VoltageLayer(cable, np.stack([PATTERN, PATTERN]), np.arange(N), 0.5)
    layer.set_limits_about(-65.0)
    assert list(layer.contrast_limits) == [-170, 40]
    layer.set_limits_of_the_run()
    assert list(layer.contrast_limits) == [-80, 40]
    layer.set_limits(-500, 500)
    assert list(layer.contrast_limits) == [-500, 500]
    with pytest.raises(ValueError, match="must be below"):
        layer.set_limits(3, 3)


def test_a_prepared_colouring_is_what_an_unprepared_one_is(cable):
    frames = PATTERN[None]
    prepared, plain = (VoltageLayer(cable, frames, np.arange(N) // 2, 0.5) for _ in range(2))
    prepared.prepare_colouring("per compartment")
    assert prepared.colouring == "along the cable"
    prepared.colouring = plain.colouring = "per compartment"
    for layer in (prepared, plain):  # of a run with other compartments: nothing old is taken
        layer.prepare_colouring("along the cable")
        layer.show_frames(frames, np.arange(N), 0.5)
    np.testing.assert_array_equal(prepared.vertex_values[0], plain.vertex_values[0])
    prepared.colouring = "along the cable"
    fresh = VoltageLayer(cable, frames, np.arange(N), 0.5)
    np.testing.assert_array_equal(prepared.vertex_values[0], fresh.vertex_values[0])
    np.testing.assert_array_equal(prepared.vertices, fresh.vertices)
