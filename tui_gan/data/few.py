"""A few images from a file, as they are: one picture, or the images of an array or of a set's file."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tui_gan.contract.errors import UsageError
from tui_gan.contract.outer import check_ordinary
from tui_gan.data.files import reading
from tui_gan.data.images import READERS
from tui_gan.data.levels import Levels, LevelsError, as_bytes
from tui_gan.data.pictures import SUFFIXES, decode, fit


def read_few(path: Path, shape: tuple[int, ...], levels: Levels | None = None) -> NDArray[np.float32]:
    """Images from a picture, which is cropped to its centre square and resized, or from NPY, NPZ, IDX or CIFAR-10, of the right size.

    Args:
        shape: (C, H, W) of one image.
        levels: which values in the file are black and white; None for those of its kind.

    Returns:
        float32 (N, C, H, W) in 0 .. 1.

    Raises:
        UsageError: with the file and what is right.
    """
    channels, height, width = shape
    with reading(path), _without_a_cure():
        if path.is_dir():
            raise UsageError(f"{path} is a directory; give a picture, or a file whose name ends in {', '.join(READERS)}")
        check_ordinary(path)
        if path.suffix.lower() in SUFFIXES:
            picture = decode(path, channels, levels).image
            if height != width and picture.size != (width, height):
                raise UsageError(f"{path} has {picture.width}x{picture.height} pixels; this run's images have {width}x{height}")
            array = fit(picture, height if height == width else None)[None]
        else:
            reader = next((read for ending, read in READERS.items() if path.name.lower().endswith(ending)), None)
            if reader is None:
                raise UsageError(f"unknown kind of file of {path}; give a picture, or a file whose name ends in {', '.join(READERS)}")
            array = reader(path, levels).train
            if levels:
                array = as_bytes(array, levels)
    if array.shape[1:] != tuple(shape):
        had = "x".join(map(str, array.shape[1:]))
        raise UsageError(f"{path} holds images of {had}; those of this run are {'x'.join(map(str, shape))} (channels, height, width)")
    images: NDArray[np.float32] = np.asarray(array, dtype=np.float32)
    return images / np.float32(255) if array.dtype == np.uint8 else images


@contextlib.contextmanager
def _without_a_cure() -> Iterator[None]:
    """The levels are those of a run, which nobody sets again here."""
    try:
        yield
    except LevelsError as error:
        raise UsageError(error.plain) from None


def read_hidden(path: Path, height: int, width: int) -> NDArray[np.float32]:
    """A mask from a picture: a pixel is hidden where it is darker than half, (H, W), 1 where observed.

    Raises:
        UsageError: it cannot be read, or has another size.
    """
    with reading(path):
        check_ordinary(path)
        if path.suffix.lower() not in SUFFIXES:
            raise UsageError(f"a mask is a picture, black where a pixel is hidden; {path} is none")
        picture = decode(path, 1).image
    if picture.size != (width, height):
        raise UsageError(f"the mask {path} has {picture.width}x{picture.height} pixels; this run's images have {width}x{height}")
    return (np.asarray(picture) >= 128).astype(np.float32)
