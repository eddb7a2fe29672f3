"""Fidelity and variety of images by balls around nearest neighbours, in pixels and in the features of a classifier."""

import torch
from torch import Tensor

from tui_gan.contract.errors import UsageError
from tui_gan.gan.datasets.dataset import Images
from tui_gan.gan.metrics.frechet import features_of
from tui_gan.gan.metrics.pixels import Pixels, drawn, of_bytes, of_samples, once, require, rows, squared_distances, too_few

MOST = 2_000
PRECISION_NEIGHBOURS = 3
COVERAGE_NEIGHBOURS = 5
LEAST = COVERAGE_NEIGHBOURS + 1


def manifold(samples: Pixels, truth: Images) -> dict[str, float]:
    """Precision, recall, density and coverage of n generated images x and n real images y, as flat pixels in [0, 1].

    n is 2,000, or all where there are fewer samples or fewer training images, and at least 6; the first n samples, and n training images
    drawn by a fixed seed. With R_k(y) the distance of y to its k-th nearest other real image, and G_k(x) likewise
    among the generated ones, distances Euclidean and balls closed:

    - precision: share of the x that lie within R_3(y) of some y;
    - recall: share of the y that lie within G_3(x) of some x;
    - density: number of pairs (x, y) with x within R_5(y) of y, divided by 5 n; it can be above 1, and is about 1 for real images;
    - coverage: share of the y that have some x within R_5(y).

    In pixels a blurred or an empty image is near many others: 2,000 black images have precision 1 and recall and coverage near 0 on
    MNIST. Precision alone says nothing of how real an image looks.

    Precision and recall are those of Kynkaanniemi et al. (2019), arXiv:1904.06991, density and coverage those of Naeem et al. (2020),
    arXiv:2002.09797; both papers use features of an ImageNet network, so that their figures are not comparable with these.
    """
    fake = rows(_compared(samples, truth))
    return _balls(fake, *_of_pixels(truth, len(fake)))


def by_features(samples: Pixels, truth: Images) -> dict[str, float]:
    """As `manifold`, of the 64 `truth.features` in place of pixels: feature_precision, feature_recall, feature_density, feature_coverage.

    The features are those of a small classifier of digits. Of other images than digits they see what tells digits apart, and no more.
    """
    if truth.features is None:
        raise UsageError(str(without_features(truth)))
    fake = features_of(_compared(samples, truth), truth.features)
    values = _balls(fake, *_of_features(truth, len(fake)))
    return {f"feature_{name}": value for name, value in values.items()}


def _compared(samples: Pixels, truth: Images) -> Tensor:
    """As many samples as are compared with as many training images."""
    require(truth.train, LEAST, "training")
    return of_samples(samples, min(MOST, len(samples), len(truth.train)))


# The real side, its rows and the squares of R_3 and R_5, is the same at every call.
Real = tuple[Tensor, Tensor, Tensor]


@once
def _of_pixels(truth: Images, count: int) -> Real:
    return _with_radii(rows(of_bytes(drawn(truth.train, count))))


@once
def _of_features(truth: Images, count: int) -> Real:
    assert truth.features
    return _with_radii(features_of(of_bytes(drawn(truth.train, count)), truth.features))


def _with_radii(real: Tensor) -> Real:
    among = squared_distances(real, real)
    return real, _radii(among, PRECISION_NEIGHBOURS), _radii(among, COVERAGE_NEIGHBOURS)


def _balls(fake: Tensor, real: Tensor, near: Tensor, wide: Tensor) -> dict[str, float]:
    """Precision, recall, density and coverage of rows (n, F) and (n, F), with the squares of R_3 and R_5 of the real ones."""
    apart = squared_distances(fake, real)
    within = apart <= wide
    return {
        "precision": _share((apart <= near).any(1)),
        "recall": _share((apart <= _radii(squared_distances(fake, fake), PRECISION_NEIGHBOURS)[:, None]).any(0)),
        "density": float(within.sum()) / (COVERAGE_NEIGHBOURS * len(fake)),
        "coverage": _share(within.any(0)),
    }


def without_neighbours(truth: Images) -> str | None:
    """Why there are no balls in this data, or None."""
    return too_few(truth.train, LEAST, "training")


def without_features(truth: Images) -> str | None:
    """Why there are no balls in the features of this data, or None."""
    return "the classifier knows grey images of 28x28 alone" if truth.features is None else without_neighbours(truth)


def _radii(squares: Tensor, neighbours: int) -> Tensor:
    """The squared distance of each row to its k-th nearest other one, from those of all pairs, whose diagonal is each to itself."""
    others = squares.clone().fill_diagonal_(torch.inf)
    return others.kthvalue(neighbours, dim=1).values


def _share(which: Tensor) -> float:
    return float(which.double().mean())
