"""Objectives: what the discriminator and the generator minimise, from the logits of real and of fake samples.

With D = sigmoid(logit) where a formula speaks of D, and the logit itself where it speaks of C.
"""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import relu, softplus

from tui_gan.contract.errors import UsageError
from tui_gan.contract.objectives import REAL_WEIGHT

Loss = Callable[[Tensor, Tensor], Tensor]
SmoothedLoss = Callable[[Tensor, Tensor, float], Tensor]
Verdict = Callable[[Tensor, Tensor], Tensor]

# AYLIEN's floor under probabilities before their logarithm is taken.
LEAST_PROBABILITY = 1e-5


def probability(logits: Tensor, middle: Tensor) -> Tensor:
    """sigmoid(C): at its best p / (p + q) where the data have density p and the generated samples q (Goodfellow et al. 2014)."""
    return torch.sigmoid(logits)


def cut(logits: Tensor, middle: Tensor) -> Tensor:
    """C cut to 0 .. 1: of least squares C itself is p / (p + q) at its best (Mao et al. 2017, arXiv:1611.04076)."""
    return logits.clamp(0.0, 1.0)


def squashed(logits: Tensor, middle: Tensor) -> Tensor:
    """sigmoid(C), which is no probability: hinge learns on which side of 0 a sample lies, and no more than +-1 of how far."""
    return torch.sigmoid(logits)


def compared(logits: Tensor, middle: Tensor) -> Tensor:
    """sigmoid(C - middle): losses that know differences of logits alone leave open where C is 0.

    Against a typical sample of the other kind the relativistic discriminator gives this as the probability of being the real one;
    of Wasserstein's critic it is the side of the middle on which a sample lies, and no probability.
    """
    return torch.sigmoid(logits - middle)


class Objective(NamedTuple):
    """The two losses of a game; each takes the logits (B, 1) of real and of fake samples and returns a scalar.

    The generator's loss may leave the real logits unread; `needs_real` says whether it does not. Where label smoothing is
    defined, `smoothed_discriminator_loss` takes what the target of real samples lacks to 1 as a third argument. A logit above
    `boundary` calls a sample real; None where the losses know the differences of logits alone. `unbounded` says whether the
    discriminator's loss has no least value, so that something else has to bound the gradient of C. `verdict` makes the D(x) in 0 .. 1
    that is drawn from logits and the middle between the mean logits of real and of generated samples.
    """

    discriminator_loss: Loss
    generator_loss: Loss
    needs_real: bool = False
    smoothed_discriminator_loss: SmoothedLoss | None = None
    boundary: float | None = 0.0
    verdict: Verdict = probability
    unbounded: bool = False


def logistic_discriminator_loss(real: Tensor, fake: Tensor) -> Tensor:
    """-E[log D(x)] - E[log(1 - D(G(z)))]; 2 ln 2 when D = 1/2 everywhere (Goodfellow et al. 2014, arXiv:1406.2661)."""
    return softplus(-real).mean() + softplus(fake).mean()


def halved_discriminator_loss(real: Tensor, fake: Tensor) -> Tensor:
    """1/2 (-E[log D(x)] - E[log(1 - D(G(z)))]), as in the code of Goodfellow et al. 2014; plain gradient descent feels the half."""
    return 0.5 * logistic_discriminator_loss(real, fake)


def smoothed_logistic_discriminator_loss(real: Tensor, fake: Tensor, smoothing: float) -> Tensor:
    """-E[(1 - s) log D(x) + s log(1 - D(x))] - E[log(1 - D(G(z)))] (Salimans et al. 2016, arXiv:1606.03498, section 3.4).

    Since log D - log(1 - D) is the logit, this is the logistic loss + s E[C(x)].
    """
    return logistic_discriminator_loss(real, fake) + smoothing * real.mean()


def non_saturating_generator_loss(real: Tensor, fake: Tensor) -> Tensor:
    """-E[log D(G(z))]; ln 2 when D = 1/2 (Goodfellow et al. 2014, arXiv:1406.2661, section 3)."""
    return softplus(-fake).mean()


