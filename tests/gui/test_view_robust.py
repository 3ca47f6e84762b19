"""A voltage layer through whatever people do with layers: no error, nothing left behind."""

import gc
import weakref
from copy import deepcopy

import numpy as np
import pytest
from napari.layers import Layer
from qtpy.QtWidgets import QApplication

from napari_neuron.morphology import Morphology
from napari_neuron.view import Player, VoltageLayer, write_time

N = 11


def make_layer(gpu=True, seed=0):
    cell = Morphology(
        node_id=np.arange(1, N + 1),
        parent=np.arange(N) - 1,
        swc_type=np.full(N, 3),
        position=np.c_[np.arange(N) * 10.0, np.zeros((N, 2))],
        radius=np.full(N, 5.0),
        name="cable",
    )
    frames = np.random.default_rng(seed).uniform(-70, 30, (20, N)).astype(np.float32)
    return VoltageLayer(cell, frames, np.arange(N), 0.5, gpu=gpu)


def draw(viewer):
    for _ in range(3):
        QApplication.processEvents()
    return viewer.screenshot(canvas_only=True, flash=False)


def test_two_viewers_show_two_layers_at_their_own_times(make_napari_viewer):
    one, other = make_napari_viewer(show=True), make_napari_viewer(show=True)
    for seed, viewer in enumerate((one, other)):
        viewer.add_layer(make_layer(seed=seed))
        viewer.dims.ndisplay = 3
        viewer.reset_view()
        write_time(viewer)
    one.dims.set_point(0, 3.0)
    other.dims.set_point(0, 7.0)
    before = draw(other)
    one.dims.set_point(0, 5.0)
    np.testing.assert_array_equal(draw(other), before)
    one.layers.clear()
    np.testing.assert_array_equal(draw(other), before)


@pytest.mark.parametrize("gpu", [True, False], ids=["gpu", "plain Surface"])
def test_whatever_is_done_with_it_goes_without_errors(make_napari_viewer, tmp_path, gpu):
    viewer = make_napari_viewer(show=True)
    layer = make_layer(gpu)
    viewer.add_layer(layer)
    draw(viewer)
    for change in ("visible", "ndisplay", "colouring", "map", "variable", "duplicate", "save"):
        if change == "visible":
            layer.visible = False
            viewer.dims.set_point(0, 2.0)
            layer.visible = True
        elif change == "ndisplay":
            for ndisplay in (3, 2, 3):
                viewer.dims.ndisplay = ndisplay
                draw(viewer)
        elif change == "colouring":
            layer.colouring = "per compartment"
            draw(viewer)
            layer.colouring = "along the cable"
        elif change == "map":
            layer.show_map("peak", np.arange(N), "mV")
            layer.threshold = 3.0
        elif change == "variable":
            layer.show_variable("v")
        elif change == "duplicate":
            data, state, kind = layer.as_layer_data_tuple()
            viewer.add_layer(Layer.create(deepcopy(data), state, kind))
        elif change == "save":
            assert layer.save(str(tmp_path / "layer.csv"), plugin="napari")
        draw(viewer)
        viewer.dims.set_point(0, 4.0)
    viewer.layers.clear()
    draw(viewer)


def test_rolled_axes_and_back_show_the_same(make_napari_viewer):
    viewer = make_napari_viewer(show=True)
    viewer.add_layer(make_layer())
    viewer.dims.set_point(1, 0.0)
    draw(viewer)
    for _ in range(4):
        viewer.dims.roll()
        draw(viewer)
    assert viewer.dims.order == (0, 1, 2, 3)
    viewer.dims.transpose()
    draw(viewer)


def test_a_removed_layer_is_not_kept_alive(make_napari_viewer):
    viewer = make_napari_viewer(show=True)
    layer = make_layer()
    viewer.add_layer(layer)
    write_time(viewer)
    player = Player(viewer)
    player.play()
    draw(viewer)
    held = weakref.ref(layer.frames.base if layer.frames.base is not None else layer.frames)
    viewer.layers.clear()
    player.stop()
    viewer.add_points(np.zeros((1, 3)))
    viewer.layers.clear()
    del layer
    for _ in range(5):
        QApplication.processEvents()
        gc.collect()
    assert held() is None


def test_closing_the_viewer_during_play_is_quiet(make_napari_viewer, qtbot):
    viewer = make_napari_viewer(show=True)
    viewer.add_layer(make_layer())
    player = Player(viewer)
    player.ms_per_second = 5.0
    player.play()
    qtbot.wait(150)
    viewer.close()
    qtbot.wait(150)
    assert not player.is_playing
