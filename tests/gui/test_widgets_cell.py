"""The cell that is chosen, and what the tab "Cell" says and does."""

from __future__ import annotations

import pandas as pd
import pytest
from dock_person import SWC, add_cell, forked_cell, texts_in

from napari_neuron import (
    DLambda,
    MaximumLength,
    SetUnit,
    read_morphology,
)
from napari_neuron.compile.lower import compile_experiment


def test_the_chooser_follows_the_layers(dock):
    add_cell(dock.viewer, forked_cell("second"))
    chooser = dock.widget.header.cell
    assert chooser.choices == ("fork", "second")
    assert chooser.value == "fork"
    chooser.value = "second"
    assert dock.session.cells[0].name == "second"
    for name in ("second", "second nodes"):
        dock.viewer.layers.remove(name)
    assert chooser.choices == ("fork",)
    assert dock.session.cells[0].name == "fork"


def test_two_cells_of_one_name_can_both_be_chosen(dock):
    add_cell(dock.viewer, forked_cell())
    chooser = dock.widget.header.cell
    assert chooser.choices == ("fork", "fork (2)")
    first = dock.session.cells[0]
    chooser.value = "fork (2)"
    assert dock.session.cells[0] is not first
    assert dock.session.cells[0].name == "fork"


def test_labels_are_made_from_synapses_and_can_be_painted(dock):
    nodes = [*range(20, 25), *range(30, 35)]
    synapses = pd.DataFrame(
        {"node_id": nodes, "type": ["pre"] * 5 + ["post"] * 5, "x": 0.0, "y": 0.0, "z": 0.0}
    )
    add_cell(dock.viewer, forked_cell("labelled", connectors=synapses))
    dock.widget.header.cell.value = "labelled"
    tab = dock.widget.cell_tab
    dock.click(tab.label_button)
    assert not tab.label_button.isEnabled()
    dock.qtbot.waitUntil(lambda: tab.label_button.isEnabled(), timeout=60_000)
    assert tab.problem.text() == ""
    assert dock.session.cells[0].labels is not None
    assert "label" in dock.viewer.layers["labelled nodes"].features
    dock.add("biophysics", "Hodgkin–Huxley (hh)")
    region = dock.editor("biophysics").form.fields["region"]
    region.kind = "labelled"
    assert any(text.startswith("axon") for text in region.choices)


def test_the_cell_tab_says_what_the_cell_is(dock):
    shown = texts_in(dock.widget.cell_tab)
    assert "11 in 1 tree" in shown
    assert "400 µm" in shown
    assert "node 10" in shown


def test_the_number_of_compartments_follows_the_rule(dock):
    count = dock.widget.cell_tab.discretisation.count
    for rule in (DLambda(), MaximumLength(length=1)):
        dock.session.edit(dock.experiment.replace(discretisation=rule))
        n = compile_experiment(dock.session.cells, dock.experiment).n_compartments
        dock.qtbot.waitUntil(lambda: count.text() == f"{n} compartments", timeout=5000)  # noqa: B023


def test_labels_need_synapses_and_the_button_says_so(dock):
    assert not dock.widget.cell_tab.label_button.isEnabled()
    assert any("has none" in t for t in texts_in(dock.widget.cell_tab))


def test_the_unit_of_a_file_is_changed_in_one_step(dock, tmp_path):
    path = tmp_path / "cell.swc"
    path.write_text(SWC)
    add_cell(dock.viewer, read_morphology(path, units="um"))
    dock.widget.header.cell.value = "cell"
    dock.select_nodes(3, name="cell")
    dock.add("recorders", "Voltage")
    dock.open_tab("Cell")
    tab = dock.widget.cell_tab
    tab.units.unit.setCurrentText("8 nm")
    dock.click(tab.units.button)
    assert dock.session.cells[0].unit == "8 nm"
    layers = dock.viewer.layers
    dock.qtbot.waitUntil(lambda: layers["cell nodes"].data.max() == pytest.approx(0.8))
    assert dock.experiment.cells[0].repairs == (SetUnit(unit="8 nm"),)
    assert [r.node for r in dock.experiment.recorders] == [3]
    dock.click(dock.widget.header.undo_button)
    assert dock.session.cells[0].unit == "um"
    dock.qtbot.waitUntil(lambda: layers["cell nodes"].data.max() == pytest.approx(100))
    tab.units.unit.setCurrentText("parsec")
    dock.click(tab.units.button)
    assert "parsec" in tab.problem.text()
