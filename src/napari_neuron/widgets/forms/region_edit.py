"""`RegionEdit`: any region: by type, label, distance, radius ..., and combinations of them."""

from __future__ import annotations

from typing import Any

import numpy as np
from magicgui.widgets import CheckBox, ComboBox, Label
from qtpy.QtCore import Qt
from qtpy.QtWidgets import (
    QBoxLayout,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from napari_neuron.compile.regions import nodes_in, summary_of
from napari_neuron.errors import ExperimentError, MorphologyError
from napari_neuron.spec import (
    AllOf,
    AnyOf,
    BranchOrder,
    Everywhere,
    Labelled,
    NoneOf,
    PathDistance,
    PickedNodes,
    RadiusRange,
    Region,
    Subtree,
    SwcTypes,
)
from napari_neuron.spec.base import Spec
from napari_neuron.widgets.cell_in_view import CellInView
from napari_neuron.widgets.forms.field_edit import FieldEdit
from napari_neuron.widgets.forms.nodes_edit import NodesEdit
from napari_neuron.widgets.forms.words import KIND_NAMES, kind_of, swc_type_name
from napari_neuron.widgets.toolkit.page import leave_wheel_to_page, let_shrink

_LABEL_WIDTH = 74
_RULES = (PathDistance, RadiusRange, BranchOrder, Subtree)
_COMBINED = (AllOf, AnyOf, NoneOf)
_TYPES: dict[str, type[Spec]] = {
    kind_of(region): region
    for region in (Everywhere, SwcTypes, Labelled, PickedNodes, *_RULES, *_COMBINED)
}
_SWC_TYPES, _LABELLED, _PICKED = (kind_of(r) for r in (SwcTypes, Labelled, PickedNodes))


class RegionEdit(FieldEdit):
    """A region of the chosen cell, with the number of nodes in it.

    ``value`` is None as long as nothing is chosen that a region can be made of (no type ticked,
    no node picked yet).

    Parameters
    ----------
    view
        The cell.
    part
        Whether it is a part of a combination; says no cable and membrane then.
    """

    def __init__(self, view: CellInView, *, part: bool = False, **kwargs: Any) -> None:
        self._view = view
        self._part = part
        self._region: Region = Everywhere()
        self._kind = ComboBox(
            choices=[(KIND_NAMES[kind], kind) for kind in _TYPES], name="kind", label="Region"
        )
        self.nodes = NodesEdit(view, name="nodes")
        self._count = Label(name="count")
        self._boxes: list[tuple[Any, CheckBox]] = []
        super().__init__(widgets=[self._kind, self.nodes, self._count], **kwargs)
        count: QLabel = self._count.native
        count.setWordWrap(True)
        count.setObjectName("hint")
        count.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        leave_wheel_to_page(self._kind.native)
        let_shrink(self._kind.native)
        self.forms: dict[str, Any] = {}
        self.parts = RegionParts(view)
        self._place = QVBoxLayout()
        self._place.setContentsMargins(0, 0, 0, 0)
        self._place.addWidget(self.parts)
        self.native.layout().insertLayout(1, self._place)
        self.parts.setVisible(False)
        self._kind.changed.connect(self._on_kind_changed)
        self.nodes.changed.connect(self._on_edited)
        self.parts.on_changed = self._on_edited
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
            if kind in self.forms and _TYPES[kind] in _RULES:
                return self.forms[kind].value
            if _TYPES[kind] in _COMBINED:
                parts = self.parts.value
                return None if None in parts else _TYPES[kind](regions=parts)
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
        if isinstance(value, _COMBINED):
            self.parts.set_value(value.regions)
        if isinstance(value, _RULES):
            self._form_of(value).set_value(value)
        chosen = getattr(value, "types", None) or getattr(value, "labels", None) or ()
        self._show_choices(value.kind, chosen)

    def _form_of(self, value: Spec) -> Any:
        from napari_neuron.widgets.forms.form import SpecForm  # forms are made of these editors

        kind = kind_of(value)
        if kind not in self.forms:
            form = SpecForm(value, self._view, nested=True, label_width=_LABEL_WIDTH)
            form.changed.connect(self._on_edited)
            self._place.addWidget(form)
            self.forms[kind] = form
        return self.forms[kind]

    def _on_kind_changed(self, kind: str) -> None:
        region = _TYPES[kind]
        if kind == _PICKED:
            self.nodes.set_value(self._view.selected)
        if region is Subtree and kind not in self.forms:
            self._form_of(Subtree(node=self._some_node()))
        elif region in _RULES and kind not in self.forms:
            self._form_of(region())
        elif region in _COMBINED and not self.parts.value:
            self.parts.set_value((self._region,))
        self._show_choices(kind, ())
        self._on_edited()

    def _some_node(self) -> int:
        if self._view.selected:
            return self._view.selected[0]
        return int(self._view.cell.node_id[0]) if self._view.cell is not None else 1

    def _on_edited(self, *_: Any) -> None:
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
        self.parts.setVisible(_TYPES[kind] in _COMBINED)
        for other, form in self.forms.items():
            form.setVisible(other == kind)
        self._take_room(_TYPES[kind] in _COMBINED)
        self._say(self.value)

    def _take_room(self, wide: bool) -> None:
        """Stand below the label, not beside it, where there is much to show."""
        row = self.native.parentWidget()
        if not self._part and row is not None and isinstance(row.layout(), QBoxLayout):
            beside, below = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom
            row.layout().setDirection(below if wide else beside)

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
        return [(w, f"{named(w)}  ({n:,})") for w, n in sorted(counts.items())]

    def _say(self, region: Region | None) -> None:
        cell = self._view.cell
        if region is None:
            text = {
                _SWC_TYPES: "Tick at least one type.",
                _LABELLED: "Tick at least one label."
                if self._boxes
                else "No labels yet: press “Label axon and dendrite” on the Cell tab.",
                _PICKED: "Select points in the nodes layer, then “Use selected”; or type ids.",
            }.get(self.kind, "Part of this region is incomplete.")
        elif cell is None:
            text = ""
        else:
            text = self._measured(region)
        self._count.value = text

    def _measured(self, region: Region) -> str:
        cell = self._view.cell
        try:
            mask = nodes_in(region, cell)
        except ExperimentError as error:
            return error.problem
        text = f"{int(np.count_nonzero(mask)):,} of {len(cell):,} nodes"
        if self._part:
            return text
        try:
            found = summary_of(mask, cell)
        except MorphologyError:  # of the skeleton; its findings say so
            return text
        length, area = f"{found.cable_length:,.0f}", f"{found.membrane_area:,.0f}"
        return f"{text}, {length} µm of cable, {area} µm² of membrane"


class RegionParts(QWidget):
    """The regions that a combination is made of, one below the other."""

    def __init__(self, view: CellInView) -> None:
        super().__init__()
        self._view = view
        self.on_changed: Any = lambda *_: None
        self.edits: list[RegionEdit] = []
        self._rows: list[QWidget] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(8, 0, 0, 0)
        self._column.setSpacing(4)
        self.add_button = QToolButton()
        self.add_button.setText("Add region")
        self.add_button.clicked.connect(lambda _=False: self._add())
        self._column.addWidget(self.add_button)

    @property
    def value(self) -> tuple[Region | None, ...]:
        """The regions; None for one that is not complete."""
        return tuple(edit.value for edit in self.edits)

    def set_value(self, regions: tuple[Region, ...]) -> None:
        """Show regions."""
        while len(self.edits) > len(regions):
            self._drop(len(self.edits) - 1)
        for index, region in enumerate(regions):
            if index == len(self.edits):
                self._append()
            if self.edits[index].value != region:
                self.edits[index].set_value(region)

    def _append(self) -> None:
        edit = RegionEdit(self._view, part=True)
        edit.changed.connect(self._tell)
        remove = QToolButton()
        remove.setText("×")
        remove.setToolTip("Remove this region")
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(4)
        line.addWidget(edit.native, 1)
        line.addWidget(remove)
        line.setAlignment(remove, Qt.AlignmentFlag.AlignTop)
        remove.clicked.connect(lambda _=False, edit=edit: self._remove(edit))
        self._column.insertWidget(len(self.edits), row)
        self.edits.append(edit)
        self._rows.append(row)

    def _drop(self, index: int) -> None:
        self.edits.pop(index).changed.disconnect()
        row = self._rows.pop(index)
        row.setVisible(False)
        row.deleteLater()

    def _add(self) -> None:
        self._append()
        self._tell()

    def _remove(self, edit: RegionEdit) -> None:
        if len(self.edits) > 1:
            self._drop(next(i for i, other in enumerate(self.edits) if other is edit))
            self._tell()

    def _tell(self, *_: Any) -> None:
        self.on_changed()
