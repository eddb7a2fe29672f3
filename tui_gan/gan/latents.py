"""Latents: the distributions of the generator's input."""

from collections.abc import Callable

import torch
from torch import Tensor

Latent = Callable[[int, int, torch.Generator], Tensor]


def normal(count: int, dim: int, stream: torch.Generator) -> Tensor:
    """(count, dim) draws of N(0, 1)."""
    return torch.randn(count, dim, generator=stream)


def uniform(count: int, dim: int, stream: torch.Generator) -> Tensor:
    """(count, dim) draws of U(-1, 1)."""
    return torch.rand(count, dim, generator=stream) * 2 - 1


LATENTS: dict[str, Latent] = {"normal": normal, "uniform": uniform}
