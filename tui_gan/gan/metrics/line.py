"""Metrics on the line: samples float64 (..., N) in units of the data, measured along the last axis."""

import numpy as np

from tui_gan.contract.snapshot import Floats
from tui_gan.gan.datasets.dataset import Line, of_truth
from tui_gan.gan.metrics.divergence import jensen_shannon

BINS = 80
# The quantiles at (i + 1/2) / 500 begin at the level 0.001 and end at 0.999.
LEVELS = 500


@of_truth
def quantiles(truth: Line, count: int) -> Floats:
    """The exact quantiles of the data at (i + 1/2) / count."""
    return truth.quantiles(count)


def w1(samples: Floats, truth: Line) -> Floats:
    """Wasserstein-1 distance of N samples to the exact quantiles of the data at (i + 1/2) / N, in units of the data.

    mean over i of |x_(i) - Q((i + 1/2) / N)|, with x_(i) the samples in ascending order.
    """
    distance: Floats = np.abs(np.sort(samples) - quantiles(truth, samples.shape[-1])).mean(-1)
    return distance


def ks(samples: Floats, truth: Line) -> Floats:
    """Kolmogorov-Smirnov statistic of all N samples: the supremum over x of |F_N(x) - F(x)|, from 0 to 1.

    F_N is constant between neighbouring samples and F never falls, so that the supremum is reached at a sample v: it is the largest of
    |F_N(v) - F(v)| and |F_N(v-) - F(v-)|. The limit from below, F(v-), is F at the float64 next below v, which is exact for a stepwise
    F too, because no number lies between; the statistic is then that of two samples. Of N independent draws from the data it is
    about 0.87 / sqrt(N).
    """
    values, count = np.sort(samples), samples.shape[-1]
    shares = np.arange(count + 1) / count
    at = np.abs(shares[1:] - truth.cdf(values))
    below = np.abs(shares[:-1] - truth.cdf(np.nextafter(values, -np.inf)))
    # Of equal samples the last says how many are at or below v, and the first how many are below it.
    rises = values[..., 1:] > values[..., :-1]
    at[..., :-1] *= rises
    below[..., 1:] *= rises
    largest: Floats = np.maximum(at, below).max(-1)
    return largest


def mean(samples: Floats, truth: Line) -> Floats:
    """Mean of the samples, in units of the data."""
    average: Floats = samples.mean(-1)
    return average


def sd(samples: Floats, truth: Line) -> Floats:
    """Standard deviation of the samples (divided by N), in units of the data."""
    spread: Floats = samples.std(-1)
    return spread


def sd_ratio(samples: Floats, truth: Line) -> Floats:
    """Standard deviation of the samples over that of the data; under 1 means that the generator narrows, NaN where the data do not vary."""
    return sd(samples, truth) / (truth.sd or np.nan)


def js(samples: Floats, truth: Line) -> Floats:
    """Jensen-Shannon divergence, in nats, between the shares of all N samples and the exact probabilities of the data in fixed bins.

    80 equal bins (a, b] from Q(0.001) - w / 4 to Q(0.999) + w / 4, w = Q(0.999) - Q(0.001), and an open one at each end, so that every
    sample counts; the probability of a bin is F(b) - F(a). Of N independent draws from the data it is not 0; its mean falls as 1 / N and is
    0.0009 for a Gaussian at N = 10,000.
    """
    edges, expected = _bins(truth)
    count = samples.shape[-1]
    reached = [np.searchsorted(each, edges, side="right") for each in np.sort(samples).reshape(-1, count)]
    return jensen_shannon(_between(np.array(reached).reshape(*samples.shape[:-1], -1) / count), expected)


@of_truth
def _bins(truth: Line) -> tuple[Floats, Floats]:
    """The edges of the bins, and the probabilities of the data in them and beyond."""
    levels = truth.quantiles(LEVELS)
    # Data of one value have no width; any other serves.
    margin = (levels[-1] - levels[0]) / 4 or 1.0
    edges = np.linspace(levels[0] - margin, levels[-1] + margin, BINS + 1)
    return edges, _between(truth.cdf(edges))


def _between(reached: Floats) -> Floats:
    """Probabilities of the bins, with the open ones, from those of lying at or below each edge."""
    return np.diff(reached, prepend=0.0, append=1.0, axis=-1)
