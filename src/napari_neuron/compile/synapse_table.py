"""Synapses from a connector table: read, snapped to nodes, filtered, drawn, and activated.

table = read_synapses("inputs.csv", cell, units="8 nm", partner="bodyId_pre")
chosen = table.where(kind="post", label="dendrite", confidence=0.5).draw(200, seed=7)
stimuli = chosen.by_partner(Synapse(nodes=(0,), events=PoissonEvents(rate=10)))
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from napari_neuron.compile.noise import uniforms
from napari_neuron.compile.regions import nodes_in
from napari_neuron.errors import ExperimentError
from napari_neuron.morphology.guess import parse_unit
from napari_neuron.morphology.model import BoolArray, FloatArray, IntArray, Morphology
from napari_neuron.spec import AlphaSynapse, SpikeTimes, Stimulus, Synapse
from napari_neuron.spec.base import Spec

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
_DRAWING = 0x5EED
"""Sets the stream that rows are drawn with apart from others of the same seed."""


@dataclass(frozen=True, eq=False)
class SynapseTable:
    """Synapses on one cell, each at a node.

    Attributes
    ----------
    cell : Morphology
        The cell.
    rows : pandas.DataFrame
        One synapse each: ``node`` (id), ``distance`` (µm from the given position to the node; NaN
        where none was given), and where the source has them ``kind`` ("pre" or "post"),
        ``partner``, ``weight`` and ``time`` (ms); then the other columns of the source. The index
        is the row in the source, from 0.
    left_out : pandas.DataFrame
        Rows of the source that could not be placed, with ``distance`` and ``why``.
    """

    cell: Morphology
    rows: pd.DataFrame
    left_out: pd.DataFrame

    def __len__(self) -> int:
        return len(self.rows)

    def __repr__(self) -> str:
        return f"SynapseTable({len(self)} on {self.cell.name!r}, {len(self.left_out)} left out)"

    @property
    def nodes(self) -> tuple[int, ...]:
        """The node of each synapse."""
        return tuple(self.rows["node"].tolist())

    def where(
        self,
        *,
        kind: str | None = None,
        partner: object = None,
        label: str | Sequence[str] | None = None,
        region: Spec | None = None,
        confidence: float | None = None,
        query: str = "",
    ) -> SynapseTable:
        """Return the synapses for which all that is given holds.

        Parameters
        ----------
        kind
            "pre" or "post".
        partner
            One partner or a list of them.
        label
            Label, or several, of the node.
        region
            Any region of `napari_neuron.spec`.
        confidence
            The least value of the column ``confidence``.
        query
            A condition in the words of `pandas.DataFrame.query`: ``"weight > 3 and roi == 'AL'"``.

        Raises
        ------
        ExperimentError
            If a column, label or region is not there, or the query is wrong.
        """
        rows = self.rows
        keep = np.ones(len(rows), dtype=bool)
        if kind is not None:
            keep &= (self._column("kind") == kind).to_numpy()
        if partner is not None:
            is_list = isinstance(partner, list | tuple | set | frozenset | np.ndarray)
            wanted = list(partner) if is_list else [partner]  # type: ignore[call-overload]
            keep &= self._column("partner").isin(wanted).to_numpy()
        if confidence is not None:
            keep &= (self._column("confidence") >= confidence).to_numpy()
        if label is not None:
            labels = [label] if isinstance(label, str) else list(label)
            keep &= self._labelled(labels)[self.cell.rows(rows["node"].to_numpy())]
        if region is not None:
            keep &= nodes_in(region, self.cell)[self.cell.rows(rows["node"].to_numpy())]
        chosen = rows[keep]
        if query:
            try:
                chosen = chosen.query(query)
            except Exception as error:  # pandas raises whatever the expression meets
                raise ExperimentError("query", f"{query!r} cannot be evaluated: {error}") from None
        return replace(self, rows=chosen)

    def draw(self, n: int, seed: int) -> SynapseTable:
        """Return ``n`` synapses drawn at random without replacement, in the table's order.

        The same seed draws the same rows; a larger ``n`` only adds to them.

        Raises
        ------
        ExperimentError
            If there are not so many.
        """
        if not 0 <= n <= len(self):
            raise ExperimentError("n", f"{n} cannot be drawn from {len(self)} synapses")
        numbers = uniforms(np.array([[seed, _DRAWING, 0]]), len(self))[0]
        chosen = np.sort(np.argsort(numbers, kind="stable")[:n])
        return replace(self, rows=self.rows.iloc[chosen])

    def at_once(
        self, stimulus: Stimulus, *, weighted: bool = False, timed: bool = False
    ) -> tuple[Stimulus, ...]:
        """Return ``stimulus`` placed at all synapses; its own nodes do not count.

        Parameters
        ----------
        stimulus
            A `Synapse`, or anything else that is placed at nodes.
        weighted
            Multiply its weight with the column ``weight``; needs a `Synapse`.
        timed
            Add the column ``time`` to its delay; needs a `Synapse`.

        Raises
        ------
        ExperimentError
            If there are no synapses, or a column is missing or has gaps.
        """
        changes: dict[str, Any] = {"nodes": self._some_nodes()}
        if (weighted or timed) and not isinstance(stimulus, Synapse):
            raise ExperimentError(
                "weighted" if weighted else "timed",
                f"{type(stimulus).__name__} has one for all nodes; use a Synapse",
            )
        if isinstance(stimulus, Synapse):
            changes |= {"weights": (), "delays": (), "train_of": ()}
            if weighted:
                changes["weights"] = tuple((self._numbers("weight") * stimulus.weight).tolist())
            if timed:
                changes["delays"] = tuple((self._numbers("time") + stimulus.delay).tolist())
        return (stimulus.replace(**changes),)

    def in_groups(
        self,
        stimulus: AlphaSynapse | Synapse,
        sizes: Sequence[int],
        times: Sequence[float],
    ) -> tuple[Stimulus, ...]:
        """Return the first ``sizes[i]`` synapses activated once, at ``times[i]`` (ms), for every i.

        A size of 0 makes nothing. Synapses of a small group are in the larger ones too, as in
        navis' tutorial (0, 5, 10 ... synapses at 50, 250, 450 ms).

        Raises
        ------
        ExperimentError
            If a group is larger than the table, or there are not as many sizes as times.
        """
        if len(sizes) != len(times):
            raise ExperimentError("times", f"there are {len(times)} for {len(sizes)} sizes")
        made: list[Stimulus] = []
        for index, (size, time) in enumerate(zip(sizes, times, strict=True)):
            if not 0 <= size <= len(self):
                raise ExperimentError(
                    f"sizes[{index}]", f"{size} synapses are wanted, there are {len(self)}"
                )
            if not size:
                continue
            at = {"onset": time} if isinstance(stimulus, AlphaSynapse) else {}
            if isinstance(stimulus, Synapse):
                at = {"events": SpikeTimes(times=(time,))}  # type: ignore[dict-item]
            group = replace(self, rows=self.rows.iloc[:size])
            made += [one.replace(**at) for one in group.at_once(stimulus)]
        return tuple(made)

    def by_partner(
        self, synapse: Synapse, *, weighted: bool = False, timed: bool = False
    ) -> tuple[Stimulus, ...]:
        """Return ``synapse`` placed at all synapses, driven by one train for each partner.

        A partner keeps its train whichever rows are chosen beside its own.

        Raises
        ------
        ExperimentError
            As `at_once`; and if a synapse has no partner.
        """
        partners = self._column("partner")
        if partners.isna().any():
            row = partners.index[partners.isna()][0]
            raise ExperimentError("partner", f"row {row} has none; leave such rows out")
        (placed,) = self.at_once(synapse, weighted=weighted, timed=timed)
        return (placed.replace(train_of=_train_numbers(partners.tolist()), shared=False),)

    def _column(self, name: str) -> pd.Series[Any]:
        if name not in self.rows:
            there = ", ".join(map(str, self.rows.columns))
            raise ExperimentError(name, f"the table has no column for it; there is {there}")
        return self.rows[name]

    def _numbers(self, name: str) -> FloatArray:
        import pandas as pd

        values = pd.to_numeric(self._column(name), errors="coerce").to_numpy(np.float64)
        if not np.isfinite(values).all():
            row = self.rows.index[~np.isfinite(values)][0]
            raise ExperimentError(name, f"row {row} has {self.rows[name][row]!r}, not a number")
        return values

    def _some_nodes(self) -> tuple[int, ...]:
        if not len(self):
            raise ExperimentError("nodes", "no synapse is left; loosen the filters")
        return self.nodes

    def _labelled(self, labels: list[str]) -> BoolArray:
        there = [] if self.cell.labels is None else sorted(set(self.cell.labels.tolist()) - {""})
        missing = [label for label in labels if label not in there]
        if missing:
            known = f"there is {', '.join(there)}" if there else "it has no labels yet"
            raise ExperimentError("label", f"no node is labelled {missing[0]!r}; {known}")
        assert self.cell.labels is not None
        return np.isin(self.cell.labels, labels)


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
        Whose nodes they are placed at.
    position
        Columns of x, y and z; by default "x", "y", "z". A synapse goes to the nearest node.
    node
        Column of node ids; by default "node_id" or "node", if there is one and no ``position`` is
        named. It decides; positions then only tell the distance.
    kind, partner, weight, time
        Columns; by default those of these names, and "type" or "relation" for the kind. Kinds 0
        and 1 are read as "pre" and "post", as in CATMAID's tables.
    units
        Of the positions: "um", "nm", "8 nm", "4x4x40 nm".
    limit
        µm; what is further from its node is left out.

    Returns
    -------
    SynapseTable

    Raises
    ------
    ExperimentError
        If a column is not there, or nothing says where the synapses are.
    MorphologyError
        If ``units`` is no unit of length.
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
        return _read_file(Path(source)).reset_index(drop=True), scale
    connectors = getattr(source, "connectors", None)
    if connectors is None:
        raise ExperimentError(
            "source", f"{type(source).__name__} is no table and has no connectors"
        )
    neuron = Morphology.from_navis(source)
    if neuron.connectors is None:
        raise ExperimentError("source", "the connectors of this neuron name no nodes")
    return neuron.connectors.reset_index(drop=True), np.ones(3)


def _read_file(path: Path) -> pd.DataFrame:
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


def _train_numbers(partners: list[Any]) -> tuple[int, ...]:
    """Return a number below 2**31 for each partner, equal for equal ones, that is its own."""
    numbers: dict[str, int] = {}
    taken: set[int] = set()
    for name in sorted({str(partner) for partner in partners}):
        number = int.from_bytes(blake2b(name.encode(), digest_size=4).digest(), "little") >> 1
        while number in taken:
            number = (number + 1) % 2**31
        taken.add(number)
        numbers[name] = number
    return tuple(numbers[str(partner)] for partner in partners)
