"""A compiled model as NEURON objects: built, initialised, advanced and taken down again.

Only this file, ``inputs`` and ``recording`` talk to NEURON. They are imported by the child process
with numpy only.

Sections are made without a name and get their points through their own bound ``pt3dadd``: that is
four times as fast as vectors through ``h.pt3dadd`` and leaves no name behind in NEURON.
"""

from __future__ import annotations

import sys
from types import TracebackType
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from napari_neuron.compile.model import (
    CompiledMechanism,
    CompiledModel,
    FloatArray,
    IntArray,
)
from napari_neuron.engine.inputs import Inputs
from napari_neuron.engine.recording import Recording
from napari_neuron.errors import NeuronNotAvailable, SimulationError


def import_neuron() -> Any:
    """Import NEURON and return its ``h``.

    Raises
    ------
    NeuronNotAvailable
        If it cannot be imported; the message says how to get it.
    """
    try:
        from neuron import h
    except Exception as error:  # a broken installation raises all sorts of things
        remedy = (
            "On Windows NEURON has no wheel: install it from neuron.yale.edu (or in WSL) and name "
            "that Python: ChildEngine(python=...)"
            if sys.platform == "win32"
            else 'Install it with: pip install "napari-neuron[all]"'
        )
        raise NeuronNotAvailable(
            f"NEURON cannot be imported by {sys.executable} ({type(error).__name__}: {error}). "
            f"{remedy}. Reading, viewing and opening stored results work without it."
        ) from error
    return h


