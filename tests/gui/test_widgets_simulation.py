"""The dock widget "Neuron simulation": an experiment is said with clicks and keys."""

from __future__ import annotations

import numpy as np
from dock_person import SWC, add_cell, forked_cell, texts_in
from qtpy.QtCore import QPoint, QPointF, Qt
from qtpy.QtGui import QWheelEvent
from qtpy.QtWidgets import QApplication, QFileDialog, QMessageBox

from napari_neuron import (
    AlphaSynapse,
    CableProperties,
    CurrentPulse,
    Exp2Synapse,
    Experiment,
    HodgkinHuxley,
    MaximumLength,
    Passive,
    SpikeDetector,
    SwcTypes,
    VoltageRecorder,
)


def test_everything_an_experiment_can_say_is_said_in_the_widgets(dock):
    dock.add("biophysics", "Hodgkin–Huxley (hh)")
    form = dock.editor("biophysics").form
    form.fields["region"].kind = "swc_types"
    dock.click(form.fields["region"].choices["2 axon  (5)"].native)
    dock.type_into(form.fields["gnabar"], "0.25")
    dock.editor("biophysics").list.setCurrentRow(0)
    dock.type_into(dock.editor("biophysics").form.fields["Ra"], "266.1")

    dock.select_nodes(10)
    dock.add("inputs", "Current pulse")
    dock.type_into(dock.editor("inputs").form.fields["amplitude"], "0.5")
    dock.select_nodes(30, 34)
    dock.add("inputs", "Alpha synapse")
    dock.type_into(dock.editor("inputs").form.fields["onset"], "50")
    dock.add("inputs", "Exp2 synapse")
    dock.type_into(dock.editor("inputs").form.fields["noise"], "1")

    dock.select_nodes(10)
    dock.add("recorders", "Voltage")
    dock.type_into(dock.editor("recorders").form.fields["label"], "soma")
    dock.select_nodes(24)
    dock.add("recorders", "Spikes")
    dock.type_into(dock.editor("recorders").form.fields["threshold"], "0")

    dock.open_tab("Cell")
    dock.widget.cell_tab.discretisation.rule.value = "maximum_length"
    rule = dock.widget.cell_tab.discretisation.forms["maximum_length"]
    dock.type_into(rule.fields["length"], "5")
    dock.open_tab("Run")
    dock.type_into(dock.widget.run_tab.form.fields["duration"], "20")

    said = dock.experiment
    assert said.paint == (
        CableProperties(Ra=266.1),
        Passive(),
        HodgkinHuxley(region=SwcTypes(types=(2,)), gnabar=0.25),
    )
    assert said.stimuli == (
        CurrentPulse(nodes=(10,), amplitude=0.5),
        AlphaSynapse(nodes=(30, 34), onset=50),
        Exp2Synapse(nodes=(30, 34), noise=1),
    )
    assert said.recorders == (
        VoltageRecorder(label="soma", node=10),
        SpikeDetector(label="node 24", node=24, threshold=0),
    )
    assert said.discretisation == MaximumLength(length=5)
    assert said.run.duration == 20


def test_any_experiment_comes_back_as_it_was_shown(dock):
    shown = Experiment(
        cells=dock.experiment.cells,
        paint=(CableProperties(), HodgkinHuxley(), Passive(e=-60)),
        stimuli=(AlphaSynapse(nodes=(10, 10, 20)), Exp2Synapse(nodes=(30,), seed=7)),
        recorders=(SpikeDetector(label="a", node=20), VoltageRecorder(label="a", node=20)),
        discretisation=MaximumLength(length=3),
    )
    heard = []
    dock.session.edit(shown)
    dock.session.experiment_changed.connect(heard.append)
    widget = dock.widget
    assert widget.biophysics_tab.editor.value == shown.paint
    assert widget.inputs_tab.editor.value == shown.stimuli
    assert widget.recorders_tab.editor.value == shown.recorders
    assert widget.cell_tab.discretisation.value == shown.discretisation
    assert widget.run_tab.form.value == shown.run
    assert heard == []


def test_a_new_cell_has_a_passive_membrane_and_can_be_run_at_once(dock):
    assert dock.experiment.paint == (CableProperties(), Passive())
    assert dock.widget.header.run_button.isEnabled()
    said = dock.widget.header.status.text()
    assert said == "Run simulates 100 ms of fork. No input yet: add one on Inputs."


def test_the_line_below_run_asks_for_an_input_until_one_is_switched_on(dock):
    status = dock.widget.header.status
    dock.select_nodes(10)
    dock.add("inputs", "Current pulse")
    assert status.text() == "Run simulates 100 ms of fork."
    off = dock.experiment.stimuli[0].replace(enabled=False)
    dock.session.edit(dock.experiment.replace(stimuli=(off,)))
    assert "No input yet" in status.text()


