"""What lies under the mouse: in 3D and in slices, on tubes and on meshes; and what clicks do."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from dock_person import add_cell, forked_cell
from napari.layers import Surface
from qtpy.QtCore import QPoint, Qt
from trace_person import click, move_to, position_of

import napari_neuron as nn
from napari_neuron.runner import RunStarted
from napari_neuron.view import VoltageLayer, add_voltage_layer, add_voltage_mesh
from napari_neuron.view.overlays import camera_of
from napari_neuron.view.picking import NodeClicks, place_under_mouse
from napari_neuron.view.places import PickedPlace, pickable_layers
from napari_neuron.widgets import DisplayWidget, TracesWidget
from napari_neuron.widgets.sessions import session_of

SHIFT = Qt.KeyboardModifier.ShiftModifier


@dataclass
class Seen:
    """What of a mouse event counts."""

    position: Any
    dims_displayed: Any
    view_direction: Any = None


def result_of(cell, n_frames=4, **changes):
    """Return a run in which node row r has -80 + r mV, and 10 mV more in each frame."""
    n = len(cell)
    frames = -80 + np.arange(n) + 10.0 * np.arange(n_frames)[:, None]
    return nn.SimulationResult(
        cells=(cell,),
        experiment=nn.Experiment(
            paint=(nn.Passive(), nn.HodgkinHuxley(region=nn.SwcTypes(types=(2,)))),
            run=nn.RunSettings(duration=n_frames - 1, dt=0.5, frame_interval=1),
        ),
        frames=frames.astype(np.float32),
        samples=np.zeros((0, 2 * n_frames - 1)),
        compartment_of_node=np.arange(n),
        n_frames=n_frames,
        n_samples=2 * n_frames - 1,
        status="complete",
        **changes,
    )


def sight(viewer, x, y, z=0.0, direction=(1, 0, 0)):
    """Return a mouse event that looks along z at x, y, z."""
    ndim = viewer.dims.ndim
    return Seen(
        position=np.r_[np.zeros(ndim - 3), z - 100 * direction[0], y, x],
        dims_displayed=list(viewer.dims.displayed),
        view_direction=np.r_[np.zeros(ndim - 3), direction],
    )


@pytest.fixture
def shown(make_napari_viewer):
    """A viewer in 3D with the forked cell's voltage, and its result."""
    viewer = make_napari_viewer(ndisplay=3)
    result = result_of(forked_cell())
    add_voltage_layer(viewer, result)
    viewer.dims.set_point(0, 0.0)
    return viewer, result


def test_a_place_says_node_compartment_region_and_its_value_now(shown):
    viewer, _ = shown
    look = sight(viewer, 121, 0)
    place = place_under_mouse(viewer, look, pickable_layers(viewer))
    assert (place.node, place.compartment, place.region, place.value) == (22, 3, "axon", -77.0)
    viewer.dims.set_point(0, 3.0)
    assert place.words == "−47.0 mV at node 22, compartment 3, axon"
    assert place_under_mouse(viewer, sight(viewer, 121, 60), pickable_layers(viewer)) is None


def test_labels_are_said_where_the_cell_has_them():
    labels = np.array(["soma", *["axon"] * 5, *["linker"] * 5])
    cell = forked_cell(labels=labels)
    layer = VoltageLayer(cell, np.zeros((1, 11), np.float32), np.arange(11), 1.0)
    words = [PickedPlace(layer, cell, row).region for row in (0, 1, 6)]
    assert words == ["soma", "axon", "basal dendrite, linker"]


def test_of_two_cells_the_one_in_front_is_picked_however_they_were_added(shown):
    viewer, _ = shown
    near = forked_cell("near")
    near = near.replace(position=near.position - (0, 0, 30))
    add_voltage_layer(viewer, result_of(near))
    for direction, name in ((1, "near"), (-1, "fork")):
        look = sight(viewer, 121, 0, direction=(direction, 0, 0))
        place = place_under_mouse(viewer, look, pickable_layers(viewer))
        assert place.cell.name == name


def test_a_mesh_answers_with_the_node_nearest_to_where_it_is_hit(shown):
    viewer, result = shown
    plate = np.array([[-50, -6, -100], [-50, 6, -100], [-50, 6, 300], [-50, -6, 300]], float)
    surface = Surface((plate, np.array([[0, 1, 2], [0, 2, 3]])), units=("um",) * 3)
    mesh = add_voltage_mesh(viewer, result, surface)
    look = sight(viewer, 250, 0)
    place = place_under_mouse(viewer, look, pickable_layers(viewer))
    assert place.layer is mesh
    assert place.node == 24  # of the corners at 300
    place = place_under_mouse(viewer, sight(viewer, 121, 0), [viewer.layers["fork voltage"]])
    assert place.node == 22


@pytest.mark.parametrize(("y", "node"), [(0.0, 21), (-120.0, 32)])
def test_a_slice_answers_with_what_it_cuts(shown, y, node):
    viewer, _ = shown
    viewer.dims.ndisplay = 2
    viewer.dims.order = (0, 2, 1, 3)  # y is hidden
    viewer.dims.set_point(2, y)
    x = 80.0 if y == 0 else 0.0
    seen = Seen(position=np.array([0, 0, y, x]), dims_displayed=[1, 3])
    assert place_under_mouse(viewer, seen, pickable_layers(viewer)).node == node
    layer = viewer.layers["fork voltage"]
    value = layer.get_value(seen.position, dims_displayed=[1, 3], world=True, view_direction=None)
    assert value[1] == node
    beside = Seen(position=np.array([0, 0, y + 17, x + 40 * (y != 0)]), dims_displayed=[1, 3])
    viewer.dims.set_point(2, y + 17)
    if y:
        assert place_under_mouse(viewer, beside, pickable_layers(viewer)) is None


