"""SCALE and OFFSET in the comments of SWC files, which some programs apply and others do not."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

from napari_neuron.errors import MorphologyError
from napari_neuron.morphology.formats.content import real
from napari_neuron.morphology.guess import REPAIRED, parse_unit
from napari_neuron.morphology.model import FloatArray, Morphology

_TRANSFORM = re.compile(r"^\s*(?P<what>SCALE|OFFSET)\b[\s:=]*(?P<numbers>[-+.\deE,\s]+?)\s*$")
_DONE = re.compile(rf"^{REPAIRED}(?P<kind>set_unit|move) (?P<said>\{{.*\}})$")

_UNITS = ("um", "nm", "8 nm")


@dataclass(frozen=True)
class HeaderTransform:
    """The content of one comment line.

    Attributes
    ----------
    line
        The line.
    unit
        For SCALE the unit that applies it, "0.5x0.5x2 um"; else "".
    move
        For OFFSET µm along x, y, z; else None.
    """

    line: str
    unit: str = ""
    move: tuple[float, float, float] | None = None

    @property
    def what(self) -> object:
        """The repair that applies it."""
        return self.unit or self.move


def header_transforms(morphology: Morphology) -> tuple[HeaderTransform, ...]:
    """Return what the comments of a cell's file say and no repair has applied."""
    done = _done(morphology.header)
    try:
        now = parse_unit(morphology.unit.partition(" (radii ")[0]).scale
    except MorphologyError:
        now = None
    found = []
    for line in morphology.header:
        said = _TRANSFORM.match(line)
        if said is None:
            continue
        values = [real(word) for word in said["numbers"].replace(",", " ").split()]
        numbers = [value for value in values if value is not None]
        neutral = 1.0 if said["what"] == "SCALE" else 0.0
        if len(numbers) < len(values) or all(value == neutral for value in numbers):
            continue
        # the unit may have been another when it was applied
        scales = [parse_unit(unit).scale for unit in _UNITS]
        if not any(_transform(line, said["what"], numbers, one).what in done for one in scales):
            found.append(_transform(line, said["what"], numbers, now))
    return tuple(found)


def _transform(
    line: str, what: str, numbers: Sequence[float], scale: FloatArray | None
) -> HeaderTransform:
    line = line.strip()
    if what == "SCALE" and len(numbers) == 1:
        numbers = [numbers[0]] * 3
    if len(numbers) != 3 or scale is None:
        return HeaderTransform(line)
    x, y, z = (float(a * b) for a, b in zip(numbers, scale, strict=True))
    if what == "OFFSET":
        return HeaderTransform(line, move=(round(x, 6), round(y, 6), round(z, 6)))
    if not all(0 < value < 1e6 for value in (x, y, z)):
        return HeaderTransform(line)
    sizes = f"{x:.9g}" if x == y == z else f"{x:.9g}x{y:.9g}x{z:.9g}"
    return HeaderTransform(line, unit=f"{sizes} um")


def _done(header: Sequence[str]) -> set[object]:
    """Return the units that were set and the moves that were made, as the header says."""
    done: set[object] = set()
    for line in header:
        match = _DONE.match(line)
        if match is None:
            continue
        try:
            said = json.loads(match["said"])
        except ValueError:  # it was too long to be written out
            continue
        if match["kind"] == "set_unit":
            done.add(said.get("unit"))
        else:
            done.add(tuple(float(said.get(axis, 0.0)) for axis in "xyz"))
    return done
