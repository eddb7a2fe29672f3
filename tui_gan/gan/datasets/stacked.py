"""Stacked images: three grey images, each drawn by itself, as the channels of one (Metz et al. 2016, arXiv:1611.02163)."""

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from tui_gan.contract.errors import UsageError
from tui_gan.gan.datasets import epochs
from tui_gan.gan.datasets.dataset import MOST_DRAWS, Dataset, Images, Stacks, gathered
from tui_gan.gan.datasets.images import decoding

CHANNELS = 3
# Stacks that stand for all of them in metrics and pictures, of training and of test images.
KEPT = 10_000
SEED = 0


def of_stacks(
    stacks: Stacks,
    classify: Callable[[Tensor], Tensor] | None,
    standardize: bool,
    contrast: float = 0.0,
    training: int = 0,
    seed: int = 0,
) -> Dataset:
    """Train on stacks of three of the training images, drawn with replacement: of MNIST's 60,000 there are 60,000^3.

    What is known of them are KEPT stacks of training images, or of a fixed number of stacks the first KEPT, and KEPT of test images,
    the same every time.

    Args:
        classify: the classifier of the grey images.
        standardize, contrast: as for `of_images`.
        training: train on so many stacks, drawn once by `seed`; 0 draws each batch afresh.

    Raises:
        UsageError: more of them than MOST_DRAWS.
    """
    if training > MOST_DRAWS:
        raise UsageError(f"training keeps at most {MOST_DRAWS:,} stacks, not {training:,}; 0 draws afresh")
    pool, of_test = stacks.train[:, 0], stacks.test[:, 0]
    chosen = _drawn(pool, training, epochs.stream(seed)) if training else None
    known = _drawn(pool, KEPT, torch.Generator().manual_seed(SEED)) if chosen is None else chosen[:KEPT]
    test = of_test[_drawn(of_test, KEPT, torch.Generator().manual_seed(SEED))]
    truth = Images(pool[known], test, classify=classify, stacks=stacks)
    units = decoding(truth.train, standardize, contrast)
    _, stacked = gathered(pool, units.decode)
    shape, location, scale = tuple(truth.train.shape[1:]), np.array([units.location]), np.array([units.scale])

    def afresh(count: int, stream: torch.Generator, device: str) -> Tensor:
        return stacked(_drawn(pool, count, stream), device)

    if chosen is None:
        return Dataset(shape, afresh, location, scale, truth)

    def rows(which: Tensor, device: str) -> Tensor:
        return stacked(chosen[which], device)

    def sample(count: int, stream: torch.Generator, device: str) -> Tensor:
        return rows(torch.randint(len(chosen), (count,), generator=stream), device)

    return Dataset(shape, sample, location, scale, truth, len(chosen), rows)


def _drawn(pool: Tensor, count: int, stream: torch.Generator) -> Tensor:
    """Which images of a pool the channels of `count` stacks are, int64 (count, 3)."""
    return torch.randint(len(pool), (count, CHANNELS), generator=stream)
