"""`RegionEdit`: everywhere, by SWC type, by label, or picked nodes."""

from __future__ import annotations

from typing import Any

import numpy as np
from magicgui.widgets import CheckBox, ComboBox, Label
from magicgui.widgets.bases import ValuedContainerWidget
from qtpy.QtWidgets import QLabel, QSizePolicy

from napari_neuron.compile.regions import nodes_in
from napari_neuron.errors import ExperimentError
from napari_neuron.spec import Everywhere, Labelled, PickedNodes, Region, SwcTypes
from napari_neuron.widgets.cell_in_view import CellInView
from napari_neuron.widgets.nodes_edit import NodesEdit
from napari_neuron.widgets.page import leave_wheel_to_page
from napari_neuron.widgets.words import KIND_NAMES, kind_of, swc_type_name

_KINDS = tuple(kind_of(region) for region in (Everywhere, SwcTypes, Labelled, PickedNodes))
_SWC_TYPES, _LABELLED, _PICKED = _KINDS[1:]


class RegionEdit(ValuedContainerWidget):
    """A region of the chosen cell, with the number of nodes in it.

    ``value`` is None as long as nothing is chosen that a region can be made of (no type ticked,
    no node picked yet).
    """

    def __init__(self, view: CellInView, **kwargs: Any) -> None:
        self._view = view
        self._region: Region = Everywhere()
        self._kind = ComboBox(
            choices=[(KIND_NAMES[kind], kind) for kind in _KINDS], name="kind", label="Region"
        )
        self.nodes = NodesEdit(view, name="nodes")
        self._count = Label(name="count")
        self._boxes: list[tuple[Any, CheckBox]] = []
        super().__init__(widgets=[self._kind, self.nodes, self._count], labels=False, **kwargs)
        self.margins = (0, 0, 0, 0)
        self.native.layout().setSpacing(3)
        count: QLabel = self._count.native
        count.setWordWrap(True)
        count.setObjectName("hint")
        count.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        leave_wheel_to_page(self._kind.native)
        self._kind.changed.connect(self._on_kind_changed)
        self.nodes.changed.connect(self._on_edited)
        view.cell_changed.connect(self._on_cell_changed)
        self.set_value(Everywhere())

    @property
    def kind(self) -> str:
        """The kind of region that is chosen, complete or not."""
        return str(self._kind.value)

    @kind.setter
    def kind(self, kind: str) -> None:
        self._kind.value = kind

    @property
    def choices(self) -> dict[str, CheckBox]:
        """The tick boxes that are shown, by their text."""
        return {box.text: box for _, box in self._boxes}

    @property
    def said(self) -> str:
        """How many nodes are in the region, or what is missing."""
        return str(self._count.value)

    @property
    def missing(self) -> str:
        """What to do while there is no value."""
        return self.said

    def get_value(self) -> Region | None:
        """Return the region, None if it is not one yet."""
        kind = self.kind
        ticked = tuple(what for what, box in self._boxes if box.value)
        try:
            if kind == _SWC_TYPES:
                return SwcTypes(types=ticked)
            if kind == _LABELLED:
                return Labelled(labels=ticked)
            if kind == _PICKED:
                return PickedNodes(nodes=self.nodes.value or ())
        except ExperimentError:
            return None
        return Everywhere()

    def set_value(self, value: Region) -> None:
        """Show a region."""
        self._region = value
        with self._kind.changed.blocked():
            self._kind.value = value.kind
        if isinstance(value, PickedNodes):
            self.nodes.set_value(value.nodes)
        chosen = getattr(value, "types", None) or getattr(value, "labels", None) or ()
        self._show_choices(value.kind, chosen)

    def _on_kind_changed(self, kind: str) -> None:
        if kind == _PICKED:
            self.nodes.set_value(self._view.selected)
        self._show_choices(kind, ())
        self._on_edited()

    def _on_edited(self) -> None:
        region = self.value
        self._say(region)
        if region is not None and region != self._region:
            self._region = region
            self.changed.emit(region)

    def _on_cell_changed(self) -> None:
        self.set_value(self._region)

    def _show_choices(self, kind: str, chosen: tuple[Any, ...]) -> None:
        """Offer a tick box for each type or label the cell has, or that is chosen already."""
        for _, box in self._boxes:
            self._pop_widget(self.index(box)).native.deleteLater()
        self._boxes = []
        for what, text in self._choices(kind, chosen):
            box = CheckBox(value=what in chosen, text=text)
            box.native.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
            box.changed.connect(self._on_edited)
            self._insert_widget(len(self._boxes) + 1, box)
            self._boxes.append((what, box))
        self.nodes.visible = kind == _PICKED
        self._say(self.value)

    def _choices(self, kind: str, chosen: tuple[Any, ...]) -> list[tuple[Any, str]]:
        cell = self._view.cell
        values: Any = None
        if cell is not None:
            values = {_SWC_TYPES: cell.swc_type, _LABELLED: cell.labels}.get(kind)
        counts: dict[Any, int] = dict.fromkeys(chosen, 0)
        if values is not None:
            found, n = np.unique(values, return_counts=True)
            counts |= dict(zip(found.tolist(), n.tolist(), strict=True))
        counts.pop("", None)
        named = swc_type_name if kind == _SWC_TYPES else str
        if kind not in (_SWC_TYPES, _LABELLED):
            return []
        return [(w, f"{named(w)}  ({n:,} nodes)") for w, n in sorted(counts.items())]

    def _say(self, region: Region | None) -> None:
        cell = self._view.cell
        if region is None:
            text = {
                _SWC_TYPES: "Tick at least one type.",
                _LABELLED: "Tick at least one label."
                if self._boxes
                else "The nodes have no labels yet: “Label axon and dendrite” on the Cell tab.",
                _PICKED: "Select points of the nodes layer, then “Use selected”; or type ids.",
            }[self.kind]
        elif cell is None:
            text = ""
        else:
            try:
                n = int(np.count_nonzero(nodes_in(region, cell)))
                text = f"{n:,} of {len(cell):,} nodes"
            except ExperimentError as error:
                text = error.problem
        self._count.value = text
