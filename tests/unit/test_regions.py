"""Regions: which nodes they pick, what they amount to, and which paint hides which."""

import numpy as np
import pytest

from napari_neuron import (
    AllOf,
    AnyOf,
    BranchOrder,
    CableProperties,
    DensityMechanism,
    Everywhere,
    Experiment,
    ExperimentError,
    HodgkinHuxley,
    Ions,
    Labelled,
    Morphology,
    NoneOf,
    Passive,
    PathDistance,
    PickedNodes,
    RadiusRange,
    Subtree,
    SwcTypes,
)
from napari_neuron.compile.lower import compile_experiment
from napari_neuron.compile.paint import shadowed
from napari_neuron.compile.regions import nodes_in, region_summary


def tree():
    """A dendrite 1-2-3 that forks into 4 and 5; 3 is 20 µm from the root, 4 and 5 30 µm.

    Node 2 is the soma: a root need not be one. Radii fall from 5 to 1.
    """
    return Morphology(
        node_id=[1, 2, 3, 4, 5],
        parent=[-1, 0, 1, 2, 2],
        swc_type=[3, 1, 3, 3, 2],
        position=[[0, 0, 0], [10, 0, 0], [20, 0, 0], [20, 10, 0], [20, 0, 10]],
        radius=[5, 4, 3, 2, 1],
        labels=["dendrite", "", "dendrite", "dendrite", "axon"],
        name="tree",
    )


REGIONS = [
    (Everywhere(), {1, 2, 3, 4, 5}),
    (PathDistance(minimum=10, maximum=20), {2, 3}),
    (PathDistance(minimum=25), {4, 5}),
    (PathDistance(origin="soma", maximum=10), {1, 2, 3}),
    (PathDistance(origin="soma", minimum=20), {4, 5}),
    (RadiusRange(minimum=2, maximum=3), {3, 4}),
    (RadiusRange(maximum=1), {5}),
    (BranchOrder(maximum=0), {1, 2, 3}),
    (BranchOrder(minimum=1, maximum=1), {4, 5}),
    (BranchOrder(origin="soma", minimum=1), {4, 5}),
    (Subtree(node=3), {3, 4, 5}),
    (Subtree(node=5), {5}),
    (Subtree(node=2), {2, 3, 4, 5}),
    (Subtree(node=1, origin="soma"), {1}),
    (Subtree(node=3, origin="soma"), {3, 4, 5}),
    (AllOf(regions=[SwcTypes(types=[3]), PathDistance(minimum=15)]), {3, 4}),
    (AnyOf(regions=[Labelled(labels=["axon"]), PickedNodes(nodes=[1])]), {1, 5}),
    (NoneOf(regions=[Labelled(labels=["axon"]), PickedNodes(nodes=[1])]), {2, 3, 4}),
    (NoneOf(regions=[NoneOf(regions=[Subtree(node=4)])]), {4}),
]


@pytest.mark.parametrize(("region", "picked"), REGIONS, ids=lambda v: str(v))
def test_a_region_picks_its_nodes(region, picked):
    cell = tree()
    assert set(cell.node_id[nodes_in(region, cell)].tolist()) == picked


@pytest.mark.parametrize("region", [region for region, _ in REGIONS], ids=str)
def test_a_region_comes_back_from_json(region):
    experiment = Experiment(paint=[Passive(region=region)])
    assert Experiment.from_json(experiment.to_json()) == experiment


@pytest.mark.parametrize(
    ("region", "field"),
    [
        ({"kind": "path_distance", "minimum": 5, "maximum": 4}, "paint[0].region.maximum"),
        ({"kind": "radius_range", "minimum": -1}, "paint[0].region.minimum"),
        ({"kind": "branch_order", "minimum": 0.5}, "paint[0].region.minimum"),
        ({"kind": "all_of", "regions": []}, "paint[0].region.regions"),
        ({"kind": "all_of", "regions": [{"kind": "huh"}]}, "paint[0].region.regions[0]"),
        (
            {"kind": "any_of", "regions": [{"kind": "subtree", "node": 1, "of": 2}]},
            "paint[0].region.regions[0].of",
        ),
    ],
)
def test_a_mistake_in_a_region_names_the_field(region, field):
    with pytest.raises(ExperimentError) as caught:
        Experiment(paint=[{"kind": "pas", "region": region}])
    assert caught.value.field == field


