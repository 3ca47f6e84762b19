"""Paint: cable properties and mechanisms on a region; where two overlap, the later wins."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

from pydantic import Field, model_validator

from napari_neuron.errors import ExperimentError
from napari_neuron.spec.base import Spec
from napari_neuron.spec.profile import Profile, number_or_profile
from napari_neuron.spec.region import Everywhere, Region
from napari_neuron.units import (
    MicrofaradsPerCm2,
    Millimolar,
    Millivolts,
    OhmCm,
    SiemensPerCm2,
)

if TYPE_CHECKING:
    Resistivity: TypeAlias = float | Profile
    Capacitance: TypeAlias = float | Profile
    Potential: TypeAlias = float | Profile
    Concentration: TypeAlias = float | Profile
    Value: TypeAlias = float | Profile
else:
    Resistivity = number_or_profile(Annotated[OhmCm, Field(gt=0, le=1e6)])
    Capacitance = number_or_profile(Annotated[MicrofaradsPerCm2, Field(gt=0, le=1e4)])
    Potential = number_or_profile(Annotated[Millivolts, Field(ge=-1000, le=1000)])
    Concentration = number_or_profile(Annotated[Millimolar, Field(ge=0, le=1e6)])
    Value = number_or_profile(float)


class PaintLayer(Spec):
    """Where a layer of paint goes.

    Attributes
    ----------
    region
        The nodes; paint covers exactly the edges above them.
    cell
        Name of the cell; None for every cell.
    whole_sections
        Extend the region to every unbranched run it touches, as NEURON's own ``insert`` and navis
        do: a region that ends within a run then covers the whole run.
    """

    region: Region = Everywhere()
    cell: str | None = None
    whole_sections: bool = False


class CableProperties(PaintLayer):
    """Axial resistivity and membrane capacitance.

    Also takes the attributes of `PaintLayer`: ``region``, ``cell`` and ``whole_sections``.

    Attributes
    ----------
    Ra
        Axial resistivity, Ω·cm; a number or a `Profile`.
    cm
        Specific membrane capacitance, µF/cm2; a number or a `Profile`.
    """

    kind: Literal["cable"] = "cable"
    Ra: Resistivity = 35.4
    cm: Capacitance = 1.0


class Passive(PaintLayer):
    """A leak: NEURON's ``pas``.

    Also takes the attributes of `PaintLayer`: ``region``, ``cell`` and ``whole_sections``.

    Attributes
    ----------
    g
        Conductance, S/cm2.
    e
        Reversal potential, mV.
    """

    kind: Literal["pas"] = "pas"
    g: SiemensPerCm2 = Field(default=0.001, ge=0, le=1e3)
    e: Millivolts = Field(default=-70.0, ge=-1000, le=1000)


class HodgkinHuxley(PaintLayer):
    """Squid sodium, potassium and leak currents: NEURON's ``hh``.

    After Hodgkin & Huxley (1952), J. Physiol. 117:500; the rates are those at 6.3 °C. Also takes
    the attributes of `PaintLayer`: ``region``, ``cell`` and ``whole_sections``.

    Attributes
    ----------
    gnabar, gkbar, gl
        Maximal sodium and potassium conductance and leak conductance, S/cm2.
    el, ena, ek
        Reversal potentials, mV.
    """

    kind: Literal["hh"] = "hh"
    gnabar: SiemensPerCm2 = Field(default=0.12, ge=0, le=1e3)
    gkbar: SiemensPerCm2 = Field(default=0.036, ge=0, le=1e3)
    gl: SiemensPerCm2 = Field(default=0.0003, ge=0, le=1e3)
    el: Millivolts = Field(default=-54.3, ge=-1000, le=1000)
    ena: Millivolts = Field(default=50.0, ge=-1000, le=1000)
    ek: Millivolts = Field(default=-77.0, ge=-1000, le=1000)


class Parameter(Spec):
    """One parameter of a mechanism.

    Attributes
    ----------
    name
        As in the mechanism's MOD file: ``gnabar``, not ``gnabar_hh``. An element of an array is
        ``xraxial[0]``.
    value
        In the parameter's own unit (see `read_catalogue`); a number or a `Profile`.
    """

    name: str = Field(min_length=1, pattern=r"^[A-Za-z_]\w*(\[\d+\])?$")
    value: Value


class DensityMechanism(PaintLayer):
    """Any density mechanism NEURON knows, built in or from a MOD file.

    Parameters you leave out keep the mechanism's defaults. A parameter that is GLOBAL in the MOD
    file has one value, whatever the region. Also takes the attributes of `PaintLayer`: ``region``,
    ``cell`` and ``whole_sections``.

    Attributes
    ----------
    name
        NEURON's name: the SUFFIX of the MOD file.
    parameters
        The parameters that differ from the mechanism's defaults.
    """

    kind: Literal["density_mechanism"] = "density_mechanism"
    name: str = Field(min_length=1, pattern=r"^[A-Za-z]\w*$")
    parameters: tuple[Parameter, ...] = ()

    @model_validator(mode="after")
    def _parameters_are_named_once(self) -> DensityMechanism:
        seen = set()
        for index, parameter in enumerate(self.parameters):
            if parameter.name in seen:
                raise ExperimentError(
                    f"parameters[{index}].name", f"{parameter.name!r} is given twice"
                )
            seen.add(parameter.name)
        return self


class IonStyle(Spec):
    """How NEURON treats an ion's concentrations and reversal potential; see its ``ion_style``.

    None leaves what the mechanisms require.

    Attributes
    ----------
    concentration, potential
        0: unused, 1: parameter, 2: assigned, 3: state.
    nernst_at_start, nernst_while_running
        Compute the reversal potential from the concentrations, at time 0 and at every step.
    concentration_at_start
        Start from NEURON's global concentration instead of the painted one.
    """

    concentration: Literal[0, 1, 2, 3] | None = None
    potential: Literal[0, 1, 2, 3] | None = None
    nernst_at_start: bool | None = None
    nernst_while_running: bool | None = None
    concentration_at_start: bool | None = None


class Ions(PaintLayer):
    """Reversal potential and concentrations of one ion.

    A value of None is not painted: it keeps what earlier paint set, or NEURON's default. If you
    give a reversal potential, it holds whatever the concentrations are; if you give only
    concentrations, it follows from them by the Nernst equation and replaces a potential painted
    earlier, that of `HodgkinHuxley` included. ``style`` overrides that. Also takes the attributes
    of `PaintLayer`: ``region``, ``cell`` and ``whole_sections``.

    Attributes
    ----------
    ion
        NEURON's name: na, k, ca, or an ion defined in a MOD file.
    e
        Reversal potential, mV.
    inside, outside
        Concentrations, mM.
    style
        An `IonStyle`, for experts.
    """

    kind: Literal["ions"] = "ions"
    ion: str = Field(min_length=1, pattern=r"^[A-Za-z]\w*$")
    e: Potential | None = None
    inside: Concentration | None = None
    outside: Concentration | None = None
    style: IonStyle | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Ions:
        if self.e is None and self.inside is None and self.outside is None and self.style is None:
            raise ExperimentError("e", "give a reversal potential or a concentration")
        return self


Paint = Annotated[
    CableProperties | Passive | HodgkinHuxley | DensityMechanism | Ions,
    Field(discriminator="kind"),
]
