"""Skeletons written by navis as tables of nodes, in JSON and Parquet files."""

from __future__ import annotations

import io
import json
from typing import Any

import numpy as np
import pandas as pd

from napari_neuron.errors import MorphologyError, SkeletonFileError
from napari_neuron.morphology.formats.cell import FileCell, rows_of_ids
from napari_neuron.morphology.formats.content import MOST_NODES, require_short
from napari_neuron.morphology.guess import FileUnit, parse_unit
from napari_neuron.morphology.model import SOMA, FloatArray, IntArray

_NEEDED = ("node_id", "parent_id", "x", "y", "z", "radius")
_REMEDY = "Write it again with navis.write_json or navis.write_parquet."


def read_json(content: bytes, shown: str) -> list[FileCell]:
    """Read what ``navis.write_json`` writes. It does not keep the unit.

    Raises
    ------
    SkeletonFileError
        If it is something else.
    """
    require_short(content, shown)
    neurons = _loads(content, shown)
    neurons = [neurons] if isinstance(neurons, dict) else neurons
    is_ours = isinstance(neurons, list) and neurons
    if not is_ours or not all(isinstance(one, dict) and "_nodes" in one for one in neurons):
        problem = "is not a list of neurons with '_nodes', as navis writes"
        raise SkeletonFileError(shown, None, problem, _REMEDY)
    return [_of_json(neuron, shown) for neuron in neurons]


