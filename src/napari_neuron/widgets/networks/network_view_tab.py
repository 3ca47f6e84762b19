"""`NetworkViewTab`: how the network is drawn in the viewer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from psygnal import Signal
from qtpy.QtWidgets import QCheckBox, QComboBox, QFormLayout, QSpinBox

from napari_neuron.view.network.network_layout import MOST_FORCE_NEURONS
from napari_neuron.widgets.toolkit.numbers import QuantitySpinBox
from napari_neuron.widgets.toolkit.page import Page, hint, leave_wheel_to_page, let_shrink

_COLOURS = {"spikes": "spikes, which fade", "rate": "rate over time"}
_LAYOUTS = {
    "automatic": "their positions, else automatic",
    "forces": "forces: edges pull together",
    "groups": "a disc for each group",
    "circle": "a circle",
}
_EDGES = {
    "activity": "lines, with spikes that travel",
    "lines": "plain lines",
    "none": "none",
}


@dataclass(frozen=True)
class NetworkLooks:
    """How a network is drawn; not part of the simulation.

    Attributes
    ----------
    colour_by : str
        "spikes" or "rate".
    decay, window : float
        Time constant of the glow; in which spikes are counted; ms.
    layout : str
        See `napari_neuron.view.network.network_layout.neuron_positions`.
    bodies : bool
        Whether neurons are drawn as skeletons and meshes in the viewer.
    edges : str
        "activity", "lines" or "none".
    most_edges : int
        So many are drawn, the strongest.
    of_selected : bool
        Only edges of selected neurons, where there are any.
    """

    colour_by: str = "spikes"
    decay: float = 20.0
    window: float = 50.0
    layout: str = "automatic"
    bodies: bool = True
    edges: str = "activity"
    most_edges: int = 2_000
    of_selected: bool = True


class NetworkViewTab(Page):
    """Edits `NetworkLooks`.

    Attributes
    ----------
    changed : Signal (NetworkLooks)
        The user changed something.
    """

    changed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._value = NetworkLooks()
        self.colour_by = _combo(_COLOURS)
        self.decay_box = _milliseconds("Spikes fade to 37 % in this time")
        self.window_box = _milliseconds("Spikes are counted in a window of this width")
        self.layout_box = _combo(_LAYOUTS)
        self.bodies = QCheckBox("As skeletons and meshes in the viewer")
        self.bodies.setToolTip("Layers named after the id or label of a neuron")
        self.found = hint()
        self.edges = _combo(_EDGES)
        self.most_edges = QSpinBox()
        self.most_edges.setRange(1, 50_000)
        self.most_edges.setGroupSeparatorShown(True)
        self.most_edges.setKeyboardTracking(False)
        self.most_edges.setToolTip("If there are more edges, only the strongest are drawn")
        leave_wheel_to_page(self.most_edges)
        self.of_selected = QCheckBox("Only edges of selected neurons")
        self.drawn = hint()
        self.add_heading("Neurons")
        self._neurons = _form({"Coloured by": self.colour_by, "Fade in": self.decay_box})
        self._neurons.addRow("Window", self.window_box)
        self._neurons.addRow("Placed by", self.layout_box)
        self.column.addLayout(self._neurons)
        self.add(self.bodies, self.found)
        self.add_heading("Edges")
        self.column.addLayout(_form({"Drawn as": self.edges, "At most": self.most_edges}))
        self.add(self.of_selected, self.drawn)
        self.column.addStretch()
        self.colour_by.activated.connect(
            lambda _: self._edit(colour_by=self.colour_by.currentData())
        )
        self.layout_box.activated.connect(
            lambda _: self._edit(layout=self.layout_box.currentData())
        )
        self.edges.activated.connect(lambda _: self._edit(edges=self.edges.currentData()))
        self.decay_box.valueChanged.connect(lambda value: self._edit(decay=value))
        self.window_box.valueChanged.connect(lambda value: self._edit(window=value))
        self.most_edges.valueChanged.connect(lambda value: self._edit(most_edges=value))
        self.bodies.clicked.connect(lambda on: self._edit(bodies=on))
        self.of_selected.clicked.connect(lambda on: self._edit(of_selected=on))
        self.set_value(self._value)

    @property
    def value(self) -> NetworkLooks:
        """The status text."""
        return self._value

    def set_value(self, value: NetworkLooks) -> None:
        """Show this."""
        self._value = value
        for box, chosen in (
            (self.colour_by, value.colour_by),
            (self.layout_box, value.layout),
            (self.edges, value.edges),
        ):
            box.setCurrentIndex(box.findData(chosen))
        for number, amount in (
            (self.decay_box, value.decay),
            (self.window_box, value.window),
            (self.most_edges, value.most_edges),
        ):
            number.blockSignals(True)
            number.setValue(amount)
            number.blockSignals(False)
        self.bodies.setChecked(value.bodies)
        self.of_selected.setChecked(value.of_selected)
        for edit, what in ((self.decay_box, "spikes"), (self.window_box, "rate")):
            edit.setVisible(value.colour_by == what)
            self._neurons.labelForField(edit).setVisible(value.colour_by == what)
        for edit in (self.most_edges, self.of_selected):
            edit.setEnabled(value.edges != "none")

    def show_network(self, network: Any) -> None:
        """Offer what this network can be laid out by."""
        can = len(network.neurons) <= MOST_FORCE_NEURONS
        item = self.layout_box.model().item(self.layout_box.findData("forces"))
        item.setEnabled(can)
        item.setToolTip("" if can else f"For up to {MOST_FORCE_NEURONS:,} neurons")
        if not can and self._value.layout == "forces":
            self._edit(layout="automatic")

    def say(self, found: str, drawn: str) -> None:
        """Say how many bodies were found, and how many edges are drawn."""
        for label, text in ((self.found, found), (self.drawn, drawn)):
            label.setText(text)
            label.setVisible(bool(text))

    def _edit(self, **changes: Any) -> None:
        value = replace(self._value, **changes)
        if value != self._value:
            self.set_value(value)
            self.changed.emit(value)


def _combo(choices: dict[str, str]) -> QComboBox:
    box = QComboBox()
    for value, text in choices.items():
        box.addItem(text, value)
    leave_wheel_to_page(box)
    let_shrink(box)
    return box


def _milliseconds(tooltip: str) -> QuantitySpinBox:
    box = QuantitySpinBox()
    box.setSuffix(" ms")
    box.setRange(0.1, 100_000.0)
    box.setToolTip(tooltip)
    return box


def _form(rows: dict[str, Any]) -> QFormLayout:
    form = QFormLayout()
    form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
    for text, widget in rows.items():
        form.addRow(text, widget)
    return form
