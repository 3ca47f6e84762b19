"""Any painted value as it will be compiled, for plots and colours before a run."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from napari_neuron.compile.catalogue import Catalogue
from napari_neuron.compile.lower import compile_experiment
from napari_neuron.compile.model import CompiledModel, FloatArray, IntArray
from napari_neuron.errors import ExperimentError
from napari_neuron.morphology.model import Morphology
from napari_neuron.spec import Experiment


def parameter_names(model: CompiledModel, catalogue: Catalogue | None = None) -> tuple[str, ...]:
    """Return the painted values of a compiled model: "Ra", "cm", "g_pas", "gnabar_hh", "ena".

    With a catalogue, also the parameters of painted mechanisms that keep their defaults.
    """
    names = ["Ra", "cm"]
    for mechanism in model.mechanisms:
        names += [name for name, _ in mechanism.parameters]
        names += _defaults_of(mechanism.name, catalogue)
    return tuple(dict.fromkeys(names))


def values_per_compartment(
    model: CompiledModel, parameter: str, catalogue: Catalogue | None = None
) -> FloatArray:
    """Return one painted value of a compiled model.

    Parameters
    ----------
    model
        From `compile_experiment`.
    parameter
        One of `parameter_names`.
    catalogue
        Gives the default of mechanisms whose paint does not name the parameter.

    Returns
    -------
    (n_compartments,) float64
        NaN where the mechanism is absent, or has an unknown default.

    Raises
    ------
    ExperimentError
        If nothing painted is called ``parameter``.
    """
    if parameter == "Ra":
        return np.repeat(model.section_ra, model.section_nseg)
    if parameter == "cm":
        return model.cm
    found = False
    values = np.full(model.n_compartments, np.nan)
    for mechanism in model.mechanisms:
        painted = dict(mechanism.parameters)
        defaults = _defaults_of(mechanism.name, catalogue)
        if parameter in painted or parameter in defaults:
            found = True
            where = _compartments_of(model, mechanism.sections)
            there = painted.get(parameter, np.full(len(where), np.nan))
            values[where] = np.where(np.isnan(there), defaults.get(parameter, np.nan), there)
    if not found:
        raise ExperimentError(
            "paint",
            f"nothing that is painted has a {parameter!r}; there is "
            f"{', '.join(parameter_names(model, catalogue))}",
        )
    return values


def compiled_values(
    cells: Sequence[Morphology],
    experiment: Experiment,
    parameter: str,
    catalogue: Catalogue | None = None,
) -> FloatArray:
    """Return a painted value at each node, as it will be compiled.

    Parameters
    ----------
    cells, experiment
        The cells and experiment to simulate. Stimuli and recorders are ignored and may be wrong.
    parameter
        NEURON's name: "Ra", "cm", "gnabar_hh", "ena"; see `parameter_names`.
    catalogue
        Gives defaults; see `values_per_compartment`.

    Returns
    -------
    (n_nodes of all cells,) float64
        In the order of the cells and their nodes; NaN where the mechanism is absent.

    Raises
    ------
    ExperimentError, MorphologyError
        As for `compile_experiment`, and if nothing painted is called ``parameter``.
    """
    plain = experiment.replace(stimuli=(), recorders=())
    model = compile_experiment(cells, plain, catalogue)
    return values_per_compartment(model, parameter, catalogue)[model.compartment_of_node]


def _compartments_of(model: CompiledModel, sections: IntArray) -> IntArray:
    chosen = np.zeros(model.n_sections, dtype=np.bool_)
    chosen[sections] = True
    return np.flatnonzero(np.repeat(chosen, model.section_nseg))


def _defaults_of(mechanism: str, catalogue: Catalogue | None) -> dict[str, float]:
    """Return the parameters of a mechanism that have one value at each place, with defaults."""
    known = catalogue.mechanism(mechanism) if catalogue is not None else None
    return {
        variable.neuron_name: variable.default
        for variable in (known.parameters if known is not None else ())
        if variable.default is not None and variable.scope == "range" and variable.size == 1
    }
