"""Penalties: what they are of functions whose derivative is known, and their gradients."""

from collections.abc import Callable

import pytest
import torch

from tui_gan.gan.regularizers import DIFFERENCE, r1_difference, shifted


def points(count: int = 8) -> torch.Tensor:
    return torch.randn(count, 1, dtype=torch.float64, generator=torch.Generator().manual_seed(0))


def penalty(judge: Callable[[torch.Tensor], torch.Tensor], x: torch.Tensor) -> torch.Tensor:
    return r1_difference(judge(x), judge(shifted(x)))


def test_a_constant_discriminator_pays_nothing() -> None:
    assert penalty(torch.zeros_like, points()).item() == 0


@pytest.mark.parametrize("slope", [-3.0, 0.5, 2.0])
def test_a_linear_discriminator_pays_half_its_slope_squared(slope: float) -> None:
    x = points()
    assert penalty(lambda each: slope * each + 7, x).item() == pytest.approx(slope**2 / 2)


def test_a_curved_discriminator_pays_about_half_its_mean_squared_derivative() -> None:
    x = points(2000)
    exact = 0.5 * (x.cos() ** 2).mean().item()
    assert penalty(torch.sin, x).item() == pytest.approx(exact, rel=DIFFERENCE**2)


def test_neighbours_in_the_batch_are_shifted_to_opposite_sides() -> None:
    x = points(4)
    torch.testing.assert_close(shifted(x) - x, torch.tensor([[1.0], [-1.0], [1.0], [-1.0]], dtype=torch.float64) * DIFFERENCE)


def test_the_shift_has_the_same_length_in_any_dimension() -> None:
    x = torch.zeros(2, 3, 5, dtype=torch.float64)
    torch.testing.assert_close(shifted(x).flatten(1).norm(dim=1), torch.full((2,), DIFFERENCE, dtype=torch.float64))


def test_gradients_are_those_of_finite_differences() -> None:
    x = points(5)
    weight = torch.tensor([0.7], dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda w: penalty(lambda each: torch.tanh(each * w), x), (weight,))
