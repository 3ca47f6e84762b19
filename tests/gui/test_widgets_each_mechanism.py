"""Every mechanism built into NEURON: placed in the window, saved, loaded, run and read back."""

from __future__ import annotations

import numpy as np
import pytest

from napari_neuron import Experiment, RunSettings
from napari_neuron.compile.lower import compile_experiment
from napari_neuron.engine import read_catalogue
from napari_neuron.engine.neuron_model import NeuronModel, import_neuron
from napari_neuron.spec.base import Spec

PAINTED = {
    "pas": "Passive (pas)",
    "hh": "Hodgkin–Huxley (hh)",
    "extracellular": "extracellular",
    "fastpas": "fastpas",
}
"""Density mechanisms and their entries in the menu Add."""

PLACED = (
    *("IClamp", "SEClamp", "VClamp", "OClamp", "AlphaSynapse", "ExpSyn", "Exp2Syn", "APCount"),
    "PointProcessMark",
)
NODE = 22
PATIENCE = 60_000


@pytest.fixture(scope="module")
def catalogue():
    return read_catalogue()


def test_the_mechanisms_tested_here_are_all_there_are(catalogue):
    assert {m.name for m in catalogue.of_kind("density")} == set(PAINTED)
    assert {m.name for m in catalogue.of_kind("point_process")} == set(PLACED)


def fill(dock, form, known):
    """Type another value into every field of the mechanism's form; return them by name."""
    typed = {}
    table = form.fields.get("parameters")
    if table is None:  # a form of its own: one field for each parameter
        for variable in known.parameters:
            edit = form.fields[variable.name]
            edit = getattr(edit, "number", edit)
            dock.type_into(edit, f"{variable.default * 0.75:.6g}")
            typed[variable.name] = float(f"{variable.default * 0.75:.6g}")
        return typed
    for row in range(table.table.rowCount()):
        name = table.table.item(row, 0).text()
        default = known.parameter(name.partition("[")[0]).default
        value = float(f"{(default or 1.0) * 0.75 * (1 + 0.01 * row):.6g}")
        table.table.item(row, 1).setText(f"{value:.6g}")
        typed[name] = value
    return typed


def saved_loaded_and_run(dock, tmp_path):
    """Save the experiment, open it in place of an empty one, and run it."""
    made = dock.experiment.replace(run=RunSettings(duration=1))
    dock.session.edit(made)
    dock.widget.save_experiment(tmp_path / "made.json")
    dock.session.edit(Experiment(cells=made.cells))
    dock.widget.open_experiment(tmp_path / "made.json")
    assert dock.experiment == made
    dock.click(dock.widget.header.run_button)
    dock.wait_for_the_end(PATIENCE)
    assert dock.widget.header.problem.text() == ""
    assert np.isfinite(dock.session.results[-1].voltage).all()


def shown_in_form(form, names):
    """Return the values that the form shows, by name."""
    table = form.fields.get("parameters")
    if table is None:
        values = {name: form.fields[name].value for name in names}
    else:
        rows = range(table.table.rowCount())
        values = {table.table.item(r, 0).text(): table.table.item(r, 1).text() for r in rows}
    assert not any(isinstance(value, Spec) for value in values.values())
    return {name: float(value) for name, value in values.items()}


def read_back(owner, name, neuron_name):
    found = getattr(owner, neuron_name)
    _, bracket, element = name.partition("[")
    return found[int(element.rstrip("]"))] if bracket else found


@pytest.mark.parametrize("name", PAINTED)
def test_a_density_mechanism_has_in_neuron_what_its_form_says(knowing, tmp_path, catalogue, name):
    dock, known = knowing, catalogue.mechanism(name)
    dock.add("biophysics", PAINTED[name])
    typed = fill(dock, dock.editor("biophysics").form, known)
    assert {n.partition("[")[0] for n in typed} == {v.name for v in known.parameters}
    saved_loaded_and_run(dock, tmp_path)
    dock.open_tab("Biophysics")
    dock.editor("biophysics").list.setCurrentRow(len(dock.experiment.paint) - 1)
    shown = shown_in_form(dock.editor("biophysics").form, typed)
    assert shown == typed
    model = compile_experiment(dock.session.cells, dock.experiment, catalogue)
    with NeuronModel(model):
        segments = [segment for section in import_neuron().allsec() for segment in section]
        for key, value in shown.items():
            variable = known.parameter(key.partition("[")[0])
            found = [read_back(segment, key, variable.neuron_name) for segment in segments]
            assert found == pytest.approx([value] * len(segments), rel=1e-9), key


@pytest.mark.parametrize("name", PLACED)
def test_a_point_process_has_in_neuron_what_its_form_says(knowing, tmp_path, catalogue, name):
    dock, known = knowing, catalogue.mechanism(name)
    dock.select_nodes(NODE)
    dock.add("inputs", name)
    typed = fill(dock, dock.editor("inputs").form, known)
    assert {n.partition("[")[0] for n in typed} == {v.name for v in known.parameters}
    saved_loaded_and_run(dock, tmp_path)
    dock.open_tab("Inputs")
    dock.editor("inputs").list.setCurrentRow(0)
    shown = shown_in_form(dock.editor("inputs").form, typed)
    assert shown == typed
    model = compile_experiment(dock.session.cells, dock.experiment, catalogue)
    with NeuronModel(model) as neuron:
        ((process,),) = neuron.point_processes
        assert process.hname().startswith(f"{name}[")
        row = dock.session.cells[0].rows(NODE)[0]
        section, x = model.section_and_x(int(model.compartment_of_node[row]))
        there = list(import_neuron().allsec())[section]
        assert process.get_segment() == there(x)
        for key, value in shown.items():
            variable = known.parameter(key.partition("[")[0])
            assert read_back(process, key, variable.neuron_name) == value, key
