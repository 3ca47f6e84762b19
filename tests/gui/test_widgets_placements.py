"""Placements are seen, picked, moved, copied and switched off on the cell, one or many at once."""

import numpy as np
import pytest
from dock_person import forked_cell
from qtpy.QtCore import QPoint, Qt
from qtpy.QtWidgets import QApplication

from napari_neuron import (
    CurrentPulse,
    Experiment,
    HodgkinHuxley,
    Passive,
    ProcessRecorder,
    SpikeDetector,
    Synapse,
    VoltageRecorder,
)
from napari_neuron.compile.effect import passive_resistance_at
from napari_neuron.widgets.placing.markers import markers_of

PLACED = {
    "stimuli": (
        CurrentPulse(nodes=(20, 22), label="pulse"),
        CurrentPulse(nodes=(31,), amplitude=0.3),
        Synapse(nodes=(33, 34), weights=(0.1, 0.2)),
    ),
    "recorders": (
        VoltageRecorder(label="tip", node=24),
        ProcessRecorder(label="i", stimulus="pulse", node=20),
    ),
}


def place(dock):
    dock.session.edit(dock.experiment.replace(**PLACED))
    dock.open_tab("Inputs")


class Mouse:
    """Presses and moves on napari's canvas, at nodes of the cell."""

    def __init__(self, window):
        self.window = window
        self.viewer = window.viewer
        self.canvas = self.viewer.window._qt_viewer.canvas
        for dock in (window.dock, window.traces_dock):
            dock.setFloating(False)
        self.viewer.window._qt_window.resize(1300, 900)
        self.viewer.window._qt_window.show()
        window.qtbot.wait(100)
        self.viewer.reset_view()
        window.qtbot.wait(50)

    def at(self, node):
        layer = self.viewer.layers["fork markers"]
        cell = forked_cell()
        xyz = cell.position[cell.rows([node])[0]]
        shown = [2 - axis for axis in self.viewer.dims.order[-self.viewer.dims.ndisplay :]][::-1]
        visual = self.canvas.layer_to_visual[layer].node
        x, y, _, w = visual.get_transform("visual", "canvas").map(
            [xyz[axis] for axis in shown] + [0] * (3 - len(shown))
        )
        return QPoint(round(x / w), round(y / w))

    def click(self, node, modifier=Qt.KeyboardModifier.NoModifier):
        self.window.qtbot.mouseClick(
            self.canvas.native, Qt.MouseButton.LeftButton, modifier, self.at(node)
        )
        QApplication.processEvents()

    def drag(self, node, to):
        qtbot, native, begin, end = (
            self.window.qtbot,
            self.canvas.native,
            self.at(node),
            self.at(to),
        )
        qtbot.mousePress(native, Qt.MouseButton.LeftButton, pos=begin)
        for part in (0.3, 0.7, 1.0):
            qtbot.mouseMove(native, begin + (end - begin) * part)
            QApplication.processEvents()
        qtbot.mouseRelease(native, Qt.MouseButton.LeftButton, pos=end)
        QApplication.processEvents()


@pytest.fixture(params=["2D", "3D, turned"])
def mouse(window, request):
    place(window)
    viewer = window.viewer
    viewer.dims.ndisplay = int(request.param[0])
    mouse = Mouse(window)
    if request.param.endswith("turned"):
        camera = getattr(viewer, "scene", viewer).camera
        camera.angles = (10, 35, 70)
        window.qtbot.wait(50)
    return mouse


def test_a_click_on_a_marker_selects_it_in_its_list(window, mouse):
    mouse.click(31)
    assert window.editor("inputs").row == 1
    assert window.editor("inputs").form.fields["amplitude"].value == 0.3
    mouse.click(24)
    assert window.widget.tabs.currentWidget() is window.widget.recorders_tab
    assert window.editor("recorders").row == 0
    mouse.click(22)
    assert window.widget.tabs.currentWidget() is window.widget.inputs_tab
    mouse.click(31, Qt.KeyboardModifier.ShiftModifier)
    assert window.editor("inputs").rows == (0, 1)
    before = window.experiment
    mouse.click(10)  # where no marker is
    assert (window.editor("inputs").rows, window.experiment) == ((0, 1), before)


