"""Fixtures of the window."""

from __future__ import annotations

from pathlib import Path

import pytest
from dock_person import Dock, add_cell, forked_cell
from napari.components import ViewerModel
from npe2 import PluginManager, PluginManifest

import napari_neuron
from napari_neuron.session import Session
from napari_neuron.widgets.cell_in_view import CellInView, cells_in


@pytest.fixture(autouse=True)
def state(monkeypatch, tmp_path_factory):
    """The folder of what is not saved, empty: no test is offered what another has left."""
    folder = tmp_path_factory.mktemp("state")
    monkeypatch.setenv("NAPARI_NEURON_STATE", str(folder))
    return folder


@pytest.fixture(scope="session")
def registered():
    """Register the plugin where the package is run from its sources without being installed."""
    plugins = PluginManager.instance()
    plugins.discover()
    try:
        plugins.get_manifest("napari-neuron")
    except KeyError:
        folder = Path(napari_neuron.__file__).parent
        plugins.register(PluginManifest.from_file(folder / "napari.yaml"))


@pytest.fixture
def dock(qtbot):
    """Both dock widgets beside the layers of the forked cell, without napari's window."""
    yield from _docked(ViewerModel(), qtbot)


@pytest.fixture
def window(make_napari_viewer, qtbot):
    """napari's window with the forked cell and both dock widgets."""
    yield from _docked(make_napari_viewer(), qtbot)


def _docked(viewer, qtbot):
    add_cell(viewer, forked_cell())
    dock = Dock(viewer, qtbot)
    yield dock
    dock.widget.close()
    dock.traces.close()
    dock.wait_for_the_end()


@pytest.fixture
def knowing(dock, qtbot):
    """A dock that has asked NEURON what it knows."""
    dock.open_tab("Biophysics")
    qtbot.waitUntil(lambda: dock.widget.view.catalogue is not None, timeout=60_000)
    return dock


@pytest.fixture
def viewer_model(qapp):
    """The layers of the forked cell, with labels, without a window."""
    viewer = ViewerModel()
    add_cell(viewer, forked_cell(labels=["", *["axon"] * 5, *["dendrite"] * 5]))
    return viewer


@pytest.fixture
def view(viewer_model):
    """What editors may know of that cell."""
    session = Session()
    session.choose_cells(tuple(cells_in(viewer_model).values()))
    view = CellInView(viewer_model, session)
    yield view
    view.disconnect()


@pytest.fixture
def plot(qtbot):
    """The plot of the Traces window alone."""
    from napari_neuron.widgets.plotting.trace_plot import TracePlot

    plot = TracePlot()
    plot.canvas.resize(800, 300)
    qtbot.addWidget(plot.canvas)
    yield plot
    plot.close()
