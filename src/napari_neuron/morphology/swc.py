"""SWC files: read exactly, and written so that reading gives the same skeleton.

A row is ``id type x y z radius parent``; further columns are ignored. Rows may be in any order,
and may be written as a spreadsheet does (`swc_rows.parted_by_blanks`). Anything that cannot be
right is an `SwcError`; anything odd but possible is left as it is, for
`napari_neuron.morphology.check` to report.
"""

from __future__ import annotations

import gzip
import os
import re
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from napari_neuron.errors import MorphologyError, SwcError
from napari_neuron.morphology.formats.content import FARTHEST, read_content, text_of
from napari_neuron.morphology.guess import find_unit, says_unit
from napari_neuron.morphology.model import BoolArray, FloatArray, IntArray, Morphology
from napari_neuron.morphology.swc_rows import ordinary_rows, parted_by_blanks

_COLUMNS = ("id", "type", "x", "y", "z", "radius", "parent")
_INTEGERS, _REALS = (0, 1, 6), (2, 3, 4, 5)
_ROW_TYPE = [
    (column, np.int64 if index in _INTEGERS else np.float64)
    for index, column in enumerate(_COLUMNS)
]
_LARGEST_ID = 2**63 - 1
_INTEGER = re.compile(r"[+-]?[0-9]+")
_NEWLINE = re.compile(r"\r\n|\n|\r")
_SOURCE = re.compile(r" source: .*, in ")
_NO_CABLE = " no cable above nodes:"


@dataclass(frozen=True, eq=False)
class _Table:
    """The rows of a file as they are, with the line of each and the comments."""

    node_id: IntArray
    swc_type: IntArray
    position: FloatArray
    radius: FloatArray
    parent_id: IntArray
    numbers: Sequence[int]
    header: tuple[str, ...]


def read_swc(
    source: str | os.PathLike[str] | bytes, units: str | None = None, name: str | None = None
) -> Morphology:
    """Read a skeleton from an SWC file.

    Parameters
    ----------
    source
        A path (a name ending in ``.gz`` may be compressed), or the content itself: bytes, or a
        string with line breaks.
    units
        Of the file: "um", "nm", "8 nm" (voxels), "4x4x40 nm". None: what the file's comments say,
        else guessed from the size of the cell.
    name
        Of the cell; the file's stem if None.

    Raises
    ------
    SwcError
        Gives the line, if the file cannot be right.
    MorphologyError
        If ``units`` is not a unit of length.
    """
    if isinstance(source, bytes):
        path, data = None, source
    elif isinstance(source, str) and _NEWLINE.search(source):
        path, data = None, source.encode()
    else:
        path = Path(source)
        data = read_content(path, error=SwcError)
    return parse_swc(
        data,
        "<string>" if path is None else str(path),
        units,
        name if name is not None else _stem(path),
        None if path is None else str(path.absolute()),
    )


def parse_swc(
    data: bytes, shown: str, units: str | None, name: str, source: str | None
) -> Morphology:
    """Read the content of an SWC file; ``shown`` names it in errors. Otherwise as `read_swc`."""
    table = _ordinary_table(data, shown)
    if table is not None:
        try:
            return _morphology(table, shown, units, name, source)
        except SwcError:
            pass  # row by row it is known which line is wrong
    table = _table(text_of(data, shown, SwcError).split("\n"), shown)
    return _morphology(table, shown, units, name, source)


def _morphology(
    table: _Table, shown: str, units: str | None, name: str, source: str | None
) -> Morphology:
    parent = _parent_rows(table, shown)
    unit = find_unit(units, table.header, table.position, parent, table.swc_type, table.radius)
    try:
        return Morphology(
            node_id=table.node_id,
            parent=parent,
            swc_type=table.swc_type,
            position=table.position * unit.scale,
            radius=table.radius * unit.scale[0],
            name=name,
            header=table.header,
            unit=unit.label,
            unit_evidence=unit.evidence,
            source=source,
            no_cable_above=_no_cable_above(table),
        )
    except MorphologyError:
        _raise_for_cycle(table, parent, shown)
        raise


