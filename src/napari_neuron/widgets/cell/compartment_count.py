"""Counts compartments a moment after the last edit, in a thread."""

from __future__ import annotations

from typing import Any

from napari.qt.threading import create_worker
from psygnal import Signal
from qtpy.QtCore import QTimer

from napari_neuron.compile.lower import compile_experiment
from napari_neuron.engine.threads import threads_in_words
from napari_neuron.errors import ExperimentError, NapariNeuronError
from napari_neuron.morphology.model import Morphology
from napari_neuron.spec import Experiment

_PAUSE = 150  # ms


class CompartmentCount:
    """How many compartments the experiment makes of the cells.

    Attributes
    ----------
    counted : Signal (int or None, str)
        The number; or None, and why there is none.
    shared_out : Signal (str)
        Over how many threads a run would be shared out, and why; "" if that is not known.
    """

    counted = Signal(object, str)
    shared_out = Signal(str)

    def __init__(self) -> None:
        self._wanted: tuple[tuple[Morphology, ...], Experiment] | None = None
        self._worker: Any = None
        self._timer = QTimer()
        self._timer.setSingleShot(True)
        self._timer.setInterval(_PAUSE)
        self._timer.timeout.connect(self._count)

    def request(self, cells: tuple[Morphology, ...], experiment: Experiment) -> None:
        """Count for these soon; a later request takes its place."""
        self._wanted = (cells, experiment) if cells else None
        self._timer.start()

    def stop(self) -> None:
        """Tell nothing any more."""
        self._timer.stop()
        self._wanted = None
        self.counted.disconnect()
        self.shared_out.disconnect()

    def _count(self) -> None:
        if self._wanted is None:
            self.counted.emit(None, "")
            self.shared_out.emit("")
        elif self._worker is None:  # else it looks again when it is done
            self._worker = create_worker(_count, *self._wanted, _start_thread=False)
            self._worker.returned.connect(self._on_returned)
            self._worker.start()

    def _on_returned(self, answer: tuple[Any, int | None, str, str]) -> None:
        self._worker = None
        counted, n, problem, threads = answer
        if self._wanted is not None and self._wanted[1] is counted:
            self.counted.emit(n, problem)
            self.shared_out.emit(threads)
        elif self._wanted is not None:
            self._timer.start()


def _count(
    cells: tuple[Morphology, ...], experiment: Experiment
) -> tuple[Experiment, int | None, str, str]:
    # where things are placed does not matter, and may be wrong for the moment
    plain = experiment.replace(stimuli=(), recorders=())
    try:
        model = compile_experiment(cells, plain)
    except ExperimentError as error:
        return experiment, None, str(error), ""
    except NapariNeuronError:  # of the skeleton; its findings say so
        return experiment, None, "", ""
    return experiment, model.n_compartments, "", threads_in_words(model, experiment.run.threads)
