"""Files that napari opens with us: skeletons (SWC) and stored results (HDF5)."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from napari_neuron.view.skeleton_layers import LayerDataTuple

_NO_LAYER: list[Any] = [(None,)]
"""What napari takes for "this was read, and there is no layer to add"."""

PathOrPaths = str | Sequence[str]


def napari_get_reader(path: PathOrPaths) -> Callable[[PathOrPaths], list[LayerDataTuple]] | None:
    """Return the function that reads these files, or None if they are not ours."""
    names = [str(one).lower() for one in _paths(path)]
    if names and all(name.endswith((".swc", ".swc.gz")) for name in names):
        return read_skeletons
    if names and all(name.endswith((".h5", ".hdf5")) for name in names):
        return read_results if all(_is_result(one) for one in _paths(path)) else None
    return None


def read_skeletons(path: PathOrPaths) -> list[LayerDataTuple]:
    """Read SWC files: for each a Shapes layer of its paths and a Points layer of its nodes.

    A viewer that is still empty is turned to 3D, where a skeleton can be seen as a whole.

    Raises
    ------
    SwcError
        If a file cannot be meant; napari shows the message.
    """
    from napari_neuron.morphology.read import read_morphology
    from napari_neuron.view.skeleton_layers import skeleton_layer_data

    layers: list[LayerDataTuple] = []
    for one in _paths(path):
        layers += skeleton_layer_data(read_morphology(one))
    turn_empty_viewer_to_3d()
    return layers


def read_results(path: PathOrPaths) -> list[LayerDataTuple]:
    """Open stored results in the current viewer.

    The voltage layer is a kind of layer that layer data cannot name, so it is added here. Where
    there is no viewer, only the skeletons are returned.
    """
    import napari

    from napari_neuron.result import SimulationResult
    from napari_neuron.view.skeleton_layers import skeleton_layer_data

    viewer = napari.current_viewer()
    results = [SimulationResult.load(one) for one in _paths(path)]
    if viewer is None:
        return [layer for r in results for cell in r.cells for layer in skeleton_layer_data(cell)]
    from napari_neuron.view.showing import show

    for result in results:
        show(result, viewer)
    return _NO_LAYER


def turn_empty_viewer_to_3d() -> None:
    """Show all three axes if there is a viewer and nothing in it yet.

    In 2D napari draws only what lies in one slice, which of a skeleton is next to nothing.
    """
    napari = sys.modules.get("napari")  # not imported: then there is no viewer either
    viewer = napari.current_viewer() if napari else None
    if viewer is not None and not viewer.layers:
        viewer.dims.ndisplay = 3


def _paths(path: PathOrPaths) -> list[str]:
    return [path] if isinstance(path, str | Path) else [str(one) for one in path]


def _is_result(path: str) -> bool:
    import h5py

    from napari_neuron.result.io import FORMAT

    try:
        with h5py.File(path) as file:
            return file.attrs.get("format") == FORMAT
    except OSError:
        return False
