"""All of a cell is in view to begin with, and stays so when docks take room from the canvas."""

from __future__ import annotations

import numpy as np
import pytest
from dock_person import add_cell, forked_cell

from napari_neuron.view.overlays import camera_of
from napari_neuron.view.whole_in_view import is_all_in_view
from napari_neuron.widgets import SimulationWidget

PATIENCE = 10_000  # ms


@pytest.fixture
def viewer(make_napari_viewer):
    viewer = make_napari_viewer(show=True)
    viewer.window._qt_window.resize(1100, 650)
    return viewer


@pytest.fixture
def files(tmp_path):
    """Two files with cells far from one another."""
    paths = []
    for name, x in (("near", 0), ("far", 900)):
        path = tmp_path / f"{name}.swc"
        path.write_text(f"1 1 {x} 0 0 8 -1\n2 3 {x + 100} 0 0 1 1\n3 3 {x} 90 0 1 1\n")
        paths.append(str(path))
    return paths


def is_seen(viewer, *points):
    """Say whether points (x, y, z) lie on the canvas, all of them."""
    canvas = viewer.window._qt_viewer.canvas
    view, size = canvas.view, canvas.native.size()
    at = (view.transform * view.scene.transform).map([[*point, 1] for point in points])
    at = at[:, :2] / at[:, 3:]
    return bool(((at > 0) & (at < [size.width(), size.height()])).all())


@pytest.mark.usefixtures("registered")
def test_all_cells_of_files_that_are_opened_are_in_view(viewer, files, qtbot):
    for path in files:  # as napari opens those that are dropped: one after the other
        viewer.open(path, plugin="napari-neuron")
    qtbot.waitUntil(lambda: is_seen(viewer, (-8, 0, 0), (1000, 0, 0), (900, 90, 0)))
    assert is_all_in_view(viewer)


@pytest.mark.usefixtures("registered")
def test_what_is_opened_later_leaves_a_camera_that_was_moved(viewer, files):
    viewer.open(files[0], plugin="napari-neuron")
    camera_of(viewer).zoom *= 3
    before = camera_of(viewer).zoom
    viewer.open(files[1], plugin="napari-neuron")
    assert camera_of(viewer).zoom == before


def test_asking_moves_no_camera(viewer):
    add_cell(viewer, forked_cell())
    camera = camera_of(viewer)
    camera.center, camera.zoom, camera.angles = (1, 2, 3), 0.7, (10, 20, 30)
    before = (camera.center, camera.zoom, camera.angles)
    assert not is_all_in_view(viewer)
    assert np.allclose(np.hstack((camera.center, camera.zoom, camera.angles)), np.hstack(before))


@pytest.mark.usefixtures("registered")
def test_a_dock_that_opens_leaves_the_whole_cell_in_view(viewer, files, qtbot):
    viewer.open(files[1], plugin="napari-neuron")
    canvas = viewer.window._qt_viewer.canvas.native
    width = canvas.width()
    viewer.window.add_dock_widget(SimulationWidget(viewer), name="Neuron simulation")
    qtbot.waitUntil(lambda: canvas.width() < width - 300, timeout=PATIENCE)
    corners = (892, 0, 0), (1000, 0, 0), (900, 90, 0)
    qtbot.waitUntil(lambda: is_seen(viewer, *corners) and is_all_in_view(viewer), timeout=PATIENCE)


@pytest.mark.usefixtures("registered")
def test_a_dock_that_opens_leaves_a_camera_that_was_moved(viewer, files, qtbot):
    viewer.open(files[0], plugin="napari-neuron")
    camera = camera_of(viewer)
    camera.zoom, camera.center = 3 * camera.zoom, (0, 5, 5)
    zoom = camera.zoom
    canvas = viewer.window._qt_viewer.canvas.native
    width = canvas.width()
    viewer.window.add_dock_widget(SimulationWidget(viewer), name="Neuron simulation")
    qtbot.waitUntil(lambda: canvas.width() < width - 300, timeout=PATIENCE)
    qtbot.wait(200)
    assert (camera.zoom, tuple(camera.center)) == (zoom, (0, 5, 5))
