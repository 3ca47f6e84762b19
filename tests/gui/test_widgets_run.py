"""Run, watch, cancel, close: in napari's window, with NEURON in a child process."""

from __future__ import annotations

import numpy as np
import psutil
import pytest
from qtpy.QtCore import QThreadPool
from qtpy.QtWidgets import QFileDialog

from napari_neuron import (
    AlphaSynapse,
    CableProperties,
    CurrentPulse,
    Experiment,
    HodgkinHuxley,
    MaximumLength,
    Passive,
    RunSettings,
    SimulationResult,
    SpikeDetector,
    SwcTypes,
    VoltageRecorder,
)
from napari_neuron.result.model import Status
from napari_neuron.widgets import SimulationWidget
from napari_neuron.widgets.running.run_tab import frames_in_words

SPIKING = {
    "paint": (CableProperties(), HodgkinHuxley()),
    "stimuli": (CurrentPulse(nodes=(10,), delay=2, duration=5, amplitude=1),),
    "recorders": (VoltageRecorder(label="soma", node=10), SpikeDetector(label="soma", node=10)),
    "run": RunSettings(duration=20),
}
ENDLESS = {**SPIKING, "recorders": (), "run": RunSettings(duration=1e6, frame_interval=10)}


def edit(dock, **changes):
    dock.session.edit(dock.experiment.replace(**changes))


def start(dock):
    dock.click(dock.widget.header.run_button)
    dock.qtbot.waitUntil(lambda: len(dock.session.results) > 0, timeout=20_000)


def children():
    return [c for c in psutil.Process().children(recursive=True) if "napari_neuron" in _line(c)]


def _line(process):
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


def nothing_runs(dock):
    def is_quiet():
        threads = QThreadPool.globalInstance().activeThreadCount()
        return not children() and not threads and dock.session.run_state == "idle"

    dock.qtbot.waitUntil(is_quiet, timeout=5000)
    return True


def test_a_run_without_stimulus_or_recorder_works(dock):
    edit(dock, run=RunSettings(duration=5))
    dock.run_to_the_end()
    assert dock.widget.header.problem.text() == ""
    assert dock.widget.header.status.text().startswith("Finished 5 ms in ")


def test_a_run_fills_the_voltage_layer_and_the_slider_follows(window):
    edit(window, **SPIKING)
    start(window)
    layer = window.viewer.layers["fork voltage"]
    assert not window.viewer.layers["fork nodes"].visible
    assert window.viewer.dims.ndisplay == 3
    window.wait_for_the_end()
    result = window.session.results[-1]
    assert result.status is Status.COMPLETE
    assert layer.n_valid == result.n_frames == 201
    assert window.viewer.dims.point[0] == pytest.approx(20.0)
    assert layer.colorbar.visible
    assert len(result.spikes["soma"]) >= 1
    np.testing.assert_array_equal(layer.current_frame, result.voltage[-1])


@pytest.mark.parametrize(
    ("frames", "duration", "said"),
    [
        (("v",), 100, "1,001 frames of 50 compartments: less than 1 MB"),
        (("v",), 100_000, "1,000,001 frames of 50 compartments: 200 MB"),
        (("v", "m_hh"), 100_000, "1,000,001 frames of 2 variables of 50 compartments: 400 MB"),
    ],
)
def test_what_a_run_stores_counts_every_variable(frames, duration, said):
    experiment = Experiment(frames=frames, run=RunSettings(duration=duration))
    assert frames_in_words(experiment, 50) == said


def test_one_frame_of_one_compartment_is_said_in_the_singular():
    experiment = Experiment(run=RunSettings(duration=1, frame_interval=5))
    assert frames_in_words(experiment, 1) == "1 frame of 1 compartment: less than 1 MB"


def test_a_second_run_is_shown_in_the_layer_of_the_first(window):
    edit(window, **SPIKING)
    window.run_to_the_end()
    layer = window.viewer.layers["fork voltage"]
    layer.contrast_limits = (-70, 0)
    edit(
        window,
        discretisation=MaximumLength(length=5.0),
        run=RunSettings(duration=10, frame_interval=0.5),
    )
    window.run_to_the_end()
    second = window.session.results[1]
    assert [one for one in window.viewer.layers if "voltage" in one.name] == [layer]
    assert layer.contrast_limits == [-70, 0]
    assert layer.n_valid == second.n_frames == 21
    assert window.viewer.dims.point[0] == pytest.approx(10.0)
    np.testing.assert_array_equal(
        layer.current_frame[layer.compartment_of_node],
        second.voltage[-1][second.compartment_of_node],
    )


