"""Columns of numbers inside a spec: read-only arrays, compared by value, and compact in JSON.

A network has up to millions of edges; one pydantic object for each would take minutes. In JSON, a
column of up to `SHOWN` numbers is a list that you can read and write. A longer one is an object
``{"zlib": base64 text, "dtype": "<f8", "length": n}``: the bytes of the array, compressed. Reading
either never executes code and allocates no more than it states.
"""

from __future__ import annotations

import base64
import binascii
import zlib
from typing import Annotated, Any

import numpy as np
import numpy.typing as npt
from pydantic import BeforeValidator, ConfigDict, PlainSerializer

from napari_neuron.errors import ExperimentError
from napari_neuron.spec.base import Spec

SHOWN = 1000
"""Columns up to this length are lists in JSON."""

LONGEST = 2**28
"""More numbers than this in a file count as a mistake."""


class Columns(Spec):
    """A spec whose fields are columns."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        return type(other) is type(self) and all(
            np.array_equal(getattr(self, name), getattr(other, name))
            for name in type(self).model_fields
        )

    __hash__ = None  # type: ignore[assignment]


def _packed(column: npt.NDArray[Any]) -> Any:
    if column.size <= SHOWN or column.dtype.kind == "U":
        return column.tolist()
    plain = np.ascontiguousarray(column, column.dtype.newbyteorder("<"))
    return {
        "zlib": base64.b64encode(zlib.compress(plain.tobytes(), 1)).decode(),
        "dtype": plain.dtype.str,
        "length": len(column),
    }


def _unpacked(value: dict[str, Any], width: int) -> npt.NDArray[Any]:
    if set(value) != {"zlib", "dtype", "length"} or value["dtype"] not in ("<f8", "<i8"):
        raise ValueError('a packed column has "zlib", "dtype" ("<f8" or "<i8") and "length"')
    length = value["length"]
    if not isinstance(length, int) or not 0 <= length <= LONGEST:
        raise ValueError(f"the length of a packed column cannot be {length!r}")
    size = 8 * length * width
    unpack = zlib.decompressobj()
    try:
        raw = unpack.decompress(base64.b64decode(value["zlib"], validate=True), size + 1)
    except (binascii.Error, zlib.error, TypeError) as error:
        raise ValueError(f"this packed column is damaged ({error})") from None
    if len(raw) != size:
        raise ValueError(f"this packed column does not hold {length} numbers; it is damaged")
    return np.frombuffer(raw, np.dtype(value["dtype"]))


def _frozen(column: npt.NDArray[Any]) -> npt.NDArray[Any]:
    if column.flags.writeable:
        column = column.copy()
        column.setflags(write=False)
    return column


def _numbers(value: Any, dtype: type, width: int) -> npt.NDArray[Any]:
    if isinstance(value, dict):
        value = _unpacked(value, width)
        value = value.reshape(-1, width) if width > 1 else value
    try:
        found = np.asarray(value)
        if found.size == 0:
            found = np.empty((0, width) if width > 1 else 0, dtype)
        if found.dtype.kind == "O" and dtype is np.float64:  # null stands for NaN in JSON
            found = found.astype(np.float64)
        if found.dtype.kind not in "iuf" or (dtype is np.int64 and found.dtype.kind == "f"):
            raise TypeError
        column: npt.NDArray[Any] = found.astype(dtype, copy=False)
    except (TypeError, ValueError, OverflowError):
        kind = "whole numbers" if dtype is np.int64 else "numbers"
        raise ValueError(f"a column of {kind} was expected") from None
    if column.ndim != (2 if width > 1 else 1) or (width > 1 and column.shape[1] != width):
        raise ValueError(f"a column of {'numbers' if width == 1 else f'{width} numbers'} per row")
    return _frozen(column)


def _names(value: Any) -> npt.NDArray[Any]:
    """Return ids: whole numbers if all are, else text."""
    if isinstance(value, dict):
        return _numbers(value, np.int64, 1)
    try:
        found = np.asarray(value)
        if found.size == 0:
            return _frozen(np.empty(0, np.int64))
        if found.dtype.kind in "iu":
            return _frozen(found.astype(np.int64, copy=False))
        if found.dtype.kind == "f" and (found == np.round(found)).all():
            raise TypeError  # ids of 64 bits do not survive as floats
        if found.dtype.kind == "O":
            kinds = {type(x) for x in found.tolist()}
            if not kinds <= {int, str, np.int64, np.str_}:
                raise TypeError
            if kinds <= {int, np.int64}:
                return _frozen(found.astype(np.int64))
            found = np.array([str(x) for x in found.tolist()])
        if found.dtype.kind != "U" or found.ndim != 1:
            raise TypeError
    except (TypeError, ValueError, OverflowError):
        raise ValueError("ids must be whole numbers of up to 63 bits, or text") from None
    return _frozen(found)


def _texts(value: Any) -> npt.NDArray[Any]:
    found = np.asarray(value if len(value) else np.empty(0, "U1"))
    if found.dtype.kind == "O" and all(isinstance(x, str) for x in found.tolist()):
        found = found.astype(str)
    if found.dtype.kind != "U" or found.ndim != 1:
        raise ValueError("a column of text was expected")
    return _frozen(found)


_pack = PlainSerializer(_packed)

Numbers = Annotated[
    npt.NDArray[np.float64], BeforeValidator(lambda v: _numbers(v, np.float64, 1)), _pack
]
"""(n,) float64."""

Rows = Annotated[npt.NDArray[np.int64], BeforeValidator(lambda v: _numbers(v, np.int64, 1)), _pack]
"""(n,) int64; rows of another table."""

Positions = Annotated[
    npt.NDArray[np.float64], BeforeValidator(lambda v: _numbers(v, np.float64, 3)), _pack
]
"""(n, 3) float64."""

Ids = Annotated[npt.NDArray[Any], BeforeValidator(_names), _pack]
"""(n,) int64 or text."""

Texts = Annotated[npt.NDArray[np.str_], BeforeValidator(_texts), _pack]
"""(n,) text."""


def first_bad_row(bad: npt.NDArray[np.bool_]) -> int | None:
    """Return the first row where ``bad`` is true, None if there is none."""
    row = int(np.argmax(bad)) if len(bad) else 0
    return row if len(bad) and bad[row] else None


def require_length(table: Columns, n: int) -> None:
    """Raise if a column that is not empty has another length than ``n``."""
    for name in type(table).model_fields:
        column = getattr(table, name)
        if isinstance(column, np.ndarray) and len(column) not in (0, n):
            raise ExperimentError(
                name, f"{len(column)} values for {n} rows; one for each is needed"
            )