def write_swc(
    morphology: Morphology, path: str | os.PathLike[str], changes: Sequence[str] = ()
) -> None:
    """Write a skeleton as an SWC file in µm, keeping the order of rows, ids and comments.

    Numbers have enough digits to be read back exactly. The first lines give the unit, the original
    file with its unit, and the changes since. A comment, which `read_swc` reads, names nodes
    without cable above them. SWC has no place for labels and connectors, so they are not written.

    Parameters
    ----------
    morphology
        The cell.
    path
        The file; a name ending in ``.gz`` is compressed.
    changes
        Changes made to the cell, one line each.

    Raises
    ------
    OSError
        If the file cannot be written; an existing file then stays untouched.
    """
    head = ["# units: um"]
    if not any(map(_SOURCE.match, morphology.header)):
        source = morphology.name if morphology.source is None else Path(morphology.source).name
        head.append(f"# source: {_one_line(source)}, in {morphology.unit}")
    if morphology.no_cable_above is not None:
        apart = morphology.node_id[morphology.no_cable_above].tolist()
        head.append(f"#{_NO_CABLE} {' '.join(map(str, apart))}")
    kept = (one for one in morphology.header if not says_unit(one) and _NO_CABLE not in one)
    head += [f"#{_one_line(one)}" for one in kept]
    head += [f"# changed: {_one_line(one)}" for one in changes]
    parent = np.where(morphology.parent < 0, -1, morphology.node_id[morphology.parent])
    columns = (
        morphology.node_id.tolist(),
        morphology.swc_type.tolist(),
        *morphology.position.T.tolist(),
        morphology.radius.tolist(),
        parent.tolist(),
    )
    rows = (
        f"{n} {t} {x!r} {y!r} {z!r} {r!r} {p}" for n, t, x, y, z, r, p in zip(*columns, strict=True)
    )
    text = "\n".join([*head, *rows]) + "\n"
    data = text.encode(errors="replace")
    target = Path(path)
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        part.write_bytes(gzip.compress(data) if target.suffix.lower() == ".gz" else data)
        os.replace(part, target)
    finally:
        part.unlink(missing_ok=True)


def _one_line(comment: str) -> str:
    return _NEWLINE.sub(" ", comment).replace("\0", " ")


def _no_cable_above(table: _Table) -> BoolArray | None:
    """Return the nodes named in the comment of `write_swc`."""
    for line in table.header:
        if line.startswith(_NO_CABLE):
            words = line[len(_NO_CABLE) :].split()
            ids = [int(word) for word in words if word.isdecimal() and len(word) < 19]
            return np.isin(table.node_id, np.array(ids, dtype=np.int64))
    return None


def _stem(path: Path | None) -> str:
    if path is None:
        return "neuron"
    name = path.name.removesuffix(".gz")
    return Path(name).stem or name or "neuron"


def _ordinary_table(data: bytes, path: str) -> _Table | None:
    rows = ordinary_rows(data, _ROW_TYPE)
    if rows is None:
        return None
    head = text_of(rows.head, path, SwcError).split("\n")
    return _Table(
        node_id=rows.node_id,
        swc_type=rows.swc_type,
        position=rows.position,
        radius=rows.radius,
        parent_id=rows.parent_id,
        numbers=range(len(rows.node_id)),
        header=tuple(line.split("#", 1)[1].rstrip() for line in head if "#" in line),
    )


def _table(lines: list[str], path: str) -> _Table:
    numbers: list[int] = []
    rows: list[str] = []
    header: list[str] = []
    for number, line in enumerate(lines, start=1):
        row = line
        if "#" in line:
            row, comment = line.split("#", 1)
            if not row or row.isspace():
                header.append(comment.rstrip())
                continue
        elif not line or line.isspace():
            continue
        numbers.append(number)
        rows.append(row)
    if not rows:
        remedy = "An SWC file has one row of seven columns for each node."
        raise SwcError(path, None, "holds no node", remedy)
    columns = _ordinary_columns(rows)
    if columns is None:
        heading, rows, note = parted_by_blanks(rows)
        numbers = numbers[len(numbers) - len(rows) :]
        header = [*heading, *header, *note]
        columns = _ordinary_columns(rows) if heading or note else None
    if columns is None:
        values = [
            _row(row.split(), number, path) for number, row in zip(numbers, rows, strict=True)
        ]
        columns = list(zip(*values, strict=True))
    node_id, swc_type, x, y, z, radius, parent_id = columns
    return _Table(
        node_id=np.array(node_id, dtype=np.int64),
        swc_type=np.array(swc_type, dtype=np.int64),
        position=np.array([x, y, z], dtype=np.float64).T,
        radius=np.array(radius, dtype=np.float64),
        parent_id=np.array(parent_id, dtype=np.int64),
        numbers=numbers,
        header=tuple(header),
    )


def _ordinary_columns(rows: list[str]) -> list[Any] | None:
    """Convert all rows at once, in C; None if any of them is unusual."""
    everything = "".join(rows)
    if not everything.isascii() or "_" in everything or '"' in everything:
        return None  # what Python and NumPy may take for numbers, and no other reader does
    try:
        with warnings.catch_warnings():
            # NumPy warns where it reads an integer by way of a float, which is not exact.
            warnings.simplefilter("error")
            table = np.loadtxt(
                rows, dtype=_ROW_TYPE, comments=None, usecols=range(len(_COLUMNS)), ndmin=1
            )
    except (ValueError, Warning):
        return None
    if table["id"].min() < 0:
        return None
    for column in _REALS:
        if not (np.abs(table[_COLUMNS[column]]) < FARTHEST).all():  # also NaN
            return None
    return [table[column] for column in _COLUMNS]


