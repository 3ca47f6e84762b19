"""How sections are divided into compartments; always an odd number per section."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from napari_neuron.spec.base import Spec
from napari_neuron.units import Hertz, Micrometres


class DLambda(Spec):
    """Compartments no longer than a fraction of the AC length constant.

    This is the rule of Hines & Carnevale (2001), The Neuroscientist 7:123.

    Attributes
    ----------
    d_lambda
        The fraction of the length constant.
    frequency
        Frequency at which the length constant is taken, Hz.
    """

    kind: Literal["d_lambda"] = "d_lambda"
    d_lambda: float = Field(default=0.1, gt=0, le=10)
    frequency: Hertz = Field(default=100.0, gt=0, le=1e6)


class MaximumLength(Spec):
    """Compartments no longer than a length.

    Attributes
    ----------
    length
        µm.
    """

    kind: Literal["maximum_length"] = "maximum_length"
    length: Micrometres = Field(default=10.0, gt=0, le=1e6)


Discretisation = Annotated[DLambda | MaximumLength, Field(discriminator="kind")]
