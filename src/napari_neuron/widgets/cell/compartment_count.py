"""Counts compartments a moment after the last edit, in a thread."""

from __future__ import annotations

from psygnal import Signal

from napari_neuron.compile.lower import compile_experiment
from napari_neuron.engine.threads import threads_in_words
from napari_neuron.errors import ExperimentError, NapariNeuronError
from napari_neuron.morphology.model import Morphology
from napari_neuron.spec import Experiment
from napari_neuron.widgets.toolkit.asked import Asked

_PAUSE = 150  # ms


class CompartmentCount:
    """Counts the compartments of the cells in the experiment.

    Attributes
    ----------
    counted : Signal (int or None, str)
        The number; or None, and why there is none.
    shared_out : Signal (str)
        How many threads a run would use, and why; "" if unknown.
    """

    counted = Signal(object, str)
    shared_out = Signal(str)

    def __init__(self) -> None:
        self._asked = Asked(_count, pause=_PAUSE)
        self._asked.answered.connect(self._on_answered)

    def request(self, cells: tuple[Morphology, ...], experiment: Experiment) -> None:
        """Count for these soon; a later request takes its place."""
        self._asked.ask(cells, experiment)

    def stop(self) -> None:
        """Emit nothing more."""
        self._asked.stop()
        self.counted.disconnect()
        self.shared_out.disconnect()

    def _on_answered(self, answer: tuple[int | None, str, str]) -> None:
        n, problem, threads = answer
        self.counted.emit(n, problem)
        self.shared_out.emit(threads)


def _count(cells: tuple[Morphology, ...], experiment: Experiment) -> tuple[int | None, str, str]:
    if not cells:
        return None, "", ""
    # where things are placed does not matter, and may be wrong for the moment
    plain = experiment.replace(stimuli=(), recorders=())
    try:
        model = compile_experiment(cells, plain)
    except ExperimentError as error:
        return None, str(error), ""
    except NapariNeuronError:  # of the skeleton; its findings say so
        return None, "", ""
    return model.n_compartments, "", threads_in_words(model, experiment.run.threads)
