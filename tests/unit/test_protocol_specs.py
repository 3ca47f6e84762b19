"""Protocols as specs: what they refuse, what they keep of an experiment, what they plan."""

import json

import numpy as np
import pytest

from napari_neuron import (
    ConvergenceCheck,
    CurrentPulse,
    Experiment,
    ExperimentError,
    FICurve,
    MaximumLength,
    Morphology,
    StepResponses,
    Synapse,
    SynapseThreshold,
    TransferResistance,
    VoltageRecorder,
)
from napari_neuron.protocols.base import DoneRun
from napari_neuron.protocols.charging import fit_charging
from napari_neuron.protocols.kinds import PROTOCOLS, load_protocol, protocol_from_json
from napari_neuron.protocols.outcome import said
from napari_neuron.protocols.search import between, bracket, whole_between
from napari_neuron.spec import SpikeTrains

CELL = Morphology([1, 2, 3], [-1, 0, 1], [1, 3, 3], [[0, 0, 0], [10, 0, 0], [20, 0, 0]], [1, 1, 1])
OTHER = CELL.replace(name="other")
ANY = (
    StepResponses(node=1),
    FICurve(node=1),
    SynapseThreshold(node=1, nodes=(2,)),
    TransferResistance(node=1, nodes=(2,)),
    ConvergenceCheck(node=1),
)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: FICurve(node=1, skip=500), "skip: 500 ms leaves nothing of a step of 500 ms"),
        (lambda: FICurve(node=1, duration=0), "duration: .* greater than 0"),
        (lambda: FICurve(node=1, number=0), "number: .* greater than or equal to 1"),
        (lambda: StepResponses(node=1, steady_window=400), "steady_window: 400 ms is longer"),
        (lambda: StepResponses(node=1, number=1, last_amplitude=0), "last_amplitude: give an"),
        (lambda: TransferResistance(node=1, nodes=()), "nodes: must not be empty"),
        (lambda: TransferResistance(node=1, nodes=(2,), amplitude=0), "amplitude: must not be 0"),
        (lambda: SynapseThreshold(node=1, nodes=(2,), tau1=3), "tau1: the rise time"),
        (lambda: FICurve(node=1, celsius=3), "celsius: Extra inputs"),
    ],
)
def test_a_mistake_is_one_error_that_names_the_field(make, message):
    with pytest.raises(ExperimentError, match=f"^{message}"):
        make()


@pytest.mark.parametrize("protocol", ANY, ids=lambda p: type(p).__name__)
def test_a_protocol_is_kept_as_json(protocol, tmp_path):
    assert {type(one) for one in ANY} == set(PROTOCOLS)
    protocol.save(tmp_path / "protocol.json")
    assert load_protocol(tmp_path / "protocol.json") == protocol


def test_json_of_something_else_is_no_protocol():
    with pytest.raises(ExperimentError, match="kind: must be one of step_responses"):
        protocol_from_json(json.dumps({"kind": "experiment"}))


def test_a_node_that_is_not_there_is_named():
    with pytest.raises(ExperimentError, match="node: 7 is not a node"):
        FICurve(node=7).setting((CELL,), Experiment())
    protocol = TransferResistance(node=1, nodes=(2, 9))
    with pytest.raises(ExperimentError, match=r"nodes\[1\]: 9 is not a node"):
        protocol.plan(protocol.setting((CELL,), Experiment()), ())


def test_of_several_cells_one_has_to_be_named():
    with pytest.raises(ExperimentError, match="cell: say which is measured"):
        FICurve(node=1).setting((CELL, OTHER), Experiment())


# what is kept of the experiment ------------------------------------------------------------

SYNAPSES = Synapse(
    nodes=(1, 2, 1, 3), events=SpikeTrains(trains=((1,), (2,), (3,), (4,))), weights=(1, 2, 3, 4)
)
BUSY = Experiment(
    stimuli=(CurrentPulse(nodes=(1,)), SYNAPSES),
    recorders=(VoltageRecorder(label="a", node=2),),
    frames=("v", "ina"),
)


def test_by_default_the_cell_is_alone_without_the_experiment_s_stimuli():
    setting = FICurve(node=1).setting((CELL,), BUSY)
    assert setting.experiment.stimuli == ()
    assert setting.experiment.paint == BUSY.paint
    assert setting.experiment.frames == ("v",)


def test_elsewhere_takes_away_what_is_placed_at_the_node_and_nothing_else():
    setting = FICurve(node=1, keep_stimuli="elsewhere").setting((CELL,), BUSY)
    (left,) = setting.experiment.stimuli
    assert left == SYNAPSES.replace(nodes=(2, 3), weights=(2, 4), train_of=(1, 3))


def test_all_stimuli_stay_where_all_are_wanted():
    setting = FICurve(node=1, keep_stimuli="all").setting((CELL,), BUSY)
    assert setting.experiment.stimuli == BUSY.stimuli


