"""Objectives: their closed forms, implementations in terms of probabilities, torch's own losses, and their gradients."""

import math

import pytest
import torch
from torch.nn.functional import binary_cross_entropy_with_logits, mse_loss

from tui_gan.contract.errors import UsageError
from tui_gan.gan.objectives import LEAST_PROBABILITY, OBJECTIVES, Objective, accuracy, feature_matching, smoothed

Tensor = torch.Tensor

# The losses of D and G where D cannot tell real from fake: every logit 0.
LN2 = math.log(2)
AT_REST = {
    "non_saturating": (2 * LN2, LN2),
    "halved": (LN2, LN2),
    "minimax": (2 * LN2, -LN2),
    "zero_sum": (2 * LN2, -2 * LN2),
    "least_squares": (0.5, 0.5),
    "hinge": (2, 0),
    "wasserstein": (0, 0),
    "relativistic": (LN2, LN2),
    "clamped": (2 * LN2, LN2),
    "weighted": (1.95 * LN2, LN2),
}
SMOOTHED = [name for name, objective in OBJECTIVES.items() if objective.smoothed_discriminator_loss]

every_objective = pytest.mark.parametrize("objective", OBJECTIVES.values(), ids=OBJECTIVES)
every_smoothed = pytest.mark.parametrize("name", SMOOTHED)


def logits(seed: int, count: int = 6) -> Tensor:
    return torch.randn(count, 1, dtype=torch.float64, generator=torch.Generator().manual_seed(seed)).requires_grad_()


def by_hand(name: str, real: list[float], fake: list[float]) -> tuple[float, float]:
    """The losses of D and G, sample by sample in Python's floats, from D = 1 / (1 + e^-logit) where the paper has probabilities."""

    def d(logit: float) -> float:
        return 1 / (1 + math.exp(-logit))

    def log(p: float) -> float:
        return math.log(max(p, 1e-5))

    cross = [-math.log(d(x)) - math.log(1 - d(g)) for x, g in zip(real, fake, strict=True)]
    pairs = {
        "non_saturating": (cross, [-math.log(d(g)) for g in fake]),
        "halved": ([each / 2 for each in cross], [-math.log(d(g)) for g in fake]),
        "minimax": (cross, [math.log(1 - d(g)) for g in fake]),
        "zero_sum": (cross, [-each for each in cross]),
        "least_squares": ([((x - 1) ** 2 + g**2) / 2 for x, g in zip(real, fake, strict=True)], [(g - 1) ** 2 / 2 for g in fake]),
        "hinge": ([max(0, 1 - x) + max(0, 1 + g) for x, g in zip(real, fake, strict=True)], [-g for g in fake]),
        "wasserstein": ([g - x for x, g in zip(real, fake, strict=True)], [-g for g in fake]),
        "relativistic": (
            [-math.log(d(x - g)) for x, g in zip(real, fake, strict=True)],
            [-math.log(d(g - x)) for x, g in zip(real, fake, strict=True)],
        ),
        "weighted": (
            [-0.95 * math.log(d(x)) - math.log(1 - d(g)) for x, g in zip(real, fake, strict=True)],
            [-math.log(d(g)) for g in fake],
        ),
        "clamped": ([-log(d(x)) - log(1 - d(g)) for x, g in zip(real, fake, strict=True)], [-log(d(g)) for g in fake]),
    }
    discriminator, generator = pairs[name]
    return sum(discriminator) / len(real), sum(generator) / len(fake)


@every_objective
def test_losses_are_finite_scalars_and_stay_so_far_out(objective: Objective) -> None:
    for scale in (1.0, 1e3):
        for loss in (objective.discriminator_loss, objective.generator_loss):
            real, fake = ((logits(seed).detach().float() * scale).requires_grad_() for seed in (0, 1))
            value = loss(real, fake)
            assert value.shape == ()
            assert value.isfinite()
            for gradient in torch.autograd.grad(value, (real, fake), allow_unused=True):
                assert gradient is None or gradient.isfinite().all()


