"""The membranes of point neurons: NEURON's artificial cells IntFire1, IntFire2 and IntFire4."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from napari_neuron.errors import ExperimentError
from napari_neuron.spec.base import Spec
from napari_neuron.units import Milliseconds


class IntFire1(Spec):
    """An event adds its weight to m, which decays; at m = 1 the neuron fires and m returns to 0.

    NEURON's artificial cell of that name.

    Attributes
    ----------
    tau
        Time constant of m, ms.
    refrac
        Time after a spike during which events have no effect, ms.
    """

    kind: Literal["IntFire1"] = "IntFire1"
    tau: Milliseconds = Field(default=10.0, gt=0)
    refrac: Milliseconds = Field(default=5.0, ge=0)


class IntFire2(Spec):
    """An event adds its weight to a current that decays with taus; m follows the current.

    NEURON's artificial cell of that name.

    Attributes
    ----------
    taum
        Time constant of m, ms; shorter than ``taus``.
    taus
        Time constant of the synaptic current, ms.
    ib
        Constant current; above 1 the neuron fires spontaneously.
    """

    kind: Literal["IntFire2"] = "IntFire2"
    taum: Milliseconds = Field(default=10.0, gt=0)
    taus: Milliseconds = Field(default=20.0, gt=0)
    ib: float = Field(default=0.0)

    @model_validator(mode="after")
    def _current_is_slower(self) -> Self:
        _require_rising(self, "taum", "taus")
        return self


class IntFire4(Spec):
    """Fast excitatory current, slower inhibitory current that rises and falls, slowest m.

    A single excitatory event of weight 1 brings m just to 1. NEURON's artificial cell of that name
    (Hines & Carnevale 2004, Neurocomputing 58-60:1117).

    Attributes
    ----------
    taue
        Decay of the excitatory current (weights above 0), ms.
    taui1, taui2
        Rise and decay of the inhibitory current (weights below 0), ms.
    taum
        Time constant of m, ms. taue < taui1 < taui2 < taum.
    """

    kind: Literal["IntFire4"] = "IntFire4"
    taue: Milliseconds = Field(default=5.0, gt=0)
    taui1: Milliseconds = Field(default=10.0, gt=0)
    taui2: Milliseconds = Field(default=20.0, gt=0)
    taum: Milliseconds = Field(default=50.0, gt=0)

    @model_validator(mode="after")
    def _each_is_slower_than_the_last(self) -> Self:
        _require_rising(self, "taue", "taui1", "taui2", "taum")
        return self


PointModel = Annotated[IntFire1 | IntFire2 | IntFire4, Field(discriminator="kind")]

POINT_MODELS: dict[str, type[IntFire1] | type[IntFire2] | type[IntFire4]] = {
    "IntFire1": IntFire1,
    "IntFire2": IntFire2,
    "IntFire4": IntFire4,
}

RISING = {
    "IntFire1": (),
    "IntFire2": ("taum", "taus"),
    "IntFire4": ("taue", "taui1", "taui2", "taum"),
}
"""Time constants that must be in this order. NEURON would change them without a word."""


def _require_rising(model: Spec, *names: str) -> None:
    for name, slower in pairwise(names):
        if getattr(model, name) >= getattr(model, slower):
            raise ExperimentError(
                slower,
                f"{getattr(model, slower):g} ms must be longer than {name} = "
                f"{getattr(model, name):g} ms",
            )
