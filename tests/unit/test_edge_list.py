"""Point networks: edge lists in, JSON out, and what is refused by naming the row."""

import json

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

import napari_neuron as nn
from napari_neuron.compile.network import compile_network

TOY = pd.DataFrame({"source": ["A", "B"], "target": ["C", "C"], "weight": [0.5, -1.0]})


def edges_of(network):
    """The edges as (source, target, weight, delay), by id."""
    ids, edges = network.neurons.id, network.edges
    columns = (ids[edges.source], ids[edges.target], edges.weight, edges.delay)
    return list(zip(*(column.tolist() for column in columns), strict=True))


def test_an_edge_list_becomes_neurons_and_edges():
    network = nn.PointNetwork.from_edge_list(TOY, "IntFire4", delay=2)
    assert network.neurons.id.tolist() == ["A", "B", "C"]
    assert edges_of(network) == [("A", "C", 0.5, 2.0), ("B", "C", -1.0, 2.0)]
    assert network.models == (nn.PointNeurons(model=nn.IntFire4()),)


def test_rows_of_one_connection_are_summed_and_other_delays_kept_apart():
    table = pd.DataFrame(
        {
            "source": [1, 1, 1, 2],
            "target": [2, 2, 2, 2],
            "weight": [3, 4, 5, 1],
            "delay": [1.0, 1.0, 2.0, 1.0],
        }
    )
    network = nn.PointNetwork.from_edge_list(table, delay="delay")
    assert edges_of(network) == [(1, 2, 7.0, 1.0), (1, 2, 5.0, 2.0), (2, 2, 1.0, 1.0)]


def test_rows_without_weight_are_synapses_that_count_one():
    table = pd.DataFrame({"pre_root_id": [7, 7, 8], "post_root_id": [8, 8, 7]})
    network = nn.PointNetwork.from_edge_list(table, weight=None)
    assert [edge[:3] for edge in edges_of(network)] == [(7, 8, 2.0), (8, 7, 1.0)]


@pytest.mark.parametrize(
    ("columns", "n_edges"),
    [
        ({"bodyId_pre": [1, 1], "bodyId_post": [2, 2], "roi": ["AL", "CA"], "weight": [3, 4]}, 1),
        ({"pre_pt_root_id": [1], "post_pt_root_id": [2], "syn_count": [7]}, 1),
    ],
)
def test_tables_of_neuprint_and_cave_are_known(columns, n_edges):
    network = nn.PointNetwork.from_edge_list(pd.DataFrame(columns))
    assert [edge[:3] for edge in edges_of(network)] == [(1, 2, 7.0)] * n_edges


def test_the_transmitter_gives_the_sign_and_the_scale_multiplies():
    table = TOY.assign(weight=[10, 20], nt=["ACh", "GABA"])
    network = nn.PointNetwork.from_edge_list(table, transmitter="nt", weight_scale=0.1)
    assert network.edges.weight.tolist() == [10.0, -20.0]
    assert compile_network(network).weight.tolist() == pytest.approx([1.0, -2.0])


def test_an_adjacency_matrix_has_sources_in_rows():
    matrix = np.array([[0, 0, 0.5], [0, 0, -1], [0, 0, 0]])
    for given in (matrix, sparse.csr_array(matrix)):
        network = nn.PointNetwork.from_adjacency(given, ids=["A", "B", "C"])
        assert [edge[:3] for edge in edges_of(network)] == [("A", "C", 0.5), ("B", "C", -1.0)]
    frame = pd.DataFrame(matrix, index=list("ABC"), columns=list("ABC"))
    assert nn.PointNetwork.from_adjacency(frame).neurons.id.tolist() == ["A", "B", "C"]


