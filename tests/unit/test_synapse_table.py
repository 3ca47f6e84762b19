"""Connector tables: every row is placed, or listed as left out."""

import numpy as np
import pandas as pd
import pytest

from napari_neuron import (
    AlphaSynapse,
    CurrentPulse,
    EventTrain,
    Experiment,
    ExperimentError,
    Morphology,
    MorphologyError,
    PickedNodes,
    PoissonEvents,
    SpikeTimes,
    Synapse,
)
from napari_neuron.compile.lower import compile_experiment
from napari_neuron.compile.read_synapses import read_synapses

BIG = 720575940000000000


def cell(**fields):
    """Nodes 10, 20 ... 50 (plus a large number), 10 µm apart along x."""
    return Morphology(
        node_id=BIG + 10 * np.arange(1, 6),
        parent=np.arange(-1, 4),
        swc_type=np.zeros(5),
        position=np.column_stack([10.0 * np.arange(5), np.zeros(5), np.zeros(5)]),
        radius=np.ones(5),
        labels=["axon", "axon", "", "dendrite", "dendrite"],
        name="cell",
        **fields,
    )


def table(**changes):
    columns = {
        "x": [0.5, 11.0, 39.0, 25.1, 5000.0, np.nan],
        "y": [0.0, 1.0, 0.0, 0.0, 0.0, 0.0],
        "z": [0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
        "type": [0, 1, 1, 1, 1, 1],
        "partner": [BIG + 7, 8, 8, 9, 8, 8],
        "weight": [1, 2, 3, 4, 5, 6],
        "time": [0.0, 1.0, 2.0, 3.0, 4.0, 5.0],
        "confidence": [0.9, 0.8, 0.3, 0.99, 1.0, 1.0],
        "roi": ["AL", "AL", "LH", "LH", "LH", None],
    }
    return pd.DataFrame({**columns, **changes})


def ids(synapses):
    return [node - BIG for node in synapses.nodes]


def test_each_row_goes_to_the_nearest_node_or_is_listed():
    synapses = read_synapses(table(), cell())
    assert ids(synapses) == [10, 20, 50, 40]
    np.testing.assert_allclose(synapses.rows["distance"], [0.5, np.hypot(1, 1), 1.0, 4.9])
    assert synapses.rows["kind"].tolist() == ["pre", "post", "post", "post"]
    assert synapses.rows["partner"].tolist() == [BIG + 7, 8, 8, 9]
    assert synapses.rows["roi"].tolist() == ["AL", "AL", "LH", "LH"]
    assert synapses.left_out.index.tolist() == [4, 5]
    assert synapses.left_out["why"].tolist() == [
        "further than 5 µm from the nearest node",
        "it has no position",
    ]
    assert synapses.left_out["distance"].tolist()[0] == pytest.approx(4960)


def test_the_unit_of_positions_and_the_limit_are_the_persons():
    in_nm = table()
    in_nm[["x", "y", "z"]] *= 125  # 8 nm voxels
    same = read_synapses(in_nm, cell(), units="8 nm")
    np.testing.assert_allclose(same.rows["distance"], [0.5, np.hypot(1, 1), 1.0, 4.9])
    assert ids(read_synapses(table(), cell(), limit=1.0)) == [10, 50]
    assert len(read_synapses(table(), cell(), limit=1e9)) == 5
    with pytest.raises(MorphologyError, match="unit of length"):
        read_synapses(table(), cell(), units="parsec")


def test_node_ids_decide_where_they_are_given():
    with_nodes = table(node_id=BIG + np.array([20, 20, 30, 99, 50, 10]))
    synapses = read_synapses(with_nodes, cell(), limit=1e9)
    assert ids(synapses) == [20, 20, 30, 50, 10]
    assert synapses.left_out["why"].tolist() == ["not a node of 'cell'"]
    assert synapses.rows["distance"].tolist()[:2] == pytest.approx([9.5, np.hypot(1, 1)])
    named = read_synapses(with_nodes, cell(), position=("x", "y", "z"))
    assert ids(named) == [10, 20, 50, 40]
    alone = read_synapses(with_nodes[["node_id"]].iloc[:2], cell())
    assert ids(alone) == [20, 20]
    assert alone.rows["distance"].isna().all()


def test_long_ids_are_read_from_text_without_rounding():
    texts = pd.DataFrame({"where": [str(BIG + 10), str(BIG + 50)]})
    assert ids(read_synapses(texts, cell(), node="where")) == [10, 50]
    with pytest.raises(ExperimentError, match="row 1 has 'x', not the id of a node"):
        read_synapses(pd.DataFrame({"where": ["1", "x"]}), cell(), node="where")


@pytest.mark.parametrize("ending", [".csv", ".tsv", ".parquet"])
def test_files(tmp_path, ending):
    path = tmp_path / f"synapses{ending}"
    if ending == ".parquet":
        pytest.importorskip("pyarrow")
        table().to_parquet(path)
    else:
        table().to_csv(path, index=False, sep="\t" if ending == ".tsv" else ",")
    synapses = read_synapses(path, cell(), kind="type", partner="partner")
    pd.testing.assert_frame_equal(
        synapses.rows, read_synapses(table(), cell()).rows, check_dtype=False
    )


def test_the_connectors_of_the_cell_itself():
    own = cell(connectors=table(node_id=BIG + 10 * np.array([1, 2, 3, 4, 5, 5])))
    assert ids(read_synapses(None, own, limit=1e9)) == [10, 20, 30, 40, 50, 50]
    with pytest.raises(ExperimentError, match="has no connectors"):
        read_synapses(None, cell())


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"kind": "sort"}, "kind: there is no column 'sort'; there is x, y"),
        ({"position": ("x", "y", "depth")}, "position: there is no column 'depth'"),
        ({"node": "skid"}, "node: there is no column 'skid'"),
    ],
)
def test_a_column_that_is_not_there_is_said_with_those_that_are(options, says):
    with pytest.raises(ExperimentError, match=says):
        read_synapses(table(), cell(), **options)