def minimax_generator_loss(real: Tensor, fake: Tensor) -> Tensor:
    """E[log(1 - D(G(z)))]; -ln 2 when D = 1/2 (Goodfellow et al. 2014, arXiv:1406.2661, equation 1)."""
    return -softplus(fake).mean()


def zero_sum_generator_loss(real: Tensor, fake: Tensor) -> Tensor:
    """E[log D(x)] + E[log(1 - D(G(z)))], the discriminator's loss with its sign turned; -2 ln 2 when D = 1/2."""
    return -logistic_discriminator_loss(real, fake)


def smoothed_least_squares_discriminator_loss(real: Tensor, fake: Tensor, smoothing: float) -> Tensor:
    """1/2 E[(C(x) - (1 - s))^2] + 1/2 E[C(G(z))^2]; label smoothing (Salimans et al. 2016) on least squares (Mao et al. 2017)."""
    return 0.5 * ((real - (1 - smoothing)).square().mean() + fake.square().mean())


def least_squares_discriminator_loss(real: Tensor, fake: Tensor) -> Tensor:
    """1/2 E[(C(x) - 1)^2] + 1/2 E[C(G(z))^2]; least at C = 1/2 when both are alike (Mao et al. 2017, arXiv:1611.04076, a=0, b=1)."""
    return smoothed_least_squares_discriminator_loss(real, fake, 0.0)


def least_squares_generator_loss(real: Tensor, fake: Tensor) -> Tensor:
    """1/2 E[(C(G(z)) - 1)^2] (Mao et al. 2017, arXiv:1611.04076, c=1)."""
    return 0.5 * (fake - 1).square().mean()


def hinge_discriminator_loss(real: Tensor, fake: Tensor) -> Tensor:
    """E[max(0, 1 - C(x))] + E[max(0, 1 + C(G(z)))] (Lim & Ye 2017, arXiv:1705.02894)."""
    return relu(1 - real).mean() + relu(1 + fake).mean()


def wasserstein_discriminator_loss(real: Tensor, fake: Tensor) -> Tensor:
    """E[C(G(z))] - E[C(x)]; it bounds nothing unless the slope of C is held (Arjovsky et al. 2017, arXiv:1701.07875)."""
    return fake.mean() - real.mean()


def wasserstein_generator_loss(real: Tensor, fake: Tensor) -> Tensor:
    """-E[C(G(z))] (Arjovsky et al. 2017, arXiv:1701.07875; the hinge objective has the same)."""
    return -fake.mean()


def relativistic_discriminator_loss(real: Tensor, fake: Tensor) -> Tensor:
    """E[-log sigmoid(C(x_i) - C(G(z_i)))], paired by place in the batch (Jolicoeur-Martineau 2018, arXiv:1807.00734, RpGAN)."""
    return softplus(fake - real).mean()


def relativistic_generator_loss(real: Tensor, fake: Tensor) -> Tensor:
    """E[-log sigmoid(C(G(z_i)) - C(x_i))], paired by place in the batch (Jolicoeur-Martineau 2018, arXiv:1807.00734, RpGAN)."""
    return softplus(real - fake).mean()


def weighted_discriminator_loss(real: Tensor, fake: Tensor) -> Tensor:
    """-.95 E[log D(x)] - E[log(1 - D(G(z)))], in the code of GAN Lab (Kahng et al. 2018); least at D = .95 p / (.95 p + q)."""
    return REAL_WEIGHT * softplus(-real).mean() + softplus(fake).mean()


def clamped_discriminator_loss(real: Tensor, fake: Tensor) -> Tensor:
    """-E[log max(D(x), 1e-5) + log max(1 - D(G(z)), 1e-5)]; no gradient where the maximum is 1e-5 (AYLIEN's gan-intro, 2017-07)."""
    return -(_clamped_log(real).mean() + _clamped_log(-fake).mean())


