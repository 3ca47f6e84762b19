"""Reads tables of synapses between cells from files with arbitrary column names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from napari_neuron.compile.read_synapses import read_table_file
from napari_neuron.errors import ExperimentError
from napari_neuron.spec import Conductance, Exp2Conductance

if TYPE_CHECKING:
    import pandas as pd

USUAL_COLUMNS: dict[str, tuple[str, ...]] = {
    "pre": ("pre", "bodyId_pre", "pre_pt_root_id", "pre_root_id", "pre_id", "source"),
    "post": ("post", "bodyId_post", "post_pt_root_id", "post_root_id", "post_id", "target"),
    "pre_node": ("pre_node", "pre_node_id"),
    "post_node": ("post_node", "post_node_id"),
    **{
        f"{side}_{axis}": (f"{side}_{axis}", f"{axis}_{side}", f"{side}_pt_position_{axis}")
        for side in ("pre", "post")
        for axis in "xyz"
    },
    "weight": ("weight",),
    "count": ("count", "syn_count"),
    "delay": ("delay",),
    "kind": ("kind", "transmitter", "nt_type", "nt", "predictedNt", "top_nt"),
}
"""Names under which each column of `connect` is recognised, best first."""

_INHIBITORY = frozenset({"gaba", "gabaergic", "glycine", "inhibitory"})


def circuit_table(
    source: str | Path | pd.DataFrame,
    columns: Mapping[str, str] | None = None,
    *,
    cells: Sequence[str] = (),
) -> pd.DataFrame:
    """Read a table of synapses and give its columns the names that `connect` expects.

    Parameters
    ----------
    source
        A CSV, TSV or parquet file, or a DataFrame.
    columns
        Maps names that `connect` expects to columns of the table; common names of the others are
        recognised. If you name a position, the nodes of that side are ignored, and vice versa.
    cells
        Names of cells; rows that name another are left out. Empty: keep all rows.

    Returns
    -------
    DataFrame
        With the columns of `connect`; the index is the row in the source, from 0.

    Raises
    ------
    ExperimentError
        If a named column does not exist, or the file is not a table.
    OSError
        If the file cannot be read.
    """
    if isinstance(source, str | Path):
        source = read_table_file(Path(source))
    named = dict(columns or {})
    for wanted, name in named.items():
        if name not in source:
            there = ", ".join(map(str, source.columns))
            raise ExperimentError(wanted, f"there is no column {name!r}; there is {there}")
    for wanted, usual in USUAL_COLUMNS.items():
        if wanted not in named and not _says_other_place(wanted, named):
            found = next((name for name in usual if name in source), None)
            if found is not None:
                named[wanted] = found
    table = source[[*named.values()]].copy()
    table.columns = list(named)
    for side in ("pre", "post"):
        if side in table:
            table[side] = [_name(value) for value in table[side].tolist()]
    if len(cells) and {"pre", "post"} <= set(table.columns):
        table = table[table["pre"].isin(list(cells)) & table["post"].isin(list(cells))]
    return table


def usual_conductances(words: Sequence[str]) -> dict[str, Conductance]:
    """Return an Exp2Syn for each word of the column "kind": 0 mV, for GABA -70 mV."""
    return {
        word: Exp2Conductance(e=-70.0 if str(word).strip().lower() in _INHIBITORY else 0.0)
        for word in words
    }


def _says_other_place(wanted: str, named: Mapping[str, str]) -> bool:
    side, _, what = wanted.partition("_")
    if not what or side not in ("pre", "post"):
        return False
    if what == "node":
        return any(f"{side}_{axis}" in named for axis in "xyz")
    return f"{side}_node" in named


def _name(value: Any) -> str:
    """Return the name of a cell; ids read as numbers are names too."""
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return str(int(value))
    return str(value)