class NeuronModel:
    """Builds a model when made, takes it down when closed; use it in a ``with`` statement.

    Parameters
    ----------
    model
        What to build.

    Raises
    ------
    NeuronNotAvailable
        If there is no NEURON.
    SimulationError
        If this process holds NEURON sections of someone else, or NEURON refuses the model.
    """

    def __init__(self, model: CompiledModel) -> None:
        self._h = h = import_neuron()
        if next(iter(h.allsec()), None) is not None:
            raise SimulationError(
                "this process already holds NEURON sections that are not ours. Delete them, or "
                "run in a process of its own: ChildEngine (the default)"
            )
        self._model = model
        self._sections: list[Any] = []
        self._segments: list[Any] = []  # NEURON's name for compartments
        self._inputs: Inputs | None = None
        self._recording: Recording | None = None
        self._before = self._set_globals()
        try:
            self._build()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Delete all of the model and give the process its own settings back."""
        if self._inputs is not None:
            self._inputs.close()
        self._inputs = self._recording = None
        self._segments.clear()
        # Not left to reference counts: the traceback of an error may hold a section for long.
        delete = self._h.delete_section
        for section in self._sections:
            delete(sec=section)
        self._sections.clear()
        self._restore_globals()

    def initialise(self) -> npt.NDArray[np.float64]:
        """Go to time 0 and return the voltage there, (n_compartments,) mV."""
        self._h.finitialize(self._model.run.v_init)
        return self.recording.voltage()

    @property
    def advance(self) -> Any:
        """NEURON's function that goes one time step; bound once by who loops over it."""
        # Not ParallelContext.psolve: per step it costs the same, but every call takes over SIGALRM
        # of the process and aborts it when a step lasts longer than 20 s.
        return self._h.fadvance

    @property
    def point_processes(self) -> list[list[Any]]:
        """NEURON's objects, batch by batch as in the model."""
        assert self._inputs is not None
        return self._inputs.batches

    @property
    def recording(self) -> Recording:
        """What the run leaves: frames and samples."""
        assert self._recording is not None
        return self._recording

    def _build(self) -> None:
        model = self._model
        self._make_sections()
        for section, value in zip(self._sections, model.section_ra.tolist(), strict=True):
            section.Ra = value
        self._set(np.arange(model.n_sections), "cm", model.cm)
        for mechanism in model.mechanisms:
            self._insert(mechanism)
        self._segments = [segment for section in self._sections for segment in section]
        self._inputs = Inputs(self._h, model, self._segments)
        self._recording = Recording(self._h, model, self._segments, self.point_processes)

    def _make_sections(self) -> None:
        model = self._model
        make = self._h.Section
        self._sections = [make() for _ in range(model.n_sections)]
        start = model.point_start.tolist()
        points = model.points.tolist()
        nseg = model.section_nseg.tolist()
        attached = zip(model.section_parent.tolist(), model.section_parent_x.tolist(), strict=True)
        for index, (section, (parent, x)) in enumerate(zip(self._sections, attached, strict=True)):
            if parent >= 0:
                section.connect(self._sections[parent], x, 0)
            add = section.pt3dadd
            for point in points[start[index] : start[index + 1]]:
                add(*point)
            if nseg[index] != 1:
                section.nseg = nseg[index]

    def _set(
        self, sections: IntArray, name: str, values: FloatArray, mechanism: str | None = None
    ) -> None:
        """Set a range variable of ``sections``: all that have ``mechanism``, or None for all.

        One loop in hoc where all values are equal, once per section where they are equal along
        it, else by segment.
        """
        if values.min() == values.max():
            value = float(values[0])
            setattr(self._sections[sections[0]], name, value)  # hoc would make unknown names up
            self._h.hoc_ac_ = value  # hoc's own scratch variable: no name left behind
            where = f'if (ismembrane("{mechanism}")) ' if mechanism else ""
            self._h(f"forall {where}{name} = hoc_ac_")
            return
        count = self._model.section_nseg[sections]
        start = np.concatenate([[0], np.cumsum(count)[:-1]])
        uniform = np.minimum.reduceat(values, start) == np.maximum.reduceat(values, start)
        first = values[start].tolist()
        for index, same, value, at, n in zip(
            sections.tolist(), uniform.tolist(), first, start.tolist(), count.tolist(), strict=True
        ):
            section = self._sections[index]
            if same:
                setattr(section, name, value)
            else:
                for segment, own in zip(section, values[at : at + n].tolist(), strict=True):
                    setattr(segment, name, own)

    def _insert(self, mechanism: CompiledMechanism) -> None:
        name = mechanism.name
        if not len(mechanism.sections):
            return
        try:
            for index in mechanism.sections.tolist():
                self._sections[index].insert(name)
        except ValueError:
            raise SimulationError(f"NEURON has no density mechanism called {name!r}") from None
        # A user of this process may have switched the rate tables off.
        if hasattr(self._h, f"usetable_{name}"):
            setattr(self._h, f"usetable_{name}", 1)
        for parameter, values in mechanism.parameters:
            try:
                self._set(mechanism.sections, parameter, values, name)
            except AttributeError:
                raise SimulationError(
                    f"mechanism {name!r} has no parameter {parameter!r}"
                ) from None

    def _set_globals(self) -> dict[str, Any]:
        """Set everything NEURON keeps between runs; return what it was."""
        h, run = self._h, self._model.run
        cvode, context = h.CVode(), h.ParallelContext()
        before = {
            "celsius": h.celsius,
            "dt": h.dt,
            "secondorder": h.secondorder,
            "cvode": int(cvode.active()),
            "threads": int(context.nthread()),
            "membrane_current": int(cvode.use_fast_imem()),
        }
        cvode.active(0)
        watched = {*self._model.frames, *(recorder.variable for recorder in self._model.recorders)}
        cvode.use_fast_imem(int("i_membrane_" in watched))
        context.nthread(1)
        h.secondorder = 0
        h.celsius = run.celsius
        h.dt = run.dt
        return before

    def _restore_globals(self) -> None:
        h = self._h
        h.t = 0.0
        h.ParallelContext().nthread(self._before["threads"])
        h.CVode().active(self._before["cvode"])
        h.CVode().use_fast_imem(self._before["membrane_current"])
        for name in ("celsius", "dt", "secondorder"):
            setattr(h, name, self._before[name])
