"""Which node lies under a line of sight."""

import numpy as np
import pytest

from napari_neuron.view.geometry.line_hits import CableHits, FaceHits

# a soma of radius 5, a cable along x of radius 1, and another 20 behind it in z
POSITION = np.array(
    [[0, 0, 0], [10, 0, 0], [40, 0, 0], [0, 0, 20], [40, 0, 20], [90, 0, 20]], dtype=float
)
PARENT = np.array([-1, 0, 1, -1, 3, 4])
RADIUS = np.array([5.0, 1, 1, 1, 1, 1])
ALONG_Z = (0, 0, 1)


def pick(point, direction=ALONG_Z, **settings):
    hit = CableHits(POSITION, PARENT, RADIUS).hit(point, direction, **settings)
    return None if hit is None else hit.row


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


def test_how_far_along_the_line_and_by_how_much_it_missed_is_told():
    hits = CableHits(POSITION, PARENT, RADIUS)
    assert hits.hit((0, 0, -100), ALONG_Z).depth == pytest.approx(95)  # where the soma begins
    assert hits.hit((80, 3, 0), ALONG_Z, tolerance=3).off == pytest.approx(2)


def test_a_cell_without_nodes_is_never_hit():
    hits = CableHits(np.empty((0, 3)), np.empty(0, int), np.empty(0))
    assert hits.hit((0, 0, 0), ALONG_Z) is None


def test_blocks_hide_nothing():
    rng = np.random.default_rng(4)
    n = 2000
    position = np.cumsum(rng.normal(size=(n, 3)), axis=0)
    parent, radius = np.arange(n) - 1, rng.uniform(0.01, 0.2, n)
    hits = CableHits(position, parent, radius)
    for _ in range(50):
        aim, direction = position[rng.integers(n)], rng.normal(size=3)
        hit = hits.hit(aim, direction)
        ahead = direction / np.linalg.norm(direction)
        along = (position - aim) @ ahead
        off = np.linalg.norm(position - aim - along[:, None] * ahead, axis=1)
        first = (along - np.sqrt(np.maximum(radius**2 - off**2, 0)))[off <= radius].min()
        assert hit.depth <= first + 1e-9  # of the balls; a tube may be hit before


def test_of_a_mesh_the_corner_nearest_to_where_it_is_hit_counts():
    vertices = np.array([[0, 0, 5], [4, 0, 5], [0, 4, 5], [0, 0, 9], [4, 0, 9], [0, 4, 9]], float)
    hits = FaceHits(vertices, np.array([[0, 1, 2], [5, 4, 3]]))
    assert hits.hit((3, 0.5, -10), ALONG_Z).row == 1
    assert hits.hit((3, 0.5, -10), ALONG_Z).depth == pytest.approx(15)
    assert hits.hit((0.5, 3, 20), (0, 0, -1)).row == 5
    assert hits.hit((3, 3, 0), ALONG_Z) is None
    assert hits.hit((3, 3, 0), (0, 1, 0)) is None  # along a face
