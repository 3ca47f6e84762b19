"""The layers of a cell are changed where they are when it is repaired and when that is undone."""

from __future__ import annotations

import numpy as np
import pytest
from dock_person import add_cell, forked_cell
from napari.components import ViewerModel
from napari.layers import Layer

import napari_neuron as nn
from napari_neuron.session import Session
from napari_neuron.view.skeleton_layers import mesh_layer_data, skeleton_layer_data
from napari_neuron.widgets.cell.cell_layers import CellLayers
from napari_neuron.widgets.cell.shapes_in_place import made_paths, set_paths


@pytest.fixture(params=[2, 3])
def viewer(request, make_napari_viewer):
    viewer = make_napari_viewer()
    viewer.dims.ndisplay = request.param
    return viewer


def test_repair_undo_and_redo_remove_and_add_no_layer(viewer, qtbot):
    cell = forked_cell()
    add_cell(viewer, cell)
    session = Session()
    session.choose_cells((cell,))
    follower = CellLayers(viewer, session)
    layers, events = list(viewer.layers), []
    viewer.layers.events.removed.connect(events.append)
    viewer.layers.events.inserted.connect(events.append)
    before = [path.copy() for path in layers[0].data]
    session.repair((nn.Move(x=5),))
    qtbot.waitUntil(lambda: not follower.is_busy, timeout=10_000)
    assert np.allclose(layers[0].data[0], before[0] + [0, 0, 5])
    session.repair((nn.PruneTwigs(length=1e3),))
    qtbot.waitUntil(lambda: not follower.is_busy, timeout=10_000)
    pruned = [path.copy() for path in layers[0].data]
    for step in (session.undo, session.undo, session.redo, session.redo):
        step()
        qtbot.waitUntil(lambda: not follower.is_busy, timeout=10_000)
        viewer.screenshot(canvas_only=True, flash=False)
    assert list(viewer.layers) == layers
    assert events == []
    assert len(layers[0].data) == len(pruned)
    session.undo()
    session.undo()
    qtbot.waitUntil(lambda: not follower.is_busy, timeout=10_000)
    assert all(map(np.array_equal, layers[0].data, before))
    follower.disconnect()


def test_paths_that_were_taken_over_are_those_the_setter_would_show(viewer):
    cell = forked_cell()
    data, settings, _ = skeleton_layer_data(cell)[0]
    other = skeleton_layer_data(nn.repair(cell, nn.Move(y=30)))[0][0][:1]
    ours, theirs = (viewer.add_layer(Layer.create(data, settings, "shapes")) for _ in range(2))
    set_paths(ours, made_paths(other, settings, viewer.dims.ndisplay))
    theirs.data = other
    assert [d.tolist() for d in ours.data] == [d.tolist() for d in theirs.data]
    assert np.array_equal(ours.extent.data, theirs.extent.data)
    assert np.array_equal(ours._data_view._mesh.vertices, theirs._data_view._mesh.vertices)
    assert len(ours.features) == 1
    viewer.screenshot(canvas_only=True, flash=False)
    viewer.dims.ndisplay = 5 - viewer.dims.ndisplay
    set_paths(ours, None)
    viewer.screenshot(canvas_only=True, flash=False)
    assert ours.data == []


def test_a_mesh_is_scaled_and_moved_with_its_cell(qtbot):
    viewer, cell = ViewerModel(), forked_cell()
    add_cell(viewer, cell)
    faces = np.array([[0, 1, 2]])
    mesh = viewer.add_layer(Layer.create(*mesh_layer_data(cell, cell.position[[1, 4, 7]], faces)))
    session = Session()
    session.choose_cells((cell,))
    follower = CellLayers(viewer, session)
    session.repair((nn.Move(x=5, z=-2), nn.SetUnit(unit="nm")))
    after = session.cells[0]
    corners = [mesh.data_to_world(mesh.vertices[row])[::-1] for row in range(3)]
    assert np.allclose(corners, after.position[[1, 4, 7]])
    session.undo()
    qtbot.waitUntil(lambda: not follower.is_busy, timeout=10_000)
    assert np.allclose(mesh.scale, 1)
    assert np.allclose(mesh.translate, 0, atol=1e-9)
    follower.disconnect()
