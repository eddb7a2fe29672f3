"""Fixed samples to be judged, and others in whose company they are judged, as a training batch would have them."""

from typing import NamedTuple

import torch
from torch import Tensor

from tui_gan.contract.knobs import Knobs
from tui_gan.gan.latents import given_beside
from tui_gan.gan.trainer import Trainer

COMPANY = 256


class Judged(NamedTuple):
    """Samples in training units, (N, *X), and the company of their own kind, (C, *X), which holds none of them.

    With packing it begins with packing - 1 samples for the pack of each; with minibatch discrimination COMPANY follow; it is empty where
    the discriminator judges each sample alone. `classes` (N, K) and `of_company` (C, K) are what it is given beside them, where it is
    given anything.
    """

    samples: Tensor
    company: Tensor
    classes: Tensor | None = None
    of_company: Tensor | None = None


def real(trainer: Trainer, knobs: Knobs, count: int) -> Judged:
    """Real samples, the same at every call."""
    stream = torch.Generator().manual_seed(1)
    (samples, classes), (others, of_others) = (trainer.real(each, stream) for each in (count, _needed(trainer, knobs, count)))
    return Judged(samples, others, classes, of_others)


def fake(trainer: Trainer, knobs: Knobs, count: int) -> Judged:
    """Generated samples of the first `count` fixed latents, all where there are fewer, in the company of those of other latents."""
    config, latents = trainer.config, trainer.fixed_latents[:count]
    needed = _needed(trainer, knobs, len(latents))
    samples, classes = trainer.sample(latents), given_beside(config, latents)
    if not needed:
        return Judged(samples, samples[:0], classes, None if classes is None else classes[:0])
    # There may be too few fixed latents to spare some; these come from a stream of their own, which must not begin like theirs.
    stream = torch.Generator().manual_seed(config.seed + 1)
    others = trainer.latents(needed, stream)
    return Judged(samples, trainer.sample(others, 1), classes, given_beside(config, others))


def _needed(trainer: Trainer, knobs: Knobs, count: int) -> int:
    return count * (trainer.config.packing - 1) + (COMPANY if knobs.minibatch_discrimination else 0)
