"""A compiled model as NEURON objects: built, initialised, advanced and torn down.

Only this file, ``inputs`` and ``recording`` talk to NEURON. The child process imports them with
numpy only.

Sections have no name and get their points through their own bound ``pt3dadd``, which is four times
as fast as vectors through ``h.pt3dadd`` and leaves no name behind in NEURON.
"""

from __future__ import annotations

import math
import os
import sys
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from napari_neuron.compile.model import (
    CompiledIonStyle,
    CompiledMechanism,
    CompiledModel,
    FloatArray,
    IntArray,
)
from napari_neuron.compile.network_model import CompiledNetwork
from napari_neuron.engine.inputs import Inputs
from napari_neuron.engine.point_cells import PointCells
from napari_neuron.engine.protocol import POINT_ROWS, POINT_TIMES
from napari_neuron.engine.recording import Recording
from napari_neuron.errors import NeuronNotAvailable, SimulationError

COMPARTMENTS_FOR_THREADS = 5_000
"""Number in all cells below which threads cost more than they save."""

FIRST_GID_OF_POINTS = 1_000_000_000
"""NEURON's numbers below are for the trains that drive cells."""

LONGEST_STRETCH = 10.0
"""ms; longest time that threads and ranks run independently, unless a delay between them is
shorter."""


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


_loaded = ""
"""The library of compiled MOD files loaded in this process; it cannot be unloaded."""


def threads_of(model: CompiledModel | CompiledNetwork) -> int:
    """Return how many threads a run uses: as requested, or as many as help.

    NEURON divides work by whole cells; events of point neurons are delivered in one thread.
    """
    if isinstance(model, CompiledNetwork):
        return 1
    n_cells = int((model.section_parent < 0).sum())
    if model.run.threads:
        return min(model.run.threads, n_cells)
    if model.n_compartments < COMPARTMENTS_FOR_THREADS:
        return 1
    return max(1, min(n_cells, os.cpu_count() or 1))


def load_library(path: str) -> None:
    """Load compiled MOD files into this process, if they are not loaded already.

    Raises
    ------
    SimulationError
        If this process has loaded others, or NEURON refuses these.
    """
    global _loaded
    if path == _loaded or not path:
        return
    if _loaded:
        raise SimulationError(
            "this process has loaded other compiled MOD files, and NEURON cannot unload them. "
            "Use a process of its own: ChildEngine (the default)"
        )
    h = import_neuron()
    if not Path(path).is_file():
        raise SimulationError(f"the compiled MOD files are gone: {path}. Compile them again")
    _loaded = path  # also if it fails: what was loaded of it stays
    if not h.nrn_load_dll(path):
        raise SimulationError(f"NEURON cannot load the compiled MOD files: {path}")


