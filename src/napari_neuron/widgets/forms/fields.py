"""Makes the widget that edits a field of a spec."""

from __future__ import annotations

from functools import partial
from typing import Any, Literal, get_args, get_origin

from magicgui.widgets import create_widget
from pydantic.fields import FieldInfo

from napari_neuron.spec.base import Spec
from napari_neuron.spec.connection import ChemicalSynapses, GapJunctions
from napari_neuron.spec.network_stimulus import ForNeurons
from napari_neuron.spec.paint import DensityMechanism, PaintLayer, Parameter
from napari_neuron.spec.profile import number_in, takes_profile
from napari_neuron.units import unit_of
from napari_neuron.widgets.cell_in_view import CellInView
from napari_neuron.widgets.forms import known_names
from napari_neuron.widgets.forms.cell_edit import CellEdit
from napari_neuron.widgets.forms.each_edit import EachEdit
from napari_neuron.widgets.forms.editors import (
    ChoiceEdit,
    NameEdit,
    NumberListEdit,
    OptionalNumberEdit,
    ReadOnlyEdit,
)
from napari_neuron.widgets.forms.field_types import bounds_of, field_type, spec_kinds, unwrapped
from napari_neuron.widgets.forms.kind_edit import KindEdit
from napari_neuron.widgets.forms.names_edit import NamesEdit
from napari_neuron.widgets.forms.nodes_edit import NodesEdit
from napari_neuron.widgets.forms.parameters_edit import ParametersEdit
from napari_neuron.widgets.forms.profile_edit import ProfileEdit
from napari_neuron.widgets.forms.region_edit import RegionEdit
from napari_neuron.widgets.forms.rows_edit import RowsEdit
from napari_neuron.widgets.forms.words import (
    choice_name,
    field_help,
    field_name,
    none_name,
)
from napari_neuron.widgets.toolkit.numbers import NumberEdit
from napari_neuron.widgets.toolkit.text_edit import TextEdit

_SAID_ELSEWHERE = frozenset({"kind", "cell", "source_cell", "enabled", "keep"})
_ROWS = frozenset(
    {"source_node", "target_cell", "target_node", "cell_a", "node_a", "cell_b", "node_b"}
)


_EACH = {"weights": "µS", "delays": "ms", "conductances": "µS"}
"""Columns of connections, with their units."""


def is_in_forms(spec_type: type[Spec], name: str) -> bool:
    """Return whether a form has a field; the others belong to the list or the cell chooser."""
    if issubclass(spec_type, PaintLayer) and name == "cell":
        return True
    return name not in _SAID_ELSEWHERE and name not in _ROWS


_STEP_AT_ZERO = {"nA": 0.01, "µS": 0.001, "S/cm2": 0.0001}


def editor_for(spec_type: type[Spec], name: str, view: CellInView) -> Any:
    """Return a magicgui widget for a field of a spec.

    Numbers get their unit and bounds from the field; node ids, regions and NEURON's names have
    their own editors. A value without an editor is shown and kept unchanged.
    """
    words: dict[str, Any] = {
        "name": name,
        "label": field_name(spec_type, name),
        "tooltip": field_help(spec_type, name),
    }
    if name == "cell" and issubclass(spec_type, PaintLayer):
        return CellEdit(view, **words)
    if name in _EACH and issubclass(spec_type, ChemicalSynapses | GapJunctions):
        return EachEdit(unit=_EACH[name], **words)
    if name in ("node", "nodes"):
        return NodesEdit(view, single=name == "node", **words)
    if issubclass(spec_type, ForNeurons) and name in ("neurons", "groups"):
        return NamesEdit(none="all neurons", numbers=name == "neurons", **words)
    if name == "region":
        return RegionEdit(view, **words)
    if name == "parameters":
        return ParametersEdit(view, profiles=spec_type is DensityMechanism, **words)
    if (names := known_names.for_field(spec_type, name)) is not None:
        return NameEdit(partial(names, view), **words)
    return _editor_by_type(spec_type, name, view, words)


def _editor_by_type(
    spec_type: type[Spec], name: str, view: CellInView, words: dict[str, Any]
) -> Any:
    field = spec_type.model_fields[name]
    annotation, metadata, optional = field_type(field)
    none = {"none": none_name(spec_type, name)}
    if isinstance(number := _number_of_profile(annotation), tuple):
        return ProfileEdit(view, optional=optional, number=_number_words(*number), **none, **words)
    if annotation in (int, float):
        said = _number_words(annotation, metadata)
        if optional:
            unit, whole = said["unit"], said["whole"]
            return OptionalNumberEdit(unit=unit, whole=whole, **none, **words)
        return NumberEdit(**said, **words)
    if get_origin(annotation) is Literal or (annotation is bool and optional):
        values = (True, False) if annotation is bool else get_args(annotation)
        choices = [(choice_name(name, value), value) for value in values]
        return ChoiceEdit([(none["none"], None)] * optional + choices, **words)
    if annotation is str and not optional:
        return TextEdit(**words)
    if annotation is bool:
        tooltip = words.pop("tooltip")
        return create_widget(annotation=annotation, options={"tooltip": tooltip}, **words)
    if kinds := spec_kinds(annotation):
        return KindEdit(kinds, view, optional=optional, **none, **words)
    edit = _list_editor(annotation, words)  # which is false where it is empty
    return edit if edit is not None else ReadOnlyEdit(**words)


def _list_editor(annotation: Any, words: dict[str, Any]) -> Any:
    items = get_args(annotation)
    if get_origin(annotation) is not tuple or len(items) != 2 or items[1] is not Ellipsis:
        return None
    item, metadata = unwrapped(items[0], [])
    if item in (int, float):
        return NumberListEdit(unit=unit_of(metadata), whole=item is int, **words)
    is_row = isinstance(item, type) and issubclass(item, Spec) and item is not Parameter
    if is_row and all(field_type(f)[0] in (int, float) for f in item.model_fields.values()):
        return RowsEdit(item, **words)
    return None


def _number_of_profile(annotation: Any) -> tuple[Any, list[Any]] | None:
    """Return type and metadata of the number that a profile stands for, None if none does."""
    plain = FieldInfo(annotation=annotation)
    return number_in(plain) if takes_profile(plain) else None


def _number_words(annotation: Any, metadata: list[Any]) -> dict[str, Any]:
    lowest, highest = bounds_of(metadata)
    unit = unit_of(metadata)
    return {
        "unit": unit,
        "whole": annotation is int,
        "lowest": lowest,
        "highest": highest,
        "step_at_zero": 0.1 if (lowest, highest) == (0, 1) else _STEP_AT_ZERO.get(unit, 1.0),
    }
