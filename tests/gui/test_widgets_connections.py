"""Cells are connected in the window: from connectors, tables and selected points."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from dock_person import Dock, add_cell, entries_of, forked_cell
from napari.components import ViewerModel
from qtpy.QtCore import Qt

from napari_neuron import GapJunctions


def connectors(rows):
    """Return connectors of (type, node, x, y, z)."""
    return pd.DataFrame(rows, columns=["type", "node_id", "x", "y", "z"])


@pytest.fixture
def dock(qtbot):
    """Two cells side by side, chosen together; the tip of the axon of a touches b's dendrite."""
    a, b = forked_cell("a"), forked_cell("b")
    b = b.replace(position=b.position + np.array([200.0, 200, 0]))
    a = a.replace(connectors=connectors([("pre", 24, 200.0, 0.1, 0)]))
    b = b.replace(connectors=connectors([("post", 34, 200.0, 0.0, 0)]))
    viewer = ViewerModel()
    for cell in (a, b):
        add_cell(viewer, cell)
    dock = Dock(viewer, qtbot)
    entries_of(dock.widget.header.cells.menu_of_cells)["All together"].trigger()
    dock.open_tab("Connections")
    yield dock
    dock.widget.close()
    dock.traces.close()
    dock.wait_for_the_end()


@pytest.fixture
def dialog(dock):
    entries_of(dock.editor("connections").buttons.add_menu)[
        "Synapses from a table or connectors…"
    ].trigger()
    dialog = dock.widget.connections_tab.dialog
    wait(dock, dialog)
    yield dialog
    dialog.reject()


def wait(dock, dialog):
    dock.qtbot.waitUntil(lambda: not dialog.is_busy, timeout=20_000)


def choose(dock, dialog, path):
    dialog.choose_file(str(path))
    wait(dock, dialog)


TABLE = "pre,post,pre_node,post_node,count,kind\na,b,24,34,3,acetylcholine\nb,a,24,34,1,gaba\n"


def test_there_is_no_such_tab_for_one_cell(dock):
    tabs = dock.widget.tabs
    assert tabs.tabText(tabs.indexOf(dock.widget.connections_tab)) == "Connections"
    tick = entries_of(dock.widget.header.cells.menu_of_cells)["b"].trigger
    tick()
    assert tabs.indexOf(dock.widget.connections_tab) == -1
    tick()
    assert tabs.indexOf(dock.widget.connections_tab) == 3


def test_connectors_of_the_cells_are_matched(dock, dialog):
    assert "1 synapse between 1 pair of" in dialog.said.text()
    dock.click(dialog.action_button)
    (group,) = dock.experiment.connections
    assert (group.source_cell, group.source_node) == (("a",), (24,))
    assert (group.target_cell, group.target_node) == (("b",), (34,))
    (layer,) = dock.widget.connections_tab.display.layers
    np.testing.assert_allclose(layer.data, [[0, 0, 200]])
    dock.session.undo()
    assert dock.experiment.connections == ()
    assert dock.widget.connections_tab.display.layers == []


def test_a_table_says_kinds_weights_and_numbers(dock, dialog, tmp_path):
    (tmp_path / "t.csv").write_text(TABLE)
    choose(dock, dialog, tmp_path / "t.csv")
    assert dialog.problem.text() == ""
    assert dialog.kinds.rowCount() == 2
    row = next(r for r in range(2) if dialog.kinds.item(r, 0).text() == "gaba")
    assert dialog.kinds.item(row, 4).text() == "-70"
    dialog.kinds.item(row, 4).setText("-80")
    wait(dock, dialog)
    dialog.weight.setValue(0.002)
    dialog.read()
    wait(dock, dialog)
    dock.click(dialog.action_button)
    excite, inhibit = dock.experiment.connections
    assert (excite.label, excite.conductance.e, excite.weights) == ("acetylcholine", 0, (0.006,))
    assert (inhibit.label, inhibit.conductance.e, inhibit.weights) == ("gaba", -80, (0.002,))
    editor = dock.editor("connections")
    lines = [editor.list.item(row).text() for row in range(2)]
    assert lines == ["a → b · 1 synapse · acetylcholine", "b → a · 1 synapse · gaba"]
    points, lines = dock.widget.connections_tab.display.layers[::-1]
    assert len(points.data) == len(lines.data) == 2


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        ("a,b,24,34,1,x\nz,b,24,34,1,x\n", "line 3, pre: 'z' is not one of the cells"),
        ("a,b,24,34,1,x\na,b,99,34,1,x\n", "line 3, pre_node: 99 is not a node of 'a'"),
        ("a,b,24,34,1,x\na,b,24,34,no,x\n", "line 3, count: 'no' is not a number"),
    ],
)
def test_a_malformed_table_gives_one_error_that_names_the_line(
    dock, dialog, tmp_path, rows, problem
):
    (tmp_path / "t.csv").write_text(TABLE.splitlines()[0] + "\n" + rows)
    choose(dock, dialog, tmp_path / "t.csv")
    assert problem in dialog.problem.text()
    assert not dialog.action_button.isEnabled()


