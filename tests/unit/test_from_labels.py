"""Skeletons of labels, against shapes whose middle line is known."""

import time

import numpy as np
import pytest

from napari_neuron import skeletonise
from napari_neuron.errors import MorphologyError
from napari_neuron.morphology.label_process import LabelProcess

VOXEL = (0.04, 0.02, 0.02)


def tube(shape, start, end, radius, voxel=VOXEL):
    """Return the voxels of a rod with round ends; places in µm, z, y, x."""
    place = np.indices(shape).reshape(3, -1).T * voxel
    start, way = np.asarray(start), np.subtract(end, start)
    along = np.clip((place - start) @ way / (way @ way), 0, 1)
    distance = np.linalg.norm(place - start - along[:, None] * way, axis=1)
    return (distance <= radius).reshape(shape)


@pytest.fixture(scope="module")
def forked():
    """A volume of 2 x 2 x 2 µm: label 7 is a thick trunk with a thinner branch, 9 a speck of it."""
    shape = (50, 100, 100)
    labels = np.zeros(shape, dtype=np.int32)
    labels[tube(shape, (1, 1, 0.3), (1, 1, 1.7), 0.2)] = 7
    labels[tube(shape, (1, 1, 1.0), (1, 1.8, 1.0), 0.1)] = 7
    labels[2:4, 2:4, 2:4] = 7
    labels[40, 40, 40] = 9
    rough = np.random.default_rng(1).random(shape) < 0.02
    labels[rough & (labels == 7)] = 0  # holes, and a surface that is not smooth
    return labels


def test_a_forked_tube_has_its_line_radii_and_ends(forked):
    cell = skeletonise(forked, 7, VOXEL, origin=(10.0, 0.0, 0.0), name="fork")
    assert cell.name == "fork"
    assert "largest of 2 pieces" in cell.header[0]
    assert (cell.n_children == 0).sum() + 1 == 3  # the root is an end as well
    x, y, z = cell.position.T
    np.testing.assert_allclose(z, 11, atol=0.06)
    in_trunk = np.abs(y - 1) < 0.1
    middle = in_trunk & (np.abs(x - 0.6) < 0.2)
    np.testing.assert_allclose(cell.radius[middle], 0.2, atol=0.04)
    branch = (y > 1.35) & (y < 1.7)
    assert branch.any()
    np.testing.assert_allclose(cell.radius[branch], 0.1, atol=0.03)
    np.testing.assert_allclose(x[branch], 1.0, atol=0.05)
    assert cell.cable_length == pytest.approx(1.4 + 0.8, rel=0.25)
    assert in_trunk[cell.roots[0]]


def test_where_a_label_leaves_the_volume_it_does_not_get_thinner():
    labels = tube((40, 40, 60), (0.4, 0.4, -1), (0.4, 0.4, 3), 0.2, (0.02,) * 3).astype(int)
    cell = skeletonise(labels, 1, (0.02,) * 3)
    np.testing.assert_allclose(cell.radius, 0.2, atol=0.03)
    assert np.ptp(cell.position[:, 0]) >= 0.85


def test_a_volume_is_read_in_slabs_and_progress_is_told(forked):
    class Slices:
        shape = forked.shape

        def __getitem__(self, key):
            return forked[key]

    said = []
    cell = skeletonise(Slices(), 7, VOXEL, progress=lambda text, done: said.append((text, done)))
    np.testing.assert_array_equal(cell.position, skeletonise(forked, 7, VOXEL).position)
    assert [done for _, done in said] == sorted(done for _, done in said)
    assert said[0][0] == "Looking for label 7"


@pytest.mark.parametrize(("label", "said"), [(8, "no label 8"), (9, "too small")])
def test_a_label_that_makes_no_skeleton_is_said_so(forked, label, said):
    with pytest.raises(MorphologyError, match=said):
        skeletonise(forked, label, VOXEL)


def test_in_a_process_of_its_own_a_label_gives_the_same_cell(forked):
    steps = []
    settings = {"origin": (10.0, 0.0, 0.0), "name": "fork"}
    apart = LabelProcess().run(
        forked, 7, VOXEL, **settings, progress=lambda text, done: steps.append(done)
    )
    here = skeletonise(forked, 7, VOXEL, **settings)
    for key in ("node_id", "parent", "position", "radius"):
        np.testing.assert_array_equal(getattr(apart, key), getattr(here, key))
    assert (apart.header, apart.name) == (here.header, here.name)
    assert steps == sorted(steps)
    assert max(steps) >= 0.9
    with pytest.raises(MorphologyError, match="too small for a skeleton"):
        LabelProcess().run(forked, 9, VOXEL, **settings, progress=lambda text, done: None)


@pytest.mark.parametrize("when", [0.0, 0.3])
def test_a_process_that_is_cancelled_gives_none(forked, when):
    process = LabelProcess()

    def say(text, done):
        if done >= when:
            process.cancel()

    started = time.perf_counter()
    assert process.run(forked, 7, VOXEL, origin=(0, 0, 0), name="x", progress=say) is None
    assert time.perf_counter() - started < 20
