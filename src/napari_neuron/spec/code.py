"""`CodeWriter`: specs as Python expressions that make them again."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

import numpy as np

from napari_neuron.spec.base import Spec

_LONG, _COLUMN = 24, 8
"""More values are written apart, as constants; so are fewer that would not fit into a line."""

_RUNS = 8
"""More runs of one value would not fit into a line."""

_ENDLESS = 1_000_000_000


class CodeWriter:
    """Writes specs as formatters of Python leave them.

    Parameters
    ----------
    public
        Names of the classes that are found in `napari_neuron`; others are imported from where
        they are.
    width
        Of a line.

    Attributes
    ----------
    constants : dict of str to str
        Lines that make the long columns, by the names that stand for them in what was written.
    imported : set of (module, name)
        What has to be imported besides ``import napari_neuron as nn``.
    """

    def __init__(self, public: Iterable[str], width: int = 88) -> None:
        self._public = frozenset(public)
        self._width = width
        self.constants: dict[str, str] = {}
        self.imported: set[tuple[str, str]] = set()

    def statement(self, target: str, value: Any) -> str:
        """Return an assignment."""
        return f"{target} = {self.expression(value, before=len(target) + 3)}"

    def expression(
        self,
        value: Any,
        where: str = "",
        *,
        indent: int = 0,
        before: int = 0,
        after: int = 0,
    ) -> str:
        """Return an expression, over several lines if it is too long for one.

        Parameters
        ----------
        value
            A spec, a tuple, an array, a number, a text, True, False or None.
        where
            What constants in it are called after.
        indent
            Of the line it begins in, and of the one that closes it.
        before, after
            How many characters stand before and behind it in these lines, the indent apart.
        """
        if isinstance(value, Spec):
            self._note(type(value))
            parts = [(f"{name}=", name, part) for name, part in _changed(value)]
            opening = f"{self._name(type(value))}("
            return self._listed(opening, parts, ")", where, indent, before, after)
        if isinstance(value, np.ndarray):
            value = _as_tuples(value)
        if not isinstance(value, tuple):
            return literal(value)
        has_specs = any(isinstance(x, Spec) for x in value)
        if re.search(r"\d$", where) and not has_specs and len(value) <= _COLUMN:
            return _row(value)  # a pair in a list of pairs
        room = self._width - indent - before - after
        if (name := _constant_name(where)) in self.constants:
            return name  # it is asked for at every level around it
        plain = all(isinstance(x, str | int | float | None) for x in value)
        if len(value) > 1 and plain and (short := _in_runs(value)) and len(short) <= room:
            return short
        if not has_specs and len(value) > (_LONG if _fits(value, room) else _COLUMN):
            return self._constant(value, where)
        parts = [("", str(index), part) for index, part in enumerate(value)]
        return self._listed("[", parts, "]", where, indent, before, after)

    def _listed(
        self,
        opening: str,
        parts: Sequence[tuple[str, str, Any]],
        closing: str,
        where: str,
        indent: int,
        before: int,
        after: int,
    ) -> str:
        """Return parts in brackets: in one line, or each in a line of its own."""
        flat = ", ".join(
            name + self.expression(part, _under(where, step), before=-_ENDLESS)
            for name, step, part in parts
        )
        if len(opening + flat + closing) <= self._width - indent - before - after:
            return opening + flat + closing
        lines = [opening]
        for name, step, part in parts:
            inner = self.expression(
                part, _under(where, step), indent=indent + 4, before=len(name), after=1
            )
            lines.append(f"{' ' * (indent + 4)}{name}{inner},")
        return "\n".join([*lines, " " * indent + closing])

    def _constant(self, value: tuple[Any, ...], where: str) -> str:
        name = _constant_name(where)
        rows = _one_each(value) if isinstance(value[0], tuple) else _filled(value, self._width)
        self.constants[name] = "\n".join([f"{name} = [", *rows, "]"])
        return name

    def _note(self, kind: type) -> None:
        if kind.__name__ not in self._public:
            self.imported.add((kind.__module__, kind.__name__))

    def _name(self, kind: type) -> str:
        return f"nn.{kind.__name__}" if kind.__name__ in self._public else kind.__name__


def literal(value: Any) -> str:
    """Return a number, a text, True, False or None as Python is written."""
    if isinstance(value, str):
        plain = repr(str(value))
        return f'"{plain[1:-1]}"' if plain[0] == "'" and '"' not in plain else plain
    if isinstance(value, float):
        value = float(value)
        if value != value or value in (float("inf"), float("-inf")):
            return f'float("{value}")'
        is_whole = value.is_integer() and abs(value) < 1e6 and repr(value) != "-0.0"
        return str(int(value)) if is_whole else repr(value)
    return repr(value)


def _changed(spec: Spec) -> list[tuple[str, Any]]:
    """Return the fields that are not as by default, in their order."""
    found = []
    for name, field in type(spec).model_fields.items():
        value, default = getattr(spec, name), field.get_default(call_default_factory=True)
        if field.is_required() or not _same(value, default):
            found.append((name, value))
    return found


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, np.ndarray):
        return np.array_equal(one, other)
    return bool(type(one) is type(other) and one == other) or (one is other)


def _as_tuples(array: Any) -> tuple[Any, ...]:
    return tuple(tuple(x) if isinstance(x, list) else x for x in array.tolist())


def _row(value: Any) -> str:
    if not isinstance(value, tuple):
        return literal(value)
    inner = ", ".join(map(_row, value))
    return f"({inner},)" if len(value) == 1 else f"({inner})"


def _fits(values: tuple[Any, ...], room: int) -> bool:
    """Whether a list of no more than `_LONG` values fits into a line."""
    return len(", ".join(map(_row, values[:_LONG]))) + 2 <= room


def _constant_name(where: str) -> str:
    return re.sub(r"\W+", "_", where).strip("_").upper() or "VALUES"


def _one_each(values: tuple[Any, ...]) -> list[str]:
    return [f"    {_row(value)}," for value in values]


def _filled(values: tuple[Any, ...], width: int) -> list[str]:
    """Return lines with as many values as there is room for."""
    lines, line = [], "   "
    for value in values:
        word = f" {literal(value)},"
        if len(line) + len(word) > width and line.strip():
            lines.append(line)
            line = "   "
        line += word
    return [*lines, line]


def _in_runs(values: tuple[Any, ...]) -> str:
    """Return many values of which few differ as ``[a] * 20 + [b] * 30``; "" if that is no gain."""
    if len(values) <= 4:
        return ""
    runs: list[str] = []
    for value, run in groupby(values):
        if len(runs) == _RUNS or 3 * len(runs) >= len(values):
            return ""
        n = sum(1 for _ in run)
        runs.append(f"[{literal(value)}] * {n}" if n > 1 else f"[{literal(value)}]")
    return " + ".join(runs)


def _under(where: str, step: str) -> str:
    return f"{where}_{step}" if where else step
