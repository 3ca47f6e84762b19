"""Connections between cells: chemical synapses and gap junctions, one row of a table each."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from napari_neuron.errors import ExperimentError
from napari_neuron.spec.base import Spec
from napari_neuron.spec.synapse import Conductance, Exp2Conductance
from napari_neuron.units import Microsiemens, Milliseconds, Millivolts

Names = tuple[Annotated[str, Field(min_length=1)], ...]
Nodes = tuple[int, ...]


class ChemicalSynapses(Spec):
    """Synapses of one kind from cells onto cells; row i of every column is one synapse.

    `napari_neuron.connect` makes them from a synapse table.

    Attributes
    ----------
    source_cell, source_node
        Where the presynaptic voltage is watched.
    target_cell, target_node
        Where the conductance is.
    weights
        Of one event; the peak conductance for ExpSyn and Exp2Syn.
    delays
        From the crossing of the threshold to the event.
    conductance
        What one event does.
    threshold
        An event starts when the presynaptic voltage crosses it from below. NEURON keeps one
        threshold per place: all that watch one place must agree on it.
    """

    kind: Literal["chemical_synapses"] = "chemical_synapses"
    label: str = ""
    enabled: bool = True
    source_cell: Names
    source_node: Nodes
    target_cell: Names
    target_node: Nodes
    weights: tuple[Annotated[Microsiemens, Field(ge=-1e6, le=1e6)], ...]
    delays: tuple[Annotated[Milliseconds, Field(ge=0)], ...]
    conductance: Conductance = Field(default_factory=Exp2Conductance)
    threshold: Millivolts = Field(default=-20.0, ge=-1000, le=1000)

    @model_validator(mode="after")
    def _columns_are_of_one_length(self) -> Self:
        _require_one_length(
            self,
            ("source_cell", "source_node", "target_cell", "target_node", "weights", "delays"),
        )
        return self


class GapJunctions(Spec):
    """Ohmic conductances between the insides of cells; row i of every column is one.

    The current g (v_b - v_a) flows into a, and out of b.

    Attributes
    ----------
    cell_a, node_a, cell_b, node_b
        The two sides.
    conductances
        g of each.
    """

    kind: Literal["gap_junctions"] = "gap_junctions"
    label: str = ""
    enabled: bool = True
    cell_a: Names
    node_a: Nodes
    cell_b: Names
    node_b: Nodes
    conductances: tuple[Annotated[Microsiemens, Field(gt=0, le=1e6)], ...]

    @model_validator(mode="after")
    def _columns_are_of_one_length(self) -> Self:
        _require_one_length(self, ("cell_a", "node_a", "cell_b", "node_b", "conductances"))
        return self


class SynapsesFromPoints(Spec):
    """Synapses of one kind from point neurons of `Experiment.network` onto cells; a row for each.

    Attributes
    ----------
    source
        Ids of the point neurons.
    target_cell, target_node
        Where the conductance is.
    weights, delays, conductance
        As in `ChemicalSynapses`.
    """

    kind: Literal["synapses_from_points"] = "synapses_from_points"
    label: str = ""
    enabled: bool = True
    source: tuple[int | str, ...]
    target_cell: Names
    target_node: Nodes
    weights: tuple[Annotated[Microsiemens, Field(ge=-1e6, le=1e6)], ...]
    delays: tuple[Annotated[Milliseconds, Field(ge=0)], ...]
    conductance: Conductance = Field(default_factory=Exp2Conductance)

    @model_validator(mode="after")
    def _columns_are_of_one_length(self) -> Self:
        _require_one_length(self, ("source", "target_cell", "target_node", "weights", "delays"))
        return self


class SynapsesOntoPoints(Spec):
    """Connections from cells onto point neurons of `Experiment.network`; a row for each.

    Attributes
    ----------
    source_cell, source_node
        Where the presynaptic voltage is watched.
    target
        Ids of the point neurons.
    weights
        Of one event, in the model's own measure: 1 brings IntFire1 from rest to threshold.
    delays, threshold
        As in `ChemicalSynapses`.
    """

    kind: Literal["synapses_onto_points"] = "synapses_onto_points"
    label: str = ""
    enabled: bool = True
    source_cell: Names
    source_node: Nodes
    target: tuple[int | str, ...]
    weights: tuple[float, ...]
    delays: tuple[Annotated[Milliseconds, Field(ge=0)], ...]
    threshold: Millivolts = Field(default=-20.0, ge=-1000, le=1000)

    @model_validator(mode="after")
    def _columns_are_of_one_length(self) -> Self:
        _require_one_length(self, ("source_cell", "source_node", "target", "weights", "delays"))
        return self


Connections = Annotated[
    ChemicalSynapses | GapJunctions | SynapsesFromPoints | SynapsesOntoPoints,
    Field(discriminator="kind"),
]


def _require_one_length(spec: Spec, columns: tuple[str, ...]) -> None:
    n = len(getattr(spec, columns[0]))
    if not n:
        raise ExperimentError(columns[0], "there is no connection; leave the whole entry out")
    for column in columns[1:]:
        there = len(getattr(spec, column))
        if there != n:
            raise ExperimentError(
                column, f"there are {there} for the {n} of {columns[0]}; give one for each"
            )
