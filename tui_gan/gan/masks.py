"""Masks: which pixels of an image are observed, each a function of numbers that are drawn even between 0 and 1."""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from tui_gan.contract.config import Config
from tui_gan.contract.errors import choose

# The shape of an image, (C, H, W).
Shape = tuple[int, ...]


class Mask(NamedTuple):
    """A way to hide pixels.

    Attributes:
        of: (N, draws) even in 0 .. 1, shape -> (N, H, W), 1 where a pixel is observed and 0 where it is hidden.
        draws: numbers that the mask of an image of this shape takes.
    """

    of: Callable[[Tensor, Shape], Tensor]
    draws: Callable[[Shape], int]


def random(numbers: Tensor, shape: Shape) -> Tensor:
    """Each pixel is hidden with a probability that is drawn for the image, even in 0 .. 1."""
    return (numbers[:, 1:] >= numbers[:, :1]).float().reshape(-1, *shape[1:])


def box(numbers: Tensor, shape: Shape) -> Tensor:
    """A rectangle is hidden, its sides even in 1 .. H and 1 .. W, wherever it fits."""
    down, across = (_run(numbers[:, place], numbers[:, place + 1], shape[1 + place // 2]) for place in (0, 2))
    return 1 - down[:, :, None] * across[:, None, :]


def half(numbers: Tensor, shape: Shape) -> Tensor:
    """The left, the right, the upper or the lower half is hidden."""
    high, wide = shape[1:]
    kind = (numbers[:, :1, None] * 4).floor().clamp(max=3)
    left = (torch.arange(wide, device=numbers.device) >= wide // 2).float().expand(high, wide)
    top = (torch.arange(high, device=numbers.device) >= high // 2).float()[:, None].expand(high, wide)
    across = torch.where(kind == 0, left, 1 - left)
    down = torch.where(kind == 2, top, 1 - top)
    return torch.where(kind < 2, across, down)


def everything(numbers: Tensor, shape: Shape) -> Tensor:
    """Every pixel is hidden."""
    return numbers.new_zeros(len(numbers), *shape[1:])


MASKS: dict[str, Mask] = {
    "random": Mask(random, lambda shape: 1 + shape[1] * shape[2]),
    "box": Mask(box, lambda shape: 4),
    "half": Mask(half, lambda shape: 1),
    "all": Mask(everything, lambda shape: 0),
}


def chosen(config: Config) -> tuple[str, ...]:
    """The masks of a configuration, in the order of the table; () for none.

    Raises:
        UsageError: one is not in the table.
    """
    named = {name.strip() for name in config.completion.masks.split(",") if name.strip()}
    for name in sorted(named):
        choose(MASKS, name, "mask")
    return tuple(name for name in MASKS if name in named)


def completes(config: Config) -> bool:
    """Whether images are completed."""
    return bool(chosen(config))


def draws(config: Config, shape: Shape) -> int:
    """How many numbers the mask of an image takes: one that chooses its kind, and those of every kind."""
    return 1 + sum(MASKS[name].draws(shape) for name in chosen(config))


def observed(config: Config, numbers: Tensor, shape: Shape) -> Tensor:
    """Which values of images are observed, (N, C H W), 1 or 0, those of all channels of a pixel alike.

    Args:
        numbers: (N, `draws`) even in 0 .. 1.
    """
    names = chosen(config)
    kind = (numbers[:, :1, None] * len(names)).floor().clamp(max=len(names) - 1)
    mask, place = numbers.new_ones(len(numbers), *shape[1:]), 1
    for number, name in enumerate(names):
        taken = MASKS[name].draws(shape)
        mask = torch.where(kind == number, MASKS[name].of(numbers[:, place : place + taken], shape), mask)
        place += taken
    return of_values(mask, shape)


def of_values(pixels: Tensor, shape: Shape) -> Tensor:
    """(N, H, W) of pixels as (N, C H W) of values."""
    return pixels[:, None].expand(-1, *shape).flatten(1)


def _run(length: Tensor, place: Tensor, size: int) -> Tensor:
    """Ones for a run of places along a side, (N, size): of a length even in 1 .. size, wherever it fits, by numbers even in 0 .. 1."""
    count = (length * size).floor().clamp(max=size - 1) + 1
    first = torch.minimum((place * (size - count + 1)).floor(), size - count)
    at = torch.arange(size, device=length.device)
    return ((at >= first[:, None]) & (at < (first + count)[:, None])).float()
