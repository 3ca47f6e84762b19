"""Cells made by code: the shapes that a class works out by hand."""

import numpy as np
import pytest

import napari_neuron as nn
from napari_neuron.morphology.sections import find_sections


@pytest.mark.parametrize(
    ("cell", "lengths"),
    [
        (nn.single_compartment(), [20]),
        (nn.straight_cable(), [1000]),
        (nn.ball_and_stick(), [20, 500]),
        (nn.y_shaped(), [20, 200, 500, 300, 300]),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_simple_cells_have_the_sections_they_are_named_for_and_nothing_wrong(cell, lengths):
    np.testing.assert_allclose(find_sections(cell).length, lengths)
    assert len(cell.roots) == 1
    assert cell.node_id.tolist() == list(range(1, len(cell) + 1))
    assert {finding.severity for finding in nn.check(cell)} <= {"info"}


def test_a_single_compartment_has_the_area_of_a_sphere():
    sections = find_sections(nn.single_compartment(diameter=30))
    points = sections.points
    assert np.pi * points[0, 3] * sections.length[0] == pytest.approx(4 * np.pi * 15**2)


def test_the_branches_of_the_y_keep_ralls_rule():
    cell = nn.y_shaped(diameter=3)
    sections = find_sections(cell)
    children = np.flatnonzero(sections.parent == 1)
    diameter = [sections.points[sections.point_start[i + 1] - 1, 3] for i in children]
    assert len(children) == 2
    assert sum(np.power(diameter, 1.5)) == pytest.approx(3**1.5)
    assert set(cell.swc_type.tolist()) == {1, 2, 3}


@pytest.mark.parametrize(
    "make",
    [
        lambda: nn.single_compartment(diameter=0),
        lambda: nn.straight_cable(length=-1),
        lambda: nn.ball_and_stick(length=float("nan")),
        lambda: nn.y_shaped(axon=0),
    ],
)
def test_a_measure_that_is_not_above_0_is_refused(make):
    with pytest.raises(nn.MorphologyError, match="must be above 0"):
        make()