def test_the_status_bar_says_it(shown):
    viewer, _ = shown
    layer = viewer.layers["fork voltage"]
    look = sight(viewer, 121, 0)
    status = layer.get_status(
        look.position,
        view_direction=look.view_direction,
        dims_displayed=look.dims_displayed,
        world=True,
    )
    assert status["value"] == "−77.0 mV at node 22, compartment 3, axon"
    assert status["coordinates"].endswith(status["value"])


def test_the_paths_are_picked_where_no_voltage_is_seen(shown):
    viewer, result = shown
    add_cell(viewer, result.cell)
    look = sight(viewer, 121, 0)
    assert pickable_layers(viewer) == [viewer.layers["fork voltage"]]
    viewer.layers["fork voltage"].visible = False
    place = place_under_mouse(viewer, look, pickable_layers(viewer))
    assert (place.node, place.compartment, place.value_in_words) == (22, None, "")


# with the mouse ------------------------------------------------------------------------------


class Scene:
    """A finished run in napari's window, with the docks that listen."""

    def __init__(self, viewer, qtbot):
        self.viewer, self.qtbot = viewer, qtbot
        viewer.window._qt_window.resize(1100, 800)
        cell = forked_cell()
        add_cell(viewer, cell)
        self.session = session_of(viewer)
        self.session.choose_cells((cell,))
        self.display, self.traces = DisplayWidget(viewer), TracesWidget(viewer)
        viewer.window.add_dock_widget(self.display, name="Neuron display")
        viewer.window.add_dock_widget(self.traces, name="Traces", area="bottom")
        result = result_of(cell)
        self.session.apply(RunStarted(result))
        viewer.dims.ndisplay = 3
        for layer in viewer.layers:
            layer.visible = False
        add_voltage_layer(viewer, result)
        viewer.reset_view()
        viewer.dims.set_point(0, 0.0)
        viewer.window._qt_window.show()
        qtbot.wait(100)

    @property
    def said(self):
        return self.display.readout.text.text()

    @property
    def places(self):
        return {row.key.label: row.place for row in self.traces.panel.list.rows if row.place}


@pytest.fixture
def scene(make_napari_viewer, qtbot):
    scene = Scene(make_napari_viewer(), qtbot)
    yield scene
    scene.display.close()
    scene.traces.close()


def test_the_display_dock_says_what_is_under_the_mouse_and_what_was_clicked(scene):
    assert "Point at the cell" in scene.said
    move_to(scene, position_of(scene, 22))
    scene.qtbot.waitUntil(lambda: "Hodgkin" in scene.said, timeout=10_000)
    assert "<b>−77.0 mV</b> at 0 ms" in scene.said
    assert "node 22 · compartment 3 · fork" in scene.said
    assert "axon · Passive (pas) · Hodgkin–Huxley (hh)" in scene.said
    scene.viewer.dims.set_point(0, 2.0)
    assert "<b>−57.0 mV</b> at 2 ms" in scene.said
    click(scene, position_of(scene, 33))
    move_to(scene, (5, 5))
    scene.qtbot.waitUntil(lambda: "node 33" in scene.said, timeout=10_000)
    scene.viewer.layers.remove("fork voltage")
    assert "Point at the cell" in scene.said


def test_shift_adds_a_trace_and_a_double_click_selects_the_node_without_zooming(scene):
    click(scene, position_of(scene, 22))
    assert scene.places == {"node 22": "temporary"}
    click(scene, position_of(scene, 33), SHIFT)
    click(scene, position_of(scene, 24), SHIFT)
    assert scene.places == {"node 22": "temporary", "node 33": "kept", "node 24": "kept"}
    camera = camera_of(scene.viewer)
    before = camera.zoom, tuple(camera.center)
    click(scene, position_of(scene, 31), double=True)
    nodes = scene.viewer.layers["fork nodes"]
    assert [int(nodes.features["node_id"][row]) for row in nodes.selected_data] == [31]
    assert (camera.zoom, tuple(camera.center)) == before
    click(scene, (20, 20), double=True)  # beside the cell napari zooms as ever
    assert camera.zoom > before[0]


def test_a_drag_over_a_cell_is_no_click_and_the_camera_stays_free(scene):
    heard = []
    clicks = NodeClicks(scene.viewer)
    for signal in (clicks.clicked, clicks.shift_clicked):
        signal.connect(heard.append)
    native = scene.viewer.window._qt_viewer.canvas.native
    camera, where = camera_of(scene.viewer), position_of(scene, 22)
    at = QPoint(*np.round(where).astype(int).tolist())
    scene.qtbot.mousePress(native, Qt.MouseButton.LeftButton, pos=at)
    for step in range(1, 5):
        move_to(scene, where + 10 * step, Qt.MouseButton.LeftButton)
        assert camera.mouse_pan
    scene.qtbot.mouseRelease(native, Qt.MouseButton.LeftButton, pos=at + QPoint(40, 40))
    assert heard == []
    clicks.disconnect()
