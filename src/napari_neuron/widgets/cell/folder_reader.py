"""`FolderReader`: reads all skeletons of a folder in a thread that can be stopped."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from napari.qt.threading import create_worker
from psygnal import Signal
from qtpy.QtCore import QTimer

from napari_neuron.errors import SkeletonFileError
from napari_neuron.morphology import Morphology, check, read_morphologies, skeleton_files

_FETCH = 100  # ms


@dataclass(frozen=True, eq=False)
class FileRead:
    """The outcome of reading one file.

    Attributes
    ----------
    cells : tuple of Morphology
        Empty if the file could not be read.
    findings : tuple of str
        Of each cell: how many errors and warnings `napari_neuron.check` has, in words.
    problem : str
        Why the file could not be read; "" if it could.
    """

    path: Path
    cells: tuple[Morphology, ...]
    findings: tuple[str, ...]
    problem: str


class FolderReader:
    """Reads a folder file by file; reports ten times a second.

    Attributes
    ----------
    advanced : Signal (tuple of FileRead, int, int)
        Newly read files; number of files done; number in total.
    ended : Signal (str)
        Everything is read, or reading was cancelled; why the folder cannot be read, or "".
    """

    advanced = Signal(tuple, int, int)
    ended = Signal(str)

    def __init__(self) -> None:
        self._worker: Any = None
        self._come: list[FileRead] = []
        self._n_told = 0
        self._n_files = 0
        self._cancelled = False
        self._timer = QTimer()
        self._timer.setInterval(_FETCH)
        self._timer.timeout.connect(self._tell)

    @property
    def is_busy(self) -> bool:
        """Whether files are being read."""
        return self._worker is not None

    def start(self, folder: Path) -> None:
        """Read the files of a folder."""
        self._come, self._n_told, self._n_files = [], 0, 0
        self._cancelled = False
        self._worker = create_worker(self._read, folder, _start_thread=False)
        self._worker.returned.connect(self._on_returned)
        self._worker.start()
        self._timer.start()

    def cancel(self) -> None:
        """Stop after the file that is being read."""
        self._cancelled = True

    def stop(self) -> None:
        """Stop, and emit nothing more."""
        self.cancel()
        self._timer.stop()
        self.advanced.disconnect()
        self.ended.disconnect()

    def _read(self, folder: Path) -> str:
        try:
            files = skeleton_files(folder)
        except SkeletonFileError as error:
            return str(error)
        self._n_files = len(files)
        for one in _read_files(files):
            self._come.append(one)
            if self._cancelled:
                break
        return "" if files else f"No file in {folder} has the name of a skeleton format."

    def _tell(self) -> None:
        come = tuple(self._come[self._n_told :])
        if come:
            self._n_told += len(come)
            self.advanced.emit(come, self._n_told, self._n_files)

    def _on_returned(self, problem: str) -> None:
        self._worker = None
        self._timer.stop()
        self._tell()
        self.ended.emit(problem)


def _read_files(files: tuple[Path, ...]) -> Iterator[FileRead]:
    for path in files:
        problems: list[str] = []
        try:
            cells = read_morphologies(path, skip=lambda error: problems.append(str(error)))  # noqa: B023
        except SkeletonFileError as error:
            yield FileRead(path, (), (), str(error))
            continue
        yield FileRead(path, cells, tuple(map(_in_words, cells)), " ".join(problems))


def _in_words(cell: Morphology) -> str:
    severities = [finding.severity for finding in check(cell)]
    counts = [(severities.count(kind), kind) for kind in ("error", "warning")]
    return ", ".join(f"{n} {kind}{'s' * (n > 1)}" for n, kind in counts if n)
