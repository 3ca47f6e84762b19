"""The experiment: what it accepts, refuses, and writes down."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

import napari_neuron as nn
from napari_neuron import (
    AlphaSynapse,
    CableProperties,
    CurrentPulse,
    DLambda,
    Everywhere,
    Exp2Synapse,
    Experiment,
    ExperimentError,
    HodgkinHuxley,
    Labelled,
    MaximumLength,
    Passive,
    PickedNodes,
    RunSettings,
    SpikeDetector,
    SwcTypes,
    VoltageRecorder,
)

positive = st.floats(1e-3, 1e3, allow_nan=False)
node_ids = st.integers(-(2**63), 2**63 - 1)
nodes = st.lists(node_ids, min_size=1, max_size=5)
regions = st.one_of(
    st.just(Everywhere()),
    st.builds(SwcTypes, types=st.lists(st.integers(0, 20), min_size=1, max_size=3)),
    st.builds(Labelled, labels=st.lists(st.text(min_size=1), min_size=1, max_size=3)),
    st.builds(PickedNodes, nodes=nodes),
)
experiments = st.builds(
    Experiment,
    paint=st.lists(
        st.one_of(
            st.builds(CableProperties, region=regions, Ra=positive, cm=positive),
            st.builds(Passive, region=regions, g=positive),
            st.builds(HodgkinHuxley, region=regions, gnabar=positive),
        ),
        max_size=3,
    ),
    stimuli=st.lists(
        st.one_of(
            st.builds(CurrentPulse, nodes=nodes, delay=positive, amplitude=positive),
            st.builds(AlphaSynapse, nodes=nodes, tau=positive),
            st.builds(Exp2Synapse, nodes=nodes, noise=st.floats(0, 1)),
        ),
        max_size=3,
    ),
    recorders=st.lists(
        st.one_of(
            st.builds(VoltageRecorder, label=st.text(min_size=1), node=node_ids),
            st.builds(SpikeDetector, label=st.text(min_size=1), node=node_ids),
        ),
        max_size=3,
        unique_by=lambda r: (r.kind, r.label),
    ),
    discretisation=st.one_of(
        st.builds(DLambda, d_lambda=st.floats(0.01, 1)), st.builds(MaximumLength, length=positive)
    ),
    run=st.builds(RunSettings, duration=positive.map(lambda d: d + 1)),
)


@given(experiments)
def test_json_brings_back_the_same_experiment(experiment):
    assert Experiment.from_json(experiment.to_json()) == experiment


def test_a_file_brings_back_the_same_experiment(tmp_path):
    experiment = Experiment(stimuli=[CurrentPulse(nodes=[3], amplitude=0.2)])
    experiment.save(tmp_path / "exp.json")
    assert Experiment.load(tmp_path / "exp.json") == experiment


@pytest.mark.parametrize(
    ("values", "field"),
    [
        (
            {"stimuli": [{"kind": "current_pulse", "nodes": [1], "duration": -5}]},
            "stimuli[0].duration",
        ),
        ({"stimuli": [{"kind": "current_pulse", "nodes": []}]}, "stimuli[0].nodes"),
        ({"stimuli": [{"kind": "magic", "nodes": [1]}]}, "stimuli[0]"),
        ({"run": {"dt": 0}}, "run.dt"),
        ({"run": {"dt": -0.1}}, "run.dt"),
        ({"run": {"dt": float("nan")}}, "run.dt"),
        ({"run": {"duration": float("inf")}}, "run.duration"),
        ({"run": {"frame_interval": 0.11}}, "run.frame_interval"),
        ({"run": {"duration": 0.01}}, "run.duration"),
        ({"paint": [{"kind": "pas", "g": -1}]}, "paint[0].g"),
        ({"paint": [{"kind": "cable", "cm": 0}]}, "paint[0].cm"),
        (
            {"paint": [{"kind": "pas", "region": {"kind": "labelled", "labels": []}}]},
            "paint[0].region.labels",
        ),
        ({"paint": [{"kind": "hh", "region": {"kind": "nowhere"}}]}, "paint[0].region"),
        ({"paint": [{"kind": "hh", "gna": 1}]}, "paint[0].gna"),
        ({"recorders": [{"kind": "voltage", "node": 1}]}, "recorders[0].label"),
        (
            {"recorders": [{"kind": "voltage", "node": n, "label": "a"} for n in (1, 2)]},
            "recorders[1].label",
        ),
        (
            {"stimuli": [{"kind": "exp2_synapse", "nodes": [1], "tau1": 3, "tau2": 2}]},
            "stimuli[0].tau1",
        ),
        ({"surprise": 1}, "surprise"),
        ({"discretisation": {"kind": "d_lambda", "d_lambda": 0}}, "discretisation.d_lambda"),
        (
            {"stimuli": [{"kind": "point_process", "nodes": [1], "mechanism": ""}]},
            "stimuli[0].mechanism",
        ),
        (
            {
                "stimuli": [
                    {"kind": "synapse", "nodes": [1], "events": {"kind": "spike_times"}},
                ]
            },
            "stimuli[0].events.times",
        ),
        ({"cells": [{"name": "a"}, {"name": "a"}]}, "cells[1].name"),
    ],
)
def test_a_mistake_is_one_error_that_names_the_field(values, field):
    with pytest.raises(ExperimentError) as caught:
        Experiment(**values)
    assert caught.value.field == field
    assert str(caught.value).startswith(field)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: nn.CurrentPulse(nodes=[]), "nodes: must not be empty"),
        (lambda: nn.VoltageRecorder(label="", node=1), "label: must not be empty (got '')"),
        (
            lambda: nn.CurrentWaveform(nodes=[1], times=[3], amplitudes=[1]),
            "times: needs at least 2 values, not 1",
        ),
    ],
)
def test_what_is_left_empty_is_said_in_plain_words(make, said):
    with pytest.raises(ExperimentError) as caught:
        make()
    assert str(caught.value).startswith(said)


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "3", '"x"', "null", '{"version": 2}', "[" * 100_000, "\x00"]
)
def test_text_that_is_no_experiment_is_refused(text):
    with pytest.raises(ExperimentError):
        Experiment.from_json(text)


def test_the_error_for_a_file_names_the_file(tmp_path):
    path = tmp_path / "bad.json"
    path.write_text('{"run": {"dt": 0}}')
    with pytest.raises(ExperimentError, match=r"bad\.json: run\.dt"):
        Experiment.load(path)


def test_replace_validates():
    with pytest.raises(ExperimentError, match="duration"):
        RunSettings().replace(duration=-1)


def test_the_repr_shows_only_what_differs_from_the_default():
    assert repr(RunSettings(duration=5)) == "RunSettings(duration=5.0)"


def test_an_experiment_cannot_be_changed_in_place():
    with pytest.raises(ValueError, match="frozen"):
        Experiment().version = 2


@pytest.mark.parametrize(
    ("duration", "dt", "interval", "n_steps", "n_frames"),
    [
        (100, 0.025, 0.1, 4000, 1001),
        (1, 0.1, 0.1, 10, 11),
        (1.05, 0.1, 0.2, 11, 6),
        (1, 1, 1, 1, 2),
    ],
)
def test_steps_and_frames_are_counted_exactly(duration, dt, interval, n_steps, n_frames):
    run = RunSettings(duration=duration, dt=dt, frame_interval=interval)
    assert (run.n_steps, run.n_frames) == (n_steps, n_frames)
