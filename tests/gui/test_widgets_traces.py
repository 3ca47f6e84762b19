"""The dock widget "Traces": what was recorded, with a cursor on the time slider."""

from __future__ import annotations

import time

import numpy as np
import pytest
from dock_person import forked_cell
from matplotlib.backend_bases import MouseButton, MouseEvent
from napari.settings import get_settings
from qtpy.QtCore import Qt

from napari_neuron import (
    CableProperties,
    CurrentPulse,
    Experiment,
    HodgkinHuxley,
    RunSettings,
    SimulationResult,
    SpikeDetector,
    VariableRecorder,
    VoltageRecorder,
)
from napari_neuron.engine import simulate
from napari_neuron.morphology import read_swc
from napari_neuron.result.model import Status
from napari_neuron.runner import Progress, RunAdvanced, RunStarted
from napari_neuron.widgets.plotting.curves import CurveKey, curves_of, spike_trains_of
from napari_neuron.widgets.plotting.decimate import decimated
from napari_neuron.widgets.plotting.trace_plot import TracePlot
from napari_neuron.widgets.toolkit.style import recorder_colours
from napari_neuron.widgets.traces import DOCK_NAME, TracesWidget

RECORDERS = (
    VoltageRecorder(label="soma", node=10),
    VoltageRecorder(label="tip", node=24),
    SpikeDetector(label="tip", node=24),
)


def result_of(values, recorders=RECORDERS, dt=0.025, spikes=(), cell=None):
    """A finished run whose voltage recorders all hold ``values``."""
    n = len(values)
    experiment = Experiment(
        recorders=recorders,
        run=RunSettings(duration=(n - 1) * dt, dt=dt, frame_interval=dt * 4),
    )
    n_voltage = sum(isinstance(r, VoltageRecorder) for r in recorders)
    n_frames = experiment.run.n_frames
    return SimulationResult(
        cells=(cell or forked_cell(),),
        experiment=experiment,
        frames=np.full((n_frames, 1), -65, np.float32),
        samples=np.tile(np.asarray(values, float), (n_voltage, 1)),
        compartment_of_node=np.zeros(11, np.int64),
        spikes={"tip": np.asarray(spikes, float)},
        n_frames=n_frames,
        n_samples=n,
        status=Status.COMPLETE,
    )


@pytest.fixture
def spiking(dock):
    """The widgets after a run of a cell that spikes, with three recorders."""
    dock.session.edit(
        dock.experiment.replace(
            paint=(CableProperties(), HodgkinHuxley()),
            stimuli=(CurrentPulse(nodes=(10,), delay=2, duration=5, amplitude=1),),
            recorders=RECORDERS,
            run=RunSettings(duration=20),
        )
    )
    dock.run_to_the_end()
    return dock


SOMA, TIP, TIP_SPIKES = (
    CurveKey("voltage", "soma"),
    CurveKey("voltage", "tip"),
    CurveKey("spikes", "tip"),
)


def show(plot, result):
    """Draw a result as the window does."""
    colours = recorder_colours(result.experiment)
    plot.begin(result.experiment.run.duration)
    plot.draw(curves_of(result, colours), spike_trains_of(result, colours))


def row(traces, key):
    """The row of the list that stands for a key."""
    return next(row for row in traces.panel.list.rows if row.key == key)


def tick(traces, key, ticked):
    """Tick or untick a row, as a person does."""
    names = traces.panel.list
    item = names.topLevelItem([r.key for r in names.rows].index(key))
    item.setCheckState(0, Qt.CheckState.Checked if ticked else Qt.CheckState.Unchecked)


@pytest.mark.parametrize("moved_to", [None, "left"])
def test_the_dock_opens_below_the_canvas_or_where_it_was_last(make_napari_viewer, moved_to):
    positions = get_settings().application.plugin_widget_positions
    positions.pop(DOCK_NAME, None)
    if moved_to:
        positions[DOCK_NAME] = moved_to
    viewer = make_napari_viewer()
    widget = TracesWidget(viewer)
    dock = viewer.window.add_dock_widget(widget, name=DOCK_NAME)
    assert dock.area == (moved_to or "bottom")
    widget.close()


def test_before_a_run_the_widget_says_what_will_be_here(dock):
    assert "during a run" in dock.traces.empty.text()
    assert dock.traces.empty.isVisibleTo(dock.traces)


