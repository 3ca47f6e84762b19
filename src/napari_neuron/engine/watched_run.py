"""`WatchedRun`: what runs of cells and of networks have in common when you watch their progress."""

from __future__ import annotations

import contextlib
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from types import MappingProxyType
from typing import Generic, Self, TypeVar

from napari_neuron.compile.model import CompiledModel
from napari_neuron.compile.network_model import CompiledNetwork
from napari_neuron.engine.child_engine import ChildEngine
from napari_neuron.engine.protocol import Advanced, Engine, EngineEvent, Finished, Started
from napari_neuron.errors import SimulationError
from napari_neuron.result import SimulationResult, Status
from napari_neuron.result.network import NetworkResult

Result = TypeVar("Result", SimulationResult, NetworkResult)

_idle_engines: list[ChildEngine] = []
"""At most one engine left warm by the last run; its child ends with this process."""


class WatchedRun(ABC, Generic[Result]):
    """A run as an iterator over its progress.

    Iterating runs it; `close`, or `cancel` from any thread, stops it, and what was computed stays
    in ``result``.

    Parameters
    ----------
    engine
        The engine to run it; None: a child process that is kept warm between runs.

    Attributes
    ----------
    result
        Grows during the run; None before the first event. At the first events it may still hold
        no frame.
    """

    def __init__(self, engine: Engine | None) -> None:
        self.result: Result | None = None
        if isinstance(engine, ChildEngine):
            engine.warm_up()  # Python and NEURON start while we compile
        self._cancelled = threading.Event()
        self._advances = self._run(self._compiled(engine), engine)

    @abstractmethod
    def _compiled(self, engine: Engine | None) -> CompiledModel | CompiledNetwork:
        """Return the model; mistakes in the input raise here."""

    @abstractmethod
    def _empty_result(self, started: Started) -> Result:
        """Return a result that will grow."""

    @abstractmethod
    def _extend(self, result: Result, advanced: Advanced) -> None:
        """Take over new data."""

    def _complete(self, result: Result, finished: Finished) -> None:
        """Take over data known only at the end."""

    def _ended(self, result: Result) -> None:
        """Take over how it ended."""

    def _said(self, error: SimulationError) -> SimulationError:
        """Return the error in the form the user should read."""
        return error

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Advanced:
        """Return the next progress, at most 100 ms after the last.

        Raises
        ------
        BlowUpError
            If the voltage becomes NaN or absurd; says when and at which node.
        EngineCrashed, NeuronNotAvailable, SimulationError
            If the run fails in another way. ``partial`` has what was computed so far.
        """
        return next(self._advances)

    def cancel(self) -> None:
        """Ask the run to stop; may be called from any thread. The iteration ends by itself."""
        self._cancelled.set()

    def close(self) -> None:
        """Stop the run if it has not ended; to be called by the iterating code."""
        self._advances.close()  # type: ignore[attr-defined]

    def to_the_end(self, duration: float, progress: Callable[[float], object] | None) -> Result:
        """Iterate to the end, and return the result.

        Parameters
        ----------
        duration
            ms.
        progress
            Called with the fraction done, 0 to 1, at least every 100 ms.
        """
        with contextlib.closing(self):
            for advanced in self:
                if progress is not None:
                    progress(min(1.0, advanced.time / duration))
        assert self.result is not None
        return self.result

    def _run(
        self, model: CompiledModel | CompiledNetwork, given: Engine | None
    ) -> Iterator[Advanced]:
        with _borrowed_engine() if given is None else contextlib.nullcontext(given) as engine:
            events = engine.run(model)
            try:
                for event in events:
                    self._take(event, engine)
                    if isinstance(event, Advanced):
                        yield event
                        if self._cancelled.is_set():
                            break
            except SimulationError as error:
                raise self._failed(error) from error.__cause__
            finally:
                events.close()  # type: ignore[attr-defined]
                if self.result is not None and self.result.status is Status.RUNNING:
                    self.result.status = Status.CANCELLED
                if self.result is not None:
                    self._ended(self.result)

    def _take(self, event: EngineEvent, engine: Engine) -> None:
        """Put the engine's report into the result."""
        if isinstance(event, Started):
            self.result = self._empty_result(event)
            return
        assert self.result is not None
        if isinstance(event, Advanced):
            self._extend(self.result, event)
            if not self.result.provenance:
                self.result.provenance = MappingProxyType(dict(engine.provenance))
        else:
            self._complete(self.result, event)
            self.result.status = Status.COMPLETE

    def _failed(self, problem: SimulationError) -> SimulationError:
        error = self._said(problem)
        if self.result is not None:
            self.result.status = Status.FAILED
            self.result.message = str(error)
            if self.result.n_frames:
                error.partial = self.result
        return error


@contextlib.contextmanager
def _borrowed_engine() -> Iterator[ChildEngine]:
    """Lend the idle engine, or a new one if it is in use; keep one for the next run."""
    try:
        engine = _idle_engines.pop()
    except IndexError:
        engine = ChildEngine()
    try:
        yield engine
    finally:
        if _idle_engines:
            engine.close()
        else:
            _idle_engines.append(engine)


def warm_idle_engine() -> None:
    """Start the process of the engine that the next run borrows, without waiting for it."""
    if not _idle_engines:
        _idle_engines.append(ChildEngine())
    with contextlib.suppress(IndexError):  # lent in the meantime by another thread
        _idle_engines[-1].warm_up()
