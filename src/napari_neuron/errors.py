"""Every error this package raises on purpose.

Each message says where, what is wrong and what to do about it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


class NapariNeuronError(Exception):
    """Base of all errors meant for the user to read."""


class MorphologyError(NapariNeuronError, ValueError):
    """A skeleton cannot be used as it is."""


class SkeletonFileError(MorphologyError):
    """A skeleton file cannot be read, or something in it cannot be right.

    Parameters
    ----------
    path
        The file (or whatever stands for it, such as ``<string>``).
    line
        Line number, from 1; None if the problem concerns the whole file.
    problem, remedy
        What is wrong, and what the user can do about it.
    """

    def __init__(self, path: str, line: int | None, problem: str, remedy: str) -> None:
        self.path = path
        self.line = line
        self.problem = problem
        self.remedy = remedy
        where = path if line is None else f"{path}:{line}"
        super().__init__(f"{where}: {problem}. {remedy}")


class SwcError(SkeletonFileError):
    """A line of an SWC file cannot be right."""


class DatabaseError(NapariNeuronError):
    """A neuron could not be fetched from a database; the message says what to do."""


class ExperimentError(NapariNeuronError, ValueError):
    """A mistake in an experiment, found before NEURON starts.

    Parameters
    ----------
    field
        The path of the wrong field, e.g. ``stimuli[0].duration``.
    problem
        What is wrong with it, and what would be right.
    """

    def __init__(self, field: str, problem: str) -> None:
        self.field = field
        self.problem = problem
        super().__init__(f"{field}: {problem}" if field else problem)


class WindowNotAvailable(NapariNeuronError, RuntimeError):
    """No window can be opened: there is no Qt, or no display."""


class FilmError(NapariNeuronError, RuntimeError):
    """A film cannot be made."""


class SimulationError(NapariNeuronError, RuntimeError):
    """A run did not reach its end.

    ``partial`` is the `SimulationResult` with the frames written so far, or None if the run
    ended before there were any.
    """

    def __init__(self, message: str, partial: Any = None) -> None:
        super().__init__(message)
        self.partial = partial


class BlowUpError(SimulationError):
    """The voltage became NaN or absurd; ``time`` (ms) and ``compartment`` (index) say where."""

    def __init__(self, message: str, *, time: float, compartment: int, partial: Any = None) -> None:
        super().__init__(message, partial)
        self.time = time
        self.compartment = compartment


class EngineCrashed(SimulationError):
    """The process that ran NEURON died; napari and the experiment are untouched."""


class NeuronNotAvailable(SimulationError):
    """NEURON cannot be imported by the Python that should run it."""


@dataclass(frozen=True)
class ModProblem:
    """One thing that is wrong with MOD files.

    Attributes
    ----------
    file : str
        Name of the file, without its folder; "" if the problem concerns all of them.
    line : int or None
        Line number, from 1; None if the problem concerns the whole file.
    problem : str
        What is wrong, and what to do where that is known.
    """

    file: str
    line: int | None
    problem: str

    def __str__(self) -> str:
        where = ":".join(str(part) for part in (self.file or None, self.line) if part is not None)
        return f"{where}: {self.problem}" if where else self.problem


class ModFileError(NapariNeuronError, ValueError):
    """MOD files cannot be used.

    Parameters
    ----------
    problems
        One or more problems; the message has a line for each.
    """

    def __init__(self, *problems: ModProblem) -> None:
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))
