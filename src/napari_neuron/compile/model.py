"""The input of an engine: plain arrays and numbers, without pydantic, pandas or NEURON.

The child process imports this file with numpy only. Cells are laid end to end: sections,
compartments and nodes of the second cell follow those of the first.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from napari_neuron.compile.drives import CompiledArrivals as CompiledArrivals
from napari_neuron.compile.drives import CompiledCrossings as CompiledCrossings
from napari_neuron.compile.drives import CompiledDrive as CompiledDrive
from napari_neuron.compile.drives import CompiledEvents as CompiledEvents
from napari_neuron.compile.drives import CompiledNoise as CompiledNoise
from napari_neuron.compile.drives import CompiledPointSpikes as CompiledPointSpikes
from napari_neuron.compile.drives import CompiledPointTargets as CompiledPointTargets
from napari_neuron.compile.drives import CompiledSources as CompiledSources
from napari_neuron.compile.drives import CompiledTrains as CompiledTrains
from napari_neuron.compile.drives import CompiledWaveform as CompiledWaveform
from napari_neuron.compile.drives import FloatArray as FloatArray
from napari_neuron.compile.drives import IntArray as IntArray
from napari_neuron.compile.network_model import CompiledNetwork


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
class CompiledGaps:
    """Gap junctions.

    Attributes
    ----------
    compartments : (k, 2) int64
        The two sides of each.
    conductance : (k,) float64
        µS.
    """

    compartments: IntArray
    conductance: FloatArray


@dataclass(frozen=True)
class CompiledRecorder:
    """A variable kept over time.

    Attributes
    ----------
    label : str
        The recorder's name.
    compartment : int
        Where.
    variable : str
        NEURON's name.
    every : int
        Time steps between two samples.
    batch, process : int
        The point process whose variable it is: ``process`` of batch ``batch``; -1 for a variable
        of the compartment.
    """

    label: str
    compartment: int
    variable: str = "v"
    every: int = 1
    batch: int = -1
    process: int = -1


@dataclass(frozen=True)
class CompiledDetector:
    """Times at which v of one compartment crosses ``threshold`` (mV).

    Attributes
    ----------
    label, compartment, threshold
        Name, place, mV.
    rising : bool
        From below; else from above.
    refractory : float
        Crossings within this time (ms) after a spike are left out.
    """

    label: str
    compartment: int
    threshold: float
    rising: bool = True
    refractory: float = 0.0


@dataclass(frozen=True)
class CompiledRun:
    """Integration settings; see `napari_neuron.spec.RunSettings` for units.

    ``threads`` is 0 where the engine may choose.
    """

    dt: float
    n_steps: int
    steps_per_frame: int
    celsius: float
    v_init: float
    threads: int = 1

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
    frames : tuple of str
        Variables besides v that are kept of all compartments at every frame.
    network : CompiledNetwork or None
        Point neurons beside the cells.
    point_targets : tuple of CompiledPointTargets
        What the cells do to them.
    sources : CompiledSources or None
        None for a whole model; else this is what one rank has of it.
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
    drives: tuple[CompiledDrive, ...] = ()
    gaps: tuple[CompiledGaps, ...] = ()
    recorders: tuple[CompiledRecorder, ...] = ()
    detectors: tuple[CompiledDetector, ...] = ()
    cell_names: tuple[str, ...] = field(default=("neuron",))
    frames: tuple[str, ...] = ()
    network: CompiledNetwork | None = None
    point_targets: tuple[CompiledPointTargets, ...] = ()
    sources: CompiledSources | None = None

    @property
    def n_sections(self) -> int:
        """Number of sections of all cells."""
        return len(self.section_parent)

    @property
    def n_compartments(self) -> int:
        """Number of compartments of all cells."""
        return int(self.compartment_start[-1])

    @property
    def samples_shape(self) -> tuple[int, int]:
        """Recorders, and samples of the one that has most."""
        finest = min((recorder.every for recorder in self.recorders), default=1)
        return len(self.recorders), self.run.n_steps // finest + 1

    def section_and_x(self, compartment: int) -> tuple[int, float]:
        """Return NEURON's address of a compartment: section index and x of its centre."""
        section = int(np.searchsorted(self.compartment_start, compartment, side="right")) - 1
        within = compartment - int(self.compartment_start[section])
        return section, (within + 0.5) / int(self.section_nseg[section])
