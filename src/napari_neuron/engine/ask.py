"""Questions to NEURON outside a run, each put to a process that ends with its answer.

Examples are what NEURON knows, how it was built, and how a mechanism's gates behave. A mechanism
that crashes or hangs NEURON costs only the question.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import signal
import subprocess
import sys
import tempfile
from os import PathLike
from pathlib import Path
from typing import Any

from napari_neuron.engine.child_process import BOOTSTRAP, child_environment
from napari_neuron.errors import EngineCrashed, NeuronNotAvailable, SimulationError

PATIENCE = 120.0
"""Seconds after which a question is abandoned: a MOD file may loop forever."""

_MARK = b"\x00napari-neuron answer "


def ask(
    question: str,
    *,
    python: str | PathLike[str] | None = None,
    patience: float = PATIENCE,
    **values: Any,
) -> Any:
    """Ask NEURON something in a separate process.

    Parameters
    ----------
    question
        The name of a function of `napari_neuron.engine.answers`.
    python
        The interpreter; None: that of this process.
    patience
        Seconds to wait.
    **values
        Arguments of the function; must be representable in JSON.

    Raises
    ------
    EngineCrashed
        If the process died or did not answer in time.
    NeuronNotAvailable
        If there is no such interpreter, or no NEURON in it.
    SimulationError
        If NEURON refused; the message contains NEURON's own.
    """
    python = sys.executable if python is None else str(python)
    folder = tempfile.mkdtemp(prefix="napari-neuron-")  # empty: see ChildProcess
    package = str(Path(__file__).parents[1])
    try:
        done = subprocess.run(
            [python, "-c", BOOTSTRAP, package, "napari_neuron.engine.answers"],
            input=json.dumps([question, values]).encode(),
            capture_output=True,
            cwd=folder,
            env=child_environment(),
            timeout=patience,
            start_new_session=True,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    except subprocess.TimeoutExpired:
        raise EngineCrashed(
            f"NEURON did not answer within {patience:g} s; a mechanism may be in an endless loop"
        ) from None
    except OSError as error:
        raise NeuronNotAvailable(
            f"the Python that should run NEURON cannot be started: {python} ({error})"
        ) from None
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    printed, _, answer = done.stdout.rpartition(_MARK)
    words = (printed + done.stderr).decode(errors="replace").strip()
    if not answer:
        raise EngineCrashed(
            f"the process that was asked about NEURON {how_it_ended(done.returncode)}"
            + (f". Its last words:\n{_tail(words)}" if words else "")
        )
    reply = json.loads(answer)
    if "unavailable" in reply:
        raise NeuronNotAvailable(reply["unavailable"])
    if "problem" in reply:
        raise SimulationError(reply["problem"] + (f"\n{_tail(words)}" if words else ""))
    return reply["answer"]


def how_it_ended(code: int) -> str:
    """Describe how a process ended, from its return code."""
    if code >= 0:
        return f"ended with exit status {code}"
    with contextlib.suppress(ValueError):
        return f"was killed by signal {-code} ({signal.strsignal(-code)})"
    return f"was killed by signal {-code}"


def _tail(text: str, lines: int = 12) -> str:
    return "\n".join(text.splitlines()[-lines:])
