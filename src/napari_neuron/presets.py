"""Presets: those that come with the package, each from a published source, and the user's own.

The user's own are JSON files in the folder ``presets`` of `napari_neuron.folders.config_folder`.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import tempfile
from pathlib import Path

import numpy as np

from napari_neuron.compile.paint import painted_by
from napari_neuron.errors import ExperimentError
from napari_neuron.folders import config_folder
from napari_neuron.morphology.model import Morphology
from napari_neuron.spec import (
    CableProperties,
    HodgkinHuxley,
    NoneOf,
    Paint,
    Passive,
    Preset,
    SwcTypes,
)

PASSIVE_FLY = Preset(
    name="Passive fly neuron",
    source=(
        "Tobin, Wilson & Lee (2017), Wiring variations that enable and constrain neural "
        "computation in a sensory microcircuit, eLife 6:e24838: Ra 266.1 Ω·cm, cm 0.8 µF/cm2, "
        "Rm 20.8 kΩ·cm2, leak reversal -60 mV, fitted to recordings of antennal lobe projection "
        "neurons."
    ),
    paint=(CableProperties(Ra=266.1, cm=0.8), Passive(g=1 / 20800, e=-60)),
    v_init=-60,
)

SQUID_AXON = Preset(
    name="Squid giant axon",
    source=(
        "Hodgkin & Huxley (1952), A quantitative description of membrane current and its "
        "application to conduction and excitation in nerve, J. Physiol. 117:500-544, as "
        "implemented by NEURON's hh: rest at -65 mV, 6.3 °C, Ra 35.4 Ω·cm, cm 1 µF/cm2."
    ),
    paint=(
        CableProperties(Ra=35.4, cm=1.0),
        HodgkinHuxley(gnabar=0.12, gkbar=0.036, gl=0.0003, el=-54.3, ena=50, ek=-77),
    ),
    celsius=6.3,
    v_init=-65,
)

PASSIVE_PYRAMIDAL = Preset(
    name="Passive pyramidal cell",
    source=(
        "Mainen & Sejnowski (1996), Influence of dendritic structure on firing pattern in model "
        "neocortical neurons, Nature 382:363-366 (their model's code: Ra 150 Ω·cm, cm 0.75 µF/cm2, "
        "Rm 30 kΩ·cm2, rest at -70 mV, 37 °C). Without their spines, myelin and channels."
    ),
    paint=(CableProperties(Ra=150, cm=0.75), Passive(g=1 / 30000, e=-70)),
    celsius=37,
    v_init=-70,
)

ACTIVE_PYRAMIDAL = Preset(
    name="Active pyramidal cell (built-in channels)",
    source=(
        "The NEURON documentation, CellBuilder tutorial “Managing a model cell with complex "
        "anatomy”: hh in soma and axon; a leak of Rm 30 kΩ·cm2 and -65 mV in the dendrites; in the "
        "apical dendrites a tenth of hh's sodium and potassium conductance besides; Ra 160 Ω·cm, "
        "cm 1 µF/cm2. Squid channels at squid temperature: for trying things out."
    ),
    paint=(
        CableProperties(Ra=160, cm=1.0),
        Passive(g=3.333e-5, e=-65, region=NoneOf(regions=(SwcTypes(types=(1, 2)),))),
        HodgkinHuxley(region=SwcTypes(types=(1, 2))),
        HodgkinHuxley(gnabar=0.012, gkbar=0.0036, gl=0.0, region=SwcTypes(types=(4,))),
    ),
    celsius=6.3,
    v_init=-65,
)

BUILT_IN = (PASSIVE_FLY, SQUID_AXON, PASSIVE_PYRAMIDAL, ACTIVE_PYRAMIDAL)


def presets() -> tuple[Preset, ...]:
    """Return the presets that come with the package, then the user's own by name.

    Files that are not presets are left out.
    """
    return (*BUILT_IN, *own_presets())


def own_presets() -> tuple[Preset, ...]:
    """Return the user's own presets by name; files that are not presets are left out."""
    own = []
    for path in sorted(_folder().glob("*.json")) if _folder().is_dir() else ():
        with contextlib.suppress(OSError, ExperimentError):
            own.append(load_preset(path))
    return tuple(sorted(own, key=lambda preset: preset.name.lower()))


def load_preset(path: str | Path) -> Preset:
    """Read a preset from a JSON file.

    Raises
    ------
    ExperimentError
        If the file is not a preset; the message names file and field.
    OSError
        If the file cannot be read.
    """
    try:
        values = json.loads(Path(path).read_bytes())
    except (ValueError, RecursionError) as error:
        raise ExperimentError(str(path), f"this is not a JSON file: {error}") from None
    if not isinstance(values, dict):
        raise ExperimentError(str(path), "this JSON is not a preset: an object was expected")
    try:
        return Preset(**values)
    except ExperimentError as error:
        raise ExperimentError(f"{path}: {error.field}", error.problem) from None


def save_preset(preset: Preset) -> Path:
    """Save a preset among the user's own; one of the same name is replaced.

    Returns
    -------
    Path
        The file, which can be shared.

    Raises
    ------
    ExperimentError
        If a preset that comes with the package has this name.
    OSError
        If the file cannot be written.
    """
    if any(preset.name == known.name for known in BUILT_IN):
        raise ExperimentError(
            "name", f"{preset.name!r} comes with the package; choose another name"
        )
    path = _path_of(preset.name)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, suffix=".part")
    with open(handle, "w", encoding="utf-8") as file:
        file.write(preset.model_dump_json(indent=2) + "\n")
    os.replace(temporary, path)
    return path


def delete_preset(name: str) -> None:
    """Delete one of the user's own presets; does nothing if there is none of that name."""
    _path_of(name).unlink(missing_ok=True)


def rename_preset(name: str, other: str) -> Path:
    """Rename one of the user's own presets; returns its new file.

    Raises
    ------
    ExperimentError
        If there is no preset of that name, or the other name is taken.
    OSError
        If the files cannot be written.
    """
    own = {preset.name: preset for preset in own_presets()}
    if name not in own:
        raise ExperimentError("name", f"you have no preset called {name!r}")
    if other in own and other != name:
        raise ExperimentError("name", f"there is a preset called {other!r} already")
    path = save_preset(own[name].replace(name=other))
    if other != name:
        delete_preset(name)
    return path


def paint_for(preset: Preset, morphology: Morphology) -> tuple[Paint, ...]:
    """Return the layers of a preset whose regions the cell has.

    For example, it leaves out a layer on the axon if the cell has none, because an experiment with
    such a layer would be refused.
    """
    fitting = []
    for layer in preset.paint:
        with contextlib.suppress(ExperimentError):
            if np.any(painted_by(layer, morphology)):
                fitting.append(layer)
    return tuple(fitting)


def _folder() -> Path:
    return config_folder() / "presets"


def _path_of(name: str) -> Path:
    # readable, and one file for each name: what is not a letter or digit is written as its code
    slug = re.sub(r"[^\w-]", lambda found: f"%{ord(found[0]):x}", name.replace(" ", "_"))
    return _folder() / f"{slug}.json"
