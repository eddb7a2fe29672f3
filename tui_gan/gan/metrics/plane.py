"""Metrics in the plane: samples float64 (N, 2) in units of the data; of modes, of several runs at once, (..., N, 2)."""

import numpy as np
from numpy.typing import NDArray

from tui_gan.contract.errors import UsageError
from tui_gan.contract.snapshot import Floats
from tui_gan.gan.datasets.dataset import Plane, of_truth
from tui_gan.gan.metrics.divergence import jensen_shannon, kullback_leibler

MODE_SAMPLES = 2_500
NEAR_SDS = 3.0
CELLS = 50
REFERENCES = 100_000
KERNEL_SAMPLES = 2_000
# Rows at a time, so that what is computed of them stays in the processor's cache.
KERNEL_BLOCK = 32
MEDIAN_SAMPLES = 500
# Widths of the kernels in medians; each is twice the one after it, which `_kernel_sum` relies on.
WIDTHS = (4.0, 2.0, 1.0, 0.5, 0.25)
DIRECTIONS = 64
SLICED_SAMPLES = 10_000


def by_modes(samples: Floats, truth: Plane) -> dict[str, Floats]:
    """Modes, share of high quality and reverse KL of the first 2,500 of N samples (all, when there are fewer), (..., N, 2).

    A sample is of high quality when its Euclidean distance to the nearest mode is at most 3 `mode_sd`; of a perfect generator's samples
    98.9 % are. With n_k the samples of high quality nearest to mode k, of K modes:

    - modes: how many n_k are above 0;
    - hq: sum of n_k / samples, from 0 to 1;
    - reverse_kl: KL(p || uniform) = sum of p_k ln(p_k K) in nats, p_k = n_k / sum of n_k: from 0 to ln K, and inf without a sample of high
      quality. Samples that are of no mode do not enter p, so that this is the balance of the modes alone; where a paper assigns
      every sample to its closest mode, its value differs. A perfect generator has about (K - 1) / (2 * 2,500).

    The protocol of 2,500 samples and 3 standard deviations is that of Srivastava et al. (2017), VEEGAN, arXiv:1705.07761, and of
    Lin et al. (2018), PacGAN, arXiv:1712.04086.
    """
    chosen = samples[..., :MODE_SAMPLES, :]
    counts = near_modes(chosen, truth)
    good, modes = counts.sum(-1), counts.shape[-1]
    divergence = kullback_leibler(counts / np.maximum(good, 1)[..., None], np.full(modes, 1 / modes))
    return {
        "modes": (counts > 0).sum(-1),
        "hq": good / chosen.shape[-2],
        "reverse_kl": np.where(good > 0, np.maximum(0.0, divergence), np.inf),
    }


def near_modes(samples: Floats, truth: Plane) -> NDArray[np.int64]:
    """How many of N samples, (..., N, 2), are of high quality and nearest to each of K modes, (..., K).

    Raises:
        UsageError: the modes are not known.
    """
    if truth.modes is None:
        raise UsageError(str(without_modes(truth)))
    squares = _squared_distances(samples, truth.modes)
    nearest = squares.argmin(-1)
    good = np.sqrt(squares.min(-1)) <= NEAR_SDS * truth.mode_sd
    counts = [(good & (nearest == mode)).sum(-1) for mode in range(len(truth.modes))]
    return np.stack(counts, axis=-1)


def without_modes(truth: Plane) -> str | None:
    """Why the modes of this data cannot be counted, or None."""
    return "this data is no mixture whose modes are known" if truth.modes is None else None


def js(samples: Floats, truth: Plane) -> Floats:
    """Jensen-Shannon divergence, in nats, between the shares of all N samples and of 100,000 real points in fixed cells.

    50 x 50 equal cells over the range of the real points, with a border of open cells around them, so that every sample counts.
    Both sides are counts, so that it is above 0 even for independent draws from the data, the more the more cells they fill: at N = 10,000
    0.0005 for the ring, 0.003 for the grid, 0.010 to 0.014 for the spiral, correlated and moons.
    """
    edges, real = _cells(truth)
    return jensen_shannon(_shares(samples, edges), real)


