"""The one base class of everything in an experiment."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from napari_neuron.errors import ExperimentError


def field_path(location: tuple[int | str, ...]) -> str:
    """Write a pydantic location the way Python would: ``stimuli[0].duration``.

    The tags of unions (``current_pulse``) are steps of pydantic's own; see `_without_tags`.
    """
    text = ""
    for step in location:
        text += f"[{step}]" if isinstance(step, int) else f"{'.' if text else ''}{step}"
    return text


def as_experiment_error(error: ValidationError, kinds: frozenset[str]) -> ExperimentError:
    """Turn pydantic's list of complaints into one error that names the first wrong field.

    Parameters
    ----------
    error
        What pydantic raised.
    kinds
        The ``kind`` tags in use, which pydantic puts into locations.
    """
    problems = []
    for item in error.errors(include_url=False):
        where = field_path(_without_tags(item["loc"], kinds))
        inner = item.get("ctx", {}).get("error")
        if isinstance(inner, ExperimentError):
            joined = f"{where}.{inner.field}" if where and inner.field else where or inner.field
            problems.append((joined, inner.problem))
            continue
        message = _too_few(item) or item["msg"].removeprefix("Value error, ")
        given = item.get("input")
        if isinstance(given, int | float | str) and item["type"] != "missing":
            message += f" (got {given!r})"
        problems.append((where, message))
    field, problem = problems[0]
    if len(problems) > 1:
        problem += "; also " + "; ".join(f"{f}: {p}" if f else p for f, p in problems[1:4])
    return ExperimentError(field, problem)


def _too_few(item: Any) -> str:
    """Describe what is missing where pydantic counts characters or the items of a tuple."""
    if item["type"] == "string_too_short":
        return "must not be empty"
    if item["type"] != "too_short":
        return ""
    least, given = item["ctx"]["min_length"], item["ctx"]["actual_length"]
    if given == 0 and least == 1:
        return "must not be empty"
    return f"needs at least {least} values, not {given}"


def _without_tags(location: tuple[int | str, ...], kinds: frozenset[str]) -> tuple[int | str, ...]:
    """Leave the tags of unions out: they stand neither first nor behind another tag.

    What stands there is a field, even where a kind is called the same (``mechanism``).
    """
    kept: list[int | str] = []
    may_be_tag = False
    for step in location:
        is_tag = may_be_tag and step in kinds
        if not is_tag:
            kept.append(step)
        may_be_tag = not is_tag
    return tuple(kept)


_KINDS: set[str] = set()
"""The tag of every kind of spec."""


def register_tag(tag: str) -> None:
    """Leave a union's tag that is no ``kind`` out of the locations that people read."""
    _KINDS.add(tag)


class Spec(BaseModel):
    """A frozen, validated value. Unknown keys are errors; the repr shows what is not default."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        allow_inf_nan=False,
        validate_default=True,
        ser_json_inf_nan="null",
    )

    def __init__(self, /, **values: Any) -> None:
        try:
            super().__init__(**values)
        except ValidationError as error:
            raise as_experiment_error(error, frozenset(_KINDS)) from None

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        kind = cls.model_fields.get("kind")
        if kind is not None and isinstance(kind.default, str):
            _KINDS.add(kind.default)

    def replace(self, **changes: Any) -> Self:
        """Return a validated copy with some fields changed.

        Raises
        ------
        ExperimentError
            If a new value is not allowed.
        """
        values = {name: getattr(self, name) for name in type(self).model_fields}
        return type(self)(**{**values, **changes})

    def __repr__(self) -> str:
        shown = [
            f"{name}={getattr(self, name)!r}"
            for name, field in type(self).model_fields.items()
            if getattr(self, name) != field.get_default(call_default_factory=True)
        ]
        return f"{type(self).__name__}({', '.join(shown)})"

    __str__ = __repr__


def read_json(text: str | bytes) -> Any:
    """Parse JSON text.

    Raises
    ------
    ExperimentError
        If it is not JSON.
    """
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ExperimentError("", f"this is not a JSON file: {error}") from None


class SavedSpec(Spec):
    """A spec that is saved as its own JSON file."""

    def to_json(self) -> str:
        """Return it as JSON text, all fields written out."""
        return self.model_dump_json(indent=2) + "\n"

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """Read it from JSON text; each kind checks what it is given.

        Raises
        ------
        ExperimentError
            If the text is not JSON, or a field is unknown, missing or out of range.
        """
        return cls(**json.loads(text))

    def save(self, path: str | Path) -> None:
        """Write it to a JSON file."""
        Path(path).write_text(self.to_json(), encoding="utf-8")

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read it from a JSON file.

        Raises
        ------
        ExperimentError
            If the file is something else; the message names file and field.
        OSError
            If the file cannot be read.
        """
        try:
            return cls.from_json(Path(path).read_bytes())
        except ExperimentError as error:
            where = f"{path}: {error.field}" if error.field else str(path)
            raise ExperimentError(where, error.problem) from None
