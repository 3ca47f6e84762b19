"""The default engine: NEURON in a child process."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from os import PathLike
from time import monotonic
from typing import Any

import numpy as np
import numpy.typing as npt

from napari_neuron.compile.model import CompiledModel
from napari_neuron.compile.network_model import CompiledNetwork
from napari_neuron.engine.child_process import ChildProcess
from napari_neuron.engine.handover import RunFolder
from napari_neuron.engine.neuron_model import threads_of
from napari_neuron.engine.protocol import Advanced, EngineEvent, Finished, Started
from napari_neuron.errors import BlowUpError, EngineCrashed, NeuronNotAvailable, SimulationError

HEARTBEAT = 0.08
"""Seconds of silence after which the last `Advanced` is repeated, so that the caller can stop."""

CANCEL_GRACE = 0.25
"""Seconds a child has to answer a cancel before it is killed."""


class ChildEngine:
    """Runs compiled models in a child process that is kept between runs.

    The child is started when first needed, or earlier by `warm_up`. A child that died, refused a
    model, did not answer a cancel, or loaded other compiled MOD files than the run needs is
    replaced at the next run.

    Parameters
    ----------
    python
        The interpreter to run; it needs only numpy and neuron. None: that of this process.
    """

    def __init__(self, python: str | PathLike[str] | None = None) -> None:
        self._python = sys.executable if python is None else str(python)
        self._child: ChildProcess | None = None
        self._library = ""  # of compiled MOD files that the child has loaded
        self._how: dict[str, str] = {}
        self._had_gaps = False
        self._n_runs = 0
        self._busy = False
        self._closed = False

    @property
    def provenance(self) -> Mapping[str, str]:
        """Versions of the simulator; empty until the child has reported them."""
        if self._child is None or not self._child.provenance:
            return {}
        return {**self._child.provenance, **self._how}

    @property
    def python(self) -> str:
        """The interpreter that runs NEURON."""
        return self._python

    @property
    def pid(self) -> int | None:
        """Process id of the child; None while there is none."""
        return None if self._child is None else self._child.pid

    def warm_up(self) -> None:
        """Start the child without waiting for it.

        Raises
        ------
        NeuronNotAvailable
            If the interpreter cannot be started.
        SimulationError
            If the engine was closed.
        """
        if self._closed:
            raise SimulationError("this engine was closed; create another")
        if self._child is not None and not self._child.is_alive:
            self._drop_child()
        if self._child is None:
            self._child = ChildProcess(self._python)

    def run(self, model: CompiledModel | CompiledNetwork) -> Iterator[EngineEvent]:
        """Build and integrate ``model``; see `napari_neuron.engine.protocol.Engine`.

        `Started` comes at once. While the child builds the model, or does not answer, an `Advanced`
        that repeats the last one comes every 80 ms.
        """
        if self._busy:
            raise SimulationError("this engine is already running; use another engine")
        if self._library not in ("", model.library):
            self._drop_child()  # NEURON cannot unload what it has loaded
        if self._had_gaps:
            self._drop_child()  # NEURON 9 never lets go of a LinearMechanism
        self._had_gaps = isinstance(model, CompiledModel) and bool(model.gaps)
        self.warm_up()
        assert self._child is not None
        self._library = model.library
        self._how = {"threads": str(threads_of(model))}
        self._busy = True
        self._n_runs += 1
        run = _Run(self._child, self._n_runs)
        try:
            folder = RunFolder(model)
            try:
                run.begin(folder)
                yield Started(folder.frames, folder.samples, folder.more_frames)
                yield from run.events(folder)
            finally:
                run.end()
                folder.delete()
        finally:
            if not run.child_is_fit:
                self._drop_child()
            self._busy = False

    def close(self) -> None:
        """End the child. A run under way fails; the engine cannot be used after."""
        self._closed = True
        self._drop_child()

    def _drop_child(self) -> None:
        if self._child is not None:
            self._child.stop()
            self._child = None
        self._library = ""
        self._had_gaps = False


@dataclass
class _Run:
    """One run of one child, from the request to the last message."""

    child: ChildProcess
    id: int
    child_is_fit: bool = True
    _is_over: bool = True  # nothing was asked of the child yet
    _held: dict[str, Any] | None = None

    def begin(self, folder: RunFolder) -> None:
        self._is_over = False
        if self.child.provenance:  # else what it printed may be why it cannot start
            self.child.forget_log()
        self.child.send(run=self.id, folder=str(folder.path))

    def events(self, folder: RunFolder) -> Iterator[EngineEvent]:
        last = Advanced(time=0.0, n_frames=0, n_samples=0)
        while True:
            message = self._receive()
            if message == {}:
                last = Advanced(last.time, last.n_frames, last.n_samples)
                yield last
                continue
            if message is None:
                self._lost(last.time)
            elif message["event"] == "unavailable":
                self._over(fit=False)
                raise NeuronNotAvailable(message["message"])
            elif message.get("run") != self.id:
                continue  # "ready", or the last of a run that was cancelled
            elif message["event"] == "advanced":
                if not last.n_frames:
                    folder.delete()  # the child has mapped it: nothing is left behind from here on
                last = Advanced(
                    message["time"],
                    message["n_frames"],
                    message["n_samples"],
                    _arrays(message["spikes"]),
                    tuple(message["units"]),
                )
                yield last
            elif message["event"] == "finished":
                self._over(fit=True)
                yield Finished(_arrays(message["spikes"]))
                return
            else:
                self._failed(message)

    def _receive(self) -> dict[str, Any] | None:
        """Return the next message; of several waiting `advanced`, the last, with all spikes."""
        message, self._held = self._held or self.child.receive(HEARTBEAT), None
        while message and message["event"] == "advanced":
            following = self.child.receive(0)
            if not following:
                break
            if following["event"] != "advanced" or following["run"] != message["run"]:
                self._held = following
                break
            for label, times in message["spikes"].items():
                following["spikes"][label] = times + following["spikes"].get(label, [])
            following["units"] = message["units"] or following["units"]
            message = following
        return message

    def end(self) -> None:
        """Cancel the run if it is not over: politely, then by killing the child."""
        if self._is_over:
            return
        self.child.send(cancel=self.id)
        deadline = monotonic() + CANCEL_GRACE
        while (left := deadline - monotonic()) > 0:
            message, self._held = self._held or self.child.receive(left), None
            if message is None:
                break
            if message.get("run") == self.id and message["event"] != "advanced":
                self._over(fit=message["event"] != "failed")
                return
        self._over(fit=False)

    def _over(self, *, fit: bool) -> None:
        self._is_over = True
        self.child_is_fit = fit

    def _lost(self, time: float) -> None:
        self._over(fit=False)
        how, last_words = self.child.death()
        if not self.child.provenance and not how.startswith("was killed"):
            raise NeuronNotAvailable(
                f"the Python that should run NEURON {how} before it could import it: "
                f"{self.child.python}. It needs numpy and neuron.{last_words}"
            )
        raise EngineCrashed(
            f"the process that ran NEURON {how} at {time:.6g} ms. The frames up to there are kept; "
            f"the next run starts a new process.{last_words}"
        )

    def _failed(self, message: dict[str, Any]) -> None:
        if "blow_up" in message:
            self._over(fit=True)
            raise BlowUpError(message["message"], **message["blow_up"])
        self._over(fit=False)
        self.child.stop()  # so that all it printed is read
        tail = self.child.log_tail()
        raise SimulationError(message["message"] + (f"\n{tail}" if tail else ""))


def _arrays(spikes: Mapping[str, list[float]]) -> dict[str, npt.NDArray[np.float64]]:
    return {label: np.asarray(times, dtype=np.float64) for label, times in spikes.items()}
