"""Lowers painted sections to what NEURON needs: cable values, mechanisms, ions, globals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from napari_neuron.compile.catalogue import Catalogue
from napari_neuron.compile.model import CompiledIonStyle, CompiledMechanism, FloatArray, IntArray
from napari_neuron.compile.paint import CABLE, ION_FIELDS
from napari_neuron.compile.profiles import Centres, painted_values
from napari_neuron.errors import ExperimentError
from napari_neuron.spec import CableProperties, DensityMechanism, HodgkinHuxley, Ions, Paint
from napari_neuron.spec.profile import Profile

NEURON_NAMES = {
    "pas": {"g": "g_pas", "e": "e_pas"},
    "hh": {"gnabar": "gnabar_hh", "gkbar": "gkbar_hh", "gl": "gl_hh", "el": "el_hh"},
}
"""Fields of each kind of paint with its own mechanism, and NEURON's names for them."""

_HH_POTENTIALS = {"ena": "ena", "ek": "ek"}
_EXTRACELLULAR = ("xraxial", "xg", "xc")  # the only ones without the mechanism's name behind
_DEFAULT_CABLE = CableProperties()


def neuron_name(mechanism: str, parameter: str, catalogue: Catalogue | None = None) -> str:
    """Return NEURON's name of a density mechanism's parameter: ``gbar_kdr``, ``x_kdr[2]``."""
    base, bracket, element = parameter.partition("[")
    known = catalogue.mechanism(mechanism) if catalogue is not None else None
    variable = known.parameter(base) if known is not None else None
    if variable is not None:
        return f"{variable.neuron_name}{bracket}{element}"
    if mechanism == "extracellular" and base in _EXTRACELLULAR:
        return parameter
    return f"{base}_{mechanism}{bracket}{element}"


def cable_values(
    field: str, winner: IntArray, paint: Sequence[Paint], centres: Centres
) -> FloatArray:
    """Return Ra (Ω·cm) or cm (µF/cm2) at every centre.

    Raises
    ------
    ExperimentError
        If a profile gives a value that is not positive.
    """
    cables = [p if isinstance(p, CableProperties) else _DEFAULT_CABLE for p in paint]
    fields = [f"paint[{index}].{field}" for index in range(len(paint))]
    values = painted_values(
        [getattr(cable, field) for cable in (*cables, _DEFAULT_CABLE)], winner, centres, fields
    )
    if not values.min() > 0:
        at = int(np.argmin(values))
        raise ExperimentError(
            fields[int(winner[at])],
            f"the profile gives {values[at]:g}; it must be above 0 (set its minimum)",
        )
    return values


