"""Skeletons, synapses, markers and results as layers of a real viewer."""

import numpy as np
import pandas as pd
import pytest
from napari.layers import Layer, Points, Shapes

from napari_neuron import Experiment, Morphology, RunSettings, SimulationResult, show
from napari_neuron.view import (
    VoltageLayer,
    add_voltage_layer,
    marker_layer_data,
    skeleton_layer_data,
    synapse_layer_data,
)
from napari_neuron.view.overlays import camera_of
from napari_neuron.view.time_text import time_in_words


def fork(name="fork"):
    points = [[0, 0, 0], [50, 0, 0], [90, 30, 0], [90, -30, 10]]
    return Morphology(
        node_id=[7, 8, 10, 9],
        parent=[-1, 0, 1, 1],
        swc_type=[1, 3, 3, 2],
        position=np.array(points, float),
        radius=[5, 1, 0.5, 0],
        name=name,
        labels=np.array(["", "dendrite", "dendrite", "axon"]),
        connectors=pd.DataFrame(
            {
                "node_id": [10, 9],
                "type": ["post", "pre"],
                "x": [90.0, 91],
                "y": [31.0, -30],
                "z": 1.0,
            }
        ).assign(z=1.0),
    )


def result_of(*cells):
    experiment = Experiment(run=RunSettings(duration=1.0, dt=0.025, frame_interval=0.25))
    compartments = 3 * len(cells)
    frames = np.linspace(-70, 20, 5 * compartments, dtype=np.float32).reshape(5, compartments)
    of_node = np.concatenate([np.array([0, 1, 2, 2]) + 3 * i for i in range(len(cells))])
    return SimulationResult(
        cells=cells,
        experiment=experiment,
        frames=frames,
        samples=np.zeros((0, 41)),
        compartment_of_node=of_node,
        n_frames=5,
    )


def test_a_result_is_shown_without_moving_the_camera(make_napari_viewer):
    viewer = make_napari_viewer(ndisplay=3)
    cell = fork()
    for data in skeleton_layer_data(cell):
        viewer.add_layer(Layer.create(*data))
    camera = camera_of(viewer)
    camera.zoom, camera.angles, camera.center = 23.0, (10.0, 20.0, 30.0), (1.0, 2.0, 50.0)
    add_voltage_layer(viewer, result_of(cell))
    assert camera.zoom == pytest.approx(23.0)
    assert camera.angles == pytest.approx((10.0, 20.0, 30.0))
    assert camera.center == pytest.approx((1.0, 2.0, 50.0))


def test_a_skeleton_opens_as_paths_and_nodes(make_napari_viewer):
    viewer = make_napari_viewer()
    cell = fork()
    for data in skeleton_layer_data(cell) + synapse_layer_data(cell):
        viewer.add_layer(Layer.create(*data))
    paths, nodes, synapses = viewer.layers
    assert isinstance(paths, Shapes)
    assert isinstance(nodes, Points)
    assert [layer.name for layer in viewer.layers] == ["fork", "fork nodes", "fork synapses"]
    assert [str(unit) for unit in nodes.units] == ["micrometer"] * 3
    assert nodes.axis_labels == ("z", "y", "x")
    assert list(nodes.features["node_id"]) == [7, 8, 10, 9]
    assert list(nodes.features["label"]) == ["", "dendrite", "dendrite", "axon"]
    np.testing.assert_allclose(nodes.features["path_distance"][:2], [0, 50])
    assert (np.asarray(nodes.size) > 0).all()  # radius 0 is still to be seen
    assert sum(len(path) - 1 for path in paths.data) == 3
    assert list(synapses.features["type"]) == ["post", "pre"]
    assert not np.array_equal(synapses.face_color[0], synapses.face_color[1])
    viewer.dims.ndisplay = 3


def test_markers_sit_at_their_nodes_in_their_colours(make_napari_viewer):
    viewer = make_napari_viewer()
    marks = marker_layer_data(fork(), [9, 7], ["red", "blue"], ["tip", "soma"])
    layer = viewer.add_layer(Layer.create(*marks))
    np.testing.assert_array_equal(layer.data, [[10, -30, 90], [0, 0, 0]])
    np.testing.assert_array_equal(layer.face_color[:, [0, 2]], [[1, 0], [0, 1]])
    assert list(layer.features["name"]) == ["tip", "soma"]
    viewer.add_layer(Layer.create(*marker_layer_data(fork(), [], [], [])))
    with pytest.raises(KeyError, match="99"):
        marker_layer_data(fork(), [99], ["red"], ["nowhere"])


def test_a_result_is_shown_in_3d_over_its_hidden_skeleton(make_napari_viewer):
    viewer = make_napari_viewer()
    cell = fork()
    for data in skeleton_layer_data(cell):
        viewer.add_layer(Layer.create(*data))
    assert show(result_of(cell), viewer) is viewer
    assert [layer.visible for layer in viewer.layers] == [False, False, True]
    assert isinstance(viewer.layers[-1], VoltageLayer)
    assert viewer.dims.ndisplay == 3
    assert viewer.dims.axis_labels == ("time", "z", "y", "x")
    assert viewer.dims.range[0].stop == 1.0
    assert viewer.dims.point[0] == 0.0


