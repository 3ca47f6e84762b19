"""Networks too large to be sorted, selected and drawn as small ones are."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from napari.components import ViewerModel
from qtpy.QtCore import Qt

import napari_neuron as nn
from napari_neuron.view.geometry.dots import MOST_SPHERES, dots_of
from napari_neuron.view.network.network_edges import edges_to_draw
from napari_neuron.view.network.network_layers import (
    ActivityLayer,
    make_edge_layer,
    put_activity_layer,
)
from napari_neuron.widgets import NetworkWidget
from napari_neuron.widgets.networks.network_table_view import FilteredTable
from napari_neuron.widgets.networks.network_tables import MOST_AT_ONCE, ColumnsModel, TableColumn

DOWN = Qt.SortOrder.DescendingOrder


def grid(side, **settings):
    """Neurons 1 µm apart in a square, the first of which excites the second."""
    table = pd.DataFrame({"source": [0], "target": [1], "weight": [1.0]})
    x, y = np.divmod(np.arange(side * side), side)
    network = nn.PointNetwork.from_edge_list(
        table, neurons=range(side * side), run=nn.NetworkRun(duration=10), **settings
    )
    return network, np.stack([x, y, 0 * x], axis=1).astype(float)


@pytest.fixture
def many():
    n = MOST_AT_ONCE + 1
    values = np.random.default_rng(1).normal(size=n)
    model = ColumnsModel()
    model.set_columns([TableColumn("row", np.arange(n)), TableColumn("value", values)])
    yield model
    model.stop()


def test_many_rows_stay_as_they_are_until_their_order_is_known(many, qtbot):
    many.sort(1, DOWN)
    assert many.is_busy
    assert many.shown.tolist()[:3] == [0, 1, 2]
    qtbot.waitUntil(lambda: not many.is_busy)
    values = [float(many.data(many.index(line, 1))) for line in range(100)]
    assert values == sorted(values, reverse=True)
    assert many.rowCount() == MOST_AT_ONCE + 1


def test_of_several_orders_asked_for_the_last_is_shown(many, qtbot):
    wanted = np.arange(MOST_AT_ONCE + 1) % 2 == 0
    many.sort(1, DOWN)
    many.sort(0, DOWN)
    many.filter(wanted)
    qtbot.waitUntil(lambda: not many.is_busy)
    np.testing.assert_array_equal(many.shown, np.flatnonzero(wanted)[::-1])
    many.sort(1, DOWN)
    many.sort(-1)  # needs no thread, and what is under way does not come after it
    qtbot.waitUntil(lambda: not many.is_busy)
    np.testing.assert_array_equal(many.shown, np.flatnonzero(wanted))


class Counting(ColumnsModel):
    asked = 0

    def rowCount(self, parent=None):
        self.asked += 1
        return super().rowCount(parent)


def test_a_table_with_all_rows_selected_is_drawn_without_a_question_for_each(qtbot):
    model = Counting()
    table = FilteredTable(model, "", (50,))
    qtbot.addWidget(table)
    model.set_columns([TableColumn("row", np.arange(20_000))])
    table.view.selectAll()
    model.asked = 0
    table.grab()
    assert 0 < model.asked < 2_000


def test_the_same_neurons_are_selected_when_the_table_is_sorted(qtbot):
    widget = NetworkWidget(ViewerModel())
    qtbot.addWidget(widget)
    widget.session.open(grid(3)[0])
    widget.session.select([1, 2])
    table = widget.neurons_tab.table
    table.view.sortByColumn(6, DOWN)
    assert widget.neurons_tab.model.shown.tolist() == [8, 7, 6, 5, 4, 3, 2, 1, 0]
    assert sorted(table.selected.tolist()) == [1, 2]
    assert widget.session.selected.tolist() == [1, 2]
    qtbot.waitUntil(lambda: widget.display.edges is not None, timeout=30_000)
    widget.close()


@pytest.fixture
def chain(qtbot):
    """The dock widget with a chain of three neurons, the second of which inhibits the third."""
    table = pd.DataFrame({"source": [0, 1], "target": [1, 2], "weight": [0.5, -0.8]})
    network = nn.PointNetwork.from_edge_list(table, run=nn.NetworkRun(duration=10))
    widget = NetworkWidget(ViewerModel())
    qtbot.addWidget(widget)
    widget.session.open(network)
    qtbot.waitUntil(lambda: widget.display.edges is not None, timeout=30_000)
    yield widget
    widget.close()


def test_plain_edges_of_the_selected_take_the_place_of_others_in_their_layer(chain, qtbot):
    layer = chain.display.edges
    assert len(layer.data) == 2
    colours = layer.edge_color.copy()
    for rows, edges in (([2], [1]), ([0], [0]), ([], [0, 1])):
        chain.session.select(rows)
        qtbot.waitUntil(lambda edges=edges: len(layer.data) == len(edges), timeout=10_000)
        qtbot.waitUntil(
            lambda edges=edges: np.array_equal(layer.edge_color, colours[edges]), timeout=10_000
        )
        assert chain.display.edges is layer
    assert [one.name for one in chain.viewer.layers].count("edges") == 1


def test_active_edges_of_the_selected_take_the_place_of_others_in_their_layer(chain, qtbot):
    network = chain.session.network
    result = nn.NetworkResult(network, np.array([1.0]), np.array([0]), simulated=10.0)
    chain.session.open_result(result)
    qtbot.waitUntil(lambda: hasattr(chain.display.edges, "edge_rows"), timeout=30_000)
    qtbot.waitUntil(lambda: chain.display.activity is not None, timeout=30_000)
    layer = chain.display.edges
    layer.decay = 3.0
    for rows, edges in (([2], [1]), ([0], [0])):
        chain.session.select(rows)
        qtbot.waitUntil(lambda edges=edges: layer.edge_rows.tolist() == edges, timeout=10_000)
        assert chain.display.edges is layer
        positions = chain.display.activity.node_position[:, ::-1]
        alone = make_edge_layer(result, positions, edges_to_draw(network, selected=rows))
        np.testing.assert_array_equal(layer.vertices, alone.vertices)
        np.testing.assert_array_equal(layer.faces, alone.faces)
        alone.decay = 3.0
        chain.viewer.dims.set_point(0, 2.0)
        np.testing.assert_array_equal(layer.current_frame, alone.spikes.at(2.0))


def test_few_neurons_are_spheres_and_of_many_those_without_edges_are_dots():
    for n, wanted in ((MOST_SPHERES + 2, 0), (MOST_SPHERES + 3, MOST_SPHERES + 1)):
        parent = np.full(n, -1)
        parent[1] = 0  # the first two are a cable
        cell = nn.Morphology(
            node_id=np.arange(n),
            parent=parent,
            swc_type=np.zeros(n, int),
            position=np.random.default_rng(1).uniform(0, 100, (n, 3)),
            radius=np.ones(n),
        )
        assert dots_of(cell).tolist() == list(range(2, 2 + wanted))


def test_each_of_many_neurons_is_drawn_as_a_round_dot_in_its_colour(make_napari_viewer):
    side = 143
    network, positions = grid(side)
    fires = side * (side // 2) + side // 2
    result = nn.NetworkResult(network, np.array([5.0]), np.array([fires]), simulated=10.0)
    layer = ActivityLayer(result, positions, minimum_width=0)
    assert layer.n_faces == (8 * side**2, side**2)
    viewer = make_napari_viewer(ndisplay=3, show=True)
    put_activity_layer(viewer, layer)
    viewer.text_overlay.visible = False
    viewer.dims.set_point(0, 5.0)
    viewer.camera.center = tuple(positions[fires, ::-1])
    viewer.camera.zoom = 28.0
    picture = viewer.screenshot(flash=False, size=(300, 300))[..., :3].astype(int).sum(axis=-1)
    middle, radius = 150, 0.35 * 28.0
    aside = {share: round(share * radius * np.sqrt(0.5)) for share in (0.0, 0.85, 1.3)}
    bright, edge, outside = (
        [picture[middle + y * d, middle + x * d] for y in (-1, 1) for x in (-1, 1)]
        for d in aside.values()
    )
    assert min(bright) > 450  # it fires
    assert min(edge) > 200  # where an octahedron would have ended
    assert max(outside) < 30
    silent = picture[middle, middle + 28]
    assert 100 < silent < 300