@every_objective
def test_each_side_is_paid_for_winning(objective: Objective) -> None:
    low, high = torch.full((4, 1), -2.0), torch.full((4, 1), 2.0)
    assert objective.discriminator_loss(high, low) < objective.discriminator_loss(low, high)
    assert objective.generator_loss(torch.zeros(4, 1), high) < objective.generator_loss(torch.zeros(4, 1), low)


@every_objective
def test_the_generator_pushes_its_logits_up_and_the_discriminator_parts_them(objective: Objective) -> None:
    # Between 0 and 1 no objective is content yet: least squares wants its logits there.
    real, fake = (torch.sigmoid(logits(seed, 40)).detach().requires_grad_() for seed in (8, 9))
    assert (torch.autograd.grad(objective.generator_loss(real, fake), (fake,))[0] < 0).all()
    for_real, for_fake = torch.autograd.grad(objective.discriminator_loss(real, fake), (real, fake))
    assert (for_real < 0).all()
    assert (for_fake > 0).all()


@every_objective
def test_gradients_are_those_of_finite_differences(objective: Objective) -> None:
    assert torch.autograd.gradcheck(objective.discriminator_loss, (logits(2), logits(3)))
    assert torch.autograd.gradcheck(lambda fake: objective.generator_loss(logits(2).detach(), fake), (logits(3),))
    if objective.needs_real:
        assert torch.autograd.gradcheck(objective.generator_loss, (logits(2), logits(3)))


@every_objective
def test_real_logits_matter_to_the_generator_where_it_says_so(objective: Objective) -> None:
    fake = logits(0)
    differs = not torch.equal(objective.generator_loss(logits(1), fake), objective.generator_loss(logits(2), fake))
    assert differs is objective.needs_real


@every_objective
def test_losses_are_means_over_the_batch(objective: Objective) -> None:
    real, fake = logits(4), logits(5)
    twice = (real.repeat(2, 1), fake.repeat(2, 1))
    torch.testing.assert_close(objective.discriminator_loss(real, fake), objective.discriminator_loss(*twice))
    torch.testing.assert_close(objective.generator_loss(real, fake), objective.generator_loss(*twice))


@pytest.mark.parametrize("name", AT_REST)
def test_losses_at_rest_have_their_closed_forms(name: str) -> None:
    zeros = torch.zeros(5, 1, dtype=torch.float64)
    discriminator_loss, generator_loss = AT_REST[name]
    assert OBJECTIVES[name].discriminator_loss(zeros, zeros).item() == pytest.approx(discriminator_loss, abs=1e-14)
    assert OBJECTIVES[name].generator_loss(zeros, zeros).item() == pytest.approx(generator_loss, abs=1e-14)


@pytest.mark.parametrize("name", AT_REST)
def test_losses_are_those_written_out_by_hand(name: str) -> None:
    real, fake = (logits(seed, 50).detach() * 3 for seed in (6, 7))
    discriminator_loss, generator_loss = by_hand(name, real.flatten().tolist(), fake.flatten().tolist())
    assert OBJECTIVES[name].discriminator_loss(real, fake).item() == pytest.approx(discriminator_loss, rel=1e-12)
    assert OBJECTIVES[name].generator_loss(real, fake).item() == pytest.approx(generator_loss, rel=1e-12)


def test_the_non_saturating_losses_are_cross_entropies() -> None:
    real, fake = logits(6, 50) * 10, logits(7, 50) * 10
    ones, zeros = torch.ones_like(real), torch.zeros_like(real)
    objective = OBJECTIVES["non_saturating"]
    cross = binary_cross_entropy_with_logits(real, ones) + binary_cross_entropy_with_logits(fake, zeros)
    torch.testing.assert_close(objective.discriminator_loss(real, fake), cross)
    torch.testing.assert_close(objective.generator_loss(real, fake), binary_cross_entropy_with_logits(fake, ones))
    torch.testing.assert_close(OBJECTIVES["minimax"].generator_loss(real, fake), -binary_cross_entropy_with_logits(fake, zeros))


