"""The dock widgets "Network" and "Network activity"."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd
import pytest
from napari.components import ViewerModel
from qtpy.QtCore import QPoint, Qt
from qtpy.QtWidgets import QDialogButtonBox

import napari_neuron as nn
from napari_neuron.reader import napari_get_reader
from napari_neuron.view.network.network_layers import ActivityLayer
from napari_neuron.view.network.network_layout import neuron_positions
from napari_neuron.widgets import NetworkActivityWidget, NetworkWidget
from napari_neuron.widgets.networks.network_tables import ColumnsModel, edge_columns, neuron_columns
from napari_neuron.widgets.networks.raster_image import group_order, raster_image


def small_network(**settings):
    """Twenty neurons in a ring, two groups, some driven."""
    n = 20
    table = pd.DataFrame(
        {"source": range(n), "target": np.roll(range(n), -1), "weight": [0.6, -0.2] * 10}
    )
    settings = {
        "groups": {i: "first" if i < 10 else "second" for i in range(n)},
        "labels": {i: f"cell {i:02d}" for i in range(n)},
        "stimuli": (nn.BackgroundNoise(frequency=50, weight=1.2),),
        "run": nn.NetworkRun(duration=200),
        **settings,
    }
    return nn.PointNetwork.from_edge_list(table, **settings)


class NetworkDock:
    """Both dock widgets beside a viewer, and what a person does with them."""

    def __init__(self, viewer, qtbot):
        self.viewer, self.qtbot = viewer, qtbot
        self.widget = NetworkWidget(viewer)
        self.activity = NetworkActivityWidget(viewer)
        self.session = self.widget.session
        qtbot.addWidget(self.widget)
        qtbot.addWidget(self.activity)

    def open(self, network):
        self.session.open(network)
        self.qtbot.waitUntil(lambda: self.widget.display.points is not None, timeout=20_000)

    def run(self):
        self.widget.header.run_button.click()
        self.wait_for_the_end()

    def wait_for_the_end(self):
        self.qtbot.waitUntil(lambda: self.session.run_state == "idle", timeout=30_000)

    def lines(self, tab):
        model = tab.model
        return [
            [model.data(model.index(row, column)) for column in range(model.columnCount())]
            for row in range(model.rowCount())
        ]


@pytest.fixture
def dock(qtbot):
    dock = NetworkDock(ViewerModel(), qtbot)
    yield dock
    dock.widget.close()
    dock.activity.close()
    dock.wait_for_the_end()


def test_an_edge_list_is_loaded_with_the_columns_the_person_names(dock, tmp_path, qtbot):
    path = tmp_path / "edges.csv"
    pd.DataFrame({"pre": [1, 2], "post": [3, 3], "n": [10, 20], "nt": ["ach", "gaba"]}).to_csv(
        path, index=False
    )
    dialog = dock.widget.ask_about_columns(path)
    assert dialog.source.currentText() == "pre"
    dialog.weight.setCurrentText("n")
    dialog.transmitter.setCurrentText("nt")
    dialog.scale.setValue(0.05)
    dialog.delay_time.setValue(2)
    dialog.model.setCurrentText("IntFire2")
    dialog.buttons.button(QDialogButtonBox.StandardButton.Ok).click()
    qtbot.waitUntil(lambda: len(dock.session.network.neurons) == 3, timeout=10_000)
    assert dock.lines(dock.widget.edges_tab) == [
        ["1", "3", "0.5", "2 ms"],
        ["2", "3", "−1", "2 ms"],
    ]
    assert dock.session.network.models[0].model.kind == "IntFire2"


@pytest.mark.parametrize(
    ("columns", "scale"),
    [
        ("pre_root_id,post_root_id,syn_count", 0.01),
        ("bodyId_pre,bodyId_post,weight", 0.01),
        ("source,target", 0.01),
        ("source,target,weight", 1.0),
    ],
)
def test_counts_of_synapses_are_scaled_down_unless_a_scale_is_typed(columns, scale, dock, tmp_path):
    path = tmp_path / "edges.csv"
    path.write_text(f"{columns}\n")
    dialog = dock.widget.ask_about_columns(path)
    assert dialog.scale.value() == scale
    dialog.scale.setValue(0.5)
    dialog.weight.setCurrentIndex(0)
    assert dialog.scale.value() == 0.5
    dialog.reject()


def test_a_network_that_fires_faster_than_neurons_can_is_said_to_have_too_large_weights(dock):
    edges = pd.DataFrame({"source": ["A", "B"], "target": ["B", "A"], "weight": [2.0, 2.0]})
    network = nn.PointNetwork.from_edge_list(
        edges,
        model=nn.IntFire1(refrac=0.1),
        delay=0.2,
        stimuli=[nn.TrainStimulus(neurons=["A"], frequency=100, weight=2, start=0)],
        run=nn.NetworkRun(duration=20),
    )
    dock.open(network)
    dock.run()
    assert "the weights are too large" in dock.widget.header.problem.text()
    dock.open(small_network())
    dock.run()
    assert dock.widget.header.problem.text() == ""


def test_long_ids_are_told_apart_by_their_ends(dock):
    assert dock.widget.neurons_tab.table.view.textElideMode() == Qt.TextElideMode.ElideMiddle


def test_a_malformed_edge_list_is_said_by_its_line_and_changes_nothing(dock, tmp_path, qtbot):
    path = tmp_path / "edges.csv"
    path.write_text("source,target,weight\n1,2,0.5\n2,3,oops\n")
    dock.widget.load_edges(path)
    qtbot.waitUntil(lambda: "edges.csv:3" in dock.widget.header.problem.text(), timeout=10_000)
    assert not len(dock.session.network.neurons)


def test_a_run_fills_tables_raster_and_layer(dock):
    dock.open(small_network())
    dock.run()
    result = dock.session.result
    assert len(result.spike_time) > 50
    assert "spikes" in dock.widget.header.status.text()
    rates = [line[3] for line in dock.lines(dock.widget.neurons_tab)]
    assert rates == [f"{rate:.1f} Hz" for rate in result.mean_rates()]
    assert dock.activity.plot.result is result
    layer = dock.widget.display.activity
    assert isinstance(layer, ActivityLayer)
    dock.viewer.dims.set_point(0, 150.0)
    np.testing.assert_allclose(layer.current_frame, result.activity(150.0), rtol=1e-6)
    assert dock.activity.plot.cursor_time == 150.0


def test_a_click_in_the_raster_moves_the_time_slider(dock, qtbot):
    dock.open(small_network())
    dock.run()
    plot = dock.activity.plot
    plot.resize(700, 300)
    x = int(plot.x_of(80.0))
    y = int(plot.raster_place.center().y())
    qtbot.mouseClick(plot, Qt.MouseButton.LeftButton, pos=QPoint(x, y))
    qtbot.waitUntil(lambda: abs(dock.viewer.dims.point[0] - 80) < 2, timeout=5_000)


def test_the_selection_is_shared_by_table_raster_and_viewer(dock, qtbot):
    dock.open(small_network())
    dock.run()
    table = dock.widget.neurons_tab.table
    table.view.selectRow(3)
    assert dock.session.selected.tolist() == [3]
    assert set(dock.widget.display.points.selected_data) == {3}
    dock.widget.display.points.selected_data = {5, 6}
    assert dock.session.selected.tolist() == [5, 6]
    assert table.selected.tolist() == [5, 6]
    plot = dock.activity.plot
    plot.resize(700, 300)
    place = plot.raster_place
    top = QPoint(int(place.center().x()), int(place.top() + 1))
    bottom = QPoint(int(place.center().x()), int(place.top() + place.height() * 0.5 - 2))
    shift = Qt.KeyboardModifier.ShiftModifier
    qtbot.mousePress(plot, Qt.MouseButton.LeftButton, shift, pos=top)
    qtbot.mouseMove(plot, bottom)
    qtbot.mouseRelease(plot, Qt.MouseButton.LeftButton, shift, pos=bottom)
    assert set(dock.session.selected.tolist()) <= set(range(10))
    assert len(dock.session.selected) >= 1


def test_edges_of_selected_neurons_are_listed_where_that_is_wanted(dock):
    dock.open(small_network())
    dock.session.select([4])
    tab = dock.widget.edges_tab
    assert tab.model.rowCount() == 20
    tab.of_selected.setChecked(True)
    assert {(line[0], line[1]) for line in dock.lines(tab)} == {
        ("cell 03", "cell 04"),
        ("cell 04", "cell 05"),
    }
    dock.session.select([])
    assert tab.model.rowCount() == 0


def test_a_filter_finds_labels_groups_and_ids(dock, qtbot):
    dock.open(small_network())
    tab = dock.widget.neurons_tab
    for text, n in (("CELL 1", 10), ("second", 10), ("17", 1), ("nothing", 0), ("", 20)):
        tab.table.filter.setText(text)
        qtbot.waitUntil(lambda n=n: tab.model.rowCount() == n, timeout=3_000)


def test_a_stimulus_that_is_added_is_for_the_selected_neurons_and_can_be_undone(dock):
    dock.open(small_network(stimuli=()))
    dock.session.select([2, 3])
    editor = dock.widget.stimuli_tab.editor
    {action.text(): action for action in editor.buttons.add_menu.actions()}["Train"].trigger()
    (stimulus,) = dock.session.network.stimuli
    assert stimulus == nn.TrainStimulus(neurons=(2, 3))
    editor.form.fields["neurons"].entry.native.setText("2, 99")
    editor.form.fields["neurons"].entry.native.commit()
    assert "no neuron 99" in editor.form.problem_text
    dock.widget.header.undo_button.click()
    assert dock.session.network.stimuli == ()


@pytest.mark.parametrize(
    ("rows", "is_for"),
    [
        (range(250), {"groups": ("first",)}),
        (range(10, 260), {"neurons": tuple(range(10, 260))}),
    ],
)
def test_a_stimulus_for_many_neurons_is_for_these_and_no_others(dock, rows, is_for):
    table = pd.DataFrame({"source": range(300), "target": np.roll(range(300), -1), "weight": 0.5})
    groups = {i: "first" if i < 250 else "second" for i in range(300)}
    dock.open(nn.PointNetwork.from_edge_list(table, groups=groups))
    dock.session.select(list(rows))
    editor = dock.widget.stimuli_tab.editor
    {action.text(): action for action in editor.buttons.add_menu.actions()}["Train"].trigger()
    assert dock.session.network.stimuli == (nn.TrainStimulus(**is_for),)


def test_a_run_can_be_cancelled_and_keeps_its_spikes(dock, qtbot):
    dock.open(small_network(run=nn.NetworkRun(duration=200_000)))
    dock.widget.header.run_button.click()
    qtbot.waitUntil(
        lambda: dock.session.result is not None and dock.session.result.simulated > 10,
        timeout=20_000,
    )
    dock.widget.header.cancel_button.click()
    dock.wait_for_the_end()
    assert dock.session.result.status == "cancelled"
    assert "Cancelled at" in dock.widget.header.status.text()


def test_networks_and_results_are_opened_from_files(dock, tmp_path, qtbot):
    network = small_network()
    network.save(tmp_path / "net.json")
    dock.widget.open_file(tmp_path / "net.json")
    qtbot.waitUntil(lambda: len(dock.session.network.neurons) == 20, timeout=10_000)
    result = nn.NetworkResult(network, np.array([5.0, 7.0]), np.array([1, 2]), simulated=200.0)
    result.save(tmp_path / "net.h5")
    dock.widget.open_file(tmp_path / "net.h5")
    qtbot.waitUntil(lambda: dock.session.result is not None, timeout=10_000)
    assert dock.activity.plot.result.spike_time.tolist() == [5.0, 7.0]


def test_tables_of_a_hundred_thousand_rows_are_sorted_and_read_without_stutter(qtbot):
    n = 100_000
    random = np.random.default_rng(1)
    table = pd.DataFrame(
        {
            "source": random.integers(0, n, n),
            "target": random.integers(0, n, n),
            "weight": random.normal(size=n),
        }
    )
    network = nn.PointNetwork.from_edge_list(table, neurons=range(n))
    for columns in (neuron_columns(network, None), edge_columns(network)):
        model = ColumnsModel()
        model.set_columns(columns)
        rows = model.rowCount()
        assert rows >= 99_000
        best = np.inf
        for _ in range(3):
            start = time.thread_time()
            model.sort(2, Qt.SortOrder.DescendingOrder)
            for row in range(40):
                model.data(model.index(row, 2))
            best = min(best, time.thread_time() - start)
        assert best < 0.05
        shown = [float(columns[2].values[model.shown[row]]) for row in range(1000)]
        assert shown == sorted(shown, reverse=True)


def test_a_raster_has_a_dot_for_each_spike_in_its_line_and_colour():
    colour = np.array([[255, 0, 0], [0, 255, 0]], np.uint8)
    image = raster_image(
        np.array([0.0, 50.0, 100.0]),
        np.array([0, 1, -1]),
        colour,
        width=100,
        height=20,
        span=(0.0, 100.0),
        n_lines=2,
    )
    assert image[2, 0].tolist() == [255, 0, 0, 255]
    assert image[12, 50].tolist() == [0, 255, 0, 255]
    assert not image[:, 99].any()


def test_lines_of_the_raster_are_grouped():
    line, groups = group_order(np.array(["b", "a", "b", "a"]))
    assert line.tolist() == [2, 0, 3, 1]
    assert groups == [("a", 0, 2), ("b", 2, 4)]


@pytest.mark.parametrize("n", [3, 3000])
def test_neurons_without_position_are_laid_out_apart(n):
    network = nn.PointNetwork.from_adjacency(np.eye(n), groups=["x", "y", "z"] * (n // 3))
    position = neuron_positions(network)
    assert position.shape == (n, 3)
    assert len(np.unique(position.round(3), axis=0)) == n


def test_neurons_are_drawn_where_they_are():
    positions = {i: (i, 2.0 * i, 3.0) for i in range(10)}
    found = neuron_positions(small_network(positions=positions))
    np.testing.assert_array_equal(found[:10], [positions[i] for i in range(10)])
    assert found[10:, 0].min() > 9
    assert np.isfinite(found).all()


def test_show_network_puts_neurons_and_spikes_into_a_viewer():
    network = small_network()
    result = nn.NetworkResult(network, np.array([5.0]), np.array([1]), simulated=200.0)
    viewer = ViewerModel()
    nn.show_network(result, viewer, decay=10)
    assert [layer.name for layer in viewer.layers] == ["edges", "neurons", "spikes"]
    viewer.dims.set_point(0, 15.0)
    frame = viewer.layers["spikes"].current_frame
    assert frame[1] == pytest.approx(np.exp(-1))
    assert frame[0] == 0
    viewer.layers["spikes"].decay = 1
    assert viewer.layers["spikes"].current_frame[1] == pytest.approx(np.exp(-10))


def test_a_stored_result_of_a_network_is_opened_by_napari(make_napari_viewer, tmp_path):
    result = nn.NetworkResult(small_network(), np.array([5.0]), np.array([1]), simulated=200.0)
    result.save(tmp_path / "net.h5")
    viewer = make_napari_viewer()
    path = str(tmp_path / "net.h5")
    napari_get_reader(path)(path)
    assert isinstance(viewer.layers["spikes"], ActivityLayer)
