"""One class of a conditional run."""

import torch
from torch import Tensor

from tui_gan.gan.latents import with_classes
from tui_gan.gan.trainer import Trainer

# Real samples among which those of one class are looked for.
AMONG = 50_000


def of(trainer: Trainer, latents: Tensor, number: int | None) -> Tensor:
    """Latents (N, W) that ask for a class by its number; as they are for None."""
    return latents if number is None else with_classes(trainer.config, latents, torch.full((len(latents),), number))


def real_of(trainer: Trainer, number: int, most: int) -> Tensor:
    """Real samples of a class, at most so many, the same at every call; in training units."""
    x, y = trainer.real(min(AMONG, trainer.dataset.count or AMONG), torch.Generator().manual_seed(0))
    assert y is not None, "it is conditional"
    return x[y.argmax(1) == number][:most]


def verdict_of(trainer: Trainer, number: int | None, count: int) -> Tensor | None:
    """The class that the discriminator is asked about, (count, K); None for all of them."""
    if number is None:
        return None
    return torch.eye(trainer.config.classes)[number].expand(count, -1)
