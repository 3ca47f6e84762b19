"""Mechanisms, presets, MOD files, synapse tables and previews in the windows."""

from __future__ import annotations

import shutil

import pytest
from dock_person import entries_of

from napari_neuron import spec as s
from napari_neuron.presets import SQUID_AXON

N = (20, 30)


def test_every_mechanism_neuron_has_can_be_added_and_its_parameters_set(knowing):
    dock = knowing
    menu = entries_of(dock.editor("biophysics").buttons.add_menu)
    known = [m.name for m in dock.widget.view.catalogue.of_kind("density")]
    assert set(known) - {"pas", "hh"} <= set(menu)
    dock.add("biophysics", "fastpas")
    table = dock.editor("biophysics").form.fields["parameters"]
    names = [table.table.item(row, 0).text() for row in range(table.table.rowCount())]
    assert names == ["g", "e"]
    table.table.item(0, 1).setText("0.0005")
    table.table.setCurrentCell(1, 1)
    table.profile.choose("linear")
    dock.type_into(table.profile.form.fields["offset"], "-70")
    assert dock.experiment.paint[-1] == s.DensityMechanism(
        name="fastpas",
        parameters=(
            s.Parameter(name="g", value=0.0005),
            s.Parameter(name="e", value=s.Linear(offset=-70, slope=0)),
        ),
    )
    table.table.item(0, 1).setText("")
    assert [p.name for p in dock.experiment.paint[-1].parameters] == ["e"]


def test_every_point_process_can_be_added(knowing):
    dock = knowing
    dock.select_nodes(20)
    names = [m.name for m in dock.widget.view.catalogue.of_kind("point_process")]
    for name in names:
        dock.add("inputs", name)
    assert [x.mechanism for x in dock.experiment.stimuli] == names


def test_every_kind_of_input_can_be_added(dock):
    dock.select_nodes(*N)
    menu = entries_of(dock.editor("inputs").buttons.add_menu)
    for text in [text for text, action in menu.items() if action.isEnabled()]:
        dock.add("inputs", text)
    assert len({x.kind for x in dock.experiment.stimuli}) == 14


def test_a_profile_is_chosen_for_the_capacitance_and_begins_with_its_value(dock):
    dock.open_tab("Biophysics")
    edit = dock.editor("biophysics").form.fields["cm"]
    edit.choose("linear")
    dock.type_into(edit.form.fields["slope"], "0.002")
    assert dock.experiment.paint[0].cm == s.Linear(offset=1, slope=0.002)
    edit.choose("constant")
    assert dock.experiment.paint[0].cm == 1


def test_the_current_of_an_input_is_recorded_where_it_is_placed(dock):
    dock.select_nodes(20)
    dock.add("inputs", "Current pulse")
    dock.add("recorders", "Current of an input")
    assert dock.experiment.stimuli[0].label == "current pulse"
    assert dock.experiment.recorders == (
        s.ProcessRecorder(label="current pulse, i", stimulus="current pulse", node=20),
    )


def test_more_than_the_voltage_is_kept_of_the_whole_cell(knowing):
    dock = knowing
    dock.add("biophysics", "Hodgkin–Huxley (hh)")
    frames = dock.widget.recorders_tab.frames
    frames.offer()
    {a.text(): a for a in frames.menu.actions()}["m_hh"].setChecked(True)
    assert dock.experiment.frames == ("v", "m_hh")


def test_a_preset_takes_the_place_of_the_paint_and_says_its_source(dock):
    dock.add("biophysics", SQUID_AXON.name)
    assert dock.experiment.paint == SQUID_AXON.paint
    assert dock.experiment.run.celsius == SQUID_AXON.celsius
    assert "Hodgkin & Huxley (1952)" in dock.widget.biophysics_tab.source.text()
    dock.session.undo()
    assert dock.experiment.paint == (s.CableProperties(), s.Passive())
    assert dock.widget.biophysics_tab.source.text() == ""


def test_the_list_says_which_paint_is_hidden(dock):
    axon = s.SwcTypes(types=(2,))
    paint = (s.CableProperties(), s.Passive(region=axon), s.Passive(g=0.1))
    dock.session.edit(dock.experiment.replace(paint=paint))
    texts = [dock.editor("biophysics").list.item(row).text() for row in range(3)]
    assert ["Hidden by 3" in text for text in texts] == [False, True, False]


def test_the_nodes_of_a_region_are_shown_on_the_cell_on_request(dock):
    paint = (s.CableProperties(), s.Passive(region=s.Subtree(node=20)))
    dock.session.edit(dock.experiment.replace(paint=paint))
    dock.open_tab("Biophysics")
    dock.editor("biophysics").list.setCurrentRow(1)
    assert "fork region" not in dock.viewer.layers
    dock.widget.biophysics_tab.show_button.click()
    assert len(dock.viewer.layers["fork region"].data) == 5
    dock.open_tab("Run")
    assert "fork region" not in dock.viewer.layers


def test_a_broken_mod_file_is_said_with_its_line(dock, qtbot, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "broken.mod").write_text("NEURON {\n SUFFIX broken\n}\nBREAKPOINT { v = \n")
    panel = dock.widget.biophysics_tab.mod_files
    panel.compile(tmp_path)
    qtbot.waitUntil(lambda: not panel.is_busy, timeout=60_000)
    assert panel.problem.text().startswith("broken.mod:")
    assert dock.experiment.mod_files == ()


LEAK = """NEURON {
    SUFFIX ownleak
    NONSPECIFIC_CURRENT i
    RANGE g
}
PARAMETER { g = 0.001 (S/cm2) }
ASSIGNED { v (mV) i (mA/cm2) }
BREAKPOINT { i = g * (v + 70) }
"""


@pytest.mark.skipif(shutil.which("g++") is None, reason="needs a compiler")
def test_mechanisms_of_mod_files_can_be_added_once_they_are_compiled(dock, qtbot, tmp_path):
    (tmp_path / "ownleak.mod").write_text(LEAK)
    panel = dock.widget.biophysics_tab.mod_files
    panel.compile(tmp_path)
    qtbot.waitUntil(lambda: not panel.is_busy, timeout=60_000)
    assert panel.problem.text() == ""
    assert [file.name for file in dock.experiment.mod_files] == ["ownleak.mod"]
    view = dock.widget.view
    qtbot.waitUntil(
        lambda: view.catalogue is not None and view.catalogue.mechanism("ownleak") is not None,
        timeout=30_000,
    )
    dock.add("biophysics", "ownleak")
    assert dock.experiment.paint[-1] == s.DensityMechanism(name="ownleak")
