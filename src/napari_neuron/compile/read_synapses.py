"""Reads connector tables: each row gets a node or is listed as left out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from napari_neuron.compile.synapse_table import SynapseTable
from napari_neuron.errors import ExperimentError
from napari_neuron.morphology.guess import parse_unit
from napari_neuron.morphology.model import FloatArray, IntArray, Morphology

if TYPE_CHECKING:
    import pandas as pd

_USUAL_NAMES = {
    "node": ("node_id", "node"),
    "kind": ("kind", "type", "relation"),
    "partner": ("partner", "partner_id"),
    "weight": ("weight",),
    "time": ("time",),
}
"""Columns that are taken where none is named and one is there."""

_KIND_WORDS = {"0": "pre", "1": "post", "presynapse": "pre", "postsynapse": "post"}
_KIND_WORDS |= {"0.0": "pre", "1.0": "post", "presynaptic": "pre", "postsynaptic": "post"}


def read_synapses(
    source: str | Path | pd.DataFrame | Any | None,
    cell: Morphology,
    *,
    position: tuple[str, str, str] | None = None,
    node: str | None = None,
    kind: str | None = None,
    partner: str | None = None,
    weight: str | None = None,
    time: str | None = None,
    units: str = "um",
    limit: float = 5.0,
) -> SynapseTable:
    """Read synapses from a table and find the node of each.

    Parameters
    ----------
    source
        A CSV, TSV or parquet file, a DataFrame, a navis neuron with connectors, or None for the
        connectors of ``cell``.
    cell
        The cell to place them on.
    position
        Columns of x, y and z; by default "x", "y", "z". A synapse goes to the nearest node.
    node
        Column of node ids; by default "node_id" or "node", if present and no ``position`` is given.
        It sets the node; positions then only give the distance.
    kind, partner, weight, time
        Columns; by default those with these names, and "type" or "relation" for the kind. Kinds 0
        and 1 are read as "pre" and "post", as in CATMAID's tables.
    units
        Unit of the positions: "um", "nm", "8 nm", "4x4x40 nm".
    limit
        Rows farther than this from their node are left out, µm.

    Returns
    -------
    SynapseTable

    Raises
    ------
    ExperimentError
        If a column does not exist, or nothing says where the synapses are.
    MorphologyError
        If ``units`` is not a unit of length.
    OSError
        If a file cannot be read.
    """
    table, scale = _read(source, cell, units)
    named = {"node": node, "kind": kind, "partner": partner, "weight": weight, "time": time}
    columns = {field: _choose(table, field, name) for field, name in named.items()}
    if position is not None and node is None:
        columns["node"] = None
    xyz = _positions(table, position, scale)
    if columns["node"] is None and xyz is None:
        raise ExperimentError(
            "position",
            "nothing says where the synapses are: name columns for position or node; there is "
            + ", ".join(map(str, table.columns)),
        )
    found, distance = _place(table, columns["node"], xyz, cell)
    why = np.full(len(table), "", dtype=object)
    why[distance > limit] = f"further than {limit:g} µm from the nearest node"
    why[found < 0] = (
        f"not a node of {cell.name!r}" if columns["node"] is not None else "it has no position"
    )
    rows = _columns_first(table, columns, found, distance, cell)
    there = why == ""
    left_out = rows[~there].drop(columns="node").assign(why=why[~there])
    return SynapseTable(cell, rows[there], left_out)


def read_columns(source: Any, cell: Morphology) -> tuple[str, ...]:
    """Return the names of a table's columns; ``source`` is as for `read_synapses`.

    Raises
    ------
    ExperimentError
        If there is no such table.
    OSError
        If a file cannot be read.
    """
    return tuple(str(column) for column in _read(source, cell, "um")[0].columns)


def _read(source: Any, cell: Morphology, units: str) -> tuple[pd.DataFrame, FloatArray]:
    """Return a table with an index from 0, and µm per unit of its positions."""
    import pandas as pd

    scale = np.asarray(parse_unit(units).scale, dtype=np.float64)
    if source is None:
        if cell.connectors is None:
            raise ExperimentError("source", f"{cell.name!r} has no connectors; name a file")
        return cell.connectors.reset_index(drop=True), np.ones(3)
    if isinstance(source, pd.DataFrame):
        return source.reset_index(drop=True), scale
    if isinstance(source, str | Path):
        return read_table_file(Path(source)).reset_index(drop=True), scale
    connectors = getattr(source, "connectors", None)
    if connectors is None:
        raise ExperimentError(
            "source", f"{type(source).__name__} is not a table and has no connectors"
        )
    neuron = Morphology.from_navis(source)
    if neuron.connectors is None:
        raise ExperimentError("source", "the connectors of this neuron name no nodes")
    return neuron.connectors.reset_index(drop=True), np.ones(3)


def read_table_file(path: Path) -> pd.DataFrame:
    """Read a CSV, TSV or parquet file.

    Raises
    ------
    ExperimentError
        If it is no table.
    OSError
        If it cannot be read.
    """
    import pandas as pd

    with path.open("rb"):  # the usual errors: no such file, not allowed
        pass
    try:
        if path.suffix.lower() in (".parquet", ".pq"):
            return pd.read_parquet(path)
        separator = "\t" if path.suffix.lower() in (".tsv", ".tab") else ","
        return pd.read_csv(path, sep=separator, skipinitialspace=True)
    except ImportError:
        raise ExperimentError(
            str(path), "reading parquet needs pyarrow: pip install pyarrow, or save it as CSV"
        ) from None
    except Exception as error:  # both raise whatever their parsers do
        raise ExperimentError(str(path), f"this cannot be read as a table: {error}") from None


def _choose(table: pd.DataFrame, field: str, name: str | None) -> str | None:
    if name is None:
        return next((usual for usual in _USUAL_NAMES[field] if usual in table), None)
    _require(table, field, name)
    return name


def _require(table: pd.DataFrame, field: str, name: str) -> None:
    if name not in table:
        there = ", ".join(map(str, table.columns))
        raise ExperimentError(field, f"there is no column {name!r}; there is {there}")


def _positions(
    table: pd.DataFrame, names: tuple[str, str, str] | None, scale: FloatArray
) -> FloatArray | None:
    """Return (n, 3) µm, NaN where there is no number; None without columns."""
    import pandas as pd

    if names is None:
        if not {"x", "y", "z"} <= set(table.columns):
            return None
        names = ("x", "y", "z")
    for name in names:
        _require(table, "position", name)
    columns = [pd.to_numeric(table[name], errors="coerce").to_numpy(np.float64) for name in names]
    return np.stack(columns, axis=1) * scale


def _place(
    table: pd.DataFrame, node: str | None, xyz: FloatArray | None, cell: Morphology
) -> tuple[IntArray, FloatArray]:
    """Return the row of each synapse's node, -1 for none, and its distance (µm), NaN if unknown."""
    distance = np.full(len(table), np.nan)
    if node is None:
        from scipy.spatial import cKDTree

        assert xyz is not None
        found = np.full(len(table), -1, dtype=np.int64)
        given = np.isfinite(xyz).all(axis=1)
        distance[given], found[given] = cKDTree(cell.position).query(xyz[given])
        return found, distance
    ids = _whole_numbers(table, node)
    order = np.argsort(cell.node_id)
    at = np.minimum(np.searchsorted(cell.node_id[order], ids), len(cell) - 1)
    found = np.where(cell.node_id[order[at]] == ids, order[at], -1)
    if xyz is not None:
        distance = np.linalg.norm(xyz - cell.position[found], axis=1)
        distance[found < 0] = np.nan
    return found.astype(np.int64), distance


