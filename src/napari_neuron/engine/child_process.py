"""Starts one child process, exchanges messages with it, and ends it without leaving traces."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import queue
import shutil
import signal
import subprocess
import tempfile
import threading
import weakref
from collections import deque
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

from napari_neuron.errors import NeuronNotAvailable

_NOT_INHERITED = (
    "NRN_NMODL_PATH",  # the first three make NEURON load native code
    "NEURON_MODULE_OPTIONS",
    "CORENEURONLIB",
    "HOC_LIBRARY_PATH",  # hoc code
    "NEURON_INIT_MPI",  # waits for other MPI ranks
    "PYTHONINSPECT",
    "PYTHONSTARTUP",
)

# The child finds this package where the parent does, whatever its own path is. It gets only this
# package: the parent's other packages may be built for another Python.
BOOTSTRAP = """
import importlib, importlib.util, sys
place = sys.argv[1]
spec = importlib.util.spec_from_file_location(
    "napari_neuron", place + "/__init__.py", submodule_search_locations=[place])
sys.modules["napari_neuron"] = module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
importlib.import_module(sys.argv[2]).main()
"""

_LOG_LINES = 200
_STACK = "Fatal Python error:"


def child_environment() -> dict[str, str]:
    """Return this process' environment without variables that make NEURON load other code."""
    return {k: v for k, v in os.environ.items() if k not in _NOT_INHERITED}


class ChildProcess:
    """A Python that has imported NEURON and waits for runs.

    It starts in its own empty directory, because NEURON automatically loads a compiled mechanism
    library from the current directory.

    Parameters
    ----------
    python
        The interpreter.

    Raises
    ------
    NeuronNotAvailable
        If there is no such interpreter.
    """

    def __init__(self, python: str) -> None:
        self.python = python
        self.provenance: Mapping[str, str] = {}
        self._directory = tempfile.mkdtemp(prefix="napari-neuron-")
        package = str(Path(__file__).parents[1])
        try:
            self._process = subprocess.Popen(
                [python, "-c", BOOTSTRAP, package, "napari_neuron.engine.child"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                cwd=self._directory,
                env=child_environment(),
                start_new_session=True,  # a Ctrl+C in the terminal reaches the parent only
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        except OSError as error:
            shutil.rmtree(self._directory, ignore_errors=True)
            raise NeuronNotAvailable(
                f"the Python that should run NEURON cannot be started: {python} ({error}). "
                "Name another: ChildEngine(python=...)"
            ) from None
        self._messages: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        self._log: deque[str] = deque(maxlen=_LOG_LINES)
        # Daemons, and without a reference to self: they end with the pipes, and hold nothing up.
        self._threads = [
            threading.Thread(target=target, args=args, daemon=True, name="napari-neuron child")
            for target, args in (
                (_read_messages, (self._process.stdout, self._messages)),
                (_read_log, (self._process.stderr, self._log)),
            )
        ]
        for thread in self._threads:
            thread.start()
        self._end = weakref.finalize(self, _end, self._process, self._directory)

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        """Whether the process is alive."""
        return self._process.poll() is None

    def send(self, **message: Any) -> None:
        """Send the child a message; does nothing if it is dead, which `receive` reports."""
        assert self._process.stdin is not None
        with contextlib.suppress(OSError, ValueError):
            self._process.stdin.write(json.dumps(message).encode() + b"\n")
            self._process.stdin.flush()

    def receive(self, timeout: float) -> dict[str, Any] | None:
        """Return the next message; {} if there is none in time, None if there will be no more."""
        try:
            message = (
                self._messages.get(timeout=timeout) if timeout else self._messages.get_nowait()
            )
        except queue.Empty:
            return {}
        if message is None:
            self._messages.put(None)  # for who asks again
        elif message["event"] == "ready":
            self.provenance = message["provenance"]
        return message

    def forget_log(self) -> None:
        """Drop what was printed so far."""
        self._log.clear()

    def log_tail(self, lines: int = 12) -> str:
        """Return the last lines the child printed, which contain NEURON's complaint.

        The stack that Python prints when a signal kills it is left out: it is long, belongs to this
        package, and is the same for every mechanism that crashes.
        """
        said = itertools.takewhile(lambda line: not line.startswith(_STACK), self._log)
        return "\n".join(list(said)[-lines:]).strip()

    def death(self) -> tuple[str, str]:
        """Describe how the process ended, and its last output ("" if there was none)."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=1)
        self.stop()
        code = self._process.returncode
        tail = self.log_tail()
        last_words = f" Its last words:\n{tail}" if tail else ""
        if code < 0:
            return f"was killed by signal {-code} ({signal.strsignal(-code)})", last_words
        return f"ended with exit status {code}", last_words

    def stop(self) -> None:
        """Kill the process and clean up after it."""
        self._end()
        for thread in self._threads:
            thread.join(timeout=5)


def _read_messages(stream: IO[bytes], messages: queue.SimpleQueue[dict[str, Any] | None]) -> None:
    with stream:
        for line in stream:
            try:
                messages.put(json.loads(line))
            except ValueError:
                break  # a line cut short by the death of the child
    messages.put(None)


def _read_log(stream: IO[bytes], log: deque[str]) -> None:
    with stream:
        for line in iter(lambda: stream.readline(4096), b""):
            log.append(line.decode(errors="replace").rstrip())


def _end(process: subprocess.Popen[bytes], directory: str) -> None:
    process.kill()
    process.wait()
    assert process.stdin is not None
    with contextlib.suppress(OSError):
        process.stdin.close()
    shutil.rmtree(directory, ignore_errors=True)
