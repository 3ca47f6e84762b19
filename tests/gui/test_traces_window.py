"""The Traces window: hiding, comparing, measuring, spikes and saving."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from dock_person import entries_of
from test_widgets_traces import RECORDERS, SOMA, TIP, TIP_SPIKES, result_of, row, show, tick
from trace_person import fill, mouse, ramp

from napari_neuron.widgets.plotting.curves import CurveKey, RateSettings, SpikeTrain
from napari_neuron.widgets.plotting.trace_panel import spikes_in_words

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


# room ----------------------------------------------------------------------------------------


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
