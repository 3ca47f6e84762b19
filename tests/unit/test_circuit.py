"""Tables of synapses between cells become connections at nodes."""

import numpy as np
import pandas as pd
import pytest

from napari_neuron import Exp2Conductance, Experiment, ExperimentError, Morphology
from napari_neuron.compile.circuit import connect, match_connectors
from napari_neuron.spec import ChemicalSynapses


def straight(name, y=0.0, connectors=None):
    """Eleven nodes, 1 to 11, 10 µm apart along x."""
    position = np.zeros((11, 3))
    position[:, 0], position[:, 1] = 10 * np.arange(11), y
    return Morphology(
        np.arange(1, 12),
        np.arange(11) - 1,
        np.zeros(11),
        position,
        np.ones(11),
        name=name,
        connectors=connectors,
    )


def table(**columns):
    rows = {"pre": ["a", "b"], "post": ["b", "a"], "pre_node": [3, 4], "post_node": [5, 6]}
    return pd.DataFrame({**rows, **columns})


CELLS = [straight("a"), straight("b", y=5)]


def test_rows_become_synapses_at_their_nodes():
    (synapses,) = connect(CELLS, table(), weight=0.5, delay=2).connections
    assert synapses.source_cell == ("a", "b")
    assert synapses.source_node == (3, 4)
    assert synapses.target_node == (5, 6)
    assert synapses.weights == (0.5, 0.5)
    assert synapses.delays == (2, 2)


def test_a_count_multiplies_the_weight():
    (synapses,) = connect(CELLS, table(weight=[0.1, 0.2], count=[1, 3])).connections
    assert synapses.weights == pytest.approx((0.1, 0.6))


def test_each_kind_has_its_conductance():
    kinds = {"acetylcholine": Exp2Conductance(e=0), "gaba": Exp2Conductance(e=-70)}
    groups = connect(CELLS, table(kind=["gaba", "acetylcholine"]), kinds=kinds).connections
    assert [(g.label, g.conductance.e, g.source_cell) for g in groups] == [
        ("acetylcholine", 0, ("b",)),
        ("gaba", -70, ("a",)),
    ]


def test_positions_go_to_the_nearest_node_in_their_unit():
    places = table().drop(columns=["pre_node", "post_node"])
    for side, x in (("pre", [20_100, 30_000]), ("post", [39_000, 51_000])):
        places[f"{side}_x"], places[f"{side}_y"], places[f"{side}_z"] = x, 1000, 0
    (synapses,) = connect(CELLS, places, units="nm").connections
    assert synapses.source_node == (3, 4)
    assert synapses.target_node == (5, 6)


def test_what_is_too_far_is_left_out_and_listed():
    places = table().drop(columns=["post_node"])
    places["post_x"], places["post_y"], places["post_z"] = 0.0, [5.0, 50.0], 0.0
    circuit = connect(CELLS, places, limit=5)
    assert circuit.connections[0].target_cell == ("b",)
    assert circuit.left_out["pre"].tolist() == ["b"]
    assert circuit.left_out["distance"].tolist() == [50.0]


def test_a_velocity_moves_the_start_to_the_root_and_adds_the_way():
    (synapses,) = connect(CELLS, table(), delay=1, velocity=100).connections
    assert synapses.source_node == (1, 1)
    assert synapses.delays == pytest.approx((1 + 20 / 100, 1 + 30 / 100))


def test_autapses_are_flagged():
    assert connect(CELLS, table(post=["a", "a"])).autapses.index.tolist() == [0]


def test_a_missing_column_is_named():
    with pytest.raises(ExperimentError, match="post_x: the table has no such column"):
        connect(CELLS, table().drop(columns="post_node"))


def test_a_million_rows_are_read():
    n = 1_000_000
    rows = pd.DataFrame(
        {"pre": "a", "post": "b", "pre_node": 3, "post_node": np.arange(n) % 11 + 1}
    )
    rows.loc[n - 1, "post_node"] = 77
    with pytest.raises(ExperimentError, match=f"row {n - 1}, post_node"):
        connect(CELLS, rows)


def test_postsynapses_find_the_nearest_presynapse_of_another_cell():
    def sites(kind, x, node):
        return pd.DataFrame(
            {"type": kind, "x": x, "y": 2.5, "z": 0.0, "node_id": node, "connector_id": 0}
        )

    cells = [
        straight("a", connectors=sites("pre", [20.0, 70.0], [3, 8])),
        straight("b", connectors=sites("post", [20.2, 40.0], [3, 5])),
    ]
    found = match_connectors(cells, distance=0.3)
    assert found[["pre", "pre_node", "post", "post_node"]].values.tolist() == [["a", 3, "b", 3]]


def test_connections_survive_a_file(tmp_path):
    experiment = Experiment(connections=connect(CELLS, table()).connections)
    experiment.save(tmp_path / "circuit.json")
    assert Experiment.load(tmp_path / "circuit.json") == experiment


def test_columns_of_different_length_are_refused():
    with pytest.raises(ExperimentError, match=r"weights: there are 1 for the 2 of source_cell"):
        ChemicalSynapses(
            source_cell=("a", "a"),
            source_node=(1, 2),
            target_cell=("b", "b"),
            target_node=(1, 2),
            weights=(1.0,),
            delays=(1.0, 1.0),
        )
