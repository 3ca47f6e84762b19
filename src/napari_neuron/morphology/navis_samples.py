"""The neurons that navis ships, read from its files: to import navis itself takes seconds."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path

from napari_neuron.errors import MorphologyError
from napari_neuron.morphology.guess import parse_unit
from napari_neuron.morphology.model import Morphology
from napari_neuron.morphology.navis_bridge import connector_table
from napari_neuron.morphology.swc import read_swc

_UNIT = "8 nm"
"""Voxels of the hemibrain (Scheffer et al. 2020, eLife 9:e57443)."""


def navis_samples() -> dict[str, Morphology]:
    """Return the cells of ``navis.example_neurons()`` in µm, with their synapses.

    Returns
    -------
    dict of str to Morphology
        Projection neurons of the hemibrain by their ids there, in order. All have the name of
        their type.

    Raises
    ------
    MorphologyError
        If navis is not installed, or ships them no more.
    """
    import pandas as pd

    spec = find_spec("navis")
    if spec is None or spec.origin is None:
        raise MorphologyError("the sample neurons come with navis; install it: pip install navis")
    data = Path(spec.origin).parent / "data"
    files = sorted((data / "swc").glob("*.swc"))
    if not files:
        raise MorphologyError(f"this version of navis ships no neurons: {data} has none")
    names = json.loads((data / "meta.json").read_text(encoding="utf-8"))
    unit = parse_unit(_UNIT, "voxels of the hemibrain")
    cells = {}
    for file in files:
        cell = read_swc(file, units=_UNIT, name=names[file.stem]["instance"])
        synapses = pd.read_csv(data / "synapses" / f"{file.stem}.csv")
        # without source: the file has no synapses, and is not the person's
        cells[file.stem] = cell.replace(
            connectors=connector_table(synapses, unit), unit_evidence=unit.evidence, source=None
        )
    return cells