def _row(words: Sequence[str], number: int, path: str) -> list[float]:
    """Convert one row, or say what is wrong with it."""
    if len(words) < len(_COLUMNS):
        problem = f"{len(words)} column{'s' * (len(words) != 1)} where an SWC row has 7"
        remedy = f"A row is: {' '.join(_COLUMNS)}. Complete it, or put # before a comment."
        raise SwcError(path, number, problem, remedy)
    values = [
        (_integer if index in _INTEGERS else _real)(_COLUMNS[index], words[index], number, path)
        for index in range(len(_COLUMNS))
    ]
    if values[0] < 0:
        remedy = "Ids are 0 or larger; only the parent of a root is -1."
        raise SwcError(path, number, f"negative id {values[0]}", remedy)
    return values


def _integer(column: str, word: str, number: int, path: str) -> int:
    if _INTEGER.fullmatch(word):
        value = int(word) if len(word) < 25 else 10**25
        if abs(value) > _LARGEST_ID:
            remedy = "Number the nodes with integers up to 9223372036854775807."
            raise SwcError(path, number, f"{column} {_short(word)} is too large", remedy)
        return value
    as_real = _real(column, word, number, path)
    if as_real != int(as_real) or abs(as_real) > 2**53:
        raise SwcError(path, number, f"{column} {_short(word)} is not an integer", _REMEDY)
    return int(as_real)


_REMEDY = "Correct the row, or put # before it if it is a comment."


def _real(column: str, word: str, number: int, path: str) -> float:
    try:
        value = float(word) if word.isascii() and "_" not in word else None
    except ValueError:
        value = None
    if value is None:
        remedy = "Write decimals with a point." if "," in word else _REMEDY
        raise SwcError(path, number, f"{column} {_short(word)} is not a number", remedy)
    if not abs(value) < FARTHEST:
        what = "not finite" if not np.isfinite(value) else "impossibly large"
        raise SwcError(path, number, f"{column} {_short(word)} is {what}", _REMEDY)
    return value


def _short(word: str) -> str:
    shown = word if len(word) <= 30 else f"{word[:27]}..."
    return ascii(shown)


def _parent_rows(table: _Table, path: str) -> IntArray:
    """Turn parents' ids into rows; any negative id means no parent."""
    node_id, parent_id, numbers = table.node_id, table.parent_id, table.numbers
    order = np.argsort(node_id, kind="stable")
    in_order = node_id[order]
    again = np.flatnonzero(in_order[1:] == in_order[:-1])
    if len(again):
        at = again[np.argmin(order[again + 1])]
        first, second = numbers[order[at]], numbers[order[at + 1]]
        problem = f"id {in_order[at]} was already used in line {first}"
        raise SwcError(path, second, problem, "Give every node its own id.")
    has_parent = parent_id >= 0
    at = np.minimum(np.searchsorted(in_order, parent_id), len(order) - 1)
    missing = np.flatnonzero(has_parent & (in_order[at] != parent_id))
    if len(missing):
        row = missing[0]
        problem = f"parent {parent_id[row]} of node {node_id[row]} is not in the file"
        more = f" (and {len(missing) - 1} more like it)" if len(missing) > 1 else ""
        remedy = "Write -1 if the node is a root, or add the missing row."
        raise SwcError(path, numbers[row], problem + more, remedy)
    own = np.flatnonzero(has_parent & (parent_id == node_id))
    if len(own):
        problem = f"node {node_id[own[0]]} is its own parent"
        raise SwcError(path, numbers[own[0]], problem, "Write -1 if the node is a root.")
    return np.where(has_parent, order[at], -1)


def _raise_for_cycle(table: _Table, parent: IntArray, path: str) -> None:
    """Raise for the first circle of parents, if there is one."""
    state = np.zeros(len(parent), dtype=np.int8)  # 0 not seen, 1 on the way, 2 leads to a root
    up = parent.tolist()
    for begin in range(len(up)):
        way = list(_walk(begin, up, state))
        if way and up[way[-1]] >= 0 and state[up[way[-1]]] == 1:
            circle = way[way.index(up[way[-1]]) :]
            row = min(circle)
            shown = ", ".join(str(table.node_id[at]) for at in circle[:5])
            more = f" ... ({len(circle)} nodes)" if len(circle) > 5 else ""
            problem = f"the parents of nodes {shown}{more} lead round in a circle"
            remedy = "One of them must be a root (parent -1) or have another parent."
            raise SwcError(path, table.numbers[row], problem, remedy)
        state[way] = 2


def _walk(
    row: int, up: list[int], state: np.ndarray[tuple[int], np.dtype[np.int8]]
) -> Iterator[int]:
    while row >= 0 and state[row] == 0:
        state[row] = 1
        yield row
        row = up[row]
