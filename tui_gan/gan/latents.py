"""Latents: the distributions of the generator's input, each by its inverse cumulative distribution function."""

from collections.abc import Callable

import torch
from torch import Tensor

# Under float32 the inverse is infinite at 0 and 1; this keeps normal latents within 4.9 standard deviations.
TAIL = 5e-7


def normal(levels: Tensor) -> Tensor:
    """Inverse CDF of N(0, 1)."""
    latents: Tensor = torch.special.ndtri(levels.clamp(TAIL, 1 - TAIL))
    return latents


def uniform(levels: Tensor) -> Tensor:
    """Inverse CDF of U(-1, 1)."""
    return 2 * levels - 1


LATENTS: dict[str, Callable[[Tensor], Tensor]] = {"normal": normal, "uniform": uniform}


def draw(inverse: Callable[[Tensor], Tensor], count: int, dim: int, stream: torch.Generator, *, stratified: bool = False) -> Tensor:
    """Draw latents, (count, dim).

    Args:
        stratified: one draw in each of `count` equal slices of every coordinate, in random order (a Latin hypercube, McKay et
            al. 1979); the mean over a batch then varies far less, while each latent alone keeps its distribution.
    """
    levels = torch.rand(count, dim, generator=stream)
    if stratified:
        slices = torch.rand(count, dim, generator=stream).argsort(0)
        levels.add_(slices).div_(count)
    return inverse(levels)
