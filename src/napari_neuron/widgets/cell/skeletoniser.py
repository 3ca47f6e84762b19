"""`Skeletoniser`: makes a cell from a label, in a thread and a process that can be stopped."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from napari.qt.threading import create_worker
from psygnal import Signal

from napari_neuron.errors import MorphologyError
from napari_neuron.morphology import Morphology
from napari_neuron.view.alignment import Volume

if TYPE_CHECKING:
    from napari_neuron.morphology.label_process import LabelProcess


class Skeletoniser:
    """Makes one cell at a time; `progress` says how far it is.

    Attributes
    ----------
    made : Signal (Morphology)
    failed : Signal (str)
        Why there is none; "" where it was cancelled.
    """

    made = Signal(object)
    failed = Signal(str)

    def __init__(self) -> None:
        self.progress: tuple[str, float] = ("", 0.0)
        self._process: LabelProcess | None = None

    @property
    def is_busy(self) -> bool:
        """Whether a cell is being made."""
        return self._process is not None

    def start(self, labels: Any, label: int, volume: Volume) -> None:
        """Make a cell from a label of a volume; `made` or `failed` tells the end."""
        self.progress = (f"Looking for label {label}", 0.0)
        from napari_neuron.morphology.label_process import LabelProcess  # slow: scipy

        self._process = LabelProcess()
        worker: Any = create_worker(
            self._make, self._process, labels, label, volume, _start_thread=False
        )
        worker.returned.connect(self._on_returned)
        worker.start()

    def cancel(self) -> None:
        """Give up; `failed` is emitted soon after."""
        if self._process is not None:
            self._process.cancel()

    def stop(self) -> None:
        """Give up, and emit nothing more."""
        self.made.disconnect()
        self.failed.disconnect()
        self.cancel()

    def _make(
        self, process: LabelProcess, labels: Any, label: int, volume: Volume
    ) -> tuple[Morphology | None, str]:  # in the worker's thread
        name = f"{volume.name} {label}"
        settings = {"origin": volume.origin, "name": name, "progress": self._on_progress}
        try:
            return process.run(labels, label, volume.voxel, **settings), ""
        except (MorphologyError, MemoryError, OSError) as error:
            return None, str(error) or "There is not enough memory for this label."

    def _on_progress(self, text: str, done: float) -> None:
        self.progress = (text, done)

    def _on_returned(self, answer: tuple[Morphology | None, str]) -> None:
        self._process = None
        cell, problem = answer
        if cell is not None:
            self.made.emit(cell)
        else:
            self.failed.emit(problem)
