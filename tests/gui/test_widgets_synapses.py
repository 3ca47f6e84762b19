"""The dialog "Synapses from a table": reads, filters and activates in a thread, and lists what
cannot be placed."""

import time

import numpy as np
import pandas as pd
import pytest
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QFileDialog

from napari_neuron import spec as s
from napari_neuron.widgets.placing.synapse_choice import BY_PARTNER, IN_GROUPS
from napari_neuron.widgets.placing.synapse_dialog import SynapseDialog


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "synapses.csv"
    where = np.array([[40, 1, 0], [80, 0, 0], [120, 0, 0], [0, -40, 0], [0, 900, 0]])
    lines = [
        f"{x},{y},{z},{i % 2},{i + 1},{10 * i},{i / 4}" for i, (x, y, z) in enumerate(where * 1000)
    ]
    path.write_text("px,y,z,partner,weight,time,confidence\n" + "\n".join(lines) + "\n")
    return str(path)


@pytest.fixture
def dialog(dock, qtbot, table):
    """The dialog with the table in it; closed is deleted."""
    dialog = SynapseDialog(dock.widget.view.cell, dock.widget)
    closed = []
    dialog.finished.connect(closed.append)
    dialog.placed.connect(dock.widget.place_synapses)
    dialog.choose_file(table)
    wait(qtbot, dialog)
    dialog.columns["x"].setCurrentText("px")
    dialog.units.setText("nm")
    read(qtbot, dialog)
    yield dialog
    if not closed:
        dialog.reject()


def wait(qtbot, dialog):
    qtbot.waitUntil(lambda: not dialog.is_busy, timeout=20_000)


def read(qtbot, dialog):
    dialog.read()
    wait(qtbot, dialog)


def place(qtbot, dialog):
    dialog.place()
    wait(qtbot, dialog)


def test_a_cell_without_connectors_asks_for_a_table_and_finds_no_fault(dock, dialog, qtbot):
    fresh = SynapseDialog(dock.widget.view.cell, dock.widget)
    qtbot.addWidget(fresh)
    assert (fresh.is_busy, fresh.problem.text()) == (False, "")
    assert fresh.said.text() == "Choose a table: File…"


def test_synapses_of_a_table_are_snapped_and_those_too_far_are_left_out(dock, dialog, qtbot):
    assert dialog.said.text() == (
        "4 synapses to place, of 4 that match and 5 rows. At most 1.00 µm from their nodes.\n"
        "1 left out: further than 5 µm from the nearest node."
    )
    place(qtbot, dialog)
    assert dock.experiment.stimuli == (s.AlphaSynapse(nodes=(20, 21, 22, 30)),)


def test_what_is_left_out_is_listed_and_exported(dialog, qtbot, tmp_path):
    rows = dialog.left_out.view.model()
    shown = [rows.data(rows.index(0, column)) for column in range(rows.columnCount())]
    assert shown == ["4", "900", "0", "900000", "0", "further than 5 µm from the nearest node"]
    assert [rows.headerData(i, Qt.Orientation.Horizontal) for i in range(6)] == [
        "row",
        "µm away",
        "px",
        "y",
        "z",
        "why",
    ]
    dialog.left_out.export(str(tmp_path / "out.csv"))
    qtbot.waitUntil((tmp_path / "out.csv").exists, timeout=5000)
    qtbot.waitUntil(lambda: not dialog.left_out.is_exporting)
    written = pd.read_csv(tmp_path / "out.csv")
    assert (list(written["row"]), list(written["distance"])) == ([4], [900])
    dialog.limit.setValue(1000)
    read(qtbot, dialog)
    assert not dialog.left_out.isVisibleTo(dialog)
    dialog.left_out.export(str(tmp_path / "no such folder" / "out.csv"))
    qtbot.waitUntil(lambda: bool(dialog.left_out.problem.text()), timeout=5000)


@pytest.mark.parametrize(
    ("field", "value", "nodes"),
    [
        ("partner", "1", (21, 30)),
        ("partner", "0, 1", (20, 21, 22, 30)),
        ("region", "type 3, basal dendrite", (30,)),
        ("confidence", 0.5, (22, 30)),
        ("query", "weight < 3", (20, 21)),
    ],
)
def test_synapses_are_filtered(dialog, qtbot, field, value, nodes):
    widget = getattr(dialog, field)
    setter = {"region": "setCurrentText", "confidence": "setValue"}.get(field, "setText")
    getattr(widget, setter)(value)
    read(qtbot, dialog)
    assert dialog.problem.text() == ""
    assert dialog.table.nodes == nodes


def test_some_are_drawn_and_the_seed_decides_which(dialog, qtbot):
    drawn = []
    for seed in (1, 2, 1):
        dialog.draw.setValue(2)
        dialog.seed.setValue(seed)
        read(qtbot, dialog)
        drawn.append(dialog.table.nodes)
    assert drawn[0] == drawn[2] != drawn[1]


def test_weights_and_times_are_those_of_the_table(dock, dialog, qtbot):
    assert not dialog.weighted.isEnabled()  # an alpha synapse has one conductance for all
    dialog.synapse.setCurrentText("Synapse, one event")
    dialog.weighted.setChecked(True)
    dialog.timed.setChecked(True)
    place(qtbot, dialog)
    (synapse,) = dock.experiment.stimuli
    assert synapse.weights == pytest.approx((0.001, 0.002, 0.003, 0.004))
    assert synapse.delays == (0, 10, 20, 30)


