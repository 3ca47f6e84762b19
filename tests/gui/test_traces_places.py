"""The places of traces: from a trace to the cell, and from the cell to a trace."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from dock_person import add_cell, entries_of, forked_cell
from napari.components import ViewerModel
from test_widgets_traces import RECORDERS, SOMA, TIP_SPIKES, result_of, row, show, tick
from trace_person import click, fill, mouse, position_of, ramp

from napari_neuron import RunSettings, VoltageRecorder
from napari_neuron.runner import RunStarted
from napari_neuron.widgets.plotting.curves import CurveKey, FrameTraces, Place
from napari_neuron.widgets.traces import TracesWidget

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
