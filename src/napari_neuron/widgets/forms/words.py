"""The names of kinds and fields of an experiment in the windows, in one place."""

from __future__ import annotations

import re
from functools import cache
from inspect import getdoc

from napari_neuron.morphology.check import TYPE_NAMES
from napari_neuron.spec.base import Spec

KIND_NAMES = {
    "cable": "Cable properties",
    "pas": "Passive (pas)",
    "hh": "Hodgkin–Huxley (hh)",
    "density_mechanism": "Mechanism",
    "ions": "Ions",
    "everywhere": "everywhere",
    "swc_types": "SWC types",
    "labelled": "labels",
    "picked_nodes": "picked nodes",
    "path_distance": "path distance",
    "radius_range": "radius",
    "branch_order": "branch order",
    "subtree": "from a node outwards",
    "all_of": "all of … (and)",
    "any_of": "any of … (or)",
    "none_of": "none of … (not)",
    "linear": "linear",
    "exponential": "exponential",
    "sigmoid": "sigmoid",
    "step": "step",
    "gaussian": "Gaussian",
    "table": "table",
    "current_pulse": "Current pulse",
    "current_pulse_train": "Pulse train",
    "current_ramp": "Current ramp",
    "current_sine": "Sine current",
    "current_chirp": "Chirp current",
    "current_noise": "Noise current",
    "current_waveform": "Current waveform",
    "voltage_clamp": "Voltage clamp",
    "voltage_waveform": "Voltage waveform",
    "point_leak": "Leak at a point",
    "alpha_synapse": "Alpha synapse",
    "exp2_synapse": "Exp2 synapse",
    "synapse": "Synapse with events",
    "point_process": "Point process",
    "chemical_synapses": "Synapses",
    "gap_junctions": "Gap junctions",
    "exp": "ExpSyn: jump and decay",
    "exp2": "Exp2Syn: rise and decay",
    "mechanism_conductance": "other point process",
    "event_train": "train (NetStim)",
    "poisson_events": "Poisson events",
    "regular_events": "regular events",
    "spike_times": "list of times",
    "node_spikes": "spikes of a node",
    "voltage": "Voltage",
    "range_variable": "Membrane variable",
    "process_variable": "Current of an input",
    "spikes": "Spikes",
    "d_lambda": "d_lambda rule",
    "maximum_length": "maximum length",
    "join_trees": "Join trees at their nearest nodes",
    "keep_biggest_tree": "Keep the biggest tree",
    "interpolate_radii": "Interpolate radii",
    "constant_radius": "Set a radius",
    "floor_radii": "Raise thin radii",
    "smooth_radii": "Smooth radii",
    "mark_soma": "Mark the soma",
    "reroot": "Reroot",
    "prune_twigs": "Prune twigs",
    "map_types": "Map SWC types",
    "resample": "Resample nodes",
    "merge_coincident": "Merge coincident nodes",
    "set_unit": "Change the unit",
    "move": "Move the cell",
    "train": "Train",
    "background_noise": "Background noise",
    "given_spikes": "Given times",
    "IntFire1": "IntFire1: jumps, leaks",
    "IntFire2": "IntFire2: slow current",
    "IntFire4": "IntFire4: excitation, inhibition",
    "step_responses": "Input resistance, time constant, sag",
    "f_i_curve": "f–I curve and rheobase",
    "synapse_threshold": "How many synapses to a spike",
    "transfer_resistance": "Transfer resistance and attenuation",
    "convergence_check": "Is the discretisation good enough?",
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
    ("event_train", "start"): "First event",
    ("event_train", "number"): "Events",
    ("event_train", "interval"): "Interval",
    ("exp2_synapse", "start"): "First event",
    ("exp2_synapse", "number"): "Events",
    ("exp2_synapse", "interval"): "Event interval",
    ("synapse", "delay"): "Synaptic delay",
    ("synapse", "weight"): "Weight",
    ("synapse", "shared"): "One train for all nodes",
    ("current_noise", "shared"): "One noise for all nodes",
    ("synapse", "weights"): "Weight per node",
    ("synapse", "delays"): "Delay per node",
    ("synapse", "train_of"): "Train per node",
    ("voltage", "interval"): "Sample every",
    ("range_variable", "interval"): "Sample every",
    ("process_variable", "interval"): "Sample every",
    ("process_variable", "stimulus"): "Input",
    ("process_variable", "copy_number"): "Copy",
    ("chemical_synapses", "weights"): "Weight, µS",
    ("chemical_synapses", "delays"): "Delay, ms",
    ("gap_junctions", "conductances"): "Conductance, µS",
    ("current_pulse_train", "interval"): "Pulse interval",
    ("current_pulse_train", "number"): "Pulses",
    ("poisson_events", "start"): "From",
    ("poisson_events", "stop"): "To",
    ("regular_events", "start"): "From",
    ("regular_events", "stop"): "To",
    ("density_mechanism", "name"): "Mechanism",
    ("ions", "e"): "Reversal, e",
    ("ions", "inside"): "Inside",
    ("ions", "outside"): "Outside",
    ("ions", "style"): "Ion style",
    ("point_leak", "g"): "Conductance, g",
    "start_amplitude": "From",
    "end_amplitude": "To",
    "start_frequency": "From",
    "end_frequency": "To",
    "series_resistance": "Series resistance",
    "concentration_at_start": "Global at start",
    "nernst_at_start": "Nernst at start",
    "nernst_while_running": "Nernst each step",
    ("exp2_synapse", "delay"): "Synaptic delay",
    "label": "Name",
    "whole_sections": "Extend to whole sections",
    "dt": "Time step",
    "celsius": "Temperature",
    "v_init": "Initial voltage",
    "frame_interval": "Frame every",
    "d_lambda": "d_lambda",
    ("maximum_length", "length"): "At most",
    ("train", "weight"): "Weight",
    ("background_noise", "weight"): "Weight",
    ("given_spikes", "weight"): "Weight",
    ("train", "start"): "From",
    ("train", "stop"): "To",
    ("IntFire1", "tau"): "Membrane, τ",
    "refrac": "Refractory",
    "taum": "Membrane, τ",
    "taus": "Current, τ",
    "taue": "Excitation, τ",
    "taui1": "Inhibition, rise",
    "taui2": "Inhibition, decay",
    "ib": "Constant current",
    "weight_scale": "Scale of weights",
    "state_interval": "Sample m every",
    ("d_lambda", "frequency"): "At frequency",
    ("join_trees", "limit"): "Widest gap",
    ("mark_soma", "make_root"): "Make it the root",
    ("prune_twigs", "length"): "Shorter than",
    ("smooth_radii", "length"): "Over",
    "radius_unit": "Unit of radii",
    "keep_stimuli": "Other inputs",
    "first_amplitude": "Currents from",
    "last_amplitude": "to",
    ("step_responses", "number"): "Currents",
    ("f_i_curve", "number"): "Currents",
    ("synapse_threshold", "number"): "Synapses",
    ("synapse_threshold", "nodes"): "Synapses at",
    ("synapse_threshold", "weight"): "Weight of one",
    ("transfer_resistance", "nodes"): "Other nodes",
    "rheobase_precision": "Rheobase within",
    "steady_window": "Steady at the end",
    "time_halvings": "Time step halved",
    "compartment_thirds": "Compartments cut",
    "spike_tolerance": "Spikes within",
    ("convergence_check", "tolerance"): "Voltage within",
}

