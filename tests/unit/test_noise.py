"""Random numbers: the published generator, and processes with the stated statistics."""

import math

import numpy as np
import pytest

from napari_neuron.compile.noise import (
    normals,
    ornstein_uhlenbeck,
    philox,
    poisson_times,
    uniforms,
)

STREAMS = np.array([[1, 2, 3], [1, 2, 4], [2, 2, 3], [2**32 - 1, 0, 2**32 - 1]])


@pytest.mark.parametrize(
    ("counter", "key", "words"),
    [
        ([0] * 4, [0] * 2, "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
        ([0xFFFFFFFF] * 4, [0xFFFFFFFF] * 2, "408f276d 41c83b0e a20bc7c6 6d5451fd"),
        (
            [0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344],
            [0xA4093822, 0x299F31D0],
            "d16cfe09 94fdcceb 5001e420 24126ea1",
        ),
    ],
)
def test_philox_gives_the_published_answers(counter, key, words):
    found = philox(np.array(counter, np.uint64)[:, None], np.array(key, np.uint64)[:, None])
    assert " ".join(f"{word:08x}" for word in found[:, 0].tolist()) == words


def test_a_number_of_a_stream_depends_on_its_place_only():
    whole = uniforms(STREAMS, 11)
    for first in range(11):
        np.testing.assert_array_equal(uniforms(STREAMS[:1], 11 - first, first), whole[:1, first:])
    assert len(np.unique(whole)) == whole.size


def test_uniforms_and_normals_have_their_distributions():
    numbers = uniforms(STREAMS, 100_000)
    assert 0 < numbers.min() < numbers.max() < 1
    np.testing.assert_allclose(numbers.mean(axis=1), 0.5, atol=0.005)
    gauss = normals(STREAMS, 100_001)
    np.testing.assert_allclose(gauss.mean(axis=1), 0, atol=0.015)
    np.testing.assert_allclose(gauss.std(axis=1), 1, atol=0.01)
    np.testing.assert_allclose((np.abs(gauss) < 1).mean(axis=1), 0.6827, atol=0.006)
    np.testing.assert_allclose(np.corrcoef(gauss), np.eye(4), atol=0.015)


def test_ornstein_uhlenbeck_is_its_recurrence():
    dt, tau, sigma, mean = 0.1, 5.0, 2.0, -1.0
    gauss = normals(STREAMS, 777)
    kept = math.exp(-dt / tau)
    expected = np.empty_like(gauss)
    expected[:, 0] = gauss[:, 0]
    for i in range(1, 777):
        expected[:, i] = kept * expected[:, i - 1] + math.sqrt(1 - kept**2) * gauss[:, i]
    found = ornstein_uhlenbeck(STREAMS, 777, dt, mean=mean, sigma=sigma, tau=tau)
    np.testing.assert_allclose(found, mean + sigma * expected, atol=1e-12)


@pytest.mark.parametrize(("dt", "tau"), [(0.025, 5.0), (0.1, 0.5), (1.0, 0.01), (5.0, 20.0)])
def test_ornstein_uhlenbeck_has_mean_sigma_and_tau_whatever_dt_is(dt, tau):
    stream = np.column_stack([np.full(40, 9), np.arange(40), np.zeros(40)]).astype(np.int64)
    x = ornstein_uhlenbeck(stream, 20_000, dt, mean=0.3, sigma=0.2, tau=tau)
    independent = x.size * min(1.0, dt / (2 * tau))
    assert x.mean() == pytest.approx(0.3, abs=4 * 0.2 / math.sqrt(independent))
    assert x.std() == pytest.approx(0.2, rel=4 / math.sqrt(independent))
    lag = max(1, round(tau / dt))
    y = (x - 0.3) / 0.2
    correlation = (y[:, lag:] * y[:, :-lag]).mean()
    assert correlation == pytest.approx(math.exp(-lag * dt / tau), abs=4 / math.sqrt(independent))


def test_poisson_counts_have_the_variance_of_their_mean():
    stream = np.column_stack([np.full(5000, 3), np.arange(5000), np.zeros(5000)]).astype(np.int64)
    times, first = poisson_times(stream, 50.0, 1000.0)
    counts = np.diff(first)
    assert counts.mean() == pytest.approx(20, abs=0.25)
    assert counts.var() == pytest.approx(20, abs=1.7)
    assert (times[first[:-1]] < times[first[1:] - 1]).all()
    assert times.max() < 1000


def test_a_longer_poisson_process_begins_as_the_shorter():
    short, first = poisson_times(STREAMS[:1], 10.0, 100.0)
    long, _ = poisson_times(STREAMS[:1], 10.0, 5000.0)
    np.testing.assert_array_equal(long[: first[1]], short)
