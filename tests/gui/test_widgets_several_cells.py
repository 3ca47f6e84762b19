"""Several cells in one experiment: chosen, painted, placed on, run, undone, saved and opened."""

from __future__ import annotations

import numpy as np
import pytest
from dock_person import SWC, Dock, add_cell, entries_of, forked_cell
from napari.components import ViewerModel

from napari_neuron import HodgkinHuxley, read_morphology
from napari_neuron.view import VoltageLayer


def apart(name, y):
    cell = forked_cell(name)
    return cell.replace(position=cell.position + np.array([0, y, 0]))


@pytest.fixture
def dock(qtbot):
    """Three cells beside each other, of which the first is chosen."""
    viewer = ViewerModel()
    for index, name in enumerate("abc"):
        add_cell(viewer, apart(name, 100.0 * index))
    dock = Dock(viewer, qtbot)
    yield dock
    dock.widget.close()
    dock.traces.close()
    dock.wait_for_the_end()


def tick(dock, *names):
    for name in names:
        entries_of(dock.widget.header.cells.menu_of_cells)[name].trigger()


def names_of(dock):
    return [cell.name for cell in dock.session.cells]


def select(dock, cell, *nodes):
    """Click on the layer of a cell's nodes, and select some of them."""
    dock.viewer.layers.selection.active = dock.viewer.layers[f"{cell} nodes"]
    dock.select_nodes(*nodes, name=cell)


def lines_of(editor):
    return [editor.list.item(row).text() for row in range(editor.list.count())]


def test_cells_are_ticked_to_be_simulated_together(dock):
    header = dock.widget.header
    assert names_of(dock) == ["a"]
    assert list(header.cell.choices) == ["a", "b", "c"]
    tick(dock, "c")
    assert names_of(dock) == ["a", "c"]
    assert header.cells.text() == "2 together ▾"
    assert list(header.cell.choices) == ["a", "c"]
    assert "2 cells" in header.status.text()
    tick(dock, "All together")
    assert names_of(dock) == ["a", "b", "c"]
    tick(dock, "a", "b")
    assert names_of(dock) == ["c"]
    tick(dock, "c")  # one there must be
    assert names_of(dock) == ["c"]


def test_what_was_said_of_the_cells_that_stay_is_taken_over(dock):
    dock.select_nodes(24, name="a")
    dock.add("inputs", "Current pulse")
    dock.add("recorders", "Voltage")
    dock.add("biophysics", "Hodgkin–Huxley (hh)")
    tick(dock, "b")
    assert [s.cell for s in dock.experiment.stimuli] == ["a"]
    assert [r.cell for r in dock.experiment.recorders] == ["a"]
    assert isinstance(dock.experiment.paint[-1], HodgkinHuxley)
    assert not dock.session.can_undo
    tick(dock, "a")
    assert dock.experiment.stimuli == dock.experiment.recorders == ()
    assert isinstance(dock.experiment.paint[-1], HodgkinHuxley)


def test_things_are_placed_on_the_cell_whose_layer_is_selected(dock):
    tick(dock, "All together")
    select(dock, "b", 24)
    assert dock.widget.header.cell.value == "b"
    dock.add("inputs", "Current pulse")
    dock.add("recorders", "Voltage")
    select(dock, "c", 20, 34)
    dock.add("recorders", "Spikes")
    assert [(s.cell, s.nodes) for s in dock.experiment.stimuli] == [("b", (24,))]
    placed = [(r.kind, r.cell, r.node) for r in dock.experiment.recorders]
    assert placed == [("voltage", "b", 24), ("spikes", "c", 20), ("spikes", "c", 34)]
    assert lines_of(dock.editor("inputs"))[0].startswith("Current pulse · node 24 of b")
    assert lines_of(dock.editor("recorders"))[1] == "c 20 · spikes at node 20 of c"
    names = {layer.name for layer in dock.viewer.layers}
    assert {"b markers", "c markers"} <= names
    assert "a markers" not in names


def test_an_item_is_moved_to_another_cell(dock):
    tick(dock, "b")
    select(dock, "a", 24)
    dock.add("inputs", "Current pulse")
    select(dock, "b", 30, 31)
    dock.open_tab("Inputs")
    form = dock.editor("inputs").form
    assert not form.fields["nodes"].use_selected.enabled
    dock.click(dock.editor("inputs").buttons.move_button)
    assert [(s.cell, s.nodes) for s in dock.experiment.stimuli] == [("b", (30, 31))]


