"""The rows of long, ordinary SWC files, converted all at once by pandas.

A file is ordinary if comments come only before the first row and rows consist of plain numbers.
All others, and files with ids beyond 2**53, are left to `napari_neuron.morphology.swc`, which goes
row by row and can explain errors.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from napari_neuron.morphology.formats.cell import NOTE
from napari_neuron.morphology.formats.content import FARTHEST, MOST_LINES
from napari_neuron.morphology.model import FloatArray, IntArray

if TYPE_CHECKING:
    import pandas as pd

_CHARACTERS = b"0123456789+-.eE \t\r\n"
_N_COLUMNS = 7
_SHORTEST = 2**19
"""Bytes; below this, importing pandas would take longer than it saves."""


@dataclass(frozen=True, eq=False)
class Rows:
    """The numbers of a file, and as bytes the comments before the first row."""

    head: bytes
    node_id: IntArray
    swc_type: IntArray
    position: FloatArray
    radius: FloatArray
    parent_id: IntArray


def ordinary_rows(data: bytes, columns: Sequence[tuple[str, type]]) -> Rows | None:
    """Convert the content of a long, ordinary SWC file; None if it is another.

    Parameters
    ----------
    columns
        Names and types of the seven columns.
    """
    if len(data) < _SHORTEST or data.count(b"\n") > MOST_LINES:
        return None
    start = _first_row(data)
    body = data[start:]
    if not body or body.translate(None, _CHARACTERS):
        return None
    if b"\r" in body:
        if body.count(b"\r") != body.count(b"\r\n"):
            return None
        body = body.replace(b"\r\n", b"\n")
    table = _table(body, " ", columns)
    if table is None:  # not parted by single blanks, which are read twice as fast as any
        table = _table(body, r"\s+", columns)
    if table is None or not len(table):
        return None
    node_id, swc_type, x, y, z, radius, parent_id = (table[n].to_numpy() for n, _ in columns)
    position = np.column_stack([x, y, z])
    is_near = (np.abs(position) < FARTHEST).all() and (np.abs(radius) < FARTHEST).all()
    # pandas may read an integer by way of a float, which is not exact beyond this
    is_exact = all((np.abs(one) < 2**53).all() for one in (node_id, swc_type, parent_id))
    if not is_near or not is_exact or node_id.min() < 0:
        return None
    return Rows(data[:start], node_id, swc_type, position, radius, parent_id)


def parted_by_blanks(rows: list[str]) -> tuple[list[str], list[str], list[str]]:
    """Return rows that a spreadsheet may have written in the ordinary way.

    They may be parted by commas, or by semicolons; a comma is a decimal point then. The first may
    be a heading that lacks its #.

    Returns
    -------
    heading, rows, note
        Heading and note are empty or of one line, as they are to stand in the cell's header.
    """
    note = []
    for mark, name in ((";", "semicolons"), (",", "commas")):
        if all(row.count(mark) >= _N_COLUMNS - 1 for row in rows):
            if mark == ";":
                rows = [row.replace(",", ".") for row in rows]
            rows = [row.replace(mark, " ") for row in rows]
            note = [f"{NOTE} the columns are separated by {name}"]
            break
    words = rows[0].split()
    if len(rows) > 1 and len(words) >= _N_COLUMNS and not any(map(_is_number, words)):
        return [f" {' '.join(words)}"], rows[1:], note
    return [], rows, note


def _is_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True


def _table(body: bytes, separator: str, columns: Sequence[tuple[str, type]]) -> pd.DataFrame | None:
    import pandas as pd

    try:
        with warnings.catch_warnings():
            # pandas 3 announces that its default, which was not exact, will be
            warnings.simplefilter("ignore")
            return pd.read_csv(
                io.BytesIO(body),
                sep=separator,
                header=None,
                index_col=False,
                names=[name for name, _ in columns],
                dtype=dict(columns),
                na_filter=False,
                float_precision="round_trip",
            )
    except (ValueError, OverflowError, TypeError):  # pandas.errors.ParserError is a ValueError
        return None


def _first_row(data: bytes) -> int:
    """Return where the first line begins that is neither empty nor a comment."""
    start = 0
    while start < len(data):
        end = data.find(b"\n", start) + 1 or len(data)
        line = data[start:end].strip()
        if line and not line.startswith(b"#"):
            return start
        start = end
    return start