def test_a_selected_marker_is_dragged_to_another_node(window, mouse):
    camera = getattr(window.viewer, "scene", window.viewer).camera
    nodes = window.viewer.layers["fork nodes"]
    window.viewer.layers.selection.active = nodes
    nodes.mode = "select"
    window.session.edit(window.experiment.replace(recorders=PLACED["recorders"][:1]))
    mouse.click(22)
    looks, selected = (camera.angles, camera.center), set(nodes.selected_data)
    mouse.drag(22, 33)
    assert window.experiment.stimuli[0].nodes == (20, 33)
    assert (camera.angles, camera.center) == looks
    assert (set(nodes.selected_data), nodes.mode) == (selected, "select")
    window.session.undo()
    assert window.experiment.stimuli[0].nodes == (20, 22)
    layer = window.viewer.layers["fork markers"]
    assert list(layer.features["node_id"]) == [20, 22, 31, 33, 34, 24]


def test_each_click_selects_the_next_marker_of_a_node_and_drags_none_that_is_not_selected(window):
    window.session.edit(
        window.experiment.replace(
            recorders=(VoltageRecorder(label="v", node=22), SpikeDetector(label="s", node=22)),
        )
    )
    window.open_tab("Recorders")
    mouse = Mouse(window)
    window.editor("recorders").select(0)
    mouse.click(22)
    assert window.editor("recorders").row == 1
    mouse.click(22)
    assert window.editor("recorders").row == 0
    window.editor("recorders").list.setCurrentRow(-1)
    before = window.experiment
    mouse.drag(22, 10)  # not selected: this turns the view
    assert window.experiment == before


def test_the_markers_of_what_is_selected_stand_out(dock):
    place(dock)
    dock.editor("inputs").select(0)
    dock.editor("inputs").select(2, extend=True)
    layer = dock.viewer.layers["fork markers"]
    is_white = (np.asarray(layer.border_color)[:, :3] == 1).all(axis=1)
    assert list(layer.features["node_id"][is_white]) == [20, 22, 33, 34]
    assert layer.size[is_white].min() > layer.size[~is_white].max()


def test_what_is_switched_off_is_shown_hollow_and_grey(dock):
    place(dock)
    editor = dock.editor("inputs")
    editor.select(0)
    editor.select(2, extend=True)
    editor.list.item(2).setCheckState(Qt.CheckState.Unchecked)
    assert [s.enabled for s in dock.experiment.stimuli] == [False, True, False]
    assert editor.rows == (0, 2)
    layer = dock.viewer.layers["fork markers"]
    is_off = ~np.array([m.enabled for m in markers_of(dock.experiment, forked_cell())])
    assert list(layer.features["node_id"][is_off]) == [20, 22, 33, 34]
    np.testing.assert_array_equal(layer.face_color[:, 3], np.where(is_off, 0, 1))
    dock.session.undo()
    assert all(s.enabled for s in dock.experiment.stimuli)


def test_many_are_copied_and_removed_at_once(dock):
    place(dock)
    dock.open_tab("Recorders")
    editor = dock.editor("recorders")
    editor.select(0)
    editor.select(1, extend=True)
    dock.click(editor.buttons.copy_button)
    labels = ["tip", "tip (2)", "i", "i (2)"]
    assert [r.label for r in dock.experiment.recorders] == labels
    assert editor.rows == (1, 3)
    dock.click(editor.buttons.remove_button)
    assert [r.label for r in dock.experiment.recorders] == ["tip", "i"]
    dock.session.undo()
    assert [r.label for r in dock.experiment.recorders] == labels


def test_a_change_in_the_form_is_made_in_all_selected_of_the_kind(dock):
    place(dock)
    editor = dock.editor("inputs")
    editor.select(2)
    editor.select(0, extend=True)
    editor.select(1, extend=True)
    assert "3 selected" in editor.title.text()
    dock.type_into(editor.form.fields["delay"], "33")
    pulses = dock.experiment.stimuli[:2]
    assert [p.delay for p in pulses] == [33, 33]
    assert [(p.nodes, p.amplitude, p.label) for p in pulses] == [
        ((20, 22), 0.1, "pulse"),
        ((31,), 0.3, ""),
    ]
    assert dock.experiment.stimuli[2] == PLACED["stimuli"][2]
    assert editor.rows == (0, 1, 2)