ALONG_NAMES = {
    "root_distance": "distance from root",
    "soma_distance": "distance from soma",
    "radius": "radius",
}

_CHOICE_NAMES = {
    **ALONG_NAMES,
    "root": "the root",
    "soma": "the soma",
    True: "yes",
    False: "no",
}

_KEPT_STIMULI = {"none": "left out", "elsewhere": "kept, not at the node", "all": "kept"}

_ION_STYLE = {0: "0 unused", 1: "1 parameter", 2: "2 assigned", 3: "3 state"}

_NONE_NAMES: dict[str | tuple[str, str], str] = {
    "minimum": "no limit",
    "maximum": "no limit",
    "e": "not painted",
    "inside": "not painted",
    "outside": "not painted",
    "style": "as mechanisms require",
    "limit": "no limit",
    "threads": "automatic",
    "rheobase_precision": "not looked for",
    ("mark_soma", "radius"): "as it is",
}


def choice_name(field: str, value: object) -> str:
    """Return the name of one of a field's few values."""
    if field in ("concentration", "potential"):
        return _ION_STYLE.get(value, str(value))
    if field == "keep_stimuli":
        return _KEPT_STIMULI[str(value)]
    return str(_CHOICE_NAMES.get(value, value))


def none_name(spec_type: type[Spec], field: str) -> str:
    """Return the name of leaving a field out."""
    special = _NONE_NAMES.get((kind_of(spec_type), field)) or _NONE_NAMES.get(field)
    return special or "as mechanisms require"


def kind_of(spec: Spec | type[Spec]) -> str:
    """Return the ``kind`` tag of a spec, "" if it has none."""
    model = spec if isinstance(spec, type) else type(spec)
    tag = model.model_fields.get("kind")
    return str(tag.default) if tag is not None else ""


def kind_name(spec: Spec | type[Spec]) -> str:
    """Return what a kind of paint, stimulus, recorder or region is called."""
    return _kind_name(spec if isinstance(spec, type) else type(spec))


@cache
def _kind_name(spec_type: type[Spec]) -> str:
    kind = kind_of(spec_type)
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