def test_rolling_the_axes_of_a_viewer_leaves_time(make_napari_viewer):
    viewer = make_napari_viewer()
    show(result_of(fork()), viewer)
    viewer.add_image(np.zeros((4, 5, 6)))
    viewer.dims.ndisplay = 2
    displayed = []
    for _ in range(3):
        viewer.dims.roll()
        displayed.append(set(viewer.dims.displayed))
    assert sorted(map(sorted, displayed)) == [[1, 2], [1, 3], [2, 3]]


def test_show_uses_the_current_viewer_and_brings_the_skeleton(make_napari_viewer):
    viewer = make_napari_viewer()
    assert show(result_of(fork()), minimum_radius=2.0) is viewer
    assert [layer.name for layer in viewer.layers] == ["fork", "fork nodes", "fork voltage"]
    assert viewer.layers[-1].minimum_radius == 2.0


def test_several_cells_are_one_layer_or_one_each_and_share_the_frames(make_napari_viewer):
    viewer = make_napari_viewer()
    one, two = fork("one"), fork("two")
    result = result_of(one, two)
    show(result, viewer, skeleton=False)
    (both,) = viewer.layers
    np.testing.assert_array_equal(both.current_frame, result.frames[0])
    assert np.shares_memory(both.frames, result.frames)
    assert both.visible_cells == ("one", "two")
    second = add_voltage_layer(viewer, result, cell="two")
    np.testing.assert_array_equal(second.current_frame, result.frames[0, 3:])
    assert second.morphology is two
    with pytest.raises(KeyError, match="three"):
        add_voltage_layer(viewer, result, cell="three")


def test_several_cells_share_one_colour_bar(make_napari_viewer):
    viewer = make_napari_viewer()
    show(result_of(fork("one"), fork("two")), viewer)
    assert [layer.name for layer in viewer.layers] == ["2 cells voltage"]
    assert viewer.layers[0].colorbar.visible
    viewer.layers[0].colour_by_cell()
    assert not viewer.layers[0].colorbar.visible
    viewer.layers[0].show_variable("v")
    assert viewer.layers[0].colorbar.visible


def text_of(viewer):
    return viewer.canvas.overlays.text if hasattr(viewer, "canvas") else viewer.text_overlay


def test_the_time_is_written_in_the_canvas_while_there_is_voltage(make_napari_viewer):
    viewer = make_napari_viewer()
    text = text_of(viewer)
    before = text.position, text.font_size
    show(result_of(fork()), viewer)
    assert (text.visible, text.text) == (True, "0.00 ms")
    viewer.dims.set_point(0, 0.75)
    assert text.text == "0.75 ms"
    viewer.layers.remove("fork voltage")
    assert (text.visible, text.text) == (False, "")
    assert (text.position, text.font_size) == before
    show(result_of(fork()), viewer)
    assert text.visible


def test_the_time_has_a_box_behind_it_only_over_an_image(make_napari_viewer):
    viewer = make_napari_viewer()
    text = text_of(viewer)
    if not hasattr(text, "box"):
        pytest.skip("this napari draws no boxes")
    show(result_of(fork()), viewer)
    assert not text.box
    image = viewer.add_image(np.zeros((4, 4, 4)))
    assert text.box
    viewer.layers.remove(image)
    assert not text.box
    viewer.layers.clear()
    assert text.box


def test_a_new_time_leaves_nothing_to_be_placed_while_napari_draws(make_napari_viewer):
    viewer = make_napari_viewer()
    canvas = viewer.window._qt_viewer.canvas
    if not hasattr(viewer, "canvas"):
        pytest.skip("this napari offers no way to have it placed before")
    show(result_of(fork()), viewer)
    viewer.dims.set_point(0, 0.75)
    assert not canvas._needs_overlay_position_update


def test_a_text_of_the_persons_own_is_left_alone(make_napari_viewer):
    viewer = make_napari_viewer()
    text = text_of(viewer)
    show(result_of(fork()), viewer)
    text.text = "mine"
    viewer.dims.set_point(0, 0.5)
    viewer.layers.clear()
    assert (text.visible, text.text) == (True, "mine")
    show(result_of(fork()), viewer)
    viewer.dims.set_point(0, 0.5)
    assert text.text == "mine"


@pytest.mark.parametrize(
    ("moment", "interval", "words"),
    [
        (252.1, 0.1, "252.1 ms"),
        (3.0, 0.25, "3.00 ms"),
        (7.4, 1.0, "7 ms"),
        (0.05, 0.025, "0.050 ms"),
    ],
)
def test_the_time_has_the_decimals_of_the_frames(moment, interval, words):
    assert time_in_words(moment, interval) == words
