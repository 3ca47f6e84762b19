"""`Saving`: opens and saves experiments and results, asking for files where none are named."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from napari.qt.threading import create_worker
from qtpy.QtWidgets import QFileDialog, QWidget

from napari_neuron.errors import NapariNeuronError
from napari_neuron.morphology import Morphology
from napari_neuron.result import SimulationResult
from napari_neuron.session import Session
from napari_neuron.widgets.cell.cell_files import CellFiles
from napari_neuron.widgets.toolkit.asked_file import asked_file


class Saving:
    """Experiments and results in files.

    Parameters
    ----------
    parent
        Over which it asks.
    session
        Whose experiment is opened and saved.
    files
        Reads the cell that an experiment names.
    say
        Takes what there is to say, and what went wrong.
    """

    def __init__(
        self, parent: QWidget, session: Session, files: CellFiles, say: Callable[[str, str], None]
    ) -> None:
        self._parent = parent
        self._session = session
        self._files = files
        self._say = say

    def ask_what_to_open(self) -> None:
        """Ask for an experiment or a result, and open it."""
        path, _ = QFileDialog.getOpenFileName(
            self._parent,
            "Open an experiment or a result",
            "",
            "Experiments and results (*.json *.h5 *.hdf5);;All files (*)",
        )
        if path:
            self.open_experiment(path)

    def ask_where_to_save(self) -> None:
        """Ask for a file, and save the experiment there."""
        cells = self._session.cells
        suggested = f"{_name_of(cells) if cells else 'experiment'}.json"
        path = asked_file(self._parent, "Save the experiment", suggested, "Experiments (*.json)")
        if path:
            self.save_experiment(path)

    def ask_where_to_save_result(self, result: SimulationResult) -> None:
        """Ask for a file, and save a result there, in a thread."""
        path = asked_file(
            self._parent, "Save the result", f"{_name_of(result.cells)}.h5", "Results (*.h5)"
        )
        if path:
            self._say(f"Saving {Path(path).name} …", "")
            worker = create_worker(_saved, result, path, _start_thread=False)
            worker.returned.connect(self._on_saved)
            worker.start()

    def open_experiment(self, path: str | Path) -> None:
        """Make the experiment in a file the current one; undo goes back. Of a result, show it."""
        path = Path(path)
        is_result = path.suffix.lower() in (".h5", ".hdf5")
        open_it = self._files.open_result if is_result else self._files.open_experiment
        self._try(f"Opened {path.name}.", lambda: open_it(path))

    def save_experiment(self, path: str | Path) -> None:
        """Write the experiment to a JSON file."""
        self._try(f"Saved {Path(path).name}.", lambda: self._session.experiment.save(path))

    def _try(self, done: str, action: Callable[[], str | None]) -> None:
        try:
            note = action()
        except (NapariNeuronError, OSError) as error:
            self._say("", str(error))
        else:
            self._say(note or done, "")

    def _on_saved(self, answer: tuple[str, str]) -> None:
        self._say(*answer)


def _name_of(cells: tuple[Morphology, ...]) -> str:
    return cells[0].name if len(cells) == 1 else "circuit"


def _saved(result: SimulationResult, path: str) -> tuple[str, str]:
    """Save a result; return what there is to say, and what went wrong."""
    try:
        result.save(path)
    except (NapariNeuronError, OSError) as error:
        return "", str(error)
    return f"Saved {Path(path).name}.", ""
