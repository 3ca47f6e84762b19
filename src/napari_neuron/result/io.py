"""Results in HDF5 files: everything that is needed to look at a run again, without NEURON.

The layout, version 1 (units are attributes of each dataset)::

    /                 attributes: format, format_version, status, message
    /frames           (n_frames, n_compartments) float32, mV
    /frame_time       (n_frames,) float64, ms
    /samples          (n_recorders, n_samples) float64; attribute units: JSON, one for each row
    /more_frames/0 ...  as /frames; attributes variable and unit
    /sample_time      (n_samples,) float64, ms
    /compartment_of_node  (n_nodes,) int64
    /experiment       JSON text
    /spikes/0 ...     (n_spikes,) float64, ms; attribute label
    /network/spike_time, spike_neuron   of point neurons beside the cells, where there are any
    /cells/0 ...      a group of arrays per morphology, attributes name, unit, unit_evidence, source
    /provenance       attributes: versions of what made it

Nothing of a file is evaluated: no pickles, no object arrays; the experiment is validated JSON.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from napari_neuron.errors import NapariNeuronError
from napari_neuron.morphology.model import Morphology
from napari_neuron.result.files import new_hdf5_file
from napari_neuron.result.model import SimulationResult, Status
from napari_neuron.result.network import NetworkResult
from napari_neuron.result.network_io import FORMAT as NETWORK_FORMAT
from napari_neuron.spec import Experiment

if TYPE_CHECKING:
    import h5py
    import pandas as pd

FORMAT = "napari-neuron result"
VERSION = 1

_UNREADABLE = (
    *(OSError, LookupError, ValueError, TypeError, AttributeError),
    *(RuntimeError, MemoryError, OverflowError),
)
"""What h5py and numpy raise on files that are not what they say."""


def save(result: SimulationResult, path: str | Path, *, compress: bool = False) -> None:
    """Write what is valid of a result to an HDF5 file; an old file is replaced when all is there.

    Parameters
    ----------
    result
        Complete or not.
    path
        The file.
    compress
        Compress the frames: to a half or less, but they are no longer mapped on loading.

    Raises
    ------
    OSError
        If the file cannot be written; an old one is untouched then.
    """
    with new_hdf5_file(path) as file:
        _write(file, result, compress)


def load(path: str | Path) -> SimulationResult:
    """Read a file written by `save`; needs neither NEURON nor napari.

    Frames that are not compressed are mapped into memory, not read.

    Raises
    ------
    NapariNeuronError
        If the file is not a result, is damaged, or was written by a newer napari-neuron.
    OSError
        If it cannot be opened.
    """
    import h5py

    path = Path(path)
    with open(path, "rb"):  # the usual errors: no such file, not allowed
        pass
    try:
        with h5py.File(path, "r") as file:
            _require_ours(file, path)
            return _read(file, path)
    except NapariNeuronError as error:
        if type(error) is NapariNeuronError:
            raise
        raise _damaged(path, error) from error
    except _UNREADABLE as error:
        raise _damaged(path, error) from error


def _damaged(path: Path, error: Exception) -> NapariNeuronError:
    import h5py

    if not h5py.is_hdf5(path):
        return NapariNeuronError(
            f"{path}: this is not a result of napari-neuron, which is an HDF5 file"
        )
    return NapariNeuronError(f"{path}: the file is damaged or incomplete ({error})")


def _require_ours(file: h5py.File, path: Path) -> None:
    found = file.attrs.get("format")
    if found == NETWORK_FORMAT:
        raise NapariNeuronError(
            f"{path}: this is the result of a network of point neurons; NetworkResult.load reads it"
        )
    if found != FORMAT:
        raise NapariNeuronError(
            f"{path}: this HDF5 file was not written by napari-neuron's SimulationResult.save"
        )
    version = int(file.attrs["format_version"])
    if version > VERSION:
        raise NapariNeuronError(
            f"{path}: written in version {version} of the format, this napari-neuron reads up to "
            f"{VERSION}. Update it: pip install -U napari-neuron"
        )


def _write(file: h5py.File, result: SimulationResult, compress: bool) -> None:
    file.attrs["format"] = FORMAT
    file.attrs["format_version"] = VERSION
    file.attrs["status"] = str(result.status)
    file.attrs["message"] = result.message
    smaller: dict[str, Any] = {}
    if compress and result.voltage.size:
        rows = min(len(result.voltage), max(1, 2**18 // max(1, result.voltage.shape[1])))
        smaller = {
            "chunks": (rows, result.voltage.shape[1]),
            "compression": "gzip",
            "compression_opts": 1,
            "shuffle": True,
        }
    n_samples = result.n_samples
    times = np.arange(n_samples) * result.experiment.run.dt
    n_rows = len(result.samples)
    _put(file, "frames", result.voltage, "mV", **smaller)
    _put(file, "frame_time", result.time, "ms")
    samples = _put(file, "samples", result.samples[:, :n_samples], "mV")
    samples.attrs["units"] = json.dumps(result.units[:n_rows])
    more = file.create_group("more_frames")
    for index, variable in enumerate(result.more_frames):
        frames = _put(more, str(index), result.frames_of(variable), **smaller)
        frames.attrs["variable"] = variable
        frames.attrs["unit"] = result.unit_of(variable)
    _put(file, "sample_time", times, "ms")
    _put(file, "compartment_of_node", result.compartment_of_node)
    file["experiment"] = result.experiment.to_json()
    spikes = file.create_group("spikes")
    for index, (label, found) in enumerate(result.spikes.items()):
        _put(spikes, str(index), found, "ms").attrs["label"] = label
    if result.network is not None:
        network = file.create_group("network")
        _put(network, "spike_time", result.network.spike_time, "ms")
        _put(network, "spike_neuron", result.network.spike_neuron)
    cells = file.create_group("cells")
    for index, cell in enumerate(result.cells):
        _write_cell(cells.create_group(str(index)), cell)
    provenance = file.create_group("provenance")
    for name, version in result.provenance.items():
        provenance.attrs[name] = version


def _put(
    group: h5py.Group, name: str, values: npt.NDArray[Any], unit: str = "", **options: Any
) -> h5py.Dataset:
    dataset = group.create_dataset(name, data=values, **options)
    if unit:
        dataset.attrs["unit"] = unit
    return dataset


def _write_cell(group: h5py.Group, cell: Morphology) -> None:
    group.attrs["name"] = cell.name
    group.attrs["unit"] = cell.unit
    group.attrs["unit_evidence"] = cell.unit_evidence
    if cell.source is not None:
        group.attrs["source"] = cell.source
    _put(group, "node_id", cell.node_id)
    _put(group, "parent", cell.parent)
    _put(group, "swc_type", cell.swc_type)
    _put(group, "position", cell.position, "um")
    _put(group, "radius", cell.radius, "um")
    # Texts as JSON: a list of any length of any characters, empty ones too.
    group["header"] = json.dumps(cell.header)
    if cell.no_cable_above is not None:
        _put(group, "no_cable_above", cell.no_cable_above)
    if cell.labels is not None:
        group["labels"] = json.dumps(cell.labels.tolist())
    if cell.connectors is not None:
        connectors = group.create_group("connectors")
        for index, (name, column) in enumerate(cell.connectors.items()):
            _write_column(connectors, index, str(name), column.to_numpy())


def _write_column(group: h5py.Group, index: int, name: str, values: npt.NDArray[Any]) -> None:
    if values.dtype.kind in "iufb":
        dataset = _put(group, str(index), values)
    else:
        missing = [item is None or item != item for item in values.tolist()]  # NaN is not NaN
        texts = [
            None if gone else str(item) for item, gone in zip(values.tolist(), missing, strict=True)
        ]
        group[str(index)] = json.dumps(texts)
        dataset = group[str(index)]
    dataset.attrs["column"] = name


def _read(file: h5py.File, path: Path) -> SimulationResult:
    cells = tuple(_read_cell(group) for group in _in_order(file["cells"]))
    samples = file["samples"][()]
    spikes = {
        str(item.attrs["label"]): np.asarray(item[()], dtype=np.float64)
        for item in _in_order(file["spikes"])
    }
    frames = _frames(file["frames"], path)
    more = {
        str(item.attrs["variable"]): _frames(item, path)
        for item in (_in_order(file["more_frames"]) if "more_frames" in file else ())
    }
    units = tuple(json.loads(file["samples"].attrs.get("units", "[]")))
    if units or more:
        units += tuple(str(file[f"more_frames/{i}"].attrs["unit"]) for i in range(len(more)))
    compartment_of_node = np.asarray(file["compartment_of_node"][()], dtype=np.int64)
    _check_shapes(cells, frames, samples, compartment_of_node)
    if any(other.shape != frames.shape for other in more.values()):
        raise ValueError("frames of different shapes")
    experiment = Experiment.from_json(file["experiment"][()])
    return SimulationResult(
        cells=cells,
        experiment=experiment,
        frames=frames,
        samples=samples,
        compartment_of_node=compartment_of_node,
        spikes=MappingProxyType(spikes),
        n_frames=len(frames),
        n_samples=len(file["sample_time"]),
        status=Status(file.attrs["status"]),
        message=str(file.attrs["message"]),
        provenance=_texts(file["provenance"].attrs),
        more_frames=MappingProxyType(more),
        units=units,
        network=_read_network(file, experiment),
    )


def _read_network(file: h5py.File, experiment: Experiment) -> NetworkResult | None:
    if experiment.network is None:
        return None
    group = file["network"]
    result = NetworkResult(
        experiment.network,
        np.asarray(group["spike_time"][()], np.float64),
        np.asarray(group["spike_neuron"][()], np.int64),
        simulated=max(0, len(file["sample_time"]) - 1) * experiment.run.dt,
        status=Status(file.attrs["status"]),
    )
    if not np.isin(result.spike_neuron, np.arange(len(experiment.network.neurons))).all():
        raise ValueError("spikes of no point neuron")
    return result


def _texts(attributes: Mapping[str, Any]) -> Mapping[str, str]:
    return MappingProxyType({str(name): str(value) for name, value in attributes.items()})


def _in_order(group: h5py.Group) -> list[Any]:
    return [group[str(index)] for index in range(len(group))]


def _frames(dataset: h5py.Dataset, path: Path) -> npt.NDArray[np.float32]:
    if dataset.ndim != 2 or dataset.dtype != np.float32:
        raise ValueError(f"frames are {dataset.dtype} of shape {dataset.shape}")
    offset = dataset.id.get_offset()  # None where frames are compressed or empty
    if offset is None or dataset.chunks is not None:
        return np.asarray(dataset[()], dtype=np.float32)
    return np.memmap(path, np.float32, "r", offset=offset, shape=dataset.shape)


def _check_shapes(
    cells: tuple[Morphology, ...],
    frames: npt.NDArray[np.float32],
    samples: npt.NDArray[np.float64],
    compartment_of_node: npt.NDArray[np.int64],
) -> None:
    n_nodes = sum(len(cell) for cell in cells)
    if compartment_of_node.shape != (n_nodes,):
        raise ValueError(f"{compartment_of_node.shape} compartments for {n_nodes} nodes")
    if compartment_of_node.min() < 0 or compartment_of_node.max() >= frames.shape[1]:
        raise ValueError("a node lies in a compartment that has no frames")
    if samples.ndim != 2:
        raise ValueError(f"samples of shape {samples.shape}")


def _read_cell(group: h5py.Group) -> Morphology:
    labels = None
    if "labels" in group:
        labels = np.asarray(json.loads(group["labels"][()]), dtype=np.str_)
    source = group.attrs.get("source")
    return Morphology(
        node_id=group["node_id"][()],
        parent=group["parent"][()],
        swc_type=group["swc_type"][()],
        position=group["position"][()],
        radius=group["radius"][()],
        name=str(group.attrs["name"]),
        labels=labels,
        connectors=_read_connectors(group["connectors"]) if "connectors" in group else None,
        header=tuple(str(line) for line in json.loads(group["header"][()])),
        unit=str(group.attrs["unit"]),
        unit_evidence=str(group.attrs["unit_evidence"]),
        source=None if source is None else str(source),
        no_cable_above=group["no_cable_above"][()] if "no_cable_above" in group else None,
    )


def _read_connectors(group: h5py.Group) -> pd.DataFrame:
    import pandas as pd

    columns = {}
    for item in _in_order(group):
        values = item[()]
        if isinstance(values, bytes):
            values = json.loads(values)
        columns[str(item.attrs["column"])] = values
    return pd.DataFrame(columns)
