"""Paint: cable properties and mechanisms on a region; of two that overlap the later wins."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from napari_neuron.spec.base import Spec
from napari_neuron.spec.region import Everywhere, Region
from napari_neuron.units import MicrofaradsPerCm2, Millivolts, OhmCm, SiemensPerCm2


class PaintLayer(Spec):
    """Where a layer of paint goes.

    Attributes
    ----------
    region
        The nodes; paint holds on the edges above them, to the micrometre.
    cell
        Name of the cell; None for every cell.
    whole_sections
        Extend the region to every unbranched run it touches, as NEURON's own ``insert`` and navis
        do. A region that ends within a run then covers all of it.
    """

    region: Region = Everywhere()
    cell: str | None = None
    whole_sections: bool = False


class CableProperties(PaintLayer):
    """Axial resistivity and membrane capacitance.

    Attributes
    ----------
    Ra
        Axial resistivity, Ω·cm.
    cm
        Specific membrane capacitance, µF/cm2.
    """

    kind: Literal["cable"] = "cable"
    Ra: OhmCm = Field(default=35.4, gt=0, le=1e6)
    cm: MicrofaradsPerCm2 = Field(default=1.0, gt=0, le=1e4)


class Passive(PaintLayer):
    """A leak: NEURON's ``pas``.

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
    """Squid sodium, potassium and leak currents: NEURON's ``hh`` (Hodgkin & Huxley 1952).

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


Paint = Annotated[CableProperties | Passive | HodgkinHuxley, Field(discriminator="kind")]
