"""Thins a label in a separate process, which can be stopped at any moment.

scikit-image and scipy hold Python's global lock for seconds at a time, so in a thread they would
freeze the window. The voxels are passed in a file; progress comes back as lines of JSON.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from napari_neuron.errors import MorphologyError
from napari_neuron.morphology.from_labels import Say, crop, skeleton_of
from napari_neuron.morphology.model import Morphology

_ARRAYS = ("node_id", "parent", "swc_type", "position", "radius")


class _CancelledError(Exception):
    pass


class LabelProcess:
    """Runs `skeletonise` once; `cancel` may be called from any thread."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._is_cancelled = False

    def cancel(self) -> None:
        """End it; `run` returns soon."""
        self._is_cancelled = True
        if self._process is not None:
            self._process.kill()

    def run(
        self,
        labels: Any,
        label: int,
        voxel: tuple[float, float, float],
        *,
        origin: tuple[float, float, float],
        name: str,
        progress: Say,
    ) -> Morphology | None:
        """Return what `skeletonise` returns, None if it was cancelled.

        Parameters are those of `skeletonise`.

        Raises
        ------
        MorphologyError
            If there is no such skeleton, or the process ended without it.
        """

        def say(text: str, done: float) -> None:
            if self._is_cancelled:
                raise _CancelledError
            progress(text, done)

        try:
            if len(labels.shape) != 3:
                raise MorphologyError(f"labels have {len(labels.shape)} axes, not z, y, x")
            mask, corner = crop(labels, label, say)
            place = np.asarray(origin) + corner * np.asarray(voxel)
            with tempfile.TemporaryDirectory(prefix="napari-neuron-") as folder:
                np.save(Path(folder, "mask.npy"), mask)
                del mask
                asked = {"label": label, "voxel": voxel, "origin": place.tolist(), "name": name}
                return self._ask(Path(folder), asked, say)
        except _CancelledError:
            return None

    def _ask(self, folder: Path, asked: dict[str, Any], say: Say) -> Morphology:
        package = str(Path(__file__).parents[2])
        path = os.pathsep.join(filter(None, [package, os.environ.get("PYTHONPATH", "")]))
        with subprocess.Popen(
            [sys.executable, "-m", __name__, str(folder), json.dumps(asked)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": path},
            start_new_session=True,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        ) as process:
            self._process = process
            problem = ""
            assert process.stdout is not None
            try:
                for line in process.stdout:
                    told = json.loads(line)
                    problem = told.get("problem", "")
                    if "step" in told:
                        say(*told["step"])
            except BaseException:
                process.kill()
                raise
        if self._is_cancelled:
            raise _CancelledError
        if problem:
            raise MorphologyError(problem)
        if process.returncode or not (folder / "cell.npz").is_file():
            raise MorphologyError(
                f"the process that thinned label {asked['label']} ended without a skeleton (exit "
                f"status {process.returncode}); the label may need more memory than there is"
            )
        with np.load(folder / "cell.npz") as held:
            header = tuple(json.loads(str(held["header"])))
            arrays = {key: held[key] for key in _ARRAYS}
        return Morphology(
            **arrays,
            name=asked["name"],
            header=header,
            unit="um",
            unit_evidence="voxel size of the labels",
        )


def main(folder: Path, asked: dict[str, Any]) -> None:
    """Answer `LabelProcess`, in the process."""
    out = sys.stdout

    def tell(**what: Any) -> None:
        out.write(json.dumps(what) + "\n")
        out.flush()

    try:
        cell = skeleton_of(
            np.load(folder / "mask.npy"),
            asked["label"],
            tuple(asked["voxel"]),
            origin=np.asarray(asked["origin"]),
            name=asked["name"],
            say=lambda text, done: tell(step=(text, done)),
        )
    except MorphologyError as error:
        tell(problem=str(error))
        return
    except MemoryError:
        tell(problem="There is not enough memory for this label.")
        return
    arrays = {key: getattr(cell, key) for key in _ARRAYS}
    np.savez(folder / "cell.npz", header=json.dumps(cell.header), **arrays)


if __name__ == "__main__":
    main(Path(sys.argv[1]), json.loads(sys.argv[2]))