class Membrane:
    """Lowers the mechanisms and ions of painted sections.

    Parameters
    ----------
    coats
        What the rows of ``winner`` are.
    winner : (n_coats, n_sections) int64
        Which paint covers each section.
    paint
        The experiment's paint.
    nseg : (n_sections,) int64
        Compartments of each section.
    centres
        The centres of the compartments.
    catalogue
        Tells which parameters are GLOBAL; without one none is.
    """

    def __init__(
        self,
        coats: Sequence[str],
        winner: IntArray,
        paint: Sequence[Paint],
        nseg: IntArray,
        centres: Centres,
        catalogue: Catalogue | None = None,
    ) -> None:
        self._rows = dict(zip(coats, winner, strict=True))
        self._paint = paint
        self._nseg = nseg
        self._centres = centres
        self._catalogue = catalogue

    def mechanisms(self) -> tuple[CompiledMechanism, ...]:
        """Return all mechanisms, ions last.

        Raises
        ------
        ExperimentError
            If a profile has no number somewhere.
        """
        with_ions = any("." in coat for coat in self._rows)
        compiled = []
        for coat, row in self._rows.items():
            if coat == CABLE or "." in coat or not (row >= 0).any():
                continue
            layers = [
                self._said_by(layer, index, coat, with_ions)
                for index, layer in enumerate(self._paint)
            ]
            names = dict.fromkeys(name for said in layers for name in said)
            sections, parameters = self._lowered(row, names, layers)
            compiled.append(CompiledMechanism(coat, sections, parameters))
        for ion in self._ions():
            for field, name in (("e", f"e{ion}"), ("inside", f"{ion}i"), ("outside", f"{ion}o")):
                row = self._rows.get(f"{ion}.{field}")
                if row is not None and (row >= 0).any():
                    layers = [
                        self._said_of_ion(layer, index, ion, field, name)
                        for index, layer in enumerate(self._paint)
                    ]
                    sections, parameters = self._lowered(row, [name], layers)
                    compiled.append(CompiledMechanism(f"{ion}_ion", sections, parameters))
        return tuple(compiled)

    def ion_styles(self) -> tuple[CompiledIonStyle, ...]:
        """Return how the painted ions are to be treated, section by section.

        A painted potential holds; otherwise it follows from painted concentrations. Painted styles
        override both.
        """
        styles = []
        none = np.full(len(self._nseg), -1)
        for ion in self._ions():
            e, inside, outside, style = (
                self._rows.get(f"{ion}.{field}", none) for field in ION_FIELDS
            )
            has_e, has_concentration = e >= 0, (inside >= 0) | (outside >= 0)
            if not any(isinstance(p, Ions) and p.ion == ion for p in self._paint):
                continue
            combined = np.stack([has_e, has_concentration, style])
            for e_here, concentration_here, by in np.unique(combined, axis=1).T.tolist():
                if not (e_here or concentration_here or by >= 0):
                    continue
                same = combined == np.array([[e_here], [concentration_here], [by]])
                styles.append(
                    _ion_style(
                        ion,
                        np.flatnonzero(same.all(axis=0)),
                        has_e=bool(e_here),
                        has_concentration=bool(concentration_here),
                        painted=self._paint[by] if by >= 0 else None,
                    )
                )
        return tuple(styles)

    def globals(self) -> tuple[tuple[str, float], ...]:
        """Return the GLOBAL parameters that paint sets, by NEURON's name.

        Raises
        ------
        ExperimentError
            If one is given two values, or a profile.
        """
        found: dict[str, tuple[float, str]] = {}
        for index, layer in enumerate(self._paint):
            if not isinstance(layer, DensityMechanism):
                continue
            for place, parameter in enumerate(layer.parameters):
                if not self._is_global(layer.name, parameter.name):
                    continue
                field = f"paint[{index}].parameters[{place}].value"
                name = neuron_name(layer.name, parameter.name, self._catalogue)
                if not isinstance(parameter.value, int | float):
                    raise ExperimentError(
                        field, f"{parameter.name} of {layer.name} is GLOBAL: it has one number"
                    )
                value, where = found.setdefault(name, (float(parameter.value), field))
                if value != parameter.value:
                    raise ExperimentError(
                        field,
                        f"{parameter.name} of {layer.name} is GLOBAL, and {where} sets it to "
                        f"{value:g}; give both the same number",
                    )
        return tuple((name, value) for name, (value, _) in found.items())

    def _ions(self) -> list[str]:
        return list(dict.fromkeys(c.partition(".")[0] for c in self._rows if "." in c))

    def _is_global(self, mechanism: str, parameter: str) -> bool:
        known = self._catalogue.mechanism(mechanism) if self._catalogue is not None else None
        variable = known.parameter(parameter.partition("[")[0]) if known is not None else None
        return variable is not None and variable.scope == "global"

    def _said_by(
        self, layer: Paint, index: int, coat: str, with_ions: bool
    ) -> dict[str, tuple[Any, str]]:
        """Return a layer's values of a mechanism and their fields, by NEURON's name."""
        where = f"paint[{index}]"
        if isinstance(layer, DensityMechanism):
            if layer.name != coat:
                return {}
            return {
                neuron_name(coat, p.name, self._catalogue): (
                    p.value,
                    f"{where}.parameters[{place}].value",
                )
                for place, p in enumerate(layer.parameters)
                if not self._is_global(coat, p.name)
            }
        if layer.kind != coat:
            return {}
        names = NEURON_NAMES[layer.kind]
        if isinstance(layer, HodgkinHuxley) and not with_ions:
            names = names | _HH_POTENTIALS
        return {name: (getattr(layer, f), f"{where}.{f}") for f, name in names.items()}

    def _said_of_ion(
        self, layer: Paint, index: int, ion: str, field: str, name: str
    ) -> dict[str, tuple[Any, str]]:
        if isinstance(layer, Ions) and layer.ion == ion:
            return {name: (getattr(layer, field), f"paint[{index}].{field}")}
        if isinstance(layer, HodgkinHuxley) and field == "e" and name in _HH_POTENTIALS:
            return {name: (getattr(layer, name), f"paint[{index}].{name}")}
        return {}

    def _lowered(
        self, row: IntArray, names: Any, layers: Sequence[dict[str, tuple[Any, str]]]
    ) -> tuple[IntArray, tuple[tuple[str, FloatArray], ...]]:
        sections = np.flatnonzero(row >= 0)
        there = np.repeat(row >= 0, self._nseg)
        winner = np.repeat(row, self._nseg)
        nothing: tuple[float | Profile | None, str] = (None, "")
        parameters = []
        for name in names:
            said = [layer.get(name, nothing) for layer in layers]
            values = painted_values(
                [value for value, _ in (*said, nothing)],
                winner,
                self._centres,
                [field for _, field in said],
            )
            parameters.append((name, values[there]))
        return sections, tuple(parameters)


def _ion_style(
    ion: str, sections: IntArray, *, has_e: bool, has_concentration: bool, painted: Any
) -> CompiledIonStyle:
    style = {
        "concentration": -1,
        "potential": -1,
        "nernst_at_start": -1,
        "nernst_while_running": -1,
        "concentration_at_start": -1,
    }
    if has_concentration:
        style |= {"potential": 2, "nernst_at_start": 1, "concentration_at_start": 0}
    if has_e:
        style |= {"potential": 1, "nernst_at_start": 0, "nernst_while_running": 0}
    if painted is not None and painted.style is not None:
        chosen = {name: getattr(painted.style, name) for name in style}
        style |= {name: int(value) for name, value in chosen.items() if value is not None}
    return CompiledIonStyle(ion=ion, sections=sections, **style)
