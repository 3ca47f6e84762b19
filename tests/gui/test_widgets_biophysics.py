"""The tab Biophysics: kinetics, colours, presets, changed MOD files."""

from __future__ import annotations

import shutil

import numpy as np
import pytest
from dock_person import add_cell, entries_of, forked_cell
from qtpy.QtCore import QPoint

from napari_neuron import spec as s
from napari_neuron.presets import BUILT_IN, own_presets
from napari_neuron.spec.paint import Parameter
from napari_neuron.widgets.membrane.colour_by import LABELS, NOTHING

AXON = s.SwcTypes(types=(2,))
PATIENCE = 60_000


@pytest.fixture
def tab(dock):
    dock.open_tab("Biophysics")
    return dock.widget.biophysics_tab


def kinetics_of(dock, qtbot, layer):
    dock.session.edit(dock.experiment.replace(paint=(s.CableProperties(), layer)))
    dock.open_tab("Biophysics")
    tab = dock.widget.biophysics_tab
    tab.editor.list.setCurrentRow(1)
    dock.click(tab.kinetics_button)
    dialog = tab.kinetics
    qtbot.waitUntil(lambda: not dialog.is_busy, timeout=PATIENCE)
    return dialog


def test_the_gates_of_a_painted_mechanism_are_drawn_and_saved(dock, qtbot, tmp_path):
    dialog = kinetics_of(dock, qtbot, s.HodgkinHuxley())
    steady, tau = dialog.figure.axes
    assert [line.get_label() for line in steady.lines] == ["m", "h", "n"]
    assert steady.get_title() == "hh at 6.3 °C"
    assert tau.get_ylabel() == "time constant (ms)"
    dialog.save(tmp_path / "hh.csv")
    numbers = np.genfromtxt(tmp_path / "hh.csv", delimiter=",", skip_header=2)
    np.testing.assert_allclose(numbers[:, 1], steady.lines[0].get_ydata(), rtol=1e-6)
    dialog.save(tmp_path / "hh.png")
    assert (tmp_path / "hh.png").read_bytes().startswith(b"\x89PNG")
    peak = np.nanmax(tau.lines[2].get_ydata())
    dialog.celsius.setValue(16.3)
    qtbot.waitUntil(lambda: not dialog.is_busy, timeout=PATIENCE)
    assert np.nanmax(dialog.figure.axes[1].lines[2].get_ydata()) == pytest.approx(
        peak / 3, rel=0.02
    )
    dialog.close()


def test_a_mechanism_without_gates_says_so(dock, qtbot):
    dialog = kinetics_of(dock, qtbot, s.Passive())
    assert "pas has no gates" in dialog.said.text()
    assert not dialog.save_button.isEnabled()
    dialog.close()


def test_kinetics_are_offered_for_mechanisms_only(tab):
    tab.editor.list.setCurrentRow(0)
    assert not tab.kinetics_button.isEnabled()
    tab.editor.list.setCurrentRow(1)
    assert tab.kinetics_button.isEnabled()


def colour(dock, qtbot, what):
    colour_by = dock.widget.biophysics_tab.colour_by
    colour_by.choose(what)
    qtbot.waitUntil(lambda: not colour_by.is_busy, timeout=PATIENCE)
    return colour_by


def test_the_cell_is_coloured_by_a_parameter_as_it_will_be_compiled(dock, qtbot):
    g = s.Linear(offset=1e-4, slope=1e-5)
    layer = s.DensityMechanism(name="pas", region=AXON, parameters=(Parameter(name="g", value=g),))
    dock.session.edit(dock.experiment.replace(paint=(s.CableProperties(), layer)))
    dock.open_tab("Biophysics")
    view = dock.widget.view
    qtbot.waitUntil(lambda: view.catalogue is not None, timeout=PATIENCE)  # it knows the unit
    colour_by = colour(dock, qtbot, "g_pas")
    shown = dock.viewer.layers["fork g_pas"]
    low, high = shown.contrast_limits
    on_axon = shown.vertices[:, 2] > 20  # which points along x; the dendrite does not
    there = np.unique(shown.vertex_values[on_axon])
    assert there.min() > 1e-4
    assert there.max() == pytest.approx(high)
    assert np.unique(shown.vertex_values[~on_axon]).min() == pytest.approx(low)
    grey = shown.colormap.map(0.0)[0]
    np.testing.assert_allclose(grey[:3], grey[0], atol=0.1)
    assert there.min() > low + 0.02 * (high - low)
    assert "g_pas: " in colour_by.said.text()
    assert "S/cm2" in colour_by.said.text()
    assert "not at 6 of 11 nodes" in colour_by.said.text()
    assert not dock.viewer.layers["fork nodes"].visible
    edited = layer.replace(parameters=(Parameter(name="g", value=0.5),))
    dock.session.edit(dock.experiment.replace(paint=(s.CableProperties(), edited)))
    qtbot.waitUntil(lambda: not colour_by.is_busy, timeout=PATIENCE)
    assert dock.viewer.layers["fork g_pas"].vertex_values.max() == 0.5
    colour(dock, qtbot, NOTHING)
    assert not dock.viewer.layers["fork g_pas"].visible
    assert dock.viewer.layers["fork nodes"].visible


