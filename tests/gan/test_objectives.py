"""Objectives: their closed forms, torch's own loss, and their gradients."""

import math

import pytest
import torch
from torch.nn.functional import binary_cross_entropy_with_logits

from tui_gan.gan.objectives import OBJECTIVES, Objective

# The losses of D and G where D cannot tell real from fake: every logit 0.
AT_REST = {"non_saturating": (2 * math.log(2), math.log(2))}

every_objective = pytest.mark.parametrize("objective", OBJECTIVES.values(), ids=OBJECTIVES)


def logits(seed: int, count: int = 6) -> torch.Tensor:
    return torch.randn(count, 1, dtype=torch.float64, generator=torch.Generator().manual_seed(seed)).requires_grad_()


@every_objective
def test_losses_are_finite_scalars_and_stay_so_far_out(objective: Objective) -> None:
    for scale in (1.0, 1e3):
        for loss in (objective.discriminator_loss, objective.generator_loss):
            value = loss(logits(0).float() * scale, logits(1).float() * scale)
            assert value.shape == ()
            assert value.isfinite()


@every_objective
def test_each_side_is_paid_for_winning(objective: Objective) -> None:
    low, high = torch.full((4, 1), -2.0), torch.full((4, 1), 2.0)
    assert objective.discriminator_loss(high, low) < objective.discriminator_loss(low, high)
    assert objective.generator_loss(torch.zeros(4, 1), high) < objective.generator_loss(torch.zeros(4, 1), low)


@every_objective
def test_gradients_are_those_of_finite_differences(objective: Objective) -> None:
    assert torch.autograd.gradcheck(objective.discriminator_loss, (logits(2), logits(3)))
    assert torch.autograd.gradcheck(lambda fake: objective.generator_loss(logits(2).detach(), fake), (logits(3),))


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


def test_the_non_saturating_losses_are_cross_entropies() -> None:
    real, fake = logits(6, 50) * 10, logits(7, 50) * 10
    ones, zeros = torch.ones_like(real), torch.zeros_like(real)
    objective = OBJECTIVES["non_saturating"]
    cross = binary_cross_entropy_with_logits(real, ones) + binary_cross_entropy_with_logits(fake, zeros)
    torch.testing.assert_close(objective.discriminator_loss(real, fake), cross)
    torch.testing.assert_close(objective.generator_loss(real, fake), binary_cross_entropy_with_logits(fake, ones))