def test_rows_of_other_cells_can_be_left_out(dock, dialog, tmp_path):
    (tmp_path / "t.csv").write_text(TABLE + "z,b,1,34,1,gaba\n")
    choose(dock, dialog, tmp_path / "t.csv")
    assert "line 4" in dialog.problem.text()
    dialog.only_these.setChecked(True)
    wait(dock, dialog)
    assert dialog.problem.text() == ""
    assert "2 synapses" in dialog.said.text()


def test_autapses_and_what_is_left_out_are_listed(dock, dialog, tmp_path):
    columns = "pre,post,pre_node,post_x,post_y,post_z\n"
    (tmp_path / "t.csv").write_text(columns + "a,a,24,0,-40,0\na,b,24,900,50,0\n")
    choose(dock, dialog, tmp_path / "t.csv")
    assert "Autapses, from a cell to itself: 1 of a." in dialog.said.text()
    assert "1 row is left out" in dialog.said.text()
    assert dialog.left_out.view.model().rowCount() == 1


def test_the_delay_by_path_length_watches_the_root(dock, dialog):
    dialog.delay_kind.setCurrentIndex(1)
    dialog.velocity.setValue(100)
    dialog.read()
    wait(dock, dialog)
    dock.click(dialog.action_button)
    (group,) = dock.experiment.connections
    assert group.source_node == (10,)
    assert group.delays == pytest.approx((1 + 200 / 100,))


def test_connections_are_edited_switched_off_and_removed(dock, dialog, tmp_path):
    (tmp_path / "t.csv").write_text(TABLE)
    choose(dock, dialog, tmp_path / "t.csv")
    dock.click(dialog.action_button)
    editor = dock.editor("connections")
    editor.select(0)
    dock.type_into(editor.form.fields["weights"], "0.05")
    assert dock.experiment.connections[0].weights == (0.05,)
    editor.list.item(1).setCheckState(Qt.CheckState.Unchecked)
    assert [group.enabled for group in dock.experiment.connections] == [True, False]
    layer = dock.widget.connections_tab.display.layers[-1]
    assert np.ptp(layer.face_color[1, :3]) == 0
    editor.select(0)
    dock.click(editor.buttons.remove_button)
    assert [group.label for group in dock.experiment.connections] == ["gaba"]


def test_a_gap_junction_joins_two_selected_points(dock):
    dock.select_nodes(24, name="a")
    add = entries_of(dock.editor("connections").buttons.add_menu)
    add["Gap junction between two selected points"].trigger()
    assert dock.experiment.connections == ()
    assert "1 points are selected" in dock.editor("connections").problem.text()
    dock.select_nodes(34, name="b")
    add["Gap junction between two selected points"].trigger()
    assert dock.experiment.connections == (
        GapJunctions(
            cell_a=("a",), node_a=(24,), cell_b=("b",), node_b=(34,), conductances=(0.001,)
        ),
    )
    dock.qtbot.waitUntil(
        lambda: "gap junctions together" in dock.widget.run_tab.threads.text(), timeout=10_000
    )


def test_a_mistake_in_a_connection_is_said_in_its_tab(dock):
    gap = GapJunctions(cell_a=["a"], node_a=[99], cell_b=["b"], node_b=[34], conductances=[1])
    dock.session.edit(dock.experiment.replace(connections=(gap,)))
    dock.run_to_the_end()
    assert dock.widget.header.problem.text().startswith("Connections: ")


def test_the_run_tab_says_how_many_threads_and_why(dock):
    label = dock.widget.run_tab.threads
    dock.qtbot.waitUntil(lambda: "too few to divide" in label.text(), timeout=10_000)
    assert label.text().startswith("1 thread: ")
    dock.open_tab("Run")
    dock.type_into(dock.widget.run_tab.form.fields["threads"], "2")
    dock.qtbot.waitUntil(lambda: label.text() == "2 threads, as you set.", timeout=10_000)
