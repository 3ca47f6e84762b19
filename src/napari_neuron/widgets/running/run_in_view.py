"""`RunInView`: runs the session's experiment and shows its progress."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from psygnal import Signal

from napari_neuron.errors import ExperimentError, MorphologyError, NapariNeuronError
from napari_neuron.morphology import Morphology
from napari_neuron.result import SimulationResult
from napari_neuron.result.model import Status
from napari_neuron.runner import RunState
from napari_neuron.session import Session
from napari_neuron.view import VoltageLayer
from napari_neuron.widgets.header import Header
from napari_neuron.widgets.running.next_step import has_input
from napari_neuron.widgets.running.problem_places import ProblemPlaces
from napari_neuron.widgets.running.run_worker import RunDriver
from napari_neuron.widgets.running.voltage_display import VoltageDisplay
from napari_neuron.widgets.toolkit.numbers import shown_number


class RunInView:
    """Connects the session's runs with their display.

    Parameters
    ----------
    session
        The session whose experiment is run.
    voltage
        Shows the voltage of its cells.
    header
        Shows the progress of the run.
    problems
        Where mistakes are marked.

    Attributes
    ----------
    shown : Signal ()
        Another run is shown.
    """

    shown = Signal()

    def __init__(
        self, session: Session, voltage: VoltageDisplay, header: Header, problems: ProblemPlaces
    ) -> None:
        self._session = session
        self._voltage = voltage
        self._header = header
        self._problems = problems
        self._made: tuple[SimulationResult, VoltageLayer] | None = None
        for signal, handler in self._heard():
            signal.connect(handler)

    def _heard(self) -> tuple[tuple[Any, Callable[..., None]], ...]:
        session = self._session
        return (
            (session.run_state_changed, self._header.set_run_state),
            (session.run_started, self._on_started),
            (session.run_advanced, self._on_advanced),
            (session.run_ended, self._on_ended),
            (session.result_opened, self._on_opened),
        )

    def disconnect(self) -> None:
        """Stop listening to the session."""
        for signal, handler in self._heard():
            signal.disconnect(handler)
        self.shown.disconnect()

    def begin(self) -> None:
        """Run the experiment in a thread."""
        try:
            RunDriver(self._session, self._prepare(self._session.cells))
        except NapariNeuronError as error:
            self._header.say("", str(error))

    def show(self, result: SimulationResult) -> None:
        """Show an earlier run again."""
        self._voltage.show(result, follow=False)
        self.shown.emit()

    def show_difference(self, result: SimulationResult, less: SimulationResult) -> None:
        """Show the voltage of one run minus that of another."""
        numbers = self._session.number_of(result), self._session.number_of(less)
        self._voltage.show_difference(result, less, "run {} − run {}".format(*numbers))
        self.shown.emit()

    def show_beside(self, result: SimulationResult, other: SimulationResult) -> None:
        """Show a run, and another one beside it."""
        numbers = self._session.number_of(result), self._session.number_of(other)
        self._voltage.show_beside(result, other, (f"run {numbers[0]}", f"run {numbers[1]}"))
        self.shown.emit()

    def _prepare(self, cells: Sequence[Morphology]) -> Callable[[SimulationResult], None]:
        if self._voltage.layer_for(cells) is not None:
            return lambda _: None
        looks = self._voltage.looks(cells)

        def make_layer(result: SimulationResult) -> None:  # in the thread of the run
            self._made = (result, self._voltage.make(result, looks))

        return make_layer

    def _on_opened(self, result: SimulationResult) -> None:
        if self._session.run_state is RunState.IDLE and not self._voltage.has_layer_of(result):
            self.show(result)

    def _on_started(self, result: SimulationResult) -> None:
        made, self._made = self._made, None
        layer = made[1] if made is not None and made[0] is result else None
        self._voltage.show(result, follow=True, layer=layer)
        self.shown.emit()

    def _on_advanced(self, progress: Any) -> None:
        if self._session.run_state is not RunState.CANCELLING:
            self._header.set_progress(progress)
        self._voltage.advance()

    def _on_ended(self, result: SimulationResult | None, error: Exception | None) -> None:
        self._voltage.finish()
        if isinstance(error, ExperimentError):
            self._header.say("", self._problems.show(error))
        elif error is not None:
            if isinstance(error, MorphologyError):
                self._problems.mark("Cell")
            self._header.say("", str(error))
        elif result is None or result.status is Status.CANCELLED:
            reached = result.time[-1] if result is not None and result.n_frames else 0.0
            self._header.say(f"Cancelled at {shown_number(round(reached, 1))} ms.")
        else:
            progress = self._session.progress
            seconds = f" in {progress.wall_time:.1f} s" if progress is not None else ""
            duration = shown_number(result.experiment.run.duration)
            lacks = (
                "" if has_input(result.experiment) else " There was no input: add one on Inputs."
            )
            self._header.say(f"Finished {duration} ms{seconds}.{lacks}")
