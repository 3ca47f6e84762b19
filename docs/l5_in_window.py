"""The cell of docs/l5-cell.md set up in the window: menus, tick boxes, tables and profiles.

`make_screenshots.py` pictures it; a test compares it with what examples/l5_pyramidal.py says.
"""

import importlib.util
import tempfile
import time
from pathlib import Path

from napari_neuron import demo
from napari_neuron.spec import AllOf, Everywhere, PathDistance, SwcTypes
from napari_neuron.spec.base import Spec
from napari_neuron.widgets.forms.words import kind_name

EXAMPLES = Path(__file__).parents[1] / "examples"
MENU = {"cable": "Cable properties", "pas": "Passive (pas)"}
PATIENCE = 300.0  # seconds


def the_example():
    """Return the module examples/l5_pyramidal.py."""
    spec = importlib.util.spec_from_file_location("l5_pyramidal", EXAMPLES / "l5_pyramidal.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def wait(done) -> None:
    """Let the window work until something is done."""
    end = time.monotonic() + PATIENCE
    while not done():
        demo.settle(0.05)
        assert time.monotonic() < end


def entries_of(menu) -> dict:
    """Return the entries of a menu, and of the menus in it, by their text."""
    found = {}
    for action in menu.actions():
        found |= entries_of(action.menu()) if action.menu() else {action.text(): action}
    return found


def set_up(widget, paint) -> None:
    """Paint every layer in the tab Biophysics, through its editors."""
    tab = widget.biophysics_tab
    widget.tabs.setCurrentWidget(tab)
    wait(lambda: widget.view.catalogue is not None)
    if widget.view.catalogue.mechanism("l5_ih") is None:
        tab.mod_files.compile(EXAMPLES / "l5_mod")
        wait(lambda: widget.view.catalogue.mechanism("l5_ih") is not None)
    while tab.editor.value:
        tab.editor.buttons.remove_button.click()
    for layer in paint:
        name = MENU.get(layer.kind) or getattr(layer, "name", "") or layer.ion
        entries_of(tab.editor.buttons.add_menu)[name].trigger()
        form = tab.editor.form
        set_region(form.fields["region"], layer.region)
        for field, edit in form.fields.items():
            if field == "parameters":
                for parameter in layer.parameters:
                    set_in_table(edit, parameter)
            elif hasattr(edit, "how_button"):
                set_profile(edit, getattr(layer, field))
            elif field in ("g", "e"):
                edit.value = getattr(layer, field)


def set_region(edit, region) -> None:
    """Choose a kind of region, and tick or type what it takes."""
    if edit.kind != region.kind:
        edit.kind = region.kind
    if isinstance(region, SwcTypes):
        for text, box in edit.choices.items():
            box.value = int(text.split()[0]) in region.types
    elif isinstance(region, PathDistance):
        set_fields(edit.forms[region.kind], region)
    elif isinstance(region, AllOf):
        while len(edit.parts.edits) < len(region.regions):
            edit.parts.add_button.click()
        for part, inner in zip(edit.parts.edits, region.regions, strict=True):
            set_region(part, inner)
    else:
        assert isinstance(region, Everywhere)


def set_in_table(edit, parameter) -> None:
    """Give one row of the table of parameters a number or a profile."""
    table = edit.table
    names = [table.item(row, 0).text() for row in range(table.rowCount())]
    row = names.index(parameter.name)
    table.setCurrentCell(row, 1)
    if isinstance(parameter.value, Spec):
        set_profile(edit.profile, parameter.value)
    else:
        table.item(row, 1).setText(f"{parameter.value:g}")


def set_profile(edit, value) -> None:
    """Choose a shape and fill in its form; or type a number."""
    if isinstance(value, Spec):
        edit.choose(kind_name(type(value)))
        set_fields(edit.form, value)
    elif value is not None:
        if hasattr(edit.entry, "entry"):
            type_number(edit.entry.entry, f"{value:g}")
        else:
            edit.entry.value = value


def type_number(line, text: str) -> None:
    """Type into a line, and leave it."""
    line.value = text
    line.native.commit()


def set_fields(form, spec) -> None:
    """Fill in a form."""
    for name, edit in form.fields.items():
        value = getattr(spec, name)
        if hasattr(edit, "combo"):  # a choice
            edit.combo.value = edit._values.index(value)
        elif hasattr(edit, "entry"):  # a number that need not be
            type_number(edit.entry, "" if value is None else f"{value:g}")
        else:
            edit.value = value


def picture(images: Path) -> None:
    """Set the cell up and picture each step of the how-to."""
    import napari

    from napari_neuron.view import skeleton_layer_data

    example = the_example()
    cell = example.l5_cell(Path(tempfile.mkdtemp()))
    viewer = napari.Viewer(title="An L5 pyramidal-like cell", ndisplay=3)
    viewer.window.resize(1500, 1000)
    for data, settings, layer_type in skeleton_layer_data(cell):
        viewer.add_layer(napari.layers.Layer.create(data, settings, layer_type))
    _, widget = viewer.window.add_plugin_dock_widget("napari-neuron", "Neuron simulation")
    _, traces = viewer.window.add_plugin_dock_widget("napari-neuron", "Traces")
    demo.settle(2)
    set_up(widget, example.l5_paint())
    tab = widget.biophysics_tab
    tab.editor.list.setCurrentRow(2)
    tab.editor.form.fields["parameters"].table.setCurrentCell(0, 1)
    demo.settle()
    widget.setFixedHeight(1150)
    demo.settle()
    widget.grab().save(str(images / "l5-paint.png"))
    widget.setMinimumHeight(0)
    widget.setMaximumHeight(16777215)
    tab.colour_by.choose("gbar_l5_ih")
    wait(lambda: not tab.colour_by.is_busy)
    viewer.reset_view()
    demo.settle(1)
    demo.window_screenshot(viewer, images / "l5-ih.png")
    tab.editor.list.setCurrentRow(3)
    session = widget.session
    experiment = example.l5_experiment(session.experiment.mod_files)
    same = {"cells": session.experiment.cells, "paint": session.experiment.paint}
    session.edit(experiment.replace(**same))
    tab.editor.list.setCurrentRow(3)
    tab.show_kinetics()
    wait(lambda: not tab.kinetics.is_busy)
    demo.settle(1)
    tab.kinetics.grab().save(str(images / "l5-kinetics.png"))
    tab.kinetics.close()
    widget.run()
    wait(lambda: session.run_state != "idle")
    wait(lambda: session.run_state == "idle")
    demo.settle(1)
    traces.grab().save(str(images / "l5-traces.png"))
    viewer.close()
    demo.settle()
