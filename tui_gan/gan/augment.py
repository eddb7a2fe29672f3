"""Augmentations: what is changed at random of every image that the discriminator is shown, real and generated alike.

Both players' losses are then those of the game of augmented images, whose gradients reach the generator through the augmentation (Zhao et
al. 2020, arXiv:2006.10738), so that D can learn fewer training images by heart and G still learns to make images that are not augmented.
"""

import math
from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import grid_sample

from tui_gan.contract.config import Config
from tui_gan.contract.errors import choose
from tui_gan.gan.values import Scalar

# What the probability is called among the numbers that a run adapts, and as a series.
PROBABILITY = "augment_probability"
# Of each side: how far an image is moved at most, and how much of it is cut out.
MOVED, CUT = 1 / 8, 1 / 2
# Radians, pixels across for each pixel down, and the logarithm of a factor: how far an image is turned, slanted and stretched at most.
TURNED, SLANTED, STRETCHED = math.pi / 9, 0.3, 0.25


class Augmentation(NamedTuple):
    """A change of images, differentiable by them.

    Attributes:
        of: (N, C, H, W) in training units, (N, draws) even in 0 .. 1 -> (N, C, H, W).
        draws: numbers that one image takes.
    """

    of: Callable[[Tensor, Tensor], Tensor]
    draws: int


def brightness(x: Tensor, numbers: Tensor) -> Tensor:
    """x + b with b even in -1/2 .. 1/2, in training units."""
    return x + (_each(numbers, 0) - 0.5)


def saturation(x: Tensor, numbers: Tensor) -> Tensor:
    """m + s (x - m) with m the mean of a pixel over its channels, and s even in 0 .. 2; grey images stay as they are."""
    grey = x.mean(1, keepdim=True)
    return grey + 2 * _each(numbers, 0) * (x - grey)


def contrast(x: Tensor, numbers: Tensor) -> Tensor:
    """m + c (x - m) with m the mean of an image, and c even in 1/2 .. 3/2."""
    mean = x.mean((1, 2, 3), keepdim=True)
    return mean + (_each(numbers, 0) + 0.5) * (x - mean)


def affine(x: Tensor, numbers: Tensor) -> Tensor:
    """Turned about its middle, slanted, and stretched along each axis, bilinear; what comes in is 0.

    The pixel (c, r) from the middle, across and down, comes from (a (c cos t - r sin t + s r), b (c sin t + r cos t)), with t even in
    -20 .. 20 degrees, s in -.3 .. .3, and the logarithms of a and b in -1/4 .. 1/4.
    """
    down, across = (torch.arange(side, dtype=x.dtype, device=x.device) - (side - 1) / 2 for side in x.shape[2:])
    down = down[:, None]
    turned, slanted, wider, taller = ((2 * numbers[:, place, None, None] - 1).to(x.dtype) for place in range(4))
    sine, cosine = (TURNED * turned).sin(), (TURNED * turned).cos()
    places = (
        (STRETCHED * wider).exp() * (cosine * across - sine * down + SLANTED * slanted * down),
        (STRETCHED * taller).exp() * (sine * across + cosine * down),
    )
    # The sampler takes places in halves of a side.
    of_sides = [2 * place / side for place, side in zip(places, x.shape[:1:-1], strict=True)]
    return grid_sample(x, torch.stack(of_sides, 3), align_corners=False)


def translation(x: Tensor, numbers: Tensor) -> Tensor:
    """Moved by whole pixels along each axis, by up to 1/8 of it either way; what comes in is 0."""
    for axis in (2, 3):
        size = x.shape[axis]
        most = int(size * MOVED + 0.5)
        # The largest number below 1 can be rounded up.
        by = (numbers[:, axis - 2] * (2 * most + 1)).floor().clamp(max=2 * most).long() - most
        indices = torch.arange(size, device=x.device) + by[:, None]
        inside = (indices >= 0) & (indices < size)
        places = _along(axis, indices.clamp(0, size - 1)).expand(x.shape)
        x = x.gather(axis, places) * _along(axis, inside)
    return x


