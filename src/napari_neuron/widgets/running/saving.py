"""`Saving`: opens and saves experiments and results, and asks for a file if none is named."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from qtpy.QtWidgets import QFileDialog, QWidget

from napari_neuron.errors import NapariNeuronError
from napari_neuron.morphology import Morphology
from napari_neuron.result import SimulationResult
from napari_neuron.script import save_script
from napari_neuron.session import Session
from napari_neuron.spec import Experiment
from napari_neuron.widgets.cell.cell_files import CellFiles
from napari_neuron.widgets.toolkit.asked_file import asked_file
from napari_neuron.widgets.toolkit.save_in_thread import save_in_thread

RESULTS = "Results (*.h5);;NWB files, for other programs (*.nwb)"


class Saving:
    """Experiments and results in files.

    Parameters
    ----------
    parent
        Parent of the dialogs.
    session
        The session whose experiment is opened and saved.
    files
        Reads the cell that an experiment names.
    say
        Called with a message and an error.
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
        path = asked_file(self._parent, "Save the result", f"{_name_of(result.cells)}.h5", RESULTS)
        if path:
            save_in_thread(lambda: result.save(path), path, self._say)

    def ask_where_to_save_script(self, mod_folder: str) -> None:
        """Ask for a file, and write a script there that repeats a run, in a thread.

        Parameters
        ----------
        mod_folder
            Where the experiment's MOD files lie; "" if that is not known.
        """
        cells = self._session.cells
        if not cells:
            self._say("", "There is no cell to write a script for; open a skeleton first.")
            return
        suggested = f"{_name_of(cells)}.py"
        path = asked_file(self._parent, "Save as Python script", suggested, "Python scripts (*.py)")
        if path:
            experiment = self._session.experiment
            save_in_thread(
                lambda: _script_saved(cells, experiment, path, mod_folder), path, self._say
            )

    def open_experiment(self, path: str | Path) -> None:
        """Make the experiment in a file the current one, which undo takes back; show a result."""
        path = Path(path)
        is_result = path.suffix.lower() in (".h5", ".hdf5")
        open_it = self._files.open_result if is_result else self._opened
        self._try(f"Opened {path.name}.", lambda: open_it(path))

    def save_experiment(self, path: str | Path) -> None:
        """Write the experiment to a JSON file."""
        self._try(f"Saved {Path(path).name}.", lambda: self._saved(path))

    def _opened(self, path: Path) -> str | None:
        note = self._files.open_experiment(path)
        self._session.mark_saved()
        return note

    def _saved(self, path: str | Path) -> None:
        self._session.experiment.save(path)
        self._session.mark_saved()

    def _try(self, done: str, action: Callable[[], str | None]) -> None:
        try:
            note = action()
        except (NapariNeuronError, OSError) as error:
            self._say("", str(error))
        else:
            self._say(note or done, "")


def _name_of(cells: tuple[Morphology, ...]) -> str:
    return cells[0].name if len(cells) == 1 else "circuit"


def _script_saved(
    cells: tuple[Morphology, ...], experiment: Experiment, path: str, mod_folder: str
) -> str:
    """Write a script; return a message."""
    script, *beside = save_script(cells, experiment, path, mod_folder=mod_folder)
    said = f"Saved {script.name}"
    if beside:
        said += f", and beside it {', '.join(file.name for file in beside[:3])}"
        said += f" and {len(beside) - 3} more" if len(beside) > 3 else ""
    return f"{said}. Run it with Python."
