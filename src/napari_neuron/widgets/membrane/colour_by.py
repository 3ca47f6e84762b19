"""`ColourBy`: colours the cell by its labels, or by a parameter as it will be compiled."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np
from napari.qt.threading import create_worker
from psygnal import Signal
from qtpy.QtCore import Qt, QTimer
from qtpy.QtWidgets import QComboBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from napari_neuron.compile.catalogue import Catalogue
from napari_neuron.compile.lower import compile_experiment
from napari_neuron.compile.values import parameter_names, values_per_compartment
from napari_neuron.errors import ExperimentError, NapariNeuronError
from napari_neuron.morphology.model import Morphology
from napari_neuron.spec import Experiment
from napari_neuron.view.voltage.cell_colours import (
    EdgeTubes,
    Look,
    colours_of_labels,
    edge_tubes,
    label_codes,
    label_look,
    make_colour_layer,
    parameter_look,
    show_in_colour_layer,
)
from napari_neuron.widgets.cell_in_view import CellInView, layers_of, shown_in
from napari_neuron.widgets.toolkit.numbers import shown_number
from napari_neuron.widgets.toolkit.page import hint, leave_wheel_to_page, let_shrink

if TYPE_CHECKING:
    from napari.viewer import Viewer

NOTHING, LABELS = "", "labels"
"""Choices besides the names of parameters."""

_PAUSE = 100  # ms after the last edit
_ROLE = "colours_of"
_CABLE_UNITS = {"Ra": "Ω·cm", "cm": "µF/cm2"}


class ColourBy(QWidget):
    """A chooser, and the layer that shows what was chosen.

    The layer follows edits. While it is there the cell's other layers are hidden.

    Attributes
    ----------
    chosen : Signal (str)
        `NOTHING`, `LABELS` or the name of a parameter.
    """

    chosen = Signal(str)

    def __init__(self, viewer: Viewer, view: CellInView) -> None:
        super().__init__()
        self._viewer = viewer
        self._view = view
        self._what = NOTHING
        self._hidden: list[tuple[Any, bool]] = []
        self._mesh: tuple[Morphology, EdgeTubes] | None = None
        self._worker: Any = None
        self._is_late = False
        self.box = QComboBox()
        self.box.setToolTip("Any parameter as it will be compiled; no run needed")
        let_shrink(self.box)
        leave_wheel_to_page(self.box)
        self.box.activated.connect(lambda _=0: self.choose(self.box.currentData()))
        self.said = hint()
        self.said.setTextFormat(Qt.TextFormat.RichText)
        self.said.setVisible(False)
        row = QHBoxLayout()
        row.addWidget(QLabel("Colour the cell by"))
        row.addWidget(self.box, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(row)
        layout.addWidget(self.said)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_PAUSE)
        self._timer.timeout.connect(self._begin)
        self._offer(())
        viewer.layers.events.removed.connect(self._on_layer_removed)
        view.catalogue_changed.connect(self.request)
        view.cell_changed.connect(self._on_cell_changed)

    @property
    def what(self) -> str:
        """What is chosen."""
        return self._what

    @property
    def is_busy(self) -> bool:
        """Whether something is being computed."""
        return self._worker is not None or self._timer.isActive()

    @property
    def layer(self) -> Any:
        """The layer that shows it, None while there is none."""
        layers = (x for x in self._viewer.layers if x.visible)
        return next((x for x in layers if shown_in(x, _ROLE) is not None), None)

    def choose(self, what: str) -> None:
        """Colour by something else; `NOTHING` removes the colours."""
        if what == self._what:
            return
        self._what = what
        self._select(what)
        if what == NOTHING:
            self._take_away()
        self.request()
        self.chosen.emit(what)

    def request(self, *_: Any) -> None:
        """Show the experiment as it is now, soon."""
        self._timer.start()

    def stop(self) -> None:
        """Emit nothing more."""
        self._timer.stop()
        self._worker = None
        self._viewer.layers.events.removed.disconnect(self._on_layer_removed)
        self.chosen.disconnect()

    # what is computed ----------------------------------------------------------------------

    def _begin(self) -> None:
        cell = self._view.cell
        if cell is None or not (self.isVisible() or self._what):
            return
        if self._worker is not None:
            self._is_late = True
            return
        mesh = self._mesh[1] if self._mesh is not None and self._mesh[0] is cell else None
        experiment, catalogue = self._view.experiment_on_cell, self._view.catalogue
        self._worker = create_worker(
            _coloured, cell, experiment, catalogue, self._what, mesh, _start_thread=False
        )
        self._worker.returned.connect(self._on_returned)
        self._worker.start()

    def _on_returned(self, answer: dict[str, Any]) -> None:
        if self._worker is None:
            return  # stopped
        self._worker = None
        if answer["mesh"] is not None:
            self._mesh = (answer["cell"], answer["mesh"])
        self._offer(answer["names"])
        if self._is_late or answer["what"] != self._what or answer["cell"] is not self._view.cell:
            self._is_late = False
            self.request()
            return
        self._say(answer["said"])
        if answer["values"] is not None:
            self._show(answer)
        elif self._what:  # it is not painted any more, or the experiment has a mistake
            self._take_away()

    def _offer(self, names: tuple[str, ...]) -> None:
        catalogue = self._view.catalogue
        entries = [("nothing", NOTHING), ("labels", LABELS)]
        for name in names:
            unit = unit_of_parameter(name, catalogue)
            entries.append((f"{name}  ({unit})" if unit else name, name))
        if self._what not in [name for _, name in entries]:
            entries.append((f"{self._what} (not painted)", self._what))
        there = [(self.box.itemText(i), self.box.itemData(i)) for i in range(self.box.count())]
        if entries != there:
            self.box.clear()
            for text, name in entries:
                self.box.addItem(text, name)
        self._select(self._what)

    def _select(self, what: str) -> None:
        self.box.setCurrentIndex(max(0, self.box.findData(what)))

    def _say(self, text: str) -> None:
        self.said.setText(text)
        self.said.setVisible(bool(text))

    # what is shown -------------------------------------------------------------------------

    def _show(self, answer: dict[str, Any]) -> None:
        cell, shown = answer["cell"], (answer["mesh"], answer["values"], answer["look"])
        layer = self._layer_for(cell)
        self._hide_others(cell)
        if layer is None:
            self._viewer.add_layer(make_colour_layer(cell, *shown))
        else:
            show_in_colour_layer(layer, cell, *shown)
            layer.visible = True

    def _layer_for(self, cell: Morphology) -> Any:
        """Return the layer that has the tubes of a cell, None if there is none yet."""
        for layer in self._viewer.layers:
            of = shown_in(layer, _ROLE)
            if of is cell or (
                of is not None
                and of.name == cell.name
                and np.array_equal(of.position, cell.position)
                and np.array_equal(of.parent, cell.parent)
            ):
                return layer
        return None

    def _hide_others(self, cell: Morphology) -> None:
        if self._hidden:
            return
        of_cell = layers_of(self._viewer, cell)
        found = [layer for layer in self._viewer.layers if shown_in(layer, "voltage_of")]
        voltage = [x for x in found if cell.name in [one.name for one in getattr(x, "cells", ())]]
        self._hidden = [(layer, layer.visible) for layer in (*of_cell, *voltage)]
        for layer, _ in self._hidden:
            layer.visible = False

    def _take_away(self) -> None:
        # Hidden, not removed: napari's drawing of markers has crashed after a Surface was removed
        # (0.9.2, software OpenGL); and the next colours are there at once.
        for layer in self._viewer.layers:
            if shown_in(layer, _ROLE) is not None:
                layer.visible = False
        hidden, self._hidden = self._hidden, []
        for other, was_visible in hidden:
            if other in self._viewer.layers:
                other.visible = was_visible
        if not self._what:
            self._say("")

    def _on_layer_removed(self, event: Any) -> None:
        if shown_in(event.value, _ROLE) is not None:
            self.choose(NOTHING)

    def _on_cell_changed(self) -> None:
        cell, layer = self._view.cell, self.layer
        shown = shown_in(layer, _ROLE) if layer is not None else None
        if shown is not None and (cell is None or shown.name != cell.name):
            self.choose(NOTHING)
        self.request()


def unit_of_parameter(name: str, catalogue: Catalogue | None) -> str:
    """Return the unit of a painted value, by NEURON's name; "" where it has none or is unknown."""
    if name in _CABLE_UNITS:
        return _CABLE_UNITS[name]
    base = name.partition("[")[0]
    for mechanism in catalogue.mechanisms if catalogue is not None else ():
        for variable in mechanism.parameters:
            if mechanism.kind == "density" and variable.neuron_name == base:
                return variable.unit
    for ion in catalogue.ions if catalogue is not None else ():
        if base in (f"e{ion.name}", f"{ion.name}i", f"{ion.name}o"):
            return "mV" if base == f"e{ion.name}" else "mM"
    return ""