def test_the_zero_sum_is_zero_to_the_bit() -> None:
    real, fake = logits(6, 50) * 10, logits(7, 50) * 10
    objective = OBJECTIVES["zero_sum"]
    assert (objective.discriminator_loss(real, fake) + objective.generator_loss(real, fake)).item() == 0


def test_the_relativistic_losses_see_differences_alone() -> None:
    real, fake = logits(6, 50), logits(7, 50)
    objective = OBJECTIVES["relativistic"]
    for loss in (objective.discriminator_loss, objective.generator_loss):
        torch.testing.assert_close(loss(real + 5, fake + 5), loss(real, fake))
    order = torch.arange(49, -1, -1)
    assert not torch.isclose(objective.discriminator_loss(real, fake), objective.discriminator_loss(real, fake[order]))
    torch.testing.assert_close(objective.discriminator_loss(real, fake), objective.generator_loss(fake, real))


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_the_clamped_losses_have_no_gradient_where_they_are_clamped(dtype: torch.dtype) -> None:
    edge = math.log(LEAST_PROBABILITY / (1 - LEAST_PROBABILITY))
    objective = OBJECTIVES["clamped"]
    at = torch.tensor([[edge - 30], [edge - 0.1], [edge + 0.1], [0.0]], dtype=dtype, requires_grad=True)
    (gradient,) = torch.autograd.grad(objective.generator_loss(at, at), (at,))
    assert [bool(each) for each in gradient] == [False, False, True, True]
    assert objective.generator_loss(at[:1], at[:1]).item() == pytest.approx(-math.log(1e-5))
    (gradient,) = torch.autograd.grad(objective.discriminator_loss(at, -at), (at,))
    assert [bool(each) for each in gradient] == [False, False, True, True]


@every_smoothed
def test_smoothing_of_0_changes_nothing(name: str) -> None:
    assert smoothed(OBJECTIVES[name], 0.0) == OBJECTIVES[name]
    torch.testing.assert_close(
        OBJECTIVES[name].smoothed_discriminator_loss(logits(0), logits(1), 0.0),  # type: ignore[misc]
        OBJECTIVES[name].discriminator_loss(logits(0), logits(1)),
        rtol=0,
        atol=0,
    )


@every_smoothed
@pytest.mark.parametrize("smoothing", [0.1, 0.25])
def test_smoothing_lowers_the_target_of_real_samples_alone(name: str, smoothing: float) -> None:
    objective = smoothed(OBJECTIVES[name], smoothing)
    assert objective._replace(discriminator_loss=OBJECTIVES[name].discriminator_loss) == OBJECTIVES[name]
    assert torch.autograd.gradcheck(objective.discriminator_loss, (logits(2), logits(3)))
    real, fake = logits(6, 50) * 10, logits(7, 50) * 10
    targets = torch.full_like(real, 1 - smoothing)
    if name == "least_squares":
        expected = (mse_loss(real, targets) + mse_loss(fake, torch.zeros_like(fake))) / 2
    else:
        expected = binary_cross_entropy_with_logits(real, targets) + binary_cross_entropy_with_logits(fake, torch.zeros_like(fake))
    torch.testing.assert_close(objective.discriminator_loss(real, fake), expected)


@pytest.mark.parametrize(("name", "best"), [("non_saturating", math.log(9)), ("minimax", math.log(9)), ("least_squares", 0.9)])
def test_with_smoothing_real_samples_are_best_judged_at_their_target(name: str, best: float) -> None:
    real = torch.full((3, 1), best, dtype=torch.float64, requires_grad=True)
    loss = smoothed(OBJECTIVES[name], 0.1).discriminator_loss(real, torch.zeros_like(real))
    (gradient,) = torch.autograd.grad(loss, (real,))
    torch.testing.assert_close(gradient, torch.zeros_like(gradient))


