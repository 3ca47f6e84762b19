"""GLOBAL parameters of point processes: one value for the run, at every place."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from napari_neuron.compile.catalogue import Catalogue
from napari_neuron.compile.model import CompiledPointProcesses
from napari_neuron.errors import ExperimentError

Globals = tuple[tuple[str, float], ...]


def without_globals(
    batches: Sequence[CompiledPointProcesses], catalogue: Catalogue | None
) -> tuple[tuple[CompiledPointProcesses, ...], Globals]:
    """Separate the GLOBAL parameters of point processes from the others.

    Returns
    -------
    batches : tuple of CompiledPointProcesses
        In the same order, with the parameters that each process has itself.
    globals : tuple of (str, float)
        The GLOBAL parameters, by NEURON's name ("Erev_GABAb").

    Raises
    ------
    ExperimentError
        If one is given two values.
    """
    if catalogue is None:
        return tuple(batches), ()
    found: dict[str, tuple[float, str]] = {}
    left = []
    for batch in batches:
        known = catalogue.mechanism(batch.mechanism)
        own = []
        for name, values in batch.parameters:
            variable = known.parameter(name) if known is not None else None
            if variable is None or variable.scope != "global":
                own.append((name, values))
                continue
            for value in values.tolist():
                first, where = found.setdefault(variable.neuron_name, (value, batch.field))
                if value != first:
                    raise ExperimentError(
                        batch.field,
                        f"{name} of {batch.mechanism} is GLOBAL, and {where} sets it to "
                        f"{first:g}; give both the same number",
                    )
        left.append(dataclasses.replace(batch, parameters=tuple(own)))
    return tuple(left), tuple((name, value) for name, (value, _) in found.items())
