"""What would be lost if napari ended now, in files: experiments and networks that are not saved.

Each is the JSON file that `Experiment.save` writes, in the folder ``autosave`` of
`napari_neuron.folders.state_folder`; `napari_neuron.Experiment.load` reads it, too. Beside it lies
a file that the window holds locked as long as it lives, however it ends: who gets the lock has
found what a window has left. With ``NAPARI_NEURON_AUTOSAVE=0`` in the environment nothing is kept.
"""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from napari_neuron.errors import ExperimentError
from napari_neuron.folders import state_folder
from napari_neuron.spec import Experiment
from napari_neuron.spec.base import SavedSpec
from napari_neuron.spec.point_network import PointNetwork

KINDS: Mapping[str, type[SavedSpec]] = {"experiment": Experiment, "network": PointNetwork}
"""What is kept, by the word that the names of its files begin with."""

KEPT_DAYS = 30
"""What was left longer ago is deleted."""

KEPT_AT_MOST = 20
"""What is older than so many others of its kind is deleted."""


def autosave_folder() -> Path:
    """Return the folder of the files."""
    return state_folder() / "autosave"


def is_wanted() -> bool:
    """Whether anything is kept or offered; ``NAPARI_NEURON_AUTOSAVE=0`` says no."""
    return os.environ.get("NAPARI_NEURON_AUTOSAVE", "1") != "0"


class Autosave:
    """Keeps what a window has not saved, one file for each of its experiments.

    Its methods may be called in any thread.

    Parameters
    ----------
    kind
        One of `KINDS`.
    """

    def __init__(self, kind: str) -> None:
        self._kind = kind
        self._files: dict[Hashable, _File] = {}
        self._one_at_a_time = threading.Lock()
        self._is_closed = False

    def update(self, unsaved: Mapping[Hashable, SavedSpec]) -> None:
        """Have the files hold these, and nothing else.

        Raises
        ------
        OSError
            If a file cannot be written; what it held before is still there.
        """
        with self._one_at_a_time:
            if not self._is_closed and is_wanted():
                self._update(unsaved)

    def close(self, unsaved: Mapping[Hashable, SavedSpec]) -> None:
        """Update for the last time; from now on other windows find what is left.

        Raises
        ------
        OSError
            As `update`.
        """
        with self._one_at_a_time:
            try:
                if not self._is_closed and is_wanted():
                    self._update(unsaved)
            finally:
                self._is_closed = True
                for file in self._files.values():
                    file.lock.release()
                self._files.clear()

    def _update(self, unsaved: Mapping[Hashable, SavedSpec]) -> None:
        for key in [key for key in self._files if key not in unsaved]:
            self._files.pop(key).delete()
        for key, spec in unsaved.items():
            if key not in self._files:
                folder = autosave_folder()
                folder.mkdir(parents=True, exist_ok=True)
                self._files[key] = _File(folder / f"{self._kind}-{uuid.uuid4().hex[:12]}.json")
            self._files[key].write(spec)


