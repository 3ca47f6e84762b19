"""hoc files with pt3d points, read as text: nothing in them is ever executed.

The reader understands ``create``, ``connect``, ``pt3dclear``, ``pt3dadd``, section blocks, and
``for`` loops over whole numbers around them; simple names for a whole number as counts of sections
and loops; and ``pt3dadd(fscan(), ...)`` with the numbers below the statements. It skips everything
else, whatever it would do.
"""

from __future__ import annotations

import re
import sys
from bisect import bisect_left
from collections.abc import Iterator

from napari_neuron.errors import SkeletonFileError
from napari_neuron.morphology.formats.cell import NOTE, FileCell
from napari_neuron.morphology.formats.content import real, short_text_of
from napari_neuron.morphology.formats.hoc_sections import REMEDY, Section, SectionNodes

_TOKEN = re.compile(
    r"//[^\n]*+|/\*(?:[^*]|\*(?!/))*+\*/|\\[ \t]*+\n"
    r'|(?P<string>"[^"\n]*+")'
    r"|(?P<word>[A-Za-z_][A-Za-z_0-9]*+)"
    r"|(?P<number>(?:\d++\.?\d*+|\.\d++)(?:[eE][+-]?\d++)?)"
    r"|(?P<mark>[^\s])"
    r"|(?P<newline>\n)"
)
_NUMBER = re.compile(r"[-+]?(?:\d++\.?\d*+|\.\d++)(?:[eE][+-]?\d++)?")
_MOST_STEPS = 2_000_000
_LARGEST = 8 * 2**20
_VERBS = {"create", "connect", "access", "for", "pt3dadd", "pt3dclear", "L", "diam"}


def read_hoc(content: bytes, shown: str) -> list[FileCell]:
    """Read the sections of a hoc file as one cell.

    Raises
    ------
    SkeletonFileError
        Gives the line, if the file cannot be right.
    """
    text = short_text_of(content, shown, _LARGEST)
    reader = _Reader(text, shown)
    reader.run()
    return [SectionNodes(reader.sections, shown).cell((*_comments(text), *reader.notes()))]


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


def _whole_number(text: str) -> int | None:
    """Return 3 for ``3`` and ``3.``, as programs write it that know reals only."""
    digits = text[:-1] if text.endswith(".") else text
    return int(digits) if digits.isdecimal() and digits.isascii() and len(digits) < 10 else None


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
        self._line_ends = [match.start() for match in re.finditer("\n", text)]
        self._whole_numbers: dict[str, int] = {}  # of the file: ``ndend = 180``
        self._call, self._scanned = self._data_to_scan(text)
        self._scanned_to = 0
        self.sections: dict[str, Section] = {}
        self._arrays: set[str] = set()
        self._section: list[str | None] = []  # one for each open brace
        self._accessed: str | None = None
        self._measured: list[str] = []
        self._steps = 0

    def run(self) -> None:
        """Collect the sections."""
        self._go(0, self._call, {})
        self._go(max(self._call, bisect_left(self._places, self._scanned_to)), len(self._words), {})
        if not any(section.points for section in self.sections.values()):
            problem = "holds no section with pt3dadd points"
            raise SkeletonFileError(self._shown, None, problem, REMEDY + ".")

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
                elif word == "fscan":
                    self._scan()
                    at += 1
                else:
                    at = self._assignment(at)
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
        """Say what was skipped that would change the cell."""
        if not self._measured:
            return ()
        n_more = len(set(self._measured)) - 1
        return (
            f"{NOTE} not followed: statements that set L or diam of {self._measured[0]}"
            f"{f' and {n_more} other sections' * (n_more > 0)}; the shape is that of the points",
        )

    def _assignment(self, at: int) -> int:
        """Note the whole number that a word stands for from here on, or that it stands for none."""
        name = self._words[at]
        if self._text_at(at + 1) in ("+", "-", "*", "/") and self._text_at(at + 2) == "=":
            self._whole_numbers.pop(name, None)
        if self._text_at(at + 1) != "=" or self._text_at(at + 2) == "=":
            return at + 1
        self._whole_numbers.pop(name, None)
        value = _whole_number(self._text_at(at + 2))
        begins = at == 0 or self._words[at - 1] in ("\n", "{", "}")
        if value is not None and begins and self._text_at(at + 3) in ("\n", "}", ""):
            self._whole_numbers[name] = value
        return at + 2

    def _data_to_scan(self, text: str) -> tuple[int, Iterator[re.Match[str]]]:
        """Return where the procedure is called with ``pt3dadd(fscan(), ...)`` in it.

        And the numbers below that line; fscan skips what is no number. Statements go on
        below the last that is read.
        """
        n = len(self._words)
        reads = [at for at in range(n - 2) if self._words[at : at + 3] == ["pt3dadd", "(", "fscan"]]
        for at in range(reads[-1] if reads else n, n - 3):
            called = self._words[at : at + 4]
            if self._words[at - 1] == "\n" and called[1:] == ["(", ")", "\n"] and called[0] != "\n":
                return at, _NUMBER.finditer(text, self._places[at + 3])
        return n, iter(())

    def _scan(self) -> float | None:
        found = next(self._scanned, None)
        if found is None:
            return None
        self._scanned_to = found.end()
        return real(found[0])

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
                count, after = self._whole(at + 1, {**self._whole_numbers, **numbers})
                if count is None or not 0 < count <= 1_000_000 or self._text_at(after) != "]":
                    raise self._error(at, f"the number of sections {name}[...] is not plain")
                self._arrays.add(name)
                for index in range(count):
                    self.sections.setdefault(f"{name}[{index}]", Section(line))
                if len(self.sections) > 1_000_000:
                    raise self._error(at, "creates more than a million sections")
                at = after + 1
            else:
                self.sections.setdefault(name, Section(line))
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
        """Go through the body of ``for i = 1, 9`` for each number; skip other loops."""
        name = self._text_at(at)
        if self._text_at(at + 1) != "=":
            return at
        known = {**self._whole_numbers, **numbers}
        first, after = self._whole(at + 2, known)
        if first is None or self._text_at(after) != ",":
            return at
        last, after = self._whole(after + 1, known)
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
        if text == "fscan":
            scanned = self._scan()
            is_whole = scanned is not None and scanned == int(scanned)
            return (int(scanned), at + 3) if scanned is not None and is_whole else (None, at)
        value = _whole_number(text)
        return (None, at) if value is None else (value, at + 1)

    def _real(self, at: int, numbers: dict[str, int]) -> tuple[float | None, int]:
        sign = 1.0
        while self._text_at(at) in ("-", "+"):
            sign *= -1.0 if self._text_at(at) == "-" else 1.0
            at += 1
        text = self._text_at(at)
        if text == "fscan":
            scanned = self._scan()
            return (None if scanned is None else sign * scanned), at + 3
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
        return SkeletonFileError(self._shown, self._line(at), problem, REMEDY + ".")
