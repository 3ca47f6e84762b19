"""Shows a result in a napari viewer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from napari.layers import Layer

from napari_neuron.morphology.model import Morphology
from napari_neuron.result import SimulationResult
from napari_neuron.view.geometry.mesh_cells import mesh_of, mesh_tubes
from napari_neuron.view.overlays import camera_of
from napari_neuron.view.skeleton_layers import skeleton_layer_data
from napari_neuron.view.time_text import write_time
from napari_neuron.view.voltage.frames import VariableFrames
from napari_neuron.view.voltage.voltage_layer import VoltageLayer
from napari_neuron.view.window import current_or_new_viewer

if TYPE_CHECKING:
    from napari import Viewer

_AXES = ("time", "z", "y", "x")
_MOST_SKELETONS = 20
"""Of more cells their layers take long to make, and the layer list is of no use."""


def show(
    result: SimulationResult,
    viewer: Viewer | None = None,
    *,
    skeleton: bool | None = None,
    **style: Any,
) -> Viewer:
    """Show a result in 3D: all cells as tubes coloured by voltage, under a time slider.

    Parameters
    ----------
    result
        The result of a run, which may still be growing.
    viewer
        The viewer to use; by default the current one, or a new one if there is none.
    skeleton
        Whether to add the cells' paths and nodes, hidden; None: only if there is a single cell.
        Existing ones are hidden.
    **style
        Arguments of `VoltageLayer`: minimum_radius, colormap, contrast_limits, shading, gpu ...

    Returns
    -------
    Viewer
        The viewer. In a script, call ``napari.run()`` to keep its window open.

    Raises
    ------
    WindowNotAvailable
        If there is no viewer and none can be opened.
    """
    if viewer is None:
        viewer = current_or_new_viewer()
    viewer.dims.ndisplay = 3
    if skeleton is None:
        skeleton = len(result.cells) == 1
    for cell in result.cells:
        there = [layer for layer in viewer.layers if _is_skeleton_of(layer, cell)]
        for layer in there:
            layer.visible = False
        if skeleton and not there:
            for data, settings, layer_type in skeleton_layer_data(cell):
                viewer.add_layer(Layer.create(data, {**settings, "visible": False}, layer_type))
    layer = make_voltage_layer(result, **style)
    layer.metadata["napari_neuron"] |= {"result": result}  # for the dock widgets
    put_voltage_layer(viewer, layer)
    write_time(viewer)
    viewer.reset_view()
    viewer.dims.set_point(viewer.dims.ndim - len(_AXES), 0.0)
    return viewer


def show_stored(result: SimulationResult, viewer: Viewer) -> None:
    """Show a result from a file, with the skeletons that can be simulated again unless many."""
    show(result, viewer, skeleton=len(result.cells) <= _MOST_SKELETONS)


def add_voltage_layer(
    viewer: Viewer, result: SimulationResult, *, cell: str | None = None, **style: Any
) -> VoltageLayer:
    """Add the voltage layer of a result to a viewer, with all cells or one of them.

    During a run, tell the layer about new frames with ``layer.set_valid_frames(n)``. To choose
    which of several cells are visible, set ``layer.visible_cells``.

    Parameters
    ----------
    viewer
        The viewer.
    result
        The result of a run, which may still be growing.
    cell
        Name of the only cell to show; by default all.
    **style
        Arguments of `VoltageLayer`.

    Returns
    -------
    VoltageLayer

    Raises
    ------
    KeyError
        If the result has no such cell.
    """
    layer = put_voltage_layer(viewer, make_voltage_layer(result, cell=cell, **style))
    write_time(viewer)
    return layer


def make_voltage_layer(
    result: SimulationResult, *, cell: str | None = None, **style: Any
) -> VoltageLayer:
    """Make the voltage layer of a result, for `put_voltage_layer`; works in any thread.

    Parameters and errors are those of `add_voltage_layer`.
    """
    cells = result.cells if cell is None else (_cell_named(cell, result),)
    frames, column, more_frames = _frames_of(result, cells)
    return VoltageLayer(
        cells,
        frames,
        column,
        result.frame_interval,
        n_valid=result.n_frames,
        more_frames=more_frames,
        **style,
    )


def add_voltage_mesh(
    viewer: Viewer,
    result: SimulationResult,
    mesh: Any,
    *,
    scale: float = 1.0,
    segment: int | None = None,
    cell: str | None = None,
    **style: Any,
) -> VoltageLayer:
    """Add a mesh of a neuron, coloured by a run of its skeleton: each vertex by its nearest node.

    Parameters
    ----------
    viewer
        The viewer.
    result
        The result of a run.
    mesh, scale, segment
        As for `mesh_of`: a file, a folder, a trimesh or navis mesh, or a Surface layer.
    cell, **style
        As for `add_voltage_layer`.

    Returns
    -------
    VoltageLayer

    Raises
    ------
    MorphologyError
        If there is no mesh.
    """
    morphology = _cell_named(cell, result)
    column = _frames_of(result, (morphology,))[1]
    tubes = mesh_tubes(mesh_of(mesh, scale, segment=segment), morphology, column)
    return add_voltage_layer(
        viewer,
        result,
        cell=morphology.name,
        tubes=tubes,
        **{
            "name": f"{morphology.name} mesh",
            "metadata": {"napari_neuron": {"mesh_of": morphology}},
            **style,
        },
    )


def show_in_layer(
    layer: VoltageLayer, result: SimulationResult, *, cell: str | None = None
) -> None:
    """Show a result in the voltage layer of an earlier result of the same cells.

    Parameters and errors are those of `add_voltage_layer`.
    """
    cells = result.cells if cell is None else (_cell_named(cell, result),)
    frames, column, more_frames = _frames_of(result, cells)
    layer.show_frames(frames, column, result.frame_interval, result.n_frames, more_frames)


def _cell_named(name: str | None, result: SimulationResult) -> Morphology:
    if name is None:
        return result.cell
    for cell in result.cells:
        if cell.name == name:
            return cell
    raise KeyError(name)


def _frames_of(
    result: SimulationResult, cells: Sequence[Morphology]
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int64], list[VariableFrames]]:
    """Return the frames of all cells or of one, the column of each node, and other variables'."""
    column = result.compartment_of_node
    if len(cells) < len(result.cells):
        names = [one.name for one in result.cells]
        start = sum(len(one) for one in result.cells[: names.index(cells[0].name)])
        column = column[start : start + len(cells[0])]
    # a cell's compartments lie side by side: a view of the frames, not a copy
    first, last = int(np.min(column)), int(np.max(column))
    own = slice(first, last + 1)
    more_frames = [
        VariableFrames(name, result.unit_of(name), frames[:, own])
        for name, frames in result.more_frames.items()
    ]
    return result.frames[:, own], column - first, more_frames