def _coloured(
    cell: Morphology,
    experiment: Experiment,
    catalogue: Catalogue | None,
    what: str,
    mesh: EdgeTubes | None,
) -> dict[str, Any]:
    """Compute names, values and tubes; in a thread."""
    answer: dict[str, Any] = {
        **{"cell": cell, "what": what, "names": (), "mesh": mesh, "values": None, "said": ""}
    }
    plain = experiment.replace(stimuli=(), recorders=(), frames=("v",))
    model = None
    problem = ""
    try:
        model = compile_experiment((cell,), plain, catalogue)
    except ExperimentError as error:
        problem = str(error)
    except NapariNeuronError:  # of the skeleton; its findings say so
        problem = "The skeleton cannot be simulated as it is; see the Cell tab."
    if model is not None:
        answer["names"] = parameter_names(model, catalogue)
    if what == NOTHING:
        return answer
    if what == LABELS:
        if cell.labels is None:
            answer["said"] = "No labels yet: press “Label axon and dendrite” on the Cell tab."
            return answer
        names, values = label_codes(cell.labels)
        colormap, limits = label_look(names)
        answer["look"] = Look("labels", "", colormap, limits, has_bar=False)
        answer["said"] = legend_of(cell)
    elif model is None or what not in answer["names"]:
        answer["said"] = escape(problem or f"{what} is not painted.")
        return answer
    else:
        values = values_per_compartment(model, what, catalogue)[model.compartment_of_node]
        unit = unit_of_parameter(what, catalogue)
        answer["said"] = escape(values_in_words(what, values, unit))
        values, colormap, limits = parameter_look(values)
        answer["look"] = Look(what, unit, colormap, limits)
    if answer["mesh"] is None:
        answer["mesh"] = edge_tubes(cell)
    answer["values"] = values
    return answer


def legend_of(cell: Morphology) -> str:
    """Return the labels of a cell in their colours, with numbers of nodes, as rich text."""
    if cell.labels is None:
        return ""
    names, codes = label_codes(cell.labels)
    lines = [
        f'<span style="color: {colour}">■</span> {escape(name)} ({int((codes == i).sum()):,} nodes)'
        for i, (name, colour) in enumerate(zip(names, colours_of_labels(names), strict=True))
    ]
    return "<br>".join(lines)


def values_in_words(name: str, values: Any, unit: str) -> str:
    """Describe the range of a value, and where it is missing."""
    there = values[~np.isnan(values)]
    if not len(there):
        return f"The default of {name} is not known yet."
    low, high = float(there.min()), float(there.max())
    text = shown_number(float(f"{low:.4g}"))
    if high > low:
        text += f" to {shown_number(float(f'{high:.4g}'))}"
    missing = len(values) - len(there)
    where = f"; not at {missing:,} of {len(values):,} nodes (grey)" if missing else ""
    return f"{name}: {text} {unit}".rstrip() + where
