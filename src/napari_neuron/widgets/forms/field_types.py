"""Which editor a field needs, from its type."""

from __future__ import annotations

import math
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from napari_neuron.spec.base import Spec

_UNIONS = (Union, UnionType)


def unwrapped(annotation: Any, metadata: list[Any]) -> tuple[Any, list[Any]]:
    """Unwrap a type from its ``Annotated``, and add its annotations to the metadata."""
    while get_origin(annotation) is Annotated:
        annotation, *said = get_args(annotation)
        metadata = [*metadata, *said]
    flat: list[Any] = []
    for item in metadata:
        flat += item.metadata if isinstance(item, FieldInfo) else [item]
    return annotation, flat


def field_type(field: FieldInfo) -> tuple[Any, list[Any], bool]:
    """Return the type of a field without None, its metadata, and whether None is allowed."""
    annotation, metadata = unwrapped(field.annotation, list(field.metadata))
    members = get_args(annotation) if get_origin(annotation) in _UNIONS else ()
    if NoneType not in members:
        return annotation, metadata, False
    left = tuple(member for member in members if member is not NoneType)
    annotation, metadata = unwrapped(left[0] if len(left) == 1 else Union[left], metadata)  # noqa: UP007
    return annotation, metadata, True


def spec_kinds(annotation: Any) -> tuple[type[Spec], ...]:
    """Return the specs among a type's alternatives, () if it has others besides."""
    members = get_args(annotation) if get_origin(annotation) in _UNIONS else (annotation,)
    kinds = [unwrapped(member, [])[0] for member in members]
    if all(isinstance(kind, type) and issubclass(kind, Spec) for kind in kinds):
        return tuple(kinds)
    return ()


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
