"""The synapses between cells to make: what the dialog asks its thread to do."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from napari_neuron.compile.circuit import Circuit, connect, match_connectors
from napari_neuron.compile.circuit_table import circuit_table, usual_conductances
from napari_neuron.compile.read_synapses import read_table_file
from napari_neuron.errors import ExperimentError, NapariNeuronError
from napari_neuron.morphology.model import Morphology
from napari_neuron.spec import ChemicalSynapses, Conductance
from napari_neuron.spec.cells_of_experiment import by_pair

if TYPE_CHECKING:
    import pandas as pd

_MOST_PAIRS = 300
"""With more pairs, the list has one row per kind, because nobody reads that many."""


@dataclass(frozen=True, eq=False)
class ConnectChoice:
    """The requested connections.

    Attributes
    ----------
    cells
        Those that are simulated together.
    source
        A file; None to match the connectors of the cells.
    columns
        As `circuit_table` takes them.
    only_these
        Whether rows that name another cell are left out; else they are an error.
    apart
        µm, within which two connectors are one synapse.
    kinds
        By the words of the column "kind"; those that are not here are as usual.
    weight, delay, velocity, threshold, units, limit
        As `connect` takes them.
    """

    cells: tuple[Morphology, ...]
    source: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    only_these: bool = False
    apart: float = 0.3
    kinds: Mapping[str, Conductance] = field(default_factory=dict)
    weight: float = 0.001
    delay: float = 1.0
    velocity: float | None = None
    threshold: float = -20.0
    units: str = "um"
    limit: float = 5.0


@dataclass(frozen=True, eq=False)
class ConnectFound:
    """The outcome of a choice.

    Attributes
    ----------
    names : tuple of str
        Columns of the file.
    kinds : mapping of str to int
        How many rows there are of each word of the column "kind".
    connections : tuple of ChemicalSynapses
        For the experiment: one for each pair of cells and kind.
    left_out, autapses : DataFrame or None
        Rows too far from their cells; rows that connect a cell to itself.
    said, problem : str
    """

    names: tuple[str, ...] = ()
    kinds: Mapping[str, int] = field(default_factory=dict)
    connections: tuple[ChemicalSynapses, ...] = ()
    left_out: pd.DataFrame | None = None
    autapses: pd.DataFrame | None = None
    said: str = ""
    problem: str = ""


def find_connections(choice: ConnectChoice) -> ConnectFound:
    """Read the table, and place its synapses; in a thread."""
    names: tuple[str, ...] = ()
    kinds: dict[str, int] = {}
    rows: Any = None
    try:
        if choice.source is None:
            if not any(c.connectors is not None and len(c.connectors) for c in choice.cells):
                raise ExperimentError("source", "these cells have no connectors; choose a file")
            table = match_connectors(choice.cells, choice.apart)
        else:
            raw = read_table_file(Path(choice.source))
            names = tuple(map(str, raw.columns))
            cells = [cell.name for cell in choice.cells] if choice.only_these else ()
            table = circuit_table(raw, choice.columns, cells=cells)
        rows = table.index.to_numpy()
        if "kind" in table:
            kinds = {str(word): int(n) for word, n in table["kind"].value_counts().items()}
            table = table.assign(kind=table["kind"].astype(str))
        circuit = connect(
            choice.cells,
            table,
            kinds={**usual_conductances(list(kinds)), **choice.kinds} if kinds else None,
            weight=choice.weight,
            delay=choice.delay,
            velocity=choice.velocity,
            threshold=choice.threshold,
            units=choice.units,
            limit=choice.limit,
        )
    except (NapariNeuronError, OSError) as error:
        return ConnectFound(names, kinds, problem=_in_the_file(str(error), rows, choice.source))
    connections = circuit.connections
    if not kinds and "" in choice.kinds:
        connections = tuple(one.replace(conductance=choice.kinds[""]) for one in connections)
    pairs = tuple(pair for group in connections for pair in by_pair(group))
    return ConnectFound(
        names,
        kinds,
        pairs if len(pairs) <= _MOST_PAIRS else connections,
        circuit.left_out,
        circuit.autapses,
        _in_words(circuit, len(pairs)),
    )


def _in_the_file(problem: str, rows: Any, source: str | None) -> str:
    """Name the line of the file where `connect` names a row of the table it was given."""
    named = re.match(r"row (\d+), ", problem)
    if named is None or rows is None or source is None:
        return problem
    row = int(rows[int(named[1])])
    is_text = not source.lower().endswith((".parquet", ".pq"))
    where = f"line {row + 2}, " if is_text else f"row {row}, "  # line 1 has the names
    return where + problem[named.end() :]


def _in_words(circuit: Circuit, n_pairs: int) -> str:
    n = sum(len(group.weights) for group in circuit.connections)
    text = f"{_counted(n, 'synapse')} between {_counted(n_pairs, 'pair')} of cells."
    if n_left := len(circuit.left_out):
        is_or_are = "is" if n_left == 1 else "are"
        text += f" {_counted(n_left, 'row')} {is_or_are} left out: too far from their cells."
    if len(circuit.autapses):
        by_cell = circuit.autapses["pre"].value_counts()
        cells = ", ".join(f"{n:,} of {name}" for name, n in by_cell.items())
        text += f" Autapses, from a cell to itself: {cells}."
    return text


def _counted(n: int, what: str) -> str:
    return f"{n:,} {what}" if n == 1 else f"{n:,} {what}s"
