"""Results of networks in HDF5 files: a run to be looked at again, without NEURON.

The layout, version 1::

    /                 attributes: format, format_version, status, message, simulated (ms)
    /network          JSON text
    /spike_time       (n_spikes,) float64, ms
    /spike_neuron     (n_spikes,) int64, row of the neuron in the network
    /state            (n_samples, n_recorded) float32
    /provenance       attributes: versions of what made it

Nothing of a file is evaluated: no pickles, no object arrays; the network is validated JSON.
"""

from __future__ import annotations

from pathlib import Path
from types import MappingProxyType

import numpy as np

from napari_neuron.errors import NapariNeuronError
from napari_neuron.result.files import new_hdf5_file
from napari_neuron.result.model import Status
from napari_neuron.result.network import NetworkResult
from napari_neuron.spec.point_network import PointNetwork

FORMAT = "napari-neuron network result"
VERSION = 1


def save(result: NetworkResult, path: str | Path) -> None:
    """Write what is valid of a result; an old file is replaced when all is there.

    Raises
    ------
    OSError
        If the file cannot be written; an old one is untouched then.
    """
    with new_hdf5_file(path) as file:
        file.attrs["format"] = FORMAT
        file.attrs["format_version"] = VERSION
        file.attrs["status"] = str(result.status)
        file.attrs["message"] = result.message
        file.attrs["simulated"] = result.simulated
        file["network"] = result.network.to_json()
        file["spike_time"] = result.spike_time
        file["spike_neuron"] = result.spike_neuron
        file["state"] = result.frames[: result.n_frames]
        provenance = file.create_group("provenance")
        for name, version in result.provenance.items():
            provenance.attrs[name] = version


def load(path: str | Path) -> NetworkResult:
    """Read a file written by `save`; needs neither NEURON nor napari.

    Raises
    ------
    NapariNeuronError
        If the file is not the result of a network, is damaged, or is of a newer napari-neuron.
    OSError
        If it cannot be opened.
    """
    import h5py

    path = Path(path)
    with open(path, "rb"):  # the usual errors: no such file, not allowed
        pass
    if not h5py.is_hdf5(path):
        raise NapariNeuronError(f"{path}: this is not an HDF5 file")
    try:
        with h5py.File(path, "r") as file:
            if file.attrs.get("format") != FORMAT:
                raise NapariNeuronError(f"{path}: this HDF5 file is not the result of a network")
            version = int(file.attrs["format_version"])
            if version > VERSION:
                raise NapariNeuronError(
                    f"{path}: written in version {version} of the format, this napari-neuron reads "
                    f"up to {VERSION}. Update it: pip install -U napari-neuron"
                )
            state = np.asarray(file["state"][()], np.float32)
            result = NetworkResult(
                network=PointNetwork.from_json(file["network"][()]),
                spike_time=np.asarray(file["spike_time"][()], np.float64),
                spike_neuron=np.asarray(file["spike_neuron"][()], np.int64),
                frames=state,
                n_frames=len(state),
                simulated=float(file.attrs["simulated"]),
                status=Status(file.attrs["status"]),
                message=str(file.attrs["message"]),
                provenance=MappingProxyType(
                    {name: str(value) for name, value in file["provenance"].attrs.items()}
                ),
            )
    except NapariNeuronError as error:
        if type(error) is NapariNeuronError:
            raise
        raise NapariNeuronError(f"{path}: the file is damaged ({error})") from error
    except (OSError, LookupError, ValueError, TypeError, AttributeError, RuntimeError) as error:
        raise NapariNeuronError(f"{path}: the file is damaged or incomplete ({error})") from error
    n = len(result.network.neurons)
    rows = result.spike_neuron
    if len(rows) != len(result.spike_time) or (len(rows) and not 0 <= rows.min() <= rows.max() < n):
        raise NapariNeuronError(f"{path}: the file is damaged: its spikes are of no neuron")
    return result
