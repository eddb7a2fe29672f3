"""Metrics of stacked images: which of the 1,000 triples of digits the samples are, and how evenly."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from tui_gan.gan.datasets.dataset import Images
from tui_gan.gan.metrics.divergence import kullback_leibler
from tui_gan.gan.metrics.frechet import features_of
from tui_gan.gan.metrics.pixels import Pixels, of_bytes, of_samples, once

Counts = NDArray[np.int64]

NAMES = ("stacked_modes", "stacked_kl")
SAMPLES = 26_000
DIGITS = 10
TRIPLES = DIGITS**3
SEED = 1


def by_triples(samples: Pixels, truth: Images) -> dict[str, float]:
    """Triples found and KL to equal shares, of the first 26,000 samples, or of as many as there are.

    A sample is of the triple of the digits that a small convolutional network takes its three channels for, each by itself; it is right
    on 99.3 % of MNIST's test images. With n_k the samples of triple k, of K = 1,000, and n of all:

    - stacked_modes: how many n_k are above 0. A perfect generator with equal shares has K (1 - (1 - 1/K)^n) on average: 865 of 2,000
      samples, 993 of 5,000, all but .05 of 10,000.
    - stacked_kl: KL(p || uniform) = sum of p_k ln(p_k K) in nats, p_k = n_k / n: from 0 to ln K = 6.91. A perfect generator has about
      (K - 1) / (2 n) for equal shares, and on top what MNIST's own digits have, which are not equally frequent: 3 (ln 10 - H) = .005 with
      the entropy H of their frequencies. Stacks of test images get .025 of 26,000 samples, and .057 of 10,000.

    The protocol of 26,000 samples is that of Srivastava et al. (2017), VEEGAN, arXiv:1705.07761, and of Lin et al. (2018), PacGAN,
    arXiv:1712.04086. Their classifiers are others.
    """
    return figures(counts(samples, truth))


def counts(samples: Pixels, truth: Images) -> Counts:
    """How many of the first 26,000 samples, (n, 3, H, W) in [0, 1], are of each triple, int64 (1000,); triple 100 r + 10 g + b."""
    assert truth.classify is not None
    images = of_samples(samples, SAMPLES)
    digits = features_of(images.reshape(-1, 1, *images.shape[2:]), truth.classify).argmax(1)
    return _of_digits(digits.reshape(len(images), -1))


def figures(of_triples: Counts) -> dict[str, float]:
    """stacked_modes and stacked_kl of the samples of each triple, (1000,)."""
    uniform = np.full(len(of_triples), 1 / len(of_triples))
    # Rounding can leave equal shares a little below 0.
    divergence = max(0.0, float(kullback_leibler(of_triples / of_triples.sum(), uniform)))
    return {"stacked_modes": float((of_triples > 0).sum()), "stacked_kl": divergence}


def perfect(truth: Images, count: int) -> dict[str, float]:
    """What `by_triples` gives for `count` stacks of three test images each, drawn by a fixed seed.

    Each test image is classified once, which is the same as classifying the stacks, since their channels are judged one by one.
    """
    names = _of_test(truth, len(truth.test))
    chosen = torch.randint(len(names), (min(count, SAMPLES), 3), generator=torch.Generator().manual_seed(SEED))
    return figures(_of_digits(names[chosen]))


def without_triples(truth: Images) -> str | None:
    """Why the triples of this data cannot be counted, or None."""
    return "its images are no stacks of three digits" if truth.stacks is None or truth.classify is None else None


@once
def _of_test(truth: Images, count: int) -> Tensor:
    """The digits that the test images which are stacked are taken for."""
    assert truth.stacks is not None
    assert truth.classify is not None
    return features_of(truth.stacks.test, truth.classify, of_bytes).argmax(1)


def _of_digits(digits: Tensor) -> Counts:
    """The samples of each triple, of their digits, int64 (n, 3)."""
    triples = (digits * torch.tensor([DIGITS**2, DIGITS, 1])).sum(1)
    return torch.bincount(triples, minlength=TRIPLES).numpy()
