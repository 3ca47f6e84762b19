"""Lowers the stimuli and recorders of an experiment onto compartments."""

from __future__ import annotations

import numpy as np

from napari_neuron.compile.addresses import NodeAddresses
from napari_neuron.compile.connections import lower_synapses
from napari_neuron.compile.mixed import lower_from_points, lower_onto_points
from napari_neuron.compile.model import (
    CompiledCrossings,
    CompiledDetector,
    CompiledDrive,
    CompiledPointProcesses,
    CompiledPointTargets,
    CompiledRecorder,
)
from napari_neuron.compile.stimuli import Lowering, lower_stimulus, require_one_threshold
from napari_neuron.compile.streams import streams_of
from napari_neuron.errors import ExperimentError
from napari_neuron.spec import Experiment, ProcessRecorder, VariableRecorder
from napari_neuron.spec.recorder import PlacedRecorder


def lower_stimuli(
    experiment: Experiment, addresses: NodeAddresses
) -> tuple[tuple[CompiledPointProcesses, ...], tuple[CompiledDrive, ...]]:
    """Lower all stimuli, then synapses between cells, that are switched on: a batch for each.

    Raises
    ------
    ExperimentError
        If a stimulus names an unknown cell or node.
    """
    processes: list[CompiledPointProcesses] = []
    drives: list[CompiledDrive] = []
    crossings: dict[
        str, CompiledCrossings | CompiledPointTargets
    ] = {}  # by the field that has the threshold
    streams = streams_of(experiment.stimuli, addresses.cells[0].name)
    nothing = np.empty((0, 3), dtype=np.int64)
    for index, stimulus in enumerate(experiment.stimuli):
        if not stimulus.enabled:
            continue
        field = f"stimuli[{index}]"
        where = addresses.compartments(stimulus.cell, stimulus.nodes, f"{field}.nodes")

        def source(cell: str | None, node: int, field: str = field) -> int:
            at = f"{field}.events.node"
            return int(addresses.compartments(cell, [node], at, "source_cell")[0])

        lowering = Lowering(len(processes), experiment.run, streams.get(index, nothing), source)
        lowered = lower_stimulus(stimulus, lowering)
        processes.append(
            CompiledPointProcesses(field, lowered.mechanism, where, lowered.parameters)
        )
        if lowered.drive is not None:
            drives.append(lowered.drive)
        if isinstance(lowered.drive, CompiledCrossings):
            crossings[f"{field}.events"] = lowered.drive
    for field, batch, drive in lower_synapses(experiment, addresses, len(processes)):
        processes.append(batch)
        drives.append(drive)
        crossings[field] = drive
    for batch, spikes in lower_from_points(experiment, addresses, len(processes)):
        processes.append(batch)
        drives.append(spikes)
    crossings.update(lower_onto_points(experiment, addresses))
    require_one_threshold(crossings)
    return tuple(processes), tuple(drives)


def lower_recorders(
    experiment: Experiment,
    addresses: NodeAddresses,
    processes: tuple[CompiledPointProcesses, ...],
) -> tuple[tuple[CompiledRecorder, ...], tuple[CompiledDetector, ...]]:
    """Lower all recorders that are switched on, in the order of `Experiment.traced`.

    Raises
    ------
    ExperimentError
        If a recorder names an unknown cell, node or stimulus.
    """
    place = {id(recorder): f"recorders[{i}]" for i, recorder in enumerate(experiment.recorders)}

    def compartment_of(recorder: PlacedRecorder) -> int:
        field = f"{place[id(recorder)]}.node"
        return int(addresses.compartments(recorder.cell, [recorder.node], field)[0])

    kept = []
    for recorder in experiment.traced:
        every = max(1, round(recorder.interval / experiment.run.dt))
        compartment = compartment_of(recorder)
        if isinstance(recorder, ProcessRecorder):
            batch, process = _process_of(recorder, place[id(recorder)], experiment, processes)
            kept.append(
                CompiledRecorder(
                    recorder.label, compartment, recorder.variable, every, batch, process
                )
            )
        else:
            variable = recorder.variable if isinstance(recorder, VariableRecorder) else "v"
            kept.append(CompiledRecorder(recorder.label, compartment, variable, every))
    detectors = [
        CompiledDetector(
            detector.label,
            compartment_of(detector),
            detector.threshold,
            detector.direction == "rising",
            detector.refractory,
        )
        for detector in experiment.detectors
    ]
    return tuple(kept), tuple(detectors)


def _process_of(
    recorder: ProcessRecorder,
    field: str,
    experiment: Experiment,
    processes: tuple[CompiledPointProcesses, ...],
) -> tuple[int, int]:
    """Return batch and number of the point process that a recorder means."""
    labelled = {s.label: (i, s) for i, s in enumerate(experiment.stimuli) if s.label}
    if recorder.stimulus not in labelled:
        there = ", ".join(map(repr, labelled)) or "no stimulus has a label yet"
        raise ExperimentError(
            f"{field}.stimulus", f"no stimulus is labelled {recorder.stimulus!r} ({there})"
        )
    index, stimulus = labelled[recorder.stimulus]
    batch = next((i for i, p in enumerate(processes) if p.field == f"stimuli[{index}]"), None)
    if batch is None:
        raise ExperimentError(
            f"{field}.stimulus",
            f"stimuli[{index}], {recorder.stimulus!r}, is switched off; switch this recorder "
            "off too",
        )
    at = [i for i, node in enumerate(stimulus.nodes) if node == recorder.node]
    if (stimulus.cell or recorder.cell) != (recorder.cell or stimulus.cell) or not at:
        raise ExperimentError(
            f"{field}.node", f"{recorder.stimulus!r} is not placed at node {recorder.node}"
        )
    if recorder.copy_number >= len(at):
        raise ExperimentError(
            f"{field}.copy_number",
            f"{recorder.stimulus!r} names node {recorder.node} {len(at)} times; 0 is the first",
        )
    return batch, at[recorder.copy_number]
