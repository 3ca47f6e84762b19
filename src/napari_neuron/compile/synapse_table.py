"""Synapses from a connector table: read, snapped to nodes, filtered, drawn, and activated.

table = read_synapses("inputs.csv", cell, units="8 nm", partner="bodyId_pre")
chosen = table.where(kind="post", label="dendrite", confidence=0.5).draw(200, seed=7)
stimuli = chosen.by_partner(Synapse(nodes=(0,), events=PoissonEvents(rate=10)))
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

import numpy as np

from napari_neuron.compile.noise import uniforms
from napari_neuron.compile.regions import nodes_in
from napari_neuron.errors import ExperimentError
from napari_neuron.morphology.model import BoolArray, FloatArray, Morphology
from napari_neuron.spec import AlphaSynapse, SpikeTimes, Stimulus, Synapse
from napari_neuron.spec.base import Spec

if TYPE_CHECKING:
    import pandas as pd

_DRAWING = 0x5EED
"""Separates the random stream for drawing rows from others with the same seed."""


@dataclass(frozen=True, eq=False)
class SynapseTable:
    """Synapses on one cell, each at a node.

    Attributes
    ----------
    cell : Morphology
        The cell.
    rows : pandas.DataFrame
        One synapse per row: ``node`` (id), ``distance`` (µm from the given position to the node;
        NaN if none was given), if the source has them ``kind`` ("pre" or "post"), ``partner``,
        ``weight`` and ``time`` (ms), then the other columns of the source. The index is the row in
        the source, from 0.
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
        """Node id of each synapse."""
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
        """Return the synapses that meet all given conditions.

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
            Smallest value of the column ``confidence``.
        query
            A condition as for `pandas.DataFrame.query`: ``"weight > 3 and roi == 'AL'"``.

        Raises
        ------
        ExperimentError
            If a column, label or region does not exist, or the query is wrong.
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
            If there are fewer than ``n``.
        """
        if not 0 <= n <= len(self):
            raise ExperimentError("n", f"{n} cannot be drawn from {len(self)} synapses")
        numbers = uniforms(np.array([[seed, _DRAWING, 0]]), len(self))[0]
        chosen = np.sort(np.argsort(numbers, kind="stable")[:n])
        return replace(self, rows=self.rows.iloc[chosen])

    def at_once(
        self, stimulus: Stimulus, *, weighted: bool = False, timed: bool = False
    ) -> tuple[Stimulus, ...]:
        """Return ``stimulus`` placed at all synapses; its own nodes are ignored.

        Parameters
        ----------
        stimulus
            A `Synapse`, or anything else that is placed at nodes.
        weighted
            Multiply its weight by the column ``weight``; needs a `Synapse`.
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

        A size of 0 adds nothing. Larger groups include the synapses of smaller ones, as in navis'
        tutorial (0, 5, 10 ... synapses at 50, 250, 450 ms).

        Raises
        ------
        ExperimentError
            If a group is larger than the table, or the numbers of sizes and times differ.
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
        """Return ``synapse`` placed at all synapses, driven by one train per partner.

        A partner keeps its train whichever other rows are chosen.

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


def _train_numbers(partners: list[Any]) -> tuple[int, ...]:
    """Return a number below 2**31 for each partner, the same for equal partners."""
    numbers: dict[str, int] = {}
    taken: set[int] = set()
    for name in sorted({str(partner) for partner in partners}):
        number = int.from_bytes(blake2b(name.encode(), digest_size=4).digest(), "little") >> 1
        while number in taken:
            number = (number + 1) % 2**31
        taken.add(number)
        numbers[name] = number
    return tuple(numbers[str(partner)] for partner in partners)
