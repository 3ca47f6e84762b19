"""Stimuli and recorders lowered onto compartments.

A new stimulus is a new function registered with `lower_stimulus`; no engine has to know of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import singledispatch

import numpy as np

from napari_neuron.compile.model import (
    CompiledDetector,
    CompiledPointProcesses,
    CompiledRecorder,
    CompiledTrains,
    FloatArray,
    IntArray,
)
from napari_neuron.errors import ExperimentError
from napari_neuron.morphology.model import Morphology
from napari_neuron.spec import (
    AlphaSynapse,
    CurrentPulse,
    Exp2Synapse,
    Recorder,
    Stimulus,
    VoltageRecorder,
)
from napari_neuron.spec.base import Spec


@dataclass(frozen=True, eq=False)
class NodeAddresses:
    """From cell name and node id to compartment.

    Attributes
    ----------
    cells : tuple of Morphology
        In the order in which they were laid end to end.
    compartment_of_node : (n_nodes of all cells,) int64
        The compartment of each node.
    """

    cells: tuple[Morphology, ...]
    compartment_of_node: IntArray

    def compartments(self, cell: str | None, nodes: Sequence[int], field: str) -> IntArray:
        """Return the compartments of nodes given by id.

        Raises
        ------
        ExperimentError
            If there is no such cell or node; ``field`` is the placement's place in the experiment.
        """
        index = self._index_of(cell, field)
        morphology = self.cells[index]
        offset = sum(len(before) for before in self.cells[:index])
        try:
            rows = morphology.rows(nodes)
        except KeyError as error:
            raise ExperimentError(
                field,
                f"{error} is not a node of {morphology.name!r} "
                f"({len(morphology)} nodes, ids {morphology.node_id.min()} to "
                f"{morphology.node_id.max()})",
            ) from None
        return self.compartment_of_node[offset + rows]

    def _index_of(self, cell: str | None, field: str) -> int:
        names = [morphology.name for morphology in self.cells]
        where = field.rpartition(".")[0] + ".cell"
        if cell is None:
            if len(names) > 1:
                raise ExperimentError(where, f"say which cell is meant: {', '.join(names)}")
            return 0
        if cell not in names:
            raise ExperimentError(where, f"there is no cell {cell!r}; there is {', '.join(names)}")
        return names.index(cell)


@dataclass(frozen=True, eq=False)
class LoweredStimulus:
    """Point processes of one mechanism, and the trains that drive them if any do."""

    mechanism: str
    parameters: tuple[tuple[str, FloatArray], ...]
    trains: CompiledTrains | None = None


def _constants(stimulus: Spec, names: dict[str, str]) -> tuple[tuple[str, FloatArray], ...]:
    n = len(stimulus.nodes)  # type: ignore[attr-defined]
    return tuple(
        (name, np.full(n, float(getattr(stimulus, field)))) for field, name in names.items()
    )


@singledispatch
def lower_stimulus(stimulus: Spec, index: int) -> LoweredStimulus:
    """Say which point processes a stimulus is made of, one for each of its nodes.

    Parameters
    ----------
    stimulus
        Any of `napari_neuron.spec.Stimulus`.
    index
        Its place in the experiment; also that of its batch of point processes.
    """
    raise TypeError(f"{type(stimulus).__name__} is not a stimulus")


@lower_stimulus.register
def _(stimulus: CurrentPulse, index: int) -> LoweredStimulus:
    names = {"delay": "delay", "duration": "dur", "amplitude": "amp"}
    return LoweredStimulus("IClamp", _constants(stimulus, names))


@lower_stimulus.register
def _(stimulus: AlphaSynapse, index: int) -> LoweredStimulus:
    names = {"onset": "onset", "tau": "tau", "gmax": "gmax", "e": "e"}
    return LoweredStimulus("AlphaSynapse", _constants(stimulus, names))


@lower_stimulus.register
def _(stimulus: Exp2Synapse, index: int) -> LoweredStimulus:
    n = len(stimulus.nodes)
    stream = np.empty((n, 3), dtype=np.int64)
    stream[:, 0], stream[:, 1], stream[:, 2] = stimulus.seed, index, np.arange(n)
    trains = CompiledTrains(
        target=index,
        start=np.full(n, stimulus.start),
        interval=np.full(n, stimulus.interval),
        number=np.full(n, float(stimulus.number)),
        noise=np.full(n, stimulus.noise),
        stream=stream,
        weight=np.full(n, stimulus.weight),
        delay=np.full(n, stimulus.delay),
    )
    names = {"tau1": "tau1", "tau2": "tau2", "e": "e"}
    return LoweredStimulus("Exp2Syn", _constants(stimulus, names), trains)


def lower_stimuli(
    stimuli: Sequence[Stimulus], addresses: NodeAddresses
) -> tuple[tuple[CompiledPointProcesses, ...], tuple[CompiledTrains, ...]]:
    """Lower all stimuli; batch i of the point processes is stimulus i.

    Raises
    ------
    ExperimentError
        If a stimulus names a cell or a node that is not there.
    """
    processes, trains = [], []
    for index, stimulus in enumerate(stimuli):
        field = f"stimuli[{index}]"
        where = addresses.compartments(stimulus.cell, stimulus.nodes, f"{field}.nodes")
        lowered = lower_stimulus(stimulus, index)
        processes.append(
            CompiledPointProcesses(field, lowered.mechanism, where, lowered.parameters)
        )
        if lowered.trains is not None:
            trains.append(lowered.trains)
    return tuple(processes), tuple(trains)


def lower_recorders(
    recorders: Sequence[Recorder], addresses: NodeAddresses
) -> tuple[tuple[CompiledRecorder, ...], tuple[CompiledDetector, ...]]:
    """Lower all recorders, each kind in the experiment's order.

    Raises
    ------
    ExperimentError
        If a recorder names a cell or a node that is not there.
    """
    kept, detectors = [], []
    for index, recorder in enumerate(recorders):
        field = f"recorders[{index}].node"
        compartment = int(addresses.compartments(recorder.cell, [recorder.node], field)[0])
        if isinstance(recorder, VoltageRecorder):
            kept.append(CompiledRecorder(recorder.label, compartment))
        else:
            detectors.append(CompiledDetector(recorder.label, compartment, recorder.threshold))
    return tuple(kept), tuple(detectors)
