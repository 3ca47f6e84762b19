"""Maps over a whole run, and the difference of two runs, on frames that can be worked out."""

from dataclasses import dataclass

import numpy as np
import pytest

from napari_neuron.view import maps
from napari_neuron.view.difference import difference_frames

FRAMES = np.array(
    [[-70, -70, -10], [-20, -65, -70], [10, -70, -5], [-30, -60, 20], [15, -69, -70]],
    dtype=np.float32,
)


@dataclass
class Run:
    """What `difference_frames` reads of a result."""

    frames: np.ndarray
    compartment_of_node: np.ndarray
    frame_interval: float

    @property
    def n_frames(self):
        return len(self.frames)

    @property
    def time(self):
        return np.arange(self.n_frames) * self.frame_interval


@pytest.fixture(params=[4_000_000, 3, 6], ids=["one block", "a block a frame", "two frames"])
def blocks(request, monkeypatch):
    monkeypatch.setattr(maps, "BLOCK", request.param)


@pytest.mark.usefixtures("blocks")
@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (lambda f: maps.peak_map(f), [15, -60, 20]),
        (lambda f: maps.time_of_peak_map(f, 0.5), [2.0, 1.5, 1.5]),
        (lambda f: maps.first_crossing_map(f, 0.5, -20), [0.5, np.nan, 1.0]),
        (lambda f: maps.attenuation_map(f, 0), [0.0, np.log10(10 / 85), np.log10(60 / 85)]),
    ],
    ids=["peak", "time of peak", "first crossing", "attenuation"],
)
def test_a_map_says_of_each_compartment_what_its_name_says(made, expected):
    np.testing.assert_allclose(made(FRAMES), expected, rtol=1e-5)


@pytest.mark.usefixtures("blocks")
def test_compartments_without_the_variable_have_no_peak():
    frames = FRAMES.copy()
    frames[:, 1] = np.nan
    np.testing.assert_array_equal(maps.peak_map(frames), [15, np.nan, 20])
    np.testing.assert_array_equal(maps.time_of_peak_map(frames, 1.0), [4, np.nan, 3])


def test_nothing_is_compared_with_a_node_at_which_nothing_happens():
    with pytest.raises(ValueError, match="nothing happens"):
        maps.attenuation_map(np.full((3, 2), -65, np.float32), 0)


def test_a_difference_is_taken_at_the_same_time_and_node():
    a = Run(np.arange(12, dtype=np.float32).reshape(6, 2), np.array([0, 0, 1]), 0.5)
    b = Run(np.full((3, 3), 100, dtype=np.float32), np.array([2, 1, 0]), 1.0)
    difference = difference_frames(b, a)
    assert difference.shape == (3, 3)
    # nodes 0 and 1 lie in column 0 of A, node 2 in column 1; B has them in columns 2, 1, 0
    np.testing.assert_array_equal(
        np.asarray(difference), [[99, 100, 100], [95, 96, 96], [91, 92, 92]]
    )
    np.testing.assert_array_equal(difference[1], [95, 96, 96])
    np.testing.assert_array_equal(np.asarray(difference[1:]), [[95, 96, 96], [91, 92, 92]])


def test_runs_of_different_cells_have_no_difference():
    a = Run(np.zeros((2, 2), np.float32), np.array([0, 1]), 0.5)
    b = Run(np.zeros((2, 3), np.float32), np.array([0, 1, 2]), 0.5)
    with pytest.raises(ValueError, match="different cells"):
        difference_frames(b, a)