def test_a_table_without_places_is_refused(tmp_path):
    with pytest.raises(ExperimentError, match="nothing says where the synapses are"):
        read_synapses(table().drop(columns="x"), cell())
    with pytest.raises(ExperimentError, match="not a table"):
        read_synapses(3, cell())
    path = tmp_path / "bad.parquet"
    path.write_text("no parquet")
    with pytest.raises(ExperimentError, match=r"bad\.parquet"):
        read_synapses(path, cell())
    with pytest.raises(FileNotFoundError):
        read_synapses(tmp_path / "none.csv", cell())


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"kind": "post"}, [20, 50, 40]),
        ({"kind": "pre"}, [10]),
        ({"partner": 8}, [20, 50]),
        ({"partner": [8, 9]}, [20, 50, 40]),
        ({"label": "dendrite"}, [50, 40]),
        ({"label": ["axon", "dendrite"]}, [10, 20, 50, 40]),
        ({"region": PickedNodes(nodes=(BIG + 20,))}, [20]),
        ({"confidence": 0.85}, [10, 40]),
        ({"query": "weight > 2 and roi == 'LH'"}, [50, 40]),
        ({"kind": "post", "label": "dendrite", "confidence": 0.5}, [40]),
        ({}, [10, 20, 50, 40]),
    ],
)
def test_filters(condition, expected):
    assert ids(read_synapses(table(), cell()).where(**condition)) == expected


@pytest.mark.parametrize(
    ("condition", "field"),
    [
        ({"label": "linker"}, "label"),
        ({"query": "weight >"}, "query"),
        ({"query": "colour == 1"}, "query"),
    ],
)
def test_a_filter_that_cannot_be_meant_is_refused(condition, field):
    with pytest.raises(ExperimentError) as caught:
        read_synapses(table(), cell()).where(**condition)
    assert caught.value.field == field
    bare = read_synapses(table().drop(columns=["confidence", "partner"]), cell())
    for condition in ({"confidence": 0.5}, {"partner": 3}):
        with pytest.raises(ExperimentError, match="the table has no column for it"):
            bare.where(**condition)


def many(n=1000):
    random = np.random.default_rng(3)
    frame = pd.DataFrame(
        {
            "x": random.uniform(0, 40, n),
            "y": 0.0,
            "z": 0.0,
            "partner": random.integers(0, 50, n),
            "weight": random.integers(1, 9, n),
            "time": random.uniform(0, 100, n),
        }
    )
    return read_synapses(frame, cell())


