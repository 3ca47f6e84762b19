"""Brings a node of a cell into view, in 2D and in 3D."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from napari_neuron.morphology.model import Morphology
from napari_neuron.view.alignment import volume_of
from napari_neuron.view.overlays import camera_of
from napari_neuron.view.picking import to_data

if TYPE_CHECKING:
    from napari import Viewer


def jump_to_node(viewer: Viewer, cell: Morphology, node_id: int) -> None:
    """Move the slice to a node and centre the camera on it; zoom and time stay.

    Parameters
    ----------
    viewer
        The viewer that shows the cell; its last three axes are z, y, x.
    cell
        The cell.
    node_id
        Id of the node.

    Raises
    ------
    KeyError
        If the cell has no such node.
    """
    place = cell.position[cell.rows([node_id])[0], ::-1] * _world_per_micrometre(viewer)
    dims = viewer.dims
    first = dims.ndim - 3
    if first < 0:
        return
    # on the axes that are shown too: rolled or not, the node is in the slice
    dims.set_point(range(first, dims.ndim), place.tolist())
    camera = camera_of(viewer)
    centre = list(camera.center)[-len(dims.displayed) :]
    for at, axis in enumerate(dims.displayed):
        if axis >= first:
            centre[at] = float(place[axis - first])
    camera.center = tuple(centre)


def voxel_in_view(viewer: Viewer, layer: Any) -> npt.NDArray[np.float64]:
    """Return which voxel of a layer the slices go through: z, y, x, counted from 0."""
    return to_data(viewer, layer, np.asarray(viewer.dims.point[-3:], dtype=np.float64))


def slice_through_voxel(viewer: Viewer, layer: Any, voxel: npt.NDArray[np.float64]) -> None:
    """Move the slices to a voxel (z, y, x) of a layer; time stays."""
    volume = volume_of(layer)
    if volume is not None:
        place = np.asarray(volume.origin) + voxel * np.asarray(volume.voxel)
        place = place * _world_per_micrometre(viewer)
        viewer.dims.set_point(range(viewer.dims.ndim - 3, viewer.dims.ndim), place.tolist())


def _world_per_micrometre(viewer: Any) -> np.ndarray:
    """Return in which unit the viewer counts its last three axes, as many to the µm."""
    units = getattr(viewer.layers, "units", None)  # napari >= 0.7, where all layers have a unit
    if units is None or len(units) < 3:
        return np.ones(3)
    import pint

    try:
        return np.array([(1 / (1 * unit).to("um").magnitude) for unit in units[-3:]])
    except pint.DimensionalityError:
        return np.ones(3)
