"""Connections between cells: chemical synapses and gap junctions, one table row each."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from napari_neuron.errors import ExperimentError
from napari_neuron.spec.base import Spec
from napari_neuron.spec.synapse import Conductance, Exp2Conductance
from napari_neuron.units import Microsiemens, Milliseconds, Millivolts

Names = tuple[Annotated[str, Field(min_length=1)], ...]
Nodes = tuple[int, ...]


class _Rows(Spec):
    """Connections as columns of one length.

    Attributes
    ----------
    columns
        Names of the columns.
    ends
        Of either side the columns of cell and node; of point neurons None and the ids.
    """

    label: str = ""
    enabled: bool = True
    columns: ClassVar[tuple[str, ...]]
    ends: ClassVar[tuple[tuple[str | None, str], tuple[str | None, str]]]

    def __len__(self) -> int:
        return len(getattr(self, self.columns[0]))

    @model_validator(mode="after")
    def _columns_are_of_one_length(self) -> Self:
        first = self.columns[0]
        n = len(getattr(self, first))
        if not n:
            raise ExperimentError(first, "this has no connections; leave the whole entry out")
        for column in self.columns[1:]:
            there = len(getattr(self, column))
            if there != n:
                raise ExperimentError(
                    column, f"there are {there} for the {n} of {first}; give one for each"
                )
        return self


class ChemicalSynapses(_Rows):
    """Synapses of one kind from cells onto cells; row i of every column is one synapse.

    `napari_neuron.connect` makes them from a synapse table.

    Attributes
    ----------
    source_cell, source_node
        Where the presynaptic voltage is watched.
    target_cell, target_node
        Where the conductance is.
    weights
        Weight of one event, µS; for ExpSyn and Exp2Syn, the peak conductance.
    delays
        Delay from the threshold crossing to the event, ms.
    conductance
        The conductance change caused by one event.
    threshold
        mV. An event starts when the presynaptic voltage crosses it from below. NEURON keeps one
        threshold per place, so everything that watches the same place must use the same.
    label
        A name for it; "" for none.
    enabled
        False leaves it out of runs without deleting it.
    """

    columns = ("source_cell", "source_node", "target_cell", "target_node", "weights", "delays")
    ends = (("source_cell", "source_node"), ("target_cell", "target_node"))

    kind: Literal["chemical_synapses"] = "chemical_synapses"
    source_cell: Names
    source_node: Nodes
    target_cell: Names
    target_node: Nodes
    weights: tuple[Annotated[Microsiemens, Field(ge=-1e6, le=1e6)], ...]
    delays: tuple[Annotated[Milliseconds, Field(ge=0)], ...]
    conductance: Conductance = Field(default_factory=Exp2Conductance)
    threshold: Millivolts = Field(default=-20.0, ge=-1000, le=1000)


class GapJunctions(_Rows):
    """Ohmic conductances between the insides of cells; row i of every column is one gap junction.

    The current g (v_b - v_a) flows into a, and out of b.

    Attributes
    ----------
    cell_a, node_a, cell_b, node_b
        Cells and node ids of the two sides.
    conductances
        Conductance g of each, µS.
    label
        A name for it; "" for none.
    enabled
        False leaves it out of runs without deleting it.
    """

    columns = ("cell_a", "node_a", "cell_b", "node_b", "conductances")
    ends = (("cell_a", "node_a"), ("cell_b", "node_b"))

    kind: Literal["gap_junctions"] = "gap_junctions"
    cell_a: Names
    node_a: Nodes
    cell_b: Names
    node_b: Nodes
    conductances: tuple[Annotated[Microsiemens, Field(gt=0, le=1e6)], ...]


class SynapsesFromPoints(_Rows):
    """Synapses of one kind from point neurons of `Experiment.network` onto cells; one per row.

    Attributes
    ----------
    source
        Ids of the point neurons.
    target_cell, target_node
        Where the conductance is.
    weights, delays, conductance
        As in `ChemicalSynapses`.
    label
        A name for it; "" for none.
    enabled
        False leaves it out of runs without deleting it.
    """

    columns = ("source", "target_cell", "target_node", "weights", "delays")
    ends = ((None, "source"), ("target_cell", "target_node"))

    kind: Literal["synapses_from_points"] = "synapses_from_points"
    source: tuple[int | str, ...]
    target_cell: Names
    target_node: Nodes
    weights: tuple[Annotated[Microsiemens, Field(ge=-1e6, le=1e6)], ...]
    delays: tuple[Annotated[Milliseconds, Field(ge=0)], ...]
    conductance: Conductance = Field(default_factory=Exp2Conductance)


class SynapsesOntoPoints(_Rows):
    """Connections from cells onto point neurons of `Experiment.network`; one per row.

    Attributes
    ----------
    source_cell, source_node
        Where the presynaptic voltage is watched.
    target
        Ids of the point neurons.
    weights
        Weight of one event, in the model's own scale: 1 brings IntFire1 from rest to threshold.
    delays, threshold
        As in `ChemicalSynapses`.
    label
        A name for it; "" for none.
    enabled
        False leaves it out of runs without deleting it.
    """

    columns = ("source_cell", "source_node", "target", "weights", "delays")
    ends = (("source_cell", "source_node"), (None, "target"))

    kind: Literal["synapses_onto_points"] = "synapses_onto_points"
    source_cell: Names
    source_node: Nodes
    target: tuple[int | str, ...]
    weights: tuple[float, ...]
    delays: tuple[Annotated[Milliseconds, Field(ge=0)], ...]
    threshold: Millivolts = Field(default=-20.0, ge=-1000, le=1000)


Connections = Annotated[
    ChemicalSynapses | GapJunctions | SynapsesFromPoints | SynapsesOntoPoints,
    Field(discriminator="kind"),
]
