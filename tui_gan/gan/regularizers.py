"""Regularizers: terms that are added to the discriminator's loss, and what else holds the players apart."""

import dataclasses
import functools
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import torch
from torch import Tensor

# The step of the finite difference in training units: small against what D resolves, large against float32.
DIFFERENCE = 0.1

# Between these accuracies of D neither player has run away, and adaptive L2 leaves its coefficient as it is.
CAUGHT_UP, TOO_STRONG = 0.65, 0.8
# One update moves the coefficient by 1 %, so that noise in the accuracy of single batches averages out.
ADAPTATION = 1.01
# The coefficient stays within this factor of its initial value, so that it finds back within some 700 updates.
ADAPTATION_RANGE = 1000.0


@dataclasses.dataclass(frozen=True, eq=False)
class Judgement:
    """What the discriminator has just said, for the terms that are added to its loss.

    Logits are (B, 1), or of two networks (B, 2).

    Attributes:
        judge: (B, *X) -> logits, in the same way as real and fake were judged.
        weights: the discriminator's weight matrices and kernels (ndim >= 2).
        real, fake: (B, *X); leaves that require gradients where the regularizer says so.
        real_logits, fake_logits: of these.
        extra_logits: of the batch that the regularizer's `extra` made.
        drawn: what the regularizer's `draw` has drawn.
        judge_fake: as `judge`, where what is judged beside generated samples is not what is beside real ones.
        slope: (judge, samples) -> the gradient of each logit by its sample; None where the samples are leaves of a graph.
    """

    judge: Callable[[Tensor], Tensor]
    weights: Sequence[Tensor]
    real: Tensor
    fake: Tensor
    real_logits: Tensor
    fake_logits: Tensor
    extra_logits: Tensor | None = None
    drawn: Tensor | None = None
    slope: Callable[[Callable[[Tensor], Tensor], Tensor], Tensor] | None = None
    judge_fake: Callable[[Tensor], Tensor] | None = None

    def of(self, drawn: Tensor | None, extra_logits: Tensor | None) -> "Judgement":
        """As one regularizer sees it; those that neither draw nor ask for more share their slopes."""
        if drawn is None and extra_logits is None:
            return self
        return dataclasses.replace(self, drawn=drawn, extra_logits=extra_logits)

    def slopes_at(self, samples: Tensor, fake: bool = False) -> Tensor:
        """Gradients of the logits by samples that are judged for that, (B, -1), of two networks side by side.

        Samples that share a logit follow each other.
        """
        judge, count = self.judge_fake if fake and self.judge_fake else self.judge, self.real_logits.shape[1]
        if self.slope is not None:
            return self._side_by_side(self.slope(functools.partial(_of_network, judge, place), samples) for place in range(count))
        samples = samples.detach().requires_grad_()
        return self._side_by_side(
            gradient for (gradient,) in (torch.autograd.grad(each, samples, create_graph=True) for each in _sums(judge(samples)))
        )

    @functools.cached_property
    def slopes(self) -> dict[str, Tensor]:
        """As `slopes_at`, by the "real" and the "fake" samples, as far as they require them, in one pass."""
        if self.slope is not None:
            return {"real": self.slopes_at(self.real), "fake": self.slopes_at(self.fake, fake=True)}
        wanted = {name: each for name, each in (("real", self.real), ("fake", self.fake)) if each.requires_grad}
        totals = [real + fake for real, fake in zip(_sums(self.real_logits), _sums(self.fake_logits), strict=True)]
        gradients = [torch.autograd.grad(total, list(wanted.values()), create_graph=True) for total in totals]
        return {name: self._side_by_side(each) for name, each in zip(wanted, zip(*gradients, strict=True), strict=True)}

    def _side_by_side(self, gradients: Iterable[Tensor]) -> Tensor:
        return torch.cat([each.reshape(len(self.real_logits), -1) for each in gradients], 1)