class NeuronModel:
    """Builds a model when created, and removes it when closed; use it in a ``with`` statement.

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
        load_library(model.library)
        self._inputs: Inputs | None = None
        self._points: PointCells | None = None
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
        """Delete the whole model and restore the settings of the process."""
        if self._inputs is not None:
            self._inputs.close()
        if self._points is not None:
            self._points.close()
        self._inputs = self._points = self._recording = None
        self._segments.clear()
        # Not left to reference counts: the traceback of an error may hold a section for long.
        delete = self._h.delete_section
        for section in self._sections:
            delete(sec=section)
        self._sections.clear()
        self._restore_globals()

    def initialise(self) -> npt.NDArray[np.float64]:
        """Go to time 0 and return the voltage there, (n_compartments,) mV."""
        assert self._inputs is not None
        self._h.finitialize(self._model.run.v_init)
        self._inputs.begin()
        if self._points is not None:
            self._points.begin()
        voltages = self.recording.voltages
        voltages.find_block()  # NEURON has sorted the model by now
        return voltages.now()

    @property
    def point_processes(self) -> list[list[Any]]:
        """NEURON's objects, batch by batch as in the model."""
        assert self._inputs is not None
        return self._inputs.batches

    @property
    def recording(self) -> Recording:
        """The recording of the run: frames and samples."""
        assert self._recording is not None
        return self._recording

    def point_spikes(self, until: float) -> dict[str, FloatArray]:
        """Return the new spikes of point neurons, under the names that `Advanced` has for them."""
        if self._points is None:
            return {}
        found = self._points.new_spikes(until)
        return {POINT_TIMES: found["time"], POINT_ROWS: found["neuron"]} if found else {}

    def _build(self) -> None:
        model = self._model
        self._make_sections()
        for section, value in zip(self._sections, model.section_ra.tolist(), strict=True):
            section.Ra = value
        self._set(np.arange(model.n_sections), "cm", model.cm)
        for mechanism in model.mechanisms:
            self._insert(mechanism)
        for style in model.ion_styles:  # before values: they say which of them are parameters
            self._style(style)
        for mechanism in model.mechanisms:
            self._set_parameters(mechanism)
        self._segments = [segment for section in self._sections for segment in section]
        if model.network is not None:
            self._points = PointCells(self._h, model.network, first_gid=FIRST_GID_OF_POINTS)
            for _ in self._points.build():
                pass
        self._inputs = Inputs(self._h, model, self._segments, self._points)
        self._recording = Recording(self._h, model, self._segments, self.point_processes)
        if model.sources is not None:  # all ranks together: the shortest delay between them
            self._h.ParallelContext().set_maxstep(LONGEST_STRETCH)

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

        Uses one loop in hoc if all values are equal, one call per section if they are equal along
        it, and otherwise one per segment. NaN keeps the mechanism's value. An ion may be in other
        sections too, and an element of an array (``xraxial[0]``) cannot be set by section.
        """
        if "[" in name or (mechanism is not None and np.isnan(values).any()):
            self._set_by_segment(sections, name, values)
            return
        everywhere = len(sections) == len(self._sections)
        is_ion = mechanism is not None and mechanism.endswith("_ion")
        if values.min() == values.max() and (everywhere or not is_ion):
            value = float(values[0])
            setattr(self._sections[sections[0]], name, value)  # hoc would make unknown names up
            self._h.hoc_ac_ = value  # hoc's own scratch variable: no name left behind
            where = f'if (ismembrane("{mechanism}")) ' if not everywhere else ""
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

    def _set_by_segment(self, sections: IntArray, name: str, values: FloatArray) -> None:
        name, _, element = name.partition("[")
        place = int(element.rstrip("]")) if element else None
        own = iter(values.tolist())
        for index in sections.tolist():
            for segment in self._sections[index]:
                value = next(own)
                if math.isnan(value):
                    getattr(segment, name)  # an unknown name is an error all the same
                elif place is None:
                    setattr(segment, name, value)
                else:
                    getattr(segment, name)[place] = value

    def _style(self, style: CompiledIonStyle) -> None:
        """Set how sections treat an ion; -1 keeps what the mechanisms there require."""
        name = f"{style.ion}_ion"
        wanted = (
            style.concentration,
            style.potential,
            style.nernst_at_start,
            style.nernst_while_running,
            style.concentration_at_start,
        )
        for index in style.sections.tolist():
            section = self._sections[index]
            now = int(self._h.ion_style(name, sec=section))
            c, e = now & 3, now >> 3 & 3
            if style.potential == 2 and style.concentration < 0 and c == 0:
                c = 1  # concentrations that nobody reads yet: the Nernst potential will
            is_now = (c, e, now >> 5 & 1, now >> 6 & 1, now >> 2 & 1)
            new = [old if n < 0 else n for n, old in zip(wanted, is_now, strict=True)]
            self._h.ion_style(name, *new, sec=section)

    def _insert(self, mechanism: CompiledMechanism) -> None:
        name = mechanism.name
        if not len(mechanism.sections):
            return
        if name == "ca_ion":  # not there before a mechanism uses it
            self._h.ion_register("ca", 2)
        try:
            for index in mechanism.sections.tolist():
                self._sections[index].insert(name)
        except ValueError:
            raise SimulationError(f"NEURON has no density mechanism called {name!r}") from None
        # A user of this process may have switched the rate tables off.
        if hasattr(self._h, f"usetable_{name}"):
            setattr(self._h, f"usetable_{name}", 1)

    def _set_parameters(self, mechanism: CompiledMechanism) -> None:
        name = mechanism.name
        if not len(mechanism.sections):
            return
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
            "timeout": context.timeout(0),  # seconds a step may take; none is too long for us
            "membrane_current": int(cvode.use_fast_imem()),
        }
        cvode.active(0)
        watched = {*self._model.frames, *(recorder.variable for recorder in self._model.recorders)}
        cvode.use_fast_imem(int("i_membrane_" in watched))
        context.nthread(threads_of(self._model))
        if self._model.sources is None:
            context.set_maxstep(LONGEST_STRETCH)
        h.secondorder = 0
        h.celsius = run.celsius
        h.dt = run.dt
        for name, value in self._model.globals:
            before[name] = getattr(h, name)
            setattr(h, name, value)
        return before

    def _restore_globals(self) -> None:
        h = self._h
        h.t = 0.0
        h.ParallelContext().nthread(self._before["threads"])
        h.ParallelContext().timeout(self._before["timeout"])
        h.CVode().active(self._before["cvode"])
        h.CVode().use_fast_imem(self._before["membrane_current"])
        globals_set = (name for name, _ in self._model.globals)
        for name in ("celsius", "dt", "secondorder", *globals_set):
            setattr(h, name, self._before[name])
