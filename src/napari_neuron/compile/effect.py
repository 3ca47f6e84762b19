"""The effect of a repair on a cell, in numbers before and after."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from napari_neuron.compile.input_resistance import input_resistance
from napari_neuron.compile.lower import compile_experiment
from napari_neuron.compile.model import CompiledModel
from napari_neuron.errors import NapariNeuronError
from napari_neuron.morphology.model import SOMA, Morphology
from napari_neuron.morphology.sections import find_sections
from napari_neuron.spec import Experiment


@dataclass(frozen=True)
class CellMeasures:
    """Measures of a cell.

    Attributes
    ----------
    nodes, trees : int
    cable_length : float
        µm.
    membrane_area : float or None
        µm²; None if a radius is not positive.
    compartments : int or None
        None if the cell cannot be simulated as it is.
    input_resistance : float or None
        MΩ at the soma (or the root), of the passive cell; None likewise.
    """

    nodes: int
    trees: int
    cable_length: float
    membrane_area: float | None
    compartments: int | None
    input_resistance: float | None


def measure(cell: Morphology, experiment: Experiment | None = None) -> CellMeasures:
    """Measure a cell, with cable properties and leak as an experiment paints them.

    Parameters
    ----------
    cell
        The cell; it may have faults.
    experiment
        The experiment whose paint and discretisation to use; None: the defaults of a passive cell,
        which are also used if the paint does not fit the cell.
    """
    spec = Experiment() if experiment is None else experiment
    try:
        area = float(find_sections(cell).area.sum())
        model = _compiled(cell, spec)
        row = _where(cell)
        resistance = input_resistance(model, int(model.compartment_of_node[row]))
        n: int | None = model.n_compartments
    except NapariNeuronError:  # radii that are not positive: check() says so
        return CellMeasures(len(cell), len(cell.roots), cell.cable_length, None, None, None)
    return CellMeasures(len(cell), len(cell.roots), cell.cable_length, area, n, resistance)


def passive_resistance_at(cell: Morphology, experiment: Experiment, node: int) -> float | None:
    """Return the input resistance at a node, from the painted leak alone, MΩ.

    Returns
    -------
    float or None
        None if no leak (``pas``) is painted, or the cell cannot be compiled.
    """
    try:
        plain = experiment.replace(cells=(), stimuli=(), recorders=(), mod_files=())
        model = compile_experiment([cell], plain)
        row = int(cell.rows([node])[0])
    except (NapariNeuronError, KeyError):
        return None
    if not any(name == "g_pas" for m in model.mechanisms for name, _ in m.parameters):
        return None
    return input_resistance(model, int(model.compartment_of_node[row]))


def _compiled(cell: Morphology, spec: Experiment) -> CompiledModel:
    plain = spec.replace(cells=(), stimuli=(), recorders=(), mod_files=())
    try:
        return compile_experiment([cell], plain)
    except NapariNeuronError:
        return compile_experiment([cell], Experiment(discretisation=spec.discretisation))


def _where(cell: Morphology) -> int:
    soma = np.flatnonzero(cell.swc_type == SOMA)
    if len(soma):
        return int(soma[cell.depth[soma].argmin()])
    cable = np.bincount(cell.component, weights=cell.edge_length)
    return int(cell.roots[cable.argmax()])
