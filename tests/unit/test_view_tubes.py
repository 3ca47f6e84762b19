"""Tubes: what is closed, what is round, what does not twist, what colours what."""

from itertools import pairwise

import numpy as np
import pytest

from napari_neuron.morphology import Morphology
from napari_neuron.view.geometry.cable_colours import (
    blend_along_cable,
    unblended,
    with_sharp_borders,
)
from napari_neuron.view.geometry.tubes import tube_mesh
from napari_neuron.view.skeleton_layers import root_to_tip_paths, skeleton_layer_data
from napari_neuron.view.voltage.frames import FrameValues


def cell(points, parent, swc_type=3, radius=1.0):
    n = len(points)
    return Morphology(
        node_id=np.arange(10, 10 + n),
        parent=parent,
        swc_type=np.broadcast_to(swc_type, n),
        position=points,
        radius=np.broadcast_to(radius, n),
    )


def spiral(n=200):
    t = np.arange(n) / 5
    return cell(np.c_[10 * np.cos(t), 10 * np.sin(t), t * 3], np.arange(n) - 1)


def branching(swc_type=3):
    points = [[0, 0, 0], [10, 0, 0], [20, 0, 0], [10, 10, 0], [10, 20, 5], [30, 5, 0]]
    return cell(np.array(points, float), [-1, 0, 1, 1, 3, 2], swc_type=swc_type)


def open_edges(mesh):
    edges = np.sort(mesh.faces[:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2), axis=1)
    _, count = np.unique(edges, axis=0, return_counts=True)
    return int((count != 2).sum())


def test_an_unbranched_cable_is_a_closed_surface_of_the_right_volume():
    straight = cell(np.c_[np.arange(6.0) * 4, np.zeros((6, 2))], np.arange(6) - 1)
    mesh = tube_mesh(straight, np.arange(6), sides=32)
    assert open_edges(mesh) == 0
    a, b, c = mesh.vertices[mesh.faces].astype(float).transpose(1, 0, 2)
    volume = np.einsum("ij,ij->i", a, np.cross(b, c)).sum() / 6
    # positive: faces look outwards in z, y, x; the round caps add about half a sphere each
    assert volume == pytest.approx(np.pi * 20 + 0.9 * 4 / 3 * np.pi, rel=0.03)


def test_tubes_do_not_twist():
    rings = tube_mesh(spiral(), np.arange(200), sides=6).direction[: 200 * 6].reshape(200, 6, 3)
    along = (rings[1:] * rings[:-1]).sum(axis=2)
    assert along.min() > 0.95


def test_a_branch_starts_inside_its_parent_with_a_ring_of_its_own():
    mesh = tube_mesh(branching(), np.arange(6), sides=6)
    assert open_edges(mesh) == 6  # the one ring at the branch point
    around_branch = (mesh.vertex_node == 1).sum()
    assert around_branch == 2 * 6


@pytest.mark.parametrize("lonely", [True, False], ids=["a single node", "a soma of one point"])
def test_a_ball_is_round(lonely):
    if lonely:
        mesh = tube_mesh(cell(np.zeros((1, 3)), [-1], radius=5.0), [0])
        ball = mesh.vertices
    else:
        mesh = tube_mesh(branching(swc_type=[1, 3, 3, 3, 3, 3]), np.arange(6))
        ball = mesh.vertices[mesh.is_sphere]
    assert mesh.is_sphere.any()
    np.testing.assert_allclose(np.linalg.norm(ball, axis=1), mesh.radius[-1], rtol=1e-5)


def test_each_vertex_has_the_compartment_of_its_node():
    compartment = np.array([5, 4, 3, 2, 1, 0])
    mesh = tube_mesh(branching(), compartment)
    np.testing.assert_array_equal(mesh.vertex_compartment, compartment[mesh.vertex_node])


def test_the_minimum_radius_moves_vertices_and_changes_nothing_else():
    thin = tube_mesh(branching(), np.arange(6), minimum_radius=0.0)
    thick = thin.with_minimum_radius(3.0)
    reach = np.linalg.norm(thick.vertices - thick.centre, axis=1)
    np.testing.assert_allclose(reach, 3.0, rtol=1e-5)
    assert thick.faces is thin.faces
    np.testing.assert_array_equal(thick.with_minimum_radius(0.0).vertices, thin.vertices)