class Regularizer(NamedTuple):
    """A term of the discriminator's loss.

    Attributes:
        term: the scalar, which is multiplied by its weight elsewhere.
        at_real, at_fake: whether it takes the gradient of these logits by these samples.
        extra: (real, fake, what has been drawn) -> one more batch to be judged along, or None.
        alone: whether it is meant for a discriminator that judges each sample by itself.
        flat: whether a discriminator that says the same everywhere costs it nothing.
        adapt: (coefficient, the discriminator's accuracy, initial) -> the coefficient from then on, where it moves by itself, or None.
        draws: with how many numbers judged at once, or more, it draws; 0 never.
        draw: (the shape (B, *X) of what is judged, the device) -> its chance of one update, from torch's default stream.
        bounds: whether it keeps the gradient norm of C from growing without limit, which a loss of scores alone does not.
    """

    term: Callable[[Judgement], Tensor]
    at_real: bool = False
    at_fake: bool = False
    extra: Callable[[Tensor, Tensor, Tensor | None], Tensor] | None = None
    alone: bool = False
    flat: bool = True
    adapt: Callable[[Tensor, Tensor, float], Tensor] | None = None
    draws: int = 0
    draw: Callable[[Sequence[int], torch.device], Tensor] | None = None
    bounds: bool = False


def l2(judgement: Judgement) -> Tensor:
    """1/2 the sum of W^2 over all weight matrices and kernels; biases are left free."""
    return 0.5 * torch.cat([weight.flatten() for weight in judgement.weights]).square().sum()


def adapted(coefficient: Tensor, accuracy: Tensor, initial: float) -> Tensor:
    """Adapt the coefficient of L2 to the discriminator's accuracy a, on the device: a scalar tensor without gradient.

    The coefficient is multiplied by 1.01 where a > .8, divided by 1.01 where a < .65, unchanged between, and held in
    initial / 1000 .. initial * 1000.

    Args:
        coefficient, accuracy: () as they are.
    """
    direction = (accuracy > TOO_STRONG).to(coefficient.dtype) - (accuracy < CAUGHT_UP).to(coefficient.dtype)
    return (coefficient * ADAPTATION**direction).clamp(initial / ADAPTATION_RANGE, initial * ADAPTATION_RANGE)


def directions(shape: Sequence[int], device: torch.device) -> Tensor:
    """(B, *X), each drawn evenly from the unit sphere."""
    drawn = torch.randn(*shape, device=device).flatten(1)
    drawn /= torch.linalg.vector_norm(drawn, dim=1, keepdim=True)
    return drawn.view(*shape)


def _of_network(judge: Callable[[Tensor], Tensor], place: int, samples: Tensor) -> Tensor:
    return judge(samples)[:, place]


def _sums(logits: Tensor) -> tuple[Tensor, ...]:
    """The sum of the logits of each network, whose gradient is that of each logit, as long as none reads another's samples."""
    return logits.sum(0).unbind()


def shares(shape: Sequence[int], device: torch.device) -> Tensor:
    """(B,), U(0, 1)."""
    return torch.rand(shape[0], device=device)


def shifted(real: Tensor, fake: Tensor, directions: Tensor | None) -> Tensor:
    """Move each of the real samples (B, *X) by DIFFERENCE: on the line up and down in turn, else in a direction of its own."""
    if directions is None:
        return real + _up_and_down(real.shape, real.dtype, real.device)
    return real + DIFFERENCE * directions


def r1_difference(judgement: Judgement) -> Tensor:
    """An estimate of R1 (Mescheder et al. 2018, arXiv:1801.04406) by finite differences along random directions.

    d/2 mean of ((C(x + e u) - C(x)) / e)^2 with e = DIFFERENCE in training units and |u| = 1 by `shifted`, where d numbers are judged
    at once. Over all directions E[(u . g)^2] = |g|^2 / d, so that its expectation tends to 1/2 E|grad C(x)|^2 as e goes to 0, for one
    more forward pass in place of a second derivative; the more numbers, the more it varies from draw to draw. On the line u is 1 or
    -1, and nothing is left to chance.
    """
    if judgement.extra_logits is None:
        raise ValueError("the finite difference needs the logits of the shifted samples")
    numbers = judgement.real.numel() // len(judgement.real_logits)
    return (0.5 * numbers / DIFFERENCE**2) * (judgement.extra_logits - judgement.real_logits).square().mean()


def r1(judgement: Judgement) -> Tensor:
    """1/2 E|grad_x C(x)|^2 on real samples (Mescheder et al. 2018, arXiv:1801.04406)."""
    return _half_mean_square(judgement.slopes["real"])


