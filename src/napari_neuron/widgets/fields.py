"""From a field of a spec to the widget that edits it."""

from __future__ import annotations

import math
from typing import Any

from magicgui.widgets import create_widget
from pydantic.fields import FieldInfo

from napari_neuron.spec.base import Spec
from napari_neuron.spec.profile import number_in
from napari_neuron.units import unit_of
from napari_neuron.widgets.cell_in_view import CellInView
from napari_neuron.widgets.nodes_edit import NodesEdit
from napari_neuron.widgets.numbers import NumberEdit
from napari_neuron.widgets.region_edit import RegionEdit
from napari_neuron.widgets.text_edit import TextEdit
from napari_neuron.widgets.words import field_help, field_name

NOT_IN_FORMS = frozenset({"kind", "cell"})
"""Said by the list an item stands in, and by the cell chooser."""

_STEP_AT_ZERO = {"nA": 0.01, "µS": 0.001, "S/cm2": 0.0001}


def bounds_of(metadata: list[Any]) -> tuple[float, float]:
    """Return the lowest and highest number that a field's constraints allow."""
    lowest, highest = -math.inf, math.inf
    for item in metadata:
        if (bound := getattr(item, "ge", None)) is not None:
            lowest = bound
        if (bound := getattr(item, "gt", None)) is not None:
            lowest = math.nextafter(bound, math.inf)
        if (bound := getattr(item, "le", None)) is not None:
            highest = bound
        if (bound := getattr(item, "lt", None)) is not None:
            highest = math.nextafter(bound, -math.inf)
    return lowest, highest


def editor_for(spec_type: type[Spec], name: str, view: CellInView) -> Any:
    """Return a magicgui widget for a field of a spec.

    Numbers get their unit and bounds from the field; node ids and regions their own editors.
    """
    field: FieldInfo = spec_type.model_fields[name]
    words: dict[str, Any] = {
        "name": name,
        "label": field_name(spec_type, name),
        "tooltip": field_help(spec_type, name),
    }
    if name in ("node", "nodes"):
        return NodesEdit(view, single=name == "node", **words)
    if name == "region":
        return RegionEdit(view, **words)
    annotation, metadata = number_in(field)
    if annotation in (int, float):
        lowest, highest = bounds_of(metadata)
        unit = unit_of(metadata)
        return NumberEdit(
            unit=unit,
            whole=annotation is int,
            lowest=lowest,
            highest=highest,
            step_at_zero=0.1 if (lowest, highest) == (0, 1) else _STEP_AT_ZERO.get(unit, 1.0),
            **words,
        )
    if annotation is str:
        return TextEdit(**words)
    tooltip = words.pop("tooltip")
    return create_widget(annotation=annotation, options={"tooltip": tooltip}, **words)
