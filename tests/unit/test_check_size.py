"""Too many compartments for the machine are found, with what brings them below."""

import numpy as np
import pytest

import napari_neuron as nn
from napari_neuron.compile.lower import compile_experiment
from napari_neuron.compile.suggest_repairs import suggested_discretisation, suggested_repairs
from napari_neuron.morphology import machine
from napari_neuron.morphology.check_size import compartments


@pytest.fixture
def comb():
    """A thin cable of 1,000 µm with a twig of 0.4 or 1.2 µm at each fifth micrometre."""
    position = [[x, 0, 0] for x in np.arange(0, 1001.0)]
    parent = [-1, *range(1000)]
    for row in range(5, 1000, 5):
        position.append([row, 0.4 if row % 2 else 1.2, 0])
        parent.append(row)
    n = len(parent)
    return nn.Morphology(
        node_id=np.arange(n),
        parent=np.array(parent),
        swc_type=np.full(n, 3),
        position=np.array(position, dtype=float),
        radius=np.full(n, 0.1),
        name="comb",
    )


def n_compartments(cell, **changes):
    return compile_experiment([cell], nn.Experiment(**changes)).n_compartments


def test_what_is_suggested_brings_the_compartments_below(comb):
    before = n_compartments(comb)
    (finding,) = compartments(comb, most=300)
    assert before > 300
    (prune,) = suggested_repairs(comb, finding)
    assert prune == nn.PruneTwigs(length=0.5)
    assert n_compartments(nn.repair(comb, prune)) <= 300
    assert suggested_discretisation(finding) is None  # each twig is a section
    assert finding.as_dict()["parameters"] == dict(finding.parameters)


def test_longer_compartments_are_suggested_where_sections_are_long():
    n = 2000
    cable = nn.Morphology(
        node_id=np.arange(n),
        parent=np.arange(n) - 1,
        swc_type=np.full(n, 3),
        position=np.column_stack([np.arange(n) * 20.0, np.zeros(n), np.zeros(n)]),
        radius=np.full(n, 0.5),
    )
    (finding,) = compartments(cable, most=700)
    longer = suggested_discretisation(finding)
    assert n_compartments(cable, discretisation=longer) <= 700 < n_compartments(cable)
    assert "prune_twigs.length" not in dict(finding.parameters)
    assert f"d_lambda {longer.d_lambda:g}" in finding.message


def test_a_cell_the_machine_can_do_is_not_reported(comb):
    assert compartments(comb) == []


def test_the_limit_follows_the_machine():
    most = machine.most_compartments()
    assert most * machine.BYTES_PER_COMPARTMENT < machine.free_memory()
    assert 0 < machine.run_time(most) < 25
    assert 0.25 <= machine.slowness() <= 8
