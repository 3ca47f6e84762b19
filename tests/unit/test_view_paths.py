"""Paths that stand for a skeleton too large for napari's Shapes."""

import numpy as np
import pytest

from napari_neuron import Morphology
from napari_neuron.view.skeleton_layers import paths_to_draw, root_to_tip_paths, skeleton_layer_data


def tree(n, bushiness, seed=0):
    """A random tree; the higher ``bushiness`` (0 to 1) the more branches."""
    random = np.random.default_rng(seed)
    parent = np.arange(n) - 1
    branches = np.flatnonzero(random.random(n) < bushiness)[1:]
    parent[branches] = (random.random(len(branches)) * branches).astype(int)
    step = random.normal(loc=(1, 0, 0), size=(n, 3))
    position = np.zeros((n, 3))
    for row in range(1, n):
        position[row] = position[parent[row]] + step[row]
    return Morphology(np.arange(n) + 1, parent, np.full(n, 3), position, np.ones(n), name="tree")


def test_paths_of_a_small_cell_are_all_of_it():
    cell = tree(500, 0.1)
    drawn, all_of_them = paths_to_draw(cell), root_to_tip_paths(cell)
    assert [list(rows) for rows in drawn] == [list(rows) for rows in all_of_them]


@pytest.mark.parametrize("bushiness", [0.0, 0.02, 0.5])
def test_paths_of_a_large_cell_are_thinned_and_hang_together(bushiness):
    cell = tree(30_000, bushiness)
    paths = paths_to_draw(cell, 6000)
    assert 1000 < sum(map(len, paths)) < 7500
    drawn = set(paths[0].tolist())
    for rows in paths[1:]:
        assert rows[0] in drawn
        drawn.update(rows.tolist())
    whole = {(int(rows[0]), int(rows[-1])) for rows in root_to_tip_paths(cell)}
    assert {(int(rows[0]), int(rows[-1])) for rows in paths} <= whole


def test_a_cell_of_any_size_has_paths_that_are_shown_and_points_for_all_nodes():
    cell = tree(30_000, 0.05)
    (paths, path_settings, kind), (points, _, _) = skeleton_layer_data(cell)
    assert kind == "shapes"
    assert path_settings.get("visible", True)
    assert path_settings["metadata"]["napari_neuron"]["morphology"] is cell
    assert len(points) == 30_000
    assert len(paths) > 100
