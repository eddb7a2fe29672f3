"""Distributions on the real line."""

import math

import numpy as np
import torch
from torch import Tensor

from tui_gan.contract.snapshot import Floats
from tui_gan.gan.datasets.dataset import Dataset, Line, gathered


def gaussian(standardize: bool, mean: float = 4.0, sd: float = 0.5) -> Dataset:
    """N(mean, sd), by default the N(4, 0.5) of the AYLIEN post on GANs (2016)."""
    location, scale = (mean, sd) if standardize else (0.0, 1.0)
    shift, width = (mean - location) / scale, sd / scale

    def sample(count: int, stream: torch.Generator, device: str) -> Tensor:
        draws = torch.randn(count, 1, generator=stream)
        return (draws if (shift, width) == (0.0, 1.0) else draws.mul_(width).add_(shift)).to(device)

    def quantiles(count: int) -> Floats:
        levels = (torch.arange(count, dtype=torch.float64) + 0.5) / count
        standard: Floats = torch.special.ndtri(levels).numpy()
        return standard * sd + mean

    def cdf(x: Floats) -> Floats:
        below: Floats = torch.special.ndtr(torch.from_numpy((x - mean) / sd)).numpy()
        return below

    def density(x: Floats) -> Floats:
        return np.exp(-0.5 * ((x - mean) / sd) ** 2) / (sd * math.sqrt(2 * math.pi))

    return Dataset((1,), sample, np.array([location]), np.array([scale]), Line(quantiles, cdf, mean, sd, density))


def of_column(values: Floats, standardize: bool) -> Dataset:
    """The empirical distribution of `values`, shape (N,): draws with replacement, and its own quantiles (inverse of the stepwise CDF)."""
    mean, sd = float(values.mean()), float(values.std())
    location, scale = (mean, sd) if standardize else (0.0, 1.0)
    ordered = np.sort(values)
    training = torch.from_numpy(((values - location) / scale).astype(np.float32))[:, None]

    def quantiles(count: int) -> Floats:
        return quantiles_of(ordered, count)

    def cdf(x: Floats) -> Floats:
        return np.searchsorted(ordered, x, side="right") / len(ordered)

    truth = Line(quantiles, cdf, mean, sd, rows=len(values))
    sample, rows = gathered(training)
    return Dataset((1,), sample, np.array([location]), np.array([scale]), truth, len(training), rows)


def quantiles_of(ordered: Floats, count: int) -> Floats:
    """The quantiles at (i + 1/2) / count, (count,), of the empirical distribution of samples in ascending order, (N,)."""
    # The index ceil(N (i + 1/2) / count) - 1, in whole numbers, so that no rounding moves a level off a step.
    return ordered[((2 * np.arange(count) + 1) * len(ordered) - 1) // (2 * count)]