def put_voltage_layer(viewer: Viewer, layer: VoltageLayer, at: int | None = None) -> VoltageLayer:
    """Add a voltage layer to a viewer, and name the viewer's axes after the layer's.

    If there are layers already, the camera stays where it is; napari would reset it because a new
    axis, time, appears. napari's button that rolls the axes then rolls only those of space, because
    a slice through time would show nothing. ``at`` is the layer's index in the layer list; None:
    on top.
    """
    camera = camera_of(viewer) if len(viewer.layers) else None
    view = None if camera is None else (camera.center, camera.zoom, camera.angles)
    viewer.layers.insert(len(viewer.layers) if at is None else at, layer)
    if camera is not None:
        camera.center, camera.zoom, camera.angles = view
    names_of_axes = list(viewer.dims.axis_labels)
    names_of_axes[-len(_AXES) :] = _AXES
    viewer.dims.axis_labels = tuple(names_of_axes)
    is_rolled = list(viewer.dims.rollable)
    is_rolled[-len(_AXES)] = False
    viewer.dims.rollable = tuple(is_rolled)
    return layer


def _is_skeleton_of(layer: Any, cell: Morphology) -> bool:
    held = layer.metadata.get("napari_neuron")
    return isinstance(held, dict) and held.get("morphology") is cell
