"""`PickedPlace`: the place under the mouse: which node of which cell, and its value now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt

from napari_neuron.morphology.check import TYPE_NAMES
from napari_neuron.morphology.model import Morphology
from napari_neuron.view.geometry.line_hits import CableHits, FaceHits, Hit
from napari_neuron.view.geometry.mesh_cells import SurfaceMesh
from napari_neuron.view.geometry.tubes import default_minimum_radius

if TYPE_CHECKING:
    from napari.viewer import Viewer

VOLTAGE_ROLES = ("voltage_of", "mesh_of", "beside")
"""Of layers that show values: see `napari_neuron.view.skeleton_layers` for roles."""
_OTHER_ROLES = ("morphology", "synapses_of")

_CABLES: WeakKeyDictionary[Morphology, CableHits] = WeakKeyDictionary()
_MESHES: WeakKeyDictionary[SurfaceMesh, FaceHits] = WeakKeyDictionary()


@dataclass(frozen=True, eq=False)
class PickedPlace:
    """A node of a cell shown by a layer.

    Attributes
    ----------
    layer : napari layer
        A `VoltageLayer`, or one of the cell's paths, nodes or synapses.
    cell : Morphology
    row : int
        Of the node.
    """

    layer: Any
    cell: Morphology
    row: int

    @property
    def node(self) -> int:
        """Id of the node."""
        return int(self.cell.node_id[self.row])

    @property
    def region(self) -> str:
        """SWC type and label in words: "axon", "basal dendrite, linker", "type 5"; "" without."""
        swc_type = int(self.cell.swc_type[self.row])
        words = TYPE_NAMES.get(swc_type, f"type {swc_type}") if swc_type else ""
        labels = self.cell.labels
        label = "" if labels is None else str(labels[self.row])
        if not label or label in words:
            return words
        return f"{words}, {label}" if swc_type in TYPE_NAMES and swc_type else label

    @property
    def compartment(self) -> int | None:
        """Number of the compartment among the cell's; None if no run is shown."""
        columns = getattr(self.layer, "compartment_of_node", None)
        if columns is None:
            return None
        first = 0  # of the cell's nodes among those of the layer
        for cell in self.layer.cells:
            if cell is self.cell:
                break
            first += len(cell)
        else:
            first = 0  # the layer knows it from before it was labelled
        return int(columns[first + self.row])

    @property
    def value(self) -> float | None:
        """Value the layer shows, at its current time; None if no run is shown."""
        compartment = self.compartment
        return None if compartment is None else float(self.layer.current_frame[compartment])

    @property
    def value_in_words(self) -> str:
        """Return "−61.2 mV", or "m_hh 0.0529"; "" if no run is shown."""
        value = self.value
        if value is None:
            return ""
        shown = self.layer.shown
        if np.isnan(value):
            return f"no {shown.name} here"
        number = f"{value:.1f}" if shown.unit in ("mV", "ms") else f"{value:.4g}"
        words = f"{number} {shown.unit}".rstrip().replace("-", "−")
        return words if shown.name == "v" else f"{shown.name} {words}"

    @property
    def words(self) -> str:
        """Return "−61.2 mV at node 12, compartment 3, axon"."""
        compartment = self.compartment
        where = [
            f"node {self.node}",
            "" if compartment is None else f"compartment {compartment}",
            self.region,
        ]
        return f"{self.value_in_words} at {', '.join(filter(None, where))}".removeprefix(" at ")


def pickable_layers(viewer: Viewer, cells: Sequence[Morphology] | None = None) -> list[Any]:
    """Return the visible layers that show cells.

    If none of a cell's values are visible, one of its paths, nodes or synapses layers counts.

    Parameters
    ----------
    cells
        Those that count; None for all.
    """
    shown = []
    for layer in viewer.layers:
        drawn = {id(cell) for cell in drawn_cells(layer)} if layer.visible else set()
        if cells is not None:
            drawn &= {id(cell) for cell in cells}
        if drawn:
            shown.append((layer, drawn))
    seen = set().union(*(drawn for layer, drawn in shown if has_values(layer)))
    layers = []
    for layer, drawn in shown:
        if has_values(layer) or not drawn <= seen:
            layers.append(layer)
            seen |= drawn
    return layers