def test_the_button_soma_selects_its_node(dock):
    dock.open_tab("Inputs")
    dock.select_nodes(20)
    dock.click(dock.widget.inputs_tab.soma_button)
    assert dock.widget.view.selected == (10,)
    dock.add("inputs", "Current pulse")
    assert dock.experiment.stimuli[0].nodes == (10,)


def test_there_is_no_button_soma_without_a_soma(dock):
    dock.viewer.layers.clear()
    add_cell(dock.viewer, forked_cell(swc_type=np.zeros(11, dtype=int)))
    dock.open_tab("Recorders")
    assert dock.widget.recorders_tab.soma_button.isHidden()
    assert not dock.widget.recorders_tab.pick_button.isHidden()


def test_the_inputs_say_what_to_do_first(dock):
    dock.open_tab("Inputs")
    assert any("Select points in “fork nodes”" in t for t in texts_in(dock.widget.inputs_tab))
    assert not dock.editor("inputs").buttons.add_button.isEnabled()
    dock.select_nodes(20)
    assert any("Selected: node 20" in t for t in texts_in(dock.widget.inputs_tab))
    assert dock.editor("inputs").buttons.add_button.isEnabled()


def test_pick_points_shows_the_nodes_and_selects_by_clicking(dock):
    dock.viewer.layers["fork nodes"].visible = False
    dock.open_tab("Inputs")
    dock.click(dock.widget.inputs_tab.pick_button)
    nodes = dock.viewer.layers["fork nodes"]
    assert nodes.visible
    assert nodes.mode == "select"
    assert dock.viewer.layers.selection.active is nodes


def test_a_stimulus_moves_to_the_selected_points(dock):
    dock.select_nodes(10)
    dock.add("inputs", "Current pulse")
    dock.select_nodes(20, 21)
    dock.click(dock.editor("inputs").form.fields["nodes"].use_selected.native)
    assert dock.experiment.stimuli[0].nodes == (20, 21)


def test_recorders_are_added_one_for_each_selected_point(dock):
    dock.select_nodes(10, 20)
    dock.add("recorders", "Voltage")
    dock.select_nodes(10)
    dock.add("recorders", "Voltage")
    assert [(r.label, r.node) for r in dock.experiment.recorders] == [
        ("node 10", 10),
        ("node 20", 20),
        ("node 10 (2)", 10),
    ]


def test_a_name_that_is_taken_is_said_and_not_taken_over(dock):
    dock.select_nodes(10, 20)
    dock.add("recorders", "Voltage")
    editor = dock.editor("recorders")
    dock.type_into(editor.form.fields["label"], "node 10")
    assert "is called 'node 10' too" in editor.form.problem_text
    assert dock.experiment.recorders[1].label == "node 20"
    assert dock.widget.tabs.tabText(3) == "Recorders ⚠"
    dock.type_into(editor.form.fields["label"], "tip")
    assert editor.form.problem_text == ""
    assert dock.experiment.recorders[1].label == "tip"
    assert dock.widget.tabs.tabText(3) == "Recorders"


def test_items_are_removed_and_moved(dock):
    dock.add("biophysics", "Hodgkin–Huxley (hh)")
    editor = dock.editor("biophysics")
    dock.click(editor.buttons.up_button)
    assert [type(p) for p in dock.experiment.paint] == [CableProperties, HodgkinHuxley, Passive]
    assert editor.row == 1
    dock.click(editor.buttons.remove_button)
    assert [type(p) for p in dock.experiment.paint] == [CableProperties, Passive]
    dock.click(editor.buttons.remove_button)
    dock.click(editor.buttons.remove_button)
    assert dock.experiment.paint == ()
    assert any("needs cable properties" in t for t in texts_in(dock.widget.biophysics_tab))


def test_edits_are_undone_and_redone_with_keys_and_buttons(dock):
    dock.open_tab("Run")
    field = dock.widget.run_tab.form.fields["duration"]
    dock.type_into(field, "20")
    dock.type_into(field, "30")
    dock.click(dock.widget.header.undo_button)
    assert (dock.experiment.run.duration, field.value) == (20, 20)
    ctrl, shift = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
    dock.qtbot.keyClick(field.native, Qt.Key.Key_Z, ctrl)
    assert (dock.experiment.run.duration, field.value) == (100, 100)
    dock.qtbot.keyClick(dock.widget.tabs.tabBar(), Qt.Key.Key_Z, ctrl | shift)
    assert dock.experiment.run.duration == 20
    dock.click(dock.widget.header.redo_button)
    assert dock.experiment.run.duration == 30
    assert not dock.widget.header.redo_button.isEnabled()


def test_an_experiment_is_saved_and_opened_again(dock, tmp_path, monkeypatch):
    path = str(tmp_path / "exp.json")
    dock.select_nodes(10)
    dock.add("inputs", "Current pulse")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *args: (path, ""))
    dock.click(dock.widget.header.save_button)
    saved = dock.experiment
    dock.click(dock.editor("inputs").buttons.remove_button)
    assert dock.experiment.stimuli == ()
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *args: (path, ""))
    dock.click(dock.widget.header.open_button)
    assert dock.experiment == saved == Experiment.load(path)
    dock.click(dock.widget.header.undo_button)
    assert dock.experiment.stimuli == ()


