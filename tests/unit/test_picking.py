"""Which node lies under a line of sight."""

import numpy as np
import pytest

from napari_neuron.view.picking import picked_node

# a soma of radius 5, a cable along x of radius 1, and another 20 behind it in z
POSITION = np.array(
    [[0, 0, 0], [10, 0, 0], [40, 0, 0], [0, 0, 20], [40, 0, 20], [90, 0, 20]], dtype=float
)
PARENT = np.array([-1, 0, 1, -1, 3, 4])
RADIUS = np.array([5.0, 1, 1, 1, 1, 1])
ALONG_Z = (0, 0, 1)


def pick(point, direction=ALONG_Z, **settings):
    return picked_node(POSITION, PARENT, RADIUS, point, direction, **settings)


@pytest.mark.parametrize(
    ("point", "row"),
    [
        ((0, 0, -100), 0),
        ((0, 4.9, -100), 0),
        ((30, 0.9, -100), 2),  # the nearer end of the edge
        ((20, 0, -100), 1),
        ((80, 0, -100), 5),
        ((80, 1.1, -100), None),
        ((0, 5.1, -100), None),
    ],
)
def test_a_line_hits_the_neurite_it_goes_through(point, row):
    assert pick(point) == row


def test_of_two_in_a_line_the_nearer_to_the_eye_is_hit():
    assert pick((30, 0, -100)) == 2
    assert pick((30, 0, 100), (0, 0, -1)) == 4
    assert pick((30, 0, 10)) == 2  # a line has no beginning


def test_a_line_may_come_from_anywhere():
    direction = np.array([1.0, 2.0, -2.0])
    assert pick(np.array([39, 0.2, 20]) - 7 * direction, direction) == 4


def test_thin_neurites_are_as_thick_as_they_are_drawn():
    assert pick((80, 3, 0)) is None
    assert pick((80, 3, 0), minimum_radius=3.5) == 5


def test_a_miss_within_the_tolerance_hits_the_nearest():
    assert pick((80, 3, 0), tolerance=3) == 5
    assert pick((80, 4.5, 0), tolerance=3) is None


@pytest.mark.parametrize(("depth", "row"), [(0, 2), (20, 4), (10, None), (1.4, 2)])
def test_in_a_slice_only_what_lies_in_it_is_there(depth, row):
    assert pick((30, 0, depth), slab=0.5) == row


def test_a_cell_without_nodes_is_never_hit():
    empty = np.empty((0, 3))
    assert picked_node(empty, np.empty(0, int), np.empty(0), (0, 0, 0), ALONG_Z) is None
