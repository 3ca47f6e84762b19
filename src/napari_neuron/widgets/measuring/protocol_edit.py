"""`ProtocolEdit`: the form of the protocol that is chosen, at a node of the shown cell."""

from __future__ import annotations

from typing import Any

import numpy as np
from psygnal import Signal
from qtpy.QtWidgets import QVBoxLayout, QWidget

from napari_neuron.errors import NapariNeuronError
from napari_neuron.morphology import Morphology
from napari_neuron.protocols.base import Protocol, has_nodes
from napari_neuron.protocols.kinds import PROTOCOLS
from napari_neuron.widgets.cell_in_view import CellInView
from napari_neuron.widgets.forms.form import SpecForm
from napari_neuron.widgets.forms.starts import first
from napari_neuron.widgets.toolkit.numbers import shown_number
from napari_neuron.widgets.toolkit.page import hint

_SOMA = 1
_MOST_TARGETS = 5


class ProtocolEdit(QWidget):
    """One form for each protocol; the node of one is that of all.

    Parameters
    ----------
    view
        The cell that nodes refer to.

    Attributes
    ----------
    changed : Signal (Protocol)
        The person made another valid protocol.
    """

    changed = Signal(object)

    def __init__(self, view: CellInView) -> None:
        super().__init__()
        self._view = view
        self._kind: type[Protocol] = PROTOCOLS[0]
        self._of_cell = ""
        self.forms: dict[type[Protocol], SpecForm] = {}
        self.explained = hint()
        self.size = hint()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.addWidget(self.explained)
        self._column.addWidget(self.size)

    @property
    def form(self) -> SpecForm | None:
        """The form that is shown; None without a cell."""
        return self.forms.get(self._kind)

    @property
    def value(self) -> Protocol | None:
        """The last valid protocol, for the shown cell; None without a cell."""
        form = self.form
        return None if form is None else form.value.replace(cell=self._view.cell_name)

    def choose(self, kind: type[Protocol]) -> None:
        """Show the form of a protocol."""
        before = self.form
        self._kind = kind
        self.explained.setText((kind.__doc__ or "").splitlines()[0])
        cell = self._view.cell
        if cell is not None:
            self._of_cell = self._of_cell or cell.name
            if kind not in self.forms:
                self._add_form(kind, cell)
            if before is not None and before is not self.form:
                self._take_node(before.value.node)
        for other, form in self.forms.items():
            form.setVisible(other is kind)
        self.say_size()

    def follow_cell(self) -> None:
        """Begin at a node of another cell; on the same one, stay at a node that it still has."""
        cell = self._view.cell
        if cell is None:
            return
        is_other, self._of_cell = cell.name != self._of_cell, cell.name
        for form in self.forms.values():
            spec = form.value
            nodes = (spec.node, *getattr(spec, "nodes", ()))
            if is_other or not has_nodes(cell, nodes):
                start = _start(type(spec), cell, self._view.selected)
                fields = {
                    name: getattr(start, name) for name in ("node", "nodes") if hasattr(start, name)
                }
                form.set_value(spec.replace(**fields))
        self.choose(self._kind)

    def say_size(self) -> None:
        """Say how much there is to run."""
        protocol = self.value
        text = "Open a skeleton and choose it in “Neuron simulation” to begin."
        if protocol is not None:
            text = self._size(protocol)
        self.size.setText(text)

    def _size(self, protocol: Protocol) -> str:
        try:
            setting = protocol.setting(self._view.cells, self._view.experiment)
            runs = protocol.plan(setting, ())
        except NapariNeuronError as error:
            return str(error)
        n = len(runs)
        each = shown_number(max(run.experiment.run.duration for run in runs))
        text = f"{n} run{'s' if n != 1 else ''} of {each} ms"
        is_search = getattr(protocol, "rheobase_precision", None) or hasattr(protocol, "sought")
        more = ", then some more to narrow the threshold down" if is_search else ""
        return f"{text} of {setting.cell.name}{more}."

    def _add_form(self, kind: type[Protocol], cell: Morphology) -> None:
        form = SpecForm(_start(kind, cell, self._view.selected), self._view)
        form.changed.connect(self._on_changed)
        self.forms[kind] = form
        self._column.insertWidget(self._column.count() - 1, form)

    def _take_node(self, node: int) -> None:
        form = self.form
        if form is not None and form.value.node != node:
            form.set_value(form.value.replace(node=node))

    def _on_changed(self, protocol: Any) -> None:
        self.say_size()
        self.changed.emit(protocol)


def _start(kind: type[Protocol], cell: Morphology, selected: tuple[int, ...]) -> Protocol:
    """Return what a protocol begins as: at the selected point, else at the soma or root."""
    known = tuple(dict.fromkeys(selected)) if has_nodes(cell, selected) else ()
    node = known[0] if len(known) == 1 else _soma_of(cell)
    values: dict[str, Any] = {"node": node}
    if "nodes" in kind.model_fields:
        values["nodes"] = known if len(known) > 1 else _far_tips(cell, node)
    protocol: Any = first(kind, **values)
    return protocol


def _soma_of(cell: Morphology) -> int:
    soma = np.flatnonzero(cell.swc_type == _SOMA)
    row = soma[cell.depth[soma].argmin()] if len(soma) else cell.roots[0]
    return int(cell.node_id[row])


def _far_tips(cell: Morphology, node: int) -> tuple[int, ...]:
    """Return a few tips that are spread over the distances from the root."""
    distance = cell.path_distance
    tree = cell.component == cell.component[cell.rows([node])[0]]
    tips = np.flatnonzero((cell.n_children == 0) & (cell.node_id != node) & tree)
    if not len(tips):
        tips = np.flatnonzero(cell.node_id != node)[-1:]
    tips = tips[np.argsort(distance[tips])]
    rows = tips[np.unique(np.linspace(0, len(tips) - 1, _MOST_TARGETS).round().astype(int))]
    return tuple(int(i) for i in cell.node_id[rows])
