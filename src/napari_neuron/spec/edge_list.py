"""Makes networks from edge lists, adjacency matrices and connectivity tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import numpy.typing as npt

from napari_neuron.errors import ExperimentError
from napari_neuron.spec.columns import first_bad_row
from napari_neuron.spec.point_models import POINT_MODELS
from napari_neuron.spec.point_network import (
    EdgeTable,
    NeuronColumn,
    NeuronTable,
    PointNetwork,
    PointNeurons,
)

if TYPE_CHECKING:
    import pandas as pd

Network = TypeVar("Network", bound=PointNetwork)

SOURCES = ("source", "bodyId_pre", "pre_root_id", "pre_pt_root_id", "pre_id", "pre")
TARGETS = ("target", "bodyId_post", "post_root_id", "post_pt_root_id", "post_id", "post")
WEIGHTS = ("weight", "syn_count", "synapses", "n_synapses", "count")
"""Names of these columns in neuPrint, CAVE, FlyWire and navis."""

SIGNS: Mapping[str, int] = {
    **dict.fromkeys(("acetylcholine", "ach"), 1),
    **dict.fromkeys(("gaba", "glutamate", "glut", "glu"), -1),
}
"""Signs of transmitters in the fly's central brain, where glutamate inhibits."""

_OF_NETWORK = ("stimuli", "weight_scale", "recorded", "run", "models")


def network_of(
    network: type[Network], edges: pd.DataFrame, model: Any, settings: Mapping[str, Any]
) -> Network:
    """Return the network of an edge list; see `PointNetwork.from_edge_list`."""
    return _network_of(network, edges, model, settings, lambda row: f"row {row} of the edge list")


def network_of_file(
    network: type[Network], path: str | Path, model: Any, settings: Mapping[str, Any]
) -> Network:
    """Return the network of an edge list in a file; see `PointNetwork.from_file`."""
    import pandas as pd

    is_parquet = str(path).endswith((".parquet", ".pq"))
    try:
        table = (
            pd.read_parquet(path)
            if is_parquet
            else pd.read_csv(path, sep=separator_of(path), low_memory=False)
        )
    except OSError:
        raise
    except Exception as error:  # both readers raise all sorts of things
        said = " ".join(str(error).split())
        raise ExperimentError(str(path), f"this cannot be read as a table: {said}") from None

    def where(row: int) -> str:
        return f"{path}: row {row}" if is_parquet else f"{path}:{row + 2}"

    return _network_of(network, table, model, settings, where)


def separator_of(path: str | Path) -> str:
    """Return the separator of a text file: a comma, semicolon or tab."""
    with open(path, encoding="utf-8-sig", errors="replace") as file:
        line = file.readline()
    return max(",;\t", key=line.count)


def _network_of(
    network: type[Network],
    edges: pd.DataFrame,
    model: Any,
    settings: Mapping[str, Any],
    where: Callable[[int], str],
) -> Network:
    of_table = {name: value for name, value in settings.items() if name not in _OF_NETWORK}
    rest = {name: value for name, value in settings.items() if name in _OF_NETWORK}
    models = rest.pop("models", ())
    neurons, table, parameters = read_edges(edges, where=where, **of_table)
    return network(
        neurons=neurons,
        edges=table,
        parameters=parameters,
        models=(PointNeurons(model=_model(model)), *models),
        **rest,
    )


def _model(model: Any) -> Any:
    if not isinstance(model, str):
        return model
    if model not in POINT_MODELS:
        raise ExperimentError(
            "model", f"{model!r} is not known; there are {', '.join(POINT_MODELS)}"
        )
    return POINT_MODELS[model]()


