"""Frechet distance in the features of a small classifier of digits."""

from collections.abc import Callable

import torch
from torch import Tensor

from tui_gan.contract.errors import UsageError
from tui_gan.gan.datasets.dataset import Images
from tui_gan.gan.metrics.pixels import Pixels, blocks, of_bytes, of_samples, once, too_few

SAMPLES = 10_000
BLOCK = 500


def classifier_frechet(samples: Pixels, truth: Images) -> float:
    """Frechet distance between Gaussians fitted to `truth.features` of the first 10,000 samples and of all test images.

    |m1 - m2|^2 + tr(S1 + S2 - 2 (S1 S2)^(1/2)), means m and covariances S (divided by n - 1) in float64; the trace of the root is the sum
    of the roots of the eigenvalues of S1^(1/2) S2 S1^(1/2). Fewer samples are accepted, from two on; they raise it.

    The formula is that of FID, Heusel et al. (2017), arXiv:1706.08500, but the features are those of a network of 46,730 parameters
    that knows digits alone: THE VALUES ARE NOT COMPARABLE WITH FID, nor with those of other classifiers.
    """
    reason = without_features(truth)
    if reason or truth.features is None:
        raise UsageError(str(reason))
    fake = features_of(of_samples(samples, SAMPLES), truth.features)
    return frechet(fake, _of_test(truth, len(truth.test)))


@once
def _of_test(truth: Images, count: int) -> Tensor:
    """The features of the first `count` test images, (count, F)."""
    assert truth.features
    return features_of(truth.test[:count], truth.features, of_bytes)


def without_features(truth: Images) -> str | None:
    """Why there is no Gaussian of the features of this data, or None."""
    return "the classifier knows grey images of 28x28 alone" if truth.features is None else too_few(truth.test, 2, "test")


def frechet(a: Tensor, b: Tensor) -> float:
    """The squared Frechet distance of the Gaussians with the means and covariances of (n, F) and (m, F) features."""
    a, b = a.double(), b.double()
    one, two = torch.cov(a.T), torch.cov(b.T)
    root = _root(one)
    crossed = torch.linalg.eigvalsh(root @ two @ root).clamp(min=0).sqrt().sum()
    gap = (a.mean(0) - b.mean(0)).square().sum()
    # Rounding can leave equal Gaussians a little below 0.
    return max(0.0, float(gap + one.trace() + two.trace() - 2 * crossed))


def _root(symmetric: Tensor) -> Tensor:
    """The symmetric root of a symmetric matrix without negative eigenvalues, up to rounding."""
    values, vectors = torch.linalg.eigh(symmetric)
    root: Tensor = vectors @ torch.diag(values.clamp(min=0).sqrt()) @ vectors.T
    return root


def features_of(images: Tensor, features: Callable[[Tensor], Tensor], pixels: Callable[[Tensor], Tensor] = lambda block: block) -> Tensor:
    """The features of images (n, C, H, W), float32 (n, F), block by block; `pixels` brings a block to float32 in [0, 1]."""
    with torch.no_grad():
        return torch.cat([features(pixels(block)).cpu() for block in blocks(images, BLOCK)])
