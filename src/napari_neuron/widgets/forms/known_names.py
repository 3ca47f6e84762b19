"""Names, known to NEURON or used in the experiment, to choose from in a field."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from napari_neuron.compile.catalogue import Mechanism
from napari_neuron.compile.regions import nodes_in
from napari_neuron.errors import ExperimentError
from napari_neuron.spec import (
    AlphaSynapse,
    DensityMechanism,
    Exp2Conductance,
    Exp2Synapse,
    ExpConductance,
    HodgkinHuxley,
    Ions,
    MechanismConductance,
    Passive,
    PointLeak,
    PointProcess,
    ProcessRecorder,
    SetUnit,
    Synapse,
    VariableRecorder,
    VoltageClamp,
    VoltageWaveform,
)
from napari_neuron.spec.base import Spec
from napari_neuron.widgets.cell_in_view import CellInView

Names = Callable[[CellInView, Spec | None], Sequence[str] | Mapping[str, str]]
"""Takes the spec whose field is edited too; a mapping gives each name its unit."""

_WRITTEN = {"uS": "µS", "megohm": "MΩ", "um": "µm", "1": "", "mho/cm2": "S/cm2"}
"""NEURON's units that are written differently in traces."""


def for_field(spec_type: type[Spec], field: str) -> Names | None:
    """Return the function that lists the names a field may have, None for other fields."""
    return _KNOWN.get((spec_type, field))


def variables(view: CellInView, node: int | None = None) -> dict[str, str]:
    """Return the variables of the membrane that can be recorded, with their units.

    Parameters
    ----------
    view
        The cell and how it is painted.
    node
        Only what is painted there; None for all that is painted anywhere.
    """
    found = {"i_membrane_": "nA", "i_cap": "mA/cm2"}
    catalogue = view.catalogue
    if catalogue is None:
        return found
    layers = _painted(view, node)
    mechanisms = [m for m in map(catalogue.mechanism, _mechanism_names(layers)) if m is not None]
    ions = [layer.ion for layer in layers if isinstance(layer, Ions)]
    ions += [use.ion for mechanism in mechanisms for use in mechanism.ions]
    for mechanism in mechanisms:
        found |= _recordable(mechanism)
    for ion in ions:
        found |= {f"i{ion}": "mA/cm2", f"e{ion}": "mV", f"{ion}i": "mM", f"{ion}o": "mM"}
    return found


def _painted(view: CellInView, node: int | None) -> list[Spec]:
    """Return the layers of paint that reach a node; all of them without one."""
    cell, layers = view.cell, list(view.experiment_on_cell.paint)
    if cell is None or node is None or node not in cell.node_id:
        return layers
    row = cell.rows([node])[0]
    there = []
    for layer in layers:
        try:
            is_there = bool(nodes_in(layer.region, cell)[row])
        except ExperimentError:  # a region this cell does not have; the run will say so
            is_there = False
        if is_there or getattr(layer, "whole_sections", False):
            there.append(layer)
    return there


def _mechanism_names(layers: Iterable[Spec]) -> list[str]:
    names = []
    for layer in layers:
        if isinstance(layer, DensityMechanism):
            names.append(layer.name)
        elif isinstance(layer, Passive | HodgkinHuxley):
            names.append(layer.kind)
    return list(dict.fromkeys(names))


def _recordable(mechanism: Mechanism) -> dict[str, str]:
    found = {}
    for variable in mechanism.recordable:
        unit = _WRITTEN.get(variable.unit, variable.unit)
        names = [variable.neuron_name]
        if variable.size > 1:
            names = [f"{variable.neuron_name}[{i}]" for i in range(variable.size)]
        found |= dict.fromkeys(names, unit)
    return found


def process_of(stimulus: Spec) -> str:
    """Return NEURON's name of the point process that a stimulus is made of."""
    match stimulus:
        case PointProcess():
            return stimulus.mechanism
        case VoltageClamp() | VoltageWaveform() | PointLeak():
            return "SEClamp"
        case AlphaSynapse():
            return "AlphaSynapse"
        case Exp2Synapse():
            return "Exp2Syn"
        case Synapse(conductance=MechanismConductance() as conductance):
            return conductance.mechanism
        case Synapse(conductance=ExpConductance()):
            return "ExpSyn"
        case Synapse(conductance=Exp2Conductance()):
            return "Exp2Syn"
    return "IClamp"


def _ions(view: CellInView, spec: Spec | None = None) -> list[str]:
    return [ion.name for ion in view.catalogue.ions] if view.catalogue else ["na", "k", "ca"]


def _density(view: CellInView, spec: Spec | None = None) -> list[str]:
    return [m.name for m in view.catalogue.of_kind("density")] if view.catalogue else []


def point_processes(
    view: CellInView, spec: Spec | None = None, *, driven: bool = False
) -> list[str]:
    """Return the point processes there are; ``driven``: only those that events act on."""
    if view.catalogue is None:
        return []
    return [m.name for m in view.catalogue.of_kind("point_process") if m.takes_events or not driven]


def _driven(view: CellInView, spec: Spec | None = None) -> list[str]:
    return point_processes(view, driven=True)


def _labelled_stimuli(view: CellInView, spec: Spec | None = None) -> list[str]:
    return [stimulus.label for stimulus in view.experiment.stimuli if stimulus.label]


def _at_node(view: CellInView, spec: Spec | None) -> dict[str, str]:
    return variables(view, getattr(spec, "node", None))


def _of_process(view: CellInView, spec: Spec | None) -> dict[str, str]:
    """Return what can be recorded of the process that a recorder names."""
    label = getattr(spec, "stimulus", "")
    stimulus = next((s for s in view.experiment.stimuli if s.label and s.label == label), None)
    catalogue = view.catalogue
    mechanism = None
    if stimulus is not None and catalogue is not None:
        mechanism = catalogue.mechanism(process_of(stimulus))
    if mechanism is None:
        return {"i": "nA"}
    found = _recordable(mechanism)
    first = [name for name in ("i", "g") if name in found]
    return {name: found[name] for name in (*first, *found)}


def _units(view: CellInView, spec: Spec | None = None) -> list[str]:
    return ["um", "nm", "8 nm"]


_KNOWN: dict[tuple[type[Spec], str], Names] = {
    (Ions, "ion"): _ions,
    (DensityMechanism, "name"): _density,
    (PointProcess, "mechanism"): point_processes,
    (MechanismConductance, "mechanism"): _driven,
    (VariableRecorder, "variable"): _at_node,
    (ProcessRecorder, "stimulus"): _labelled_stimuli,
    (ProcessRecorder, "variable"): _of_process,
    (SetUnit, "unit"): _units,
    (SetUnit, "radius_unit"): _units,
}