def read_edges(
    edges: pd.DataFrame,
    *,
    source: str = "source",
    target: str = "target",
    weight: str | float | None = "weight",
    delay: str | float = 5.0,
    transmitter: str | None = None,
    signs: Mapping[str, float] = SIGNS,
    neurons: Sequence[Any] | pd.DataFrame | None = None,
    labels: Mapping[Any, str] | Sequence[str] | None = None,
    groups: Mapping[Any, str] | Sequence[str] | None = None,
    positions: Mapping[Any, Sequence[float]] | npt.ArrayLike | None = None,
    parameters: pd.DataFrame | Mapping[str, npt.ArrayLike] | None = None,
    where: Callable[[int], str] = "row {} of the edge list".format,
) -> tuple[NeuronTable, EdgeTable, tuple[NeuronColumn, ...]]:
    """Read the neurons and edges of a table.

    Parameters
    ----------
    edges
        One row per edge, or per synapse. Rows with the same source, target and delay are summed.
    source, target
        Columns of ids. If they do not exist, the names used by neuPrint, CAVE and FlyWire are
        tried.
    weight
        A column, or one number for all rows; None: each row is one synapse and counts 1.
    delay
        A column or a number, ms.
    transmitter
        Column of the source's transmitter; its sign multiplies the weight.
    signs
        Sign of each transmitter; names in lower case.
    neurons
        Ids of all neurons, or a data frame with the column id and optionally label, group, x, y, z.
        By default those that occur in the edges, in ascending order.
    labels, groups, positions
        One per id (a mapping, which may be incomplete) or one per neuron, in order.
    parameters
        Columns of model parameters, indexed by id or in the order of the neurons.
    where
        How to name a row in errors.

    Raises
    ------
    ExperimentError
        Names the first row with a mistake.
    """
    source, target = _column(edges, source, SOURCES), _column(edges, target, TARGETS)
    if weight == "weight":
        weight = _column(edges, weight, WEIGHTS)
    ends = [_ids(edges, name, where) for name in (source, target)]
    weights = _values(edges, 1.0 if weight is None else weight, where)
    delays = _values(edges, delay, where)
    row = first_bad_row(delays < 0)
    if row is not None:
        raise ExperimentError(where(row), f"the delay is {delays[row]:g} ms; it cannot be negative")
    if transmitter is not None:
        weights = weights * _signs(edges, transmitter, signs, where)
    table, parameter_columns = _neurons(
        neurons, ends, labels=labels, groups=groups, positions=positions, parameters=parameters
    )
    rows = [
        _rows(table, ids, name, where) for ids, name in zip(ends, (source, target), strict=True)
    ]
    return table, _summed(rows[0], rows[1], weights, delays), parameter_columns


def edges_of_matrix(matrix: Any, ids: Sequence[Any] | None) -> tuple[pd.DataFrame, Any]:
    """Return the edges of a matrix as a table, and the ids of the neurons."""
    import pandas as pd
    from scipy import sparse

    if isinstance(matrix, pd.DataFrame):
        if ids is None:
            if list(matrix.index) != list(matrix.columns):
                raise ExperimentError(
                    "matrix", "its rows and columns are not the same neurons in the same order"
                )
            ids = matrix.index.to_list()
        matrix = matrix.to_numpy()
    found = sparse.coo_array(matrix if sparse.issparse(matrix) else np.asarray(matrix, float))
    if found.ndim != 2 or found.shape[0] != found.shape[1]:
        raise ExperimentError(
            "matrix", f"the matrix must be square, but its shape is {found.shape}"
        )
    names = np.arange(found.shape[0]) if ids is None else np.asarray(ids)
    if len(names) != found.shape[0]:
        raise ExperimentError("ids", f"{len(names)} ids for {found.shape[0]} neurons")
    rows, columns = found.row, found.col
    bad = first_bad_row(~np.isfinite(found.data))
    if bad is not None:
        place = f"matrix[{rows[bad]}, {columns[bad]}]"
        raise ExperimentError(place, f"{found.data[bad]} is not a finite number")
    table = pd.DataFrame({"source": names[rows], "target": names[columns], "weight": found.data})
    return table, names


def _column(table: pd.DataFrame, wanted: str, known: tuple[str, ...]) -> str:
    if wanted in table.columns:
        return wanted
    if wanted == known[0]:
        there = next((name for name in known if name in table.columns), None)
        if there is not None:
            return there
    raise ExperimentError(
        wanted, f"there is no column {wanted!r}; there is {', '.join(map(str, table.columns))}"
    )


def _ids(table: pd.DataFrame, name: str, where: Callable[[int], str]) -> npt.NDArray[Any]:
    column = table[name]
    row = first_bad_row(column.isna().to_numpy())
    if row is not None:
        raise ExperimentError(where(row), f"there is no id in the column {name!r}")
    ids = column.to_numpy()
    if ids.dtype.kind == "f":
        row = first_bad_row((ids != np.round(ids)) | (np.abs(ids) > 2**53))
        if row is not None:
            raise ExperimentError(
                where(row),
                f"the id {ids[row]} in the column {name!r} is not a whole number, or too large "
                "for a column of decimals; read it as text or int64",
            )
        return ids.astype(np.int64)
    return ids.astype(np.int64) if ids.dtype.kind in "iu" else column.astype(str).to_numpy(str)