def test_without_recorders_the_widget_says_how_to_get_them(dock):
    dock.session.edit(dock.experiment.replace(run=RunSettings(duration=5)))
    dock.run_to_the_end()
    assert "no recorders" in dock.traces.empty.text()
    assert dock.traces.empty.isVisibleTo(dock.traces)


def test_traces_and_spikes_of_the_run_are_drawn_in_the_colours_of_the_markers(spiking):
    rows = spiking.traces.panel.list.rows
    assert [r.key for r in rows] == [SOMA, TIP, TIP_SPIKES]
    assert rows[2].value == "1 spike"
    markers = spiking.viewer.layers["fork markers"]
    kept = {
        (name, symbol): tuple(np.round(colour[:3] * 255).astype(int))
        for name, symbol, colour in zip(
            markers.features["name"], map(str, markers.symbol), markers.face_color, strict=True
        )
    }
    for r, symbol in zip(rows, ("disc", "disc", "diamond"), strict=True):
        rgb = tuple(int(r.colour[i : i + 2], 16) for i in (1, 3, 5))
        assert kept[r.key.label, symbol] == rgb


def test_the_list_shows_values_at_the_cursor_with_their_unit(spiking):
    result = spiking.session.results[0]
    spiking.viewer.dims.set_point(0, 5.0)
    value = result.traces["soma"].values[200]
    assert row(spiking.traces, SOMA).value == f"{value:.1f} mV".replace("-", "−")
    assert spiking.traces.panel.list.headerItem().text(1) == "at 5 ms"


def test_the_cursor_follows_the_time_slider(spiking):
    spiking.viewer.dims.set_point(0, 7.0)
    assert spiking.traces.plot.cursor == pytest.approx(7.0)


def test_dragging_the_cursor_moves_the_time_slider(spiking):
    plot = spiking.traces.plot
    plot.canvas.resize(600, 200)
    for name, moment in (("button_press_event", 3.0), ("motion_notify_event", 6.0)):
        mouse(plot, name, moment)
    spiking.qtbot.waitUntil(lambda: spiking.viewer.dims.point[0] == pytest.approx(6.0, abs=0.11))
    mouse(plot, "button_release_event", 6.0)
    mouse(plot, "motion_notify_event", 9.0)
    spiking.qtbot.wait(50)
    assert spiking.viewer.dims.point[0] == pytest.approx(6.0, abs=0.11)
    assert plot.cursor == pytest.approx(spiking.viewer.dims.point[0])


def mouse(plot, name, moment):
    x, y = plot.axes.transData.transform((moment, np.mean(plot.axes.get_ylim())))
    event = MouseEvent(name, plot.canvas, x, y, MouseButton.LEFT)
    plot.canvas.callbacks.process(name, event)


def test_the_newest_run_is_shown_and_an_older_one_can_be_chosen(spiking):
    spiking.session.edit(spiking.experiment.replace(run=RunSettings(duration=10)))
    spiking.run_to_the_end()
    first, second = spiking.session.results
    traces = spiking.traces
    assert traces.result is second
    runs = traces.tools.runs
    assert [runs.itemText(i) for i in range(runs.count())] == ["Run 2", "Run 1"]
    runs.setCurrentIndex(1)
    runs.activated.emit(1)
    assert traces.result is first


def test_traces_grow_while_the_run_goes_on(dock):
    result = result_of(np.full(4001, -65.0))
    result.n_samples = 100
    dock.session.apply(RunStarted(result))
    dock.traces.grab()
    shown = dock.traces.plot.shown(SOMA)
    assert shown[0].max() <= 100 * 0.025
    result.n_samples = 2000
    dock.session.apply(RunAdvanced(Progress(50.0, 100.0, 1.0)))
    dock.qtbot.waitUntil(lambda: dock.traces.plot.shown(SOMA)[0].max() > 40)  # after the cell
    assert dock.traces.plot.shown(SOMA)[0].max() == pytest.approx(1999 * 0.025)


def test_the_voltage_axis_widens_to_what_is_recorded(plot):
    values = np.full(1000, -65.0)
    values[500] = 45.0
    result = result_of(values)
    show(plot, result)
    low, high = plot.axes.get_ylim()
    assert low <= -65
    assert high > 45


