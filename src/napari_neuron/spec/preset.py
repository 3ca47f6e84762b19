"""Presets: named paint, with the source of its numbers."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from napari_neuron.spec.base import Spec
from napari_neuron.spec.mod_file import ModFile
from napari_neuron.spec.paint import Paint
from napari_neuron.units import Celsius, Millivolts


class Preset(Spec):
    """Reusable paint.

    Attributes
    ----------
    name
        Name shown in lists.
    source
        Source of the numbers.
    paint
        The layers of paint, as in an experiment.
    celsius, v_init
        Temperature (°C) and initial voltage (mV) for which the numbers are meant; None if
        unspecified.
    mod_files
        The MOD files of its mechanisms.
    """

    version: Literal[1] = 1
    name: str = Field(min_length=1, max_length=80)
    source: str = ""
    paint: tuple[Paint, ...] = Field(min_length=1)
    celsius: Celsius | None = Field(default=None, ge=-50, le=100)
    v_init: Millivolts | None = Field(default=None, ge=-1000, le=1000)
    mod_files: tuple[ModFile, ...] = ()
