"""A voltage layer through whatever people do with layers: no error, nothing left behind."""

import subprocess
import sys
from copy import deepcopy
from pathlib import Path

import numpy as np
import pytest
from napari.layers import Layer
from qtpy.QtWidgets import QApplication

from napari_neuron.morphology import Morphology
from napari_neuron.view import Player, VoltageLayer, write_time
from napari_neuron.view.overlays import text_overlay_of

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
    # not drawn: with two windows vispy complains of napari's own surfaces too
    one, other = make_napari_viewer(), make_napari_viewer()
    layers = [make_layer(seed=seed) for seed in (0, 1)]
    for viewer, layer in zip((one, other), layers, strict=True):
        viewer.add_layer(layer)
        viewer.dims.ndisplay = 3
        write_time(viewer)
    one.dims.set_point(0, 3.0)
    other.dims.set_point(0, 7.0)
    one.dims.set_point(0, 5.0)
    for layer, row in zip(layers, (10, 14), strict=True):
        np.testing.assert_array_equal(layer.current_frame, layer.frames[row])
    assert text_overlay_of(one).text == "5.0 ms"
    one.layers.clear()
    assert not text_overlay_of(one).visible
    assert text_overlay_of(other).text == "7.0 ms"
    other.dims.set_point(0, 1.0)
    np.testing.assert_array_equal(layers[1].current_frame, layers[1].frames[2])


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
            layer.save(str(tmp_path / "layer.csv"))  # napari has no writer for surfaces
        draw(viewer)
        viewer.dims.set_point(0, 4.0)
    viewer.layers.clear()
    draw(viewer)


@pytest.mark.parametrize("gpu", [True, False], ids=["gpu", "plain Surface"])
def test_rolled_axes_and_back_show_the_same(make_napari_viewer, gpu):
    viewer = make_napari_viewer(show=True)
    viewer.add_layer(make_layer(gpu))
    viewer.dims.set_point(1, 0.0)
    draw(viewer)
    for _ in range(4):
        viewer.dims.roll()
        draw(viewer)
    assert viewer.dims.order == (0, 1, 2, 3)
    viewer.dims.transpose()
    draw(viewer)


def test_a_removed_layer_is_not_kept_alive():
    """In a process of its own: pytest and its fixtures keep what they have seen."""
    code = """
import gc, weakref
import napari
from qtpy.QtWidgets import QApplication
from test_view_robust import draw, make_layer
from napari_neuron.view import Player, write_time
viewer = napari.Viewer(show=True)
layer = make_layer()
viewer.add_layer(layer)
write_time(viewer)
player = Player(viewer)
player.play()
draw(viewer)
held = weakref.ref(layer), weakref.ref(layer.frames)
viewer.layers.clear()
player.stop()
viewer.add_points([[0, 0, 0]])
viewer.layers.clear()
del layer
for _ in range(5):
    QApplication.processEvents()
    gc.collect()
assert [one() for one in held] == [None, None]
viewer.close()
"""
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parent)


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
