"""Levels of detail: what is left out, what keeps its colour, which level is drawn when."""

import numpy as np
import pytest

from napari_neuron.morphology import Morphology
from napari_neuron.view.geometry.cells_together import cells_together, unique_names
from napari_neuron.view.geometry.detail import (
    FEW_FACES,
    Detail,
    LevelChoice,
    coarser_tubes,
    thinned,
)
from napari_neuron.view.geometry.ribbons import ribbon_mesh


def tree(n=3000, seed=0, radius=0.2):
    random = np.random.default_rng(seed)
    parent = np.arange(n) - 1
    branches = (random.random(n) < 0.1) & (np.arange(n) > 1)
    parent[branches] = (random.random(branches.sum()) * np.flatnonzero(branches)).astype(int)
    step = random.normal([0.4, 0.1, 0], 0.2, (n, 3))
    position = np.zeros((n, 3))
    for node in range(1, n):
        position[node] = position[parent[node]] + step[node]
    return Morphology(
        node_id=np.arange(n),
        parent=parent,
        swc_type=np.where(np.arange(n) == 0, 1, 3),
        position=position,
        radius=np.full(n, radius),
    )


@pytest.mark.parametrize("tolerance", [0.5, 2.0, 1e6])
def test_what_is_left_out_is_within_the_tolerance_of_what_is_left(tolerance):
    cell = tree()
    kept, above = thinned(cell, tolerance, np.zeros(0, np.int64))
    assert above[0] == -1
    assert len(kept) < len(cell)
    rest = above[1:]
    assert np.isin(rest, kept).all()
    gone = np.setdiff1d(np.arange(len(cell)), kept)
    way = cell.path_distance[gone] - cell.path_distance[above[gone]]
    assert (way <= tolerance + cell.edge_length.max()).all()


def test_nothing_disappears_however_far_it_is():
    pieces, _ = cells_together([tree(50, seed) for seed in range(4)])
    kept, above = thinned(pieces, 1e6, np.zeros(0, np.int64))
    assert set(pieces.component[kept]) == set(range(4))
    assert (above[kept] >= 0).sum() == 4  # one edge is left of each


def test_each_level_has_fewer_faces_and_its_vertices_keep_the_compartments_of_their_nodes():
    cell = tree(20_000)
    compartment = np.random.default_rng(1).permutation(len(cell))
    levels = coarser_tubes(cell, compartment, 10**6)
    assert len(levels) >= 2
    assert [t for t, _ in levels] == sorted(t for t, _ in levels)
    sizes = [len(mesh.faces) for _, mesh in levels]
    assert sizes == sorted(sizes, reverse=True)
    for _, mesh in levels:
        np.testing.assert_array_equal(mesh.vertex_compartment, compartment[mesh.colour_node])
        np.testing.assert_allclose(
            mesh.centre, cell.position[mesh.vertex_node][:, ::-1], rtol=1e-5, atol=1e-5
        )
        assert mesh.faces.max() < len(mesh.centre)
        assert 0 in mesh.vertex_node[mesh.is_sphere]  # the soma is a sphere in all of them


def test_a_ribbon_has_two_vertices_for_each_node_and_begins_anew_at_branches():
    cell = Morphology(
        node_id=[1, 2, 3, 4],
        parent=[-1, 0, 1, 1],
        swc_type=[3] * 4,
        position=np.array([[0, 0, 0], [1, 0, 0], [2, 0, 0], [1, 1, 0]], float),
        radius=[2.0, 1.0, 0.5, 0.25],
    )
    node = np.array([1, 2, 3])
    mesh = ribbon_mesh(cell, node, cell.parent[node], np.arange(4), np.zeros(4, bool))
    assert len(mesh.faces) == 6
    assert len(mesh.centre) == 2 * 5
    used = {
        tuple(sorted({(int(mesh.vertex_node[v]), float(mesh.radius[v])) for v in face}))
        for face in mesh.faces
    }
    assert used == {
        ((0, 2.0), (1, 1.0)),
        ((1, 1.0), (2, 0.5)),
        ((1, 0.25), (3, 0.25)),  # a branch begins no thicker than it goes on
    }
    np.testing.assert_array_equal(np.abs(mesh.side), 1)


def test_cells_together_keep_their_trees():
    one, two = tree(30, 1), tree(40, 2)
    together, cell_of_node = cells_together([one, two])
    assert (len(together), len(together.roots)) == (70, 2)
    np.testing.assert_array_equal(together.parent[31:] - 30, two.parent[1:])
    np.testing.assert_array_equal(np.bincount(cell_of_node), [30, 40])
    assert cells_together([one])[0] is one
    assert unique_names([one, two.replace(name="other"), two]) == ("neuron", "other", "neuron (2)")


@pytest.fixture
def choice():
    """Levels that take 400, 100 and 10 ms; the full one has been timed."""
    choice = LevelChoice((0.0, 0.1, 1.0), (FEW_FACES, FEW_FACES // 4, FEW_FACES // 40))
    choice.choose(100.0, "here", 0.0)
    choice.took(0.4)
    return choice


@pytest.mark.parametrize(("pixels", "level"), [(100.0, 0), (11, 0), (10, 1), (1.1, 1), (1, 2)])
def test_while_nothing_moves_no_level_is_off_by_more_than_a_pixel(choice, pixels, level):
    assert choice.choose(pixels, "here", 10.0) == level
    assert not choice.is_coarser


def test_while_the_camera_moves_drawing_is_fast_and_then_fine_again(choice):
    assert choice.choose(100.0, "there", 10.0) == 0  # once may be a script's
    assert choice.choose(100.0, "farther", 10.4) == 2
    assert choice.is_coarser
    assert choice.choose(100.0, "farther", 10.8) == 0
    choice.detail = Detail.STEADY
    assert choice.choose(100.0, "there", 10.9) == 0
    choice.detail = Detail.FULL
    assert choice.choose(0.001, "here", 11.0) == 0


def test_a_small_scene_is_drawn_in_full_while_nothing_moves():
    choice = LevelChoice((0.0, 1.0), (FEW_FACES - 1, 100))
    assert choice.choose(0.001, "here", 0.0) == 0


def test_while_a_run_is_followed_drawing_leaves_time_for_it_and_then_is_fine_again():
    choice = LevelChoice((0.0, 1.0), (4000, 100))
    choice.choose(100.0, "here", 0.0)
    choice.took(0.02)
    choice.is_live = True
    assert choice.choose(100.0, "here", 0.1) == 1
    choice.is_live = False
    assert choice.choose(100.0, "here", 0.2) == 0


def test_of_several_drawings_the_fastest_counts():
    choice = LevelChoice((0.0, 1.0), (4000, 100))
    choice.is_live = True
    choice.choose(100.0, "here", 0.0)
    choice.took(0.009)
    choice.took(0.02)
    assert choice.choose(100.0, "here", 0.1) == 0


def test_what_is_drawn_fast_enough_stays_fine():
    choice = LevelChoice((0.0, 1.0), (4000, 100))
    choice.choose(100.0, "here", 0.0)
    choice.took(0.02)
    for number in range(5):
        assert choice.choose(100.0, number, 0.1 * number) == 0