def test_a_slider_that_was_moved_stays_where_it_is(window):
    edit(window, **ENDLESS)
    start(window)
    window.viewer.dims.set_point(0, 50.0)
    n = window.session.results[-1].n_frames
    window.qtbot.waitUntil(lambda: window.session.results[-1].n_frames > n + 50, timeout=20_000)
    assert window.viewer.dims.point[0] == pytest.approx(50.0)


def test_markers_stay_above_the_voltage(window):
    edit(window, **SPIKING)
    window.run_to_the_end()
    assert window.viewer.layers[-1].name == "fork markers"


def test_progress_is_told_in_simulated_time(dock):
    edit(dock, **ENDLESS)
    start(dock)
    header = dock.widget.header
    dock.qtbot.waitUntil(lambda: " of 1000000 ms" in header.status.text())
    assert not header.run_button.isVisibleTo(dock.widget)
    assert header.progress.is_shown
    dock.qtbot.waitUntil(lambda: header.progress.fraction > 0, timeout=10_000)


def test_cancel_keeps_what_there_is(dock):
    edit(dock, **ENDLESS)
    start(dock)
    dock.click(dock.widget.header.cancel_button)
    dock.wait_for_the_end(timeout=1000)
    (result,) = dock.session.results
    assert result.status is Status.CANCELLED
    assert result.n_frames > 0
    assert dock.widget.header.status.text().startswith("Cancelled at ")
    assert dock.widget.header.run_button.isVisibleTo(dock.widget)


def test_a_mistake_is_said_next_to_run_and_its_tab_is_marked(dock):
    edit(dock, paint=(CableProperties(), Passive(region=SwcTypes(types=(7,)))))
    dock.run_to_the_end()
    assert dock.widget.header.problem.text().startswith("Biophysics: ")
    assert dock.widget.tabs.tabText(1) == "Biophysics ⚠"
    assert dock.session.results == ()
    edit(dock, paint=(CableProperties(), Passive()))
    assert dock.widget.header.problem.text() == ""
    assert dock.widget.tabs.tabText(1) == "Biophysics"


def test_a_run_that_blows_up_is_said_in_words_and_kept(dock):
    edit(dock, **SPIKING)
    edit(dock, stimuli=(CurrentPulse(nodes=(10,), delay=5, amplitude=1e6),))
    dock.run_to_the_end()
    assert "at 5" in dock.widget.header.problem.text()
    assert dock.session.results[0].status is Status.FAILED


def test_a_killed_child_is_said_in_words_and_the_next_run_works(dock):
    edit(dock, **ENDLESS)
    start(dock)
    for child in children():
        child.kill()
    dock.wait_for_the_end()
    assert "the process that ran NEURON" in dock.widget.header.problem.text()
    edit(dock, run=RunSettings(duration=5))
    dock.run_to_the_end()
    assert dock.session.results[-1].status is Status.COMPLETE


def test_what_is_half_typed_counts_when_run_is_pressed(dock):
    dock.open_tab("Run")
    field = dock.widget.run_tab.form.fields["duration"].native
    field.selectAll()
    dock.qtbot.keyClicks(field, "5")
    dock.run_to_the_end()
    assert dock.session.results[0].experiment.run.duration == 5


def test_what_is_typed_wrongly_is_not_run_without(dock):
    edit(dock, **SPIKING)
    dock.open_tab("Inputs")
    editor = dock.editor("inputs")
    editor.select(0)
    dock.type_into(editor.form.fields["nodes"].ids, "soma")
    dock.type_into(editor.form.fields["amplitude"], "0.7")
    header = dock.widget.header
    dock.click(header.run_button)
    assert dock.session.run_state == "idle"
    assert "Not run. Inputs: Nodes: type node ids" in header.problem.text()
    assert "Inputs ⚠" in [dock.widget.tabs.tabText(i) for i in range(dock.widget.tabs.count())]
    dock.type_into(editor.form.fields["nodes"].ids, "10")
    dock.run_to_the_end()
    assert header.problem.text() == ""
    assert dock.session.results[-1].experiment.stimuli[0].amplitude == 0.7


