"""`Skeletoniser`: makes a cell from a label in a thread."""

from __future__ import annotations

from typing import Any

from napari.qt.threading import create_worker
from psygnal import Signal

from napari_neuron.errors import MorphologyError
from napari_neuron.morphology import Morphology
from napari_neuron.view.alignment import Volume


class Skeletoniser:
    """Runs `skeletonise`; ask `progress` how far it is.

    Attributes
    ----------
    made : Signal (Morphology)
    failed : Signal (str)
    """

    made = Signal(object)
    failed = Signal(str)

    def __init__(self) -> None:
        self.progress: tuple[str, float] = ("", 0.0)
        self._worker: Any = None

    @property
    def is_busy(self) -> bool:
        """Whether a cell is being made."""
        return self._worker is not None

    def start(self, labels: Any, label: int, volume: Volume) -> None:
        """Make a cell from a label of a volume; `made` or `failed` tells the end."""
        self.progress = (f"Looking for label {label}", 0.0)
        self._worker = create_worker(
            _skeletonised, labels, label, volume, self._on_progress, _start_thread=False
        )
        self._worker.returned.connect(self._on_returned)
        self._worker.start()

    def stop(self) -> None:
        """Tell nothing any more."""
        self.made.disconnect()
        self.failed.disconnect()

    def _on_progress(self, text: str, done: float) -> None:  # in the worker's thread
        self.progress = (text, done)

    def _on_returned(self, answer: tuple[Morphology | None, str]) -> None:
        self._worker = None
        cell, problem = answer
        if cell is not None:
            self.made.emit(cell)
        else:
            self.failed.emit(problem)


def _skeletonised(
    labels: Any, label: int, volume: Volume, progress: Any
) -> tuple[Morphology | None, str]:
    from napari_neuron.morphology.from_labels import skeletonise

    name = f"{volume.name} {label}"
    try:
        cell = skeletonise(
            labels, label, volume.voxel, origin=volume.origin, name=name, progress=progress
        )
    except (MorphologyError, MemoryError) as error:
        return None, str(error) or "There is not enough memory for this label."
    return cell, ""
