"""The cut of a slice through tubes, against areas known from geometry and against spheres."""

import numpy as np
import pytest

from napari_neuron.morphology import Morphology
from napari_neuron.view.geometry.slice_cut import cut_tubes, edge_tubes
from napari_neuron.view.geometry.tubes import tube_mesh


def cell(position_xyz, radius, parent=None, swc_type=3):
    n = len(position_xyz)
    return Morphology(
        node_id=np.arange(1, n + 1),
        parent=np.arange(n) - 1 if parent is None else parent,
        swc_type=np.broadcast_to(swc_type, n),
        position=np.asarray(position_xyz, dtype=float),
        radius=np.broadcast_to(np.asarray(radius, dtype=float), n),
    )


def tubes_of(morphology):
    return edge_tubes(morphology, tube_mesh(morphology, np.arange(len(morphology))))


def cut(morphology, z, axis=0, **settings):
    plane = z if isinstance(z, tuple) else (z, z)
    return cut_tubes(tubes_of(morphology), axis, plane, **settings)


def area(found, axis=0):
    corners = np.delete(found.place[found.faces], axis, axis=2).astype(float)
    corners = np.unique(corners.round(3) + 0.0, axis=0)  # a plane cuts both parts of an edge
    a, b = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    return np.abs(a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]).sum() / 2


def filled(found, points, axis=0):
    """Say which points of the plane a cut fills."""
    inside = np.zeros(len(points), bool)
    for a, b, c in np.delete(found.place[found.faces], axis, axis=2).astype(float):
        sides = []
        for p, q in ((a, b), (b, c), (c, a)):
            way, to = q - p, points - p
            sides.append(way[0] * to[:, 1] - way[1] * to[:, 0])
        inside |= np.all(np.array(sides) > 0, axis=0) | np.all(np.array(sides) < 0, axis=0)
    return inside


def in_tubes(morphology, points_zyx):
    """Say which points lie in the spheres along the edges, by trying many of them."""
    tubes = tubes_of(morphology)
    inside = np.zeros(len(points_zyx), bool)
    for t in np.linspace(0, 1, 101):
        centre = tubes.start + t * (tubes.end - tubes.start)
        radius = tubes.start_radius + t * (tubes.end_radius - tubes.start_radius)
        for c, r in zip(centre, radius, strict=True):
            inside |= ((points_zyx - c) ** 2).sum(axis=1) <= r**2
    return inside


UPRIGHT = cell([(0, 0, -50), (0, 0, 50)], 3.0)
LYING = cell([(0, 0, 0), (100, 0, 0)], 3.0)
SPHERE = cell([(0, 0, 0)], 5.0, swc_type=1)


@pytest.mark.parametrize(
    ("morphology", "z", "wanted"),
    [
        (UPRIGHT, 10.0, np.pi * 9),
        (SPHERE, 3.0, np.pi * 16),
        (SPHERE, 5.1, 0.0),
        (LYING, 0.0, 6 * 100 + np.pi * 9),
        (LYING, np.sqrt(5), 4 * 100 + np.pi * 4),
        (LYING, 3.1, 0.0),
        (LYING, (1.0, 2.0), None),
    ],
)
def test_the_cut_has_the_area_of_geometry(morphology, z, wanted):
    if wanted is None:  # a thick slice shows the most that is cut in it
        wanted = area(cut(morphology, 1.0))
    assert area(cut(morphology, z)) == pytest.approx(
        wanted, rel=0.05
    )  # polygons lie in their circles


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("axis", [0, 1, 2])
def test_the_cut_fills_what_lies_in_the_tubes_and_nothing_else(seed, axis):
    random = np.random.default_rng(seed)
    tree = cell(
        random.uniform(-10, 10, (8, 3)), random.uniform(0.5, 4.0, 8), [-1, 0, 1, 1, 3, 0, 5, 5]
    )
    plane = tree.position[0, 2 - axis] + 0.3
    found = cut(tree, plane, axis)
    points = random.uniform(-12, 12, (1000, 2))
    in_space = np.insert(points, axis, plane, axis=1)
    drawn, wanted = filled(found, points, axis), in_tubes(tree, in_space)
    assert (drawn & ~wanted).sum() <= 2  # `in_tubes` misses slivers
    assert (wanted & ~drawn).sum() <= 0.1 * wanted.sum()  # polygons lie in their outlines


def test_a_slice_with_thickness_shows_all_it_holds():
    thin = cell([(0, 0, 0), (10, 0, 1)], 0.1)
    assert np.ptp(cut(thin, 0.5).place[:, 2]) == pytest.approx(2.0, abs=0.1)
    assert np.ptp(cut(thin, (0.0, 1.0)).place[:, 2]) == pytest.approx(10.2)


def test_each_half_of_an_edge_has_the_colour_of_its_node():
    found = cut(LYING, 0.0)
    assert set(found.node[found.place[:, 2] < 49]) == {0}
    assert set(found.node[found.place[:, 2] > 51]) == {1}


def test_a_branch_is_no_thicker_than_itself_and_a_soma_does_not_colour_it():
    branched = cell([(0, 0, 0), (20, 0, 0), (0, 20, 0)], [5.0, 5.0, 0.5], [-1, 0, 0])
    assert np.ptp(cut(branched, 10.0, axis=1).place[:, 2]) == pytest.approx(1.0, abs=0.02)
    soma = cell([(0, 0, 0), (20, 0, 0)], [5.0, 0.5], swc_type=[1, 3])
    assert np.ptp(cut(soma, 8.0, axis=2).place[:, 1]) == pytest.approx(1.0, abs=0.02)
    assert set(cut(soma, 8.0, axis=2).node) == {1}


def test_thin_tubes_are_drawn_at_the_minimum_radius():
    assert area(cut(UPRIGHT, 0.0, minimum_radius=6.0)) == pytest.approx(np.pi * 36, rel=0.05)


def test_what_is_near_the_slice_lies_under_the_cut_and_fades():
    slanted = cell([(0, 0, 0), (100, 0, 100)], 1.0)
    found = cut(slanted, 0.0, reach=10.0)
    off = found.place[:, 0]
    n_cut = (off == 0).sum()
    assert (off[:n_cut] == 0).all()
    assert (off[n_cut:] > 0).all()
    x = found.place[n_cut:, 2]
    np.testing.assert_allclose(off[n_cut:], np.clip(x, 0, 100), atol=1.1)
    assert len(cut(slanted, -20.0, reach=10.0).faces) == 0
    assert len(cut(slanted, -20.0).faces) == 0


def test_the_rank_is_the_distance_from_the_axis_and_what_is_near_comes_after():
    slanted = cell([(0, 0, 0), (100, 0, 100)], 2.0)
    found = cut(slanted, 10.0, reach=20.0)
    is_cut = found.place[:, 0] == 0
    assert found.rank[is_cut].max() == pytest.approx(2.0)
    assert found.rank[is_cut].min() == pytest.approx(0.0, abs=1e-6)
    assert (found.rank[~is_cut] > 2.0).all()
    upright = cut(UPRIGHT, 0.0)
    on_axis = np.linalg.norm(upright.direction, axis=1) == 0
    np.testing.assert_allclose(upright.rank[~on_axis], 3.0)
    np.testing.assert_allclose(upright.rank[on_axis], 0.0, atol=1e-9)
