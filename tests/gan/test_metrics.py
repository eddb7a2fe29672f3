"""Metrics against scipy, and at values that are known."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from tui_gan.contract.errors import UsageError
from tui_gan.gan.datasets import DATASETS, Dataset, of_array
from tui_gan.gan.metrics import METRICS, Metric, measure, w1

FINITE = st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=40).map(np.array)
every_metric = pytest.mark.parametrize("metric", METRICS.values(), ids=METRICS)


@every_metric
def test_a_metric_is_a_float_that_does_not_depend_on_the_order_or_touch_the_samples(metric: Metric, dataset: Dataset) -> None:
    samples = np.random.default_rng(0).normal(3, 2, 501)
    samples.setflags(write=False)
    value = metric(samples, dataset)
    assert type(value) is float
    assert np.isfinite(value)
    assert metric(samples[::-1], dataset) == pytest.approx(value, rel=1e-12)


@every_metric
def test_a_diverged_generator_is_measured_without_a_warning(metric: Metric, dataset: Dataset) -> None:
    assert not np.isfinite(metric(np.array([1.0, np.nan, 2.0]), dataset))


def test_the_exact_quantiles_are_at_no_distance() -> None:
    for make in DATASETS.values():
        for standardize in (False, True):
            exact = make(standardize)
            assert w1(exact.quantiles(1000)[::-1].copy(), exact) == 0


@given(samples=FINITE, values=FINITE)
def test_w1_of_as_many_samples_as_data_is_scipys(samples: np.ndarray, values: np.ndarray) -> None:
    count = min(len(samples), len(values))
    samples, values = samples[:count], values[:count]
    expected = stats.wasserstein_distance(samples, values)
    assert w1(samples, of_array(values, False)) == pytest.approx(expected, rel=1e-9, abs=1e-9)


def test_w1_of_a_shift_is_the_shift(dataset: Dataset) -> None:
    assert w1(dataset.quantiles(500) + 0.25, dataset) == pytest.approx(0.25)


def test_moments_are_numpys(dataset: Dataset) -> None:
    samples = np.random.default_rng(1).normal(3, 2, 501)
    found = measure(samples, dataset)
    assert found["mean"] == pytest.approx(np.mean(samples))
    assert found["sd"] == pytest.approx(np.sqrt(((samples - samples.mean()) ** 2).sum() / 501))
    assert found["sd_ratio"] == pytest.approx(found["sd"] / dataset.sd)


def test_metrics_are_measured_in_the_order_asked() -> None:
    exact = DATASETS["gaussian"](True)
    assert list(measure(exact.quantiles(10), exact, ["sd", "w1"])) == ["sd", "w1"]
    assert list(measure(exact.quantiles(10), exact)) == list(METRICS)


def test_an_unknown_metric_is_refused_with_the_nearest(dataset: Dataset) -> None:
    with pytest.raises(UsageError, match="did you mean 'sd_ratio'"):
        measure(dataset.quantiles(4), dataset, ["sd_ration"])
