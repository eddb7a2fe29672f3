"""Epochs: which rows of a finite data set a batch takes when each row is to be seen once before any is seen again."""

import functools

import numpy as np
import torch
from torch import Tensor


def rows(drawn: int, count: int, size: int, seed: int) -> Tensor:
    """The rows of a batch, int64 (count,), after `drawn` rows of `size` have been taken in epochs.

    Epoch e, from 0, takes the rows in the order `order(size, seed, e)`; a batch goes on into the next epoch where one ends. It
    depends on its arguments alone, so that a run is at the same place after a resume.
    """
    first, last = drawn // size, (drawn + count - 1) // size
    parts = [order(size, seed, epoch)[max(0, drawn - epoch * size) : drawn + count - epoch * size] for epoch in range(first, last + 1)]
    return torch.cat(parts)


@functools.lru_cache(maxsize=2)
def order(size: int, seed: int, epoch: int) -> Tensor:
    """The order of an epoch, a permutation of 0 .. size - 1, int64 (size,)."""
    return torch.randperm(size, generator=stream(seed, epoch))


def stream(seed: int, *numbers: int) -> torch.Generator:
    """A stream of its own for each choice of numbers, apart from the one that trains."""
    state = np.random.SeedSequence([seed, *numbers, 0, 1]).generate_state(1, np.uint64)
    return torch.Generator().manual_seed(int(state[0] >> np.uint64(1)))
