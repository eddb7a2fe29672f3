"""Data sets: samplers of known distributions, and of the user's own numbers."""

import dataclasses
from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from tui_gan.contract.snapshot import Floats


@dataclasses.dataclass(frozen=True, eq=False)
class Dataset:
    """A distribution on the real line.

    Attributes:
        sample: (n, stream) -> float32 (n, 1) independent draws in training units, (x - location) / scale.
        quantiles: n -> float64 (n,) exact quantiles at (i + 1/2) / n, in units of the data.
        mean, sd: exact, in units of the data.
        location, scale: what turns training units back into units of the data.
    """

    sample: Callable[[int, torch.Generator], Tensor]
    quantiles: Callable[[int], Floats]
    mean: float
    sd: float
    location: float
    scale: float


def gaussian(standardize: bool, mean: float = 4.0, sd: float = 0.5) -> Dataset:
    """N(mean, sd), by default the N(4, 0.5) of the AYLIEN post on GANs (2016)."""
    location, scale = (mean, sd) if standardize else (0.0, 1.0)
    shift, width = (mean - location) / scale, sd / scale

    def sample(count: int, stream: torch.Generator) -> Tensor:
        draws = torch.randn(count, 1, generator=stream)
        return draws if (shift, width) == (0.0, 1.0) else draws * width + shift

    def quantiles(count: int) -> Floats:
        levels = (torch.arange(count, dtype=torch.float64) + 0.5) / count
        standard: Floats = torch.special.ndtri(levels).numpy()
        return standard * sd + mean

    return Dataset(sample, quantiles, mean, sd, location, scale)


def of_array(values: Floats, standardize: bool) -> Dataset:
    """The empirical distribution of `values`, shape (N,): draws with replacement, and its own quantiles (inverse of the stepwise CDF)."""
    mean, sd = float(values.mean()), float(values.std())
    location, scale = (mean, sd) if standardize else (0.0, 1.0)
    ordered = np.sort(values)
    training = torch.from_numpy(((values - location) / scale).astype(np.float32))[:, None]

    def sample(count: int, stream: torch.Generator) -> Tensor:
        return training[torch.randint(len(training), (count,), generator=stream)]

    def quantiles(count: int) -> Floats:
        # The index ceil(N (i + 1/2) / count) - 1, in whole numbers, so that no rounding moves a level off a step.
        return ordered[((2 * np.arange(count) + 1) * len(ordered) - 1) // (2 * count)]

    return Dataset(sample, quantiles, mean, sd, location, scale)


DATASETS: dict[str, Callable[..., Dataset]] = {"gaussian": gaussian}