class _File:
    """A file of a window, and its lock."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._written: SavedSpec | None = None
        lock = _Lock.of(path)
        if lock is None:
            raise OSError(f"{path.parent}: files cannot be locked in this folder")
        self.lock = lock

    def write(self, spec: SavedSpec) -> None:
        if spec is self._written:
            return
        handle, temporary = tempfile.mkstemp(dir=self._path.parent, suffix=".part")
        try:
            with open(handle, "w", encoding="utf-8") as file:
                file.write(spec.to_json())
                file.flush()
                os.fsync(file.fileno())  # the machine may be what ends
            os.replace(temporary, self._path)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
            raise
        self._written = spec

    def delete(self) -> None:
        with contextlib.suppress(OSError):
            self._path.unlink(missing_ok=True)
        self.lock.release()


@dataclass(frozen=True, eq=False)
class LeftOver:
    """What a window has left unsaved; no other window is offered it as long as it is held.

    Attributes
    ----------
    path : Path
        Its file.
    saved : datetime
        When it was written, in local time.
    spec : Experiment or PointNetwork
        What it holds.
    """

    path: Path
    saved: datetime
    spec: SavedSpec
    _lock: _Lock

    def discard(self) -> Path:
        """Offer it no more. Its file stays for a while, under the name that is returned."""
        aside = self.path.with_suffix(".discarded")
        with contextlib.suppress(OSError):
            os.replace(self.path, aside)
        self._lock.release()
        return aside

    def delete(self) -> None:
        """Delete the file: what it holds is somewhere else now."""
        with contextlib.suppress(OSError):
            self.path.unlink(missing_ok=True)
        self._lock.release()

    def release(self) -> None:
        """Leave it to the next window."""
        self._lock.release()


@dataclass(frozen=True)
class Found:
    """What there was to find.

    Attributes
    ----------
    left_over : LeftOver or None
        The newest.
    damaged : tuple of Path
        Files that cannot be read, where they were put aside.
    """

    left_over: LeftOver | None = None
    damaged: tuple[Path, ...] = ()


def find_left_over(kind: str, known: Iterable[SavedSpec] = ()) -> Found:
    """Return the newest of what windows have left that are no more, and hold it.

    Nothing of a file is evaluated. What is too old is deleted.

    Parameters
    ----------
    kind
        One of `KINDS`.
    known
        What this window holds already; a file with the same in it is deleted.
    """
    if not is_wanted():
        return Found()
    folder, known, newest, damaged = autosave_folder(), list(known), None, []
    _delete_old_remains(folder)
    for index, path in enumerate(_newest_first(folder.glob(f"{kind}-*.json"))):
        try:
            lock = _Lock.of(path)
        except OSError:
            continue  # it is not ours
        if lock is None:
            continue  # its window lives
        try:
            written = path.stat().st_mtime
            if index >= KEPT_AT_MOST or _is_old(written):
                path.unlink()
            elif newest is None:
                spec = KINDS[kind].load(path)
                if not any(spec == one for one in known):
                    newest = LeftOver(path, datetime.fromtimestamp(written), spec, lock)
                    continue
                path.unlink()
        except ExperimentError as error:
            if not error.field.endswith(": version"):  # else a newer napari-neuron may read it
                aside = path.with_suffix(".damaged")
                with contextlib.suppress(OSError):
                    os.replace(path, aside)
                damaged.append(aside)
        except OSError:
            pass  # it went away meanwhile, or is not ours to read
        lock.release()
    return Found(newest, tuple(damaged))


def _newest_first(paths: Iterable[Path]) -> list[Path]:
    dated = []
    for path in paths:
        with contextlib.suppress(OSError):
            dated.append((path.stat().st_mtime, path))
    return [path for _, path in sorted(dated, reverse=True)]


def _is_old(written: float) -> bool:
    return time.time() - written > KEPT_DAYS * 86400


def _delete_old_remains(folder: Path) -> None:
    """Delete what was discarded, damaged, or half written, long ago, and locks of nothing."""
    for path in folder.glob("*"):
        with contextlib.suppress(OSError):
            is_remains = path.suffix in (".discarded", ".damaged", ".part", ".lock")
            if is_remains and _is_old(path.stat().st_mtime):
                if path.suffix != ".lock":
                    path.unlink()
                elif lock := _Lock.of(path):
                    lock.release()


class _Lock:
    """A locked file; the system lets go of it when the process ends, whatever ends it."""

    def __init__(self, path: Path, file: BinaryIO) -> None:
        self._path = path
        self._file = file

    @classmethod
    def of(cls, path: Path) -> _Lock | None:
        """Lock the file that belongs to a path; None if another window has it."""
        path = path.with_suffix(".lock")
        file = open(path, "ab")  # noqa: SIM115 -- it is open as long as it is locked
        try:
            _lock(file)
            # who let go of it has deleted it, perhaps between our opening it and locking it
            is_there = os.path.samestat(os.fstat(file.fileno()), path.stat())
        except OSError:
            is_there = False
        if is_there:
            return cls(path, file)
        file.close()
        return None

    def release(self) -> None:
        """Let go of it; may be called again."""
        if self._file.closed:
            return
        if sys.platform == "win32":  # an open file cannot be deleted there
            self._file.close()
        with contextlib.suppress(OSError):
            self._path.unlink(missing_ok=True)
        self._file.close()


if sys.platform == "win32":
    import msvcrt

    def _lock(file: BinaryIO) -> None:
        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(file: BinaryIO) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