def test_the_cell_of_a_selected_item_is_shown(dock):
    tick(dock, "b")
    for cell in "ab":
        select(dock, cell, 24)
        dock.add("inputs", "Current pulse")
    dock.editor("inputs").select(0)
    assert dock.widget.header.cell.value == "a"
    dock.editor("inputs").select(1)
    assert dock.widget.header.cell.value == "b"


def test_paint_is_on_all_cells_or_on_one(dock):
    dock.open_tab("Biophysics")
    editor = dock.editor("biophysics")
    dock.add("biophysics", "Hodgkin–Huxley (hh)")
    choice = editor.form.fields["cell"]
    assert not choice.native.parentWidget().isVisibleTo(dock.widget)
    tick(dock, "b")
    editor.select(2)
    assert choice.native.parentWidget().isVisibleTo(dock.widget)
    assert list(choice.combo.choices) == ["all cells", "a", "b"]
    choice.combo.value = "b"
    assert [layer.cell for layer in dock.experiment.paint] == [None, None, "b"]
    assert lines_of(editor)[2].endswith("everywhere · b")
    choice.combo.value = "all cells"
    assert dock.experiment.paint[2].cell is None


def test_a_run_shows_the_voltage_and_traces_of_all_cells(dock):
    tick(dock, "b")
    select(dock, "a", 24)
    dock.add("inputs", "Current pulse")
    for cell in "ab":
        select(dock, cell, 10)
        dock.add("recorders", "Voltage")
    dock.session.edit(dock.experiment.replace(run=dock.experiment.run.replace(duration=20)))
    dock.run_to_the_end()
    (result,) = dock.session.results
    assert [cell.name for cell in result.cells] == ["a", "b"]
    (layer,) = [x for x in dock.viewer.layers if isinstance(x, VoltageLayer)]
    assert layer.visible_cells == ("a", "b")
    assert layer.n_valid == result.n_frames
    peak = layer.frames.max(axis=0)[layer.compartment_of_node]
    assert peak[layer.cell_of_node == 0].max() > peak[layer.cell_of_node == 1].max() + 1
    assert set(result.traces) == {"a 10", "b 10"}
    dock.run_to_the_end()
    assert [x for x in dock.viewer.layers if isinstance(x, VoltageLayer)] == [layer]


def test_a_circuit_hides_the_voltage_of_its_cells_alone(dock):
    dock.session.edit(dock.experiment.replace(run=dock.experiment.run.replace(duration=5)))
    dock.run_to_the_end()
    tick(dock, "b")
    dock.run_to_the_end()
    alone, together = (x for x in dock.viewer.layers if isinstance(x, VoltageLayer))
    assert (len(alone.cells), len(together.cells)) == (1, 2)
    assert (alone.visible, together.visible) == (False, True)


def test_a_repair_is_of_the_cell_that_is_shown_and_is_undone(dock):
    from napari_neuron import SetUnit

    tick(dock, "b")
    dock.widget.header.cell.value = "b"
    a, b = dock.session.cells
    dock.widget.cell_tab.unit_requested.emit(SetUnit(unit="nm"))
    assert dock.session.cells[0] is a
    assert dock.session.cells[1].position.max() < b.position.max()
    assert [len(source.repairs) for source in dock.experiment.cells] == [0, 1]
    dock.session.undo()
    assert dock.session.cells == (a, b)
    dock.qtbot.waitUntil(lambda: not dock.widget.layers.is_busy)


def test_a_removed_skeleton_is_simulated_no_more(dock):
    tick(dock, "All together")
    for name in ("b", "b nodes"):
        dock.viewer.layers.remove(name)
    assert names_of(dock) == ["a", "c"]


def test_an_experiment_on_several_files_is_saved_and_opened(dock, tmp_path):
    for name in ("p", "q"):
        (tmp_path / f"{name}.swc").write_text(SWC)
        add_cell(dock.viewer, read_morphology(tmp_path / f"{name}.swc"))
    dock.widget.header.cells.chosen.emit(("p", "q"))
    select(dock, "q", 2)
    dock.add("inputs", "Current pulse")
    said = dock.experiment
    dock.widget.save_experiment(tmp_path / "both.json")

    viewer = ViewerModel()
    other = Dock(viewer, dock.qtbot)
    other.widget.open_experiment(tmp_path / "both.json")
    assert other.widget.header.problem.text() == ""
    assert names_of(other) == ["p", "q"]
    assert other.experiment == said
    other.widget.close()
    other.traces.close()


def test_two_skeletons_of_one_name_are_told_apart(dock):
    add_cell(dock.viewer, apart("a", 500))
    tick(dock, "a (2)")
    assert names_of(dock) == ["a", "a (2)"]
    assert dock.session.cells[1].position[0, 1] == 500
    assert list(dock.widget.header.cell.choices) == ["a", "a (2)"]
