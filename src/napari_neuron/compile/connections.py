"""Lowers the connections of an experiment onto compartments."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from napari_neuron.compile.addresses import NodeAddresses
from napari_neuron.compile.model import (
    CompiledCrossings,
    CompiledDrive,
    CompiledGaps,
    CompiledPointProcesses,
    IntArray,
)
from napari_neuron.compile.stimuli import conductance_parameters
from napari_neuron.errors import ExperimentError
from napari_neuron.spec import ChemicalSynapses, Experiment, GapJunctions, RunSettings


def lower_synapses(
    experiment: Experiment, addresses: NodeAddresses, first_batch: int
) -> Iterator[tuple[str, CompiledPointProcesses, CompiledCrossings]]:
    """Lower all chemical synapses that are switched on, in order.

    Yields
    ------
    str, CompiledPointProcesses, CompiledCrossings
        Their field in the experiment; the batch; what drives it.

    Raises
    ------
    ExperimentError
        If a row names an unknown cell or node.
    """
    for index, synapses in enumerate(experiment.connections):
        if not isinstance(synapses, ChemicalSynapses) or not synapses.enabled:
            continue
        field = f"connections[{index}]"
        source = _compartments(addresses, field, "source", synapses)
        target = _compartments(addresses, field, "target", synapses)
        mechanism, values = conductance_parameters(synapses.conductance)
        n = len(target)
        parameters = tuple((name, np.full(n, value)) for name, value in values.items())
        batch = CompiledPointProcesses(field, mechanism, target, parameters)
        drive = CompiledCrossings(
            first_batch,
            source,
            synapses.threshold,
            np.asarray(synapses.weights, dtype=np.float64),
            np.asarray(synapses.delays, dtype=np.float64),
        )
        yield field, batch, drive
        first_batch += 1


def lower_gaps(experiment: Experiment, addresses: NodeAddresses) -> tuple[CompiledGaps, ...]:
    """Lower all gap junctions that are switched on.

    Raises
    ------
    ExperimentError
        If a row names an unknown cell or node, or joins a compartment to itself.
    """
    lowered = []
    for index, gaps in enumerate(experiment.connections):
        if not isinstance(gaps, GapJunctions) or not gaps.enabled:
            continue
        field = f"connections[{index}]"
        a = compartments_of_rows(addresses, gaps.cell_a, gaps.node_a, f"{field}.node_a", "cell_a")
        b = compartments_of_rows(addresses, gaps.cell_b, gaps.node_b, f"{field}.node_b", "cell_b")
        if (a == b).any():
            row = int(np.argmax(a == b))
            raise ExperimentError(
                f"{field}.node_b[{row}]",
                f"nodes {gaps.node_a[row]} and {gaps.node_b[row]} lie in one compartment of "
                f"{gaps.cell_a[row]!r}: a gap junction between them does nothing",
            )
        lowered.append(CompiledGaps(np.stack([a, b], axis=1), np.asarray(gaps.conductances)))
    return tuple(lowered)


def shortest_apart(dt: float) -> float:
    """Return the shortest delay (ms) at which NEURON lets two cells run in two threads or ranks."""
    return 2 * dt * (1 - 1e-9)


def threads_for(
    run: RunSettings,
    drives: Sequence[CompiledDrive],
    gaps: Sequence[CompiledGaps],
    *,
    has_points: bool = False,
) -> int:
    """Return the number of threads of a run: 0 if the engine may choose, 1 if it must be one.

    Raises
    ------
    ExperimentError
        If more are requested than NEURON can use.
    """
    why = why_one_thread(run.dt, drives, gaps, has_points=has_points)
    if why and (run.threads or 1) > 1:
        raise ExperimentError("run.threads", f"{run.threads} threads are not possible: {why}")
    return 1 if why else run.threads or 0


def why_one_thread(
    dt: float,
    drives: Sequence[CompiledDrive],
    gaps: Sequence[CompiledGaps],
    *,
    has_points: bool = False,
) -> str:
    """Return why cells cannot be divided among threads; "" where they can."""
    if has_points:
        return "point neurons and the cells beside them run in one thread"
    if gaps:
        return "NEURON solves cells with gap junctions together"
    for drive in drives:
        if isinstance(drive, CompiledCrossings) and (drive.delay < shortest_apart(dt)).any():
            return f"a delay between cells is below two time steps, {2 * dt:g} ms"
    return ""


def _compartments(
    addresses: NodeAddresses, field: str, side: str, synapses: ChemicalSynapses
) -> IntArray:
    cells, nodes = getattr(synapses, f"{side}_cell"), getattr(synapses, f"{side}_node")
    return compartments_of_rows(addresses, cells, nodes, f"{field}.{side}_node", f"{side}_cell")


def compartments_of_rows(
    addresses: NodeAddresses,
    cells: Sequence[str],
    nodes: Sequence[int],
    field: str,
    cell_field: str,
) -> IntArray:
    """Return the compartment of each row; an error names the first wrong row."""
    names, ids = np.asarray(cells), np.asarray(nodes, dtype=np.int64)
    found = np.empty(len(ids), dtype=np.int64)
    for name in dict.fromkeys(cells):
        rows = np.flatnonzero(names == name)
        try:
            found[rows] = addresses.compartments(name, ids[rows].tolist(), field, cell_field)
        except ExperimentError:
            for row in rows.tolist():
                addresses.compartments(
                    name, [nodes[row]], f"{field}[{row}]", f"{cell_field}[{row}]"
                )
            raise
    return found
