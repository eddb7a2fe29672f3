"""What a configuration adds to the losses of the two players."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import torch
from torch import Tensor

from tui_gan.contract.knobs import Knobs
from tui_gan.gan.objectives import accuracy, feature_matching
from tui_gan.gan.regularizers import Judgement, Regularizer, historical_distance

if TYPE_CHECKING:
    from tui_gan.gan.trainer import Trainer


# Name, regularizer and weight.
Term = tuple[str, Regularizer, float]


class DiscriminatorLosses(NamedTuple):
    """What one update of the discriminator lowers.

    Attributes:
        loss: the objective's.
        total: the loss with what is added to it in this update.
        real_logits, fake_logits: (B, 1).
    """

    loss: Tensor
    total: Tensor
    real_logits: Tensor
    fake_logits: Tensor


def due(trainer: "Trainer") -> Sequence[Term]:
    """The regularizers that enter the discriminator's loss at this step: all of them in every lazy-th."""
    return () if trainer.steps_done % trainer.config.lazy else trainer.terms


def with_discriminator_terms(
    loss: Tensor, trainer: "Trainer", knobs: Knobs, shown: Sequence[Tensor], logits: Sequence[Tensor], terms: Sequence[Term]
) -> DiscriminatorLosses:
    """The discriminator's loss with what is added to it; the coefficients that adapt move on.

    Args:
        shown: real samples, fake ones, and, where a regularizer asked for it, one more batch, as the discriminator was shown them.
        logits: of each of these.
        terms: the regularizers that are due.
    """
    config, gate = trainer.config, knobs.minibatch_discrimination
    (real, fake, *_), (real_logits, fake_logits, *extra) = shown, logits
    total = loss
    if terms:
        judgement = Judgement(
            judge=lambda x: trainer.discriminator(x, gate),
            weights=trainer.matrices[gate],
            real=real,
            fake=fake,
            real_logits=real_logits,
            fake_logits=fake_logits,
            extra_logits=extra[0] if extra else None,
            stream_noise=lambda: torch.rand(len(real), device=trainer.device),
        )
        for name, regularizer, weight in terms:
            factor = trainer.coefficients.get(name, weight) * knobs.regularization * config.lazy
            total = total + factor * regularizer.term(judgement)
    for name, regularizer, weight in trainer.terms:
        if regularizer.adapt:
            right = accuracy(trainer.objective, real_logits, fake_logits)
            trainer.coefficients[name] = regularizer.adapt(trainer.coefficients[name], right, weight)
    if trainer.discriminator_means:
        # Weights that take no part add to it what no gradient is taken of.
        distance = historical_distance(list(trainer.discriminator.parameters()), trainer.discriminator_means)
        total = total + config.historical_averaging * distance
    return DiscriminatorLosses(loss, total, real_logits, fake_logits)


def with_generator_terms(loss: Tensor, trainer: "Trainer", real: Tensor, fake: Tensor) -> Tensor:
    """The generator's loss with what is added to it.

    Args:
        real, fake: as the discriminator is shown them; real is read with feature matching alone.
    """
    config = trainer.config
    if config.feature_matching:
        real_features, fake_features = trainer.discriminator.features(real), trainer.discriminator.features(fake)
        loss = loss + config.feature_matching * feature_matching(real_features, fake_features)
    if config.generator_l2:
        matrices = [weight for weight in trainer.generator.parameters() if weight.dim() > 1]
        loss = loss + config.generator_l2 * 0.5 * sum(weight.square().sum() for weight in matrices)
    if trainer.generator_means:
        distance = historical_distance(list(trainer.generator.parameters()), trainer.generator_means)
        loss = loss + config.historical_averaging * distance
    return loss
