"""Maps over a whole run, and the difference of two runs, on frames that can be worked out."""

import numpy as np
import pytest

from napari_neuron import Experiment, Morphology, RunSettings, SimulationResult
from napari_neuron.view.voltage import maps
from napari_neuron.view.voltage.difference import difference_frames

FRAMES = np.array(
    [[-70, -70, -10], [-20, -65, -70], [10, -70, -5], [-30, -60, 20], [15, -69, -70]],
    dtype=np.float32,
)


def run_of(frames, compartment_of_node, steps_per_frame):
    n = len(compartment_of_node)
    cell = Morphology(np.arange(n), np.arange(n) - 1, [3] * n, np.eye(n, 3) * 9, np.ones(n))
    return SimulationResult(
        cells=(cell,),
        experiment=Experiment(run=RunSettings(dt=0.25, frame_interval=0.25 * steps_per_frame)),
        frames=np.asarray(frames, dtype=np.float32),
        samples=np.zeros((0, 0)),
        compartment_of_node=np.asarray(compartment_of_node),
        n_frames=len(frames),
    )


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
    a = run_of(np.arange(8).reshape(4, 2), [0, 0, 1], 2)
    b = run_of(np.full((3, 3), 100), [2, 1, 0], 4)
    difference = difference_frames(b, a)
    assert difference.shape == (3, 3)
    # nodes 0 and 1 lie in column 0 of A, node 2 in column 1; B has them in columns 2, 1, 0
    expected = [[99, 100, 100], [95, 96, 96], [np.nan] * 3]  # A ended before
    np.testing.assert_array_equal(np.asarray(difference), expected)
    np.testing.assert_array_equal(difference[1], expected[1])
    np.testing.assert_array_equal(np.asarray(difference[1:]), expected[1:])


def test_runs_of_different_cells_have_no_difference():
    a, b = run_of(np.zeros((2, 2)), [0, 1], 2), run_of(np.zeros((2, 3)), [0, 1, 2], 2)
    with pytest.raises(ValueError, match="different cells"):
        difference_frames(b, a)
