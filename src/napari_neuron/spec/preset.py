"""Presets: paint under a name, with the source of its numbers."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from napari_neuron.spec.base import Spec
from napari_neuron.spec.mod_file import ModFile
from napari_neuron.spec.paint import Paint
from napari_neuron.units import Celsius, Millivolts


class Preset(Spec):
    """Paint that people use again and again.

    Attributes
    ----------
    name
        What it is called in lists.
    source
        Where the numbers come from.
    paint
        As in an experiment.
    celsius, v_init
        Temperature (°C) and initial voltage (mV) that the numbers are meant for; None where they
        do not say.
    mod_files
        MOD files its mechanisms come from.
    """

    version: Literal[1] = 1
    name: str = Field(min_length=1, max_length=80)
    source: str = ""
    paint: tuple[Paint, ...] = Field(min_length=1)
    celsius: Celsius | None = Field(default=None, ge=-50, le=100)
    v_init: Millivolts | None = Field(default=None, ge=-1000, le=1000)
    mod_files: tuple[ModFile, ...] = ()
