"""Paint, stimuli and recorders in one readable line each, for the lists."""

from __future__ import annotations

from typing import Any

from napari_neuron.spec import (
    AllOf,
    AlphaSynapse,
    AnyOf,
    BranchOrder,
    CableProperties,
    CurrentChirp,
    CurrentNoise,
    CurrentPulse,
    CurrentPulseTrain,
    CurrentRamp,
    CurrentSine,
    CurrentWaveform,
    DensityMechanism,
    EventTrain,
    Everywhere,
    Exp2Synapse,
    HodgkinHuxley,
    Ions,
    Labelled,
    NodeSpikes,
    NoneOf,
    Paint,
    Passive,
    PathDistance,
    PickedNodes,
    PointLeak,
    PointProcess,
    PoissonEvents,
    ProcessRecorder,
    RadiusRange,
    Recorder,
    RegularEvents,
    SpikeTimes,
    Stimulus,
    Subtree,
    SwcTypes,
    Synapse,
    VariableRecorder,
    VoltageClamp,
    VoltageWaveform,
)
from napari_neuron.spec.base import Spec
from napari_neuron.spec.edit import given_label
from napari_neuron.widgets.forms.words import kind_name, nodes_in_words, swc_type_name
from napari_neuron.widgets.toolkit.numbers import shown_number as said


def region_in_words(region: Spec) -> str:
    """Return "everywhere", "axon, linker", "1 soma", "100 to 200 µm from the soma"."""
    match region:
        case Everywhere():
            return "everywhere"
        case SwcTypes():
            return ", ".join(swc_type_name(t) for t in region.types)
        case Labelled():
            return ", ".join(region.labels)
        case PickedNodes():
            return nodes_in_words(region.nodes)
        case PathDistance():
            return f"{_span(region, ' µm')} from the {region.origin}"
        case RadiusRange():
            return f"radius {_span(region, ' µm')}"
        case BranchOrder():
            return f"branch order {_span(region)}"
        case Subtree():
            return f"from node {region.node} outwards"
        case AllOf():
            return " and ".join(_bracketed(r) for r in region.regions)
        case AnyOf():
            return " or ".join(_bracketed(r) for r in region.regions)
        case NoneOf():
            return "not " + " nor ".join(_bracketed(r) for r in region.regions)
    return kind_name(region)


def _bracketed(region: Spec) -> str:
    text = region_in_words(region)
    return f"({text})" if isinstance(region, AllOf | AnyOf | NoneOf) else text


def _span(region: Any, unit: str = "") -> str:
    if region.maximum is None:
        return f"{said(region.minimum)}{unit} or more"
    return f"{said(region.minimum)} to {said(region.maximum)}{unit}"


def mechanism_of(layer: Paint | None) -> str:
    """Return NEURON's name of the mechanism that a layer paints, "" if it is not one."""
    if isinstance(layer, DensityMechanism):
        return layer.name
    return layer.kind if isinstance(layer, Passive | HodgkinHuxley) else ""


def paint_in_words(paint: Paint) -> str:
    """Return "Passive (pas) · everywhere"."""
    what = kind_name(paint)
    if isinstance(paint, DensityMechanism):
        what = paint.name
    elif isinstance(paint, Ions):
        what = f"Ion {paint.ion}"
    elif isinstance(paint, CableProperties) and any(
        isinstance(value, Spec) for value in (paint.Ra, paint.cm)
    ):
        what += " (profile)"
    where = f"{what} · {region_in_words(paint.region)}"
    return f"{where} · {paint.cell}" if paint.cell else where


def stimulus_in_words(stimulus: Stimulus) -> str:
    """Return "Current pulse · node 20 · 0.1 nA from 10 ms"."""
    title = stimulus.mechanism if isinstance(stimulus, PointProcess) else kind_name(stimulus)
    named = f"{stimulus.label}: {title}" if stimulus.label else title
    what = _amount(stimulus)
    place = nodes_in_words(stimulus.nodes)
    place += f" of {stimulus.cell}" if stimulus.cell else ""
    return f"{named} · {place}" + (f" · {what}" if what else "")


def _amount(stimulus: Any) -> str:
    match stimulus:
        case CurrentPulse():
            return f"{said(stimulus.amplitude)} nA from {said(stimulus.delay)} ms"
        case CurrentPulseTrain():
            return f"{stimulus.number} × {said(stimulus.amplitude)} nA"
        case CurrentRamp():
            return f"{said(stimulus.start_amplitude)} to {said(stimulus.end_amplitude)} nA"
        case CurrentSine():
            return f"{said(stimulus.amplitude)} nA at {said(stimulus.frequency)} Hz"
        case CurrentChirp():
            return f"{said(stimulus.start_frequency)} to {said(stimulus.end_frequency)} Hz"
        case CurrentNoise():
            return f"{said(stimulus.mean)} ± {said(stimulus.sigma)} nA"
        case CurrentWaveform() | VoltageWaveform():
            return f"{len(stimulus.times):,} points"
        case VoltageClamp():
            return ", ".join(said(step.level) for step in stimulus.steps[:4]) + (
                " … mV" if len(stimulus.steps) > 4 else " mV"
            )
        case PointLeak():
            return f"{said(stimulus.g)} µS to {said(stimulus.e)} mV"
        case AlphaSynapse():
            return f"{said(stimulus.gmax)} µS at {said(stimulus.onset)} ms"
        case Exp2Synapse():
            return f"{stimulus.number} × {said(stimulus.weight)} µS"
        case Synapse():
            return events_in_words(stimulus.events)
    return ""


def events_in_words(events: Any) -> str:
    """Return "10 events", "Poisson at 20 Hz"."""
    match events:
        case EventTrain():
            return f"{events.number} events"
        case PoissonEvents():
            return f"Poisson at {said(events.rate)} Hz"
        case RegularEvents():
            return f"regular at {said(events.rate)} Hz"
        case SpikeTimes():
            n = len(events.times)
            return f"at {said(events.times[0])} ms" if n == 1 else f"{n:,} times"
        case NodeSpikes():
            return f"spikes of node {events.node}"
    return kind_name(events)


def recorder_in_words(recorder: Recorder) -> str:
    """Return "soma · voltage at node 10"."""
    what = kind_name(recorder).lower()
    if isinstance(recorder, VariableRecorder):
        if recorder.label == given_label(recorder):
            return recorder.label
        what = recorder.variable
    elif isinstance(recorder, ProcessRecorder):
        what = f"{recorder.variable} of {recorder.stimulus}"
    of_cell = f" of {recorder.cell}" if recorder.cell else ""
    return f"{recorder.label} · {what} at node {recorder.node}{of_cell}"
