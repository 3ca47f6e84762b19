"""What an engine is given: plain arrays and numbers, nothing of pydantic, pandas or NEURON.

The child process imports this file with numpy only. Cells are laid end to end: sections,
compartments and nodes of the second cell follow those of the first.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class CompiledMechanism:
    """One density mechanism: where it is inserted and the values of its parameters.

    Attributes
    ----------
    name : str
        NEURON's name ("pas", "hh").
    sections : (n,) int64
        Sections to insert it in, ascending.
    parameters : tuple of (str, float64 array)
        NEURON's parameter name ("g_pas", "gnabar_hh", "ena") and one value for each compartment
        of ``sections``, in compartment order. NaN leaves what the mechanism has by itself.
    """

    name: str
    sections: IntArray
    parameters: tuple[tuple[str, FloatArray], ...]


@dataclass(frozen=True, eq=False)
class CompiledIonStyle:
    """How some sections treat an ion: the arguments of NEURON's ``ion_style``; -1 keeps what is.

    Attributes
    ----------
    ion : str
        "na".
    sections : (n,) int64
        Where.
    concentration, potential : int
        0 unused, 1 parameter, 2 assigned, 3 state.
    nernst_at_start, nernst_while_running, concentration_at_start : int
        0 or 1: einit, eadvance, cinit.
    """

    ion: str
    sections: IntArray
    concentration: int
    potential: int
    nernst_at_start: int
    nernst_while_running: int
    concentration_at_start: int


@dataclass(frozen=True, eq=False)
class CompiledPointProcesses:
    """A batch of point processes of one mechanism, at the centres of compartments.

    Attributes
    ----------
    field : str
        The part of the experiment it comes from, for messages: ``stimuli[0]``.
    mechanism : str
        NEURON's name ("IClamp", "AlphaSynapse", "Exp2Syn").
    compartment : (k,) int64
        Where; one entry per process.
    parameters : tuple of (str, (k,) float64)
        Parameter name and one value per process.
    """

    field: str
    mechanism: str
    compartment: IntArray
    parameters: tuple[tuple[str, FloatArray], ...]


@dataclass(frozen=True, eq=False)
class CompiledTrains:
    """A batch of spike trains (NetStim), each driving one process of a batch above.

    Attributes
    ----------
    target : int
        Index into ``CompiledModel.point_processes``; train i drives process i of that batch.
    start, interval, number, noise : (k,) float64
        NetStim's parameters (ms, ms, count, 0 to 1).
    stream : (k, 3) int64
        Random123 ids of each train's stream.
    weight, delay : (k,) float64
        Of the connection (µS, ms).
    """

    target: int
    start: FloatArray
    interval: FloatArray
    number: FloatArray
    noise: FloatArray
    stream: IntArray
    weight: FloatArray
    delay: FloatArray


@dataclass(frozen=True)
class CompiledRecorder:
    """A range variable of one compartment, kept at every time step."""

    label: str
    compartment: int
    variable: str = "v"
    unit: str = "mV"


@dataclass(frozen=True)
class CompiledDetector:
    """Times at which v of one compartment crosses ``threshold`` (mV) from below."""

    label: str
    compartment: int
    threshold: float


@dataclass(frozen=True)
class CompiledRun:
    """Integration settings; see `napari_neuron.spec.RunSettings` for units."""

    dt: float
    n_steps: int
    steps_per_frame: int
    celsius: float
    v_init: float

    @property
    def n_frames(self) -> int:
        """Frames of the whole run, the one at time 0 included."""
        return self.n_steps // self.steps_per_frame + 1


@dataclass(frozen=True, eq=False)
class CompiledModel:
    """Everything an engine needs to build and run, for all cells of an experiment.

    Attributes
    ----------
    section_parent : (n_sections,) int64
        Index of the parent section, always smaller than the section's own; -1 for a root.
    section_parent_x : (n_sections,) float64
        Where on the parent its 0 end is attached: 0, 0.5 or 1.
    section_nseg : (n_sections,) int64
        Number of compartments, odd.
    section_ra : (n_sections,) float64
        Axial resistivity, Ω·cm.
    point_start : (n_sections + 1,) int64
        Points of section i are ``points[point_start[i]:point_start[i + 1]]``, from its 0 end.
    points : (n_points, 4) float64
        x, y, z, diameter in µm.
    compartment_start : (n_sections + 1,) int64
        Compartments of section i are ``compartment_start[i]:compartment_start[i + 1]``, 0 to 1.
    cm : (n_compartments,) float64
        µF/cm2.
    compartment_of_node : (n_nodes,) int64
        The compartment each node of each cell lies in.
    mechanisms : tuple of CompiledMechanism
        Each name once; but ions ("na_ion"), which come last, once for each of their values.
    globals : tuple of (str, float)
        GLOBAL parameters, by NEURON's name ("q10_kdr").
    library : str
        Path of the compiled MOD files; "" where none are needed.
    """

    section_parent: IntArray
    section_parent_x: FloatArray
    section_nseg: IntArray
    section_ra: FloatArray
    point_start: IntArray
    points: FloatArray
    compartment_start: IntArray
    cm: FloatArray
    compartment_of_node: IntArray
    run: CompiledRun
    mechanisms: tuple[CompiledMechanism, ...] = ()
    ion_styles: tuple[CompiledIonStyle, ...] = ()
    globals: tuple[tuple[str, float], ...] = ()
    library: str = ""
    point_processes: tuple[CompiledPointProcesses, ...] = ()
    trains: tuple[CompiledTrains, ...] = ()
    recorders: tuple[CompiledRecorder, ...] = ()
    detectors: tuple[CompiledDetector, ...] = ()
    cell_names: tuple[str, ...] = field(default=("neuron",))

    @property
    def n_sections(self) -> int:
        """Number of sections of all cells."""
        return len(self.section_parent)

    @property
    def n_compartments(self) -> int:
        """Number of compartments of all cells."""
        return int(self.compartment_start[-1])

    def section_and_x(self, compartment: int) -> tuple[int, float]:
        """Return NEURON's address of a compartment: section index and x of its centre."""
        section = int(np.searchsorted(self.compartment_start, compartment, side="right")) - 1
        within = compartment - int(self.compartment_start[section])
        return section, (within + 0.5) / int(self.section_nseg[section])
