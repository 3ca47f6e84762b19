"""What repairs do to a skeleton, and what they leave alone."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import napari_neuron as nn
from napari_neuron.compile.cells import read_cells, source_of
from napari_neuron.errors import ExperimentError, MorphologyError
from napari_neuron.morphology import find_sections, read_swc, write_swc

LINE = "1 1 0 0 0 5 -1\n" + "".join(f"{i} 3 {8.0 + i} 0 0 0.5 {i - 1}\n" for i in range(2, 12))


def line(**rows):
    """Return a soma and ten nodes 1 µm apart, with some rows written otherwise."""
    text = LINE
    for node, row in rows.items():
        before = next(r for r in LINE.splitlines() if r.startswith(f"{node[1:]} "))
        text = text.replace(before + "\n", row + "\n" if row else "")
    return read_swc(text, units="um")


ALL_REPAIRS = [
    nn.JoinTrees(),
    nn.JoinTrees(limit=None),
    nn.KeepBiggestTree(),
    nn.InterpolateRadii(),
    nn.InterpolateRadii(nodes=(3, 5)),
    nn.ConstantRadius(radius=0.2),
    nn.FloorRadii(minimum=0.3),
    nn.SmoothRadii(length=2),
    nn.MarkSoma(node=3, radius=4),
    nn.MarkSoma(node=1, make_root=False),
    nn.Reroot(node=5),
    nn.PruneTwigs(length=3),
    nn.MapTypes(changes=[nn.TypeChange(found=3, wanted=4)]),
    nn.Resample(spacing=0.7),
    nn.Resample(spacing=3),
    nn.MergeCoincident(),
    nn.MergeCoincident(distance=0.5),
    nn.SetUnit(unit="nm"),
    nn.SetUnit(unit="4x4x40 nm", radius_unit="um"),
    nn.Move(x=1, y=-2, z=3),
]


@st.composite
def skeletons(draw):
    """Trees of any shape, in pieces, with nodes on one another, and any radii and types."""
    chance = np.random.default_rng(draw(st.integers(0, 2**32)))
    n = draw(st.integers(6, 40))
    up = np.array([-1, *(int(chance.integers(-1, i)) for i in range(1, n))])
    position = chance.integers(-4, 5, (n, 3)) / 2
    radius = chance.choice([0.0, -1.0, 0.1, 0.5, 2.0], n)
    radius[0] = 1.0
    types = chance.choice([0, 1, 2, 3, 7], n)
    order = chance.permutation(n)
    place_of = np.argsort(order)
    parent = np.where(up[order] < 0, -1, place_of[up[order]])
    ids = np.arange(1, n + 1)[order]
    connectors = pd.DataFrame({"node_id": ids[:5], "type": "post", "x": 0.0, "y": 1.0, "z": 2.0})
    return nn.Morphology(
        node_id=ids,
        parent=parent,
        swc_type=types[order],
        position=position[order],
        radius=radius[order],
        connectors=connectors,
    )


@pytest.mark.parametrize("repair", ALL_REPAIRS, ids=repr)
@settings(max_examples=20, suppress_health_check=list(HealthCheck))
@given(cell=skeletons())
def test_after_a_repair_the_cell_is_a_valid_forest_whose_nodes_keep_their_ids(repair, cell):
    # Morphology itself refuses cycles, double ids and numbers that are not finite
    if isinstance(repair, nn.SmoothRadii):
        cell = cell.replace(radius=np.maximum(cell.radius, 0.1))
    changed = nn.repair(cell, repair)
    assert len(changed.roots) <= len(cell.roots)
    stay = np.intersect1d(changed.node_id, cell.node_id)
    if not isinstance(repair, nn.SetUnit | nn.Move):
        same = changed.position[changed.rows(stay)] == cell.position[cell.rows(stay)]
        assert same.all()
    new = np.setdiff1d(changed.node_id, cell.node_id)
    assert isinstance(repair, nn.Resample) or len(new) == 0
    assert np.isin(changed.connectors["node_id"], changed.node_id).all()
    assert nn.Experiment.from_json(
        nn.Experiment(cells=[nn.CellSource(name="a", repairs=[repair])]).to_json()
    ).cells[0].repairs == (repair,)


@settings(max_examples=40, suppress_health_check=list(HealthCheck))
@given(cell=skeletons())
def test_joined_without_limit_there_is_one_tree_and_every_edge_of_before(cell):
    joined = nn.repair(cell, nn.JoinTrees(limit=None))
    assert len(joined.roots) == 1

    def undirected(of):
        low = np.flatnonzero(of.parent >= 0)
        return {frozenset(pair) for pair in zip(low.tolist(), of.parent[low].tolist(), strict=True)}

    assert undirected(cell) <= undirected(joined)


@settings(max_examples=40, suppress_health_check=list(HealthCheck))
@given(cell=skeletons())
def test_joining_takes_the_least_cable(cell):
    from scipy.sparse.csgraph import minimum_spanning_tree
    from scipy.spatial.distance import cdist

    tree = cell.component
    n = len(cell.roots)
    gaps = cdist(cell.position, cell.position)
    between = np.full((n, n), np.inf)
    np.minimum.at(between, (tree[:, None], tree[None, :]), gaps)
    least = minimum_spanning_tree(np.triu(between + 1.0, 1))  # a gap of 0 would be none
    joined = nn.repair(cell, nn.JoinTrees(limit=None))
    added = joined.cable_length - cell.cable_length
    assert added == pytest.approx(least.sum() - (n - 1), abs=1e-6)


@settings(max_examples=40, suppress_health_check=list(HealthCheck))
@given(cell=skeletons())
def test_interpolated_radii_lie_between_those_that_were_known(cell):
    known = cell.radius[cell.radius > 0]
    radius = nn.repair(cell, nn.InterpolateRadii()).radius
    bad = cell.radius <= 0
    assert (radius[~bad] == cell.radius[~bad]).all()
    assert radius.min() >= known.min() - 1e-9 or (radius[bad] <= 0).any()
    assert radius.max() <= known.max() + 1e-9
    find_sections(nn.repair(cell, [nn.InterpolateRadii(), nn.MergeCoincident()]))


def test_radii_are_interpolated_along_the_cable_and_not_from_the_soma():
    cell = line(n2="2 3 10 0 0 0 1", n5="5 3 13 0 0 1 4", n8="8 3 16 0 0 4 7")
    cell = nn.repair(cell, nn.InterpolateRadii(nodes=(2, 6, 7)))
    assert cell.radius[1] == pytest.approx(0.5)  # from node 3, not from the soma of 5 µm
    assert cell.radius[5:7].tolist() == pytest.approx([2, 3])


def test_a_cell_without_any_radius_is_told_to_take_a_constant_one():
    cell = line().replace(radius=np.zeros(11))
    with pytest.raises(MorphologyError, match=r"repairs\[0\].*constant radius"):
        nn.repair(cell, nn.InterpolateRadii())
    assert (nn.repair(cell, nn.ConstantRadius(radius=0.3)).radius == 0.3).all()


def test_smoothing_keeps_the_volume_of_radius_and_the_soma():
    cell = line(n6="6 3 14 0 0 3 5")
    smooth = nn.repair(cell, nn.SmoothRadii(length=2))
    assert smooth.radius[0] == 5
    assert 0.5 < smooth.radius[4] < smooth.radius[5] < 3
    share = np.array([0.5, 1, 1, 1, 1, 1, 1, 1, 1, 0.5])
    assert (share * smooth.radius[1:]).sum() == pytest.approx((share * cell.radius[1:]).sum())


def test_trees_farther_apart_than_the_limit_stay_apart():
    cell = line(n5="5 3 13 0 0 0.5 -1")
    assert nn.repair(cell, nn.JoinTrees(limit=0.9)) is cell
    joined = nn.repair(cell, nn.JoinTrees(limit=1.1))
    assert joined.parent[4] == 3
    assert joined.roots.tolist() == [0]


def test_a_tree_joined_at_its_far_end_is_turned_round_and_the_soma_stays_the_root():
    text = LINE + "".join(
        f"{i} 3 {61.0 - i} 0 0 0.5 {-1 if i == 30 else i - 1}\n" for i in range(30, 42)
    )
    joined = nn.repair(read_swc(text, units="um"), nn.JoinTrees(limit=2))
    assert joined.node_id[joined.roots].tolist() == [1]
    assert joined.node_id[joined.parent[joined.rows(41)]].tolist() == [11]
    assert joined.node_id[joined.parent[joined.rows(30)]].tolist() == [31]


def test_pruning_leaves_the_longest_of_a_fork_and_what_is_long_enough():
    text = LINE + "20 3 12 1 0 0.5 4\n" + "30 3 19 2 0 0.5 11\n31 3 19 -1 0 0.5 11\n"
    pruned = nn.repair(read_swc(text, units="um"), nn.PruneTwigs(length=3))
    assert pruned.node_id.tolist() == [*range(1, 12), 30]


def test_resampled_cable_has_its_nodes_about_one_spacing_apart_and_its_length():
    cell = line(n11="11 2 39 0 0 0.5 10")
    resampled = nn.repair(cell, nn.Resample(spacing=2))
    assert resampled.cable_length == pytest.approx(cell.cable_length)
    assert resampled.edge_length[2:].max() <= 2
    assert {1, 2, 10, 11} <= set(resampled.node_id.tolist())  # soma, ends, change of type
    assert len(resampled) == 7 + 10


def test_merging_moves_children_and_synapses_to_the_node_that_stays():
    synapses = pd.DataFrame({"node_id": [3], "type": "post", "x": 0.0, "y": 0.0, "z": 0.0})
    cell = line(n3="3 3 10 0 0 0.7 2").replace(connectors=synapses)
    merged = nn.repair(cell, nn.MergeCoincident())
    assert merged.node_id.tolist() == [1, 2, *range(4, 12)]
    assert merged.parent[2] == 1
    assert merged.connectors["node_id"].tolist() == [2]


def test_marking_a_soma_leaves_no_other_and_makes_it_the_root():
    cell = line(n6="6 1 14 0 0 0.5 5")
    marked = nn.repair(cell, nn.MarkSoma(node=11, radius=3))
    assert marked.node_id[marked.swc_type == 1].tolist() == [11]
    assert marked.swc_type[:10].tolist() == [3] * 10
    assert (marked.radius[10], marked.node_id[marked.roots].tolist()) == (3, [11])


def test_coordinates_and_radii_may_be_in_different_units_and_back():
    cell = line()
    both = nn.repair(cell, nn.SetUnit(unit="8 nm", radius_unit="nm"))
    assert both.position[10] == pytest.approx(cell.position[10] * 0.008)
    assert both.radius[10] == pytest.approx(0.0005)
    back = nn.repair(both, nn.SetUnit(unit="um"))
    assert back.position == pytest.approx(cell.position)
    assert back.radius == pytest.approx(cell.radius)


@pytest.mark.parametrize("repair", [nn.Reroot(node=99), nn.MarkSoma(node=99)], ids=repr)
def test_a_repair_of_a_node_that_is_not_there_says_which(repair):
    with pytest.raises(MorphologyError, match=r"repairs\[1\] \(\w+\): the cell has no node 99"):
        nn.repair(line(), [nn.Move(x=1), repair])


def test_a_repaired_cell_says_so_and_is_no_longer_its_file(tmp_path):
    path = tmp_path / "cell.swc"
    path.write_text(LINE)
    cell = nn.repair(nn.read_morphology(path, units="um"), nn.FloorRadii(minimum=0.7))
    assert source_of(cell).path is None
    write_swc(cell, tmp_path / "repaired.swc")
    assert '# repaired: floor_radii {"minimum":0.7}' in (tmp_path / "repaired.swc").read_text()


def test_an_experiment_repeats_its_repairs_when_its_file_is_read(tmp_path):
    path = tmp_path / "cell.swc"
    path.write_text(LINE.replace("6 3 14.0 0 0 0.5", "6 3 14.0 0 0 0"))
    source = source_of(nn.read_morphology(path, units="um"))
    repairs = (nn.InterpolateRadii(), nn.PruneTwigs(length=1))
    experiment = nn.Experiment(cells=[source.replace(repairs=repairs)])
    (cell,) = read_cells(nn.Experiment.from_json(experiment.to_json()), tmp_path)
    assert cell.radius[5] == pytest.approx(0.5)


def test_experiments_of_before_repairs_still_load():
    experiment = nn.Experiment.from_json('{"cells": [{"name": "a", "path": "a.swc"}]}')
    assert experiment.cells[0].repairs == ()


def test_a_wrong_repair_names_its_field():
    text = '{"cells": [{"name": "a", "repairs": [{"kind": "prune_twigs", "length": -1}]}]}'
    with pytest.raises(ExperimentError, match=r"^cells\[0\].repairs\[0\].length"):
        nn.Experiment.from_json(text)