def test_a_draw_is_fixed_by_its_seed():
    synapses = many()
    drawn = synapses.draw(100, seed=5)
    assert len(drawn) == len(set(drawn.rows.index)) == 100
    assert drawn.rows.index.is_monotonic_increasing
    assert drawn.rows.index.equals(synapses.draw(100, seed=5).rows.index)
    assert not drawn.rows.index.equals(synapses.draw(100, seed=6).rows.index)
    assert set(drawn.rows.index) < set(synapses.draw(200, seed=5).rows.index)
    with pytest.raises(ExperimentError, match="1001 cannot be drawn from 1000"):
        synapses.draw(1001, seed=1)


def test_all_at_once():
    synapses = many(20)
    template = Synapse(
        nodes=(0,), events=SpikeTimes(times=(0,)), weight=0.002, delay=1, shared=True
    )
    (plain,) = synapses.at_once(template)
    assert plain == template.replace(nodes=synapses.nodes)
    (full,) = synapses.at_once(template, weighted=True, timed=True)
    np.testing.assert_allclose(full.weights, 0.002 * synapses.rows["weight"])
    np.testing.assert_allclose(full.delays, 1 + synapses.rows["time"])
    (pulse,) = synapses.at_once(CurrentPulse(nodes=(0,)))
    assert pulse.nodes == synapses.nodes


def test_groups_over_time_as_in_the_fly_tutorial():
    synapses = many()
    sizes, times = (0, 5, 10, 15, 20), (50, 250, 450, 650, 850)
    made = synapses.in_groups(AlphaSynapse(nodes=(0,), gmax=0.1), sizes, times)
    assert [len(s.nodes) for s in made] == [5, 10, 15, 20]
    assert [s.onset for s in made] == [250, 450, 650, 850]
    assert made[1].nodes[:5] == made[0].nodes == synapses.nodes[:5]
    made = synapses.in_groups(Synapse(nodes=(0,)), sizes, times)
    assert [s.events.times for s in made] == [(250,), (450,), (650,), (850,)]


def test_each_partner_has_a_train_of_its_own_whatever_stands_beside_it():
    synapses = many()
    (made,) = synapses.by_partner(Synapse(nodes=(0,), events=PoissonEvents()), weighted=True)
    numbers = dict(zip(synapses.rows["partner"], made.train_of, strict=True))
    assert len(set(numbers.values())) == len(numbers) == 50
    some = synapses.where(partner=[3, 4])
    (fewer,) = some.by_partner(Synapse(nodes=(0,), events=PoissonEvents()))
    assert set(fewer.train_of) == {numbers[3], numbers[4]}
    model = compile_experiment([cell()], Experiment(stimuli=(made,)))
    (drive,) = model.drives
    assert len(drive.first) == 51
    assert drive.weight.max() == pytest.approx(0.008)


@pytest.mark.parametrize(
    ("activate", "field"),
    [
        (lambda t: t.where(query="weight > 99").at_once(Synapse(nodes=(0,))), "nodes"),
        (lambda t: t.at_once(AlphaSynapse(nodes=(0,)), weighted=True), "weighted"),
        (lambda t: t.in_groups(Synapse(nodes=(0,)), (5, 2000), (1, 2)), "sizes[1]"),
        (lambda t: t.in_groups(Synapse(nodes=(0,)), (5,), (1, 2)), "times"),
    ],
)
def test_what_cannot_be_activated_is_refused(activate, field):
    with pytest.raises(ExperimentError) as caught:
        activate(many())
    assert caught.value.field == field


@pytest.mark.parametrize(("column", "value"), [("weight", "much"), ("partner", None)])
def test_gaps_are_found_when_they_matter(column, value):
    frame = table().astype({column: object})
    frame.loc[1, column] = value
    synapses = read_synapses(frame, cell())
    template = Synapse(nodes=(0,), events=EventTrain())
    with pytest.raises(ExperimentError, match="row 1 has") as caught:
        synapses.by_partner(template, weighted=True)
    assert caught.value.field == column
