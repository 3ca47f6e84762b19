"""hoc files with pt3d points, read as text: nothing in them is ever executed.

Known are ``create``, ``connect``, ``pt3dclear``, ``pt3dadd``, blocks of a section, and ``for``
loops over whole numbers around them. Everything else is passed over, whatever it would do.
"""

from __future__ import annotations

import re
import sys
from bisect import bisect_left
from dataclasses import dataclass, field

import numpy as np

from napari_neuron.errors import SkeletonFileError
from napari_neuron.morphology.formats.cell import (
    NOTE,
    FileCell,
    format_unit,
    without_gaps,
)
from napari_neuron.morphology.formats.content import real, short_text_of
from napari_neuron.morphology.formats.names import type_of_name
from napari_neuron.morphology.model import FloatArray

_TOKEN = re.compile(
    r"//[^\n]*+|/\*(?:[^*]|\*(?!/))*+\*/"
    r"|\\[ \t\r]*+\n"  # the statement goes on in the next line
    r'|(?P<string>"[^"\n]*+")'
    r"|(?P<word>[A-Za-z_][A-Za-z_0-9]*+)"
    r"|(?P<number>(?:\d++\.?\d*+|\.\d++)(?:[eE][+-]?\d++)?)"
    r"|(?P<mark>[^\s])"
    r"|(?P<newline>\n)"
)
_REMEDY = (
    "Only points given with pt3dadd and plain connect statements are read; in NEURON, write the "
    "cell in such a form, or as SWC"
)
_MOST_STEPS = 2_000_000
_LARGEST = 8 * 2**20
_VERBS = {"create", "connect", "access", "for", "pt3dadd", "pt3dclear", "L", "diam"}


@dataclass
class _Section:
    line: int
    points: list[tuple[float, float, float, float]] = field(default_factory=list)
    end: float = 0.0  # the end that is connected
    parent: str | None = None
    parent_x: float = 1.0
    connect_line: int = 0


def read_hoc(content: bytes, shown: str) -> list[FileCell]:
    """Read the sections of a hoc file as one cell.

    Raises
    ------
    SkeletonFileError
        With the line, if it cannot be meant.
    """
    text = short_text_of(content, shown, _LARGEST)
    reader = _Reader(text, shown)
    reader.run()
    return [_Nodes(reader.sections, shown).cell((*_comments(text), *reader.notes()))]


def _comments(text: str) -> tuple[str, ...]:
    """Return the comment lines at the head of the file."""
    found = []
    for line in text[:20000].split("\n"):
        if line.strip() and not line.lstrip().startswith("//"):
            break
        if line.strip(" /"):
            found.append(f" {line.strip(' /')}")
    return tuple(found)


def _is_word(text: str) -> bool:
    return text[0] == "_" or (text[0].isalpha() and text[0].isascii())


