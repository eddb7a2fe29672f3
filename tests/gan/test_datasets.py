"""Data sets: samplers and quantiles of one and the same distribution."""

from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from tui_gan.gan.datasets import DATASETS, Dataset, gaussian, of_array

COUNT = 20_000
USERS = np.concatenate([np.linspace(-3, -2, 700), np.geomspace(1, 50, 300)])
MAKERS: dict[str, Callable[[bool], Dataset]] = {**DATASETS, "of_array": lambda standardize: of_array(USERS, standardize)}

every_maker = pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
either_way = pytest.mark.parametrize("standardize", [False, True])


def drawn(dataset: Dataset, count: int = COUNT, seed: int = 0) -> np.ndarray:
    """Samples in units of the data."""
    samples = dataset.sample(count, torch.Generator().manual_seed(seed))
    assert samples.dtype == torch.float32
    assert samples.shape == (count, 1)
    return samples[:, 0].double().numpy() * dataset.scale + dataset.location


@every_maker
@either_way
def test_samples_and_quantiles_are_of_one_distribution(make: Callable[[bool], Dataset], standardize: bool) -> None:
    dataset = make(standardize)
    distance = stats.wasserstein_distance(drawn(dataset), dataset.quantiles(COUNT))
    assert distance < 0.03 * dataset.sd


@every_maker
@either_way
def test_moments_are_those_declared(make: Callable[[bool], Dataset], standardize: bool) -> None:
    dataset = make(standardize)
    for values in (drawn(dataset), dataset.quantiles(COUNT)):
        assert values.mean() == pytest.approx(dataset.mean, abs=0.04 * dataset.sd)
        assert values.std() == pytest.approx(dataset.sd, rel=0.04)


@every_maker
def test_standardised_samples_have_mean_0_and_sd_1(make: Callable[[bool], Dataset]) -> None:
    samples = make(True).sample(COUNT, torch.Generator().manual_seed(0))
    assert abs(samples.mean().item()) < 0.04
    assert samples.std().item() == pytest.approx(1, abs=0.04)


@every_maker
def test_quantiles_do_not_depend_on_the_units_of_training(make: Callable[[bool], Dataset]) -> None:
    assert np.array_equal(make(False).quantiles(777), make(True).quantiles(777))
    assert (np.diff(make(True).quantiles(777)) >= 0).all()


@every_maker
@either_way
def test_draws_come_from_the_stream_given_alone(make: Callable[[bool], Dataset], standardize: bool) -> None:
    default = torch.random.get_rng_state()
    assert np.array_equal(drawn(make(standardize), 50, seed=3), drawn(make(standardize), 50, seed=3))
    assert not np.array_equal(drawn(make(standardize), 50, seed=3), drawn(make(standardize), 50, seed=4))
    assert torch.equal(default, torch.random.get_rng_state())


def test_the_gaussian_is_scipys() -> None:
    levels = (np.arange(2001) + 0.5) / 2001
    np.testing.assert_allclose(gaussian(True).quantiles(2001), stats.norm.ppf(levels, 4, 0.5), rtol=1e-12)
    np.testing.assert_allclose(gaussian(False, -2, 3).quantiles(2001), stats.norm.ppf(levels, -2, 3), rtol=1e-11, atol=1e-11)
    assert stats.kstest(drawn(gaussian(True)), stats.norm(4, 0.5).cdf).pvalue > 0.001


@given(values=st.lists(st.integers(-9, 9), min_size=2, max_size=30), count=st.integers(1, 60))
def test_quantiles_of_an_array_invert_its_stepwise_distribution(values: list[int], count: int) -> None:
    ordered = sorted(values)

    def inverse(level: Fraction) -> int:
        return next(x for n, x in enumerate(ordered, start=1) if Fraction(n, len(ordered)) >= level)

    expected = [inverse(Fraction(2 * i + 1, 2 * count)) for i in range(count)]
    assert of_array(np.array(values, dtype=float), False).quantiles(count).tolist() == expected


def test_quantiles_of_an_array_are_numpys_inverted_cdf() -> None:
    levels = (np.arange(333) + 0.5) / 333
    assert np.array_equal(of_array(USERS, True).quantiles(333), np.quantile(USERS, levels, method="inverted_cdf"))


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e6])
@either_way
def test_what_is_drawn_of_an_array_is_in_it(scale: float, standardize: bool) -> None:
    values = USERS * scale
    seen = drawn(of_array(values, standardize), 500)
    nearest = values[np.abs(values[None] - seen[:, None]).argmin(1)]
    np.testing.assert_allclose(seen, nearest, rtol=1e-5, atol=1e-6 * scale)
    assert len(np.unique(nearest)) > 300
