"""Reads the catalogue of NEURON in a thread, when first needed and when MOD files change."""

from __future__ import annotations

from typing import Any

from napari.qt.threading import create_worker
from psygnal import Signal

from napari_neuron.compile.catalogue import Catalogue
from napari_neuron.errors import NapariNeuronError
from napari_neuron.spec import ModFile
from napari_neuron.widgets.cell_in_view import CellInView


class CatalogueReader:
    """Gives a `CellInView` the catalogue.

    Attributes
    ----------
    failed : Signal (str)
        NEURON cannot be queried, or the MOD files are not compiled here.
    """

    failed = Signal(str)

    def __init__(self, view: CellInView) -> None:
        self._view = view
        self._read: tuple[ModFile, ...] | None = None
        self._worker: Any = None
        self._wanted: tuple[ModFile, ...] = ()
        self._stopped = False

    @property
    def is_wanted(self) -> bool:
        """Whether it has been asked for."""
        return self._read is not None or self._worker is not None

    def request(self, mod_files: tuple[ModFile, ...]) -> None:
        """Read the catalogue with these files, unless it is already loaded."""
        self._wanted = mod_files
        if self._worker is None and self._read != mod_files:
            self._worker = create_worker(_read, mod_files, _start_thread=False)
            self._worker.returned.connect(self._on_returned)
            self._worker.start()

    def stop(self) -> None:
        """Emit nothing more."""
        self._stopped = True
        self.failed.disconnect()

    def _on_returned(self, answer: tuple[tuple[ModFile, ...], Catalogue | None, str]) -> None:
        self._worker = None
        if self._stopped:
            return
        self._read, catalogue, problem = answer
        if catalogue is not None:
            self._view.set_catalogue(catalogue)
        if problem:
            self.failed.emit(problem)
        self.request(self._wanted)


def _read(mod_files: tuple[ModFile, ...]) -> tuple[tuple[ModFile, ...], Catalogue | None, str]:
    from napari_neuron.engine import read_catalogue

    try:
        return mod_files, read_catalogue(mod_files), ""
    except NapariNeuronError as error:
        problem = str(error)
    try:  # what is built in is there without the files
        return mod_files, read_catalogue(()) if mod_files else None, problem
    except NapariNeuronError:
        return mod_files, None, problem
