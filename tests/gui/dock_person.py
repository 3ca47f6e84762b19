"""A cell in a viewer with the dock widgets, and what a person does with them."""

from __future__ import annotations

import numpy as np
from napari.layers import Layer
from qtpy.QtWidgets import QLabel

from napari_neuron import Morphology
from napari_neuron.view import skeleton_layer_data

SWC = "1 1 0 0 0 2 -1\n2 2 100 0 0 1 1\n3 3 0 100 0 1 1\n"
"""A file of three nodes: a soma and two arms of 100."""


def forked_cell(name="fork", **changes):
    """A soma (node 10), an axon (20 to 24, type 2) and a dendrite (30 to 34, type 3)."""
    arm = np.arange(1, 6) * 40.0
    position = np.zeros((11, 3))
    position[1:6, 0] = arm
    position[6:, 1] = -arm
    values = {
        "node_id": [10, *range(20, 25), *range(30, 35)],
        "parent": [-1, 0, 1, 2, 3, 4, 0, 6, 7, 8, 9],
        "swc_type": [1, *[2] * 5, *[3] * 5],
        "position": position,
        "radius": [5.0, *[0.5] * 10],
        "name": name,
    }
    return Morphology(**{**values, **changes})


def add_cell(viewer, cell):
    for data in skeleton_layer_data(cell):
        viewer.add_layer(Layer.create(*data))


def entries_of(menu):
    """Return the entries of a menu and of the menus in it, by their text."""
    entries = {}
    for action in menu.actions():
        entries |= entries_of(action.menu()) if action.menu() else {action.text(): action}
    return entries


def texts_in(widget):
    """Return the texts of the labels in a widget that are not hidden in it."""
    return [label.text() for label in widget.findChildren(QLabel) if label.isVisibleTo(widget)]


class Dock:
    """Both dock widgets, in a window if the viewer has one, and what a person does with them."""

    def __init__(self, viewer, qtbot):
        from napari_neuron.widgets import SimulationWidget, TracesWidget

        self.viewer = viewer
        self.qtbot = qtbot
        self.widget = SimulationWidget(viewer)
        self.traces = TracesWidget(viewer)
        self.session = self.widget.session
        if hasattr(viewer, "window"):
            self.dock = viewer.window.add_dock_widget(self.widget, name="Neuron simulation")
            self.traces_dock = viewer.window.add_dock_widget(
                self.traces, name="Traces", area="bottom"
            )
        else:
            qtbot.addWidget(self.widget)
            qtbot.addWidget(self.traces)

    @property
    def experiment(self):
        return self.session.experiment

    def open_tab(self, name):
        bar = self.widget.tabs
        names = [bar.tabText(i).removesuffix(" ⚠") for i in range(bar.count())]
        bar.setCurrentIndex(names.index(name))

    def select_nodes(self, *ids, name="fork"):
        layer = self.viewer.layers[f"{name} nodes"]
        held = list(layer.features["node_id"])
        layer.selected_data = {held.index(i) for i in ids}

    def add(self, tab, what):
        """Choose an entry of the menu of the button Add."""
        self.open_tab(tab.capitalize())
        editor = self.editor(tab)
        assert editor.buttons.add_button.isEnabled(), editor.buttons.add_button.toolTip()
        entries_of(editor.buttons.add_menu)[what].trigger()

    def editor(self, tab):
        return getattr(self.widget, f"{tab}_tab").editor

    def type_into(self, editor, text):
        """Type a text into a magicgui widget, and Enter."""
        from qtpy.QtCore import Qt

        native = getattr(editor, "entry", editor).native
        native.setFocus()
        native.selectAll()
        self.qtbot.keyClicks(native, text)
        self.qtbot.keyClick(native, Qt.Key.Key_Return)

    def click(self, button):
        assert button.isEnabled(), button.toolTip()
        button.click()

    def run_to_the_end(self, timeout=20_000):
        self.click(self.widget.header.run_button)
        self.wait_for_the_end(timeout)

    def wait_for_the_end(self, timeout=20_000):
        self.qtbot.waitUntil(lambda: self.session.run_state == "idle", timeout=timeout)