def test_a_name_without_its_ending_gets_it(dock, tmp_path, monkeypatch):
    path, answers = tmp_path / "exp.json", [QMessageBox.StandardButton.No]
    monkeypatch.setattr(
        QFileDialog, "getSaveFileName", lambda *args: (str(path.with_suffix("")), "")
    )
    monkeypatch.setattr(QMessageBox, "question", lambda *args: answers[0])
    dock.click(dock.widget.header.save_button)
    first = path.read_text()
    dock.select_nodes(10)
    dock.add("inputs", "Current pulse")
    dock.click(dock.widget.header.save_button)
    assert path.read_text() == first
    answers[0] = QMessageBox.StandardButton.Yes
    dock.click(dock.widget.header.save_button)
    assert Experiment.load(path) == dock.experiment


def test_a_file_that_is_no_experiment_is_said_in_words(dock, tmp_path):
    (tmp_path / "bad.json").write_text('{"run": {"dt": 0}}')
    dock.widget.open_experiment(tmp_path / "bad.json")
    assert "run.dt" in dock.widget.header.problem.text()
    assert not dock.session.can_undo


def test_an_experiment_brings_the_skeleton_it_names(dock, tmp_path):
    (tmp_path / "other.swc").write_text(SWC)
    text = '{"cells": [{"name": "other", "path": "other.swc", "units": "um"}]}'
    (tmp_path / "exp.json").write_text(text)
    dock.widget.open_experiment(tmp_path / "exp.json")
    assert dock.widget.header.problem.text() == ""
    assert "other nodes" in dock.viewer.layers
    assert dock.session.cells[0].name == "other"
    assert dock.widget.header.cell.value == "other"


def test_stimuli_and_recorders_are_markers_on_the_cell(dock):
    dock.select_nodes(10, 20)
    dock.add("inputs", "Current pulse")
    dock.select_nodes(34)
    dock.add("recorders", "Voltage")
    dock.select_nodes(24)
    dock.add("recorders", "Spikes")
    markers = dock.viewer.layers["fork markers"]
    assert list(markers.features["node_id"]) == [10, 20, 34, 24]
    assert [str(s) for s in markers.symbol] == ["triangle_down", "triangle_down", "disc", "diamond"]
    dock.editor("recorders").list.setCurrentRow(0)
    dock.click(dock.editor("recorders").buttons.remove_button)
    assert list(markers.features["node_id"]) == [10, 20, 24]
    assert len(markers.data) == len(markers.size) == 3


def test_adding_a_marker_leaves_the_active_layer_active(dock):
    nodes = dock.viewer.layers["fork nodes"]
    dock.viewer.layers.selection.active = nodes
    dock.select_nodes(10)
    dock.add("recorders", "Voltage")
    assert dock.viewer.layers.selection.active is nodes


def test_the_item_selected_in_the_list_has_the_largest_marker(dock):
    dock.select_nodes(10, 20)
    dock.add("recorders", "Voltage")
    sizes = dock.viewer.layers["fork markers"].size
    assert sizes[1] > sizes[0]
    dock.editor("recorders").list.setCurrentRow(0)
    sizes = dock.viewer.layers["fork markers"].size
    assert sizes[0] > sizes[1]


def test_markers_leave_with_the_last_item(dock):
    dock.select_nodes(10)
    dock.add("recorders", "Voltage")
    dock.click(dock.editor("recorders").buttons.remove_button)
    assert "fork markers" not in dock.viewer.layers


def test_the_wheel_scrolls_the_page_and_leaves_the_numbers(dock):
    dock.open_tab("Run")
    box = dock.widget.run_tab.form.fields["duration"].native
    here, by = QPointF(5, 5), QPoint(0, 120)
    wheel = QWheelEvent(
        here,
        here,
        by,
        by,
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(box, wheel)
    assert dock.experiment.run.duration == 100


def test_without_a_cell_there_is_nothing_to_run(dock):
    dock.viewer.layers.clear()
    assert dock.session.cells == ()
    assert not dock.widget.header.run_button.isEnabled()
    assert dock.widget.header.status.text() == "Open a skeleton to begin."


def test_the_widget_fits_into_400_pixels(dock):
    dock.add("biophysics", "Hodgkin–Huxley (hh)")
    dock.select_nodes(*range(30, 35))
    dock.add("inputs", "Exp2 synapse")
    for index in range(dock.widget.tabs.count()):
        page = dock.widget.tabs.widget(index)
        assert page.widget().minimumSizeHint().width() <= 360
    assert dock.widget.minimumSizeHint().width() <= 400