def has_values(layer: Any) -> bool:
    """Whether a layer shows the values of a run: a `VoltageLayer`."""
    return hasattr(layer, "compartment_of_node")


def cell_of(layer: Any) -> Morphology | None:
    """Return the cell that a layer shows, None if it shows none that can be picked."""
    held = layer.metadata.get("napari_neuron")
    if not isinstance(held, dict):
        return None
    roles = VOLTAGE_ROLES if has_values(layer) else _OTHER_ROLES
    found = (held[role] for role in roles if isinstance(held.get(role), Morphology))
    return next(found, None)


def drawn_cells(layer: Any) -> tuple[Morphology, ...]:
    """Return the cells that a layer draws and that can be picked."""
    cell = cell_of(layer)
    if cell is None:
        return ()
    if not has_values(layer) or len(layer.cells) == 1:
        return (cell,)
    named = zip(layer.cells, layer.cell_names, strict=True)
    return tuple(one for one, name in named if name in layer.visible_cells)


def place_hit(
    layer: Any,
    cells: Sequence[Morphology],
    point: npt.ArrayLike,
    direction: npt.ArrayLike,
    *,
    tolerance: float = 0.0,
    slab: float | None = None,
) -> tuple[PickedPlace, Hit] | None:
    """Return the place on one of a layer's cells that a line hits first; see `node_hit`."""
    found = []
    for cell in cells:
        hit = node_hit(layer, cell, point, direction, tolerance=tolerance, slab=slab)
        if hit is not None:
            found.append((PickedPlace(layer, cell, hit.row), hit))
    if not found:
        return None
    return min(found, key=lambda one: one[1].depth if slab is None else one[1].off)


def node_hit(
    layer: Any,
    cell: Morphology,
    point: npt.ArrayLike,
    direction: npt.ArrayLike,
    *,
    tolerance: float = 0.0,
    slab: float | None = None,
) -> Hit | None:
    """Return the node of a layer's cell that a line through its data hits first.

    Parameters
    ----------
    point, direction : (3,) float
        z, y, x in µm.
    tolerance
        µm by which the line may miss.
    slab
        µm; in a slice, half its thickness. None in 3D.
    """
    mesh = getattr(layer, "mesh", None)
    if isinstance(mesh, SurfaceMesh) and slab is None:
        hit = _faces_of(mesh).hit(point, direction)
        return None if hit is None else Hit(int(mesh.vertex_node[hit.row]), hit.depth)
    cable = _cable_of(cell)
    minimum_radius = getattr(layer, "minimum_radius", None)
    if minimum_radius is None or isinstance(mesh, SurfaceMesh):
        minimum_radius = default_minimum_radius(cell)
    # what the slice cuts is drawn over what runs near
    slabs = [slab] if slab is None else sorted({slab, slab + getattr(layer, "slab", 0.0)})
    for half in slabs:
        hit = cable.hit(
            point, direction, minimum_radius=minimum_radius, tolerance=tolerance, slab=half
        )
        if hit is not None:
            return hit
    return None


def _cable_of(cell: Morphology) -> CableHits:
    found = _CABLES.get(cell)
    if found is None:
        parent = cell.parent
        if cell.no_cable_above is not None:  # nothing is drawn where there is no cable
            parent = np.where(cell.no_cable_above, -1, parent)
        found = _CABLES[cell] = CableHits(cell.position[:, ::-1], parent, cell.radius)
    return found


def _faces_of(mesh: SurfaceMesh) -> FaceHits:
    found = _MESHES.get(mesh)
    if found is None:
        found = _MESHES[mesh] = FaceHits(mesh.vertices, mesh.faces)
    return found