def _values(
    table: pd.DataFrame, name: str | float, where: Callable[[int], str]
) -> npt.NDArray[np.float64]:
    if not isinstance(name, str):
        value = float(name)
        if not np.isfinite(value):
            raise ExperimentError("", f"{value} is not a finite weight or delay")
        return np.full(len(table), value)
    if name not in table.columns:
        raise ExperimentError(
            name, f"there is no column {name!r}; there is {', '.join(map(str, table.columns))}"
        )
    import pandas as pd

    values = pd.to_numeric(table[name], errors="coerce").to_numpy(np.float64, na_value=np.nan)
    row = first_bad_row(~np.isfinite(values))
    if row is not None:
        given = table[name].iloc[row]
        raise ExperimentError(where(row), f"the {name} is {given!s}; it must be a finite number")
    return values


def _signs(
    table: pd.DataFrame, name: str, signs: Mapping[str, float], where: Callable[[int], str]
) -> npt.NDArray[np.float64]:
    column = table[_column(table, name, (name,))].astype(str).str.lower()
    found = column.map({key.lower(): float(value) for key, value in signs.items()})
    row = first_bad_row(found.isna().to_numpy())
    if row is not None:
        raise ExperimentError(
            where(row),
            f"no sign is known for the transmitter {table[name].iloc[row]!r}; give it in signs=",
        )
    return np.asarray(found, dtype=np.float64)


def _neurons(
    given: Any,
    ends: list[npt.NDArray[Any]],
    *,
    labels: Any,
    groups: Any,
    positions: Any,
    parameters: Any,
) -> tuple[NeuronTable, tuple[NeuronColumn, ...]]:
    columns: dict[str, Any] = {}
    if given is None:
        ids = np.unique(np.concatenate(ends))
    elif hasattr(given, "columns"):
        if "id" not in given.columns:
            raise ExperimentError("neurons", "there is no column 'id'")
        ids = given["id"].to_numpy()
        for name in ("label", "group"):
            if name in given.columns:
                columns[name] = given[name].fillna("").astype(str).to_numpy(str)
        if {"x", "y", "z"} <= set(given.columns):
            columns["position"] = given[["x", "y", "z"]].to_numpy(np.float64)
    else:
        ids = np.asarray(given)
    names = ids.tolist()
    for name, values in (("label", labels), ("group", groups)):
        if isinstance(values, Mapping):
            columns[name] = np.array([str(values.get(x, "")) for x in names], dtype=str)
        elif values is not None:
            columns[name] = np.array([str(x) for x in values], dtype=str)
    if isinstance(positions, Mapping):
        unknown = (np.nan,) * 3
        columns["position"] = np.array([positions.get(x, unknown) for x in names], dtype=float)
    elif positions is not None:
        columns["position"] = np.asarray(positions, dtype=np.float64)
    table = NeuronTable(id=ids, **columns)
    return table, _parameters(parameters, table)


def _parameters(given: Any, neurons: NeuronTable) -> tuple[NeuronColumn, ...]:
    if given is None:
        return ()
    if hasattr(given, "reindex"):
        given = given.reindex(neurons.id.tolist())
    return tuple(
        NeuronColumn(parameter=str(name), values=np.asarray(given[name], np.float64))
        for name in given
    )


def _rows(
    neurons: NeuronTable, ids: npt.NDArray[Any], name: str, where: Callable[[int], str]
) -> npt.NDArray[np.int64]:
    try:
        rows: npt.NDArray[np.int64] = neurons.rows(ids, "")
    except ExperimentError as error:
        row = int(error.field.strip("[]"))
        raise ExperimentError(where(row), f"{name}: {error.problem}") from None
    return rows


def _summed(
    source: npt.NDArray[np.int64],
    target: npt.NDArray[np.int64],
    weight: npt.NDArray[np.float64],
    delay: npt.NDArray[np.float64],
) -> EdgeTable:
    """Return the edges, sorted; those of the same ends and delay are one with the summed weight."""
    order = np.lexsort((delay, target, source))
    source, target = source[order], target[order]
    weight, delay = weight[order], delay[order]
    new = np.ones(len(source), dtype=bool)
    new[1:] = (np.diff(source) != 0) | (np.diff(target) != 0) | (np.diff(delay) != 0)
    first = np.flatnonzero(new)
    total = np.add.reduceat(weight, first) if len(first) else weight
    return EdgeTable(source=source[first], target=target[first], weight=total, delay=delay[first])
