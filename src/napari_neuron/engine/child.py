"""The main program of the process that runs NEURON.

Imports numpy and neuron only: no pydantic, no pandas, no napari. Each message is one line of JSON.
It reads ``{"run": id, "folder": path}`` and ``{"cancel": id}``, and writes ``ready``,
``advanced``, ``finished``, ``cancelled`` and ``failed``. It ends when its standard input ends,
which also happens when the parent dies.
"""

from __future__ import annotations

import contextlib
import faulthandler
import json
import os
import queue
import shutil
import signal
import sys
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

import numpy as np
import numpy.typing as npt

from napari_neuron.engine.handover import ResultFiles, read_model
from napari_neuron.engine.protocol import Advanced, Finished
from napari_neuron.engine.stepping import integrate
from napari_neuron.engine.versions import versions
from napari_neuron.errors import BlowUpError, NeuronNotAvailable, SimulationError


class _Inbox(threading.Thread):
    """Reads messages from the parent while the main thread is busy in NEURON."""

    def __init__(self, stream: BinaryIO) -> None:
        super().__init__(daemon=True)
        self._stream = stream
        self.runs: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        self.cancelled = -1
        self._folder: str | None = None

    def run(self) -> None:
        for line in self._stream:
            message = json.loads(line)
            if "cancel" in message:
                self.cancelled = message["cancel"]
            else:
                self._folder = message["folder"]
                self.runs.put(message)
        self.leave()

    def leave(self) -> NoReturn:
        """End the process, whatever the other thread is doing: the parent is gone."""
        # It would have deleted these, unless it was killed.
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
        with contextlib.suppress(OSError):
            os.rmdir(os.getcwd())
        os._exit(0)


class _Outbox:
    """Writes messages where the parent reads them, out of reach of NEURON's prints."""

    def __init__(self) -> None:
        self._stream = os.fdopen(os.dup(sys.stdout.fileno()), "wb", buffering=0)
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())

    def send(self, event: str, **values: Any) -> None:
        try:
            self._stream.write(json.dumps({"event": event, **values}).encode() + b"\n")
        except OSError as error:  # Windows has other words for it
            raise BrokenPipeError from error


def main() -> None:
    """Serve runs until standard input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the parent, which will tell us
    faulthandler.enable(all_threads=False)
    os.environ["NEURON_MODULE_OPTIONS"] = "-nogui"  # ours; the parent's was not handed down
    outbox = _Outbox()
    inbox = _Inbox(sys.stdin.buffer)
    inbox.start()
    try:
        _serve_all(inbox, outbox)
    except BrokenPipeError:
        inbox.leave()


def _serve_all(inbox: _Inbox, outbox: _Outbox) -> None:
    try:
        outbox.send("ready", provenance=versions())
    except NeuronNotAvailable as error:
        outbox.send("unavailable", message=str(error))
        return
    is_fit = True
    while is_fit:
        message = inbox.runs.get()
        is_fit = _serve(message["run"], Path(message["folder"]), inbox, outbox)


def _serve(run: int, folder: Path, inbox: _Inbox, outbox: _Outbox) -> bool:
    """Do one run; return whether NEURON is still fit for another."""
    try:
        model = read_model(folder)
        with ResultFiles(model, folder) as files:
            events = integrate(model, files.write_frames, files.samples, files.more_frames)
            _tell(events, run, inbox, outbox)
    except BlowUpError as error:
        where = {"time": error.time, "compartment": error.compartment}
        outbox.send("failed", run=run, message=str(error), blow_up=where)
    except SimulationError as error:
        outbox.send("failed", run=run, message=str(error))
        return False
    return True


def _tell(events: Iterator[Advanced | Finished], run: int, inbox: _Inbox, outbox: _Outbox) -> None:
    """Report the progress of a run until it ends or is cancelled."""
    with contextlib.closing(events):  # type: ignore[type-var]
        for event in events:
            if inbox.cancelled == run:
                outbox.send("cancelled", run=run)
                break
            if isinstance(event, Advanced):
                outbox.send(
                    "advanced",
                    run=run,
                    time=event.time,
                    n_frames=event.n_frames,
                    n_samples=event.n_samples,
                    spikes=_lists(event.spikes),
                    units=event.units,
                )
            else:
                outbox.send("finished", run=run, spikes=_lists(event.spikes))


def _lists(spikes: Mapping[str, npt.NDArray[np.float64]]) -> dict[str, list[float]]:
    return {label: times.tolist() for label, times in spikes.items()}
