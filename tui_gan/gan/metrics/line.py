"""Metrics on the line: samples float64 (N,) in units of the data."""

import math

import numpy as np

from tui_gan.contract.snapshot import Floats
from tui_gan.gan.datasets.dataset import Line
from tui_gan.gan.metrics.divergence import jensen_shannon

BINS = 80
# The quantiles at (i + 1/2) / 500 begin at the level 0.001 and end at 0.999.
LEVELS = 500


def w1(samples: Floats, truth: Line) -> float:
    """Wasserstein-1 distance of N samples to the exact quantiles of the data at (i + 1/2) / N, in units of the data.

    mean over i of |x_(i) - Q((i + 1/2) / N)|, with x_(i) the samples in ascending order.
    """
    return float(np.abs(np.sort(samples) - truth.quantiles(len(samples))).mean())


def ks(samples: Floats, truth: Line) -> float:
    """Kolmogorov-Smirnov statistic of all N samples: the supremum over x of |F_N(x) - F(x)|, from 0 to 1.

    F_N is constant between neighbouring samples and F never falls, so that the supremum is reached at a sample v: it is the largest of
    |F_N(v) - F(v)| and |F_N(v-) - F(v-)|. The limit from below, F(v-), is F at the float64 next below v, which is exact for a stepwise
    F too, because no number lies between; the statistic is then that of two samples. Of N independent draws from the data it is
    about 0.87 / sqrt(N).
    """
    values, counts = np.unique(samples, return_counts=True)
    reached = np.cumsum(counts)
    at = np.abs(reached / len(samples) - truth.cdf(values))
    below = np.abs((reached - counts) / len(samples) - truth.cdf(np.nextafter(values, -np.inf)))
    return float(max(at.max(), below.max()))


def mean(samples: Floats, truth: Line) -> float:
    """Mean of the samples, in units of the data."""
    return float(samples.mean())


def sd(samples: Floats, truth: Line) -> float:
    """Standard deviation of the samples (divided by N), in units of the data."""
    return float(samples.std())


def sd_ratio(samples: Floats, truth: Line) -> float:
    """Standard deviation of the samples over that of the data; under 1 means that the generator narrows, NaN where the data do not vary."""
    return float(samples.std() / truth.sd) if truth.sd else math.nan


def js(samples: Floats, truth: Line) -> float:
    """Jensen-Shannon divergence, in nats, between the shares of all N samples and the exact probabilities of the data in fixed bins.

    80 equal bins (a, b] from Q(0.001) - w / 4 to Q(0.999) + w / 4, w = Q(0.999) - Q(0.001), and an open one at each end, so that every
    sample counts; the probability of a bin is F(b) - F(a). Of N independent draws from the data it is not 0; its mean falls as 1 / N and is
    0.0009 for a Gaussian at N = 10,000.
    """
    quantiles = truth.quantiles(LEVELS)
    # Data of one value have no width; any other serves.
    margin = (quantiles[-1] - quantiles[0]) / 4 or 1.0
    edges = np.linspace(quantiles[0] - margin, quantiles[-1] + margin, BINS + 1)
    reached = np.searchsorted(np.sort(samples), edges, side="right") / len(samples)
    return jensen_shannon(_between(reached), _between(truth.cdf(edges)))


def _between(reached: Floats) -> Floats:
    """Probabilities of the bins, with the open ones, from those of lying at or below each edge."""
    return np.diff(reached, prepend=0.0, append=1.0)
