"""The picture of docs/saving.md: what was not saved is offered."""

import os
import tempfile
from pathlib import Path

import napari
from qtpy.QtCore import QRect

import napari_neuron as nn
from napari_neuron import demo
from napari_neuron.widgets import SimulationWidget

IMAGES = Path(__file__).parent / "images"


def picture_the_offer(folder: Path) -> None:
    """Close a window with an experiment that was not saved, and open another."""
    before = dict(os.environ)
    with tempfile.TemporaryDirectory() as files:
        os.environ |= {"NAPARI_NEURON_STATE": files, "NAPARI_NEURON_AUTOSAVE": "1"}
        try:
            _leave_something(Path(files))
            _picture(folder / "offer.png")
        finally:
            os.environ.clear()
            os.environ.update(before)


def _open_dock() -> tuple[napari.Viewer, SimulationWidget]:
    viewer = napari.Viewer(ndisplay=3)
    viewer.window.resize(1500, 1000)
    _, widget = viewer.window.add_plugin_dock_widget("napari-neuron", "Neuron simulation")
    return viewer, widget


def _leave_something(files: Path) -> None:
    nn.write_swc(demo.fly_neuron(), files / "PN1.swc")
    viewer, widget = _open_dock()
    viewer.open(str(files / "PN1.swc"), plugin="napari-neuron")
    pulse = nn.CurrentPulse(nodes=(demo.SOMA,), amplitude=0.02)
    widget.session.edit(widget.session.experiment.replace(stimuli=(pulse,)))
    viewer.close()
    demo.settle()


def _picture(path: Path) -> None:
    viewer, widget = _open_dock()
    while widget.keeping.is_busy:
        demo.settle(0.1)
    demo.settle()
    end = widget.tabs.y() + widget.tabs.tabBar().height() + 4
    widget.grab(QRect(0, 0, widget.width(), end)).save(str(path))
    viewer.close()
    demo.settle()


if __name__ == "__main__":
    picture_the_offer(IMAGES)
