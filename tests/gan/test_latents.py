"""Latents: distributions by their inverse, drawn freely or one in each slice."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from tui_gan.gan.latents import LATENTS, draw

CDF = {"normal": stats.norm.cdf, "uniform": stats.uniform(-1, 2).cdf}
Inverse = Callable[[torch.Tensor], torch.Tensor]

every_latent = pytest.mark.parametrize("name", LATENTS)
either_way = pytest.mark.parametrize("stratified", [False, True])


def levels_of(name: str, latents: torch.Tensor) -> np.ndarray:
    return np.asarray(CDF[name](latents.double().numpy()))


@every_latent
def test_the_inverse_is_that_of_scipys_distribution(name: str) -> None:
    levels = torch.linspace(0.001, 0.999, 999)
    np.testing.assert_allclose(levels_of(name, LATENTS[name](levels)), levels.numpy(), atol=1e-6)


@every_latent
def test_the_inverse_ascends_and_is_finite_to_the_ends(name: str) -> None:
    latents = LATENTS[name](torch.cat((torch.zeros(1), torch.linspace(1e-7, 1 - 1e-7, 1001), torch.ones(1))))
    assert latents.isfinite().all()
    assert (latents.diff() >= 0).all()
    assert (latents + latents.flip(0)).abs().max() < 0.1


@every_latent
@either_way
def test_draws_have_their_shape_and_distribution(name: str, stratified: bool) -> None:
    latents = draw(LATENTS[name], 4000, 3, torch.Generator().manual_seed(0), stratified=stratified)
    assert latents.shape == (4000, 3)
    assert latents.dtype == torch.float32
    for column in levels_of(name, latents).T:
        assert stats.kstest(column, "uniform").pvalue > 0.001
    correlations = np.corrcoef(latents.T.numpy())[np.triu_indices(3, 1)]
    assert np.abs(correlations).max() < 0.06


@every_latent
@given(count=st.integers(1, 300), dim=st.integers(1, 3), seed=st.integers(0, 2**31))
def test_stratified_draws_lie_one_in_each_slice(name: str, count: int, dim: int, seed: int) -> None:
    latents = draw(LATENTS[name], count, dim, torch.Generator().manual_seed(seed), stratified=True)
    for column in levels_of(name, latents).T:
        expected = np.arange(count) + 0.5
        assert np.abs(np.sort(column) * count - expected).max() < 0.5 + 1e-3


@every_latent
@either_way
def test_draws_come_from_the_stream_given_alone(name: str, stratified: bool) -> None:
    default = torch.random.get_rng_state()
    one, same, other = (draw(LATENTS[name], 20, 2, torch.Generator().manual_seed(seed), stratified=stratified) for seed in (1, 1, 2))
    assert torch.equal(one, same)
    assert not torch.equal(one, other)
    assert torch.equal(default, torch.random.get_rng_state())