def _loads(text: str | bytes, shown: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as fault:
        line = getattr(fault, "lineno", None)
        problem = f"is not JSON ({str(fault)[:80]})"
        raise SkeletonFileError(shown, line, problem, _REMEDY) from None


def _of_json(neuron: dict[str, Any], shown: str) -> FileCell:
    nodes = _frame(neuron["_nodes"], shown)
    header = neuron.get("swc_header")
    lines = str(header).splitlines()[:1000] if header else []
    cell = _cell(nodes, shown)
    connectors = neuron.get("_connectors")
    table = None if connectors is None else _connectors(_frame(connectors, shown))
    unit = _unit(neuron.get("units"))
    return FileCell(
        **{
            **vars(cell),
            "name": str(neuron.get("name") or neuron.get("id") or "neuron"),
            "header": tuple(line.removeprefix("#") for line in lines if line.strip()),
            "unit": unit,
            "connectors": table,
        }
    )


def _frame(text: Any, shown: str) -> pd.DataFrame:
    columns = _loads(text, shown) if isinstance(text, str) else text
    try:
        return pd.DataFrame({name: list(column.values()) for name, column in columns.items()})
    except (AttributeError, ValueError, TypeError):
        problem = "a table is not in the form that pandas writes"
        raise SkeletonFileError(shown, None, problem, _REMEDY) from None


def read_parquet(content: bytes, shown: str) -> list[FileCell]:
    """Read what ``navis.write_parquet`` writes; needs pyarrow.

    Raises
    ------
    SkeletonFileError
        If it is something else, or pyarrow is missing.
    """
    try:
        import pyarrow.parquet
    except ImportError:
        remedy = "Install it: pip install 'napari-neuron[parquet]'."
        raise SkeletonFileError(shown, None, "Parquet files need pyarrow", remedy) from None
    try:
        file = pyarrow.parquet.ParquetFile(io.BytesIO(content))
        if file.metadata.num_rows > MOST_NODES:
            problem = f"holds {file.metadata.num_rows:,} rows"
            raise SkeletonFileError(shown, None, problem, "Put each cell in its own file.")
        present = set(file.schema_arrow.names)
        names = [name for name in (*_NEEDED, "label", "neuron") if name in present]
        stated = file.schema_arrow.metadata or {}
        meta = {
            key.decode("utf-8", "replace"): value.decode("utf-8", "replace")
            for key, value in stated.items()
        }
        table = pd.DataFrame({name: file.read([name])[name].to_numpy() for name in names})
    except SkeletonFileError:
        raise
    except Exception as fault:  # pyarrow raises its own kinds and OSError for damaged files
        problem = f"is not a Parquet file, or damaged ({' '.join(str(fault).split())[:100]})"
        raise SkeletonFileError(shown, None, problem, _REMEDY) from None
    if "neuron" not in table:
        ids = [value for key, value in meta.items() if key.endswith(":id")]
        return [_of_parquet(table, ids[0] if ids else None, meta, shown)]
    return [
        _of_parquet(nodes.reset_index(drop=True), str(one), meta, shown)
        for one, nodes in table.groupby("neuron", sort=False)
    ]


def _of_parquet(
    nodes: pd.DataFrame, neuron_id: str | None, meta: dict[str, str], shown: str
) -> FileCell:
    cell = _cell(nodes, shown)
    swc_type = cell.swc_type.copy()
    soma = meta.get(f"{neuron_id}:soma", "").strip("[]").replace(",", " ").split()
    if soma and all(word.isdecimal() and len(word) < 19 for word in soma):
        swc_type[swc_type == SOMA] = 0
        swc_type[np.isin(cell.node_id, [int(word) for word in soma])] = SOMA
    name = meta.get(f"{neuron_id}:name")
    return FileCell(
        **{
            **vars(cell),
            "name": neuron_id if name is None else f"{name} {neuron_id}",
            "swc_type": swc_type,
            "unit": _unit(meta.get(f"{neuron_id}:units")),
        }
    )


def _cell(nodes: pd.DataFrame, shown: str) -> FileCell:
    missing = [column for column in _NEEDED if column not in nodes]
    if missing or len(nodes) == 0:
        what = f"has no column {', '.join(missing)}" if missing else "is empty"
        raise SkeletonFileError(shown, None, f"the table of nodes {what}", _REMEDY)
    node_id = _integers(nodes["node_id"], shown)
    parent_id = _integers(nodes["parent_id"].fillna(-1), shown)
    has_parent = parent_id >= 0
    parent = np.full(len(nodes), -1, dtype=np.int64)
    parent[has_parent] = rows_of_ids(node_id, parent_id[has_parent], shown)
    swc_type = np.zeros(len(nodes), dtype=np.int64)
    if "label" in nodes:
        said = pd.to_numeric(nodes["label"].astype(object), errors="coerce").fillna(0)
        swc_type = said.clip(0, 1e6).to_numpy(np.float64).astype(np.int64)
    return FileCell(
        name=None,
        node_id=node_id,
        parent=parent,
        swc_type=swc_type,
        position=np.column_stack([_reals(nodes[axis], shown) for axis in "xyz"]),
        radius=_reals(nodes["radius"].fillna(0), shown),
    )


def _integers(column: pd.Series, shown: str) -> IntArray:
    try:
        as_is = column.to_numpy()
        with np.errstate(invalid="ignore"):
            whole = np.asarray(as_is.astype(np.int64))
        if as_is.dtype.kind in "iuf" and (whole == as_is).all():
            return whole
        if all(isinstance(one, int) for one in as_is.tolist()):
            return whole
    except (ValueError, TypeError, OverflowError):
        pass
    problem = f"the column {column.name!r} is not of integers of 64 bits"
    raise SkeletonFileError(shown, None, problem, _REMEDY)


def _reals(column: pd.Series, shown: str) -> FloatArray:
    try:
        return column.to_numpy().astype(np.float64)
    except (ValueError, TypeError, OverflowError):
        problem = f"the column {column.name!r} is not of numbers"
        raise SkeletonFileError(shown, None, problem, _REMEDY) from None


def _connectors(table: pd.DataFrame) -> pd.DataFrame | None:
    if len(table) == 0 or not {"node_id", "type", "x", "y", "z"} <= set(table):
        return None
    kinds = [{"0": "pre", "1": "post"}.get(str(kind), str(kind)) for kind in table["type"]]
    first = ["node_id", "type", "x", "y", "z"]
    table = table.assign(type=kinds)
    return table[[*first, *(column for column in table if column not in first)]]


def _unit(text: Any) -> FileUnit | None:
    if not isinstance(text, str) or "dimensionless" in text:
        return None
    try:
        return parse_unit(text, f"the file's units: {text[:40]}")
    except MorphologyError:
        return None
