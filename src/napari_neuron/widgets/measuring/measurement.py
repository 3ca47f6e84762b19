"""`Measurement`: protocols carried out in a thread, beside the session's own runs."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from napari.qt.threading import GeneratorWorker, create_worker
from psygnal import Signal
from qtpy.QtCore import QTimer

from napari_neuron.engine.sweep import WarmEngines
from napari_neuron.errors import NapariNeuronError, SimulationError
from napari_neuron.morphology import Morphology
from napari_neuron.protocols.base import DoneRun, Protocol, Setting
from napari_neuron.protocols.run import ProtocolResult, protocol_steps
from napari_neuron.spec import Experiment

_TOLD_EVERY = 100
"""ms between two updates of the progress."""

_SHOWN_EVERY = 0.6
"""Seconds at least between two results that are not the last: each is evaluated and drawn."""

_EVALUATES = 0.2
"""Part of the time that evaluating them may take."""

_AT_WORK: set[Measurement] = set()
"""Those with a worker: it ends properly also when the widget that began it is gone."""


class _Worker(GeneratorWorker):
    """A worker that, asked to quit (napari closes), ends the runs properly."""

    stop: Callable[[], None]

    def quit(self) -> None:
        """Cancel the runs; the worker then ends by itself."""
        self.stop()


class Measurement:
    """Carries out a protocol, or repeats one of its runs with frames, one at a time.

    It has processes of its own, which stay warm until `release`; the session and its engine know
    nothing of them.

    Attributes
    ----------
    advanced : Signal (float)
        The fraction that is done, about every 100 ms.
    changed : Signal (ProtocolResult)
        More runs are done.
    ended : Signal (str)
        The protocol is over; "" or what went wrong.
    repeated : Signal (SimulationResult or None, str)
        A run was done again, with the voltage of all compartments; or what went wrong.
    """

    advanced = Signal(float)
    changed = Signal(object)
    ended = Signal(str)
    repeated = Signal(object, str)

    def __init__(self, make_engines: Callable[[], WarmEngines] = WarmEngines) -> None:
        self._make_engines = make_engines
        self._engines: WarmEngines | None = None
        self._worker: Any = None
        self._cancelled = threading.Event()
        self._is_released = False
        self._fraction = 0.0
        self._timer = QTimer()
        self._timer.setInterval(_TOLD_EVERY)
        self._timer.timeout.connect(self._tell)

    @property
    def is_busy(self) -> bool:
        """Whether a protocol, or a run of one, is under way."""
        return self._worker is not None

    @property
    def is_cancelled(self) -> bool:
        """Whether what is, or was last, under way was cancelled."""
        return self._cancelled.is_set()

    @property
    def pids(self) -> tuple[int, ...]:
        """Ids of its processes."""
        return () if self._engines is None else self._engines.pids

    @property
    def fraction(self) -> float:
        """How much is done, 0 to 1."""
        return self._fraction

    def begin(
        self, cells: Sequence[Morphology], experiment: Experiment, protocol: Protocol
    ) -> None:
        """Carry a protocol out.

        Raises
        ------
        SimulationError
            If something is under way already.
        """
        self._start(self._measured, self._on_measured, tuple(cells), experiment, protocol)

    def repeat(self, setting: Setting, run: DoneRun) -> None:
        """Do a run of a protocol again, and keep the voltage of all compartments.

        Raises
        ------
        SimulationError
            If something is under way already.
        """
        self._start(self._repeated, self._on_repeated, setting, run)

    def cancel(self) -> None:
        """Ask what is under way to stop; `ended` or `repeated` tells when it has."""
        self._cancelled.set()
        if self._engines is not None:
            self._engines.cancel()

    def release(self) -> None:
        """Tell nothing any more, stop, and end the processes; waits for nothing."""
        self._is_released = True
        self._timer.stop()
        for signal in (self.advanced, self.changed, self.ended, self.repeated):
            signal.disconnect()
        if self.is_busy:
            self.cancel()  # the worker ends the processes
        elif self._engines is not None:
            self._engines.close()

    def _start(self, work: Callable[..., Iterator[Any]], take: Any, *args: Any) -> None:
        if self.is_busy:
            raise SimulationError("a protocol is under way; cancel it or wait for its end")
        self._cancelled.clear()
        self._fraction = 0.0
        if self._engines is None:
            self._engines = self._make_engines()
        self._worker = create_worker(
            self._kept_proper, work, args, _start_thread=False, _worker_class=_Worker
        )
        self._worker.stop = self.cancel
        self._worker.yielded.connect(take)
        self._worker.errored.connect(lambda error: take(str(error)))
        self._worker.finished.connect(self._on_finished)
        _AT_WORK.add(self)
        self._timer.start()
        self._worker.start()

    # in the thread of the worker -----------------------------------------------------------

    def _kept_proper(self, work: Callable[..., Iterator[Any]], args: Any) -> Iterator[Any]:
        try:
            yield from work(*args)
        except NapariNeuronError as error:
            yield str(error)
        finally:
            if self._is_released and self._engines is not None:
                self._engines.close()

    def _measured(
        self, cells: tuple[Morphology, ...], experiment: Experiment, protocol: Protocol
    ) -> Iterator[ProtocolResult | str]:
        assert self._engines is not None
        last, due = None, time.monotonic() + _SHOWN_EVERY
        steps = protocol_steps(cells, experiment, protocol, self._engines, self._on_fraction)
        with contextlib.closing(steps):
            for last in steps:
                if self._cancelled.is_set():
                    break
                if (begun := time.monotonic()) >= due:
                    yield _evaluated(last)
                    took = time.monotonic() - begun
                    due = begun + max(_SHOWN_EVERY, took / _EVALUATES)
        if last is not None:
            yield _evaluated(last)
        yield ""

    def _repeated(self, setting: Setting, run: DoneRun) -> Iterator[Any]:
        assert self._engines is not None
        experiments = [run.planned.experiment]
        for swept in self._engines.simulate(
            setting.cells, experiments, keep_frames=True, progress=self._on_fraction
        ):
            yield swept.required()

    def _on_fraction(self, fraction: float) -> None:
        self._fraction = fraction
        if self._cancelled.is_set() and self._engines is not None:
            self._engines.cancel()  # also a sweep that has begun since it was asked for

    # in the thread of the window -----------------------------------------------------------

    def _tell(self) -> None:
        self.advanced.emit(self._fraction)

    def _on_measured(self, told: ProtocolResult | str) -> None:
        if isinstance(told, ProtocolResult):
            self.changed.emit(told)
        else:
            self._over()
            self.ended.emit(told)

    def _on_repeated(self, told: Any) -> None:
        self._over()
        self.repeated.emit(*((None, told) if isinstance(told, str) else (told, "")))

    def _on_finished(self) -> None:
        if self._is_released and self._engines is not None:
            self._engines.close()  # if the worker was about to end when it was said
        if self.is_busy:  # cancelled before it came to anything
            self._over()
            self.repeated.emit(None, "")

    def _over(self) -> None:
        self._worker = None
        self._timer.stop()
        _AT_WORK.discard(self)


def _evaluated(result: ProtocolResult) -> ProtocolResult:
    """Evaluate here, where it holds nothing up."""
    _ = result.outcome
    return result
