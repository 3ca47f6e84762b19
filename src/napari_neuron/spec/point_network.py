"""`PointNetwork`: point neurons, the edges between them, and what drives them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal, Self

import numpy as np
import numpy.typing as npt
from pydantic import Field, model_validator

from napari_neuron.errors import ExperimentError
from napari_neuron.spec.base import SavedSpec, Spec, read_json
from napari_neuron.spec.columns import (
    Columns,
    Ids,
    Numbers,
    Positions,
    Rows,
    Texts,
    first_bad_row,
    require_length,
)
from napari_neuron.spec.network_stimulus import ForNeurons, NetworkStimulus
from napari_neuron.spec.point_models import RISING, IntFire1, PointModel
from napari_neuron.units import Milliseconds


class NeuronColumn(Columns):
    """A model parameter with one value per neuron."""

    parameter: str = Field(min_length=1)
    values: Numbers

    @model_validator(mode="after")
    def _are_finite(self) -> Self:
        row = first_bad_row(~np.isfinite(self.values))
        if row is not None:
            raise ExperimentError(f"values[{row}]", f"{self.values[row]} is not a finite number")
        return self


class NeuronTable(Columns):
    """The neurons, one row each.

    Attributes
    ----------
    id : (n,) int64 or text
        Unique ids.
    label, group : (n,) text, or empty
        Name and group of each neuron. Empty columns: its id, and no group.
    position : (n, 3) float64, or empty
        x, y, z in µm; NaN where unknown.
    """

    id: Ids = Field(default_factory=lambda: np.empty(0, np.int64))
    label: Texts = Field(default_factory=lambda: np.empty(0, "U1"))
    group: Texts = Field(default_factory=lambda: np.empty(0, "U1"))
    position: Positions = Field(default_factory=lambda: np.empty((0, 3)))

    @model_validator(mode="after")
    def _fit_together(self) -> Self:
        require_length(self, len(self.id))
        order = np.argsort(self.id, kind="stable")
        same = first_bad_row(self.id[order][1:] == self.id[order][:-1])
        if same is not None:
            first, second = order[same], order[same + 1]
            raise ExperimentError(
                f"id[{second}]", f"{self.id[second]} is the id of row {first} too; ids are unique"
            )
        return self

    def __len__(self) -> int:
        return len(self.id)

    def __repr__(self) -> str:
        return f"NeuronTable({len(self)} neurons)"

    @property
    def labels(self) -> npt.NDArray[np.str_]:
        """(n,) text; ids if there are no labels."""
        return self.label if len(self.label) else self.id.astype(str)

    @property
    def groups(self) -> npt.NDArray[np.str_]:
        """(n,) text; "" if there are no groups."""
        return self.group if len(self.group) else np.full(len(self), "", "U1")

    def rows(self, ids: Sequence[Any] | npt.NDArray[Any], field: str = "neurons") -> Any:
        """Return the row of each id, (n,) int64.

        Raises
        ------
        ExperimentError
            Names the first unknown id.
        """
        if not len(ids):
            return np.empty(0, np.int64)
        wanted = np.asarray(ids)
        if wanted.dtype.kind == "U" and self.id.dtype.kind == "i":
            wanted = np.array(
                [int(x) if x.lstrip("-").isdecimal() else -1 for x in wanted.tolist()]
            )
        elif wanted.dtype.kind != "U" and self.id.dtype.kind == "U":
            wanted = wanted.astype(str)
        order = np.argsort(self.id, kind="stable")
        place = np.minimum(np.searchsorted(self.id, wanted, sorter=order), max(len(self) - 1, 0))
        unknown = 0 if not len(self) else first_bad_row(self.id[order[place]] != wanted)
        if unknown is not None:
            raise ExperimentError(
                f"{field}[{unknown}]", f"there is no neuron {ids[unknown]!s} in this network"
            )
        return order[place].astype(np.int64)


class EdgeTable(Columns):
    """The edges, one row each; arrays, because there may be millions.

    Attributes
    ----------
    source, target : (n,) int64
        Rows of the neurons.
    weight : (n,) float64
        Weights; negative ones inhibit.
    delay : (n,) float64
        Delay from the spike of the source to its event at the target, ms.
    """

    source: Rows = Field(default_factory=lambda: np.empty(0, np.int64))
    target: Rows = Field(default_factory=lambda: np.empty(0, np.int64))
    weight: Numbers = Field(default_factory=lambda: np.empty(0))
    delay: Numbers = Field(default_factory=lambda: np.empty(0))

    @model_validator(mode="after")
    def _can_be_meant(self) -> Self:
        n = len(self.source)
        for name in ("target", "weight", "delay"):
            if len(getattr(self, name)) != n:
                raise ExperimentError(name, f"{len(getattr(self, name))} values for {n} edges")
        for name, bad in (
            ("weight", ~np.isfinite(self.weight)),
            ("delay", ~(np.isfinite(self.delay) & (self.delay >= 0))),
        ):
            row = first_bad_row(bad)
            if row is not None:
                must = "a finite number" if name == "weight" else "0 ms or more"
                raise ExperimentError(
                    f"{name}[{row}]", f"it is {getattr(self, name)[row]:g}; it must be {must}"
                )
        return self

    def __len__(self) -> int:
        return len(self.source)

    def __repr__(self) -> str:
        return f"EdgeTable({len(self)} edges)"


class PointNeurons(ForNeurons):
    """The model of some neurons, or of all.

    Attributes
    ----------
    neurons
        Ids of neurons.
    groups
        Names of groups. If neither is given, all neurons.
    model
        `IntFire1`, `IntFire2` or `IntFire4`.
    """

    model: PointModel = Field(default_factory=IntFire1)


class NetworkRun(Spec):
    """How long to run, and what to keep besides the spikes.

    Attributes
    ----------
    duration
        Simulated time, ms. Spikes are events: they have no time step.
    state_interval
        Time between samples of m of the neurons in ``PointNetwork.recorded``, ms.
    """

    duration: Milliseconds = Field(default=1000.0, gt=0, le=1e8)
    state_interval: Milliseconds = Field(default=1.0, gt=0, le=1e6)

    @property
    def n_samples(self) -> int:
        """Samples of the whole run, the one at time 0 included."""
        return int(self.duration / self.state_interval * (1 + 1e-12)) + 1


class PointNetwork(SavedSpec):
    """A network of point neurons.

    Make one with `from_edge_list`, `from_file` or `from_adjacency`.

    Attributes
    ----------
    neurons, edges
        The tables of neurons and edges.
    models
        The models of neurons, in order: where two overlap, the later counts. All other neurons are
        ``IntFire1()``.
    parameters
        Values of model parameters per neuron, overriding those of its model.
    stimuli
        The stimuli that drive it.
    weight_scale
        Factor for the weights of all edges.
    recorded
        Ids of the neurons whose state m is kept.
    run
        Duration and sampling.
    """

    kind: Literal["point_network"] = "point_network"
    version: Literal[1] = 1
    neurons: NeuronTable = Field(default_factory=NeuronTable)
    edges: EdgeTable = Field(default_factory=EdgeTable)
    models: tuple[PointNeurons, ...] = (PointNeurons(),)
    parameters: tuple[NeuronColumn, ...] = ()
    stimuli: tuple[NetworkStimulus, ...] = ()
    weight_scale: float = Field(default=1.0)
    recorded: tuple[int | str, ...] = ()
    run: NetworkRun = Field(default_factory=NetworkRun)

    @model_validator(mode="after")
    def _refers_to_what_is_there(self) -> Self:
        n = len(self.neurons)
        for name in ("source", "target"):
            rows = getattr(self.edges, name)
            row = first_bad_row((rows < 0) | (rows >= n))
            if row is not None:
                raise ExperimentError(
                    f"edges.{name}[{row}]", f"there is no row {rows[row]} among {n} neurons"
                )
        groups = set(self.neurons.group.tolist())
        parts: list[tuple[str, ForNeurons]] = [
            *((f"models[{i}]", part) for i, part in enumerate(self.models)),
            *((f"stimuli[{i}]", part) for i, part in enumerate(self.stimuli)),
        ]
        for field, part in parts:
            self.neurons.rows(part.neurons, f"{field}.neurons")
            for index, group in enumerate(part.groups):
                if group not in groups:
                    raise ExperimentError(
                        f"{field}.groups[{index}]", f"there is no group {group!r} in this network"
                    )
        self.neurons.rows(self.recorded, "recorded")
        for index, column in enumerate(self.parameters):
            if len(column.values) != n:
                raise ExperimentError(
                    f"parameters[{index}].values", f"{len(column.values)} values for {n} neurons"
                )
        return self

    def selected(self, part: ForNeurons) -> npt.NDArray[np.int64]:
        """Return the rows of the neurons that a stimulus or model is for, ascending."""
        if not part.neurons and not part.groups:
            return np.arange(len(self.neurons))
        by_group = np.flatnonzero(np.isin(self.neurons.groups, part.groups))
        return np.union1d(self.neurons.rows(part.neurons), by_group)

    @property
    def events_can_meet(self) -> bool:
        """Whether two edges onto one neuron have the same delay; see `spread_delays`."""
        pairs = np.stack([self.edges.target.astype(np.float64), self.edges.delay])
        pairs = pairs[:, np.lexsort(pairs)]
        return bool((pairs[:, 1:] == pairs[:, :-1]).all(axis=0).any())

    def spread_delays(self, width: float = 1e-3, seed: int = 1) -> Self:
        """Return the network with each delay lengthened by a random fraction of ``width`` (ms).

        With equal delays, events can reach a neuron at the same instant. NEURON then decides their
        order, which may depend on the number of ranks.
        """
        parts = np.random.default_rng(seed).random(len(self.edges))
        return self.replace(edges=self.edges.replace(delay=self.edges.delay + width * parts))

    def __repr__(self) -> str:
        return f"PointNetwork({len(self.neurons)} neurons, {len(self.edges)} edges)"

    __str__ = __repr__

    # from tables ---------------------------------------------------------------------------

    @classmethod
    def from_edge_list(cls, edges: Any, model: Any = "IntFire1", **settings: Any) -> Self:
        """Make a network from a table with one row per edge.

        Parameters
        ----------
        edges : pandas.DataFrame
            One row per edge. Rows with the same source, target and delay are summed, because in a
            connectome they are parts of one connection.
        model : str or IntFire1, IntFire2 or IntFire4
            Model of all neurons, or of those without one in ``models``.
        **settings
            As for `napari_neuron.spec.edge_list.read_edges`: source, target, weight, delay,
            transmitter, signs, neurons, labels, groups, positions, parameters; and the fields of
            `PointNetwork`: models, stimuli, weight_scale, recorded, run.

        Raises
        ------
        ExperimentError
            Names the first row that cannot be right.
        """
        from napari_neuron.spec.edge_list import network_of

        return network_of(cls, edges, model, settings)

    @classmethod
    def from_file(cls, path: str | Path, model: Any = "IntFire1", **settings: Any) -> Self:
        """Make a network from an edge list in a CSV, TSV or parquet file; see `from_edge_list`.

        Raises
        ------
        ExperimentError
            Names the file and its first line (of a parquet file: row) that cannot be right.
        OSError
            If the file cannot be read.
        """
        from napari_neuron.spec.edge_list import network_of_file

        return network_of_file(cls, path, model, settings)

    @classmethod
    def from_adjacency(
        cls, matrix: Any, ids: Sequence[Any] | None = None, model: Any = "IntFire1", **settings: Any
    ) -> Self:
        """Make a network from a matrix of weights, sources in rows and targets in columns.

        Parameters
        ----------
        matrix : (n, n) array, scipy sparse matrix, or pandas.DataFrame
            0 means no edge. A data frame's index and columns name the neurons.
        ids
            Ids of the neurons, in order; by default those of the data frame, or numbers from 0.
        model, **settings
            As for `from_edge_list`.

        Raises
        ------
        ExperimentError
            If the matrix is not square, or an entry is not finite.
        """
        from napari_neuron.spec.edge_list import edges_of_matrix

        table, ids = edges_of_matrix(matrix, ids)
        return cls.from_edge_list(table, model, **{"neurons": ids, **settings})

    # JSON ----------------------------------------------------------------------------------

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """Read a network from JSON text.

        Raises
        ------
        ExperimentError
            If the text is not JSON, or a field is unknown, missing or out of range.
        """
        values = read_json(text)
        if not is_point_network(values):
            raise ExperimentError(
                "", 'this JSON is not a network: "kind": "point_network" is missing'
            )
        return cls(**values)


def is_point_network(values: object) -> bool:
    """Whether parsed JSON says that it is a network, not an experiment."""
    return isinstance(values, Mapping) and values.get("kind") == "point_network"


def require_order(kind: str, values: Mapping[str, npt.NDArray[np.float64]]) -> None:
    """Raise if the time constants of neurons of one model are not in the order it needs."""
    names = RISING[kind]
    for name, slower in pairwise(names):
        row = first_bad_row(values[name] >= values[slower])
        if row is not None:
            raise ExperimentError(
                "parameters",
                f"neuron {row} of {kind}: {slower} = {values[slower][row]:g} ms must be longer "
                f"than {name} = {values[name][row]:g} ms",
            )
