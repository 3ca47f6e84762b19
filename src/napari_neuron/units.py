"""Units as part of a field's type: written once, read by the forms, the checks and the docs.

World coordinates are in µm. Time ms, voltage mV, current nA, point conductance µS, density
conductance S/cm2, capacitance µF/cm2, axial resistivity Ω·cm: NEURON's own units throughout.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any


@dataclass(frozen=True)
class Unit:
    """The unit of a number, as shown to the user."""

    symbol: str

    def __str__(self) -> str:
        return self.symbol


Micrometres = Annotated[float, Unit("µm")]
Milliseconds = Annotated[float, Unit("ms")]
Millivolts = Annotated[float, Unit("mV")]
Nanoamperes = Annotated[float, Unit("nA")]
Microsiemens = Annotated[float, Unit("µS")]
SiemensPerCm2 = Annotated[float, Unit("S/cm2")]
MicrofaradsPerCm2 = Annotated[float, Unit("µF/cm2")]
Millimolar = Annotated[float, Unit("mM")]
OhmCm = Annotated[float, Unit("Ω·cm")]
Celsius = Annotated[float, Unit("°C")]
Hertz = Annotated[float, Unit("Hz")]
Megaohms = Annotated[float, Unit("MΩ")]
Degrees = Annotated[float, Unit("°")]


def unit_of(metadata: list[Any] | tuple[Any, ...]) -> str:
    """Return the unit symbol among a field's metadata, or "" for a plain number.

    Parameters
    ----------
    metadata
        ``model_fields[name].metadata`` of a pydantic model.
    """
    for item in metadata:
        if isinstance(item, Unit):
            return item.symbol
    return ""