@pytest.mark.parametrize(
    ("points", "parent"),
    [
        (np.zeros((3, 3)), [-1, 0, 1]),
        (np.array([[0, 0, 0], [1, 0, 0], [0, 0, 0.0]]), [-1, 0, 1]),
        (np.array([[0, 0, 0], [5, 0, 0], [9, 9, 9.0]]), [-1, 0, -1]),
    ],
    ids=["coincident nodes", "straight back", "two trees, one of a single node"],
)
def test_awkward_skeletons_give_finite_meshes(points, parent):
    mesh = tube_mesh(cell(points, parent, radius=0.0), np.arange(3), minimum_radius=0.5)
    assert np.isfinite(mesh.vertices).all()
    assert mesh.faces.max() < len(mesh.vertices)
    assert set(mesh.vertex_node) == {0, 1, 2}


def test_every_edge_is_in_exactly_one_path_and_each_path_ends_at_a_tip():
    skeleton = branching()
    paths = root_to_tip_paths(skeleton)
    edges = [(a, b) for path in paths for a, b in pairwise(path)]
    assert sorted(edges) == sorted((int(p), row) for row, p in enumerate(skeleton.parent) if p >= 0)
    assert sorted(path[-1] for path in paths) == [4, 5]
    assert paths[0][0] == 0


def test_node_layer_data_carries_features_in_the_order_of_the_nodes():
    skeleton = branching()
    (_, _, shapes), (position, settings, points) = skeleton_layer_data(skeleton)
    assert (shapes, points) == ("shapes", "points")
    np.testing.assert_array_equal(position, skeleton.position[:, ::-1])
    assert list(settings["features"]) == ["node_id", "swc_type", "radius", "path_distance"]
    assert settings["metadata"]["napari_neuron"]["morphology"] is skeleton


def test_frames_that_are_not_valid_yet_show_the_newest_that_is():
    frames = np.arange(6, dtype=np.float32).reshape(3, 2)
    values = FrameValues(frames, unblended(np.array([1, 1, 0])), 2)
    assert values.shape == (3, 3)
    np.testing.assert_array_equal(values[0], [1, 1, 0])
    np.testing.assert_array_equal(values[2], [3, 3, 2])
    np.testing.assert_array_equal(values[(1,)], [3, 3, 2])
    np.testing.assert_array_equal(np.asarray(values)[:, 2], [0, 2, 2])
    values.n_valid = 0
    assert np.isnan(values[0]).all()


def test_along_the_cable_a_node_lies_between_the_middles_of_two_compartments():
    cable = cell([(x, 0, 0) for x in range(0, 90, 10)], np.arange(9) - 1)
    # compartment 0 from 0 to 40 µm, compartment 1 from 40 to 80 µm
    blend = blend_along_cable(cable, np.array([0] * 5 + [1] * 4))
    values = blend.of(np.array([0.0, 40.0], dtype=np.float32))
    np.testing.assert_allclose(values, [0, 0, 0, 10, 20, 30, 40, 40, 40], atol=1e-5)
    only_one = blend.of(np.array([7.0, np.nan], dtype=np.float32))
    np.testing.assert_array_equal(only_one[:5], 7)
    assert np.isnan(only_one[5:]).all()


def test_with_sharp_borders_no_face_has_two_colours():
    fork = cell([(0, 0, 0), (10, 0, 0), (20, 5, 0), (20, -5, 0)], [-1, 0, 1, 1])
    tubes = tube_mesh(fork, [0, 0, 1, 2])
    assert (np.ptp(tubes.vertex_compartment[tubes.faces], axis=1) > 0).any()
    sharp = with_sharp_borders(tubes, np.asarray(fork.depth))
    assert (np.ptp(sharp.vertex_compartment[sharp.faces], axis=1) == 0).all()
    np.testing.assert_array_equal(sharp.vertices[sharp.faces], tubes.vertices[tubes.faces])
    assert set(sharp.vertex_compartment[sharp.faces[:, 0]]) == {0, 1, 2}
