"""The docks leave one another room, on the screen of a laptop too."""

from __future__ import annotations

import pytest
from qtpy.QtWidgets import QDockWidget

from napari_neuron.widgets import DisplayWidget, SimulationWidget, TracesWidget

PATIENCE = 10_000  # ms


def docks_of(viewer):
    """Return the docks of "Neuron simulation" and "Neuron display", with Traces below."""
    window = viewer.window
    simulation = window.add_dock_widget(SimulationWidget(viewer), name="Neuron simulation")
    window.add_dock_widget(TracesWidget(viewer), name="Traces", area="bottom")
    display = window.add_dock_widget(DisplayWidget(viewer), name="Neuron display")
    assert isinstance(display, QDockWidget)
    return simulation, display


@pytest.mark.parametrize(("height", "tabbed"), [(700, True), (750, True), (1150, False)])
def test_docks_are_tabs_where_one_would_be_too_low(height, tabbed, make_napari_viewer, qtbot):
    viewer = make_napari_viewer(show=True)
    main = viewer.window._qt_window
    main.resize(1280, height)
    qtbot.waitUntil(lambda: main.height() == height, timeout=PATIENCE)
    simulation, display = docks_of(viewer)
    if tabbed:
        qtbot.waitUntil(lambda: simulation in main.tabifiedDockWidgets(display), timeout=PATIENCE)
        qtbot.waitUntil(lambda: display.height() > 400, timeout=PATIENCE)
        qtbot.wait(200)
        assert main.height() == height
    else:
        qtbot.wait(400)
        assert main.tabifiedDockWidgets(display) == []