@pytest.mark.parametrize("depth", [17, 3000])
def test_regions_are_not_nested_without_end(depth):
    region = {"kind": "everywhere"}
    for _ in range(depth):
        region = {"kind": "none_of", "regions": [region]}
    with pytest.raises(ExperimentError, match="nested more than 16 deep"):
        Experiment(paint=[{"kind": "pas", "region": region}])


@pytest.mark.parametrize(
    ("region", "field", "says"),
    [
        (Subtree(node=99), "region.node", "99 is not a node"),
        (AnyOf(regions=[Everywhere(), PickedNodes(nodes=[9])]), "region.regions[1].nodes", "9 is"),
        (PathDistance(origin="soma"), "region.origin", "no soma"),
        (NoneOf(regions=[Everywhere()]), "region", "picks no node"),
    ],
)
def test_a_region_that_does_not_fit_the_cell_names_the_field(region, field, says):
    cell = tree().replace(swc_type=np.zeros(5))
    with pytest.raises(ExperimentError, match=says) as caught:
        compile_experiment([cell], Experiment(paint=[Passive(region=region)]))
    assert caught.value.field == f"paint[0].{field}"


def test_distance_from_the_soma_does_not_change_with_the_root():
    cell = tree()
    region = PathDistance(origin="soma", minimum=5, maximum=15)
    picked = {str(cell.rerooted(root).node_id[nodes_in(region, cell)]) for root in (1, 4, 5)}
    assert picked == {"[1 3]"}


def test_a_summary_is_that_of_the_sections_that_are_painted():
    cell = tree().replace(swc_type=np.zeros(5), radius=np.full(5, 2.0))
    summary = region_summary(Subtree(node=4), cell)
    assert (summary.n_nodes, summary.cable_length) == (1, pytest.approx(10))
    assert summary.membrane_area == pytest.approx(2 * np.pi * 2.0 * 10)
    whole = region_summary(Everywhere(), cell)
    assert whole.cable_length == pytest.approx(cell.cable_length)
    assert region_summary(NoneOf(regions=[Everywhere()]), cell).membrane_area == 0


def test_the_parts_of_a_cell_sum_to_the_whole():
    cell, region = tree(), PathDistance(minimum=15)
    parts = [region_summary(r, cell) for r in (region, NoneOf(regions=[region]))]
    whole = region_summary(Everywhere(), cell)
    assert sum(p.membrane_area for p in parts) == pytest.approx(whole.membrane_area)
    assert sum(p.cable_length for p in parts) == pytest.approx(whole.cable_length)


def test_the_list_says_which_paint_is_hidden_where():
    paint = [
        CableProperties(),
        Passive(),
        HodgkinHuxley(region=Subtree(node=3)),
        Passive(region=Subtree(node=4)),
        DensityMechanism(name="pas", region=PickedNodes(nodes=[4, 5])),
        Ions(ion="na", e=60, region=PickedNodes(nodes=[5])),
        Ions(ion="na", inside=12),
        Passive(cell="another"),
    ]
    cell = tree()
    covers = shadowed(paint, cell)
    hidden = [set(cell.node_id[cover.shadowed].tolist()) for cover in covers]
    assert hidden == [set(), {4, 5}, {3, 4, 5}, {4}, set(), {5}, set(), set()]
    assert [cover.by for cover in covers] == [(), (3, 4), (5, 6), (4,), (), (6,), (), ()]
    assert not covers[7].nodes.any()