def test_parameters_that_keep_their_defaults_can_be_shown_too(dock, qtbot):
    dock.open_tab("Biophysics")
    view = dock.widget.view
    qtbot.waitUntil(lambda: view.catalogue is not None, timeout=PATIENCE)
    paint = (s.CableProperties(), s.DensityMechanism(name="hh"))
    dock.session.edit(dock.experiment.replace(paint=paint))
    colour(dock, qtbot, "gnabar_hh")
    values = dock.viewer.layers["fork gnabar_hh"].vertex_values
    assert np.unique(values).tolist() == pytest.approx([0.12])


def test_a_parameter_that_is_painted_no_more_is_said(dock, qtbot):
    colour_by = colour(dock, qtbot, "g_pas")
    dock.session.edit(dock.experiment.replace(paint=(s.CableProperties(),)))
    qtbot.waitUntil(lambda: not colour_by.is_busy, timeout=PATIENCE)
    assert colour_by.layer is None
    assert colour_by.said.text() == "g_pas is not painted."


def test_colours_that_are_taken_away_in_the_layer_list_are_off(dock, qtbot):
    colour_by = colour(dock, qtbot, "cm")
    dock.viewer.layers.remove("fork cm")
    assert colour_by.what == NOTHING
    assert dock.viewer.layers["fork nodes"].visible


def test_a_run_is_seen_in_place_of_colours(window, qtbot):
    colour_by = colour(window, qtbot, "cm")
    window.session.edit(window.experiment.replace(run=s.RunSettings(duration=1)))
    window.run_to_the_end()
    assert colour_by.layer is None
    assert window.viewer.layers["fork voltage"].visible


def test_labels_are_shown_as_colours(dock, qtbot):
    tab = dock.widget.cell_tab
    assert not tab.colours_button.isEnabled()
    labels = ["", *["axon"] * 5, *["dendrite"] * 5]
    cell = forked_cell(labels=labels, name="labelled")
    add_cell(dock.viewer, cell)
    dock.session.choose_cells((cell,))
    dock.click(tab.colours_button)
    colour_by = dock.widget.biophysics_tab.colour_by
    assert colour_by.what == LABELS
    qtbot.waitUntil(lambda: not colour_by.is_busy, timeout=PATIENCE)
    layer = dock.viewer.layers["labelled labels"]
    low, high = layer.contrast_limits
    colours = layer.colormap.map((layer.vertex_values - low) / (high - low))
    is_axon = layer.vertices[:, 2] > 20
    assert len(np.unique(colours[is_axon], axis=0)) == 1
    assert len(np.unique(colours, axis=0)) == 3  # the soma has no label: grey
    assert "axon (5 nodes)" in tab.legend.text()
    dock.click(tab.colours_button)
    assert not dock.viewer.layers["labelled labels"].visible


def test_own_presets_are_saved_renamed_and_deleted(tab):
    presets = tab.presets
    presets.save("mine")
    assert [p.name for p in own_presets()] == ["mine"]
    presets.rename("mine", BUILT_IN[0].name)
    assert "comes with the package" in tab.editor.problem.text()
    presets.rename("mine", "ours")
    assert [p.name for p in own_presets()] == ["ours"]
    assert {"ours"} <= set(entries_of(tab.editor.buttons.add_menu))
    presets.delete("ours")
    assert own_presets() == ()
    assert "ours" not in entries_of(tab.editor.buttons.add_menu)
    assert tab.source.text() == "Deleted the preset “ours”."


