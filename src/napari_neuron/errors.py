"""Every error this package raises on purpose.

Each message says where, what is wrong and what to do about it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


class NapariNeuronError(Exception):
    """Base of all errors that are meant to be read by a person."""


class MorphologyError(NapariNeuronError, ValueError):
    """A skeleton that cannot be used as it is."""


class SkeletonFileError(MorphologyError):
    """A skeleton file that cannot be read, or a place in it that cannot be meant.

    Parameters
    ----------
    path
        The file (or whatever stands for it, such as ``<string>``).
    line
        One-based line number; None if the fault is of the file as a whole.
    problem, remedy
        What is wrong, and what the person can do about it.
    """

    def __init__(self, path: str, line: int | None, problem: str, remedy: str) -> None:
        self.path = path
        self.line = line
        self.problem = problem
        self.remedy = remedy
        where = path if line is None else f"{path}:{line}"
        super().__init__(f"{where}: {problem}. {remedy}")


class SwcError(SkeletonFileError):
    """A line of an SWC file that cannot be meant."""


class DatabaseError(NapariNeuronError):
    """A neuron that could not be fetched from a database, and what to do about it."""


class ExperimentError(NapariNeuronError, ValueError):
    """A mistake in an experiment, found before NEURON starts.

    Parameters
    ----------
    field
        The path of the wrong field, e.g. ``stimuli[0].duration``.
    problem
        What is wrong with it and what would be right.
    """

    def __init__(self, field: str, problem: str) -> None:
        self.field = field
        self.problem = problem
        super().__init__(f"{field}: {problem}" if field else problem)


class WindowNotAvailable(NapariNeuronError, RuntimeError):
    """No window can be opened: there is no Qt, or no display."""


class FilmError(NapariNeuronError, RuntimeError):
    """A film that cannot be made."""


class SimulationError(NapariNeuronError, RuntimeError):
    """A run that did not reach its end.

    ``partial`` is the `SimulationResult` with the frames written so far, or None if the run
    ended before there were any.
    """

    def __init__(self, message: str, partial: Any = None) -> None:
        super().__init__(message)
        self.partial = partial


class BlowUpError(SimulationError):
    """The voltage became NaN or absurd: ``time`` (ms) and ``compartment`` (index) say where."""

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
        Name of the file, without its folder; "" if it is about all of them.
    line : int or None
        One-based; None if it is about the whole file.
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
    """MOD files that cannot be used.

    Parameters
    ----------
    problems
        One or more; the message has a line for each.
    """

    def __init__(self, *problems: ModProblem) -> None:
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))