def test_a_cell_of_several_is_measured_alone_or_among_them():
    named = Experiment(stimuli=(CurrentPulse(cell="other", nodes=(2,)),))
    alone = FICurve(cell="other", node=1).setting((CELL, OTHER), named)
    assert alone.cells == (OTHER,)
    among = FICurve(cell="other", node=1, keep_stimuli="all")
    setting = among.setting((CELL, OTHER), named)
    assert setting.cells == (CELL, OTHER)
    (run, *_) = among.replace(number=1).plan(setting, ())
    assert {item.cell for item in (*run.experiment.recorders, *run.experiment.stimuli)} == {"other"}


# what is planned ---------------------------------------------------------------------------


def test_a_family_has_its_amplitudes_at_its_node():
    protocol = FICurve(node=2, first_amplitude=0, last_amplitude=0.3, number=4, delay=5)
    runs = protocol.plan(protocol.setting((CELL,), BUSY), ())
    placed = [run.experiment.stimuli for run in runs]
    assert placed[0] == ()
    assert [stimuli[0].amplitude for stimuli in placed[1:]] == [0.1, 0.2, 0.3]
    assert {(s[0].nodes, s[0].delay, s[0].duration) for s in placed[1:]} == {((2,), 5, 500)}


def test_the_rheobase_is_looked_for_beyond_a_family_that_does_not_fire():
    protocol = FICurve(node=1, last_amplitude=0.1, number=2)
    setting = protocol.setting((CELL,), BUSY)
    amplitudes, done = [], ()
    while planned := protocol.plan(setting, done):
        done = (*done, *(DoneRun(run, None, "not run") for run in planned))
        amplitudes += [run.key[1] for run in planned]
    assert amplitudes == [0, 0.1, 0.2, 0.4, 0.8, 1.6]
    assert len(protocol.evaluate(setting, done).warnings) == len(done)


def test_synapses_are_dealt_out_to_the_nodes_in_turn():
    protocol = SynapseThreshold(node=1, nodes=(2, 3), number=5)
    runs = protocol.plan(protocol.setting((CELL,), BUSY), ())
    assert [run.name for run in runs] == ["no synapse", "1 synapse", "2 synapses", "5 synapses"]
    assert runs[-1].experiment.stimuli[0].nodes == (2, 3, 2, 3, 2)


def test_the_convergence_check_refines_one_thing_at_a_time():
    protocol = ConvergenceCheck(node=1, compartment_thirds=2)
    experiment = BUSY.replace(discretisation=MaximumLength(length=9))
    runs = protocol.plan(protocol.setting((CELL,), experiment), ())
    found = [(r.experiment.run.dt, r.experiment.discretisation.length) for r in runs]
    assert found == [(0.025, 9), (0.0125, 9), (0.00625, 9), (0.025, 3), (0.025, 1)]
    assert {r.label for r in runs[0].experiment.recorders} == {"node 1", "a"}


# pieces ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("happens", "expected"),
    [
        ({0.0: False, 1.0: True, 2.0: True}, (0.0, 1.0)),
        ({0.0: False, 1.0: False}, (1.0, None)),
        ({0.0: True, 1.0: True}, (None, 0.0)),
        ({0.0: False, 1.0: True, 2.0: False}, (0.0, 1.0)),  # it need not stay so
        ({}, (None, None)),
    ],
)
def test_a_bracket_is_around_where_it_begins(happens, expected):
    assert bracket(happens) == expected


def test_a_search_ends_within_its_precision():
    low, high, rounds = 0.0, 1.0, 0
    while tried := between(low, high, 1e-3):
        rounds += 1
        low, high = bracket({low: False, high: True} | {x: x >= 0.371 for x in tried})
    assert low < 0.371 <= high
    assert high - low <= 1e-3
    assert rounds <= 7  # 3 ** 7 > 1000


@pytest.mark.parametrize("threshold", [1, 2, 7, 50, 100])
def test_a_search_among_whole_numbers_finds_the_very_one(threshold):
    low, high = 0, 100
    while tried := whole_between(low, high):
        assert all(low < n < high for n in tried)
        low, high = bracket({low: False, high: True} | {n: n >= threshold for n in tried})
    assert high == threshold


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (512.34, "512 MΩ"),
        (0.031234, "0.0312 MΩ"),
        (1234.5, "1,230 MΩ"),
        (-65.0, "−65 MΩ"),
        (0.0, "0 MΩ"),
        (float("nan"), "none"),
    ],
)
def test_numbers_are_said_with_three_digits_and_their_unit(value, text):
    assert said(value, "MΩ") == text


def test_the_slowest_of_three_exponentials_is_found():
    time = np.arange(0, 100, 0.025)
    parts = ((16.0, 5.0), (1.5, 2.0), (0.4, 1.0))
    voltage = sum(w * (1 - np.exp(-time / tau)) for tau, w in parts)
    fit = fit_charging(time, voltage)
    assert fit.tau == pytest.approx(16.0, rel=1e-4)
    assert fit.weight == pytest.approx(5 / 8, rel=1e-2)
    assert fit.steady == pytest.approx(8.0, rel=1e-4)


def test_nothing_to_fit_has_no_time_constant():
    assert np.isnan(fit_charging(np.arange(100.0), np.zeros(100)).tau)
