"""Metrics of completed images: test images of which a part is hidden, the same every time, each completed several times."""

from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from tui_gan.gan.datasets.dataset import Images
from tui_gan.gan.masks import half, of_values
from tui_gan.gan.metrics.classes import SEARCHED, Asked, accuracy
from tui_gan.gan.metrics.pixels import blocks, drawn, of_bytes, once, rows

# Test images that are completed, and how often each, whose mean is near to that of all; neighbours of which the mean is taken, as
# scikit-learn's KNNImputer does by default.
COMPLETED, TIMES, NEIGHBOURS = 999, 32, 5
# How often images are completed of which the spread alone is asked for.
FEW_TIMES = 8
# Hidden shares of which the spreads are compared, pixels hidden at random.
FEWER, MORE = 0.25, 0.75
BLOCK = 100
# A spread below it is what rounding leaves.
TINY = 1e-9


class Hidden(NamedTuple):
    """Test images with a part hidden.

    Attributes:
        real: (N, C, H, W) in 0 .. 1.
        mask: (N, C, H, W), 1 where observed.
    """

    real: Tensor
    mask: Tensor


class Completed(NamedTuple):
    """Completions, in 0 .. 1, of test images with a part hidden: of `parts` (TIMES, N, C, H, W), and FEW_TIMES of shares of pixels."""

    parts: NDArray[Any]
    fewer: NDArray[Any]
    more: NDArray[Any]


def parts(truth: Images) -> Hidden:
    """Test images of which in turn a quarter is hidden (a box of half of each side), one of the four halves, and half of the pixels."""
    real, stream = _real(truth), torch.Generator().manual_seed(0)
    count, shape = len(real), tuple(real.shape[1:])
    numbers = torch.rand(count, 2 + shape[1] * shape[2], generator=stream)
    kinds = (_quarter(numbers, shape), half(numbers, shape), (numbers[:, 2:] >= 1 / 2).float().reshape(-1, *shape[1:]))
    kind = (torch.arange(count) % len(kinds))[:, None, None]
    chosen = torch.where(kind == 0, kinds[0], torch.where(kind == 1, kinds[1], kinds[2]))
    return Hidden(real, of_values(chosen, shape).view_as(real))


def scattered(truth: Images, share: float) -> Hidden:
    """Test images of which each pixel is hidden with this probability."""
    real = _real(truth)
    shape = tuple(real.shape[1:])
    numbers = torch.rand(len(real), *shape[1:], generator=torch.Generator().manual_seed(0))
    return Hidden(real, of_values((numbers >= share).float(), shape).view_as(real))


def errors(completed: Completed, truth: Images) -> dict[str, float]:
    """Mean squared errors over hidden pixels, in 0 .. 1, of one completion and of the mean of TIMES, and ratios to those of imputation.

    Imputation is by the mean of the training images, or by the mean of the NEIGHBOURS training images, of 10,000, that are nearest on the
    observed pixels. A completion that is drawn as the data are has twice the least possible error, and the mean of many of them the least.
    """
    hidden = parts(truth)
    one, mean = _error(completed.parts, hidden), _error(completed.parts.mean(0), hidden)
    by_mean, by_neighbours = _imputed(truth, SEARCHED)
    return {
        "completion_error": one,
        "completion_to_mean": one / by_mean,
        "completion_to_knn": one / by_neighbours,
        "averaged_to_knn": mean / by_neighbours,
    }


def kept(completed: Completed, truth: Images) -> float:
    """The share of completions that a classifier, as for `accuracy`, takes for the class of the original, from 0 to 1."""
    assert truth.test_labels is not None
    labels = drawn(truth.test_labels, COMPLETED).numpy()
    return accuracy(Asked(completed.parts[0], labels), truth)


def spread(completed: Completed, truth: Images) -> float:
    """The standard deviation over TIMES completions of an image of a hidden pixel, its mean over these; 0 where all are one."""
    return _spread(completed.parts, parts(truth))


def growth(completed: Completed, truth: Images) -> float:
    """The same with three quarters of the pixels hidden at random, over that with a quarter: above 1 where less is known of more."""
    fewer, more = (_spread(*each) for each in ((completed.fewer, scattered(truth, FEWER)), (completed.more, scattered(truth, MORE))))
    return more / fewer if fewer > TINY else float("nan")


def without_classes(truth: Images) -> str | None:
    """Why the class of a test image is not known, or None."""
    return None if truth.train_labels is not None and truth.test_labels is not None else "the classes of its images are not known"


def without_test(truth: Images) -> str | None:
    """Why there are no images to complete, or None."""
    return None if len(truth.test) else "it has no test images"


def by_neighbours(x: Tensor, mask: Tensor, train: Tensor, count: int = NEIGHBOURS) -> Tensor:
    """Images (N, P) whose hidden values are the means of the nearest of training images (M, P), by the distance on what is observed."""
    values = []
    for part, seen in zip(blocks(x, BLOCK), blocks(mask, BLOCK), strict=True):
        # sum m (t - x)^2 without sum m x^2, which does not change which is nearest.
        apart = torch.addmm(seen @ train.square().T, seen * part, train.T, alpha=-2)
        means = train[apart.topk(min(count, len(train)), largest=False).indices].mean(1)
        values.append(torch.where(seen > 0, part, means))
    return torch.cat(values)


@once
def _imputed(truth: Images, count: int) -> tuple[float, float]:
    """The errors of imputation by the mean of the training images, and by neighbours of `count` of them."""
    hidden, train = parts(truth), rows(of_bytes(drawn(truth.train, count)))
    x, mask = rows(hidden.real), rows(hidden.mask)
    means = [train.mean(0).expand_as(x), by_neighbours(x, mask, train)]
    by_mean, by_near = (_error(each.view_as(hidden.real).numpy(), hidden) for each in means)
    return by_mean, by_near


def _real(truth: Images) -> Tensor:
    return of_bytes(drawn(truth.test, COMPLETED))


def _quarter(numbers: Tensor, shape: tuple[int, ...]) -> Tensor:
    """A box of half of each side is hidden, wherever it fits, (N, H, W)."""
    across = []
    for place, size in enumerate(shape[1:]):
        side = max(1, size // 2)
        first = (numbers[:, place : place + 1] * (size - side + 1)).floor()
        at = torch.arange(size)
        across.append(((at >= first) & (at < first + side)).float())
    return 1 - across[0][:, :, None] * across[1][:, None, :]


def _error(made: NDArray[Any], hidden: Hidden) -> float:
    where = 1 - hidden.mask.double().numpy()
    apart = np.square(made - hidden.real.double().numpy()) * where
    return float(apart.sum() / (where.sum() * (apart.size // where.size)))


def _spread(made: NDArray[Any], hidden: Hidden) -> float:
    where = 1 - hidden.mask.double().numpy()
    return float((made.astype(np.float64).std(0, ddof=1) * where).sum() / where.sum())
