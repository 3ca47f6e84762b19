"""The Traces window: hiding, comparing, measuring, spikes, saving, and places on the cell."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from dock_person import add_cell, entries_of, forked_cell
from matplotlib.backend_bases import MouseButton, MouseEvent
from napari.components import ViewerModel
from qtpy.QtCore import QPoint, Qt
from test_widgets_traces import RECORDERS, SOMA, TIP, TIP_SPIKES, result_of, row, show, tick

from napari_neuron import RunSettings, VoltageRecorder
from napari_neuron.runner import RunStarted
from napari_neuron.widgets.curves import CurveKey, FrameTraces, Place, RateSettings, SpikeTrain
from napari_neuron.widgets.trace_panel import spikes_in_words
from napari_neuron.widgets.trace_plot import TracePlot
from napari_neuron.widgets.traces import TracesWidget


@pytest.fixture
def plot(qtbot):
    plot = TracePlot()
    plot.canvas.resize(800, 300)
    qtbot.addWidget(plot.canvas)
    yield plot
    plot.close()


def fill(dock, values, **changes):
    """Show a finished run with these values; return it."""
    result = result_of(np.asarray(values, float), cell=dock.session.cells[0], **changes)
    dock.session.apply(RunStarted(result))
    dock.traces.resize(700, 300)
    dock.traces.grab()
    return result


def ramp(n=1001, begin=-80.0, end=20.0):
    return np.linspace(begin, end, n)


def mouse(plot, name, x, y, **more):
    event = MouseEvent(name, plot.canvas, x, y, MouseButton.LEFT, **more)
    plot.canvas.callbacks.process(name, event)


# hiding --------------------------------------------------------------------------------------


def test_an_unticked_trace_is_not_drawn_and_a_ticked_one_is_again(dock):
    fill(dock, ramp())
    tick(dock.traces, SOMA, False)
    assert [curve.key for curve in dock.traces.plot.curves] == [TIP]
    assert not row(dock.traces, SOMA).is_shown
    tick(dock.traces, SOMA, True)
    assert [curve.key for curve in dock.traces.plot.curves] == [SOMA, TIP]


def test_what_is_hidden_stays_hidden_in_the_next_run(dock):
    fill(dock, ramp())
    tick(dock.traces, TIP_SPIKES, False)
    fill(dock, ramp(end=0.0))
    assert dock.traces.plot.trains == ()


def test_the_menu_of_a_row_shows_it_alone_and_all_again(dock):
    fill(dock, ramp())
    traces = dock.traces
    entries = entries_of(traces.panel.list.menu_of(row(traces, TIP)))
    entries["Show only this"].trigger()
    assert [curve.key for curve in traces.plot.curves] == [TIP]
    assert traces.plot.trains == ()
    entries["Show all"].trigger()
    assert len(traces.plot.curves) == 2


# earlier runs --------------------------------------------------------------------------------


def test_an_earlier_run_is_laid_over_dashed_and_in_the_same_colours(dock):
    first = fill(dock, ramp())
    fill(dock, ramp(end=0.0))
    traces = dock.traces
    entries_of(traces.tools.compare_menu)["Run 1"].trigger()
    keys = [curve.key for curve in traces.plot.curves]
    assert keys == [SOMA, CurveKey("voltage", "soma", 1), TIP, CurveKey("voltage", "tip", 1)]
    traces.plot.canvas.draw()
    now, before = traces.plot.curves[:2]
    assert now.colour == before.colour
    assert before.values[-1] == 20.0
    lines = {line.get_linestyle() for line in traces.plot.axes.lines if len(line.get_xdata()) > 2}
    assert lines == {"-", "--"}
    entries_of(traces.tools.compare_menu)["Run 1"].trigger()
    assert len(traces.plot.curves) == 2
    traces.compare(first)
    dock.session.forget(first)
    assert len(traces.plot.curves) == 2


def test_a_run_of_another_length_is_drawn_on_an_axis_of_its_own(dock):
    fill(dock, ramp(), recorders=RECORDERS[:2])
    plot = dock.traces.plot
    plot.canvas.draw()
    fill(dock, ramp(401), recorders=RECORDERS[:2])
    assert plot.axes.get_xlim() == (0.0, 10.0)
    plot.canvas.draw()
    assert plot.shown(SOMA)[0].max() == pytest.approx(10.0)


# measuring -----------------------------------------------------------------------------------


def test_measuring_tells_the_differences_of_time_and_of_every_visible_trace(dock):
    fill(dock, ramp())  # 100 mV in 25 ms
    traces = dock.traces
    traces.tools.measure_button.click()
    traces.plot.cursors.measure((5.0, 10.0))
    assert "Δt 5 ms" in traces.panel.measured.text()
    assert "(200 /s)" in traces.panel.measured.text()
    assert row(traces, SOMA).value == "Δ +20.0 mV"
    tick(traces, TIP, False)
    assert row(traces, TIP).value == ""
    traces.tools.measure_button.click()
    assert traces.panel.measured.text() == ""


def test_dragging_moves_the_nearer_measuring_cursor(dock):
    fill(dock, ramp())
    plot = dock.traces.plot
    plot.canvas.draw()
    plot.cursors.measure((5.0, 15.0))
    x = [plot.axes.transData.transform((t, 0))[0] for t in (14.0, 20.0)]
    y = plot.axes.bbox.y0 + 3
    mouse(plot, "button_press_event", x[0], y)
    mouse(plot, "motion_notify_event", x[1], y)
    mouse(plot, "button_release_event", x[1], y)
    assert plot.cursors.measured == pytest.approx((5.0, 20.0), abs=0.1)


# zooming -------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", [None, "shift"])
def test_the_wheel_zooms_time_and_with_shift_the_values(plot, key):
    show(plot, result_of(ramp()))
    plot.canvas.draw()
    before = plot.axes.get_xlim(), plot.axes.get_ylim()
    x, y = plot.axes.transData.transform((10.0, -40.0))
    mouse(plot, "scroll_event", x, y, step=3, key=key)
    after = plot.axes.get_xlim(), plot.axes.get_ylim()
    changed = [np.ptp(a) < 0.6 * np.ptp(b) for a, b in zip(after, before, strict=True)]
    assert changed == [key is None, key == "shift"]
    np.testing.assert_allclose(plot.axes.transData.transform((10.0, -40.0)), (x, y), atol=2)


def test_a_view_that_was_zoomed_stays_while_more_comes_and_home_shows_all(plot):
    result = result_of(ramp())
    show(plot, result)
    plot.canvas.draw()
    plot.zoom_at(*plot.axes.transData.transform((10.0, -60.0)), 4, values=True)
    limits = plot.axes.get_ylim()
    plot.draw(plot.curves, plot.trains)
    assert plot.axes.get_ylim() == limits
    plot.home()
    low, high = plot.axes.get_ylim()
    assert -90 < low < -80
    assert 20 < high < 30


# spikes --------------------------------------------------------------------------------------


def test_count_rate_and_intervals_of_spikes_are_told(dock):
    fill(dock, np.full(4001, -65.0), spikes=(10.0, 20.0, 40.0))
    text = dock.traces.panel.spikes.text()
    assert "3 spikes · 30 /s · interval 15 ± 7.1 ms" in text


@pytest.mark.parametrize(
    ("times", "said"),
    [((), "0 spikes"), ((5,), "1 spike · 10 /s"), ((5, 9), "2 spikes · 20 /s · interval 4 ms")],
)
def test_few_spikes_are_told_without_a_spread(times, said):
    train = SpikeTrain(TIP_SPIKES, "fork", 24, "#ffffff", np.array(times, float), 100.0)
    assert spikes_in_words(train) == said


@pytest.mark.parametrize("kind", ["bins", "smooth"])
def test_the_drawn_rate_has_the_spikes_for_its_integral(dock, kind):
    fill(dock, np.full(4001, -65.0), spikes=(10.0, 20.0, 40.0, 99.0))
    panel, plot = dock.traces.panel, dock.traces.plot
    assert not plot.panels.rate_is_wanted
    panel.rate_kind.setCurrentIndex(["off", "bins", "smooth"].index(kind))
    panel.rate_width.setValue(7.0)
    assert plot.rate_settings == RateSettings(kind, 7.0)
    time, rate = plot.shown_rate(TIP_SPIKES)
    integral = float(np.sum(0.5 * (rate[1:] + rate[:-1]) * np.diff(time)))
    assert integral / 1000 == pytest.approx(4, rel=1e-2)
    assert plot.panels.rate.get_visible()
    assert plot.panels.rate.get_ylim()[1] >= rate.max()


@pytest.mark.parametrize(("height", "seen"), [(300, True), (110, False)])
def test_the_rate_gives_way_where_there_is_little_room(plot, height, seen):
    show(plot, result_of(ramp(), spikes=(3.0,)))
    plot.set_rate(RateSettings("bins"))
    plot.canvas.resize(500, height)
    plot.canvas.grab()
    assert plot.panels.rate.get_visible() == seen


# saving --------------------------------------------------------------------------------------


def saved(dock, save, path):
    save(path)
    dock.qtbot.waitUntil(lambda: dock.traces.said.text() == f"Saved {path.name}.", timeout=10_000)
    return path


@pytest.mark.parametrize("name", ["traces.png", "traces.svg"])
def test_a_picture_is_saved_with_what_is_shown(dock, tmp_path, name):
    fill(dock, ramp(), spikes=(3.0, 4.0))
    tick(dock.traces, TIP, False)
    path = saved(dock, dock.traces.saving.picture, tmp_path / name)
    begin = path.read_bytes()[:200]
    assert begin.startswith(b"\x89PNG") or b"<?xml" in begin


def test_traces_and_spikes_that_are_shown_are_saved_as_csv(dock, tmp_path):
    fill(dock, ramp(), spikes=(3.0, 4.0))
    tick(dock.traces, SOMA, False)
    table = pd.read_csv(saved(dock, dock.traces.saving.traces, tmp_path / "traces.csv"))
    assert list(table) == ["time (ms)", "tip (mV)"]
    np.testing.assert_allclose(table["tip (mV)"], ramp())
    spikes = pd.read_csv(saved(dock, dock.traces.saving.spikes, tmp_path / "spikes.csv"))
    assert spikes["time (ms)"].tolist() == [3.0, 4.0]


def test_a_file_that_cannot_be_written_is_told(dock, tmp_path):
    fill(dock, ramp())
    dock.traces.saving.traces(tmp_path / "no such folder" / "traces.csv")
    dock.qtbot.waitUntil(lambda: "not saved" in dock.traces.problem.text(), timeout=10_000)


# from the traces to the cell -----------------------------------------------------------------


@pytest.mark.parametrize("ndisplay", [2, 3])
def test_a_click_on_a_trace_shows_its_node(dock, ndisplay):
    result = fill(dock, ramp())
    tick(dock.traces, SOMA, False)
    viewer, plot = dock.viewer, dock.traces.plot
    viewer.dims.ndisplay = ndisplay
    plot.canvas.draw()
    at = plot.axes.transData.transform((10.0, -40.0))
    mouse(plot, "button_press_event", *at)
    mouse(plot, "button_release_event", *at)
    nodes = viewer.layers["fork nodes"]
    assert {int(nodes.features["node_id"][i]) for i in nodes.selected_data} == {24}
    position = result.cell.position[result.cell.rows(24)[0], ::-1]
    np.testing.assert_allclose(viewer.camera.center[-ndisplay:], position[-ndisplay:])
    places = viewer.layers["fork trace places"]
    np.testing.assert_allclose(places.data, [position])


def test_in_a_slice_the_slice_moves_to_the_node_too(dock):
    fill(dock, ramp(), recorders=(VoltageRecorder(label="d", node=34),))
    dock.viewer.dims.ndisplay = 2
    dock.viewer.dims.order = (0, 2, 1, 3)  # y is hidden
    dock.traces.go_to(CurveKey("voltage", "d"))
    assert dock.viewer.dims.point[2] == pytest.approx(-200.0, abs=1.0)


def test_a_drag_over_a_trace_is_no_click(dock):
    fill(dock, ramp())
    plot, clicked = dock.traces.plot, []
    plot.curve_clicked.connect(clicked.append)
    plot.canvas.draw()
    at = plot.axes.transData.transform((10.0, -40.0))
    mouse(plot, "button_press_event", *at)
    mouse(plot, "motion_notify_event", at[0] + 40, at[1])
    mouse(plot, "button_release_event", *at)
    assert clicked == []


def test_a_row_of_the_raster_can_be_clicked(plot):
    show(plot, result_of(ramp(), spikes=(3.0,)))
    plot.canvas.draw()
    box = plot.panels.raster.bbox
    assert plot.cursors.curve_near(box.x0 + 5, box.y0 + box.height / 2) == TIP_SPIKES


# from the cell to the traces -----------------------------------------------------------------


def test_a_visited_place_is_replaced_by_the_next_unless_it_is_kept(dock):
    result = fill(dock, ramp())
    traces = dock.traces
    place = {n: CurveKey("place", f"node {n}") for n in (22, 31, 33)}

    def places():
        return {r.key: r.place for r in traces.panel.list.rows if r.place}

    traces.show_place(result.cell, 22)
    assert places() == {place[22]: "temporary"}
    traces.show_place(result.cell, 31)
    assert places() == {place[31]: "temporary"}
    traces.panel.list.keep_requested.emit(place[31])
    traces.show_place(result.cell, 33)
    assert places() == {place[31]: "kept", place[33]: "temporary"}
    assert len(dock.viewer.layers["fork trace places"].data) == 2
    traces.panel.list.drop_requested.emit(place[31])
    traces.panel.list.drop_requested.emit(place[33])
    assert places() == {}
    assert "fork trace places" not in dock.viewer.layers


def test_the_trace_of_a_place_is_that_of_its_frames_and_of_the_next_run_too(dock):
    result = fill(dock, ramp())
    result.frames[:, 0] = np.linspace(-70, -60, len(result.frames))
    dock.traces.show_place(result.cell, 22)
    time, values = dock.traces.plot.shown(CurveKey("place", "node 22"))
    np.testing.assert_allclose(time, result.time)
    np.testing.assert_allclose(values, result.voltage_at(22))
    later = fill(dock, ramp(101))
    assert row(dock.traces, CurveKey("place", "node 22"))
    assert len(dock.traces.plot.shown(CurveKey("place", "node 22"))[0]) == later.n_frames


def test_another_variable_whose_frames_were_kept_is_shown_at_a_place(dock):
    result = result_of(ramp(), cell=dock.session.cells[0])
    gates = np.linspace(0, 1, len(result.frames), dtype=np.float32)[:, None]
    result = replace(
        result,
        experiment=result.experiment.replace(frames=("v", "m_hh")),
        more_frames={"m_hh": gates},
        units=("mV", "mV", ""),
    )
    dock.session.apply(RunStarted(result))
    traces = dock.traces
    traces.show_place(result.cell, 22)
    menu = traces.panel.list.menu_of(row(traces, CurveKey("place", "node 22")))
    entries_of(menu)["Show m_hh here"].trigger()
    key = CurveKey("place", "m_hh at node 22")
    assert row(traces, key).place == row(traces, CurveKey("place", "node 22")).place == "kept"
    traces.plot.canvas.draw()
    np.testing.assert_allclose(traces.plot.shown(key)[1], gates[:, 0])


def test_of_several_cells_a_place_says_in_which_it_is(qtbot):
    viewer, first, second = ViewerModel(), forked_cell(), forked_cell("twin")
    for cell in (first, second):
        add_cell(viewer, cell)
    traces = TracesWidget(viewer)
    qtbot.addWidget(traces)
    result = replace(
        result_of(ramp(), cell=first),
        cells=(first, second),
        compartment_of_node=np.zeros(22, np.int64),
    )
    traces.session.apply(RunStarted(result))
    traces.show_place(second, 22)
    assert row(traces, CurveKey("place", "node 22 of twin"))
    position = second.position[second.rows(22)[0], ::-1]
    np.testing.assert_allclose(viewer.layers["twin trace places"].data, [position])
    assert "fork trace places" not in viewer.layers
    traces.close()


def test_frames_of_a_long_run_are_read_some_at_a_time():
    result = result_of(np.zeros(4001))
    frames, place = FrameTraces(at_most=400), Place("fork", 22)
    read = []
    while not read or frames.is_behind([result], [place]):
        read.append(len(frames.curve(result, place, "#ffffff").values))
    assert read == [400, 800, 1001]
    assert frames.curve(result, Place("fork", 99), "#ffffff") is None


def test_without_recorders_a_click_on_the_cell_brings_a_trace(dock):
    result = fill(dock, ramp(), recorders=())
    assert dock.traces.empty.isVisibleTo(dock.traces)
    dock.traces.show_place(result.cell, 22)
    assert not dock.traces.empty.isVisibleTo(dock.traces)


def test_a_place_can_become_a_recorder(dock):
    result = fill(dock, ramp())
    dock.session.edit(dock.experiment.replace(recorders=RECORDERS))
    dock.traces.show_place(result.cell, 22)
    key = CurveKey("place", "node 22")
    menu = dock.traces.panel.list.menu_of(row(dock.traces, key))
    entries_of(menu)["Record here from the next run on"].trigger()
    assert dock.experiment.recorders[-1] == VoltageRecorder(label="node 22", node=22)


@pytest.mark.parametrize("ndisplay", [2, 3])
def test_a_click_on_the_cell_shows_the_trace_of_that_place(window, ndisplay):
    window.session.edit(window.experiment.replace(recorders=RECORDERS, run=RunSettings(duration=1)))
    window.run_to_the_end()
    viewer, traces = window.viewer, window.traces
    viewer.window._qt_window.resize(1200, 900)
    viewer.dims.ndisplay = ndisplay
    visited = []
    for name, node in (("fork nodes", 32), ("fork voltage", 33), ("fork", 22)):
        for layer in viewer.layers:
            layer.visible = layer.name == name
        viewer.reset_view()
        window.qtbot.wait(50)
        click(window, position_of(window, node))
        visited += [r.key.label for r in traces.panel.list.rows if r.place]
    assert visited == ["node 32", "node 33", "node 22"]
    click(window, position_of(window, 32) + np.array([60, 60]))  # beside the cell
    assert [r.key.label for r in traces.panel.list.rows if r.place] == ["node 22"]
    traces.tools.pick_button.click()
    click(window, position_of(window, 23))
    assert [r.key.label for r in traces.panel.list.rows if r.place] == ["node 22"]
    window.traces_dock.setFloating(True)
    traces.show_place(window.session.results[0].cell, 24)
    assert [r.key.label for r in traces.panel.list.rows if r.place] == ["node 24"]


def test_undocked_and_narrow_everything_has_its_place(dock):
    fill(dock, ramp(), spikes=(3.0,))
    fill(dock, ramp(), spikes=(3.0,))
    traces = dock.traces
    traces.resize(400, 600)
    traces.grab()
    assert traces.panel.geometry().top() > traces.plot.canvas.geometry().bottom()
    assert traces.tools.minimumSizeHint().width() <= 384
    assert traces.panel.widget().minimumSizeHint().width() <= 384
    traces.resize(900, 240)
    traces.grab()
    assert traces.panel.geometry().left() > traces.plot.canvas.geometry().right()


def position_of(window, node):
    """Where a node is on the canvas, pixels."""
    cell = window.session.results[0].cell
    x, y, z = cell.position[cell.rows(node)[0]]
    view = window.viewer.window._qt_viewer.canvas.view
    at = (view.transform * view.scene.transform).map(
        [x, y, z if window.viewer.dims.ndisplay == 3 else 0, 1]
    )
    return np.asarray(at[:2] / at[3])


def click(window, at):
    native = window.viewer.window._qt_viewer.canvas.native
    at = QPoint(*np.round(at).astype(int).tolist())
    window.qtbot.mouseClick(native, Qt.MouseButton.LeftButton, pos=at)
    window.qtbot.wait(20)
