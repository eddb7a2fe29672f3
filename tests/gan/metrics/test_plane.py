"""Metrics in the plane against scikit-learn and POT, and at values that are known."""

import math
from typing import Any

import numpy as np
import ot
import pytest
from scipy.spatial.distance import jensenshannon, pdist
from sklearn.metrics.pairwise import rbf_kernel

from tui_gan.gan.datasets.dataset import Plane
from tui_gan.gan.metrics import plane as metrics


def test_the_middle_of_every_mode_once_is_perfect(plane: Any) -> None:
    found = metrics.by_modes(plane.truth.modes, plane.truth)
    assert found == {"modes": 8.0, "hq": 1.0, "reverse_kl": pytest.approx(0, abs=1e-12)}


def test_unequal_modes_are_counted_as_by_hand(plane: Any) -> None:
    modes, sd = plane.truth.modes, plane.truth.mode_sd
    # Six at one mode and two at another, both just within 3 sd, one just outside it and one between all modes.
    step = np.array([2.99 * sd, 0.0])
    samples = np.stack([modes[0] + step] * 6 + [modes[3] - step] * 2 + [modes[5] + [0, 3.01 * sd], [0.0, 0.0]])
    found = metrics.by_modes(samples, plane.truth)
    assert (found["modes"], found["hq"]) == (2, 0.8)
    assert found["reverse_kl"] == pytest.approx(0.75 * math.log(0.75 * 8) + 0.25 * math.log(0.25 * 8))


def test_one_mode_is_ln_k_and_none_is_infinite(plane: Any) -> None:
    one = np.repeat(plane.truth.modes[2:3], 5, axis=0)
    assert metrics.by_modes(one, plane.truth) == {"modes": 1.0, "hq": 1.0, "reverse_kl": pytest.approx(math.log(8))}
    assert metrics.by_modes(one + 10, plane.truth) == {"modes": 0.0, "hq": 0.0, "reverse_kl": math.inf}


def test_modes_are_those_of_the_first_2500(plane: Any) -> None:
    samples = np.concatenate([np.repeat(plane.truth.modes[:1], 2500, axis=0), plane.truth.modes])
    assert metrics.by_modes(samples, plane.truth)["modes"] == 1


def test_a_perfect_generator_is_as_good_as_the_docstring_says(plane: Any) -> None:
    found = [metrics.by_modes(plane.truth.points(2500, seed), plane.truth) for seed in range(20)]
    assert np.mean([each["hq"] for each in found]) == pytest.approx(1 - math.exp(-4.5), abs=0.002)
    assert np.mean([each["reverse_kl"] for each in found]) == pytest.approx(7 / 5000, rel=0.5)


def test_js_is_scipys_squared_distance_over_the_same_cells(plane: Any) -> None:
    points = plane.truth.points(100_000)
    edges = [np.concatenate([[-np.inf], np.linspace(points[:, i].min(), points[:, i].max(), 51), [np.inf]]) for i in (0, 1)]
    # numpy counts the largest number in its last closed cell, so that it is left out of the comparison by a hair.
    edges = [np.concatenate([each[:-2], [np.nextafter(each[-2], -1)], each[-1:]]) for each in edges]
    real = np.histogram2d(*points.T, bins=edges)[0].ravel()
    for samples in (plane.good, plane.bad, plane.good * 3):
        fake = np.histogram2d(*samples.T, bins=edges)[0].ravel()
        assert metrics.js(samples, plane.truth) == pytest.approx(jensenshannon(fake, real) ** 2, rel=1e-3)


def test_js_reaches_from_0_to_ln_2(plane: Any) -> None:
    assert metrics.js(plane.truth.points(100_000), plane.truth) == 0
    assert metrics.js(plane.good + 100, plane.truth) == pytest.approx(math.log(2))
    assert metrics.js(plane.truth.points(10_000, 5), plane.truth) < 0.01


@pytest.mark.parametrize("bad", [False, True])
def test_mmd_is_that_of_scikit_learns_kernels(bad: bool, plane: Any) -> None:
    x, y = (plane.bad if bad else plane.good)[:300], plane.truth.points(700)
    median = np.median(pdist(y[:500]))

    def kernel(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        return np.mean([rbf_kernel(a, b, gamma=1 / (2 * (c * median) ** 2)) for c in (0.25, 0.5, 1, 2, 4)], axis=0)

    def among(a: np.ndarray) -> float:
        found = kernel(a, a)
        return (found.sum() - np.trace(found)) / (len(a) * (len(a) - 1))

    assert metrics.mmd(x, Plane(lambda count: y)) == pytest.approx(among(x) + among(y) - 2 * kernel(x, y).mean(), rel=1e-6, abs=1e-9)


def test_mmd_of_independent_draws_is_about_0_on_either_side(plane: Any) -> None:
    found = [metrics.mmd(plane.truth.points(300, seed), plane.truth) for seed in range(1, 9)]
    assert abs(np.mean(found)) < 1e-3
    assert min(found) < 0 < max(found)


def test_sliced_w1_is_pots(plane: Any) -> None:
    angles = np.pi * (np.arange(64) + 0.5) / 64
    directions = np.stack([np.cos(angles), np.sin(angles)])
    real = plane.truth.points(len(plane.good))
    for samples in (plane.good, plane.bad):
        expected = ot.sliced_wasserstein_distance(samples, real, projections=directions, p=1)
        assert metrics.sliced_w1(samples, plane.truth) == pytest.approx(expected, rel=1e-9)


def test_sliced_w1_of_a_shift_is_its_mean_projection(plane: Any) -> None:
    shifted = plane.truth.points(400) + np.array([3.0, 4.0])
    assert metrics.sliced_w1(shifted, plane.truth) == pytest.approx(5 * 2 / np.pi, rel=1e-3)


def test_a_small_data_set_is_compared_with_as_many_samples(plane: Any) -> None:
    some = plane.good[:50]
    truth = Plane(lambda count: some[:count])
    assert metrics.sliced_w1(some, truth) == 0
    assert metrics.sliced_w1(np.concatenate([some, some + 9]), truth) == 0
    assert metrics.mmd(plane.bad, truth) > 0.1
    assert metrics.js(some, truth) == 0
