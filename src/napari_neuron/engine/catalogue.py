"""Reads the catalogue of mechanisms from NEURON, in a separate process, and caches it."""

from __future__ import annotations

import contextlib
import hashlib
import os
import sys
import tempfile
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from os import PathLike
from pathlib import Path

from napari_neuron.compile.catalogue import Catalogue
from napari_neuron.engine.ask import ask
from napari_neuron.folders import cache_folder
from napari_neuron.spec import ModFile

_FORMAT = 3  # of what is kept; another one is read again
_installations: dict[str, dict[str, str]] = {}


def read_catalogue(
    mod_files: Sequence[ModFile] = (), *, python: str | PathLike[str] | None = None
) -> Catalogue:
    """Return what NEURON knows: everything built in, plus what compiled MOD files add.

    The answer is cached on disk by NEURON's version and the content of the MOD files.

    Parameters
    ----------
    mod_files
        As in an experiment. They must have been compiled on this machine (`compile_mod_files`);
        nothing is compiled here.
    python
        The Python interpreter that has NEURON; None: that of this process.

    Returns
    -------
    Catalogue

    Raises
    ------
    ExperimentError
        If the MOD files have not been compiled here; the field is ``mod_files``.
    NeuronNotAvailable, EngineCrashed, SimulationError
        If NEURON cannot be queried.
    """
    library = ""
    if mod_files:
        from napari_neuron.engine.mod_files import require_library

        library = str(require_library(mod_files, python=python))
    here = f"{_FORMAT} {neuron_version(python)} {sys.platform} {python or sys.executable} {library}"
    name = hashlib.sha256(here.encode()).hexdigest()[:24]
    path = cache_folder() / "catalogues" / f"{name}.json"
    with contextlib.suppress(OSError, ValueError):
        return Catalogue.from_json(path.read_bytes())
    catalogue = Catalogue.from_plain(ask("catalogue", python=python, library=library))
    with contextlib.suppress(OSError):  # a cache that cannot be written is no reason to fail
        _write_whole(path, catalogue.to_json())
    return catalogue


def neuron_version(python: str | PathLike[str] | None = None) -> str:
    """Return the version of an interpreter's NEURON without importing it in this process.

    Raises
    ------
    NeuronNotAvailable
        If the interpreter has none.
    """
    if python is None or str(python) == sys.executable:
        for distribution in ("neuron", "neuron-nightly"):
            with contextlib.suppress(PackageNotFoundError):
                return version(distribution)
    return installation(python)["version"]


def installation(python: str | PathLike[str] | None = None) -> dict[str, str]:
    """Return version and folder of an interpreter's NEURON.

    Raises
    ------
    NeuronNotAvailable
        If the interpreter has none.
    """
    key = sys.executable if python is None else str(python)
    if key not in _installations:
        _installations[key] = ask("installation", python=python)
    return _installations[key]


def _write_whole(path: Path, text: str) -> None:
    """Write a file so that another process sees all of it or nothing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, suffix=".part")
    try:
        with open(handle, "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(temporary, path)
    except OSError:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise
