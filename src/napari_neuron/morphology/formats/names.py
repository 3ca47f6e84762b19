"""SWC types from the names of sections, for formats that have names but no types."""

from __future__ import annotations

import re

from napari_neuron.morphology.model import APICAL_DENDRITE, AXON, BASAL_DENDRITE, SOMA

_TYPES = (
    (re.compile(r"soma|cell_?body|perikaryon", re.IGNORECASE), SOMA),
    (re.compile(r"apic|tuft|trunk|oblique", re.IGNORECASE), APICAL_DENDRITE),
    (re.compile(r"axon|hillock|^ais|iseg|initseg|myelin|ranvier", re.IGNORECASE), AXON),
    (re.compile(r"dend|basal", re.IGNORECASE), BASAL_DENDRITE),
)


def type_of_name(name: str) -> int | None:
    """Return the SWC type that a name such as ``apic[3]`` or ``soma_group`` says, else None."""
    for pattern, swc_type in _TYPES:
        if pattern.search(name):
            return swc_type
    return None