class _Reader:
    """Goes through the words of the file once; a loop's words are gone through again."""

    def __init__(self, text: str, shown: str) -> None:
        self._shown = shown
        self._words: list[str] = []
        self._places: list[int] = []
        for match in _TOKEN.finditer(text):
            if match.lastgroup:
                self._words.append(sys.intern(match[0]))
                self._places.append(match.start())
        self._line_ends = [found.start() for found in re.finditer("\n", text)]
        self.sections: dict[str, _Section] = {}
        self._arrays: set[str] = set()
        self._section: list[str | None] = []  # one for each open brace
        self._accessed: str | None = None
        self._measured: list[str] = []
        self._steps = 0

    def run(self) -> None:
        """Collect the sections."""
        self._go(0, len(self._words), {})
        if not any(section.points for section in self.sections.values()):
            problem = "holds no section with pt3dadd points"
            raise SkeletonFileError(self._shown, None, problem, _REMEDY + ".")

    def _go(self, at: int, end: int, numbers: dict[str, int]) -> None:
        spoken: str | None = None  # the section named just before: ``a connect b(0), 1``
        while at < end:
            self._steps += 1
            if self._steps > _MOST_STEPS + len(self._words):
                raise self._error(at, "loops for too long")
            word = self._words[at]
            if word == "\n":
                spoken = None
                at += 1
            elif word == "{":
                self._section.append(spoken or (self._section[-1] if self._section else None))
                spoken = None
                at += 1
            elif word == "}":
                if self._section:
                    self._section.pop()
                at += 1
            elif word not in _VERBS:
                if word in self.sections or word in self._arrays:
                    named, at = self._named(at, numbers)
                    spoken = named or spoken
                else:
                    at += 1
            elif word == "create":
                at = self._create(at + 1, numbers)
            elif word == "connect":
                at = self._connect(at + 1, spoken or self._current(), numbers)
            elif word == "access":
                name, at = self._section_at(at + 1, numbers)
                self._accessed = name or self._accessed
            elif word == "for" and len(self._section) < 50:
                at = self._loop(at + 1, end, numbers)
            elif word in ("pt3dadd", "pt3dclear"):
                at = self._points(at, spoken or self._current(), numbers)
            elif self._text_at(at + 1) in ("=", "("):  # L or diam
                at = self._measure(at, spoken or self._current())
            else:
                at += 1

    def _current(self) -> str | None:
        named = self._section[-1] if self._section else None
        return self._accessed if named is None else named

    def _measure(self, at: int, name: str | None) -> int:
        """Note an assignment of a length or diameter; it may never be executed."""
        if name in self.sections and self.sections[name].points and "=" in self._words[at : at + 9]:
            self._measured.append(name)
        return at + 1

    def notes(self) -> tuple[str, ...]:
        """Say what was passed over that would change the cell."""
        if not self._measured:
            return ()
        n_more = len(set(self._measured)) - 1
        return (
            f"{NOTE} not followed: statements that set L or diam of {self._measured[0]}"
            f"{f' and {n_more} other sections' * (n_more > 0)}; the shape is that of the points",
        )

    def _named(self, at: int, numbers: dict[str, int]) -> tuple[str | None, int]:
        """Return the section named at a word, if it is one, and what follows."""
        name = self._words[at]
        if name in self._arrays and self._text_at(at + 1) == "[":
            index, after = self._whole(at + 2, numbers)
            if index is not None and self._text_at(after) == "]":
                return f"{name}[{index}]", after + 1
            return None, at + 1
        if name in self._arrays:
            return f"{name}[0]", at + 1
        return (name if name in self.sections else None), at + 1

    def _create(self, at: int, numbers: dict[str, int]) -> int:
        while at < len(self._words) and _is_word(self._words[at]):
            name, line = self._words[at], self._line(at)
            at += 1
            if self._text_at(at) == "[":
                count, after = self._whole(at + 1, numbers)
                if count is None or not 0 < count <= 1_000_000 or self._text_at(after) != "]":
                    raise self._error(at, f"the number of sections {name}[...] is not plain")
                self._arrays.add(name)
                for index in range(count):
                    self.sections.setdefault(f"{name}[{index}]", _Section(line))
                if len(self.sections) > 1_000_000:
                    raise self._error(at, "creates more than a million sections")
                at = after + 1
            else:
                self.sections.setdefault(name, _Section(line))
            if self._text_at(at) != ",":
                break
            at += 1
            while at < len(self._words) and self._words[at] == "\n":
                at += 1
        return at

    def _connect(self, at: int, current: str | None, numbers: dict[str, int]) -> int:
        begin = at
        child, at = self._section_at(at, numbers)
        end, at = self._place(at, numbers)
        if child is None or end is None or self._text_at(at) != ",":
            raise self._error(begin, "a connect statement that is not plain")
        at += 1
        parent, after = self._section_at(at, numbers)
        if parent is not None:
            place, after = self._place(after, numbers)
        else:
            parent = current
            place, after = self._real(at, numbers)
        if parent is None or place is None:
            raise self._error(begin, "a connect statement that is not plain")
        section = self.sections[child]
        if end not in (0.0, 1.0) or not 0 <= place <= 1:
            raise self._error(begin, f"connects {child}({end:g}) to {parent}({place:g})")
        section.end, section.parent, section.parent_x = end, parent, place
        section.connect_line = self._line(begin)
        return after

    def _section_at(self, at: int, numbers: dict[str, int]) -> tuple[str | None, int]:
        if at >= len(self._words) or not _is_word(self._words[at]):
            return None, at
        name, after = self._named(at, numbers)
        return (name, after) if name in self.sections else (None, at)

    def _place(self, at: int, numbers: dict[str, int]) -> tuple[float | None, int]:
        if self._text_at(at) != "(":
            return None, at
        value, after = self._real(at + 1, numbers)
        return (value, after + 1) if self._text_at(after) == ")" else (None, at)

    def _loop(self, at: int, end: int, numbers: dict[str, int]) -> int:
        """Go through the body of ``for i = 1, 9`` for each number; pass over other loops."""
        name = self._text_at(at)
        if self._text_at(at + 1) != "=":
            return at
        first, after = self._whole(at + 2, numbers)
        if first is None or self._text_at(after) != ",":
            return at
        last, after = self._whole(after + 1, numbers)
        if last is None:
            return at
        body, body_end = self._statement(after, end)
        self._steps += body_end - body
        if last - first > _MOST_STEPS:
            raise self._error(at, "loops for too long")
        for value in range(first, last + 1):
            self._steps += 1
            self._go(body, body_end, {**numbers, name: value})
        return body_end

    def _statement(self, at: int, end: int) -> tuple[int, int]:
        """Return where the statement at a word begins and ends: a block, or the rest of a line."""
        while at < end and self._words[at] == "\n":
            at += 1
        begin, depth = at, 0
        while at < end:
            text = self._words[at]
            depth += (text == "{") - (text == "}")
            if depth == 0 and (text == "}" or self._words[at] == "\n"):
                return begin, at + (text == "}")
            if depth < 0:
                return begin, at
            at += 1
        return begin, end

    def _points(self, at: int, name: str | None, numbers: dict[str, int]) -> int:
        verb = self._words[at]
        if name is None or name not in self.sections:
            raise self._error(at, f"{verb} where no section is named")
        if verb == "pt3dclear":
            self.sections[name].points.clear()
            return at + 1
        values: list[float] = []
        after = at + 1
        if self._text_at(after) == "(":
            while len(values) < 4:
                value, after = self._real(after + 1, numbers)
                if value is None:
                    break
                values.append(value)
                if self._text_at(after) != ",":
                    break
        if len(values) != 4 or self._text_at(after) != ")":
            raise self._error(at, "pt3dadd without four plain numbers")
        x, y, z, d = values
        self.sections[name].points.append((x, y, z, d))
        return after + 1

    def _whole(self, at: int, numbers: dict[str, int]) -> tuple[int | None, int]:
        """Read ``3``, ``i``, ``i + 1`` or ``n - 1``."""
        value, after = self._term(at, numbers)
        while value is not None and self._text_at(after) in ("+", "-"):
            more, further = self._term(after + 1, numbers)
            if more is None:
                return None, at
            value = value + more if self._text_at(after) == "+" else value - more
            after = further
        return value, after

    def _term(self, at: int, numbers: dict[str, int]) -> tuple[int | None, int]:
        text = self._text_at(at)
        if text in numbers:
            return numbers[text], at + 1
        return (int(text), at + 1) if text.isdecimal() and len(text) < 10 else (None, at)

    def _real(self, at: int, numbers: dict[str, int]) -> tuple[float | None, int]:
        sign = 1.0
        while self._text_at(at) in ("-", "+"):
            sign *= -1.0 if self._text_at(at) == "-" else 1.0
            at += 1
        text = self._text_at(at)
        value = float(numbers[text]) if text in numbers else real(text)
        return (None if value is None else sign * value), at + 1

    def _text_at(self, at: int) -> str:
        return self._words[at] if at < len(self._words) else ""

    def _line(self, at: int) -> int:
        """Return the line of a word."""
        if not self._places:
            return 1
        return bisect_left(self._line_ends, self._places[min(at, len(self._places) - 1)]) + 1

    def _error(self, at: int, problem: str) -> SkeletonFileError:
        return SkeletonFileError(self._shown, self._line(at), problem, _REMEDY + ".")


