"""Finds the compartment of a cell's name and node id."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from napari_neuron.compile.model import IntArray
from napari_neuron.errors import ExperimentError
from napari_neuron.morphology.model import Morphology


@dataclass(frozen=True, eq=False)
class NodeAddresses:
    """Maps cell name and node id to a compartment.

    Attributes
    ----------
    cells : tuple of Morphology
        In the order in which they were laid end to end.
    compartment_of_node : (n_nodes of all cells,) int64
        The compartment of each node.
    """

    cells: tuple[Morphology, ...]
    compartment_of_node: IntArray

    def compartments(
        self, cell: str | None, nodes: Sequence[int], field: str, cell_field: str = "cell"
    ) -> IntArray:
        """Return the compartments of nodes given by id.

        Parameters
        ----------
        cell
            Name of the cell; None for the only one.
        nodes
            Their ids.
        field
            Their field in the experiment, for the error; ``cell_field`` is next to it.

        Raises
        ------
        ExperimentError
            If there is no such cell or node.
        """
        index = self._index_of(cell, field, cell_field)
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

    def _index_of(self, cell: str | None, field: str, cell_field: str) -> int:
        names = [morphology.name for morphology in self.cells]
        where = f"{field.rpartition('.')[0]}.{cell_field}"
        if cell is None:
            if len(names) > 1:
                raise ExperimentError(where, f"say which cell is meant: {', '.join(names)}")
            return 0
        if cell not in names:
            raise ExperimentError(where, f"there is no cell {cell!r}; there is {', '.join(names)}")
        return names.index(cell)