@of_truth
def _cells(truth: Plane) -> tuple[Floats, Floats]:
    """The edges of the cells, and the shares of real points in them and beyond."""
    points = truth.points(REFERENCES)
    edges = np.linspace(points.min(0), points.max(0), CELLS + 1)
    return edges, _shares(points, edges)


def _shares(points: Floats, edges: Floats) -> Floats:
    """The shares of (n, 2) points in each cell between the edges, (CELLS + 1, 2), and beyond them."""
    columns, rows = (np.searchsorted(edges[:, axis], points[:, axis], side="right") for axis in (0, 1))
    across = CELLS + 2
    shares: Floats = np.bincount(rows * across + columns, minlength=across * across) / len(points)
    return shares


def mmd(samples: Floats, truth: Plane) -> float:
    """Squared maximum mean discrepancy, unbiased, of the first 2,000 samples and 2,000 real points (n and m, when there are fewer).

    sum over i != j of k(x_i, x_j) / (n (n - 1)) + the same of the real points y - 2 sum of k(x_i, y_j) / (n m), with
    k(a, b) = mean over c in (1/4, 1/2, 1, 2, 4) of exp(-|a - b|^2 / (2 (c s)^2)), s the median distance between two of the first 500 real
    points. Without a unit; its mean is 0 for a perfect generator, so that it can be a little below 0. Needs two samples.

    Gretton et al. (2012), A kernel two-sample test.
    """
    x, (y, scale, of_points) = samples[:KERNEL_SAMPLES], _kernel_of_points(truth)
    n, m = len(x), len(y)
    # Each sample's kernel with itself is 1.
    of_samples = (_kernel_sum(x, x, scale) - n) / (n * (n - 1))
    return of_samples + of_points - 2 * _kernel_sum(x, y, scale) / (n * m)


@of_truth
def _kernel_of_points(truth: Plane) -> tuple[Floats, float, float]:
    """The real points that samples are compared with, their squared median distance, and the mean of the kernels between two of them."""
    points = truth.points(KERNEL_SAMPLES)
    some, count = points[:MEDIAN_SAMPLES], len(points)
    scale = float(np.median(_squared_distances(some, some)[np.triu_indices(len(some), 1)])) or 1.0
    return points, scale, (_kernel_sum(points, points, scale) - count) / (count * (count - 1))


def _squared_distances(a: Floats, b: Floats) -> Floats:
    squares: Floats = np.square(a[..., 0, None] - b[:, 0]) + np.square(a[..., 1, None] - b[:, 1])
    return squares


def _kernel_sum(a: Floats, b: Floats, scale: float) -> float:
    """Sum over all pairs of the mean of the Gaussian kernels; `scale` is the squared median distance."""
    total = 0.0
    for start in range(0, len(a), KERNEL_BLOCK):
        kernel = np.exp(_squared_distances(a[start : start + KERNEL_BLOCK], b) / (-2 * WIDTHS[0] ** 2 * scale))
        total += float(kernel.sum())
        for _ in WIDTHS[1:]:
            # Half the width is the fourth power, which is cheaper than another exponential.
            kernel = np.square(np.square(kernel))
            total += float(kernel.sum())
    return total / len(WIDTHS)


def sliced_w1(samples: Floats, truth: Plane) -> float:
    """Sliced Wasserstein-1 distance, in units of the data, of the first n samples and n real points, n at most 10,000.

    mean over 64 directions at the angles pi (j + 1/2) / 64, and over i, of |x_(i) - y_(i)|: both projected on the direction and sorted,
    which is the exact distance of two samples of the same size on a line. Fewer samples, or a smaller data set, give a smaller n.

    Bonneel et al. (2015), Sliced and Radon Wasserstein barycenters of measures.
    """
    real = _slices_of_points(truth, min(len(samples), SLICED_SAMPLES))
    return float(np.abs(_slices(samples[: real.shape[1]]) - real).mean())


@of_truth
def _slices_of_points(truth: Plane, count: int) -> Floats:
    return _slices(truth.points(count))


def _slices(points: Floats) -> Floats:
    """(n, 2) points projected on each direction, in ascending order, (DIRECTIONS, n)."""
    angles = np.pi * (np.arange(DIRECTIONS) + 0.5) / DIRECTIONS
    return np.sort(np.stack([np.cos(angles), np.sin(angles)], axis=1) @ points.T)
