"""`ModWatch`: notices when MOD files compiled in this session have changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from napari.qt.threading import create_worker
from psygnal import Signal

from napari_neuron.errors import NapariNeuronError
from napari_neuron.spec import ModFile
from napari_neuron.widgets.cell_in_view import CellInView


class ModWatch:
    """Knows the folder the experiment's MOD files were compiled from, and checks it.

    It checks only folders the user chose in this session, and compiles nothing.

    Attributes
    ----------
    looked : Signal (str, str)
        A folder, and what has changed in it: "" if nothing has.
    """

    looked = Signal(str, str)

    def __init__(self, view: CellInView) -> None:
        self._view = view
        self._folders: dict[tuple[ModFile, ...], str] = {}
        self._worker: Any = None
        self._then: Callable[[str, str], object] | None = None

    @property
    def folder(self) -> str:
        """Where the files of the experiment are, "" if that was not said in this session."""
        return self._folders.get(self._view.experiment.mod_files, "")

    def remember(self, mod_files: tuple[ModFile, ...], folder: str) -> None:
        """Note what was compiled from a folder."""
        self._folders[mod_files] = folder

    def look_once(self, then: Callable[[str, str], object]) -> None:
        """Check, and call ``then`` with the outcome; waiting callbacks are called once."""
        self._then = then
        self.look()

    def look(self) -> None:
        """Read the files in a thread, and tell what was found."""
        if self._worker is None and self.folder:
            self._worker = create_worker(
                _changes, self._view.experiment.mod_files, self.folder, _start_thread=False
            )
            self._worker.returned.connect(self._on_returned)
            self._worker.start()

    def stop(self) -> None:
        """Emit nothing more."""
        self._folders.clear()
        self._then = None
        self.looked.disconnect()

    def _on_returned(self, answer: tuple[str, str]) -> None:
        self._worker = None
        then, self._then = self._then, None
        if then is not None:
            then(*answer)
        elif self._folders:
            self.looked.emit(*answer)


def _changes(mod_files: tuple[ModFile, ...], folder: str) -> tuple[str, str]:
    from napari_neuron.engine.mod_files import changed_files

    said = {
        "is not in this folder": "is gone",
        "differs in this folder": "has changed",
    }
    try:
        problems = changed_files(mod_files, folder)
    except NapariNeuronError as error:
        return folder, str(error)
    return folder, "; ".join(f"{p.file} {said.get(p.problem, p.problem)}" for p in problems)
