"""Fixed samples to be judged, and others in whose company they are judged, as a training batch would have them."""

from typing import NamedTuple

import torch
from torch import Tensor

from tui_gan.contract.knobs import Knobs
from tui_gan.gan.latents import LATENTS, draw
from tui_gan.gan.trainer import Trainer

COMPANY = 256


class Judged(NamedTuple):
    """Samples in training units, (N, *X), and the company of their own kind, (C, *X), which holds none of them.

    C is COMPANY, or 0 where the discriminator judges each sample alone.
    """

    samples: Tensor
    company: Tensor


def real(trainer: Trainer, knobs: Knobs, count: int) -> Judged:
    """Real samples, the same at every call."""
    stream = torch.Generator().manual_seed(1)
    return Judged(*(trainer.dataset.sample(each, stream, "cpu") for each in (count, _needed(trainer, knobs))))


def fake(trainer: Trainer, knobs: Knobs, count: int) -> Judged:
    """Generated samples of the first `count` fixed latents, all where there are fewer, in the company of those of other latents."""
    config, needed = trainer.config, _needed(trainer, knobs)
    samples = trainer.sample(trainer.fixed_latents[:count])
    if not needed:
        return Judged(samples, samples[:0])
    # There may be too few fixed latents to spare some; these come from a stream of their own, which must not begin like theirs.
    stream = torch.Generator().manual_seed(config.seed + 1)
    others = draw(LATENTS[config.latent], needed, config.latent_dim, stream, scale=config.latent_scale)
    return Judged(samples, trainer.sample(others))


def _needed(trainer: Trainer, knobs: Knobs) -> int:
    return COMPANY if knobs.minibatch_discrimination or trainer.config.packing > 1 else 0