def test_results_are_listed_saved_and_forgotten(dock, tmp_path, monkeypatch):
    path = str(tmp_path / "run.h5")
    edit(dock, run=RunSettings(duration=5))
    dock.run_to_the_end()
    tab = dock.widget.run_tab
    assert tab.results.item(0).text() == "1 · fork · 5 ms · complete"
    edit(dock, run=RunSettings(duration=6))
    assert tab.results.item(0).text().endswith("earlier settings")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *args: (path, ""))
    dock.click(tab.save_button)
    dock.qtbot.waitUntil(lambda: dock.widget.header.status.text() == "Saved run.h5.")
    loaded = SimulationResult.load(path)
    assert loaded.n_frames == dock.session.results[0].n_frames
    dock.click(tab.forget_button)
    assert tab.results.count() == 0


def test_two_copies_of_a_synapse_at_one_node_make_twice_the_difference(dock):
    peak = []
    for nodes in ((30,), (30, 30)):
        edit(
            dock,
            stimuli=(AlphaSynapse(nodes=nodes, onset=1, gmax=1e-5),),
            recorders=(VoltageRecorder(label="a", node=30),),
            run=RunSettings(duration=5, v_init=-70),
        )
        dock.run_to_the_end()
        peak.append(dock.session.results[-1].traces["a"].values.max() + 70)
    assert peak[1] == pytest.approx(2 * peak[0], rel=0.02)


def test_closing_the_dock_cancels_the_run_and_leaves_nothing(window):
    edit(window, **ENDLESS)
    start(window)
    window.dock.destroyOnClose()
    assert nothing_runs(window)
    assert window.session.results[0].status is Status.CANCELLED


def test_closing_the_window_cancels_the_run_and_leaves_nothing(make_napari_viewer, qtbot):
    from dock_person import Dock, add_cell, forked_cell

    viewer = make_napari_viewer(show=True)
    viewer.window.resize(500, 400)  # software draws each frame
    add_cell(viewer, forked_cell())
    dock = Dock(viewer, qtbot)
    edit(dock, **ENDLESS)
    start(dock)
    viewer.close()
    assert nothing_runs(dock)
    assert dock.session.results[0].status is Status.CANCELLED


def test_a_dock_that_is_opened_again_takes_over_what_is_there(dock):
    edit(dock, **SPIKING)
    dock.run_to_the_end()
    dock.widget.close()
    again = SimulationWidget(dock.viewer)
    dock.qtbot.addWidget(again)
    assert again.recorders_tab.editor.value == SPIKING["recorders"]
    assert again.run_tab.results.count() == 1
    again.header.run_button.click()
    dock.qtbot.waitUntil(lambda: len(dock.session.results) == 2, timeout=20_000)
    dock.wait_for_the_end()
    names = [layer.name for layer in dock.viewer.layers]
    assert names == ["fork", "fork nodes", "fork voltage", "fork markers"]
    again.close()


def test_the_two_docks_share_one_session(window):
    assert window.traces.session is window.widget.session


def test_a_run_without_an_input_says_so(dock):
    edit(dock, run=RunSettings(duration=5))
    dock.run_to_the_end()
    assert dock.widget.header.status.text().endswith("There was no input: add one on Inputs.")


def test_nodes_shown_for_picking_are_hidden_by_a_run_and_others_are_not(dock):
    edit(dock, run=RunSettings(duration=5))
    dock.run_to_the_end()
    nodes, paths = dock.viewer.layers["fork nodes"], dock.viewer.layers["fork"]
    dock.open_tab("Inputs")
    dock.click(dock.widget.inputs_tab.pick_button)
    dock.select_nodes(20)
    paths.visible = True  # by the person
    assert nodes.visible
    dock.run_to_the_end()
    assert (nodes.visible, paths.visible) == (False, True)
    assert dock.viewer.layers.selection.active.name == "fork voltage"
    assert dock.widget.view.selected == (20,)
    dock.click(dock.widget.inputs_tab.pick_button)
    assert nodes.visible


@pytest.mark.parametrize(
    ("typed", "chosen", "path"),
    [
        ("run", "NWB files, for other programs (*.nwb)", "run.nwb"),
        ("run", "Results (*.h5)", "run.h5"),
        ("run", "", "run.h5"),
        ("run.nwb", "Results (*.h5)", "run.nwb"),
        ("", "", ""),
    ],
)
def test_a_result_is_saved_in_the_format_that_is_chosen(monkeypatch, qapp, typed, chosen, path):
    from napari_neuron.widgets.running.saving import RESULTS
    from napari_neuron.widgets.toolkit.asked_file import asked_file

    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (typed, chosen))
    assert asked_file(None, "Save the result", "cell.h5", RESULTS) == path