def r2(judgement: Judgement) -> Tensor:
    """1/2 E|grad_x C(x)|^2 on fake samples (Mescheder et al. 2018, arXiv:1801.04406)."""
    return _half_mean_square(judgement.slopes["fake"])


def gradient_penalty(judgement: Judgement) -> Tensor:
    """E[(|grad C(x^)| - 1)^2] at x^ = x + u (G(z) - x), u ~ U(0, 1) for each pair (Gulrajani et al. 2017, arXiv:1704.00028).

    It draws the norm of the gradient to 1 from both sides. Where the gradient is 0 its norm counts as flat, so that the derivative
    of the term is 0 there and not infinite. On the line the slopes 1 and -1 cost the same, with a barrier at 0 between them.
    """
    return (_slopes_between(judgement) - 1).square().mean()


def lipschitz_penalty(judgement: Judgement) -> Tensor:
    """E[max(0, |grad C(x^)| - 1)^2] at the same x^: the one-sided penalty, WGAN-LP (Petzka et al. 2018, arXiv:1709.08894).

    A gradient norm under 1 costs nothing, as the dual of the Wasserstein distance has it, so that a slope of the wrong sign turns
    round freely.
    """
    return (_slopes_between(judgement) - 1).clamp(min=0).square().mean()


REGULARIZERS: dict[str, Regularizer] = {
    "l2": Regularizer(l2),
    "adaptive_l2": Regularizer(l2, adapt=adapted),
    "r1_difference": Regularizer(r1_difference, extra=shifted, draws=2, draw=directions),
    "r1": Regularizer(r1, at_real=True, alone=True),
    "r2": Regularizer(r2, at_fake=True, alone=True),
    "gradient_penalty": Regularizer(gradient_penalty, alone=True, flat=False, draws=1, draw=shares, bounds=True),
    "lipschitz_penalty": Regularizer(lipschitz_penalty, alone=True, draws=1, draw=shares, bounds=True),
}


def historical_distance(weights: Sequence[Tensor], means: Sequence[Tensor]) -> Tensor:
    """|theta - mean of theta over the updates|^2, for either player (Salimans et al. 2016, arXiv:1606.03498, section 3.3).

    Args:
        weights: a player's parameters.
        means: their running means by `update_means_`, of the same shapes.
    """
    distances = [(weight - mean).square().sum() for weight, mean in zip(weights, means, strict=True)]
    return torch.stack(distances).sum()


@torch.no_grad()
def update_means_(means: Sequence[Tensor], weights: Sequence[Tensor], count: int) -> None:
    """Take the weights into their running means in place: mean += (theta - mean) / count.

    Args:
        count: how many values the means are of afterwards, the first being 1.
    """
    torch._foreach_lerp_(list(means), list(weights), 1 / count)


def noise_sd(initial: float, steps: int, step: int, end: float = 0.0) -> float:
    """Standard deviation of instance noise at a step: from `initial` geometrically to `end`, or linearly to 0, over `steps`, then 0.

    initial (end / initial)^(step / steps), with end 0 initial (1 - step / steps); at 0 steps, or with initial 0, initial throughout.
    (Sønderby et al. 2016, arXiv:1610.04490; Arjovsky & Bottou 2017, arXiv:1701.04862.)
    """
    if not steps or not initial:
        return initial
    if step >= steps:
        return 0.0
    share = step / steps
    return initial * (end / initial) ** share if end else initial * (1 - share)


def _slopes_between(judgement: Judgement) -> Tensor:
    """|grad C| for each pair at a random point between its real and its fake sample, (B,), differentiable by the weights."""
    real, fake = judgement.real.detach(), judgement.fake.detach()
    if judgement.drawn is None:
        raise ValueError("a penalty between real and fake samples needs a share for each pair")
    share = judgement.drawn.view(-1, *[1] * (real.dim() - 1))
    norms: Tensor = torch.linalg.vector_norm(judgement.slopes_at(real.lerp(fake, share)), dim=1)
    return norms


def _half_mean_square(gradient: Tensor) -> Tensor:
    return 0.5 * gradient.square().sum(1).mean()


@functools.lru_cache(maxsize=8)
def _up_and_down(shape: torch.Size, dtype: torch.dtype, device: torch.device) -> Tensor:
    shift = torch.full(shape, DIFFERENCE, dtype=dtype, device=device)
    shift[1::2] *= -1
    return shift
