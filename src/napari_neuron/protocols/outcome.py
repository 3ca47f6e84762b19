"""What a protocol found: values with units, a table, a chart, and sentences; plain values only."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import pandas as pd

FloatArray = npt.NDArray[np.float64]


def said(value: float, unit: str = "", digits: int = 3) -> str:
    """Write a number as it is said: "512 MΩ", "0.0312 nA", "none" for NaN."""
    if not math.isfinite(value):
        return "none"
    if value == 0:
        text = "0"
    else:
        places = digits - 1 - math.floor(math.log10(abs(value)))
        rounded = round(value, places)
        text = f"{value:.{digits - 1}e}" if places > 7 else f"{rounded:,.{max(places, 0)}f}"
        if "." in text and "e" not in text:
            text = text.rstrip("0").rstrip(".")
    return f"{text.replace('-', '−')} {unit}".strip()


@dataclass(frozen=True)
class Quantity:
    """One number that a protocol measured.

    Attributes
    ----------
    name : str
        By which scripts ask for it: "input_resistance".
    label : str
        What it is called: "Input resistance".
    value : float
        NaN where it could not be measured.
    unit : str
    """

    name: str
    label: str
    value: float
    unit: str

    def __str__(self) -> str:
        return f"{self.label} {said(self.value, self.unit)}"


@dataclass(frozen=True)
class Column:
    """A column of a table: one value for each row, NaN where there is none."""

    heading: str
    unit: str
    values: tuple[float | str, ...]

    @property
    def title(self) -> str:
        """The heading with its unit: "amplitude (nA)"."""
        return f"{self.heading} ({self.unit})" if self.unit else self.heading


@dataclass(frozen=True)
class Series:
    """Points, or a line, of a chart.

    Attributes
    ----------
    label : str
    x, y : tuple of float
        Points with a NaN are left out.
    runs : tuple of int
        For each point the number of the run it comes from, from 0; empty for lines that come from
        no run of their own.
    kind : {"points", "line"}
        Points are joined by a thin line, lines are drawn dashed.
    """

    label: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    runs: tuple[int, ...] = ()
    kind: Literal["points", "line"] = "points"


@dataclass(frozen=True)
class Chart:
    """What is to be plotted.

    Attributes
    ----------
    x_label, y_label : str
        With units.
    series : tuple of Series
    marks : tuple of (float, str)
        Places on the x axis that are marked, and what they are.
    log_y : bool
        Whether equal factors are equally far apart on the y axis.
    """

    x_label: str
    y_label: str
    series: tuple[Series, ...] = ()
    marks: tuple[tuple[float, str], ...] = ()
    log_y: bool = False


@dataclass(frozen=True)
class Outcome:
    """What the runs of a protocol say, as far as they are done.

    Attributes
    ----------
    words : tuple of str
        The result in sentences, the most important first.
    quantities : tuple of Quantity
    columns : tuple of Column
        The table, a row for each of ``runs``.
    runs : tuple of int
        For each row the number of its run, from 0.
    chart : Chart
    warnings : tuple of str
        What makes the result doubtful, and what to do about it.
    """

    words: tuple[str, ...]
    quantities: tuple[Quantity, ...]
    columns: tuple[Column, ...]
    runs: tuple[int, ...]
    chart: Chart
    warnings: tuple[str, ...] = ()

    def __getitem__(self, name: str) -> float:
        """Return the value of a quantity; NaN where it could not be measured.

        Raises
        ------
        KeyError
            If there is no quantity of that name; says which there are.
        """
        for quantity in self.quantities:
            if quantity.name == name:
                return quantity.value
        raise KeyError(f"{name!r}; there is {', '.join(q.name for q in self.quantities)}")

    def column(self, heading: str) -> FloatArray:
        """Return a column of numbers, (n_rows,).

        Raises
        ------
        KeyError
            If there is no column with that heading; says which there are.
        """
        for column in self.columns:
            if column.heading == heading:
                return np.array(column.values, dtype=np.float64)
        raise KeyError(f"{heading!r}; there is {', '.join(c.heading for c in self.columns)}")

    def table(self) -> pd.DataFrame:
        """Return the table; headings have their units."""
        import pandas as pd

        return pd.DataFrame({column.title: list(column.values) for column in self.columns})

    def save_table(self, path: str | Path) -> None:
        """Write the table as CSV.

        Raises
        ------
        OSError
            If the file cannot be written.
        """
        from napari_neuron.result.tables import save_table

        save_table(self.table(), path)


def columns_of(
    headings: Sequence[tuple[str, str]], rows: Sequence[Sequence[float | str]]
) -> tuple[Column, ...]:
    """Return the columns of a table that is given by rows; headings are pairs with units."""
    return tuple(
        Column(heading, unit, tuple(row[place] for row in rows))
        for place, (heading, unit) in enumerate(headings)
    )