@pytest.mark.parametrize("suffix", ["csv", "tsv", "parquet"])
def test_files_are_read(tmp_path, suffix):
    path = tmp_path / f"edges.{suffix}"
    if suffix == "parquet":
        pytest.importorskip("pyarrow")
        TOY.to_parquet(path)
    else:
        TOY.to_csv(path, index=False, sep="\t" if suffix == "tsv" else ",")
    assert edges_of(nn.PointNetwork.from_file(path)) == edges_of(
        nn.PointNetwork.from_edge_list(TOY)
    )


def test_labels_groups_positions_and_parameters_are_per_neuron():
    network = nn.PointNetwork.from_edge_list(
        TOY,
        nn.IntFire1(tau=8),
        labels={"A": "first"},
        groups={"A": "in", "B": "in"},
        positions={"C": (1, 2, 3)},
        parameters=pd.DataFrame({"tau": [1.0, 2.0, 3.0]}, index=["C", "B", "A"]),
        models=(nn.PointNeurons(groups=("in",), model=nn.IntFire1(refrac=1)),),
    )
    assert network.neurons.labels.tolist() == ["first", "", ""]
    assert network.neurons.position[2].tolist() == [1, 2, 3]
    (neurons,) = compile_network(network).neurons
    assert dict(neurons.parameters)["tau"].tolist() == [3, 2, 1]
    assert dict(neurons.parameters)["refrac"].tolist() == [1, 1, 5]


def test_of_two_models_that_overlap_the_later_counts():
    network = nn.PointNetwork.from_edge_list(
        TOY, "IntFire4", models=(nn.PointNeurons(neurons=("A",), model=nn.IntFire2()),)
    )
    kinds = {n.mechanism: n.rows.tolist() for n in compile_network(network).neurons}
    assert kinds == {"IntFire2": [0], "IntFire4": [1, 2]}


def toy_with(**changes):
    return TOY.assign(**changes)


MALFORMED = {
    "NaN weight": (toy_with(weight=[1, np.nan]), {}, "row 1 of the edge list: the weight is nan"),
    "text for weight": (toy_with(weight=["1", "much"]), {}, "row 1 .* weight is much"),
    "infinite weight": (toy_with(weight=[np.inf, 1]), {}, "row 0 .* weight is inf"),
    "negative delay": (toy_with(d=[1.0, -2.0]), {"delay": "d"}, "row 1 .* delay is -2 ms"),
    "no id": (toy_with(source=["A", None]), {}, "row 1 .* no id in the column 'source'"),
    "unknown neuron": (TOY, {"neurons": ["A", "C"]}, "row 1 .* there is no neuron B"),
    "unknown transmitter": (toy_with(nt=["ach", "xyz"]), {"transmitter": "nt"}, "row 1 .* 'xyz'"),
    "no such column": (TOY, {"source": "from"}, "no column 'from'; there is source, target"),
    "half an id": (toy_with(source=[1.0, 1.5], target=[1, 2]), {}, r"row 1 .* 1\.5"),
    "unknown group": (TOY, {"stimuli": (nn.TrainStimulus(groups=("x",)),)}, "no group 'x'"),
    "unknown target": (TOY, {"stimuli": (nn.TrainStimulus(neurons=("Z",)),)}, "no neuron Z"),
}


@pytest.mark.parametrize("case", MALFORMED)
def test_a_table_that_cannot_be_meant_gives_one_error_that_names_the_row(case):
    table, settings, message = MALFORMED[case]
    with pytest.raises(nn.ExperimentError, match=message):
        nn.PointNetwork.from_edge_list(table, **settings)


def test_an_error_in_a_csv_file_names_its_line(tmp_path):
    path = tmp_path / "edges.csv"
    path.write_text("source,target,weight\n1,2,0.5\n1,3,\n")
    with pytest.raises(nn.ExperimentError, match=r"edges\.csv:3: the weight is nan"):
        nn.PointNetwork.from_file(path)