def test_a_zoomed_view_is_drawn_with_all_its_samples(plot):
    values = np.sin(np.arange(40_001) / 7.0) * 30 - 30
    result = result_of(values)
    show(plot, result)
    plot.canvas.draw()
    assert len(plot.shown(SOMA)[0]) < 4000
    plot.axes.set_xlim(100, 101)
    plot.canvas.draw()
    moments, shown = plot.shown(SOMA)
    inside = (moments >= 100) & (moments <= 101)
    np.testing.assert_allclose(shown[inside], values[4000:4041])


def test_spikes_are_marked_at_their_times(plot):
    result = result_of(np.full(1000, -65.0), spikes=(3.0, 11.5))
    show(plot, result)
    plot.canvas.draw()
    np.testing.assert_array_equal(plot.shown_spikes(TIP_SPIKES), [3.0, 11.5])


def test_long_traces_are_redrawn_faster_than_a_frame(plot):
    walk = np.cumsum(np.random.default_rng(1).normal(0, 0.2, 40_001))
    result = result_of(
        walk - 60,
        tuple(VoltageRecorder(label=str(i), node=10) for i in range(4)),
    )
    show(plot, result)
    plot.canvas.draw()
    took = []
    for _ in range(7):
        begun = time.process_time()
        plot.draw(plot.curves, plot.trains)
        plot.move_cursor(100.0)
        took.append(time.process_time() - begun)
    assert np.median(took) < 0.05


def test_a_saved_figure_has_the_traces_and_names_them(plot, tmp_path):
    result = result_of(np.linspace(-80, 20, 1000))
    show(plot, result)
    plot.save(tmp_path / "traces.png")
    assert (tmp_path / "traces.png").stat().st_size > 5000


def test_pan_and_zoom_exclude_each_other_and_the_cursor(dock):
    traces = dock.traces
    tools = traces.tools
    tools.pan_button.click()
    assert traces.plot.mode == "pan"
    tools.zoom_button.click()
    assert traces.plot.mode == "zoom"
    assert not tools.pan_button.isChecked()
    tools.zoom_button.click()
    assert traces.plot.mode == ""


@pytest.mark.parametrize("n_bins", [1, 7, 100, 2000])
@pytest.mark.parametrize("n", [0, 1, 3, 1000, 12_345])
def test_decimation_keeps_extremes_and_ends(n, n_bins):
    values = np.random.default_rng(0).normal(size=n)
    moments, kept = decimated(values, 0.1, 0.0, n * 0.1, n_bins)
    assert len(kept) <= max(2 * (n_bins + 3), 5 * n_bins + 3)
    if n:
        assert (kept.min(), kept.max()) == (values.min(), values.max())
        assert moments[-1] == pytest.approx((n - 1) * 0.1)
        assert (np.diff(moments) >= 0).all()
        np.testing.assert_array_equal(values[np.round(moments / 0.1).astype(int)], kept)


def test_decimation_keeps_a_sample_beyond_each_edge_of_the_view():
    moments, _ = decimated(np.arange(100.0), 1.0, 20.5, 30.5, 1000)
    assert (moments[0], moments[-1]) == (19, 32)


def test_colours_stay_with_labels():
    now = Experiment(recorders=RECORDERS[1:])
    then = Experiment(recorders=RECORDERS)
    both = recorder_colours(now, then)
    assert both["tip"] == recorder_colours(now)["tip"]
    assert both["soma"] != both["tip"]


def test_a_trace_of_another_unit_has_an_axis_of_its_own(qtbot):
    cell = read_swc("1 1 0 0 0 5 -1\n2 3 100 0 0 1 1\n", units="um")
    experiment = Experiment(
        paint=[CableProperties(), HodgkinHuxley()],
        recorders=[
            VoltageRecorder(label="v", node=1),
            VariableRecorder(label="m", node=1, variable="m_hh", interval=0.1),
        ],
        run=RunSettings(duration=5),
    )
    plot = TracePlot()
    qtbot.addWidget(plot.canvas)
    plot.canvas.resize(700, 240)
    show(plot, simulate(cell, experiment))
    plot.canvas.draw()
    voltage = plot.shown(CurveKey("voltage", "v"))
    gate = plot.shown(CurveKey("range_variable", "m"))
    assert voltage[0][-1] == gate[0][-1] == 5.0
    low, high = plot.axes.get_ylim()
    assert low <= min(voltage[1])
    assert max(voltage[1]) <= high
    assert len(plot.panels.units) == 2
    low, high = plot.panels.of(plot.panels.units[1]).get_ylim()
    assert -1 < low <= min(gate[1])
    assert max(gate[1]) <= high < 1
    plot.close()
