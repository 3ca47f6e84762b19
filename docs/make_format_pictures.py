"""Make the pictures of docs/webknossos.md and docs/databases.md, in the real window.

xvfb-run -s "-screen 0 1600x1200x24" python docs/make_format_pictures.py
"""

import sys
import tempfile
from pathlib import Path

import napari
from make_check_pictures import open_in_window, picture, wait_for

from napari_neuron import demo
from napari_neuron.widgets.cell.folder_dialog import FolderDialog

DOCS = Path(__file__).parent
IMAGES = DOCS / "images"
sys.path.insert(0, str(DOCS.parent / "examples"))


def picture_the_trace(folder: Path) -> None:
    """Open the annotation, mend it as the page says, run it, and picture both states."""
    import webknossos_trace as example

    path = folder / "annotation.nml"
    example.make_trace(path)
    viewer, simulation, _ = open_in_window(path)
    picture(viewer, "webknossos-opened")
    for repair in example.REPAIRS:
        panel = simulation.cell_tab.check.repair
        panel.choose(repair.kind)
        panel.form.set_value(repair)
        panel.form.changed.emit(repair)
        wait_for(simulation)
        if repair.kind == "mark_soma":
            picture(viewer, "webknossos-soma")
        panel.apply_button.click()
        wait_for(simulation)
    session = simulation.session
    session.edit(example.experiment().replace(cells=session.experiment.cells))
    simulation.run()
    result = demo.wait_for_the_end(session)
    demo.go_to(viewer, float(result.spikes["soma"][0]))
    picture(viewer, "webknossos-spike")
    viewer.close()


def picture_the_widgets(folder: Path) -> None:
    """Picture "Get neuron", and the dialog of a folder of which one file is bad."""
    import webknossos_trace as example

    viewer = napari.Viewer()
    _, widget = viewer.window.add_plugin_dock_widget("napari-neuron", "Get neuron")
    widget.database.setCurrentText("neuPrint")
    widget.names.setText("1734350788")
    demo.settle()
    widget.grab().save(str(IMAGES / "get-neuron.png"))
    cells = folder / "cells"
    cells.mkdir()
    for index in range(12):
        path = cells / f"trace {index + 1}.nml"
        example.make_trace(path)
        path.write_text(path.read_text().replace("projection neuron", f"neuron {index + 1}"))
    (cells / "trace 7.nml").write_text("<things><thing id='1'>")
    dialog = FolderDialog(viewer, cells, widget)
    dialog.show()
    while dialog.reader.is_busy:
        demo.settle(0.2)
    demo.settle()
    dialog.grab().save(str(IMAGES / "folder.png"))
    dialog.close()
    viewer.close()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        picture_the_trace(Path(place))
        picture_the_widgets(Path(place))
    demo.settle()
