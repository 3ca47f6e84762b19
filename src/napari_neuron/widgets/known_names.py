"""Names of NEURON's and of the experiment that a field may hold, for its list of choices."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from napari_neuron.spec import (
    DensityMechanism,
    HodgkinHuxley,
    Ions,
    MechanismConductance,
    Passive,
    PointProcess,
    ProcessRecorder,
    SetUnit,
    VariableRecorder,
)
from napari_neuron.spec.base import Spec
from napari_neuron.widgets.cell_in_view import CellInView

Names = Callable[[CellInView], Sequence[str]]


def for_field(spec_type: type[Spec], field: str) -> Names | None:
    """Return what knows the names a field may hold, None if it is no such field."""
    return _KNOWN.get((spec_type, field))


def painted_mechanisms(view: CellInView) -> list[str]:
    """Return the density mechanisms of the experiment's paint."""
    names = []
    for layer in view.experiment.paint:
        if isinstance(layer, DensityMechanism):
            names.append(layer.name)
        elif isinstance(layer, Passive | HodgkinHuxley):
            names.append(layer.kind)
    return list(dict.fromkeys(names))


def variables(view: CellInView) -> list[str]:
    """Return the variables of the membrane, as it is painted, that can be recorded."""
    found = ["i_membrane_", "i_cap"]
    catalogue = view.catalogue
    if catalogue is None:
        return found
    mechanisms = [catalogue.mechanism(name) for name in painted_mechanisms(view)]
    ions = [layer.ion for layer in view.experiment.paint if isinstance(layer, Ions)]
    for mechanism in mechanisms:
        for use in mechanism.ions if mechanism is not None else ():
            ions.append(use.ion)
    for mechanism in mechanisms:
        for variable in mechanism.recordable if mechanism is not None else ():
            elements = range(variable.size) if variable.size > 1 else ()
            name = variable.neuron_name
            found += [f"{name}[{i}]" for i in elements] or [name]
    for ion in dict.fromkeys(ions):
        found += [f"i{ion}", f"e{ion}", f"{ion}i", f"{ion}o"]
    return list(dict.fromkeys(found))


def _ions(view: CellInView) -> list[str]:
    return [ion.name for ion in view.catalogue.ions] if view.catalogue else ["na", "k", "ca"]


def _density(view: CellInView) -> list[str]:
    return [m.name for m in view.catalogue.of_kind("density")] if view.catalogue else []


def point_processes(view: CellInView, *, driven: bool = False) -> list[str]:
    """Return the point processes there are; ``driven``: only those that events act on."""
    if view.catalogue is None:
        return []
    return [m.name for m in view.catalogue.of_kind("point_process") if m.takes_events or not driven]


def _driven(view: CellInView) -> list[str]:
    return point_processes(view, driven=True)


def _labelled_stimuli(view: CellInView) -> list[str]:
    return [stimulus.label for stimulus in view.experiment.stimuli if stimulus.label]


def _of_processes(view: CellInView) -> list[str]:
    return ["i", "g"]


def _units(view: CellInView) -> list[str]:
    return ["um", "nm", "8 nm"]


_KNOWN: dict[tuple[type[Spec], str], Names] = {
    (Ions, "ion"): _ions,
    (DensityMechanism, "name"): _density,
    (PointProcess, "mechanism"): point_processes,
    (MechanismConductance, "mechanism"): _driven,
    (VariableRecorder, "variable"): variables,
    (ProcessRecorder, "stimulus"): _labelled_stimuli,
    (ProcessRecorder, "variable"): _of_processes,
    (SetUnit, "unit"): _units,
    (SetUnit, "radius_unit"): _units,
}