@pytest.mark.parametrize(
    ("name", "best"), [("non_saturating", 0.0), ("zero_sum", 0.0), ("least_squares", 0.5), ("clamped", 0.0), ("weighted", math.log(0.95))]
)
def test_the_best_judgement_where_real_and_fake_are_alike(name: str, best: float) -> None:
    same = torch.full((3, 1), best, dtype=torch.float64, requires_grad=True)
    (gradient,) = torch.autograd.grad(OBJECTIVES[name].discriminator_loss(same, same), (same,))
    torch.testing.assert_close(gradient, torch.zeros_like(gradient))


@pytest.mark.parametrize("name", [name for name in OBJECTIVES if name not in SMOOTHED])
def test_smoothing_is_refused_in_one_line_where_it_is_not_defined(name: str) -> None:
    assert smoothed(OBJECTIVES[name], 0.0) == OBJECTIVES[name]
    with pytest.raises(UsageError, match=r"not defined.*non_saturating, minimax, least_squares") as refused:
        smoothed(OBJECTIVES[name], 0.1)
    assert "\n" not in str(refused.value)


def test_feature_matching_is_the_squared_distance_of_the_means() -> None:
    real = torch.tensor([[1.0, 2.0], [3.0, 6.0]], dtype=torch.float64)
    fake = torch.tensor([[0.0, 1.0], [0.0, 1.0], [3.0, 1.0]], dtype=torch.float64, requires_grad=True)
    assert feature_matching(real, fake).item() == pytest.approx((2 - 1) ** 2 + (4 - 1) ** 2)
    assert feature_matching(real, real.flip(0)).item() == 0
    assert torch.autograd.gradcheck(lambda each: feature_matching(real, each), (fake,))
    assert feature_matching(torch.ones(4, 2, 3, 3), torch.zeros(5, 2, 3, 3)).item() == 18


def test_the_weighted_loss_is_no_label_smoothing() -> None:
    """Where there are real samples alone, D(x) may go to 1, while smoothing by .05 would keep it at .95."""
    real = torch.full((3, 1), math.log(19), dtype=torch.float64, requires_grad=True)
    never = torch.full((3, 1), -50.0, dtype=torch.float64)
    for loss, falls in ((OBJECTIVES["weighted"], True), (smoothed(OBJECTIVES["non_saturating"], 0.05), False)):
        (gradient,) = torch.autograd.grad(loss.discriminator_loss(real, never), (real,))
        assert bool((gradient < -1e-3).all()) is falls


RESTING = [name for name, objective in OBJECTIVES.items() if objective.boundary is not None and name != "weighted"]


@pytest.mark.parametrize("name", RESTING)
def test_the_boundary_is_where_d_rests_and_what_lies_on_it_is_wrong(name: str) -> None:
    objective = OBJECTIVES[name]
    at = torch.full((4, 1), objective.boundary or 0.0, requires_grad=True)
    # Equal data and samples at the boundary are the discriminator's least loss.
    (slope,) = torch.autograd.grad(objective.discriminator_loss(at, at), at)
    assert slope.abs().max() < 1e-6
    assert accuracy(objective, at, at).item() == 0
    assert accuracy(objective, at + 1, at - 1).item() == 1
    assert accuracy(objective, at + 1, at + 1).item() == 0.5
    assert not accuracy(objective, at + 1, at - 1).requires_grad


@pytest.mark.parametrize("name", ["wasserstein", "relativistic"])
def test_where_differences_alone_count_so_do_they_in_the_accuracy(name: str) -> None:
    real, fake = torch.tensor([[3.0], [5.0], [7.0], [9.0]]), torch.tensor([[2.0], [6.0], [7.0], [8.0]])
    for moved in (-100, 0, 100):
        assert accuracy(OBJECTIVES[name], real + moved, fake + moved).item() == 0.5
