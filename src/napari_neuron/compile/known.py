"""Checks, before NEURON starts, that it knows what an experiment paints."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from napari_neuron.compile.catalogue import Catalogue, Mechanism, nearest_name
from napari_neuron.errors import ExperimentError
from napari_neuron.spec import (
    DensityMechanism,
    Experiment,
    Ions,
    MechanismConductance,
    Paint,
    Parameter,
    PointProcess,
    ProcessParameter,
    Stimulus,
    Synapse,
)

_ARTICLES = {
    "density": "a density mechanism",
    "point_process": "a point process, which is placed, not painted",
    "artificial_cell": "an artificial cell, which is not painted",
}


def needs_catalogue(experiment: Experiment) -> bool:
    """Return whether an experiment names mechanisms or ions."""
    painted = any(isinstance(layer, DensityMechanism | Ions) for layer in experiment.paint)
    return painted or any(_process_of(stimulus) for stimulus in experiment.stimuli)


def require_known(paint: Sequence[Paint], catalogue: Catalogue) -> None:
    """Check the names of mechanisms, parameters and ions that are painted.

    Raises
    ------
    ExperimentError
        Names the first wrong field, and the name there is that looks most like it.
    """
    for index, layer in enumerate(paint):
        field = f"paint[{index}]"
        if isinstance(layer, Ions):
            if catalogue.ion(layer.ion) is None:
                raise unknown_name(
                    f"{field}.ion", "ion", layer.ion, (ion.name for ion in catalogue.ions)
                )
        elif isinstance(layer, DensityMechanism):
            mechanism = catalogue.mechanism(layer.name)
            if mechanism is None:
                names = (m.name for m in catalogue.of_kind("density"))
                raise unknown_name(f"{field}.name", "density mechanism", layer.name, names)
            if mechanism.kind != "density":
                raise ExperimentError(
                    f"{field}.name", f"{layer.name!r} is {_ARTICLES[mechanism.kind]}"
                )
            if mechanism.pointers:
                raise ExperimentError(
                    f"{field}.name",
                    f"{layer.name!r} needs its {', '.join(mechanism.pointers)} to point into "
                    "another mechanism (POINTER), which cannot be painted",
                )
            for place, parameter in enumerate(layer.parameters):
                require_parameter(f"{field}.parameters[{place}].name", mechanism, parameter)


def require_known_processes(stimuli: Sequence[Stimulus], catalogue: Catalogue) -> None:
    """Check the names of point processes and of their parameters that are placed by name.

    Stimuli that are switched off may be wrong.

    Raises
    ------
    ExperimentError
        Names the first wrong field, and the name there is that looks most like it.
    """
    for index, stimulus in enumerate(stimuli):
        process = _process_of(stimulus)
        if process is None or not stimulus.enabled:
            continue
        field = f"stimuli[{index}]" + (".conductance" if process is not stimulus else "")
        mechanism = catalogue.mechanism(process.mechanism)
        if mechanism is None:
            names = (m.name for m in catalogue.of_kind("point_process"))
            raise unknown_name(f"{field}.mechanism", "point process", process.mechanism, names)
        problem = ""
        if mechanism.kind == "density":
            problem = "is a density mechanism, which is painted, not placed"
        elif mechanism.kind == "artificial_cell":
            problem = "is an artificial cell, which has no place on the membrane"
        elif mechanism.pointers:
            problem = (
                f"needs its {', '.join(mechanism.pointers)} to point into another mechanism "
                "(POINTER), which cannot be placed"
            )
        elif process is not stimulus and not mechanism.takes_events:
            problem = "takes no events (it has no NET_RECEIVE block); place it as a point process"
        if problem:
            raise ExperimentError(f"{field}.mechanism", f"{process.mechanism!r} {problem}")
        for place, parameter in enumerate(process.parameters):
            require_parameter(f"{field}.parameters[{place}].name", mechanism, parameter)


def _process_of(stimulus: Stimulus) -> PointProcess | MechanismConductance | None:
    """Return what names a point process of NEURON's in a stimulus, None if nothing does."""
    if isinstance(stimulus, PointProcess):
        return stimulus
    if isinstance(stimulus, Synapse) and isinstance(stimulus.conductance, MechanismConductance):
        return stimulus.conductance
    return None


def require_parameter(
    field: str, mechanism: Mechanism, parameter: Parameter | ProcessParameter
) -> None:
    """Check that a mechanism has a parameter, and the element of it that is named.

    Raises
    ------
    ExperimentError
        If it has not.
    """
    base, bracket, element = parameter.name.partition("[")
    if base == "del" and mechanism.parameter("delay"):
        base = "delay"  # what NEURON calls it in hoc
    variable = mechanism.parameter(base)
    if variable is None:
        raise unknown_name(
            field, f"parameter of {mechanism.name}", base, (v.name for v in mechanism.parameters)
        )
    if bracket and int(element.rstrip("]")) >= variable.size:
        raise ExperimentError(field, f"{base} has {variable.size} elements, from 0")
    if not bracket and variable.size > 1:
        raise ExperimentError(
            field, f"{base} is an array of {variable.size}; name one element, such as {base}[0]"
        )


def unknown_name(field: str, what: str, wrong: str, names: Iterable[str]) -> ExperimentError:
    """Return the error for a name that is not there, with the one that looks most like it."""
    nearest = nearest_name(wrong, names)
    hint = f"; did you mean {nearest!r}?" if nearest is not None else "; there is none"
    return ExperimentError(field, f"NEURON has no {what} called {wrong!r}{hint}")
