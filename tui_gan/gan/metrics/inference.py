"""Metrics of inference networks: what an encoder and the generator behind it make of real samples."""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from tui_gan.gan.datasets.dataset import Images, Line, Plane
from tui_gan.gan.metrics.nearest import MOST
from tui_gan.gan.metrics.pixels import drawn, of_bytes, squared_distances
from tui_gan.gan.metrics.plane import NEAR_SDS

# Training images by whose codes others are classified, and how many are encoded at once.
EXAMPLES, PORTION = 60_000, 5_000


Encode = Callable[[NDArray[Any]], NDArray[np.float64]]


class Inferred(NamedTuple):
    """What an inference network makes of real samples that it was not trained on, where there are any.

    Attributes:
        real: x, (N, *X) in units of the data.
        again: G(E(x)), likewise.
        encode: (N, *X) in units of the data -> E(x), float64 (N, Z).
        features: likewise -> the last hidden units of E, float64 (N, F).
    """

    real: NDArray[Any]
    again: NDArray[Any]
    encode: Encode
    features: Encode


def error(inferred: Inferred, truth: Line | Plane | Images) -> float:
    """Mean Euclidean distance of x and G(E(x)), in units of the data; of images over their pixels in 0 .. 1."""
    return float(_distances(inferred.real, inferred.again).mean())


def ratio(inferred: Inferred, truth: Line | Plane | Images) -> float:
    """The same over the mean distance of x and another real sample: 1 where G(E(x)) is no nearer to x than any other.

    Donahue et al. 2016, arXiv:1605.09782, give both distances for MNIST: 5.95 over 9.60 after 400 epochs.
    """
    others = np.roll(inferred.real, len(inferred.real) // 2, axis=0)
    return float(_distances(inferred.real, inferred.again).mean() / _distances(inferred.real, others).mean())


def own_mode(inferred: Inferred, truth: Plane) -> float:
    """The share of x whose G(E(x)) lies within three standard deviations of the mode that x is nearest to, from 0 to 1."""
    assert truth.modes is not None
    modes = torch.from_numpy(truth.modes)
    mine = squared_distances(torch.from_numpy(inferred.real), modes).argmin(1)
    apart = squared_distances(torch.from_numpy(inferred.again), modes)[torch.arange(len(mine)), mine]
    return float((apart.sqrt() <= NEAR_SDS * truth.mode_sd).double().mean())


def accuracy(inferred: Inferred, truth: Images) -> float:
    """The share of test images whose class is that of the training image with the nearest code E(x), from 0 to 1.

    1,000 test images and at most 60,000 training images, drawn by a fixed seed; distances are Euclidean.
    """
    return _nearest(inferred.encode, truth)


def accuracy_by_features(inferred: Inferred, truth: Images) -> float:
    """As `accuracy`, by the last hidden units of E in place of codes.

    The test of Donahue et al. 2016, arXiv:1605.09782, table 1: 97.4 % on MNIST, of all test images.
    """
    return _nearest(inferred.features, truth)


def _nearest(encode: Encode, truth: Images) -> float:
    assert truth.train_labels is not None
    assert truth.test_labels is not None

    def codes(images: torch.Tensor) -> torch.Tensor:
        return torch.from_numpy(encode(of_bytes(images).numpy()))

    asked = codes(drawn(truth.test, MOST))
    least, found = torch.full((len(asked),), math.inf, dtype=torch.float64), torch.zeros(len(asked), dtype=torch.int64)
    examples = zip(*(torch.split(drawn(each, EXAMPLES), PORTION) for each in (truth.train, truth.train_labels)), strict=True)
    for images, classes in examples:
        apart, nearest = squared_distances(asked, codes(images)).min(1)
        found = torch.where(apart < least, classes[nearest], found)
        least = torch.minimum(least, apart)
    return float((found == drawn(truth.test_labels, MOST)).double().mean())


def without_classes(truth: Images) -> str | None:
    """Why no class of an image is known, or None."""
    return None if truth.train_labels is not None and truth.test_labels is not None else "the classes of its images are not known"


def _distances(ones: NDArray[Any], others: NDArray[Any]) -> NDArray[np.float64]:
    distances: NDArray[np.float64] = np.linalg.norm((ones.astype(np.float64) - others).reshape(len(ones), -1), axis=1)
    return distances
