"""Tables of synapses between cells under the names they come with, and what is kept of them."""

import pandas as pd
import pytest

from napari_neuron import (
    ChemicalSynapses,
    CurrentPulse,
    Experiment,
    ExperimentError,
    GapJunctions,
    Passive,
    VoltageRecorder,
)
from napari_neuron.compile.circuit_table import circuit_table, usual_conductances
from napari_neuron.spec.cells_of_experiment import by_pair, for_cells

NEUPRINT = pd.DataFrame(
    {
        "bodyId_pre": [1734350788, 722817260],
        "bodyId_post": [722817260, 5],
        **{f"{axis}_{side}": [1.0, 2.0] for axis in "xyz" for side in ("pre", "post")},
        "nt": ["gaba", "acetylcholine"],
    }
)


def test_usual_names_of_columns_are_known_and_ids_are_names():
    table = circuit_table(NEUPRINT)
    assert table["pre"].tolist() == ["1734350788", "722817260"]
    assert {"pre_x", "post_z", "kind"} <= set(table.columns)


def test_ids_that_were_read_as_floats_are_names_too():
    table = circuit_table(NEUPRINT.assign(bodyId_pre=[1734350788.0, 722817260.0]))
    assert table["pre"].tolist() == ["1734350788", "722817260"]


def test_a_column_that_is_named_wins_over_the_usual_one():
    table = pd.DataFrame({"pre": ["a"], "from": ["b"], "post": ["c"]})
    assert circuit_table(table, {"pre": "from"})["pre"].tolist() == ["b"]


def test_a_named_position_leaves_nodes_out_of_account():
    table = NEUPRINT.assign(pre_node=1, where=3.0)
    assert "pre_node" not in circuit_table(table, {"pre_x": "where"})
    assert "pre_x" not in circuit_table(table, {"pre_node": "pre_node"})


def test_a_column_that_is_not_there_is_named():
    with pytest.raises(ExperimentError, match="no column 'x'"):
        circuit_table(NEUPRINT, {"pre": "x"})


def test_rows_of_other_cells_are_left_out_where_that_is_wanted():
    table = circuit_table(NEUPRINT, cells=["1734350788", "722817260"])
    assert table["post"].tolist() == ["722817260"]
    assert len(circuit_table(NEUPRINT)) == 2


@pytest.mark.parametrize(("suffix", "separator"), [(".csv", ","), (".tsv", "\t")])
def test_files_are_read(tmp_path, suffix, separator):
    path = tmp_path / f"table{suffix}"
    NEUPRINT.to_csv(path, sep=separator, index=False)
    assert circuit_table(path)["post"].tolist() == ["722817260", "5"]


def test_gaba_reverses_at_minus_70_and_the_others_at_0():
    found = usual_conductances(["acetylcholine", "GABA", "other"])
    assert [conductance.e for conductance in found.values()] == [0, -70, 0]


def synapses(*pairs):
    n = len(pairs)
    return ChemicalSynapses(
        source_cell=[pre for pre, _ in pairs],
        source_node=range(n),
        target_cell=[post for _, post in pairs],
        target_node=range(n),
        weights=[0.1 * (i + 1) for i in range(n)],
        delays=[1] * n,
    )


def test_a_group_is_split_by_pairs_of_cells():
    one, two = by_pair(synapses("ab", "bc", "ab"))
    assert (one.source_cell, one.target_cell, one.source_node) == (("a", "a"), ("b", "b"), (0, 2))
    assert one.weights == pytest.approx((0.1, 0.3))
    assert two.target_cell == ("c",)


def test_what_concerns_some_cells_is_kept():
    experiment = Experiment(
        paint=[Passive(), Passive(cell="a"), Passive(cell="c")],
        stimuli=[CurrentPulse(cell="a", nodes=[1]), CurrentPulse(cell="c", nodes=[1])],
        recorders=[VoltageRecorder(cell="c", label="c", node=1)],
        connections=[
            synapses("ab", "bc"),
            GapJunctions(cell_a=["b"], node_a=[1], cell_b=["c"], node_b=[1], conductances=[1]),
        ],
    )
    kept = for_cells(experiment, ["a", "b"])
    assert [layer.cell for layer in kept.paint] == [None, "a"]
    assert [stimulus.cell for stimulus in kept.stimuli] == ["a"]
    assert kept.recorders == ()
    assert [group.target_cell for group in kept.connections] == [("b",)]


def test_what_named_no_cell_names_the_only_one_where_others_come():
    experiment = Experiment(stimuli=[CurrentPulse(nodes=[1])])
    assert for_cells(experiment, ["a", "b"], only="b").stimuli[0].cell == "b"
    assert for_cells(experiment, ["b"], only="b").stimuli[0].cell is None
