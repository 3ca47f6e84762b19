"""Paths that stand for a skeleton too large for napari's Shapes."""

import numpy as np
import pytest

from napari_neuron import Morphology
from napari_neuron.view.skeleton_layers import (
    cells_layer_data,
    paths_to_draw,
    root_to_tip_paths,
    skeleton_layer_data,
)


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


def distance_to_lines(cell, paths):
    """Return each node's distance to the nearest of the lines that ``paths`` draw."""
    a = cell.position[np.concatenate([rows[:-1] for rows in paths])]
    b = cell.position[np.concatenate([rows[1:] for rows in paths])]
    chord = b - a
    length = np.einsum("ij,ij->i", chord, chord)
    nearest = []
    for node in cell.position:
        along = np.einsum("ij,ij->i", node - a, chord) / np.where(length > 0, length, 1)
        off = node - a - np.clip(along, 0, 1)[:, None] * chord
        nearest.append(np.linalg.norm(off, axis=1).min())
    return np.array(nearest)


def test_without_a_tolerance_the_paths_are_all_of_the_cell():
    cell = tree(500, 0.1)
    drawn, all_of_them = paths_to_draw(cell, 0), root_to_tip_paths(cell)
    assert [list(rows) for rows in drawn] == [list(rows) for rows in all_of_them]


@pytest.mark.parametrize("bushiness", [0.0, 0.02, 0.5])
def test_no_node_is_farther_from_the_paths_than_the_tolerance(bushiness):
    cell = tree(1000, bushiness)
    paths = paths_to_draw(cell, 1.5)
    assert sum(map(len, paths)) < 900
    assert distance_to_lines(cell, paths).max() <= 1.5


@pytest.mark.parametrize("bushiness", [0.0, 0.02, 0.5])
def test_paths_of_a_large_cell_are_thinned(bushiness):
    cell = tree(30_000, bushiness)
    assert 1 < sum(map(len, paths_to_draw(cell, 0.1, 6000))) <= 6000


def test_a_path_keeps_its_ends():
    cell = tree(300, 0.02)
    whole = {(int(rows[0]), int(rows[-1])) for rows in root_to_tip_paths(cell)}
    assert {(int(rows[0]), int(rows[-1])) for rows in paths_to_draw(cell, 3.0)} <= whole


def test_a_cell_of_any_size_has_paths_that_are_shown_and_points_for_all_nodes():
    cell = tree(30_000, 0.05)
    (paths, path_settings, kind), (points, _, _) = skeleton_layer_data(cell)
    assert kind == "shapes"
    assert path_settings.get("visible", True)
    assert path_settings["metadata"]["napari_neuron"]["morphology"] is cell
    assert len(points) == 30_000
    assert len(paths) > 100


@pytest.mark.parametrize(
    ("cells", "visible"),
    [
        pytest.param([tree(30_000, 0.02)], True, id="one large cell"),
        pytest.param([tree(100, 0.02)] * 3, True, id="small cells"),
        pytest.param([tree(10_000, 0.3)] * 3, False, id="large cells"),
    ],
)
def test_paths_of_several_large_cells_wait_to_be_shown(cells, visible):
    layers = cells_layer_data(cells)
    shown = {kind: settings.get("visible", True) for _, settings, kind in layers}
    assert shown == {"shapes": visible, "points": True}
