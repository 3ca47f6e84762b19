"""Reads waveforms and spike times from CSV files; errors name file, line and column."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator
from pathlib import Path

from napari_neuron.errors import ExperimentError

_FIRST = 65536
"""Characters from which the delimiter is guessed."""


def read_waveform(
    path: str | Path, *, time: str | int = 0, value: str | int = 1
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Read two columns of numbers: times (ms), in order, and values.

    Columns may be separated by commas, semicolons, tabs or spaces. A first line that is not numbers
    names the columns; blank lines and lines that start with ``#`` are skipped.

    Parameters
    ----------
    path
        The file.
    time, value
        Columns, by name or by number from 0.

    Returns
    -------
    times, values

    Raises
    ------
    ExperimentError
        If the file is not in this form; names the file, line and column.
    OSError
        If it cannot be read.
    """
    times: list[float] = []
    values: list[float] = []
    for line, (moment, level) in _numbers(path, (time, value)):
        if moment < 0 or (times and moment < times[-1]):
            before = "0" if not times else f"{times[-1]:g}"
            raise ExperimentError(
                f"{path}:{line}", f"the time {moment:g} ms is before {before} ms; sort the lines"
            )
        times.append(moment)
        values.append(level)
    if len(times) < 2:
        raise ExperimentError(str(path), "a waveform needs at least two lines of numbers")
    return tuple(times), tuple(values)


def read_spike_times(
    path: str | Path, *, time: str | int = 0, train: str | int | None = None
) -> tuple[tuple[float, ...], ...]:
    """Read spike times (ms) from a CSV file; they need not be in order.

    Parameters
    ----------
    path
        The file, in the form described in `read_waveform`.
    time
        Column of the times, by name or by number from 0.
    train
        Column that gives the train of each spike (any whole number); None if all belong to one
        train.

    Returns
    -------
    tuple of tuple of float
        Ascending times, one tuple per train, trains ascending.

    Raises
    ------
    ExperimentError
        If the file is not in this form; names the file, line and column.
    OSError
        If it cannot be read.
    """
    trains: dict[float, list[float]] = {}
    columns = (time,) if train is None else (time, train)
    for line, numbers in _numbers(path, columns):
        if numbers[0] < 0:
            raise ExperimentError(f"{path}:{line}", f"{numbers[0]:g} ms is before the run begins")
        trains.setdefault(0.0 if train is None else numbers[1], []).append(numbers[0])
    if not trains:
        raise ExperimentError(str(path), "there is no spike time in this file")
    return tuple(tuple(sorted(trains[name])) for name in sorted(trains))


def _numbers(
    path: str | Path, columns: tuple[str | int, ...]
) -> Iterator[tuple[int, tuple[float, ...]]]:
    """Yield line number and the numbers of the wanted columns."""
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise ExperimentError(str(path), "this is not a text file in UTF-8") from None
    delimiter = _delimiter(text[:_FIRST])
    at: list[int] | None = None
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if delimiter == " ":
            cells = line.split()
        else:
            cells = [cell.strip() for cell in next(csv.reader([line], delimiter=delimiter))]
        if at is None:
            named = not any(_is_number(cell) for cell in cells)
            at = [_column(column, cells if named else [], f"{path}:{number}") for column in columns]
            if named:
                continue
        yield number, tuple(_number(cells, i, f"{path}:{number}") for i in at)


def _delimiter(text: str) -> str:
    lines = [x for x in text.splitlines() if x.strip() and not x.lstrip().startswith("#")]
    sample = lines[-2] if len(lines) > 1 else "".join(lines)  # the last may be cut
    return next((mark for mark in (";", "\t", ",") if mark in sample), " ")


def _column(wanted: str | int, names: list[str], where: str) -> int:
    if isinstance(wanted, int):
        return wanted
    if wanted not in names:
        there = f"there is {', '.join(names)}" if names else "its first line names no columns"
        raise ExperimentError(where, f"there is no column {wanted!r}; {there}")
    return names.index(wanted)


def _number(cells: list[str], column: int, where: str) -> float:
    if column >= len(cells):
        raise ExperimentError(
            where, f"column {column + 1} is wanted, this line has {len(cells)} columns"
        )
    if not _is_number(cells[column]):
        raise ExperimentError(
            where, f"{cells[column]!r} in column {column + 1} is not a finite number"
        )
    return float(cells[column])


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False