class _Nodes:
    """Turns sections into nodes: one for each point, and those where others are connected."""

    def __init__(self, sections: dict[str, _Section], shown: str) -> None:
        self._sections = {name: one for name, one in sections.items() if one.points or one.parent}
        self._shown = shown

    def cell(self, header: tuple[str, ...]) -> FileCell:
        """Lay the nodes out section by section, parents first."""
        placed: dict[str, tuple[FloatArray, int]] = {}  # place of each point from 0 to 1, first row
        pieces: list[FloatArray] = []
        parents: list[np.ndarray[tuple[int], np.dtype[np.int64]]] = []
        types: list[int] = []
        hung: list[int] = []
        n = 0
        in_order = self._parents_first()
        cuts = self._cuts()
        for name in in_order:
            section = self._sections[name]
            points, arc = _with_cuts(np.array(section.points), cuts.get(name, []))
            onto = -1
            if section.parent is not None:
                onto = _row_at(*placed[section.parent], section.parent_x)
            placed[name] = (arc, n)
            parent = np.arange(n - 1, n - 1 + len(points))
            parent[0] = onto
            if section.end == 1.0 and section.parent is not None:  # hangs by its 1 end
                parent = np.arange(n + 1, n + 1 + len(points))
                parent[-1] = onto
            if section.parent is not None:
                hung.append(n + (len(points) - 1 if section.end == 1.0 else 0))
            pieces.append(points)
            parents.append(parent)
            types += [type_of_name(name) or 0] * len(points)
            n += len(points)
        everything = np.concatenate(pieces)
        cell = FileCell(
            name=None,
            node_id=np.arange(1, n + 1),
            parent=np.concatenate(parents),
            swc_type=np.array(types, dtype=np.int64),
            position=everything[:, :3],
            radius=0.5 * everything[:, 3],
            header=header,
            unit=format_unit("hoc"),
        )
        return without_gaps(cell, np.array(hung, dtype=np.int64), "sections")

    def _parents_first(self) -> list[str]:
        children: dict[str | None, list[str]] = {}
        for name, section in self._sections.items():
            if not section.points:
                problem = f"section {name} is connected and has no pt3dadd points"
                raise SkeletonFileError(self._shown, section.line, problem, _REMEDY + ".")
            if section.parent is not None and section.parent not in self._sections:
                problem = f"section {name} hangs on {section.parent}, which has no pt3dadd points"
                raise SkeletonFileError(self._shown, section.connect_line, problem, _REMEDY + ".")
            children.setdefault(section.parent, []).append(name)
        in_order = list(children.get(None, ()))
        for name in in_order:  # grows while it is walked along
            in_order += children.get(name, ())
        if len(in_order) < len(self._sections):
            reached = set(in_order)
            lost = next(name for name in self._sections if name not in reached)
            problem = f"the parents of section {lost} lead round in a circle"
            line = self._sections[lost].connect_line
            raise SkeletonFileError(self._shown, line, problem, "Connect one to another.")
        return in_order

    def _cuts(self) -> dict[str, list[float]]:
        cuts: dict[str, list[float]] = {}
        for section in self._sections.values():
            if section.parent is not None and 0 < section.parent_x < 1:
                cuts.setdefault(section.parent, []).append(section.parent_x)
        return cuts


def _with_cuts(points: FloatArray, cuts: list[float]) -> tuple[FloatArray, FloatArray]:
    """Return points and their places from 0 to 1, with one at each cut."""
    step = np.linalg.norm(np.diff(points[:, :3], axis=0), axis=1)
    arc = np.concatenate([[0.0], np.cumsum(step)])
    if arc[-1] == 0:
        return points, np.linspace(0, 1, len(points)) if len(points) > 1 else np.zeros(1)
    arc /= arc[-1]
    new = [cut for cut in sorted(set(cuts)) if np.abs(arc - cut).min() > 1e-9]
    places = np.sort(np.concatenate([arc, new]), kind="stable")
    if not new:
        return points, arc
    values = np.column_stack([np.interp(new, arc, column) for column in points.T])
    at = np.searchsorted(arc, new)
    return np.insert(points, at, values, axis=0), places


def _row_at(arc: FloatArray, first: int, x: float) -> int:
    if x == 1.0:
        return first + len(arc) - 1
    return first + int(np.argmin(np.abs(arc - x)))
