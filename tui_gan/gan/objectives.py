"""Objectives: what the discriminator and the generator minimise, from the logits of real and of fake samples."""

from collections.abc import Callable
from typing import NamedTuple

from torch import Tensor
from torch.nn.functional import softplus

Loss = Callable[[Tensor, Tensor], Tensor]


class Objective(NamedTuple):
    """The two losses of a game; each takes the logits (B, 1) of real and of fake samples and returns a scalar.

    The generator's loss may leave the real logits unread; `needs_real` says whether it does not.
    """

    discriminator_loss: Loss
    generator_loss: Loss
    needs_real: bool = False


def logistic_discriminator_loss(real: Tensor, fake: Tensor) -> Tensor:
    """-E[log D(x)] - E[log(1 - D(G(z)))] with D = sigmoid(logit); 2 ln 2 when D = 1/2 everywhere (Goodfellow et al. 2014)."""
    return softplus(-real).mean() + softplus(fake).mean()


def non_saturating_generator_loss(real: Tensor, fake: Tensor) -> Tensor:
    """-E[log D(G(z))]; ln 2 when D = 1/2 (Goodfellow et al. 2014, arXiv:1406.2661, section 3)."""
    return softplus(-fake).mean()


OBJECTIVES: dict[str, Objective] = {
    "non_saturating": Objective(logistic_discriminator_loss, non_saturating_generator_loss),
}
