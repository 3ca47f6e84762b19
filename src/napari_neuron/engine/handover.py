"""How a compiled model gets into the child process, and its frames out of it.

Each run has its own folder in the system's temporary directory, with the model as a line of JSON
and the bytes of its arrays (nothing is pickled), and two files that both processes map into memory.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import math
import os
import shutil
import tempfile
import weakref
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from napari_neuron.compile import model as compiled
from napari_neuron.compile import network_model
from napari_neuron.compile.model import CompiledModel
from napari_neuron.compile.network_model import CompiledNetwork
from napari_neuron.errors import SimulationError

_CLASSES: dict[str, Any] = {
    name: item
    for name, item in (*vars(compiled).items(), *vars(network_model).items())
    if name.startswith("Compiled") and dataclasses.is_dataclass(item)
}


FRAMES = "frames"
"""The file of the voltage; those of other variables have a number after it."""

Results = tuple[
    npt.NDArray[np.float32], npt.NDArray[np.float64], dict[str, npt.NDArray[np.float32]]
]


class RunFolder:
    """The parent's side of a run's files; deleted as soon as the operating system allows.

    Attributes
    ----------
    path : Path
        The folder.
    frames, samples, more_frames
        Mapped; see `napari_neuron.engine.protocol.Started`.

    Raises
    ------
    SimulationError
        If there is no room for the frames.
    """

    def __init__(self, model: CompiledModel | CompiledNetwork) -> None:
        self.path = Path(tempfile.mkdtemp(prefix="napari-neuron-run-"))
        try:
            write_model(model, self.path)
            self.frames, self.samples, self.more_frames = _map_results(
                model, self.path, create=True
            )
        except BaseException as error:
            self.delete()
            if isinstance(error, OSError):
                raise SimulationError(_no_room(model, self.path, error)) from None
            raise
        # Where a mapped file cannot be deleted (Windows) it is when the last array is gone.
        for frames in (self.frames, *self.more_frames.values()):
            weakref.finalize(frames, shutil.rmtree, self.path, ignore_errors=True)

    def delete(self) -> None:
        """Delete the files; mapped ones stay readable (Windows deletes only the others)."""
        shutil.rmtree(self.path, ignore_errors=True)


def write_model(model: CompiledModel | CompiledNetwork, folder: Path) -> None:
    """Write the file ``model`` into ``folder``."""
    arrays: list[npt.NDArray[Any]] = []
    structure = _plain(model, arrays)
    kinds = [(array.dtype.str, array.shape) for array in arrays]
    with open(folder / "model", "wb") as file:  # a third of the time that an .npz takes
        file.write(json.dumps([structure, kinds]).encode() + b"\n")
        for array in arrays:
            file.write(array.tobytes())


def read_model(folder: Path) -> CompiledModel | CompiledNetwork:
    """Read what `write_model` wrote."""
    with open(folder / "model", "rb") as file:
        structure, kinds = json.loads(file.readline())
        arrays = [
            np.fromfile(file, np.dtype(dtype), math.prod(shape)).reshape(shape)
            for dtype, shape in kinds
        ]
    model = _revived(structure, arrays)
    assert isinstance(model, CompiledModel | CompiledNetwork)
    return model


class ResultFiles:
    """The child's side of the files that the parent made for the results.

    Attributes
    ----------
    samples, more_frames
        Mapped; see `napari_neuron.engine.protocol.Started`.
    """

    def __init__(self, model: CompiledModel | CompiledNetwork, folder: Path) -> None:
        _, self.samples, self.more_frames = _map_results(model, folder, create=False)
        self._bytes_per_frame = 4 * model.n_compartments
        self._frames = os.open(folder / FRAMES, os.O_WRONLY | getattr(os, "O_BINARY", 0))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        os.close(self._frames)

    def write_frames(self, first: int, frames: npt.NDArray[np.float32]) -> None:
        """Write frames, (n, n_compartments) mV, from number ``first`` on.

        They are written rather than mapped, because every first touch of a mapped page costs a
        fault: in total 5 % of a run of 1,300 compartments.
        """
        os.lseek(self._frames, first * self._bytes_per_frame, os.SEEK_SET)
        left = frames.reshape(-1).view(np.uint8)
        while len(left):
            left = left[os.write(self._frames, left.data) :]


def _plain(value: Any, arrays: list[npt.NDArray[Any]]) -> Any:
    """Turn dataclasses, tuples and numbers into JSON values; put arrays aside by number."""
    if dataclasses.is_dataclass(value):
        fields = {f.name: _plain(getattr(value, f.name), arrays) for f in dataclasses.fields(value)}
        return {"class": type(value).__name__, "fields": fields}
    if isinstance(value, np.ndarray):
        arrays.append(value)
        return {"array": len(arrays) - 1}
    if isinstance(value, tuple):
        return [_plain(item, arrays) for item in value]
    return value


def _revived(value: Any, arrays: list[npt.NDArray[Any]]) -> Any:
    if isinstance(value, list):
        return tuple(_revived(item, arrays) for item in value)
    if isinstance(value, dict):
        if "array" in value:
            return arrays[value["array"]]
        fields = {name: _revived(item, arrays) for name, item in value["fields"].items()}
        return _CLASSES[value["class"]](**fields)
    return value


def _map_results(model: CompiledModel | CompiledNetwork, folder: Path, *, create: bool) -> Results:
    frames_shape = (model.run.n_frames, model.n_compartments)
    frame_files = [folder / f"{FRAMES}{i or ''}" for i in range(len(model.frames) + 1)]
    samples_shape = model.samples_shape
    if create:
        for path in frame_files:
            _reserve(path, 4 * frames_shape[0] * frames_shape[1])
        _reserve(folder / "samples", 8 * samples_shape[0] * samples_shape[1])
    # nothing cannot be mapped
    frames, *more = (
        np.memmap(path, np.float32, "r+", shape=frames_shape)
        if all(frames_shape)
        else np.empty(frames_shape, np.float32)
        for path in frame_files
    )
    samples = np.empty(samples_shape)
    if samples.size:
        samples = np.memmap(folder / "samples", np.float64, "r+", shape=samples_shape)
    return frames, samples, dict(zip(model.frames, more, strict=True))


def _reserve(path: Path, size: int) -> None:
    """Make a file with ``size`` bytes really allocated.

    Writing to a mapped page when the disk is full would kill the process.
    """
    with open(path, "wb") as file:
        if not size:
            return
        if shutil.disk_usage(path.parent).free < size:
            raise OSError("no space left on device")
        if hasattr(os, "posix_fallocate"):
            os.posix_fallocate(file.fileno(), 0, size)
        else:
            file.truncate(size)


def _no_room(model: CompiledModel | CompiledNetwork, folder: Path, error: OSError) -> str:
    n_variables = 1 + len(model.frames)
    size = 4 * n_variables * model.run.n_frames * model.n_compartments / 1e6
    where = folder.parent
    free = 0.0
    with contextlib.suppress(OSError):
        free = shutil.disk_usage(where).free / 1e6
    return (
        f"the frames of this run need {size:,.0f} MB in {where}, where {free:,.0f} MB are free "
        f"({error}). Use a longer frame interval, or set TMPDIR to a larger disk"
    )
