"""Records a run: frames of all compartments, and samples of single places."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from napari_neuron.compile.model import CompiledModel, CompiledRecorder
from napari_neuron.engine.voltages import Voltages
from napari_neuron.errors import SimulationError

FloatArray = npt.NDArray[np.float64]
FrameArray = npt.NDArray[np.float32]

_UNITS = {"i_membrane_": "nA", "i_cap": "mA/cm2", "v": "mV"}
"""Units that NEURON does not, or cannot, tell."""

_WRITTEN = {"uS": "µS", "umho": "µS", "megohm": "MΩ", "um": "µm", "1": "", "mho/cm2": "S/cm2"}


class Recording:
    """Pointers to everything that is recorded.

    Parameters
    ----------
    h
        NEURON's.
    model
        Whose recorders, detectors and frames these are.
    segments
        The compartments, NEURON's objects.
    batches
        The point processes of each batch.

    Attributes
    ----------
    voltages : Voltages
        Of all compartments.
    units : tuple of str
        Of each recorder, then of each variable of ``model.frames``.
    absent : tuple of str
        Variables of ``model.frames`` that no compartment here has; only on a rank, where others
        may have them.

    Raises
    ------
    SimulationError
        If there is nothing of that name where it should be recorded.
    """

    def __init__(
        self, h: Any, model: CompiledModel, segments: list[Any], batches: list[list[Any]]
    ) -> None:
        self._h = h
        self._steps_per_frame = model.run.steps_per_frame
        self.voltages = Voltages(h, segments)
        self._more = [_Frames(h, variable, segments) for variable in model.frames]
        self.absent = tuple(frames.variable for frames in self._more if frames.is_absent)
        if self.absent and model.sources is None:
            raise SimulationError(nowhere(self.absent[0]))
        units = []
        self._recorded = []
        make_vector = h.Vector
        for recorder in model.recorders:
            reference, unit = self._find(recorder, model, segments, batches)
            units.append(unit)
            self._recorded.append(make_vector().record(reference))
        for detector in model.detectors:
            self._recorded.append(make_vector().record(segments[detector.compartment]._ref_v))
        self.units = (*units, *(self._unit(variable) for variable in model.frames))

    def advance(self, step: int, n: int, more: Mapping[str, FrameArray]) -> int:
        """Go on from ``step`` by at most ``n`` steps and keep the frames on the way.

        Returns the step that was reached. It stops where a frame has variables of ``model.frames``,
        and when there is no more room for voltages.
        """
        every, voltages = self._steps_per_frame, self.voltages
        to_frame = every - step % every
        if n < to_frame:
            voltages.advance(n)
            return step + n
        if to_frame < every or self._more or not voltages.is_block:
            voltages.advance(to_frame)
            voltages.keep()
            self.write_frame((step + to_frame) // every, more)
            return step + to_frame
        n_frames = min(n // every, voltages.room)
        voltages.advance_and_keep(n_frames, every)
        return step + n_frames * every

    def write_frame(self, row: int, more: Mapping[str, FrameArray]) -> None:
        """Write the variables of ``model.frames`` into a row of each array; NaN where absent."""
        for frames in self._more:
            frames.write(more[frames.variable][row])

    def take_samples(self) -> list[FloatArray]:
        """Return what the recorders, then the detectors, saw since the last call, one per step."""
        taken = []
        for vector in self._recorded:
            taken.append(vector.as_numpy().copy())
            vector.resize(0)
        return taken

    def _find(
        self,
        recorder: CompiledRecorder,
        model: CompiledModel,
        segments: list[Any],
        batches: list[list[Any]],
    ) -> tuple[Any, str]:
        """Return NEURON's reference to what a recorder keeps, and its unit."""
        name = recorder.variable
        if recorder.batch < 0:
            owner = segments[recorder.compartment]
            reference = _reference(owner, name)
            if reference is None:
                raise SimulationError(
                    f"recorder {recorder.label!r}: there is no {name!r} to record there; "
                    f"{_remedy(owner, name) or 'is its mechanism painted on that node?'}"
                )
            return reference, self._unit(name)
        mechanism = model.point_processes[recorder.batch].mechanism
        owner = batches[recorder.batch][recorder.process]
        reference = _reference(owner, name)
        if reference is None:
            remedy = _remedy(owner, name)
            raise SimulationError(
                f"recorder {recorder.label!r}: {mechanism} has no variable {name!r}"
                f"{'; ' if remedy else ''}{remedy}"
            )
        return reference, self._unit(f"{mechanism}.{name}")

    def _unit(self, name: str) -> str:
        if name in _UNITS:
            return _UNITS[name]
        unit = str(self._h.units(name.partition("[")[0]))
        return _WRITTEN.get(unit, unit)


class _Gathered:
    """Variables of many compartments, fetched by one call."""

    def __init__(self, h: Any, references: list[Any]) -> None:
        self._pointers = h.PtrVector(len(references))
        point_at = self._pointers.pset
        for index, reference in enumerate(references):
            point_at(index, reference)
        self._vector = h.Vector(len(references))
        self._view: FloatArray = self._vector.as_numpy()

    def values(self) -> FloatArray:
        """Return them now; the array is reused by the next call."""
        self._pointers.gather(self._vector)
        return self._view


class _Frames:
    """One variable of all compartments that have it."""

    def __init__(self, h: Any, variable: str, segments: list[Any]) -> None:
        self.variable = variable
        found = [(i, _reference(segment, variable)) for i, segment in enumerate(segments)]
        there = [(i, reference) for i, reference in found if reference is not None]
        self.is_absent = not there
        if not there:
            return
        self._where = np.array([i for i, _ in there])
        self._gathered = _Gathered(h, [reference for _, reference in there])

    def write(self, row: FrameArray) -> None:
        row[:] = np.nan
        if self.is_absent:
            return
        row[self._where] = self._gathered.values()


def nowhere(variable: str) -> str:
    """Return the error for frames of ``variable``, which no compartment has."""
    return (
        f"frames: no compartment has anything called {variable!r}; is its mechanism painted "
        "anywhere?"
    )


def _reference(owner: Any, name: str) -> Any:
    """Return NEURON's reference to a variable of a compartment or process; None without one.

    An element of an array is ``vext[0]``; the array as a whole is no variable.
    """
    base, _, element = name.partition("[")
    place = element.removesuffix("]")
    try:
        is_array = not isinstance(getattr(owner, base), float)
        if is_array != bool(element) or (element and not place.isdecimal()):
            return None
        reference = getattr(owner, f"_ref_{base}")
        return reference[int(place)] if element else reference
    except (AttributeError, LookupError, RuntimeError):
        return None


def _remedy(owner: Any, name: str) -> str:
    """Say how to name an element where the whole of an array was asked for; "" if it is none."""
    is_array = "[" not in name and _reference(owner, f"{name}[0]") is not None
    return f"it is an array, name one of it: {name}[0]" if is_array else ""
