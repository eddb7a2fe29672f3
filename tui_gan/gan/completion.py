"""Completion: G is given some pixels of an image and makes the others, and D says of each pixel whether it was observed.

After GAIN (Yoon et al. 2018, arXiv:1806.02920), here of images that are known whole in training. The evidence stands behind the latent:
latents are [z, m, m x] of P numbers each, with m 1 where a pixel is observed, so that whatever takes latents knows it.
"""

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import softplus

from tui_gan.contract.config import Config
from tui_gan.gan.datasets.dataset import Dataset, Images
from tui_gan.gan.masks import draws, observed

# What the terms of the generator's loss are called.
OBSERVED, ERROR = "observed error", "completion error"
# Keeps the gradient of a distance finite where two images are the same.
TINY = 1e-12
# What a hint says of a pixel of which nothing is told.
UNTOLD = 0.5


class Parts(NamedTuple):
    """The parts of latents (N, 3 P), (N, P) each: `noise` z, `mask` m, 1 where observed, and `seen` m x."""

    noise: Tensor
    mask: Tensor
    seen: Tensor


def parts(latents: Tensor) -> Parts:
    """The parts of latents."""
    return Parts(*latents.chunk(3, -1))


def evidence(x: Tensor, mask: Tensor) -> Tensor:
    """What stands behind the latent: [m, m x], (N, 2 P), of images (N, *X) in training units and which of their values are observed."""
    return torch.cat((mask, mask * x.flatten(1)), 1)


def drawn(config: Config, x: Tensor, stream: torch.Generator) -> Tensor:
    """The evidence of images (N, *X), masks drawn from a stream on the CPU."""
    shape = tuple(x.shape[1:])
    numbers = torch.rand(len(x), draws(config, shape), generator=stream)
    return evidence(x, observed(config, numbers, shape).to(x.device))


def held_out(config: Config, dataset: Dataset, count: int, stream: torch.Generator) -> Tensor:
    """The evidence of `count` images that are not trained on, where there are such, again from the first where there are fewer."""
    truth = dataset.truth
    assert isinstance(truth, Images), "checked before"
    levels = truth.test[torch.arange(count) % len(truth.test)] if len(truth.test) else None
    x = dataset.sample(count, stream, "cpu") if levels is None else of_levels(dataset, levels)
    return drawn(config, x, stream)


def of_levels(dataset: Dataset, levels: Tensor) -> Tensor:
    """Images, uint8 (N, C, H, W), in training units, float32 on the CPU."""
    location, scale = float(dataset.location.flat[0]), float(dataset.scale.flat[0])
    return (levels.cpu().float() / 255 - location) / scale


def other_noise(latents: Tensor) -> Tensor:
    """The same evidence with the noise of another: rows 2 i and 2 i + 1 change places, of an odd number each takes the one before."""
    noise = latents[:, : latents.shape[1] // 3]
    swapped = noise.reshape(-1, 2, noise.shape[1]).flip(1).flatten(0, 1) if len(noise) % 2 == 0 else noise.roll(1, 0)
    return torch.cat((swapped, latents[:, noise.shape[1] :]), 1)


def completed(raw: Tensor, latents: Tensor) -> Tensor:
    """m x + (1 - m) G: the observed values of images with those of G, (N, P), in the place of the hidden ones, (N, P)."""
    _, mask, seen = parts(latents)
    return seen + (1 - mask) * raw


def hinted_of(config: Config, count: int, device: torch.device) -> Tensor:
    """Of which values D is told whether they were observed, 1 or 0, (N, P), from torch's default stream."""
    return (torch.rand(count, config.latent_dim, device=device) < config.completion.hint).float()


def hint(mask: Tensor, hinted: Tensor) -> Tensor:
    """What D is told: m where b = 1, and 1/2 elsewhere, b m + (1 - b) / 2 (Yoon et al. 2018, section 4)."""
    return hinted * mask + UNTOLD * (1 - hinted)


def beside(config: Config, latents: Tensor, hidden: bool) -> Tensor:
    """What D is given beside completions of latents (N, 3 P) when somebody looks, (N, 2 P): the hint, and where its logits are averaged.

    That is over the hidden values or else over the observed ones. What is told is drawn as in training, the same at every call.
    """
    mask = parts(latents).mask
    hinted = (torch.rand(mask.shape, generator=torch.Generator().manual_seed(1)) < config.completion.hint).float().to(mask.device)
    return torch.cat((hint(mask, hinted), 1 - mask if hidden else mask), 1)


def discriminator_loss(logits: Tensor, mask: Tensor) -> Tensor:
    """-E[m log D + (1 - m) log(1 - D)] over all values of all images (N, P); ln 2 where D = 1/2 (Yoon et al. 2018, equation 8)."""
    return (mask * softplus(-logits) + (1 - mask) * softplus(logits)).mean()


def generator_loss(logits: Tensor, mask: Tensor) -> Tensor:
    """-E[(1 - m) log D] over all values of all images (N, P): hidden values are to be taken for observed (Yoon et al. 2018, equation 9)."""
    return ((1 - mask) * softplus(-logits)).mean()


def observed_error(raw: Tensor, x: Tensor, mask: Tensor) -> Tensor:
    """E[m (G - x)^2] over all values of all images, of (N, P) each: what G itself says of observed ones (Yoon et al. 2018)."""
    return (mask * (raw - x).square()).mean()


def completion_error(one: Tensor, other: Tensor, x: Tensor, spread: float) -> Tensor:
    """E[(|a - x| + |b - x|) / 2 - s |a - b| / 2] of two completions a and b of each image x, (N, P), |.| the root mean square over values.

    With s = 1 it is the energy score, a proper score of the distribution of completions: least in the mean where that is the distribution
    of x given the evidence (Gneiting and Raftery 2007, JASA 102, equation 22). With s = 0 it is least where all completions are one.
    """
    return (0.5 * (_apart(one, x) + _apart(other, x)) - 0.5 * spread * _apart(one, other)).mean()


def mean_over(logits: Tensor, where: Tensor) -> Tensor:
    """The mean logit of each image over the values where `where` is 1, (N, P) -> (N, 1); 0 where there are none."""
    return (where * logits).sum(1, keepdim=True) / where.sum(1, keepdim=True).clamp(min=1)


def _apart(one: Tensor, other: Tensor) -> Tensor:
    return ((one - other).square().mean(1) + TINY).sqrt()
