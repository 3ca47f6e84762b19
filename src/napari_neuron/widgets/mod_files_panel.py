"""`ModFilesPanel`: MOD files are chosen, compiled after a question, and their errors shown."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from napari.qt.threading import create_worker
from psygnal import Signal
from qtpy.QtCore import QTimer
from qtpy.QtWidgets import QFileDialog, QMessageBox, QPushButton, QVBoxLayout, QWidget

from napari_neuron.errors import NapariNeuronError
from napari_neuron.widgets.cell_in_view import CellInView
from napari_neuron.widgets.page import hint
from napari_neuron.widgets.problem import ProblemLabel
from napari_neuron.widgets.progress_line import ProgressLine

_FETCH = 100  # ms


class ModFilesPanel(QWidget):
    """What the experiment needs of MOD files, and how far compiling is.

    Attributes
    ----------
    compiled : Signal (MechanismLibrary)
        Files have been compiled, here and now or before.
    button : QPushButton
        "MOD files…"; stands where the tab wants it.
    """

    compiled = Signal(object)

    def __init__(self, view: CellInView) -> None:
        super().__init__()
        self._view = view
        self._worker: Any = None
        self._progress: tuple[float, str] = (0.0, "")
        self.button = QPushButton("MOD files…")
        self.button.setToolTip("Choose a folder of MOD files and compile its mechanisms")
        self.button.clicked.connect(lambda _=False: self._ask_for_folder())
        self.line = ProgressLine()
        self.line.setVisible(False)
        self.said = hint()
        self.said.setVisible(False)
        self.problem = ProblemLabel()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        for widget in (self.line, self.said, self.problem):
            layout.addWidget(widget)
        self._timer = QTimer(self)
        self._timer.setInterval(_FETCH)
        self._timer.timeout.connect(self._show_progress)

    @property
    def is_busy(self) -> bool:
        """Whether files are being compiled."""
        return self._worker is not None

    def _ask_for_folder(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, "Folder of MOD files")
        if folder and self._ask_whether(folder):
            self.compile(folder)

    def _ask_whether(self, folder: str) -> bool:
        answer = QMessageBox.question(
            self,
            "Compile MOD files?",
            f"MOD files are programs. Those in “{Path(folder).name}” will be compiled and run "
            "with your rights. Do it only if you trust where they come from.\n\nCompile them?",
        )
        return bool(answer == QMessageBox.StandardButton.Yes)

    def compile(self, folder: str | Path) -> None:
        """Compile the files of a folder in a thread; the person has agreed."""
        if self.is_busy:
            return
        self.problem.say("")
        self._progress = (0.0, "reading MOD files")
        self.button.setEnabled(False)
        self.line.setVisible(True)
        self.line.set_shown(True)
        self._worker = create_worker(self._compiled, str(folder), _start_thread=False)
        self._worker.returned.connect(self._on_returned)
        self._worker.start()
        self._timer.start()
        self._show_progress()

    def _compiled(self, folder: str) -> tuple[Any, str]:  # in the thread
        from napari_neuron.engine import compile_mod_files

        def tell(fraction: float, what: str) -> None:
            self._progress = (fraction, what)

        try:
            return compile_mod_files(folder, agreed=True, progress=tell), ""
        except (NapariNeuronError, OSError) as error:
            return None, str(error)

    def _show_progress(self) -> None:
        fraction, what = self._progress
        self.line.set_fraction(fraction)
        self._say(f"Compiling: {what} …" if self.is_busy else "")

    def _say(self, text: str) -> None:
        self.said.setText(text)
        self.said.setVisible(bool(text))

    def _on_returned(self, answer: tuple[Any, str]) -> None:
        library, problem = answer
        self._worker = None
        self._timer.stop()
        self.button.setEnabled(True)
        self.line.setVisible(False)
        if library is None:
            self._say("")
            self.problem.say(problem)
            return
        done = "were compiled before" if library.was_there else "are compiled"
        self._say(
            f"{len(library.mod_files)} MOD files {done}. In the Add menus here and of the inputs: "
            + ", ".join(library.mechanisms)
        )
        self.compiled.emit(library)
