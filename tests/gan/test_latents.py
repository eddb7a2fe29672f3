"""Latents: distributions against scipy's, drawn freely or one in each slice."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from tui_gan.gan import latents as latents_module
from tui_gan.gan.latents import LATENTS, LOOKED_AT, draw

# Of each latent alone: those whose draws are independent, and of which stratified draws lie one in each slice.
CDF = {
    "normal": stats.norm.cdf,
    "uniform": stats.uniform(-1, 2).cdf,
    "unit": stats.uniform(0, 1).cdf,
    "truncated_normal": stats.truncnorm(-2, 2, 0.5, 0.25).cdf,
}

every_latent = pytest.mark.parametrize("name", LATENTS)
every_inverted = pytest.mark.parametrize("name", CDF)
either_way = pytest.mark.parametrize("stratified", [False, True])


def stream(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def levels_of(name: str, latents: torch.Tensor) -> np.ndarray:
    return np.asarray(CDF[name](latents.double().numpy()))


@every_latent
@either_way
@pytest.mark.parametrize(("count", "dim"), [(1, 1), (1, 3), (7, 1), (300, 5)])
def test_draws_are_finite_float32_of_their_shape(name: str, stratified: bool, count: int, dim: int) -> None:
    drawn = draw(LATENTS[name], count, dim, stream(), stratified=stratified)
    assert drawn.shape == (count, dim)
    assert drawn.dtype == torch.float32
    assert drawn.isfinite().all()


@every_inverted
@either_way
def test_draws_have_their_distribution(name: str, stratified: bool) -> None:
    latents = draw(LATENTS[name], 4000, 3, stream(), stratified=stratified)
    for column in levels_of(name, latents).T:
        assert stats.kstest(column, "uniform").pvalue > 0.001
    correlations = np.corrcoef(latents.T.numpy())[np.triu_indices(3, 1)]
    assert np.abs(correlations).max() < 0.06


@every_inverted
@given(count=st.integers(1, 300), dim=st.integers(1, 3), seed=st.integers(0, 2**31))
def test_stratified_draws_lie_one_in_each_slice(name: str, count: int, dim: int, seed: int) -> None:
    latents = draw(LATENTS[name], count, dim, stream(seed), stratified=True)
    for column in levels_of(name, latents).T:
        expected = np.arange(count) + 0.5
        assert np.abs(np.sort(column) * count - expected).max() < 0.5 + 1e-3


@every_latent
@either_way
def test_draws_come_from_the_stream_given_alone(name: str, stratified: bool) -> None:
    default = torch.random.get_rng_state()
    one, same, other = (draw(LATENTS[name], 20, 2, stream(seed), stratified=stratified) for seed in (1, 1, 2))
    assert torch.equal(one, same)
    assert not torch.equal(one, other)
    assert torch.equal(default, torch.random.get_rng_state())
    going_on = stream(1)
    draws = [draw(LATENTS[name], 20, 2, going_on, stratified=stratified) for _ in range(2)]
    assert not torch.equal(*draws)


@every_latent
@either_way
def test_the_scale_multiplies(name: str, stratified: bool) -> None:
    plain, wide = (draw(LATENTS[name], 50, 2, stream(), stratified=stratified, scale=scale) for scale in (1.0, 3.0))
    assert torch.equal(wide, plain * 3)


def test_uniform_latents_times_sqrt_3_have_the_width_of_normal_ones() -> None:
    latents = draw(LATENTS["uniform"], 4000, 1, stream(), stratified=True, scale=math.sqrt(3))
    assert latents.std().item() == pytest.approx(1, abs=1e-3)
    assert latents.abs().max().item() <= math.sqrt(3) + 1e-6


@either_way
def test_normal_latents_are_the_inverse_at_the_levels_of_the_stream(stratified: bool) -> None:
    there = stream(3)
    levels = torch.rand(40, 2, generator=there)
    if stratified:
        levels = (levels + torch.rand(40, 2, generator=there).argsort(0)) / 40
    expected = torch.special.ndtri(levels.clamp(latents_module.TAIL, 1 - latents_module.TAIL))
    assert torch.equal(draw(LATENTS["normal"], 40, 2, stream(3), stratified=stratified), expected)


@pytest.mark.parametrize("level", [0.0, 2.0**-25, 1 - 2.0**-24, 1.0])
def test_normal_latents_are_finite_to_the_ends(level: float) -> None:
    drawn = LATENTS["normal"].of(torch.full((1, 2, 2), level))
    assert drawn.abs().max() < 5
    assert (drawn.sign() == math.copysign(1, level - 0.5)).all()


def test_truncated_normal_latents_end_at_0_and_1() -> None:
    levels = torch.tensor([0.0, 2.0**-25, 0.5, 1 - 2.0**-24, 1.0])[None, :, None]
    assert LATENTS["truncated_normal"].of(levels).flatten().tolist() == pytest.approx([0, 0, 0.5, 1, 1], abs=1e-5)
    assert 0 <= LATENTS["truncated_normal"].of(levels).min() <= LATENTS["truncated_normal"].of(levels).max() <= 1


@either_way
@pytest.mark.parametrize("dim", [1, 2, 3, 100])
def test_latents_on_the_sphere_have_the_same_length_and_no_preferred_direction(dim: int, stratified: bool) -> None:
    latents = draw(LATENTS["sphere"], 4000, dim, stream(), stratified=stratified).double()
    torch.testing.assert_close(latents.norm(dim=1), torch.full((4000,), math.sqrt(dim), dtype=torch.float64), rtol=1e-6, atol=0)
    assert latents.mean(0).abs().max() < 4 / math.sqrt(4000)
    covariance = latents.T @ latents / len(latents)
    torch.testing.assert_close(covariance, torch.eye(dim, dtype=torch.float64), rtol=0, atol=0.1)


def test_the_sphere_in_three_dimensions_is_even_along_each_axis() -> None:
    latents = draw(LATENTS["sphere"], 4000, 3, stream()).double().numpy()
    for column in latents.T:
        assert stats.kstest(column, stats.uniform(-math.sqrt(3), 2 * math.sqrt(3)).cdf).pvalue > 0.001


def test_a_level_of_one_half_has_its_place_on_the_sphere() -> None:
    drawn = LATENTS["sphere"].of(torch.full((1, 3, 4), 0.5))
    torch.testing.assert_close(drawn.norm(dim=1), torch.full((3,), 2.0))


@either_way
def test_the_grid_is_ayliens(stratified: bool) -> None:
    latents = draw(LATENTS["grid"], 50, 3, stream(), stratified=stratified).double()
    assert torch.equal(latents[:, 0], latents[:, 1])
    assert torch.equal(latents[:, 0], latents[:, 2])
    jitter = latents[:, 0].sort().values.numpy() - np.linspace(-8, 8, 50)
    assert jitter.min() > -1e-6
    assert jitter.max() < 0.01 + 1e-6
    assert len(np.unique(jitter.round(6))) > 40


def test_the_grid_of_pictures_and_metrics_is_a_plain_linspace() -> None:
    for count in (12, 10_000):
        seeds = [draw(LOOKED_AT["grid"], count, 2, stream(seed)) for seed in (0, 1)]
        assert torch.equal(*seeds)
        found = seeds[0].sort(0).values
        expected = np.linspace(-8, 8, count)
        np.testing.assert_allclose(found[:, 0], expected, atol=1e-6)
        np.testing.assert_allclose(found[:, 1], expected, atol=1e-6)
    assert all(LOOKED_AT[name] is LATENTS[name] for name in LATENTS if name != "grid")


def test_the_first_few_of_the_grid_are_no_corner_of_it() -> None:
    first = draw(LATENTS["grid"], 4096, 1, stream())[:256, 0]
    assert first.mean().abs() < 1
    assert first.std().item() == pytest.approx(16 / math.sqrt(12), rel=0.1)
