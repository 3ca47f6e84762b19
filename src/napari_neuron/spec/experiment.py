"""The experiment: everything a run needs besides the skeleton itself."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from napari_neuron.errors import ExperimentError
from napari_neuron.spec.base import SavedSpec, read_json
from napari_neuron.spec.cell import CellSource
from napari_neuron.spec.connection import Connections
from napari_neuron.spec.discretisation import Discretisation, DLambda
from napari_neuron.spec.mod_file import ModFile
from napari_neuron.spec.paint import CableProperties, Paint, Passive
from napari_neuron.spec.point_network import PointNetwork
from napari_neuron.spec.recorder import Recorder, SpikeDetector, TraceRecorder, VoltageRecorder
from napari_neuron.spec.run import RunSettings
from napari_neuron.spec.stimulus import Stimulus


class Experiment(SavedSpec):
    """An experiment: membrane, inputs, recordings and settings of the run.

    Attributes
    ----------
    cells
        The cells by name and file; may be empty if you pass the skeleton to `simulate`.
    paint
        Cable properties and mechanisms on regions, in order: where two overlap, the later wins.
    stimuli
        Currents and synapses at nodes.
    connections
        Synapses and gap junctions between cells, and between cells and the point neurons.
    network
        Point neurons beside the cells; its ``run`` is ignored, and ``recorded`` must be empty.
    recorders
        Traces and spike detectors at nodes; no two traces, and no two spike detectors, may have the
        same label.
    frames
        Variables to keep for every compartment at every frame: "v" (always), and any membrane
        variable ("m_hh", "ina", "cai", "i_membrane_").
    discretisation
        How sections are divided into compartments.
    mod_files
        The MOD files of its mechanisms, by name and content. They are compiled only on request
        (`compile_mod_files`).
    run
        Duration, time step, temperature, initial voltage, frame interval.

    Examples
    --------
    >>> import napari_neuron as nn
    >>> experiment = nn.Experiment(
    ...     paint=[nn.CableProperties(), nn.HodgkinHuxley(region=nn.SwcTypes(types=[2]))],
    ...     stimuli=[nn.CurrentPulse(nodes=[1], amplitude=0.2)],
    ...     run=nn.RunSettings(duration=100),
    ... )
    >>> longer = experiment.replace(run=experiment.run.replace(duration=500))
    >>> longer.save("experiment.json")
    """

    version: Literal[1] = 1
    cells: tuple[CellSource, ...] = ()
    paint: tuple[Paint, ...] = (CableProperties(), Passive())
    stimuli: tuple[Stimulus, ...] = ()
    connections: tuple[Connections, ...] = ()
    network: PointNetwork | None = None
    recorders: tuple[Recorder, ...] = ()
    mod_files: tuple[ModFile, ...] = ()
    frames: tuple[str, ...] = ("v",)
    discretisation: Discretisation = Field(default_factory=DLambda)
    run: RunSettings = Field(default_factory=RunSettings)

    @model_validator(mode="after")
    def _names_are_unique(self) -> Experiment:
        seen: dict[tuple[bool, str], int] = {}
        for index, recorder in enumerate(self.recorders):
            first = seen.setdefault((recorder.kind == "spikes", recorder.label), index)
            if first != index:
                raise ExperimentError(
                    f"recorders[{index}].label",
                    f"the recorder at node {self.recorders[first].node} is called "
                    f"{recorder.label!r} too; give one of them another name",
                )
        labels: dict[str, int] = {}
        for index, stimulus in enumerate(self.stimuli):
            if stimulus.label and labels.setdefault(stimulus.label, index) != index:
                raise ExperimentError(
                    f"stimuli[{index}].label",
                    f"number {labels[stimulus.label] + 1} of the stimuli is called "
                    f"{stimulus.label!r} too; give one of them another name",
                )
        names = [cell.name for cell in self.cells]
        for index, name in enumerate(names):
            if name in names[:index]:
                raise ExperimentError(f"cells[{index}].name", f"two cells are called {name!r}")
        for index, file in enumerate(self.mod_files):
            if any(file.name == before.name for before in self.mod_files[:index]):
                raise ExperimentError(f"mod_files[{index}].name", f"{file.name!r} is listed twice")
        for index, stimulus in enumerate(self.stimuli):
            if stimulus.kind == "exp2_synapse" and stimulus.tau1 >= stimulus.tau2:
                raise ExperimentError(
                    f"stimuli[{index}].tau1",
                    f"the rise time ({stimulus.tau1:g} ms) must be shorter than the decay time "
                    f"({stimulus.tau2:g} ms)",
                )
        return self

    @model_validator(mode="after")
    def _samples_fall_on_steps(self) -> Experiment:
        for index, recorder in enumerate(self.recorders):
            interval = getattr(recorder, "interval", 0.0)
            steps = interval / self.run.dt
            if abs(steps - round(steps)) > 1e-6 * max(steps, 1.0):
                nearest = max(1, round(steps)) * self.run.dt
                raise ExperimentError(
                    f"recorders[{index}].interval",
                    f"{interval:g} ms is not a multiple of dt = {self.run.dt:g} ms; the nearest "
                    f"multiple is {nearest:g} ms",
                )
        return self

    @field_validator("frames")
    @classmethod
    def _voltage_comes_first(cls, frames: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(("v", *frames)))

    @property
    def traced(self) -> tuple[TraceRecorder, ...]:
        """The recorders of traces that are switched on; those of voltage come first.

        They are the rows of `SimulationResult.samples`.
        """
        on = [r for r in self.recorders if r.enabled and isinstance(r, TraceRecorder)]
        return tuple(sorted(on, key=lambda r: not isinstance(r, VoltageRecorder)))

    @property
    def detectors(self) -> tuple[SpikeDetector, ...]:
        """The spike detectors that are switched on."""
        return tuple(r for r in self.recorders if r.enabled and isinstance(r, SpikeDetector))

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """Read an experiment from JSON text.

        Raises
        ------
        ExperimentError
            If the text is not JSON, or a field is unknown, missing or out of range.
        """
        values = read_json(text)
        if not isinstance(values, dict):
            raise ExperimentError("", "this JSON is not an experiment: an object was expected")
        if values.get("version", 1) != 1:
            raise ExperimentError(
                "version",
                f"{values['version']!r} is not a version this napari-neuron knows; a newer one "
                f"may read it",
            )
        return cls(**values)
