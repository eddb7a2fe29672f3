"""How near generated images are to the training images, as a sign of memorising."""

import torch
from torch import Tensor

from tui_gan.gan.datasets.dataset import Images
from tui_gan.gan.metrics.pixels import Pixels, blocks, drawn, of_bytes, of_samples, require, rows

MOST = 1_000
BLOCK = 2_000


def nearest_train(samples: Pixels, truth: Images) -> float:
    """Mean distance of the first 1,000 samples to the nearest of all images that are trained on, over that of 1,000 test images.

    Images of the training set that `training` leaves out are not looked through. The test images are drawn by a fixed seed; distances are
    Euclidean, in pixels in [0, 1]. 1: as far from the training images as unseen real images; near 0: memorised. Blurred images are below 1
    without being memorised, so that neither direction is better. Fewer samples or test images are accepted; nan where every test image is
    also a training image.
    """
    train = truth.train if truth.trained is None else truth.trained
    require(train, 1, "training")
    require(truth.test, 1, "test")
    fake, unseen = rows(of_samples(samples, MOST)), rows(of_bytes(drawn(truth.test, MOST)))
    _, distances = to_nearest(torch.cat([fake, unseen]), train)
    generated, usual = float(distances[: len(fake)].mean()), float(distances[len(fake) :].mean())
    return generated / usual if usual else float("nan")


def without_end(truth: Images) -> str | None:
    """Why the nearest of all training images cannot be looked for, or None."""
    return "its training images are drawn afresh, or kept as what they are stacked of" if truth.stacks else None


def to_nearest(x: Tensor, train: Tensor) -> tuple[Tensor, Tensor]:
    """Which training image is nearest to each of the rows, float32 (n, d), int64 (n,), and how far it is, float64 (n,)."""
    least = torch.full((len(x),), torch.inf)
    nearest = torch.zeros(len(x), dtype=torch.int64)
    for start in range(0, len(train), BLOCK):
        block = rows(of_bytes(train[start : start + BLOCK]))
        # |t - x|^2 / 2 without |x|^2 / 2, which does not change which is nearest.
        gaps, where = torch.addmm(block.square().sum(1) / 2, x, block.T, alpha=-1).min(1)
        nearest = torch.where(gaps < least, where + start, nearest)
        least = torch.minimum(gaps, least)
    # The difference itself gives a copy the distance 0, which products in float32 would not.
    parts = zip(blocks(x, BLOCK), blocks(nearest, BLOCK), strict=True)
    distances = torch.cat(
        [(part.double() - rows(of_bytes(train[which.to(train.device)])).double()).square().sum(1).sqrt() for part, which in parts]
    )
    return nearest, distances
