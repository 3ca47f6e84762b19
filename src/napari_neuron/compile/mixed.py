"""Point neurons beside cells: lowers the connections in both directions."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from napari_neuron.compile.addresses import NodeAddresses
from napari_neuron.compile.connections import compartments_of_rows
from napari_neuron.compile.model import (
    CompiledPointProcesses,
    CompiledPointSpikes,
    CompiledPointTargets,
)
from napari_neuron.compile.network import compile_network
from napari_neuron.compile.network_model import CompiledNetwork
from napari_neuron.compile.stimuli import conductance_parameters
from napari_neuron.errors import ExperimentError
from napari_neuron.spec import Experiment, SynapsesFromPoints, SynapsesOntoPoints
from napari_neuron.spec.point_network import NetworkRun, PointNetwork


def lower_network(experiment: Experiment) -> CompiledNetwork | None:
    """Lower the point neurons, for the duration of the cells' run.

    Raises
    ------
    ExperimentError
        If the network cannot be simulated, or a connection is to a network that is not there.
    """
    network = experiment.network
    if network is None:
        for index, item in enumerate(experiment.connections):
            if isinstance(item, SynapsesFromPoints | SynapsesOntoPoints) and item.enabled:
                raise ExperimentError(
                    f"connections[{index}]", "there are no point neurons: network is not given"
                )
        return None
    if network.recorded:
        raise ExperimentError(
            "network.recorded", "m is not kept where point neurons run beside cells; leave it empty"
        )
    run = experiment.run
    return compile_network(network.replace(run=NetworkRun(duration=run.n_steps * run.dt)))


def lower_from_points(
    experiment: Experiment, addresses: NodeAddresses, first_batch: int
) -> Iterator[tuple[CompiledPointProcesses, CompiledPointSpikes]]:
    """Lower all synapses from point neurons that are switched on, in order.

    Raises
    ------
    ExperimentError
        If a row names an unknown cell, node or neuron.
    """
    for index, synapses in enumerate(experiment.connections):
        if not isinstance(synapses, SynapsesFromPoints) or not synapses.enabled:
            continue
        field = f"connections[{index}]"
        target = compartments_of_rows(
            addresses,
            synapses.target_cell,
            synapses.target_node,
            f"{field}.target_node",
            "target_cell",
        )
        mechanism, values = conductance_parameters(synapses.conductance)
        parameters = tuple((name, np.full(len(target), value)) for name, value in values.items())
        yield (
            CompiledPointProcesses(field, mechanism, target, parameters),
            CompiledPointSpikes(
                first_batch,
                _network(experiment).neurons.rows(synapses.source, f"{field}.source"),
                np.asarray(synapses.weights, dtype=np.float64),
                np.asarray(synapses.delays, dtype=np.float64),
            ),
        )
        first_batch += 1


def lower_onto_points(
    experiment: Experiment, addresses: NodeAddresses
) -> Iterator[tuple[str, CompiledPointTargets]]:
    """Lower all connections onto point neurons that are switched on, with their field.

    Raises
    ------
    ExperimentError
        If a row names an unknown cell, node or neuron.
    """
    for index, synapses in enumerate(experiment.connections):
        if not isinstance(synapses, SynapsesOntoPoints) or not synapses.enabled:
            continue
        field = f"connections[{index}]"
        yield (
            field,
            CompiledPointTargets(
                compartments_of_rows(
                    addresses,
                    synapses.source_cell,
                    synapses.source_node,
                    f"{field}.source_node",
                    "source_cell",
                ),
                _network(experiment).neurons.rows(synapses.target, f"{field}.target"),
                synapses.threshold,
                np.asarray(synapses.weights, dtype=np.float64),
                np.asarray(synapses.delays, dtype=np.float64),
            ),
        )


def _network(experiment: Experiment) -> PointNetwork:
    assert experiment.network is not None  # `lower_network` comes first
    return experiment.network
