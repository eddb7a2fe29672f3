"""Metrics on the line against scipy, and at values that are known."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats
from scipy.spatial.distance import jensenshannon

from tui_gan.gan.datasets.dataset import Line
from tui_gan.gan.metrics import line as metrics

FINITE = st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=40).map(np.array)
# Few different numbers, so that most are ties.
TIES = st.lists(st.integers(0, 6).map(float), min_size=1, max_size=30).map(np.array)


def empirical(values: np.ndarray) -> Line:
    ordered = np.sort(values)

    def quantiles(count: int) -> np.ndarray:
        return ordered[((2 * np.arange(count) + 1) * len(ordered) - 1) // (2 * count)]

    return Line(quantiles, lambda x: np.searchsorted(ordered, x, side="right") / len(ordered), float(values.mean()), float(values.std()))


@given(samples=FINITE, values=FINITE)
def test_w1_of_as_many_samples_as_data_is_scipys(samples: np.ndarray, values: np.ndarray) -> None:
    count = min(len(samples), len(values))
    samples, values = samples[:count], values[:count]
    expected = stats.wasserstein_distance(samples, values)
    assert metrics.w1(samples, empirical(values)) == pytest.approx(expected, rel=1e-9, abs=1e-9)


def test_the_exact_quantiles_are_at_no_distance_and_a_shift_is_the_shift(line: Any) -> None:
    exact = line.truth.quantiles(1000)[::-1]
    assert metrics.w1(exact, line.truth) == 0
    assert metrics.w1(exact + 0.25, line.truth) == pytest.approx(0.25)
    assert metrics.ks(exact, line.truth) == pytest.approx(0.5 / 1000)
    assert metrics.js(exact, line.truth) < 2e-3


def test_ks_of_samples_against_a_continuous_cdf_is_scipys(line: Any) -> None:
    for samples in (line.good, line.bad, line.good[:1], line.good[:7]):
        assert metrics.ks(samples, line.truth) == pytest.approx(stats.ks_1samp(samples, stats.norm(4, 0.5).cdf).statistic, abs=1e-12)


@settings(max_examples=50)
@given(samples=TIES, values=TIES)
def test_ks_against_a_stepwise_cdf_is_scipys_of_two_samples(samples: np.ndarray, values: np.ndarray) -> None:
    expected = stats.ks_2samp(samples, values, method="exact").statistic
    assert metrics.ks(samples, empirical(values)) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("shift", [0.1, 0.5, 1.5])
def test_ks_of_a_shifted_gaussian_is_the_closed_form(shift: float, line: Any) -> None:
    samples = line.truth.quantiles(20_000) + shift
    # Two Gaussians a shift apart differ most halfway.
    assert metrics.ks(samples, line.truth) == pytest.approx(2 * stats.norm.cdf(shift / (2 * 0.5)) - 1, abs=1e-4)


@pytest.mark.parametrize("shift", [0.25, 0.5, 1.0])
def test_js_of_a_shifted_gaussian_is_the_integral(shift: float, line: Any) -> None:
    real, fake = stats.norm(4, 0.5), stats.norm(4 + shift, 0.5)

    def density(x: np.ndarray) -> np.ndarray:
        p, q = real.pdf(x), fake.pdf(x)
        return (p * np.log(2 * p / (p + q)) + q * np.log(2 * q / (p + q))) / 2

    expected = integrate.quad(density, -1, 10, points=[4, 4 + shift])[0]
    assert metrics.js(fake.ppf((np.arange(100_000) + 0.5) / 100_000), line.truth) == pytest.approx(expected, rel=0.005)


def test_js_is_scipys_squared_distance_over_the_same_bins(line: Any) -> None:
    low, high = stats.norm(4, 0.5).ppf([0.001, 0.999])
    edges = np.concatenate([[-np.inf], np.linspace(1.25 * low - 0.25 * high, 1.25 * high - 0.25 * low, 81), [np.inf]])
    for samples in (line.good, line.bad, line.good + 3):
        shares = np.histogram(samples, edges)[0] / len(samples)
        expected = jensenshannon(shares, np.diff(stats.norm(4, 0.5).cdf(edges))) ** 2
        assert metrics.js(samples, line.truth) == pytest.approx(expected, rel=1e-9)


def test_js_of_samples_far_away_is_ln_2(line: Any) -> None:
    assert metrics.js(line.good + 1000, line.truth) == pytest.approx(np.log(2), abs=1e-4)


def test_js_of_independent_draws_is_as_small_as_its_docstring_says(line: Any) -> None:
    found = [metrics.js(stats.norm.rvs(4, 0.5, size=10_000, random_state=seed), line.truth) for seed in range(10)]
    assert np.mean(found) == pytest.approx(0.0009, abs=0.0001)


@given(values=TIES)
def test_data_as_its_own_samples_are_no_distance_from_itself(values: np.ndarray) -> None:
    truth = empirical(values)
    assert metrics.w1(values, truth) == metrics.ks(values, truth) == 0
    assert metrics.js(values, truth) == pytest.approx(0, abs=1e-12)


def test_moments_are_numpys(line: Any) -> None:
    samples = line.bad
    sd = np.sqrt(((samples - samples.mean()) ** 2).sum() / len(samples))
    assert metrics.mean(samples, line.truth) == pytest.approx(np.mean(samples))
    assert metrics.sd(samples, line.truth) == pytest.approx(sd)
    assert metrics.sd_ratio(samples, line.truth) == pytest.approx(sd / 0.5)
