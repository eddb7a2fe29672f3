"""Images as rows of numbers on the CPU, and distances between them."""

from collections.abc import Callable
from typing import TypeVar
from weakref import WeakKeyDictionary

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from tui_gan.contract.errors import UsageError
from tui_gan.gan.datasets.dataset import Images

Pixels = NDArray[np.float32]
Found = TypeVar("Found")

BLOCK = 500
SEED = 0


def once(compute: Callable[[Images, int], Found]) -> Callable[[Images, int], Found]:
    """`compute` with its results kept for as long as the images live: what is known of real images need not be found out each time."""
    kept: WeakKeyDictionary[Images, dict[int, Found]] = WeakKeyDictionary()

    def known(truth: Images, count: int) -> Found:
        by_count = kept.setdefault(truth, {})
        if count not in by_count:
            by_count[count] = compute(truth, count)
        return by_count[count]

    return known


def of_samples(samples: Pixels, most: int) -> Tensor:
    """The first `most` generated images, float32 (n, C, H, W) in [0, 1], as a tensor that may share their memory."""
    return torch.from_numpy(np.require(samples[:most], np.float32, ["C", "W"]))


def of_bytes(images: Tensor) -> Tensor:
    """Real images, uint8 on any device, as float32 in [0, 1] on the CPU, of the same shape."""
    return images.cpu().to(torch.float32) / 255


def rows(images: Tensor) -> Tensor:
    """(n, C, H, W) to (n, C * H * W)."""
    return images.flatten(1)


def drawn(images: Tensor, count: int) -> Tensor:
    """`count` images (all, when there are fewer) chosen by a fixed seed, so that data which are sorted or follow a period are represented.

    They stay in their order.
    """
    chosen = torch.randperm(len(images), generator=torch.Generator().manual_seed(SEED))[:count].sort().values
    return images[chosen.to(images.device)]


def blocks(tensor: Tensor, size: int) -> list[Tensor]:
    """Views of at most `size` rows each, in order, so that work on one after the other bounds the memory."""
    return [tensor[start : start + size] for start in range(0, len(tensor), size)]


def squared_distances(a: Tensor, b: Tensor) -> Tensor:
    """Squared Euclidean distances between rows, float64 (n, m), through matrix products in float64, block by block."""
    return torch.cat([torch.cat([_block(x, y) for y in blocks(b, BLOCK)], 1) for x in blocks(a, BLOCK)])


def _block(a: Tensor, b: Tensor) -> Tensor:
    a, b = a.double(), b.double()
    return (a.square().sum(1)[:, None] + b.square().sum(1) - 2 * (a @ b.T)).clamp(min=0)


def require(images: Tensor, least: int, which: str) -> None:
    """Refuse a data set that is too small.

    Raises:
        UsageError: fewer than `least` images.
    """
    if reason := too_few(images, least, which):
        raise UsageError(reason)


def too_few(images: Tensor, least: int, which: str) -> str | None:
    """Why a data set is too small, or None."""
    return None if len(images) >= least else f"this metric needs at least {least} {which} images; the data has {len(images)}"
