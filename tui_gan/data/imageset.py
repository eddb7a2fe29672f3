"""A set of images, and how one without test images gets some."""

import dataclasses
import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Labels = NDArray[np.int64]
# Channels, height, width.
Shape = tuple[int, int, int]
# Width and height.
Extent = tuple[int, int]

COLOURS = {1: "grey", 3: "RGB"}
SEED = 0


@dataclasses.dataclass(frozen=True, eq=False)
class ImageSet:
    """Images to learn from and images held out for measuring.

    Attributes:
        train: uint8 of shape (N, C, H, W), maybe a memory map.
        test: uint8 of shape (M, C, H, W), M >= 1, maybe a memory map.
        train_labels: int64 of shape (N,), or None.
        test_labels: int64 of shape (M,), or None.
        notes: sentences on what was found and done, for the user.
        names: of the classes, in the order of the labels; () where they are numbers alone.
    """

    train: Bytes
    test: Bytes
    train_labels: Labels | None = None
    test_labels: Labels | None = None
    notes: tuple[str, ...] = ()
    names: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True, eq=False)
class Parts:
    """What a file or folder holds: checked, not yet converted, and maybe without test images.

    Attributes:
        train: (N, C, H, W), uint8 or floats between 0 and 1; C is 1 or 3.
        test: likewise, or None.
    """

    train: NDArray[Any]
    test: NDArray[Any] | None = None
    train_labels: Labels | None = None
    test_labels: Labels | None = None
    notes: tuple[str, ...] = ()


def held_count(count: int) -> int:
    """How many of `count` images without a test set are held out: a tenth, at least 1, at most 10,000."""
    return max(1, min(count // 10, 10_000))


def held_first(count: int, held: int) -> NDArray[np.intp]:
    """An order of `count` images that begins with the `held` ones which are held out; both groups stay in their own order."""
    # RandomState is the generator whose numbers numpy promises never to change, so that the split outlives its versions.
    order = np.random.RandomState(SEED).permutation(count).astype(np.intp)
    return np.concatenate([np.sort(order[:held]), np.sort(order[held:])])


def held_note(count: int, held: int) -> str:
    """The sentence on what `held_first` did."""
    return f"{held:,} of the {count:,} images {'is' if held == 1 else 'are'} held out for measuring, chosen by a fixed seed"


def held_off(images: Bytes, labels: Labels | None, held: int, notes: tuple[str, ...]) -> ImageSet:
    """The set in which the first `held` images measure and the others train."""
    said = held_note(len(images), held)
    first, others = (None, None) if labels is None else (labels[:held], labels[held:])
    return ImageSet(images[held:], images[:held], others, first, (*notes, said))


def described(count: int, extents: set[Extent], size: int | None, colour: str) -> str:
    """The sentence on how many images of which widths and heights became what."""
    low, high = min(extents, key=math.prod), max(extents, key=math.prod)
    sizes = f"{low[0]}x{low[1]}" if len(extents) == 1 else f"{len(extents):,} sizes from {low[0]}x{low[1]} to {high[0]}x{high[1]}"
    cropped = size is not None and any(width != height for width, height in extents)
    resized = size is not None and any(min(extent) != size for extent in extents)
    done = [verb for verb, was in (("cropped to their centre square", cropped), (f"resized to {size}x{size}", resized)) if was]
    return f"{count:,} images of {sizes}{' ' if done else ''}{' and '.join(done)}, {colour}"