def test_concentrations_say_whether_the_reversal_potential_follows_them(dock, tab):
    both = s.Ions(ion="na", e=50, outside=70)
    paint = (s.CableProperties(), s.HodgkinHuxley(), both)
    dock.session.edit(dock.experiment.replace(paint=paint))
    assert tab.editor.list.item(1).text().startswith("2. ena set by 3 · Hodgkin")
    tab.editor.list.setCurrentRow(2)
    assert not tab.potential_holds.isHidden()
    line = tab.editor.form.fields["e"].entry.entry.native
    line.clear()
    line.commit()
    assert dock.experiment.paint[2] == both.replace(e=None)
    assert tab.potential_holds.isHidden()
    assert tab.editor.list.item(1).text().startswith("2. ena set by 3 · Hodgkin")


def test_where_paint_is_hidden_is_said_and_shown(dock, tab):
    paint = (s.CableProperties(), s.Passive(), s.Passive(g=0.1, region=AXON))
    dock.session.edit(dock.experiment.replace(paint=paint))
    assert "Hidden by 3 at 5 of its 11 nodes" in tab.editor.list.item(1).text()
    tab.editor.list.setCurrentRow(1)
    dock.click(tab.show_button)
    colours = dock.viewer.layers["fork region"].face_color
    assert sorted(np.unique(colours, axis=0, return_counts=True)[1].tolist()) == [5, 6]


LEAK = """NEURON {
    SUFFIX watchedleak
    NONSPECIFIC_CURRENT i
    RANGE g, e
}
PARAMETER { g = 0.001 (S/cm2) e = %d (mV) }
ASSIGNED { v (mV) i (mA/cm2) }
BREAKPOINT { i = g * (v - e) }
"""


@pytest.mark.skipif(shutil.which("g++") is None, reason="needs a compiler")
def test_a_changed_mod_file_is_noticed_at_run_and_used_after_one_click(window, qtbot, tmp_path):
    dock, path = window, tmp_path / "watchedleak.mod"
    dock.viewer.window._qt_window.resize(1100, 620)
    panel = dock.widget.biophysics_tab.mod_files
    path.write_text(LEAK % -70)
    panel.compile(tmp_path)
    qtbot.waitUntil(lambda: not panel.is_busy, timeout=PATIENCE)
    paint = (s.CableProperties(), s.DensityMechanism(name="watchedleak"))
    run = s.RunSettings(duration=50, v_init=-65)
    dock.session.edit(dock.experiment.replace(paint=paint, run=run))
    dock.click(dock.widget.header.run_button)
    qtbot.waitUntil(lambda: len(dock.session.results) == 1, timeout=PATIENCE)
    dock.wait_for_the_end(PATIENCE)
    assert dock.session.results[-1].voltage[-1].max() == pytest.approx(-70, abs=0.1)

    path.write_text(LEAK % -50)
    dock.click(dock.widget.header.run_button)
    qtbot.waitUntil(lambda: bool(dock.widget.header.problem.text()), timeout=PATIENCE)
    assert "watchedleak.mod has changed" in dock.widget.header.problem.text()
    assert len(dock.session.results) == 1
    page = dock.widget.biophysics_tab  # what is to be decided is in view, in a low dock too
    place, bottom = page.viewport(), page.viewport().height()
    qtbot.waitUntil(
        lambda: panel.keep_button.mapTo(place, QPoint(0, 0)).y() < bottom,
        timeout=PATIENCE,
    )
    dock.click(panel.keep_button)
    qtbot.waitUntil(lambda: len(dock.session.results) == 2, timeout=PATIENCE)
    dock.wait_for_the_end(PATIENCE)
    assert dock.session.results[-1].voltage[-1].max() == pytest.approx(-70, abs=0.1)

    dock.click(dock.widget.header.run_button)
    qtbot.waitUntil(lambda: bool(dock.widget.header.problem.text()), timeout=PATIENCE)
    assert panel.again_button.text() == "Compile again and run"
    dock.click(panel.again_button)
    qtbot.waitUntil(lambda: len(dock.session.results) == 3, timeout=PATIENCE)
    dock.wait_for_the_end(PATIENCE)
    assert dock.session.results[-1].voltage[-1].max() == pytest.approx(-50, abs=0.1)
    assert dock.widget.header.problem.text() == ""
