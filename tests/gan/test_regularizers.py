"""Penalties: what they are of functions whose derivative is known, and their gradients; what adapts and what is annealed."""

import math
from collections.abc import Callable, Sequence

import pytest
import torch

from tui_gan.gan.regularizers import (
    DIFFERENCE,
    REGULARIZERS,
    Judgement,
    Regularizer,
    adapted,
    historical_distance,
    noise_sd,
    r1_difference,
    shifted,
    update_means_,
)

Tensor = torch.Tensor
Judge = Callable[[Tensor], Tensor]

every_regularizer = pytest.mark.parametrize("regularizer", REGULARIZERS.values(), ids=REGULARIZERS)
PENALTIES = ("r1_difference", "r1", "r2", "gradient_penalty", "lipschitz_penalty")


def points(count: int = 8, *shape: int, seed: int = 0) -> Tensor:
    return torch.randn(count, *(shape or (1,)), dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def uniforms(count: int) -> Tensor:
    """The shares that a penalty between real and fake samples draws here."""
    return torch.rand(count, dtype=torch.float64, generator=torch.Generator().manual_seed(9))


def chance(regularizer: Regularizer, shape: Sequence[int]) -> Tensor | None:
    """What a regularizer draws for samples of this shape, as it is drawn before a step, but in double precision."""
    if not 0 < regularizer.draws <= math.prod(shape[1:]):
        return None
    assert regularizer.draw
    torch.set_default_dtype(torch.float64)
    try:
        return regularizer.draw(shape, torch.device("cpu"))
    finally:
        torch.set_default_dtype(torch.float32)


def judged(judge: Judge, regularizer: Regularizer, real: Tensor, fake: Tensor, weights: tuple[Tensor, ...] = ()) -> Judgement:
    """As the trainer calls it: leaves require gradients only where the regularizer says so."""
    real, fake = real.clone().requires_grad_(regularizer.at_real), fake.clone().requires_grad_(regularizer.at_fake)
    torch.manual_seed(9)
    drawn = chance(regularizer, real.shape)
    extra = None if regularizer.extra is None else judge(regularizer.extra(real, fake, drawn))
    return Judgement(judge, weights, real, fake, judge(real), judge(fake)).of(drawn, extra)


def paid(name: str, judge: Judge, real: Tensor, fake: Tensor) -> Tensor:
    return REGULARIZERS[name].term(judged(judge, REGULARIZERS[name], real, fake))


def linear(slope: Tensor) -> Judge:
    return lambda x: (x.flatten(1) @ slope + 7)[:, None]


def quadratic(x: Tensor) -> Tensor:
    return 0.5 * x.flatten(1).square().sum(1, keepdim=True)


@every_regularizer
def test_terms_are_finite_scalars_that_move_the_discriminator(regularizer: Regularizer) -> None:
    weight = points(3, 4, seed=3).requires_grad_()
    readout = points(4, 1, seed=4).requires_grad_()
    judge: Judge = lambda x: torch.tanh(x @ weight) @ readout
    term = regularizer.term(judged(judge, regularizer, points(6, 3), points(6, 3, seed=1), (weight, readout)))
    assert term.shape == ()
    assert term.isfinite()
    for gradient in torch.autograd.grad(term, (weight, readout)):
        assert gradient.isfinite().all()
        assert gradient.any()


@every_regularizer
def test_gradients_are_those_of_finite_differences(regularizer: Regularizer) -> None:
    readout = points(4, 1, seed=4)
    real, fake = points(5, 3), points(5, 3, seed=1)

    def term(weight: Tensor) -> Tensor:
        return regularizer.term(judged(lambda x: torch.tanh(x @ weight) @ readout, regularizer, real, fake, (weight,)))

    assert torch.autograd.gradcheck(term, (points(3, 4, seed=3).requires_grad_(),))


@pytest.mark.parametrize("name", ["r1_difference", "r1", "r2"])
def test_a_flat_discriminator_pays_nothing_and_its_gradient_is_finite(name: str) -> None:
    slope = torch.zeros(1, dtype=torch.float64, requires_grad=True)
    term = paid(name, linear(slope), points(), points(seed=1))
    assert term.item() == 0
    assert torch.autograd.grad(term, (slope,))[0].item() == 0


def test_a_one_sided_penalty_asks_nothing_of_a_slope_under_1() -> None:
    for slope in (0.0, 0.6, -0.9, -1.0, 1.5, -3.0):
        weight = torch.tensor([slope], dtype=torch.float64, requires_grad=True)
        term = paid("lipschitz_penalty", linear(weight), points(), points(seed=1))
        excess = max(0.0, abs(slope) - 1)
        assert term.item() == pytest.approx(excess**2)
        assert torch.autograd.grad(term, (weight,))[0].item() == pytest.approx(2 * excess * math.copysign(1, slope))


def test_a_two_sided_penalty_holds_a_slope_of_the_wrong_sign_and_a_one_sided_one_lets_it_go() -> None:
    """A critic w x of data at d and samples at 0 loses -w d + weight penalty(w): at w < 0 it falls towards -1, or towards the data."""
    distance, weight = 4.0, 10.0
    for name, way in (("gradient_penalty", -1), ("lipschitz_penalty", 1)):
        slope = torch.tensor([-0.2], dtype=torch.float64, requires_grad=True)
        loss = -slope.sum() * distance + weight * paid(name, linear(slope), points(), points(seed=1))
        (gradient,) = torch.autograd.grad(loss, (slope,))
        assert math.copysign(1, -gradient.item()) == way
        # From its own side each goes to 1 + d / (2 weight), and the difference of the mean scores is no W1 but d (1 + d / (2 weight)).
        best = torch.tensor([1 + distance / (2 * weight)], dtype=torch.float64, requires_grad=True)
        loss = -best.sum() * distance + weight * paid(name, linear(best), points(), points(seed=1))
        assert torch.autograd.grad(loss, (best,))[0].item() == pytest.approx(0, abs=1e-12)


def test_a_flat_discriminator_pays_1_for_its_gradient_and_the_derivative_is_finite() -> None:
    slope = torch.zeros(2, dtype=torch.float64, requires_grad=True)
    term = paid("gradient_penalty", linear(slope), points(8, 2), points(8, 2, seed=1))
    assert term.item() == 1
    assert not torch.autograd.grad(term, (slope,))[0].any()


@pytest.mark.parametrize("shape", [(1,), (3,), (2, 3, 4)], ids=str)
def test_a_linear_discriminator_pays_by_its_slope(shape: tuple[int, ...]) -> None:
    slope = points(math.prod(shape), seed=2)[:, 0].requires_grad_()
    real, fake = points(8, *shape), points(8, *shape, seed=1)
    norm = slope.detach().norm().item()
    one_sided = max(0.0, norm - 1) ** 2
    for name, expected in (
        ("r1", norm**2 / 2),
        ("r2", norm**2 / 2),
        ("gradient_penalty", (norm - 1) ** 2),
        ("lipschitz_penalty", one_sided),
    ):
        assert paid(name, linear(slope), real, fake).item() == pytest.approx(expected)


def test_a_quadratic_discriminator_pays_by_where_it_is_asked() -> None:
    real, fake = points(8, 2, 3), points(8, 2, 3, seed=1)
    squares = [x.flatten(1).square().sum(1) for x in (real, fake)]
    assert paid("r1", quadratic, real, fake).item() == pytest.approx(0.5 * squares[0].mean().item())
    assert paid("r2", quadratic, real, fake).item() == pytest.approx(0.5 * squares[1].mean().item())
    mixed = [r + u * (f - r) for r, f, u in zip(real, fake, uniforms(8), strict=True)]
    expected = sum((point.norm().item() - 1) ** 2 for point in mixed) / 8
    assert paid("gradient_penalty", quadratic, real, fake).item() == pytest.approx(expected)
    expected = sum(max(0, point.norm().item() - 1) ** 2 for point in mixed) / 8
    assert paid("lipschitz_penalty", quadratic, real, fake).item() == pytest.approx(expected)


def test_samples_that_share_a_logit_share_a_gradient() -> None:
    slope = torch.tensor([3.0, 4.0], dtype=torch.float64, requires_grad=True)
    packed: Judge = lambda x: (x.reshape(-1, 2) @ slope)[:, None]
    for name, expected in (("r1", 12.5), ("r2", 12.5), ("gradient_penalty", 16.0)):
        assert paid(name, packed, points(8), points(8, seed=1)).item() == pytest.approx(expected)


@pytest.mark.parametrize("name", PENALTIES)
def test_penalties_leave_samples_as_they_were(name: str) -> None:
    real, fake = points(), points(seed=1)
    slope = torch.ones(1, dtype=torch.float64, requires_grad=True)
    judgement = judged(linear(slope), REGULARIZERS[name], real, fake)
    REGULARIZERS[name].term(judgement)
    assert torch.equal(judgement.real, real)
    assert torch.equal(judgement.fake, fake)
    assert judgement.real.requires_grad is REGULARIZERS[name].at_real
    assert judgement.fake.requires_grad is REGULARIZERS[name].at_fake
    assert judgement.real.grad is None


@pytest.mark.parametrize("slope", [-3.0, 0.5, 2.0])
def test_the_finite_difference_is_exact_on_a_line(slope: float) -> None:
    judge = linear(torch.tensor([slope], dtype=torch.float64))
    assert paid("r1_difference", judge, points(), points(seed=1)).item() == pytest.approx(slope**2 / 2)


def test_the_finite_difference_comes_near_r1_on_a_curve() -> None:
    real, fake = points(2000), points(2000, seed=1)
    exact = 0.5 * (real.cos() ** 2).mean().item()
    assert paid("r1", torch.sin, real, fake).item() == pytest.approx(exact)
    assert paid("r1_difference", torch.sin, real, fake).item() == pytest.approx(exact, rel=DIFFERENCE**2)


def test_the_finite_difference_needs_its_extra_batch() -> None:
    alone = judged(quadratic, REGULARIZERS["r1"], points(), points())
    with pytest.raises(ValueError, match="shifted"):
        r1_difference(alone)


def test_neighbours_in_the_batch_are_shifted_to_opposite_sides() -> None:
    x = points(4)
    torch.testing.assert_close(shifted(x, x, None) - x, torch.tensor([[1.0], [-1.0], [1.0], [-1.0]], dtype=torch.float64) * DIFFERENCE)


def test_the_shift_has_the_same_length_in_any_dimension_and_a_direction_for_each_sample() -> None:
    x = torch.zeros(400, 3, 5, dtype=torch.float64)
    torch.manual_seed(2)
    directions = (shifted(x, x, chance(REGULARIZERS["r1_difference"], x.shape)) / DIFFERENCE).flatten(1)
    torch.testing.assert_close(directions.norm(dim=1), torch.ones(400, dtype=torch.float64))
    assert directions.unique(dim=0).shape == (400, 15)
    # Even over the sphere: mean 0 and covariance 1 / d.
    assert directions.mean(0).abs().max() < 4 / (15 * 400) ** 0.5
    torch.testing.assert_close(directions.T @ directions / 400, torch.eye(15, dtype=torch.float64) / 15, rtol=0, atol=0.03)
    torch.manual_seed(2)
    assert torch.equal(shifted(x, x, chance(REGULARIZERS["r1_difference"], x.shape)).flatten(1), DIFFERENCE * directions)


def network(numbers: int, seed: int) -> Judge:
    weight, readout = points(numbers, 16, seed=seed) / numbers**0.5, points(16, 1, seed=seed + 1)
    return lambda x: torch.tanh(x.flatten(1) @ weight) @ readout


@pytest.mark.parametrize("shape", [(2,), (7,), (1, 6, 6)], ids=str)
@pytest.mark.parametrize("seed", [10, 20, 30])
def test_the_finite_difference_is_r1_on_the_mean_over_directions(shape: tuple[int, ...], seed: int) -> None:
    real, fake = points(40, *shape, seed=seed), points(40, *shape, seed=seed + 5)
    antisymmetric: Judge = lambda x: (x.flatten(1)[:, :1] - x.flatten(1)[:, 1:2]) ** 2
    for judge in (network(math.prod(shape), seed), quadratic, antisymmetric):
        exact = paid("r1", judge, real, fake).item()
        torch.manual_seed(seed)
        found = []
        for _ in range(400):
            shift = judge(shifted(real, fake, chance(REGULARIZERS["r1_difference"], real.shape)))
            found.append(r1_difference(Judgement(judge, (), real, fake, judge(real), judge(fake), shift)).item())
        spread = torch.tensor(found).std().item() / len(found) ** 0.5
        # Curvature adds terms of the order of the square of the difference.
        assert sum(found) / len(found) == pytest.approx(exact, rel=0.02, abs=4 * spread)


def test_the_finite_difference_sees_a_slope_that_the_sum_of_the_coordinates_does_not_feel() -> None:
    slope = torch.tensor([3.0, -3.0], dtype=torch.float64)
    x = points(4_000, 2)
    assert paid("r1_difference", linear(slope), x, x).item() == pytest.approx(9, rel=0.05)


def test_packed_numbers_have_a_direction_together() -> None:
    """Two numbers judged at once are a point of the plane."""
    x = points(4_000, 2)
    judge: Judge = lambda rows: (2 * rows[:, :1] - rows[:, 1:]) * 3
    assert paid("r1_difference", judge, x, x).item() == pytest.approx(paid("r1", judge, x, x).item(), rel=0.05)


@pytest.mark.parametrize("name", ["l2", "adaptive_l2"])
def test_l2_is_half_the_sum_of_squares_and_its_gradient_the_weights(name: str) -> None:
    weights = (points(3, 4).requires_grad_(), points(2, 3, 2, 2, seed=1).requires_grad_())
    term = REGULARIZERS[name].term(judged(quadratic, REGULARIZERS[name], points(), points(), weights))
    assert term.item() == pytest.approx(0.5 * sum(weight.square().sum().item() for weight in weights))
    for gradient, weight in zip(torch.autograd.grad(term, weights), weights, strict=True):
        torch.testing.assert_close(gradient, weight.detach())


@pytest.mark.parametrize(
    ("share", "factor"),
    [(1.0, 1.01), (0.82, 1.01), (0.8, 1.0), (0.78, 1.0), (0.7, 1.0), (0.67, 1.0), (0.63, 1 / 1.01), (0.5, 1 / 1.01), (0.0, 1 / 1.01)],
)
def test_adaptive_l2_follows_the_discriminators_accuracy(share: float, factor: float) -> None:
    coefficient = adapted(torch.tensor(0.02), torch.tensor(share), 0.02)
    assert coefficient.shape == ()
    assert coefficient.dtype == torch.float32
    assert coefficient.item() == pytest.approx(0.02 * factor)


@pytest.mark.parametrize(("share", "end"), [(1.0, 1000.0), (0.0, 1 / 1000)])
def test_adaptive_l2_stays_in_its_range(share: float, end: float) -> None:
    coefficient = torch.tensor(0.5, dtype=torch.float64)
    for _ in range(800):
        coefficient = adapted(coefficient, torch.tensor(share), 0.5)
    assert coefficient.item() == pytest.approx(0.5 * end)


@every_regularizer
def test_what_differentiates_logits_by_samples_is_for_a_discriminator_that_judges_each_alone(
    regularizer: Regularizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[object] = []
    grad = torch.autograd.grad
    monkeypatch.setattr(torch.autograd, "grad", lambda *of, **how: taken.append(of) or grad(*of, **how))
    weight = points(3, 1, seed=2).requires_grad_()
    regularizer.term(judged(lambda x: torch.tanh(x @ weight), regularizer, points(4, 3), points(4, 3, seed=1), (weight,)))
    assert bool(taken) is regularizer.alone


@pytest.mark.parametrize("numbers", [1, 2, 12])
@every_regularizer
def test_the_table_says_who_draws_from_torchs_own_stream(regularizer: Regularizer, numbers: int) -> None:
    real, fake = points(4, numbers), points(4, numbers, seed=1)
    weight = points(numbers, 1, seed=2).requires_grad_()
    draws = 0 < regularizer.draws <= numbers
    assert (regularizer.draw is None) is (regularizer.draws == 0)
    torch.manual_seed(9)
    before = torch.get_rng_state()
    drawn = chance(regularizer, real.shape)
    after = torch.get_rng_state()
    assert (drawn is not None, torch.equal(before, after)) == (draws, not draws)
    # Steep, so that the one-sided penalty has something to ask.
    judge: Judge = lambda x: 20 * torch.tanh(x @ weight)
    term = regularizer.term(judged(judge, regularizer, real, fake, (weight,)))
    # Nothing is drawn after that.
    assert torch.equal(torch.get_rng_state(), after)
    if drawn is not None:
        torch.manual_seed(10)
        other = chance(regularizer, real.shape)
        extra = None if regularizer.extra is None else judge(regularizer.extra(real, fake, other))
        assert regularizer.term(Judgement(judge, (weight,), real, fake, judge(real), judge(fake), extra, other)) != term


def test_historical_means_are_those_of_all_values() -> None:
    courses = [[points(3, 4, seed=seed), points(5, seed=seed + 50)] for seed in range(20)]
    means = [torch.full((3, 4), 9.0, dtype=torch.float64), torch.full((5, 1), 9.0, dtype=torch.float64)]
    for count, weights in enumerate(courses, 1):
        update_means_(means, [weight.requires_grad_() for weight in weights], count)
    assert not any(mean.requires_grad for mean in means)
    for index, mean in enumerate(means):
        torch.testing.assert_close(mean, torch.stack([course[index].detach() for course in courses]).mean(0))


def test_the_historical_distance_is_squared_and_summed() -> None:
    weights, means = [points(3, 4).requires_grad_(), points(5).requires_grad_()], [points(3, 4, seed=1), points(5, seed=1)]
    distance = historical_distance(weights, means)
    assert distance.shape == ()
    by_hand = sum((w - m).square().sum().item() for w, m in zip(weights, means, strict=True))
    assert distance.item() == pytest.approx(by_hand)
    for gradient, weight, mean in zip(torch.autograd.grad(distance, weights), weights, means, strict=True):
        torch.testing.assert_close(gradient, 2 * (weight - mean).detach())


def test_instance_noise_fades_linearly_or_stays() -> None:
    assert [noise_sd(0.5, 100, step) for step in (0, 25, 50, 100, 10**6)] == pytest.approx([0.5, 0.375, 0.25, 0.0, 0.0])
    assert [noise_sd(0.5, 0, step) for step in (0, 10**6)] == [0.5, 0.5]
    assert noise_sd(0.0, 100, 3) == noise_sd(0.0, 100, 3, 0.01) == 0
