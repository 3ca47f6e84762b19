"""`ModFilesPanel`: chooses MOD files, compiles them after asking, and shows their errors."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from napari.qt.threading import create_worker
from psygnal import Signal
from qtpy.QtCore import QTimer
from qtpy.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QMessageBox,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from napari_neuron.errors import NapariNeuronError
from napari_neuron.widgets.cell_in_view import CellInView
from napari_neuron.widgets.membrane.mod_watch import ModWatch
from napari_neuron.widgets.toolkit.page import hint
from napari_neuron.widgets.toolkit.problem import ProblemLabel
from napari_neuron.widgets.toolkit.progress_line import ProgressLine

_FETCH = 100  # ms


class ModFilesPanel(QWidget):
    """The MOD files the experiment needs, and the progress of compiling.

    Attributes
    ----------
    compiled : Signal (MechanismLibrary)
        Files have been compiled, here and now or before.
    decision_wanted : Signal (str)
        A run waits for the user's decision about these changed files.
    told : Signal
        There is something new to read here.
    button : QPushButton
        "MOD files…"; stands where the tab wants it.
    """

    compiled = Signal(object)
    decision_wanted = Signal(str)
    told = Signal()

    def __init__(self, view: CellInView) -> None:
        super().__init__()
        self._folder = ""
        self._then: Callable[[], object] | None = None
        self.watch = ModWatch(view)
        self.watch.looked.connect(self._on_looked)
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
        self.changed = QLabel()
        self.changed.setObjectName("warning")
        self.changed.setWordWrap(True)
        self.again_button = QPushButton("Compile again")
        self.again_button.setToolTip(
            "You have agreed to this folder before; compiled, its files run with your rights"
        )
        self.again_button.clicked.connect(lambda _=False: self.compile_again())
        self.keep_button = QPushButton("Run without the change")
        self.keep_button.setToolTip("Use the mechanisms as last compiled")
        self.keep_button.clicked.connect(lambda _=False: self._run_anyway())
        buttons = QHBoxLayout()
        buttons.addWidget(self.again_button)
        buttons.addWidget(self.keep_button)
        buttons.addStretch()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        for widget in (self.line, self.said, self.problem, self.changed):
            layout.addWidget(widget)
        layout.addLayout(buttons)
        self._show_change("")
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
            "with your rights. Continue only if you trust their source.\n\nCompile them?",
        )
        return bool(answer == QMessageBox.StandardButton.Yes)

    def run_if_unchanged(self, run: Callable[[], object]) -> None:
        """Call ``run``, unless the files have changed since they were compiled.

        If they have, say so, and call it once the user has decided.
        """
        if not self.watch.folder:
            run()
            return

        def go_on(folder: str, change: str) -> None:
            self._then = run if change else None
            self._show_change(change)
            if change:
                self.told.emit()
                self.decision_wanted.emit(change)
            else:
                run()

        self.watch.look_once(go_on)

    def compile_again(self) -> None:
        """Compile the folder agreed to before, and start the run that was waiting, if any."""
        if self.watch.folder:
            self.compile(self.watch.folder)

    def _run_anyway(self) -> None:
        then, self._then = self._then, None
        self._show_change("")
        if then is not None:
            then()

    def _on_looked(self, folder: str, change: str) -> None:
        if folder == self.watch.folder and not self.is_busy:
            self._show_change(change)

    def _show_change(self, change: str) -> None:
        if not change:
            self._then = None
        asked = self._then is not None
        self.changed.setText(f"Since the last compilation: {change}." if change else "")
        self.again_button.setText("Compile again and run" if asked else "Compile again")
        self.changed.setVisible(bool(change))
        self.again_button.setVisible(bool(change))
        self.keep_button.setVisible(bool(change) and asked)

    def compile(self, folder: str | Path) -> None:
        """Compile the files of a folder in a thread; the user has agreed."""
        if self.is_busy:
            return
        self._folder = str(folder)
        self.problem.say("")
        for widget in (self.changed, self.again_button, self.keep_button):
            widget.setVisible(False)
        self._progress = (0.0, "reading MOD files")
        self.button.setEnabled(False)
        self.line.setVisible(True)
        self.line.set_shown(True)
        self._worker = create_worker(self._compiled, str(folder), _start_thread=False)
        self._worker.returned.connect(self._on_returned)
        self._worker.start()
        self._timer.start()
        self._show_progress()
        self.told.emit()

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
        then, self._then = self._then, None
        self._show_change("")
        if library is None:
            self._say("")
            self.problem.say(problem)
            self.told.emit()
            return
        self.watch.remember(library.mod_files, self._folder)
        done = "were compiled before" if library.was_there else "are compiled"
        self._say(
            f"{len(library.mod_files)} MOD files {done}. Now in the Add menus here and on the "
            "Inputs tab: " + ", ".join(library.mechanisms)
        )
        self.told.emit()
        self.compiled.emit(library)
        if then is not None:
            then()
