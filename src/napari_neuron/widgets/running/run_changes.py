"""Describes what differs between two experiments; pure."""

from __future__ import annotations

from collections import Counter
from typing import Any

from napari_neuron.spec import Experiment
from napari_neuron.spec.base import Spec
from napari_neuron.spec.columns import Columns
from napari_neuron.units import unit_of
from napari_neuron.widgets.forms.field_types import field_type
from napari_neuron.widgets.forms.summaries import (
    paint_in_words,
    recorder_in_words,
    stimulus_in_words,
)
from napari_neuron.widgets.forms.words import field_name
from napari_neuron.widgets.toolkit.numbers import shown_number

_IN_WORDS = {
    "paint": paint_in_words,
    "stimuli": stimulus_in_words,
    "recorders": recorder_in_words,
}


def changes(before: Experiment, after: Experiment) -> list[str]:
    """Return one line per difference; none for equal experiments.

    If two lists are equally long, a changed item is described by its fields, otherwise as one
    removed and one added.
    """
    lines: list[str] = []
    for name in Experiment.model_fields:
        old, new = getattr(before, name), getattr(after, name)
        if old == new or name == "cells":
            continue
        describe = _IN_WORDS.get(name)
        if describe is None:
            lines += _field_changes(old, new, Experiment, name)
        elif [type(x) for x in old] == [type(x) for x in new]:
            for one, other in zip(old, new, strict=True):
                lines += [f"{describe(other)}: {line}" for line in _spec_changes(one, other)]
        else:
            gone, come = Counter(map(describe, old)), Counter(map(describe, new))
            lines += [f"without {text}" for text in (gone - come).elements()]
            lines += [f"with {text}" for text in (come - gone).elements()]
    return lines


def _spec_changes(old: Spec, new: Spec) -> list[str]:
    lines: list[str] = []
    for name in type(new).model_fields:
        lines += _field_changes(getattr(old, name), getattr(new, name), type(new), name)
    return lines


def _field_changes(old: Any, new: Any, owner: type[Spec], name: str) -> list[str]:
    if old == new:
        return []
    if isinstance(new, Columns):
        return [f"other {field_name(owner, name).lower()}"]
    if isinstance(new, Spec) and type(old) is type(new):
        return _spec_changes(old, new)
    unit = unit_of(field_type(owner.model_fields[name])[1])
    text = f"{field_name(owner, name).lower()} {_said(old)} → {_said(new)}"
    return [f"{text} {unit}".rstrip()]


def _said(value: Any) -> str:
    if isinstance(value, bool) or value is None:
        return {True: "on", False: "off", None: "none"}[value]
    if isinstance(value, int | float):
        return shown_number(value)
    if isinstance(value, Spec):
        return type(value).__name__
    if isinstance(value, tuple):
        short = ", ".join(map(_said, value[:3]))
        return f"{short} …" if len(value) > 3 else short or "none"
    return str(value)
