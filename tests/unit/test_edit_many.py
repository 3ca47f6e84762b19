"""Several placements are changed, moved and copied at once."""

import pytest

from napari_neuron import (
    AlphaSynapse,
    ChemicalSynapses,
    CurrentPulse,
    Experiment,
    ExperimentError,
    ProcessRecorder,
    SpikeDetector,
    Synapse,
    VariableRecorder,
    VoltageRecorder,
)
from napari_neuron.spec import edit

EXPERIMENT = Experiment(
    stimuli=(
        CurrentPulse(nodes=(1, 2), label="a"),
        CurrentPulse(nodes=(3,), label="b"),
        Synapse(nodes=(4, 5), weights=(0.1, 0.2), delays=(1, 2)),
    ),
    recorders=(
        VoltageRecorder(label="v", node=1),
        ProcessRecorder(label="i", stimulus="a", node=2),
    ),
)


def test_copies_stand_after_what_they_are_of_under_names_of_their_own():
    stimuli = edit.with_copies(EXPERIMENT, "stimuli", [0, 1]).stimuli
    assert [s.label for s in stimuli] == ["a", "a (2)", "b", "b (2)", ""]
    recorders = edit.with_copies(EXPERIMENT, "recorders", [1]).recorders
    assert [r.label for r in recorders] == ["v", "i", "i (2)"]


@pytest.mark.parametrize(
    ("rows", "nodes", "expected"),
    [
        ([0], [7], [(7,), (3,), (4, 5)]),
        ([0], [7, 8, 9], [(7, 8, 9), (3,), (4, 5)]),
        ([0, 1], [7], [(7,), (7,), (4, 5)]),
        ([1, 0], [7, 8], [(7,), (8,), (4, 5)]),
    ],
)
def test_stimuli_move_to_one_node_or_to_one_each(rows, nodes, expected):
    moved = edit.with_moved_to(EXPERIMENT, "stimuli", rows, nodes)
    assert [s.nodes for s in moved.stimuli] == expected


def test_a_recorder_of_a_current_goes_where_its_copy_of_the_stimulus_goes():
    def node_after(nodes):
        return edit.with_moved_to(EXPERIMENT, "stimuli", [0], nodes).recorders[1].node

    assert (node_after([7, 8]), node_after([7])) == (8, 7)


def test_weights_stay_with_as_many_nodes_and_go_with_another_number():
    same = edit.with_moved_to(EXPERIMENT, "stimuli", [2], [8, 9]).stimuli[2]
    assert (same.weights, same.delays) == ((0.1, 0.2), (1, 2))
    fewer = edit.with_moved_to(EXPERIMENT, "stimuli", [2], [8]).stimuli[2]
    assert (fewer.weights, fewer.delays) == ((), ())


def test_neither_one_node_nor_one_each_is_refused():
    with pytest.raises(ExperimentError, match="3 points are selected for 2"):
        edit.with_moved_to(EXPERIMENT, "recorders", [0, 1], [7, 8, 9])


def test_a_change_is_made_in_others_of_the_type_but_not_of_names_and_nodes():
    items = (*EXPERIMENT.stimuli, AlphaSynapse(nodes=(6,)))
    changed = items[0].replace(amplitude=0.7, label="c", nodes=(9,))
    made = edit.with_change(items, 0, changed, [0, 1, 3])
    assert made == (changed, items[1].replace(amplitude=0.7), *items[2:])
    assert edit.with_change(items, 0, changed, [0])[1] == items[1]


def test_a_change_that_does_not_fit_another_item_is_refused():
    items = (Synapse(nodes=(1,)), Synapse(nodes=(1, 2)))
    with pytest.raises(ExperimentError, match="for 2 nodes"):
        edit.with_change(items, 0, items[0].replace(weights=(1,)), [0, 1])


def test_one_weight_is_for_all_synapses_of_all_selected_connections():
    def synapses(n):
        ends = {"source_cell": ["a"] * n, "target_cell": ["b"] * n}
        nodes = {"source_node": range(n), "target_node": range(n)}
        return ChemicalSynapses(**ends, **nodes, weights=[0.1] * n, delays=[1] * n)

    items = (synapses(2), synapses(3))
    changed = edit.with_change(items, 0, items[0].replace(weights=(0.5, 0.5)), [0, 1])
    assert [item.weights for item in changed] == [(0.5,) * 2, (0.5,) * 3]


def test_a_recorder_that_nobody_named_is_called_by_where_it_is_and_what_it_keeps():
    recorders = (
        VoltageRecorder(label="node 1", node=1),
        SpikeDetector(label="node 7", node=7),
        VoltageRecorder(label="node 1 (2)", node=1),
        VoltageRecorder(label="my node 1", node=1),
        VariableRecorder(label="i_membrane_ at soma 1", node=1, cell="soma"),
    )
    named = EXPERIMENT.replace(recorders=recorders)
    moved = edit.with_moved_to(named, "recorders", [0, 2, 3], [7]).recorders
    assert [r.label for r in moved[:4]] == ["node 7", "node 7", "node 7 (2)", "my node 1"]
    sodium = recorders[4].replace(variable="ina")
    assert edit.with_change(recorders, 4, sodium, [4])[4].label == "ina at soma 1"
    typed = sodium.replace(label="sodium")
    assert edit.with_change(recorders, 4, typed, [4])[4].label == "sodium"
