"""What a configuration adds to the losses of the two players."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from tui_gan.contract.knobs import Knobs
from tui_gan.gan.objectives import accuracy, feature_matching
from tui_gan.gan.regularizers import Judgement, Regularizer, historical_distance

if TYPE_CHECKING:
    from tui_gan.gan.trainer import Trainer


# Name, regularizer and weight.
Term = tuple[str, Regularizer, float]


def due(trainer: "Trainer") -> Sequence[Term]:
    """The regularizers that enter the discriminator's loss at this step."""
    return trainer.terms if trainer.steps_done % trainer.config.lazy == 0 else ()


def discriminator_terms(
    trainer: "Trainer", knobs: Knobs, shown: Sequence[Tensor], logits: Sequence[Tensor], terms: Sequence[Term]
) -> Tensor | float:
    """What is added to the discriminator's loss; the coefficients that adapt move on.

    Args:
        shown: real samples, fake ones, and, where a regularizer asked for it, one more batch, as the discriminator was shown them.
        logits: of each of these.
        terms: the regularizers that are due.
    """
    config, gate = trainer.config, knobs.minibatch_discrimination
    (real, fake, *_), (real_logits, fake_logits, *extra) = shown, logits
    total: Tensor | float = 0.0
    if terms:
        judgement = Judgement(
            judge=lambda x: trainer.discriminator(x, gate),
            weights=[weight for weight in trainer.active[gate] if weight.dim() > 1],
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
            if regularizer.adapt:
                right = accuracy(trainer.objective, real_logits, fake_logits)
                trainer.coefficients[name] = regularizer.adapt(trainer.coefficients[name], right, weight)
    if trainer.discriminator_means:
        # Weights that take no part add to it what no gradient is taken of.
        distance = historical_distance(list(trainer.discriminator.parameters()), trainer.discriminator_means)
        total = total + config.historical_averaging * distance
    return total


def generator_terms(trainer: "Trainer", real: Tensor, fake: Tensor) -> Tensor | float:
    """What is added to the generator's loss.

    Args:
        real, fake: as the discriminator is shown them; real is read with feature matching alone.
    """
    config, weights = trainer.config, list(trainer.generator.parameters())
    total: Tensor | float = 0.0
    if config.feature_matching:
        real_features, fake_features = trainer.discriminator.features(real), trainer.discriminator.features(fake)
        total = total + config.feature_matching * feature_matching(real_features, fake_features)
    if config.generator_l2:
        total = total + config.generator_l2 * 0.5 * sum(weight.square().sum() for weight in weights if weight.dim() > 1)
    if trainer.generator_means:
        total = total + config.historical_averaging * historical_distance(weights, trainer.generator_means)
    return total