def cutout(x: Tensor, numbers: Tensor) -> Tensor:
    """A rectangle of half of each side becomes 0, whose middle is anywhere in the image, so that a part of it may lie outside."""
    cut = None
    for axis in (2, 3):
        size = x.shape[axis]
        side = int(size * CUT + 0.5)
        # An even side has its middle between two pixels, or at either end.
        middles = size + 1 - side % 2
        first = (numbers[:, axis - 2] * middles).floor().clamp(max=middles - 1) - side // 2
        place = torch.arange(size, device=x.device) - first[:, None]
        along = _along(axis, (place >= 0) & (place < side))
        cut = along if cut is None else cut & along
    assert cut is not None
    return x * ~cut


# In the order in which they are applied, whatever order they are named in.
AUGMENTATIONS: dict[str, Augmentation] = {
    "brightness": Augmentation(brightness, 1),
    "saturation": Augmentation(saturation, 1),
    "contrast": Augmentation(contrast, 1),
    "affine": Augmentation(affine, 4),
    "translation": Augmentation(translation, 2),
    "cutout": Augmentation(cutout, 2),
}


def chosen(names: str) -> tuple[str, ...]:
    """The augmentations that are named, separated by commas, in the order of the table; () for none.

    Raises:
        UsageError: one is not in the table.
    """
    named = {name.strip() for name in names.split(",") if name.strip()}
    for name in sorted(named):
        choose(AUGMENTATIONS, name, "augmentation")
    return tuple(name for name in AUGMENTATIONS if name in named)


def adapts(config: Config) -> bool:
    """Whether the probability follows the discriminator."""
    return bool(config.augment_target and chosen(config.augment))


def drawn(names: str, count: int, device: torch.device) -> Tensor | None:
    """Numbers even in 0 .. 1 for so many images, from torch's default stream, (count, 1 + those of each); None without augmentations."""
    draws = [AUGMENTATIONS[name].draws for name in chosen(names)]
    return torch.rand(count, 1 + sum(draws), device=device) if draws else None


def augmented(names: str, x: Tensor, numbers: Tensor | None, probability: Scalar) -> Tensor:
    """Images (N, C, H, W), each with this probability under all of the augmentations that are named, and else as it is.

    Args:
        numbers: by `drawn`; the first of an image decides whether it is changed.
    """
    if numbers is None:
        return x
    changed, place = x, 1
    for name in chosen(names):
        each = AUGMENTATIONS[name]
        changed = each.of(changed, numbers[:, place : place + each.draws])
        place += each.draws
    return torch.where((numbers[:, :1] < probability)[:, :, None, None], changed, x)


def overfitting(logits: Tensor, boundary: float) -> Tensor:
    """r_t = E[sign(D(x) - boundary)] over real images, in -1 .. 1, () (Karras et al. 2020, arXiv:2006.06676, equation 1)."""
    return (logits - boundary).sign().mean()


def adapted(probability: Tensor, heuristic: Tensor, target: float, share: float) -> Tensor:
    """The probability one update later: up by `share` where r_t is over its target, down by it where it is under it, within 0 .. 1.

    Karras et al. 2020, arXiv:2006.06676, section 3, who do so by the mean of four minibatches; here each update of D does.

    Args:
        probability, heuristic: () as they are; `heuristic` is r_t.
        share: the images of the update over those that take the probability from 0 to 1.
    """
    return (probability + share * (heuristic - target).sign()).clamp(0.0, 1.0)


def _each(numbers: Tensor, place: int) -> Tensor:
    return numbers[:, place, None, None, None]


def _along(axis: int, rows: Tensor) -> Tensor:
    """(N, L) as (N, 1, L, 1) or (N, 1, 1, L)."""
    return rows[:, None, :, None] if axis == 2 else rows[:, None, None, :]
