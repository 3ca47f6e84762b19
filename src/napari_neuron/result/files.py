"""Writes a file completely or not at all."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import h5py


@contextlib.contextmanager
def new_file(path: str | Path) -> Iterator[Path]:
    """Give a path to write to; what is there at the end replaces an old file at ``path``.

    Raises
    ------
    OSError
        If it cannot be put there; an old one is untouched then.
    """
    path = Path(path)
    temporary = path.with_name(f".{path.stem}.{os.getpid()}.part{path.suffix}")
    try:
        yield temporary
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise


@contextlib.contextmanager
def new_hdf5_file(path: str | Path) -> Iterator[h5py.File]:
    """Open a file to be written; it replaces an old one at ``path`` when all is in it.

    Raises
    ------
    OSError
        If it cannot be written; an old one is untouched then.
    """
    import h5py

    with new_file(path) as temporary, h5py.File(temporary, "w") as file:
        yield file
