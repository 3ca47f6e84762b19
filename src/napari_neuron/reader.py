"""Files that napari opens with this plugin: skeletons of all formats, and stored results (HDF5)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from napari_neuron.errors import SkeletonFileError
    from napari_neuron.view.skeleton_layers import LayerDataTuple

_NO_LAYER: list[Any] = [(None,)]
"""Tells napari that the file was read and there is no layer to add."""

PathOrPaths = str | Sequence[str]


def napari_get_reader(path: PathOrPaths) -> Callable[[PathOrPaths], list[LayerDataTuple]] | None:
    """Return the function that reads these files, or None if they are not ours."""
    from napari_neuron.morphology.read import is_skeleton

    paths = _paths(path)
    if paths and all(_is_result(one) for one in paths):
        return read_results
    if paths and all(is_skeleton(one) for one in paths):
        return read_skeletons
    return None


def read_skeletons(path: PathOrPaths) -> list[LayerDataTuple]:
    """Read skeletons: for each a Shapes layer of its paths and a Points layer of its nodes.

    A viewer that is still empty is turned to 3D, where a skeleton can be seen as a whole, and all
    of them are brought into view.

    What cannot be read in an archive or a folder is left out with a warning.

    Raises
    ------
    SkeletonFileError
        If a file cannot be read; napari shows the message.
    """
    from napari_neuron.morphology.read import read_morphologies
    from napari_neuron.view.skeleton_layers import cells_layer_data
    from napari_neuron.view.whole_in_view import show_what_is_read

    cells = [cell for one in _paths(path) for cell in read_morphologies(one, skip=_warn)]
    layers = cells_layer_data(cells)
    show_what_is_read(layers)
    return layers


def read_results(path: PathOrPaths) -> list[LayerDataTuple]:
    """Open stored results in the current viewer.

    Layer data cannot describe the voltage layer, so it is added here. Without a viewer, only the
    skeletons are returned.
    """
    import napari

    from napari_neuron.result import SimulationResult
    from napari_neuron.result.network import NetworkResult
    from napari_neuron.result.network_io import FORMAT as NETWORK_FORMAT
    from napari_neuron.view.skeleton_layers import skeleton_layer_data

    viewer = napari.current_viewer()
    paths = _paths(path)
    networks = [NetworkResult.load(one) for one in paths if _format_of(one) == NETWORK_FORMAT]
    results = [SimulationResult.load(one) for one in paths if _format_of(one) != NETWORK_FORMAT]
    if viewer is None:
        return [layer for r in results for cell in r.cells for layer in skeleton_layer_data(cell)]
    from napari_neuron.view.showing import show_stored

    for result in results:
        show_stored(result, viewer)
    for network in networks:
        from napari_neuron.view.network.network_layers import show_network

        show_network(network, viewer)
    return _NO_LAYER


def _warn(error: SkeletonFileError) -> None:
    from napari.utils.notifications import show_warning

    show_warning(str(error))


def _paths(path: PathOrPaths) -> list[str]:
    return [path] if isinstance(path, str | Path) else [str(one) for one in path]


def _is_result(path: str) -> bool:
    if not path.lower().endswith((".h5", ".hdf5")):
        return False
    from napari_neuron.result.io import FORMAT
    from napari_neuron.result.network_io import FORMAT as NETWORK_FORMAT

    return _format_of(path) in (FORMAT, NETWORK_FORMAT)


def _format_of(path: str) -> str:
    """Return the format stated in an HDF5 file, "" if there is none or it is not HDF5."""
    import h5py

    try:
        with h5py.File(path) as file:
            return str(file.attrs.get("format", ""))
    except OSError:
        return ""
