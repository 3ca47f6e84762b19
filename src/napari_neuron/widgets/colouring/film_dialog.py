"""`FilmDialog`: makes a film of what the viewer shows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from qtpy.QtCore import QTimer
from qtpy.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from napari_neuron.errors import FilmError
from napari_neuron.result import SimulationResult
from napari_neuron.view.films.filming import Film, default_speed, film_span, filmed
from napari_neuron.widgets.toolkit.numbers import QuantitySpinBox, shown_number
from napari_neuron.widgets.toolkit.page import hint
from napari_neuron.widgets.toolkit.problem import ProblemLabel
from napari_neuron.widgets.toolkit.style import recorder_colours

if TYPE_CHECKING:
    from napari.viewer import Viewer

_SIZES = {
    "same as the canvas": None,
    "1280 × 720": (1280, 720),
    "1920 × 1080": (1920, 1080),
    "1080 × 1080": (1080, 1080),
    "640 × 360": (640, 360),
}


class FilmDialog(QDialog):
    """Films a viewer, picture by picture between the window's own work.

    Parameters
    ----------
    viewer
        What is filmed, as it looks.
    result
        The run whose traces can be drawn beside it.

    Raises
    ------
    FilmError
        If the viewer shows no run.
    """

    def __init__(
        self, viewer: Viewer, result: SimulationResult | None = None, parent: QWidget | None = None
    ) -> None:
        start, stop = film_span(viewer)
        super().__init__(parent)
        self.setWindowTitle("Film")
        self._viewer, self._result = viewer, result
        self._pictures: Iterator[int] | None = None
        self._film: Film | None = None
        self.path = QLineEdit(str(Path.home() / "film.mp4"))
        self.path.setToolTip(".mp4, .gif, or a new folder for PNG files (a name without a suffix)")
        browse = QPushButton("…")
        browse.setToolTip("Choose a file")
        browse.clicked.connect(lambda _=False: self._browse())
        file = QHBoxLayout()
        file.addWidget(self.path, 1)
        file.addWidget(browse)
        self.start = _number(start, "ms")
        self.stop = _number(stop, "ms")
        self.speed = _number(default_speed(stop - start), "ms per second")
        self.fps = _number(25, "per second")
        self.size = QComboBox()
        for text, size in _SIZES.items():
            self.size.addItem(text, size)
        self.turn = _number(0, "°")
        self.turn.setToolTip("How far the camera turns over the whole film, in 3D")
        self.traces = QCheckBox("Traces beside the cell")
        self.traces.setEnabled(result is not None and bool(result.traces))
        self.scale_bar = QCheckBox("Scale bar")
        self.scale_bar.setChecked(True)
        self.length = hint()
        self.problem = ProblemLabel()
        self.bar = QProgressBar()
        self.bar.hide()
        self.make_button = QPushButton("Make the film")
        self.make_button.setObjectName("run")
        self.make_button.setDefault(True)
        self.make_button.clicked.connect(lambda _=False: self.make())
        self.close_button = QPushButton("Close")
        self.close_button.clicked.connect(lambda _=False: self._on_close())
        form = QFormLayout()
        form.addRow("File", file)
        form.addRow("From", self.start)
        form.addRow("To", self.stop)
        form.addRow("Speed", self.speed)
        form.addRow("Pictures", self.fps)
        form.addRow("Size", self.size)
        form.addRow("Turn", self.turn)
        form.addRow("", self.traces)
        form.addRow("", self.scale_bar)
        form.addRow("", self.length)
        buttons = QHBoxLayout()
        buttons.addStretch()
        buttons.addWidget(self.make_button)
        buttons.addWidget(self.close_button)
        layout = QVBoxLayout(self)
        layout.addLayout(form)
        layout.addWidget(self.problem)
        layout.addWidget(self.bar)
        layout.addLayout(buttons)
        self._form = [self.path, browse, self.start, self.stop, self.speed, self.fps, self.size]
        self._form += [self.turn, self.traces, self.scale_bar, self.make_button]
        for number in (self.start, self.stop, self.speed, self.fps):
            number.valueChanged.connect(lambda _: self._say_length())
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._step)
        self._say_length()
        self.resize(400, self.sizeHint().height())

    @property
    def is_filming(self) -> bool:
        """Whether a film is being made."""
        return self._pictures is not None

    def film(self) -> Film:
        """Return the film settings.

        Raises
        ------
        FilmError
            If it makes no sense.
        """
        result = self._result if self.traces.isChecked() else None
        return Film(
            start=self.start.value(),
            stop=self.stop.value(),
            ms_per_second=self.speed.value(),
            fps=self.fps.value(),
            size=self.size.currentData(),
            turn=self.turn.value(),
            traces=result,
            trace_colours=None if result is None else recorder_colours(result.experiment),
            scale_bar=self.scale_bar.isChecked(),
        )

    def make(self) -> None:
        """Begin to film."""
        for number in (self.start, self.stop, self.speed, self.fps, self.turn):
            number.commit()
        self.problem.say("")
        try:
            self._film = self.film()
        except FilmError as error:
            self.problem.say(str(error))
            return
        self._pictures = filmed(self._viewer, self._film, Path(self.path.text()).expanduser())
        self.bar.setRange(0, self._film.n_pictures)
        self.bar.setValue(0)
        self._show_state()
        self._timer.start(0)

    def cancel(self) -> None:
        """Stop filming; nothing of the film is kept."""
        if self._pictures is not None:
            self._pictures.close()
            self._end("Cancelled; nothing was kept.")

    def _step(self) -> None:
        if self._pictures is None:
            return
        try:
            done = next(self._pictures)
        except StopIteration:
            self._end(f"Wrote {Path(self.path.text()).name}.")
        except (FilmError, OSError) as error:
            self._end("")
            self.problem.say(str(error))
        else:
            self.bar.setValue(done)
            self._timer.start(10)  # the window's turn

    def _end(self, said: str) -> None:
        self._pictures = None
        self._show_state()
        self.length.setText(said)

    def _show_state(self) -> None:
        for widget in self._form:
            widget.setEnabled(not self.is_filming)
        if not self.is_filming:
            self.traces.setEnabled(self._result is not None and bool(self._result.traces))
        self.bar.setVisible(self.is_filming)
        self.close_button.setText("Cancel" if self.is_filming else "Close")

    def _say_length(self) -> None:
        try:
            film = self.film()
        except FilmError as error:
            self.length.setText(str(error))
            return
        seconds = film.n_pictures / film.fps
        self.length.setText(f"{film.n_pictures:,} pictures, {shown_number(round(seconds, 1))} s")

    def _browse(self) -> None:
        path, _ = QFileDialog.getSaveFileName(
            self, "Film", self.path.text(), "Films (*.mp4 *.gif);;Folder of PNG files (*)"
        )
        if path:
            self.path.setText(path)

    def _on_close(self) -> None:
        if self.is_filming:
            self.cancel()
        else:
            self.close()

    def reject(self) -> None:
        """Cancel the film before closing (Escape)."""
        self.cancel()
        super().reject()

    def closeEvent(self, event: object) -> None:
        """Cancel the film before closing."""
        self.cancel()
        super().closeEvent(event)


def _number(value: float, unit: str) -> QuantitySpinBox:
    box = QuantitySpinBox()
    box.setSuffix(f" {unit}")
    box.setValue(value)
    return box
