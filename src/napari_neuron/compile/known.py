"""Whether NEURON knows what an experiment paints: asked before it is started."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from napari_neuron.compile.catalogue import Catalogue, Mechanism, nearest_name
from napari_neuron.errors import ExperimentError
from napari_neuron.spec import DensityMechanism, Experiment, Ions, Paint
from napari_neuron.spec.paint import Parameter

_ARTICLES = {
    "density": "a density mechanism",
    "point_process": "a point process, which is placed and not painted",
    "artificial_cell": "an artificial cell, which is not painted",
}


def needs_catalogue(experiment: Experiment) -> bool:
    """Return whether the paint of an experiment names mechanisms or ions of NEURON's."""
    return any(isinstance(layer, DensityMechanism | Ions) for layer in experiment.paint)


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


def require_parameter(field: str, mechanism: Mechanism, parameter: Parameter) -> None:
    """Check that a mechanism has a parameter, and the element of it that is named.

    Raises
    ------
    ExperimentError
        If it has not.
    """
    base, bracket, element = parameter.name.partition("[")
    variable = mechanism.parameter(base)
    if variable is None:
        raise unknown_name(
            field, f"parameter of {mechanism.name}", base, (v.name for v in mechanism.parameters)
        )
    if bracket and int(element.rstrip("]")) >= variable.size:
        raise ExperimentError(field, f"{base} has {variable.size} elements, from 0")
    if not bracket and variable.size > 1:
        raise ExperimentError(
            field, f"{base} is an array of {variable.size}; name one of it: {base}[0]"
        )


def unknown_name(field: str, what: str, wrong: str, names: Iterable[str]) -> ExperimentError:
    """Return the error for a name that is not there, with the one that looks most like it."""
    nearest = nearest_name(wrong, names)
    hint = f"; did you mean {nearest!r}?" if nearest is not None else "; there is none"
    return ExperimentError(field, f"NEURON has no {what} called {wrong!r}{hint}")
