"""Turns a table of synapses between cells into `ChemicalSynapses` at nodes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from napari_neuron.errors import ExperimentError
from napari_neuron.morphology.guess import parse_unit
from napari_neuron.morphology.model import BoolArray, FloatArray, IntArray, Morphology
from napari_neuron.spec import ChemicalSynapses, Conductance, Exp2Conductance

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class Circuit:
    """The connections made from a table of synapses.

    Attributes
    ----------
    connections : tuple of ChemicalSynapses
        One per kind, for `Experiment.connections`.
    left_out : DataFrame
        Rows farther from their cell than the limit, with ``distance`` (µm).
    autapses : DataFrame
        Rows that connect a cell to itself; they are also among the connections.
    """

    connections: tuple[ChemicalSynapses, ...]
    left_out: pd.DataFrame
    autapses: pd.DataFrame


def connect(
    cells: Sequence[Morphology],
    table: pd.DataFrame,
    *,
    kinds: Mapping[str, Conductance] | None = None,
    weight: float = 0.001,
    delay: float = 1.0,
    velocity: float | None = None,
    threshold: float = -20.0,
    units: str = "um",
    limit: float = 5.0,
) -> Circuit:
    """Place the synapses of a table at the nodes of cells.

    Columns ``pre`` and ``post`` name the cells. Either ``pre_node`` and ``post_node`` are ids of
    nodes, or ``pre_x, pre_y, pre_z`` and ``post_x, post_y, post_z`` are positions, which go to the
    nearest node. Columns ``weight`` (µS), ``delay`` (ms), ``count`` and ``kind`` are optional; a
    ``count`` of n multiplies the weight by n.

    Parameters
    ----------
    cells
        The cells of the circuit; a row of the table that names another cell is an error.
    table
        One row per synapse, or per several synapses at one place.
    kinds
        The conductance of each word in the column ``kind``, such as
        ``{"acetylcholine": Exp2Conductance(e=0), "gaba": Exp2Conductance(e=-70)}``; without it all
        are `Exp2Conductance()`.
    weight
        Weight of rows without their own, µS.
    delay
        Delay of rows without their own, ms.
    velocity
        µm/ms. None: an event starts at the place in the table, when the axon has conducted the
        spike there. A number, for axons that do not spike: the event starts at the root of the
        presynaptic cell, and the travel time from there to the synapse is added to the delay.
    threshold
        Threshold of the presynaptic voltage, mV.
    units
        Unit of the positions: "um", "nm", "8 nm".
    limit
        Rows with a position farther than this from its cell are left out, µm.

    Returns
    -------
    Circuit

    Raises
    ------
    ExperimentError
        Names the row with an unknown cell, node or kind, or a weight, delay or count that is
        negative or not a number; or names the missing column.
    """
    by_name = {cell.name: cell for cell in cells}
    table = table.reset_index(drop=True)
    _require_columns(table)
    for side in ("pre", "post"):
        _require(table[side].isin(list(by_name)), table, side, "is not one of the cells")
    weights = _numbers(table, "weight", weight) * _numbers(table, "count", 1.0, lowest=1.0)
    delays = _numbers(table, "delay", delay, lowest=0.0)
    scale = parse_unit(units).scale
    pre, pre_distance = _nodes(table, "pre", by_name, scale)
    post, post_distance = _nodes(table, "post", by_name, scale)
    distance = np.maximum(pre_distance, post_distance)
    near = distance <= limit
    if velocity is not None:
        delays = delays + _path_from_root(table, pre, by_name) / velocity
        pre = np.array([_root(by_name[name]) for name in table["pre"]], dtype=np.int64)
    connections = []
    for conductance, label, rows in _by_kind(table, kinds):
        used = np.flatnonzero(rows & near)
        if len(used):
            connections.append(
                ChemicalSynapses(
                    label=label,
                    source_cell=tuple(table["pre"].iloc[used]),
                    source_node=tuple(pre[used].tolist()),
                    target_cell=tuple(table["post"].iloc[used]),
                    target_node=tuple(post[used].tolist()),
                    weights=tuple(weights[used].tolist()),
                    delays=tuple(delays[used].tolist()),
                    conductance=conductance,
                    threshold=threshold,
                )
            )
    return Circuit(
        tuple(connections),
        table.assign(distance=distance)[~near],
        table[(table["pre"] == table["post"]) & near],
    )


def match_connectors(cells: Sequence[Morphology], distance: float = 0.3) -> pd.DataFrame:
    """Find the synapses between cells whose connectors do not name their partners.

    Each postsynapse is matched to the nearest presynapse of another cell within ``distance``. This
    suits cells such as navis' hemibrain neurons, in which the two sides of a synapse were annotated
    separately. Only positions decide, so a site next to a synapse between two other cells is
    matched too.

    Parameters
    ----------
    cells
        Cells with connectors.
    distance
        µm.

    Returns
    -------
    DataFrame
        For `connect`: pre, pre_node, post, post_node, distance (µm).
    """
    import pandas as pd
    from scipy.spatial import cKDTree

    sides = {kind: _sites(cells, kind) for kind in ("pre", "post")}
    (pre_cell, pre_node, pre_at), (post_cell, post_node, post_at) = sides["pre"], sides["post"]
    rows = []
    for index, cell in enumerate(cells):
        mine, others = np.flatnonzero(post_cell == index), np.flatnonzero(pre_cell != index)
        if not len(mine) or not len(others):
            continue
        apart, nearest = cKDTree(pre_at[others]).query(post_at[mine])
        for k in np.flatnonzero(apart <= distance).tolist():
            source = others[nearest[k]]
            rows.append(
                (
                    cells[pre_cell[source]].name,
                    int(pre_node[source]),
                    cell.name,
                    int(post_node[mine[k]]),
                    float(apart[k]),
                )
            )
    return pd.DataFrame(rows, columns=["pre", "pre_node", "post", "post_node", "distance"])


def _sites(cells: Sequence[Morphology], kind: str) -> tuple[IntArray, IntArray, FloatArray]:
    """Return index of the cell, node id, and position (µm) of all pre- or postsynapses."""
    index, node, position = [], [], [np.empty((0, 3))]
    for number, cell in enumerate(cells):
        if cell.connectors is None:
            continue
        chosen = cell.connectors[cell.connectors["type"] == kind]
        index += [number] * len(chosen)
        node += chosen["node_id"].tolist()
        position.append(chosen[["x", "y", "z"]].to_numpy(dtype=np.float64))
    return np.array(index, np.int64), np.array(node, np.int64), np.concatenate(position)


def _require_columns(table: pd.DataFrame) -> None:
    for side in ("pre", "post"):
        place = {f"{side}_node"} if f"{side}_node" in table else {f"{side}_{a}" for a in "xyz"}
        for column in (side, *sorted(place)):
            if column not in table:
                there = ", ".join(map(str, table.columns))
                raise ExperimentError(
                    column, f"the table has no such column; it has {there or 'none'}"
                )


def _require(valid: Any, table: pd.DataFrame, column: str, problem: str) -> None:
    wrong = np.flatnonzero(~np.asarray(valid))
    if len(wrong):
        row = int(wrong[0])
        more = f" (and {len(wrong) - 1:,} more rows)" if len(wrong) > 1 else ""
        raise ExperimentError(
            f"row {row}, {column}", f"{table[column].tolist()[row]!r} {problem}{more}"
        )


def _numbers(
    table: pd.DataFrame, column: str, otherwise: float, lowest: float | None = None
) -> FloatArray:
    import pandas as pd

    if column not in table:
        return np.full(len(table), float(otherwise))
    numbers = pd.to_numeric(table[column], errors="coerce").to_numpy(dtype=np.float64)
    _require(np.isfinite(numbers), table, column, "is not a number")
    if lowest is not None:
        _require(numbers >= lowest, table, column, f"is below {lowest:g}")
    return numbers


def _nodes(
    table: pd.DataFrame, side: str, cells: Mapping[str, Morphology], scale: FloatArray
) -> tuple[IntArray, FloatArray]:
    """Return the id of each row's node and how far (µm) it is from the row's position."""
    from scipy.spatial import cKDTree

    nodes, distance = np.zeros(len(table), np.int64), np.zeros(len(table))
    for name, group in table.groupby(side, sort=False):
        cell, rows = cells[str(name)], group.index.to_numpy()
        if f"{side}_node" in table:
            column = f"{side}_node"
            _require(
                ~table.index.isin(rows) | table[column].isin(cell.node_id.tolist()),
                table,
                column,
                f"is not a node of {cell.name!r}",
            )
            nodes[rows] = group[column].to_numpy(dtype=np.int64)
            continue
        columns = [f"{side}_{axis}" for axis in "xyz"]
        position = np.stack([_numbers(group, column, 0.0) for column in columns], axis=1) * scale
        distance[rows], nearest = cKDTree(cell.position).query(position)
        nodes[rows] = cell.node_id[nearest]
    return nodes, distance


def _by_kind(
    table: pd.DataFrame, kinds: Mapping[str, Conductance] | None
) -> list[tuple[Conductance, str, BoolArray]]:
    if kinds is None or "kind" not in table:
        return [(Exp2Conductance(), "", np.ones(len(table), dtype=bool))]
    _require(table["kind"].isin(list(kinds)), table, "kind", "is not one of the kinds")
    return [
        (conductance, word, (table["kind"] == word).to_numpy())
        for word, conductance in kinds.items()
    ]


def _root(cell: Morphology) -> int:
    return int(cell.node_id[np.flatnonzero(cell.parent < 0)[0]])


def _path_from_root(
    table: pd.DataFrame, nodes: IntArray, cells: Mapping[str, Morphology]
) -> FloatArray:
    distance = np.zeros(len(table))
    for name, group in table.groupby("pre", sort=False):
        cell, rows = cells[str(name)], group.index.to_numpy()
        distance[rows] = cell.path_distance[cell.rows(nodes[rows].tolist())]
    return distance
