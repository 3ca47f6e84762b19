"""What kinds and fields of an experiment are called in the windows, in one place."""

from __future__ import annotations

import re
from inspect import getdoc

from napari_neuron.morphology.check import TYPE_NAMES
from napari_neuron.spec.base import Spec

KIND_NAMES = {
    "cable": "Cable properties",
    "pas": "Passive (pas)",
    "hh": "Hodgkin–Huxley (hh)",
    "everywhere": "everywhere",
    "swc_types": "SWC types",
    "labelled": "labels",
    "picked_nodes": "picked nodes",
    "current_pulse": "Current pulse",
    "alpha_synapse": "Alpha synapse",
    "exp2_synapse": "Exp2 synapse",
    "voltage": "Voltage",
    "spikes": "Spikes",
    "d_lambda": "d_lambda rule",
    "maximum_length": "maximum length",
}

_FIELD_NAMES = {
    "Ra": "Axial resistivity",
    "cm": "Capacitance",
    "gnabar": "Sodium, g",
    "gkbar": "Potassium, g",
    "gl": "Leak, g",
    "el": "Leak, e",
    "ena": "Sodium, e",
    "ek": "Potassium, e",
    ("pas", "g"): "Conductance, g",
    "e": "Reversal, e",
    "tau": "Time constant",
    "tau1": "Rise time",
    "tau2": "Decay time",
    "gmax": "Peak conductance",
    "weight": "Peak conductance",
    "start": "First event",
    "number": "Events",
    "interval": "Event interval",
    ("exp2_synapse", "delay"): "Synaptic delay",
    "label": "Name",
    "whole_sections": "Extend to whole sections",
    "dt": "Time step",
    "celsius": "Temperature",
    "v_init": "Initial voltage",
    "frame_interval": "Frame every",
    "d_lambda": "d_lambda",
    ("maximum_length", "length"): "At most",
    ("d_lambda", "frequency"): "At frequency",
}


def kind_of(spec: Spec | type[Spec]) -> str:
    """Return the ``kind`` tag of a spec, "" if it has none."""
    model = spec if isinstance(spec, type) else type(spec)
    tag = model.model_fields.get("kind")
    return str(tag.default) if tag is not None else ""


def kind_name(spec: Spec | type[Spec]) -> str:
    """Return what a kind of paint, stimulus, recorder or region is called."""
    kind = kind_of(spec)
    return KIND_NAMES.get(kind, kind.replace("_", " ").capitalize())


def field_name(spec_type: type[Spec], field: str) -> str:
    """Return what a field is called in a form."""
    special = _FIELD_NAMES.get((kind_of(spec_type), field)) or _FIELD_NAMES.get(field)
    return special or field.replace("_", " ").capitalize()


def field_help(spec_type: type[Spec], field: str) -> str:
    """Return what a class, or the one it extends, says about a field in its docstring, or ""."""
    for owner in spec_type.__mro__:
        lines = (getdoc(owner) or "").splitlines()
        for index, line in enumerate(lines):
            if not line.startswith(" ") and field in re.split(r",\s*", line):
                below = lines[index + 1 :]
                ends = (i for i, text in enumerate(below) if not text.startswith("    "))
                return " ".join(text.strip() for text in below[: next(ends, len(below))])
    return ""


def swc_type_name(swc_type: int) -> str:
    """Return "2 axon", "7 custom"."""
    return f"{swc_type} {TYPE_NAMES.get(swc_type, 'custom')}"


def nodes_in_words(nodes: tuple[int, ...]) -> str:
    """Return "node 20", "nodes 1, 2, 3", "1,290 nodes"."""
    if len(nodes) == 1:
        return f"node {nodes[0]}"
    if len(nodes) <= 4:
        return "nodes " + ", ".join(map(str, nodes))
    return f"{len(nodes):,} nodes"
