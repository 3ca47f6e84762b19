"""Traces and spikes as tables, for CSV files.

Traces sampled at the same times share a time column; each other set of times has its own. If
traces differ in length, the shorter ones end with empty cells.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from napari_neuron.result.model import Trace

if TYPE_CHECKING:
    import pandas as pd

DIGITS = "%.10g"
"""How numbers are written: more than a float64 trace of a simulation means."""


def traces_table(traces: Iterable[tuple[str, Trace]]) -> pd.DataFrame:
    """Return traces side by side.

    Parameters
    ----------
    traces
        Names and traces, in the order of the columns.

    Returns
    -------
    DataFrame
        The first column is "time (ms)"; time columns of other sampling intervals are called "time
        every 0.1 ms (ms)". Each is followed by its traces, such as "soma (mV)". If two traces have
        the same name, the second is called "soma [2] (mV)".
    """
    import pandas as pd

    groups: dict[float, list[tuple[str, Trace]]] = {}
    for name, trace in traces:
        groups.setdefault(_interval(trace), []).append((name, trace))
    columns: dict[str, npt.NDArray[np.float64]] = {}
    for interval, group in groups.items():
        longest = max((trace.time for _, trace in group), key=len)
        columns["time (ms)" if not columns else f"time every {interval:g} ms (ms)"] = longest
        for name, trace in group:
            heading = f"{name} ({trace.unit})" if trace.unit else name
            count = 2
            while heading in columns:
                heading = f"{name} [{count}] ({trace.unit})" if trace.unit else f"{name} [{count}]"
                count += 1
            columns[heading] = trace.values
    n_rows = max(map(len, columns.values()), default=0)
    return pd.DataFrame({name: _padded(values, n_rows) for name, values in columns.items()})


def spikes_table(spikes: Mapping[str, npt.NDArray[np.float64]]) -> pd.DataFrame:
    """Return one row per spike, with the columns "detector" and "time (ms)"."""
    import pandas as pd

    times = [np.asarray(found, dtype=np.float64) for found in spikes.values()]
    return pd.DataFrame(
        {
            "detector": np.repeat(np.array([*spikes], dtype=object), [len(t) for t in times]),
            "time (ms)": np.concatenate(times) if times else np.empty(0),
        }
    )


def save_table(table: pd.DataFrame, path: str | Path) -> None:
    """Write a table as CSV, with a header and without row numbers.

    Raises
    ------
    OSError
        If the file cannot be written.
    """
    table.to_csv(path, index=False, float_format=DIGITS, encoding="utf-8")


def _interval(trace: Trace) -> float:
    return float(f"{trace.time[1] - trace.time[0]:.9g}") if len(trace.time) > 1 else 0.0


def _padded(values: npt.NDArray[np.float64], n_rows: int) -> npt.NDArray[np.float64]:
    if len(values) == n_rows:
        return values
    return np.concatenate([values, np.full(n_rows - len(values), np.nan)])