def test_synapses_are_activated_in_groups_over_time(dock, dialog, qtbot):
    dialog.how.setCurrentText(IN_GROUPS)
    dialog.sizes.setText("0, 1, 3")
    place(qtbot, dialog)
    assert [(x.nodes, x.onset) for x in dock.experiment.stimuli] == [
        ((20,), 250),
        ((20, 21, 22), 450),
    ]


def test_each_partner_has_a_train_of_its_own(dock, dialog, qtbot):
    dialog.synapse.setCurrentText("Synapse, Poisson events")
    dialog.how.setCurrentText(BY_PARTNER)
    place(qtbot, dialog)
    trains = dock.experiment.stimuli[0].train_of
    assert trains[0] == trains[2] != trains[1] == trains[3]


@pytest.mark.parametrize(
    ("field", "text", "says"),
    [
        ("partner", "9", "no partner '9'"),
        ("query", "nonsense >", "cannot be evaluated"),
        ("units", "parsec", "parsec"),
    ],
)
def test_what_is_wrong_is_said(dialog, qtbot, field, text, says):
    getattr(dialog, field).setText(text)
    read(qtbot, dialog)
    assert says in dialog.problem.text()
    assert not dialog.action_button.isEnabled()


def test_the_unit_in_which_all_would_be_near_is_named(dialog, qtbot):
    dialog.limit.setValue(5)
    dialog.units.setText("um")
    read(qtbot, dialog)
    assert len(dialog.table) == 0
    assert "With “nm” as the unit of positions, 4 would be close enough." in dialog.said.text()


def test_enter_in_a_field_reads_the_table_and_asks_for_no_file(dialog, qtbot, monkeypatch):
    asked = []
    monkeypatch.setattr(
        QFileDialog, "getOpenFileName", lambda *args: (asked.append(args) or "", "")
    )
    dialog.show()
    dialog.units.setText("um")
    qtbot.keyClick(dialog.units, Qt.Key.Key_Return)
    wait(qtbot, dialog)
    assert len(dialog.table) == 0
    assert asked == []


def test_a_wrong_column_is_said(dialog, qtbot):
    dialog.columns["x"].setCurrentIndex(0)
    read(qtbot, dialog)
    assert "position" in dialog.problem.text()
    assert not dialog.action_button.isEnabled()


def test_columns_of_one_table_are_not_asked_of_another(dialog, qtbot, tmp_path):
    other = tmp_path / "other.csv"
    other.write_text("node_id\n20\n31\n")
    dialog.choose_file(str(other))
    wait(qtbot, dialog)
    assert dialog.problem.text() == ""
    assert dialog.table.nodes == (20, 31)


def test_ten_thousand_rows_are_read_and_placed_while_the_window_goes_on(
    dock, dialog, qtbot, tmp_path
):
    path = tmp_path / "many.csv"
    rng = np.random.default_rng(1)
    frame = pd.DataFrame({axis: rng.uniform(0, 200, 10_000) for axis in "xyz"})
    frame.assign(y=0, partner=rng.integers(0, 500, 10_000)).to_csv(path, index=False)
    dialog.columns["x"].setCurrentIndex(0)
    dialog.units.setText("um")
    dialog.limit.setValue(100)
    begun = time.perf_counter()
    dialog.choose_file(str(path))
    assert time.perf_counter() - begun < 0.2  # it only asks
    assert dialog.busy.isVisibleTo(dialog)
    assert not dialog.action_button.isEnabled()
    wait(qtbot, dialog)
    n_left_out = dialog.left_out.view.model().rowCount()
    assert n_left_out > 1000
    dialog.synapse.setCurrentText("Synapse, Poisson events")
    dialog.how.setCurrentText(BY_PARTNER)
    place(qtbot, dialog)
    assert len(dock.experiment.stimuli[0].nodes) == 10_000 - n_left_out


@pytest.fixture
def with_connectors(dock, qtbot):
    """The dialog of a cell that came with two synapses onto it and one of its own."""
    connectors = pd.DataFrame(
        {
            "node_id": [30, 31, 20],
            "type": ["post", "post", "pre"],
            "x": [0.0, 0.0, 40.0],
            "y": [-40.0, -80.0, 0.0],
            "z": [0.0, 0.0, 0.0],
        }
    )
    dialog = SynapseDialog(dock.session.cells[0].replace(connectors=connectors), dock.widget)
    wait(qtbot, dialog)
    yield dialog
    dialog.reject()


def test_of_synapses_of_both_kinds_those_onto_the_cell_are_placed_unless_said(
    with_connectors, qtbot
):
    dialog = with_connectors
    assert dialog.wanted.currentText() == "post"
    assert dialog.said.text().startswith("2 synapses to place")
    dialog.wanted.setCurrentText("all")
    dialog.wanted.activated.emit(0)
    wait(qtbot, dialog)
    assert dialog.said.text().startswith("3 synapses to place")


def test_a_file_without_kinds_is_placed_as_a_whole(with_connectors, qtbot, table):
    dialog = with_connectors
    dialog.choose_file(table)
    wait(qtbot, dialog)
    dialog.columns["x"].setCurrentText("px")
    dialog.units.setText("nm")
    read(qtbot, dialog)
    assert dialog.wanted.currentText() == "all"
    assert dialog.said.text().startswith("4 synapses to place")


def test_columns_and_unit_are_asked_for_with_a_file_only(with_connectors, qtbot, table):
    dialog = with_connectors
    asked = (dialog.columns["x"], dialog.units)
    assert all(widget.isHidden() for widget in asked)
    dialog.choose_file(table)
    wait(qtbot, dialog)
    assert not any(widget.isHidden() for widget in asked)
