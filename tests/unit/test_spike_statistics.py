"""What is said about spike times."""

import numpy as np
import pytest
from scipy.integrate import trapezoid

from napari_neuron.result.spikes import binned_rate, inter_spike_intervals, smoothed_rate

TIMES = np.array([1.0, 4.0, 9.0, 9.5, 24.9])


def test_intervals_are_between_neighbours():
    np.testing.assert_allclose(inter_spike_intervals(TIMES), [3, 5, 0.5, 15.4])
    assert len(inter_spike_intervals(TIMES[:1])) == len(inter_spike_intervals(TIMES[:0])) == 0


@pytest.mark.parametrize(
    ("duration", "width", "edges", "rate"),
    [
        (30, 10, [0, 10, 20, 30], [400, 0, 100]),
        (25, 10, [0, 10, 20, 25], [400, 0, 200]),
        (25, 100, [0, 25], [200]),
        (0.3, 0.1, [0, 0.1, 0.2, 0.3], [0, 0, 0]),
    ],
)
def test_the_rate_in_bins_counts_every_spike_once(duration, width, edges, rate):
    found_edges, found = binned_rate(TIMES, duration, width)
    np.testing.assert_allclose(found_edges, edges)
    np.testing.assert_allclose(found, rate)


def test_a_bin_needs_a_width():
    with pytest.raises(ValueError, match="bin width"):
        binned_rate(TIMES, 10, 0)
    with pytest.raises(ValueError, match="sigma"):
        smoothed_rate(TIMES, 10, sigma=0)


@pytest.mark.parametrize("sigma", [0.5, 3.0])
def test_the_integral_of_the_smoothed_rate_is_the_number_of_spikes(sigma):
    time, rate = smoothed_rate(TIMES, 30.0, sigma, step=0.05)
    assert (time[0], time[-1]) == (0, 30)
    assert trapezoid(rate, time) / 1000 == pytest.approx(5, rel=1e-3)


def test_the_smoothed_rate_of_one_spike_is_a_gaussian():
    time, rate = smoothed_rate(np.array([50.0]), 100.0, 5.0)
    expected = 1000 / (5 * np.sqrt(2 * np.pi)) * np.exp(-0.5 * ((time - 50) / 5) ** 2)
    np.testing.assert_allclose(rate, expected, atol=1e-5)
