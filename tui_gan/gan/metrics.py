"""Metrics of generated samples against the data set that they imitate."""

from collections.abc import Callable, Sequence

import numpy as np

from tui_gan.contract.errors import choose
from tui_gan.contract.snapshot import Floats
from tui_gan.gan.datasets import Dataset

Metric = Callable[[Floats, Dataset], float]


def w1(samples: Floats, dataset: Dataset) -> float:
    """Wasserstein-1 distance of N samples, shape (N,), to the exact quantiles of the data at (i + 1/2) / N, in units of the data.

    mean over i of |x_(i) - Q((i + 1/2) / N)|, with x_(i) the samples in ascending order.
    """
    return float(np.abs(np.sort(samples) - dataset.quantiles(len(samples))).mean())


def mean(samples: Floats, dataset: Dataset) -> float:
    """Mean of the samples, in units of the data."""
    return float(samples.mean())


def sd(samples: Floats, dataset: Dataset) -> float:
    """Standard deviation of the samples (divided by N), in units of the data."""
    return float(samples.std())


def sd_ratio(samples: Floats, dataset: Dataset) -> float:
    """Standard deviation of the samples over that of the data; under 1 means that the generator narrows."""
    return float(samples.std() / dataset.sd)


METRICS: dict[str, Metric] = {"w1": w1, "mean": mean, "sd": sd, "sd_ratio": sd_ratio}


def measure(samples: Floats, dataset: Dataset, names: Sequence[str] = tuple(METRICS)) -> dict[str, float]:
    """Measure `samples`, shape (N,), by the named metrics.

    Raises:
        UsageError: an unknown metric, with the nearest name.
    """
    chosen = {name: choose(METRICS, name, "metric") for name in names}
    return {name: metric(samples, dataset) for name, metric in chosen.items()}