def test_what_is_selected_moves_to_the_selected_points(dock):
    place(dock)
    editor = dock.editor("inputs")
    editor.select(2)
    assert not editor.buttons.move_button.isEnabled()
    dock.select_nodes(10, 21, 24)
    dock.click(editor.buttons.move_button)
    assert dock.experiment.stimuli[2] == Synapse(nodes=(10, 21, 24))
    editor.select(0)
    dock.select_nodes(10)
    dock.click(editor.buttons.move_button)
    assert dock.experiment.stimuli[0].nodes == (10,)
    assert dock.experiment.recorders[1].node == 10

    dock.open_tab("Recorders")
    editor = dock.editor("recorders")
    editor.select(0)
    editor.select(1, extend=True)
    dock.select_nodes(30, 31)
    dock.click(editor.buttons.move_button)
    assert [r.node for r in dock.experiment.recorders] == [30, 31]
    dock.select_nodes(30, 31, 32)
    before = dock.experiment
    dock.click(editor.buttons.move_button)
    assert dock.experiment == before
    assert "3 points are selected for 2" in editor.form.problem_text


def test_what_a_current_does_is_said_and_follows_the_amplitude_and_the_leak(dock, qtbot):
    place(dock)
    dock.session.edit(dock.experiment.replace(paint=(Passive(g=1e-4),)))
    tab = dock.widget.inputs_tab
    tab.editor.select(1)
    qtbot.waitUntil(lambda: not tab.effect.isHidden(), timeout=10_000)
    resistance = passive_resistance_at(dock.session.cells[0], dock.experiment, 31)
    assert f"{resistance:.3g} MΩ" in tab.effect.label.text()
    assert f"by {0.3 * resistance:.3g} mV" in tab.effect.label.text()
    tab.editor.form.fields["amplitude"].value = 0.2
    assert f"by {0.2 * resistance:.3g} mV" in tab.effect.label.text()
    dock.session.edit(dock.experiment.replace(paint=(Passive(g=2e-4),)))
    half = passive_resistance_at(dock.session.cells[0], dock.experiment, 31)
    qtbot.waitUntil(lambda: f"{half:.3g} MΩ" in tab.effect.label.text(), timeout=10_000)
    tab.editor.select(2)
    assert tab.effect.isHidden()  # a synapse


def test_without_a_painted_leak_nothing_is_said_of_what_a_current_does():
    experiment = Experiment(paint=(HodgkinHuxley(),))
    assert passive_resistance_at(forked_cell(), experiment, 31) is None


def test_a_crowd_of_markers_has_no_borders_not_even_while_it_is_selected(dock):
    cell = dock.session.cells[0]
    pulses = tuple(CurrentPulse(nodes=tuple(cell.node_id.tolist())) for _ in range(8))
    dock.session.edit(dock.experiment.replace(stimuli=pulses, recorders=()))
    dock.open_tab("Inputs")
    editor, layer = dock.editor("inputs"), dock.viewer.layers["fork markers"]
    assert len(layer.data) > 60
    editor.list.clearSelection()
    editor.list.setCurrentRow(-1)
    assert (layer.border_width == 0).all()
    editor.list.selectAll()
    assert (layer.border_width == 0).all()


def test_a_crowd_of_markers_is_drawn_smaller_and_a_moved_one_where_it_is(dock):
    place(dock)
    layer = dock.viewer.layers["fork markers"]
    few = layer.size.max()
    cell = dock.session.cells[0]
    pulses = tuple(CurrentPulse(nodes=tuple(cell.node_id.tolist())) for _ in range(4))
    dock.session.edit(dock.experiment.replace(stimuli=pulses, recorders=()))
    assert layer.size.max() < few
    moved = pulses[0].replace(nodes=(24, *pulses[0].nodes[1:-1], 22))
    dock.session.edit(dock.experiment.replace(stimuli=(moved, *pulses[1:])))
    assert dock.viewer.layers["fork markers"] is layer
    nodes = [marker.node for marker in markers_of(dock.experiment, cell)]
    assert layer.features["node_id"].tolist() == nodes
    assert np.array_equal(layer.data, cell.position[cell.rows(nodes)][:, ::-1])