def _whole_numbers(table: pd.DataFrame, name: str) -> IntArray:
    """Return a column as int64 without a detour through floats, which would change long ids."""
    import pandas as pd

    column = table[name]
    if column.dtype.kind in "iu":
        return column.to_numpy(np.int64)
    numbers = pd.to_numeric(column, errors="coerce")
    whole = numbers.notna() & (numbers % 1 == 0)
    if not whole.all():
        row = table.index[~whole][0]
        raise ExperimentError("node", f"row {row} has {column[row]!r}, not the id of a node")
    return numbers.to_numpy().astype(np.int64)


def _columns_first(
    table: pd.DataFrame,
    columns: dict[str, str | None],
    found: IntArray,
    distance: npt.NDArray[Any],
    cell: Morphology,
) -> pd.DataFrame:
    """Return the table with the columns of `SynapseTable` first, under their names there."""
    import pandas as pd

    known: dict[str, Any] = {"node": cell.node_id[found], "distance": distance}
    for field in ("kind", "partner", "weight", "time"):
        name = columns[field]
        if name is not None:
            known[field] = table[name]
    if "kind" in known:
        words = [str(value).strip().lower() for value in known["kind"]]
        known["kind"] = [_KIND_WORDS.get(word, word) for word in words]
    used = {name for name in columns.values() if name is not None} | set(known)
    others = table[[column for column in table.columns if column not in used]]
    return pd.concat([pd.DataFrame(known, index=table.index), others], axis=1)
