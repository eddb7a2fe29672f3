"""What a file holds to a set of images: one size, bytes, and test images held out where there are none."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tui_gan.contract.errors import UsageError
from tui_gan.data.files import changed
from tui_gan.data.imageset import COLOURS, Bytes, ImageSet, Parts, described, held_count, held_first, held_off
from tui_gan.data.levels import BYTES, Levels, as_bytes, extremes, levels_of, note
from tui_gan.data.pictures import fit_array, fitted_shape
from tui_gan.data.store import Rows, gather, kept_name

Gathered = tuple[Bytes, tuple[str, ...]]


def converted(path: Path, parts: Parts, size: int | None, channels: int | None, levels: Levels | None = None) -> ImageSet:
    """Bring the parts of a file or folder to one size and to bytes.

    Args:
        path: what the parts were read from.
        parts: checked images, labels and notes.
        size: side of the square to bring the images to, or None to keep the one size that they have.
        channels: 1 for greys, 3 for RGB, or None to keep what they have.
        levels: which values are black and white, or None for those of the kind of numbers.

    Raises:
        UsageError: there are too few images, or they have several sizes.
    """
    count = len(parts.train)
    if count < 2:
        raise UsageError(f"{path} holds 1 image; at least 2 are needed, one to learn from and one to measure by")
    range_note = note(extremes(parts.train), levels or levels_of(parts.train.dtype) or BYTES, levels is None)
    if parts.test is None:
        held = held_count(count)
        order = held_first(count, held)
        images, kept = _gathered(path, parts.train, order, size, channels, levels, "split")
        labels = None if parts.train_labels is None else parts.train_labels[order]
        return held_off(images, labels, held, _present(_said(parts.train, images, size), range_note, *parts.notes, *kept))
    train, train_kept = _gathered(path, parts.train, None, size, channels, levels, "train")
    test, test_kept = _gathered(path, parts.test, None, size, channels, levels, "test")
    if test.shape[1:] != train.shape[1:]:
        shapes = f"{_shape(train)} to learn from and {_shape(test)} to measure by"
        raise UsageError(f"{path} holds images of {shapes}; resize all to one size and colour, or give a size, such as --set size=32")
    more = f"{len(test):,} more for measuring"
    notes = _present(_said(parts.train, train, size), range_note, more, *parts.notes, *train_kept, *test_kept)
    return ImageSet(train, test, parts.train_labels, parts.test_labels, notes)


def _gathered(
    path: Path,
    images: NDArray[Any],
    order: NDArray[np.intp] | None,
    size: int | None,
    channels: int | None,
    levels: Levels | None,
    part: str,
) -> Gathered:
    shape = fitted_shape(images.shape[1:], size, channels)
    used = levels or levels_of(images.dtype) or BYTES
    if images.dtype == np.uint8 and used == BYTES and images.shape[1:] == shape and not isinstance(images, np.memmap):
        return images if order is None else images[order], ()
    rows = Rows(shape, lambda index: fit_array(as_bytes(images[index], used), size, channels))
    name = lambda: f"{kept_name(path, size, channels, levels)}-{part}"
    return gather(rows, range(len(images)) if order is None else order.tolist(), name, changed(path))


def _said(before: NDArray[Any], after: Bytes, size: int | None) -> str:
    was, colour = COLOURS[before.shape[1]], COLOURS[after.shape[1]]
    said = described(len(before), {(before.shape[3], before.shape[2])}, size, colour)
    return said if was == colour else f"{said} from {was}"


def _present(*notes: str) -> tuple[str, ...]:
    return tuple(filter(None, notes))


def _shape(images: Bytes) -> str:
    return f"{images.shape[3]}x{images.shape[2]}, {COLOURS[images.shape[1]]},"
