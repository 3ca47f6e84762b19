"""A network in space: bodies, edges along which spikes travel, rates, and what a person clicks."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from napari.components import ViewerModel
from napari.layers import Layer
from qtpy.QtCore import QPoint, Qt
from qtpy.QtWidgets import QApplication

import napari_neuron as nn
from napari_neuron.view import skeleton_layer_data
from napari_neuron.view.network.network_bodies import Body, bodies_in, box_of, network_shape
from napari_neuron.view.network.network_edges import POINTS, EdgeFrames, edge_lines, edges_to_draw
from napari_neuron.view.network.network_frames import RateFrames
from napari_neuron.view.network.network_layers import ActivityLayer
from napari_neuron.view.network.network_layout import LAYOUTS, neuron_positions
from napari_neuron.widgets import NetworkWidget

IDS = (11, 222, 1734350788)


def three(**settings):
    """Three neurons: 11 excites 222 after 5 ms, 222 inhibits 1734350788 after 10 ms."""
    table = pd.DataFrame(
        {"source": IDS[:2], "target": IDS[1:], "weight": [0.5, -0.8], "delay": [5.0, 10.0]}
    )
    settings = {"run": nn.NetworkRun(duration=100), "labels": ["a", "b", "c"], **settings}
    return nn.PointNetwork.from_edge_list(table, neurons=IDS, delay="delay", **settings)


def result_of(network, *spikes):
    time, neuron = np.array(sorted(spikes), dtype=float).reshape(-1, 2).T
    return nn.NetworkResult(network, time, neuron.astype(np.int64), simulated=100.0)


def skeleton(name, at=0.0):
    """A soma and a neurite of 40 µm along x."""
    return nn.Morphology(
        node_id=[1, 2, 3],
        parent=[-1, 0, 1],
        swc_type=[1, 3, 3],
        position=[[0, at, 0], [20, at, 0], [40, at, 0]],
        radius=[3, 1, 1],
        name=name,
    )


def add_skeleton(viewer, name, at=0.0):
    for data in skeleton_layer_data(skeleton(name, at)):
        viewer.add_layer(Layer.create(*data))


CUBE = np.array([[x, y, z] for x in (0, 9) for y in (0, 9) for z in (50, 59)], dtype=float)
FACES = np.array([[0, 1, 3], [0, 3, 2], [4, 5, 7], [4, 7, 6], [0, 1, 5], [2, 3, 7]])


@pytest.mark.parametrize(
    ("name", "row"),
    [
        ("222", 1),
        ("b", 1),
        ("b mesh", 1),
        ("222.swc", 1),
        ("hemibrain 1734350788 skeleton", 2),
        ("cell 222", None),  # a short number may be anything
        ("bb", None),
        ("222 of 1734350788", 2),
    ],
)
def test_a_skeleton_belongs_to_the_neuron_that_its_name_says(name, row):
    viewer = ViewerModel()
    add_skeleton(viewer, name)
    bodies, layers = bodies_in(viewer.layers, three())
    assert list(bodies) == ([] if row is None else [row])
    assert len(layers) == (0 if row is None else 2)


def test_a_label_of_two_neurons_names_neither():
    viewer = ViewerModel()
    add_skeleton(viewer, "same")
    assert bodies_in(viewer.layers, three(labels=["same", "same", "c"]))[0] == {}


def test_neurons_are_drawn_as_their_skeleton_their_mesh_or_a_sphere():
    bodies = {0: Body(skeleton("x")), 2: Body(None, (CUBE.astype(np.float32), FACES))}
    positions = neuron_positions(three(), known={r: b.place for r, b in bodies.items()})
    assert positions[0].tolist() == [0, 0, 0]  # its soma
    shape = network_shape(positions, bodies, radius=2.0)
    assert shape.neuron_of_node.tolist() == [0, 0, 0, 1, 2]
    assert shape.tubes is not None
    colour = shape.tubes.vertex_compartment
    assert np.array_equal(shape.neuron_of_node[shape.tubes.colour_node], colour)
    of_mesh = shape.tubes.vertices[colour == 2]
    assert sorted(map(tuple, of_mesh)) == sorted(map(tuple, CUBE))
    sphere = shape.tubes.vertices[colour == 1]
    off = np.linalg.norm(sphere - positions[1, ::-1], axis=1)
    np.testing.assert_allclose(off, 2.0, rtol=1e-5)


def test_a_spike_travels_along_its_edge_as_fast_as_the_delay_says():
    network = three()
    rows = edges_to_draw(network)
    frames = EdgeFrames(result_of(network, (20.0, 0), (40.0, 1)), rows, interval=1, decay=2.0)
    share = np.linspace(0, 1, POINTS)
    for time in (19.5, 20.0, 22.0, 25.0, 30.0):
        ago = time - 20.0 - 5.0 * share
        wanted = np.where(ago >= 0, np.exp(-ago / 2.0), 0.0)
        np.testing.assert_allclose(frames.at(time)[:POINTS], wanted, atol=1e-6)
        assert not frames.at(time)[POINTS:].any()
    inhibits = frames.at(45.0)[POINTS:]  # half-way
    ago = 5.0 - 10.0 * share
    np.testing.assert_allclose(inhibits, np.where(ago >= 0, -np.exp(-ago / 2), 0), atol=1e-6)


def test_edge_activity_is_that_of_each_spike_by_itself():
    random = np.random.default_rng(4)
    n = 12
    network = nn.PointNetwork.from_edge_list(
        pd.DataFrame(
            {
                "source": random.integers(0, n, 60),
                "target": random.integers(0, n, 60),
                "weight": random.normal(size=60),
                "delay": random.uniform(0, 20, 60),
            }
        ),
        neurons=range(n),
        delay="delay",
        run=nn.NetworkRun(duration=100),
    )
    spikes = [(t, random.integers(n)) for t in random.uniform(0, 100, 80)]
    result = result_of(network, *spikes)
    rows = edges_to_draw(network)
    got = EdgeFrames(result, rows, interval=1, decay=3.0).at(60.0).reshape(-1, POINTS)
    for line, row in enumerate(rows):
        source, delay = network.edges.source[row], network.edges.delay[row]
        for point, share in enumerate(np.linspace(0, 1, POINTS)):
            ago = 60.0 - share * delay - result.spike_time[result.spike_neuron == source]
            latest = ago[ago >= 0].min(initial=np.inf)
            wanted = np.sign(network.edges.weight[row]) * np.exp(-latest / 3.0)
            assert got[line, point] == pytest.approx(wanted, abs=1e-5)


def test_of_many_edges_the_strongest_are_drawn_or_those_of_selected_neurons():
    weights = [[9, 1, -7], [2, 0, 5], [3, 4, 0]]
    network = nn.PointNetwork.from_adjacency(np.array(weights, float), ids=IDS)
    edges = network.edges

    def drawn(*args):
        rows = edges_to_draw(network, *args)
        return {(int(edges.source[r]), int(edges.target[r])) for r in rows}

    assert (0, 0) not in drawn()  # a connection with itself
    assert drawn(2) == {(0, 2), (1, 2)}
    assert drawn(10, [0]) == {(0, 1), (0, 2), (1, 0), (2, 0)}
    assert drawn(1, [1]) == {(1, 2)}


def test_lines_go_from_source_to_target_and_the_two_of_a_pair_lie_apart():
    network = nn.PointNetwork.from_adjacency(np.array([[0, 1.0], [1.0, 0]]), ids=[1, 2])
    positions = np.array([[0.0, 0, 0], [30, 40, 0]])
    lines = edge_lines(network, positions, np.arange(2), radius=1.0)
    there, back = lines.position.reshape(2, POINTS, 3)
    np.testing.assert_allclose(there[[0, -1]], positions)
    np.testing.assert_allclose(back[[0, -1]], positions[::-1])
    assert np.linalg.norm(there - back[::-1], axis=1).max() > 5


def test_the_rate_is_counted_in_a_window_around_the_time():
    frames = RateFrames(result_of(three(), (10, 0), (30, 0), (31, 0), (99, 1)), 1.0, 20.0)
    np.testing.assert_allclose(frames[30], [100.0, 0, 0])  # two in 20 ms
    np.testing.assert_allclose(frames[0], [0, 0, 0])
    np.testing.assert_allclose(frames[100], [0, 100.0, 0])  # one in the 10 ms that there are
    assert frames[:101].max() == 100.0


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_has_a_place_for_each_neuron(layout):
    network = nn.PointNetwork.from_adjacency(np.eye(30), groups=["x", "y", "z"] * 10)
    positions = neuron_positions(network, layout=layout)
    assert len(np.unique(positions.round(3), axis=0)) == 30


def test_forces_between_too_many_neurons_are_refused():
    network = nn.PointNetwork.from_adjacency(np.eye(3001))
    with pytest.raises(ValueError, match="up to 3,000 neurons"):
        neuron_positions(network, layout="forces")


def test_given_positions_do_not_count_for_another_layout_but_skeletons_do():
    network = three(positions={i: (float(i % 7), 0, 0) for i in IDS})
    assert neuron_positions(network)[0].tolist() == [4, 0, 0]
    circle = neuron_positions(network, layout="circle")
    assert len(np.unique(circle.round(3), axis=0)) == 3
    assert neuron_positions(network, layout="circle", known={2: (5, 5, 5)})[2].tolist() == [5] * 3


def test_neurons_without_a_skeleton_lie_beside_the_skeletons():
    bodies = {1: Body(skeleton("x"))}
    places = {1: bodies[1].place}
    positions = neuron_positions(three(), known=places, box=box_of(bodies))
    assert positions[[0, 2], 0].min() > 41  # where the neurite ends


def test_show_network_colours_the_skeletons_of_the_viewer_by_spikes_or_rate():
    viewer = ViewerModel()
    add_skeleton(viewer, "222")
    result = result_of(three(), (10.0, 1))
    nn.show_network(result, viewer, decay=10, window=20, active_edges=10)
    assert not viewer.layers["222"].visible
    layer = viewer.layers["spikes"]
    assert layer.compartment_of_node.tolist() == [1, 1, 1, 0, 2]
    viewer.dims.set_point(0, 15.0)
    assert layer.current_frame[1] == pytest.approx(np.exp(-0.5))
    assert viewer.layers["edge activity"].current_frame.min() < -0.5  # on its way, and inhibits
    layer.colour_by = "rate"
    assert layer.current_frame.tolist() == [0, 50, 0]
    assert layer.contrast_limits == [0, 50]
    assert layer.colorbar.visible
    layer.colour_by = "spikes"
    assert layer.contrast_limits == [0, 1]
    assert layer.current_frame[1] == pytest.approx(np.exp(-0.5))


class Space:
    """The dock widget Network beside a viewer."""

    def __init__(self, viewer, qtbot, network=None):
        self.viewer, self.qtbot = viewer, qtbot
        self.widget = NetworkWidget(viewer)
        qtbot.addWidget(self.widget)
        self.session, self.display = self.widget.session, self.widget.display
        self.tab = self.widget.view_tab
        self.session.open(network or three())
        self.wait(lambda: self.display.edges is not None)

    def wait(self, done):
        self.qtbot.waitUntil(done, timeout=90_000)

    def show(self, result):
        self.session.open_result(result)
        self.wait(lambda: self.display.activity is not None and "edge activity" in self.names)

    @property
    def names(self):
        return [layer.name for layer in self.viewer.layers]

    def choose(self, box, value):
        box.setCurrentIndex(box.findData(value))
        box.activated.emit(box.currentIndex())


@pytest.fixture
def space(qtbot):
    space = Space(ViewerModel(), qtbot)
    yield space
    space.widget.close()


def test_before_a_run_edges_are_plain_lines_and_light_up_after_it(space):
    assert space.names == ["edges", "neurons"]
    space.show(result_of(three(), (10.0, 0)))
    assert space.names == ["neurons", "spikes", "edge activity"]
    assert "2 of 2 edges are drawn" in space.tab.drawn.text()
    space.choose(space.tab.edges, "none")
    space.wait(lambda: "edge activity" not in space.names)


def test_a_skeleton_that_is_opened_becomes_the_body_of_its_neuron_and_can_be_itself_again(space):
    space.show(result_of(three(), (10.0, 1)))
    space.viewer.dims.set_point(0, 12.0)
    add_skeleton(space.viewer, "222")
    space.wait(lambda: bool(space.display.activity and space.display.activity.bodies))
    assert list(space.display.activity.bodies) == [1]
    space.wait(lambda: "1 of 3 neurons" in space.tab.found.text())
    assert not space.viewer.layers["222"].visible
    assert space.viewer.dims.point[0] == pytest.approx(12.0)
    space.tab.bodies.click()
    space.wait(lambda: space.display.activity is not None and not space.display.activity.bodies)
    assert space.viewer.layers["222"].visible


def test_colours_and_layout_are_chosen_on_the_tab(space):
    space.show(result_of(three(), (10.0, 1)))
    space.choose(space.tab.colour_by, "rate")
    assert space.display.activity.colour_by == "rate"
    space.tab.window_box.setValue(25)
    assert space.display.activity.window == 25
    before = space.display.activity
    space.choose(space.tab.layout_box, "circle")
    space.wait(lambda: space.display.activity not in (None, before))
    assert (space.display.activity.colour_by, space.display.activity.window) == ("rate", 25)
    wanted = neuron_positions(three(), layout="circle")
    np.testing.assert_allclose(space.display.activity.node_position[:, ::-1], wanted)
    space.tab.decay_box.setValue(0)  # nothing can fade at once
    assert space.tab.value.decay > 0


def test_only_edges_of_selected_neurons_are_drawn_where_that_is_wanted(space):
    space.show(result_of(three(), (10.0, 1)))
    space.session.select([0])
    space.wait(lambda: space.display.edges.edge_rows.tolist() == [0])
    space.tab.of_selected.click()
    space.wait(lambda: len(space.display.edges.edge_rows) == 2)


def test_a_click_on_a_body_selects_its_neuron_everywhere(make_napari_viewer, qtbot):
    viewer = make_napari_viewer(ndisplay=3)
    viewer.window._qt_window.resize(1100, 800)
    viewer.window._qt_window.show()
    add_skeleton(viewer, "222", at=0.0)
    add_skeleton(viewer, "1734350788", at=30.0)
    space = Space(viewer, qtbot)
    space.show(result_of(three(), (10.0, 1)))
    viewer.reset_view()
    qtbot.wait(100)
    layer = space.display.activity
    assert isinstance(layer, ActivityLayer)
    canvas = viewer.window._qt_viewer.canvas

    def click(node, modifier=Qt.KeyboardModifier.NoModifier):
        to_canvas = canvas.layer_to_visual[layer].node.get_transform("visual", "canvas")
        x, y, _, w = to_canvas.map([*layer.node_position[node][::-1]])
        at = QPoint(round(x / w), round(y / w))
        qtbot.mouseMove(canvas.native, at)
        qtbot.mouseClick(canvas.native, Qt.MouseButton.LeftButton, modifier, at)
        QApplication.processEvents()

    tip = {row: np.flatnonzero(layer.compartment_of_node == row)[-1] for row in range(3)}
    click(tip[1])
    assert space.session.selected.tolist() == [1]
    assert space.widget.neurons_tab.table.selected.tolist() == [1]
    click(tip[2], Qt.KeyboardModifier.ShiftModifier)
    assert space.session.selected.tolist() == [1, 2]
    click(tip[0])
    assert space.session.selected.tolist() == [0]
    space.widget.close()
