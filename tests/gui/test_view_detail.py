"""A large cell has the same colours in every level of detail."""

import numpy as np
import pytest
from qtpy.QtWidgets import QApplication

from napari_neuron.morphology import Morphology
from napari_neuron.view import VoltageLayer
from napari_neuron.view.overlays import camera_of

N = 20_001


@pytest.mark.parametrize("colouring", ["along the cable", "per compartment"])
def test_colours_are_right_in_every_level(make_napari_viewer, colouring):
    x = np.linspace(0, 2000, N)
    cell = Morphology(
        node_id=np.arange(N),
        parent=np.arange(N) - 1,
        swc_type=np.full(N, 3),
        position=np.c_[x, np.zeros((N, 2))],
        radius=np.full(N, 40.0 / 16),
    )
    compartment = np.arange(N) // 2
    values = -20 + 60 * np.cos(2 * np.pi * x[::2] / 2000)
    viewer = make_napari_viewer(show=True)
    layer = VoltageLayer(
        cell,
        np.stack([values, values[::-1]]).astype(np.float32),
        compartment,
        0.5,
        contrast_limits=(-80, 40),
        shading="none",
        colouring=colouring,
        minimum_width=6.0,
    )
    viewer.add_layer(layer)
    layer.colorbar.visible = False
    viewer.dims.ndisplay = 3
    camera = camera_of(viewer)
    camera.center = (0.0, 0.0, 1000.0)
    node = viewer.window._qt_viewer.canvas.layer_to_visual[layer].node
    layer.detail = "steady"
    levels = []
    for zoom in (1.2, 0.5, 0.1, 0.03):
        camera.zoom = zoom
        for _ in range(3):
            QApplication.processEvents()
        picture = viewer.screenshot(canvas_only=True, flash=False)[..., :3].astype(float)
        levels.append(node.level)
        height, width = picture.shape[:2]
        column = np.arange(width)
        place = 1000 + (column + 0.5 - width / 2) / zoom
        inside = (place > 3 / zoom) & (place < 2000 - 3 / zoom)
        wanted = np.interp(place, x[::2], values)
        low, high = wanted - 120 * 3 / 2000 / zoom, wanted + 120 * 3 / 2000 / zoom  # a pixel aside
        ramp = layer.colormap.map(np.linspace(0, 1, 1201))[:, :3] * 255
        off = np.abs(picture[height // 2][:, None] - ramp[None]).max(axis=2)
        found = -80 + 0.1 * off.argmin(axis=1)
        assert off.min(axis=1)[inside].max() <= 2  # a colour of the map
        assert ((found >= low - 1.5) & (found <= high + 1.5))[inside].all(), zoom
    assert levels == sorted(levels)
    assert len(set(levels)) >= 3
    layer.detail = "full"
    for _ in range(3):
        QApplication.processEvents()
    viewer.screenshot(canvas_only=True, flash=False)
    assert node.level == 0
