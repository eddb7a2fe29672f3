"""Metrics of conditional generators: samples with the class that each was asked to be of, numbers 0 .. K - 1."""

from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from tui_gan.gan.datasets.dataset import Images, Plane
from tui_gan.gan.metrics.frechet import features_of, frechet
from tui_gan.gan.metrics.nearest import to_nearest
from tui_gan.gan.metrics.pixels import drawn, of_bytes, of_samples, once, rows, squared_distances

Numbers = NDArray[np.int64]

# Samples of which the nearest training images are looked for, and training images that are looked through.
MOST, SEARCHED = 2_000, 10_000
# Samples that a classifier judges, and those of each class that a Gaussian is fitted to, at least.
CLASSIFIED, LEAST = 10_000, 2


class Asked(NamedTuple):
    """Samples (N, *X) in units of the data and the classes that they were asked to be of, int64 (N,)."""

    samples: NDArray[Any]
    classes: Numbers


def accuracy(asked: Asked, truth: Images) -> float:
    """The share of samples that a classifier of real images takes for the class that was asked for, from 0 to 1.

    Of MNIST the classifier is a small convolutional network that is right on 99.3 % of the test images, asked of the first 10,000
    samples. Of other images it is the nearest of 10,000 training images in pixels, which is right less often, of the first 2,000.
    """
    return _agreement(_judged(asked, truth), asked.classes)


def nearest_mode(asked: Asked, truth: Plane) -> float:
    """The share of samples whose nearest mode is that of the class that was asked for, from 0 to 1."""
    return _agreement(_nearest(asked, truth), asked.classes)


def code_accuracy(asked: Asked, truth: Images) -> float:
    """The share of samples whose class, as for `accuracy`, is that of their code, by the best one-to-one match of codes and classes.

    Codes and classes are matched so that the share is largest (Kuhn 1955), as Chen et al. 2016, arXiv:1606.03657, section 7.2, do to
    compare with classes.
    """
    return _matched(_judged(asked, truth), asked.classes)


def code_of_mode(asked: Asked, truth: Plane) -> float:
    """The same with the nearest mode as the class."""
    return _matched(_nearest(asked, truth), asked.classes)


def class_frechet(asked: Asked, truth: Images) -> float:
    """The mean over classes of the Frechet distance between samples and test images of the class, in `truth.features`.

    It is the intra-class FID of Miyato and Koyama 2018, arXiv:1802.05637, in the features of a small classifier of digits, so that its
    values are comparable with `classifier_frechet` alone. nan where a class has fewer than two samples or test images.
    """
    assert truth.features is not None
    assert truth.test_labels is not None
    real = _features_of_test(truth, len(truth.test))
    fake = features_of(of_samples(asked.samples, CLASSIFIED), truth.features)
    classes, distances = torch.from_numpy(asked.classes[: len(fake)]), []
    for number in range(len(truth.names)):
        mine, theirs = fake[classes == number], real[truth.test_labels == number]
        if min(len(mine), len(theirs)) < LEAST:
            return float("nan")
        distances.append(frechet(mine, theirs))
    return float(np.mean(distances))


def tstr(asked: Asked, truth: Images) -> float:
    """Train on synthetic, test on real: the accuracy on test images of a nearest-neighbour classifier whose examples are generated.

    Its examples are the first 10,000 samples, each of the class that was asked for; 2,000 test images are classified, drawn by a fixed
    seed, by Euclidean distance of pixels. The test is that of Esteban et al. 2017, arXiv:1706.02633; the classifier, on MNIST, that of
    Radford et al. 2015, arXiv:1511.06434, section 6. More generated examples raise it.
    """
    assert truth.test_labels is not None
    examples = of_samples(asked.samples, SEARCHED)
    levels = (examples * 255).round().to(torch.uint8)
    nearest, _ = to_nearest(rows(of_bytes(drawn(truth.test, MOST))), levels)
    return _agreement(torch.from_numpy(asked.classes[: len(levels)])[nearest], drawn(truth.test_labels, MOST).numpy())


def without_classes(truth: Images | Plane) -> str | None:
    """Why it cannot be told of which class a sample is, or None."""
    if isinstance(truth, Plane):
        return None if truth.modes is not None else "its classes have no centres"
    return None if truth.train_labels is not None else "its classes are not known"


def without_test_classes(truth: Images) -> str | None:
    """Why no class of the test images is known, or None."""
    return None if truth.test_labels is not None else "the classes of its test images are not known"


def without_class_features(truth: Images) -> str | None:
    """Why there are no Gaussians of the features of each class, or None."""
    return "the classifier knows grey images of 28x28 alone" if truth.features is None else without_test_classes(truth)


@once
def _pool(truth: Images, count: int) -> tuple[Tensor, Tensor]:
    assert truth.train_labels is not None
    return drawn(truth.train, count), drawn(truth.train_labels, count)


@once
def _features_of_test(truth: Images, count: int) -> Tensor:
    assert truth.features is not None
    return features_of(truth.test[:count], truth.features, of_bytes)


def _judged(asked: Asked, truth: Images) -> Tensor:
    """The classes that a classifier takes the first samples for."""
    if truth.classify is not None:
        return features_of(of_samples(asked.samples, CLASSIFIED), truth.classify).argmax(1)
    pool, labels = _pool(truth, SEARCHED)
    return labels[to_nearest(rows(of_samples(asked.samples, MOST)), pool)[0]]


def _nearest(asked: Asked, truth: Plane) -> Tensor:
    """The modes that are nearest to samples."""
    assert truth.modes is not None
    return squared_distances(torch.from_numpy(asked.samples), torch.from_numpy(truth.modes)).argmin(1)


def _matched(judged: Tensor, codes: Numbers) -> float:
    from scipy.optimize import linear_sum_assignment

    counts = np.zeros((int(codes.max()) + 1, int(judged.max()) + 1))
    np.add.at(counts, (codes[: len(judged)], judged.numpy()), 1)
    return float(counts[linear_sum_assignment(counts, maximize=True)].sum() / len(judged))


def _agreement(judged: Tensor, classes: Numbers) -> float:
    return float((judged.numpy() == classes[: len(judged)]).mean())
