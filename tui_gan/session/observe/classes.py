"""One class of a conditional run, or one code."""

import torch
from torch import Tensor

from tui_gan.gan.latents import with_classes
from tui_gan.gan.trainer import Trainer

# Real samples among which those of one class are looked for, where there is no end of them.
AMONG = 50_000
# How far a continuous code is moved, which is drawn in -1 .. 1 (Chen et al. 2016, figure 2), and the rows without a categorical code.
REACH, ROWS = 2.0, 8


def of(trainer: Trainer, latents: Tensor, number: int | None) -> Tensor:
    """Latents (N, W) that ask for a class or code by its number; as they are for None."""
    return latents if number is None else with_classes(trainer.config, latents, torch.full((len(latents),), number))


def real_of(trainer: Trainer, number: int, most: int) -> Tensor:
    """Real samples of a class, at most so many, the same at every call, in training units; none of a code, which no real sample has.

    Where the samples have an end, each is there once at most.
    """
    if not trainer.config.classes:
        return torch.zeros(0, *trainer.dataset.shape)
    dataset, stream = trainer.dataset, torch.Generator().manual_seed(0)
    if dataset.rows and dataset.classes:
        # Not the first ones, which in a sorted table are like each other.
        rows = torch.randperm(dataset.count, generator=stream)
        return dataset.rows(rows[dataset.classes.of_rows(rows) == number][:most], "cpu")
    x, y = trainer.real(AMONG, stream)
    assert y is not None, "it is conditional"
    return x[y.argmax(1) == number][:most]


def along(trainer: Trainer, code: int, count: int) -> Tensor:
    """Latents (rows x count, W) of which each row moves one continuous code from -REACH to REACH, and holds everything else.

    A row for each value of the categorical code, all of one latent; where there is none, ROWS rows of a latent each.
    """
    config, first = trainer.config, trainer.fixed_latents
    if trainer.names:
        rows = with_classes(config, first[:1].repeat(len(trainer.names), 1), torch.arange(len(trainer.names)))
    else:
        rows = first[:ROWS].clone()
    rows[:, -config.information.continuous :] = 0
    latents = rows.repeat_interleave(count, 0)
    latents[:, config.latent_dim + len(trainer.names) + code] = torch.linspace(-REACH, REACH, count).repeat(len(rows))
    return latents


def verdict_of(trainer: Trainer, number: int | None, count: int) -> Tensor | None:
    """The class that the discriminator is asked about, (count, K); None for all of them, and of a code, which it is not told."""
    if number is None or not trainer.config.classes:
        return None
    return torch.eye(trainer.config.classes)[number].expand(count, -1)