def clamped_generator_loss(real: Tensor, fake: Tensor) -> Tensor:
    """-E[log max(D(G(z)), 1e-5)]; no gradient where the maximum is 1e-5 (AYLIEN's gan-intro, 2017-07)."""
    return -_clamped_log(fake).mean()


def _clamped_log(logits: Tensor) -> Tensor:
    return torch.sigmoid(logits).clamp(min=LEAST_PROBABILITY).log()


OBJECTIVES: dict[str, Objective] = {
    "non_saturating": Objective(
        logistic_discriminator_loss,
        non_saturating_generator_loss,
        smoothed_discriminator_loss=smoothed_logistic_discriminator_loss,
    ),
    "halved": Objective(halved_discriminator_loss, non_saturating_generator_loss),
    "minimax": Objective(
        logistic_discriminator_loss,
        minimax_generator_loss,
        smoothed_discriminator_loss=smoothed_logistic_discriminator_loss,
    ),
    "zero_sum": Objective(logistic_discriminator_loss, zero_sum_generator_loss, needs_real=True),
    "least_squares": Objective(
        least_squares_discriminator_loss,
        least_squares_generator_loss,
        smoothed_discriminator_loss=smoothed_least_squares_discriminator_loss,
        boundary=0.5,
        verdict=cut,
    ),
    "hinge": Objective(hinge_discriminator_loss, wasserstein_generator_loss, verdict=squashed),
    "wasserstein": Objective(wasserstein_discriminator_loss, wasserstein_generator_loss, boundary=None, verdict=compared, unbounded=True),
    "relativistic": Objective(
        relativistic_discriminator_loss, relativistic_generator_loss, needs_real=True, boundary=None, verdict=compared
    ),
    "weighted": Objective(weighted_discriminator_loss, non_saturating_generator_loss),
    "clamped": Objective(clamped_discriminator_loss, clamped_generator_loss),
}


def accuracy(objective: Objective, real: Tensor, fake: Tensor) -> Tensor:
    """The share of samples on which the discriminator is right, or, without a boundary, of pairs of which it ranks the real one higher."""
    if objective.boundary is None:
        return (real > fake).float().mean()
    return torch.cat((real > objective.boundary, fake < objective.boundary)).float().mean()


def inferring(objective: Objective, plain: Objective) -> Objective:
    """The objective of a game with an inference network, whose generator's side makes both kinds of pairs and lowers a loss of both.

    A generator's loss that reads real logits stays as it is; else it is D's loss with the kinds exchanged, which has the same fixed
    points and gradients that do not vanish (Donahue et al. 2016, arXiv:1605.09782, section 3.4).

    Args:
        plain: without label smoothing, which is for D alone.
    """
    if objective.needs_real:
        return objective
    return objective._replace(generator_loss=lambda real, fake: plain.discriminator_loss(fake, real), needs_real=True)


def smoothed(objective: Objective, smoothing: float) -> Objective:
    """Return the objective with one-sided label smoothing: the target of real samples is 1 - smoothing, that of fake ones stays 0.

    The generator's loss stays as it is (Salimans et al. 2016, arXiv:1606.03498, section 3.4); with smoothing 0 nothing changes.

    Raises:
        UsageError: label smoothing is not defined for this objective.
    """
    if not smoothing:
        return objective
    loss = objective.smoothed_discriminator_loss
    if loss is None:
        known = ", ".join(name for name, each in OBJECTIVES.items() if each.smoothed_discriminator_loss)
        raise UsageError(f"label smoothing is not defined for this objective (it is for: {known})")
    return objective._replace(discriminator_loss=lambda real, fake: loss(real, fake, smoothing))


def feature_matching(real_features: Tensor, fake_features: Tensor) -> Tensor:
    """|E f(x) - E f(G(z))|^2 of hidden units (B, *F), a scalar (Salimans et al. 2016, arXiv:1606.03498, section 3.1)."""
    return (real_features.mean(0) - fake_features.mean(0)).square().sum()