def test_a_million_rows_are_read_fast_and_one_bad_row_is_found():
    random = np.random.default_rng(1)
    n = 1_000_000
    table = pd.DataFrame(
        {
            "source": random.integers(0, 10_000, n),
            "target": random.integers(0, 10_000, n),
            "weight": 1.0,
        }
    )
    network = nn.PointNetwork.from_edge_list(table)
    assert network.edges.weight.sum() == n
    assert nn.PointNetwork.from_json(network.to_json()) == network
    table.loc[777_777, "weight"] = np.nan
    with pytest.raises(nn.ExperimentError, match="row 777777"):
        nn.PointNetwork.from_edge_list(table)


def test_a_network_comes_back_from_json_as_it_was():
    network = nn.PointNetwork.from_edge_list(
        TOY,
        "IntFire2",
        positions={"A": (1, 2, 3)},
        groups={"A": "g"},
        stimuli=(nn.BackgroundNoise(), nn.GivenSpikes(times=(1, 2))),
        recorded=("C",),
    )
    back = nn.PointNetwork.from_json(network.to_json())
    assert back.to_json() == network.to_json()
    assert back.stimuli == network.stimuli
    assert back.neurons.id.tolist() == ["A", "B", "C"]
    assert np.isnan(back.neurons.position[1]).all()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"colour": 1}, "colour"),
        ({"edges": {"source": [0], "target": [9], "weight": [1], "delay": [1]}}, r"target\[0\]"),
        ({"edges": {"source": [0], "target": [1], "weight": [None], "delay": [1]}}, r"weight\[0\]"),
        ({"edges": {"source": [0], "target": [1], "weight": [1], "delay": [-1]}}, r"delay\[0\]"),
        ({"edges": {"source": [0], "target": [1], "weight": [1, 2], "delay": [1]}}, "2 values"),
        ({"edges": {"source": {"zlib": "!!", "dtype": "<i8", "length": 3}}}, "damaged"),
        ({"edges": {"source": {"zlib": "", "dtype": "|O", "length": 3}}}, "packed column"),
        ({"neurons": {"id": [1, 2, 1]}}, "id of row 0 too"),
        ({"neurons": {"id": [1.5]}}, "ids must be whole numbers"),
        ({"models": [{"model": {"kind": "IntFire9"}}]}, "IntFire9"),
        ({"stimuli": [{"kind": "train", "start": 5, "stop": 5}]}, "not after the start"),
    ],
)
def test_json_that_cannot_be_meant_names_the_field(change, message):
    values = json.loads(nn.PointNetwork.from_edge_list(TOY).to_json())
    with pytest.raises(nn.ExperimentError, match=message):
        nn.PointNetwork.from_json(json.dumps({**values, **change}))


@pytest.mark.parametrize(
    "make", [lambda: nn.IntFire4(taui1=4), lambda: nn.IntFire2(taum=20, taus=20)]
)
def test_time_constants_that_neuron_would_change_silently_are_refused(make):
    with pytest.raises(nn.ExperimentError, match="must be longer than"):
        make()


def test_time_constants_of_a_table_are_checked_too():
    network = nn.PointNetwork.from_edge_list(TOY, "IntFire4", parameters={"taue": [5, 50, 5]})
    with pytest.raises(nn.ExperimentError, match="neuron 1 of IntFire4: taui1"):
        compile_network(network)


def test_a_parameter_of_no_model_in_use_is_refused():
    network = nn.PointNetwork.from_edge_list(TOY, "IntFire4", parameters={"refrac": [5, 5, 5]})
    with pytest.raises(nn.ExperimentError, match="no model of this network has 'refrac'"):
        compile_network(network)


def test_stimuli_that_fit_no_memory_are_refused_before_they_are_made():
    network = nn.PointNetwork.from_edge_list(
        TOY, stimuli=(nn.BackgroundNoise(frequency=1e6),), run=nn.NetworkRun(duration=1e8)
    )
    with pytest.raises(nn.ExperimentError, match=r"stimuli\[0\]\.frequency"):
        compile_network(network)
