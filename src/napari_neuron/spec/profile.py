"""Profiles: how a painted value varies with the distance along the cable or with the radius.

A profile can replace a number: ``CableProperties(cm=Linear(offset=1, slope=0.002))``. It is
evaluated at the centre of each compartment (for Ra, which a section has only one of, at the centre
of each section).
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import Discriminator, Field, Tag, model_validator
from pydantic.fields import FieldInfo

from napari_neuron.errors import ExperimentError
from napari_neuron.spec.base import Spec, register_tag
from napari_neuron.units import Micrometres

Along = Literal["root_distance", "soma_distance", "radius"]
"""What a profile is a function of, in µm: distance along the cable from root or soma, or radius."""


class ProfileSpec(Spec):
    """What all profiles have.

    Attributes
    ----------
    along
        What x is, in µm: the distance along the cable from the root, or from the soma, or the
        radius of the cable.
    minimum, maximum
        The value is kept within these; None is no limit.
    """

    along: Along = "root_distance"
    minimum: float | None = None
    maximum: float | None = None

    @model_validator(mode="after")
    def _limits_ascend(self) -> Self:
        if self.minimum is not None and self.maximum is not None and self.minimum > self.maximum:
            raise ExperimentError("maximum", "is less than the minimum")
        return self


class Linear(ProfileSpec):
    """offset + slope · x.

    Also takes the attributes of every profile: ``along``, ``minimum`` and ``maximum``.

    Attributes
    ----------
    offset
        The value at x = 0.
    slope
        Change per µm.
    """

    kind: Literal["linear"] = "linear"
    offset: float
    slope: float


class Exponential(ProfileSpec):
    """offset + amplitude · exp(x / length).

    Also takes the attributes of every profile: ``along``, ``minimum`` and ``maximum``.

    Attributes
    ----------
    offset, amplitude
        In the unit of the value.
    length
        Length constant, µm; negative if the value decays with x.
    """

    kind: Literal["exponential"] = "exponential"
    offset: float = 0.0
    amplitude: float
    length: Micrometres

    @model_validator(mode="after")
    def _length_is_not_zero(self) -> Exponential:
        if self.length == 0:
            raise ExperimentError("length", "must not be 0")
        return self


class Sigmoid(ProfileSpec):
    """From ``low`` far before the centre to ``high`` far beyond it, half-way at the centre.

    low + (high - low) / (1 + exp(-(x - centre) / width)). Also takes the attributes of every
    profile: ``along``, ``minimum`` and ``maximum``.

    Attributes
    ----------
    low, high
        In the unit of the value.
    centre, width
        µm.
    """

    kind: Literal["sigmoid"] = "sigmoid"
    low: float
    high: float
    centre: Micrometres
    width: Micrometres = Field(gt=0)


class StepAt(ProfileSpec):
    """One value up to a place, another from there on.

    Also takes the attributes of every profile: ``along``, ``minimum`` and ``maximum``.

    Attributes
    ----------
    before, beyond
        In the unit of the value.
    at
        µm.
    """

    kind: Literal["step"] = "step"
    before: float
    beyond: float
    at: Micrometres


class Gaussian(ProfileSpec):
    """offset + amplitude · exp(-(x - centre)² / (2 width²)).

    Also takes the attributes of every profile: ``along``, ``minimum`` and ``maximum``.

    Attributes
    ----------
    offset, amplitude
        In the unit of the value.
    centre, width
        µm.
    """

    kind: Literal["gaussian"] = "gaussian"
    offset: float = 0.0
    amplitude: float
    centre: Micrometres
    width: Micrometres = Field(gt=0)


class Table(ProfileSpec):
    """Points joined by straight lines; constant before the first and after the last.

    Also takes the attributes of every profile: ``along``, ``minimum`` and ``maximum``.

    Attributes
    ----------
    x
        µm, ascending.
    values
        One value for each x.
    """

    kind: Literal["table"] = "table"
    x: tuple[float, ...] = Field(min_length=1)
    values: tuple[float, ...]

    @model_validator(mode="after")
    def _columns_fit(self) -> Table:
        if len(self.x) != len(self.values):
            raise ExperimentError("values", f"{len(self.values)} values for {len(self.x)} places")
        for before, after in zip(self.x, self.x[1:], strict=False):
            if not after > before:
                raise ExperimentError("x", f"must ascend, but {after:g} follows {before:g}")
        return self


Profile = Linear | Exponential | Sigmoid | StepAt | Gaussian | Table

_CONSTANT = "constant number"  # a tag no field can be called
register_tag(_CONSTANT)


def _tag_of(value: Any) -> str | None:
    kind = value.get("kind") if isinstance(value, dict) else getattr(value, "kind", _CONSTANT)
    return kind if isinstance(kind, str) else None


def number_or_profile(number: Any) -> Any:
    """Return the type of a field that takes a number or a `Profile`.

    Parameters
    ----------
    number
        The type of the number, with its unit and bounds: ``Annotated[float, Unit(...), Field()]``.
    """
    return Annotated[
        Annotated[number, Tag(_CONSTANT)]
        | Annotated[Linear, Tag("linear")]
        | Annotated[Exponential, Tag("exponential")]
        | Annotated[Sigmoid, Tag("sigmoid")]
        | Annotated[StepAt, Tag("step")]
        | Annotated[Gaussian, Tag("gaussian")]
        | Annotated[Table, Tag("table")],
        Discriminator(
            _tag_of,
            custom_error_type="number_or_profile",
            custom_error_message="must be a number or a profile (linear, exponential, sigmoid, "
            "step, gaussian, table)",
        ),
    ]


def number_in(field: FieldInfo) -> tuple[Any, list[Any]]:
    """Return the type of a field, and its unit and bounds, without the profile it may take too.

    Returns
    -------
    type, list
        The annotation and metadata that a field for the number alone would have.
    """
    found = _tagged_number(field.annotation)
    return found if found is not None else (field.annotation, list(field.metadata))


def _tagged_number(annotation: Any) -> tuple[Any, list[Any]] | None:
    members = get_args(annotation)
    if any(isinstance(item, Tag) and item.tag == _CONSTANT for item in members[1:]):
        flat: list[Any] = []
        for item in members[1:]:
            flat += item.metadata if isinstance(item, FieldInfo) else [item]
        return members[0], flat
    return next(filter(None, map(_tagged_number, members)), None)


def takes_profile(field: FieldInfo) -> bool:
    """Return whether a field takes a `Profile` in place of a number."""
    return number_in(field)[0] is not field.annotation


def table_from_csv(
    path: str | Path, *, along: Along = "root_distance", columns: tuple[str, str] | None = None
) -> Table:
    """Read a `Table` from two columns of a CSV file.

    Parameters
    ----------
    path
        A file separated by commas, semicolons or tabs, with or without a header.
    along
        What the first column gives, in µm.
    columns
        Names of the two columns in the header; None: the first two.

    Returns
    -------
    Table
        Holds the numbers themselves: the experiment does not refer to the file.

    Raises
    ------
    ExperimentError
        If the columns are missing or contain something other than numbers; names the line.
    OSError
        If the file cannot be read.
    """
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise ExperimentError(str(path), "this is not a text file") from None
    plain = (line for line in text.splitlines() if line.strip() and line.lstrip()[0] != "#")
    first = next(plain, "")
    separator = max("\t;,", key=first.count)
    lines = [
        (number, [cell.strip() for cell in row])
        for number, row in enumerate(csv.reader(text.splitlines(), delimiter=separator), start=1)
        if row and not row[0].lstrip().startswith("#") and any(cell.strip() for cell in row)
    ]
    wanted = (0, 1)
    if lines and not all(_is_number(cell) for cell in lines[0][1][:2]):
        header = lines.pop(0)[1]
        if columns is not None:
            missing = [name for name in columns if name not in header]
            if missing:
                raise ExperimentError(
                    str(path), f"there is no column {missing[0]!r}; there is {', '.join(header)}"
                )
            wanted = (header.index(columns[0]), header.index(columns[1]))
    elif columns is not None:
        raise ExperimentError(str(path), "the first line has no column names")
    points = []
    for number, row in lines:
        cells = [row[index] if index < len(row) else "" for index in wanted]
        if not all(_is_number(cell) for cell in cells):
            raise ExperimentError(f"{path}:{number}", f"two numbers were expected, not {row!r}")
        points.append((float(cells[0]), float(cells[1])))
    if not points:
        raise ExperimentError(str(path), "there are no numbers in this file")
    try:
        x, values = zip(*sorted(points), strict=True)
        return Table(along=along, x=x, values=values)
    except ExperimentError as error:
        raise ExperimentError(f"{path}: {error.field}", error.problem) from None


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
