"""Voltage clamps and leaks at a point."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from napari_neuron.spec.base import Spec
from napari_neuron.spec.placed import Placed, require_points
from napari_neuron.spec.waveform import Waveform
from napari_neuron.units import Megaohms, Microsiemens, Milliseconds, Millivolts

Level = Annotated[Millivolts, Field(ge=-1000, le=1000)]


class VoltageStep(Spec):
    """One step of a voltage clamp.

    Attributes
    ----------
    duration
        Duration, ms.
    level
        The command voltage, mV.
    """

    duration: Milliseconds = Field(default=10.0, gt=0)
    level: Millivolts = Field(default=-65.0, ge=-1000, le=1000)


class VoltageClamp(Placed):
    """A single-electrode voltage clamp that goes through steps (NEURON's SEClamp).

    Also takes the attributes of `Placed`: ``nodes``, ``cell``, ``label`` and ``enabled``.

    Attributes
    ----------
    steps
        The steps, one after another from time 0. After the last the clamp is off.
    series_resistance
        Resistance of the electrode, MΩ; the membrane differs from the command by the current
        times this.
    """

    kind: Literal["voltage_clamp"] = "voltage_clamp"
    steps: tuple[VoltageStep, ...] = Field(
        default=(
            VoltageStep(duration=10, level=-65),
            VoltageStep(duration=50, level=0),
            VoltageStep(duration=40, level=-65),
        ),
        min_length=1,
    )
    series_resistance: Megaohms = Field(default=1.0, ge=1e-9, le=1e6)


class VoltageWaveform(Waveform):
    """A single-electrode voltage clamp that follows points joined by straight lines.

    Also takes the attributes of `Placed`: ``nodes``, ``cell``, ``label`` and ``enabled``.

    Attributes
    ----------
    times
        Times of the points, ms, in order; two equal times make a jump. Before the first, the first
        level is held; after the last, the clamp is off.
    levels
        The command voltage at each time, mV.
    series_resistance
        Resistance of the electrode, MΩ; the membrane differs from the command by the current
        times this.
    """

    values_field: ClassVar[str] = "levels"

    kind: Literal["voltage_waveform"] = "voltage_waveform"
    times: tuple[Annotated[Milliseconds, Field(ge=0)], ...] = Field(min_length=2)
    levels: tuple[Level, ...] = Field(min_length=2)
    series_resistance: Megaohms = Field(default=1.0, ge=1e-9, le=1e6)

    @model_validator(mode="after")
    def _is_a_function_of_time(self) -> Self:
        require_points(self.times, self.levels, "levels")
        return self


class PointLeak(Placed):
    """A constant conductance with a reversal potential, like that of a wound or a sharp electrode.

    Also takes the attributes of `Placed`: ``nodes``, ``cell``, ``label`` and ``enabled``.

    Attributes
    ----------
    g
        Conductance, µS.
    e
        Reversal potential, mV.
    """

    kind: Literal["point_leak"] = "point_leak"
    g: Microsiemens = Field(default=0.001, gt=0, le=1e6)
    e: Millivolts = Field(default=0.0, ge=-1000, le=1000)
