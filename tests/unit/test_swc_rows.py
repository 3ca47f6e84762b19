"""Long files are read the fast way, and to the same cell or error as row by row."""

import random

import numpy as np
import pytest

from napari_neuron import SwcError
from napari_neuron.morphology import read_swc, swc_rows

ROWS = [
    f"{i} 3 {i * 0.1!r} {-i / 7!r} 1e-3 {0.5 + i % 3} {i - 1 if i > 1 else -1}"
    for i in range(1, 400)
]
PLAIN = "# a cell\n# units: um\n\n" + "\n".join(ROWS) + "\n"
READ_FAST = {
    "plain": PLAIN,
    "tabs": PLAIN.replace(" ", "\t"),
    "indented": PLAIN.replace("\n", "\n   "),
    "wide": PLAIN.replace(" ", "    "),
    "trailing blanks": PLAIN.replace("\n", " \n"),
    "Windows": PLAIN.replace("\n", "\r\n"),
    "blank lines": PLAIN.replace("\n", "\n\n"),
    "no last line end": PLAIN.rstrip(),
    "more columns": "\n".join(f"{row} 7 8" for row in ROWS),
    "shuffled": "\n".join(random.Random(1).sample(ROWS, len(ROWS))),
}
LEFT_ALONE = {
    "large ids": "\n".join(
        f"{2**60 + i} 3 {i} 0 0 1 {2**60 + i - 1 if i else -1}" for i in range(50)
    ),
    "comment within": PLAIN.replace("\n200 ", "\n# here\n200 "),
    "old Mac": PLAIN.replace("\n", "\r"),
    "large ids as reals": PLAIN.replace("\n399 ", "\n9007199254740993.0 "),
    "half a type": PLAIN.replace("\n200 3", "\n200 3.5"),
    "id too large": PLAIN.replace("\n399 ", "\n9223372036854775808 "),
    "negative id": PLAIN.replace("\n399 ", "\n-399 "),
    "not a number": PLAIN.replace("\n200 3", "\n200 nan"),
    "two in one": PLAIN.replace("\n200 3 ", "\n200 3-1 "),
    "six columns": PLAIN.replace("\n200 3 ", "\n200 "),
    "six and eight columns": PLAIN.replace("\n200 3 ", "\n200 ").replace("\n201 3", "\n201 3 3"),
    "too far": PLAIN.replace("1e-3", "1e300", 1),
    "only comments": "# a\n# b\n",
    "empty": "",
}
WRONG = {
    "used twice": PLAIN.replace("\n200 ", "\n199 "),
    "no such parent": PLAIN.replace(" 199\n", " 1999\n"),
    "circle": PLAIN.replace(" 199\n", " 205\n"),
}


def outcome(text):
    try:
        return read_swc(text.encode(), name="cell")
    except SwcError as error:
        return str(error)


@pytest.mark.parametrize("name", [*READ_FAST, *LEFT_ALONE, *WRONG])
def test_both_ways_lead_to_the_same(name, monkeypatch):
    text = {**READ_FAST, **LEFT_ALONE, **WRONG}[name]
    slow = outcome(text)
    monkeypatch.setattr(swc_rows, "_SHORTEST", 0)
    columns = [(c, np.int64 if c in ("id", "type", "parent") else np.float64) for c in
               ("id", "type", "x", "y", "z", "radius", "parent")]  # fmt: skip
    rows = swc_rows.ordinary_rows(text.encode(), columns)
    assert (rows is None) == (name in LEFT_ALONE)
    fast = outcome(text)
    if isinstance(slow, str):
        assert fast == slow
        return
    for field in ("node_id", "parent", "swc_type", "position", "radius"):
        assert np.array_equal(getattr(fast, field), getattr(slow, field)), field
    assert fast.header == slow.header
    assert fast.unit == slow.unit
