"""NPY and NPZ to images of bytes, or of floats between 0 and 1; nothing in them is run, and a header is held against its file."""

import contextlib
import math
import warnings
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tui_gan.contract.errors import UsageError, first_line
from tui_gan.data import npy
from tui_gan.data.idx import DEFLATE
from tui_gan.data.imageset import COLOURS, Labels, Parts
from tui_gan.data.levels import FLOATS, PIECE, Levels, LevelsError, extremes, said
from tui_gan.data.store import check_room

# Keys for training images, their labels, test images and their labels.
KEYS = (("x_train", "y_train", "x_test", "y_test"), ("train", "train_labels", "test", "test_labels"), ("images", "labels", "", ""))
SHAPES = "(N, H, W), (N, C, H, W) or (N, H, W, C) with 1 or 3 channels"
# How many names of arrays a message shows.
SHOWN = 8


def read_npy(path: Path, levels: Levels | None = None) -> Parts:
    """Read one array of images; it stays a memory map.

    Args:
        levels: which values are black and white; None leaves it to the kind of numbers.

    Raises:
        UsageError: with the file and what is wrong with it.
    """
    return Parts(_images(npy.mapped(path, "an array of images"), str(path), levels))


def read_npz(path: Path, levels: Levels | None = None) -> Parts:
    """Read an archive of arrays: x_train, y_train, x_test, y_test; or train and test; or images; or the only one there is.

    Args:
        levels: which values are black and white; None leaves it to the kind of numbers.

    Raises:
        UsageError: with the file, the array and what is wrong with it.
    """
    if path.stat().st_size == 0:
        raise UsageError(f"{path} is empty; it should hold arrays of images")
    with _reading(path), zipfile.ZipFile(path) as archive:
        members = {info.filename.removesuffix(".npy"): info for info in archive.infolist()}
        keys = next((keys for keys in KEYS if keys[0] in members), None)
        if keys is None and len(members) != 1:
            names = ", ".join(repr(name) for name in list(members)[:SHOWN]) or "no arrays"
            raise UsageError(f"{path} holds {names}; name the array of images x_train, train or images")
        x_train, y_train, x_test, y_test = keys or (next(iter(members)), "", "", "")
        arrays = {key: _member(path, archive, members[key]) for key in (x_train, y_train, x_test, y_test) if key in members}
    train = _images(arrays[x_train], f"{path}, {x_train}", levels)
    test = _images(arrays[x_test], f"{path}, {x_test}", levels) if x_test in arrays else None
    labels = _labels(arrays[y_train], len(train), f"{path}, {y_train}") if y_train in arrays else None
    if test is None:
        return Parts(train, None, labels)
    return Parts(train, test, labels, _labels(arrays[y_test], len(test), f"{path}, {y_test}") if y_test in arrays else None)


@contextlib.contextmanager
def _reading(path: Path) -> Iterator[None]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except (UsageError, OSError, MemoryError):
        raise
    # zipfile and zlib raise whatever a damaged archive makes them stumble over.
    except Exception as error:
        raise UsageError(f"{path} is not a NPZ file that can be read: {first_line(error) or type(error).__name__}") from None


def _images(array: NDArray[Any], what: str, levels: Levels | None) -> NDArray[Any]:
    """Check an array and see it as (N, C, H, W)."""
    if array.dtype.kind not in "buif":
        raise UsageError(f"{what} holds {array.dtype}; give images as uint8, or as floats between 0 and 1")
    if not array.size:
        raise UsageError(f"{what} has shape {array.shape}: it is empty")
    seen = _channels_first(array, what)
    if array.dtype != np.uint8:
        _check_values(array, what, levels)
    return seen


def _check_values(array: NDArray[Any], what: str, levels: Levels | None) -> None:
    span = extremes(array)
    if not math.isfinite(span.low) or not math.isfinite(span.high):
        number, value = _first(array, lambda some: ~np.isfinite(some))
        raise UsageError(f"{what}: image {number} holds {value}; every value must be finite")
    if levels or (array.dtype.kind == "f" and span.low >= FLOATS.black and span.high <= FLOATS.white):
        return
    if array.dtype.kind == "f":
        number, value = _first(array, lambda some: (some < 0) | (some > 1))
        raise LevelsError(f"{what}: image {number} holds {value}, and all {said(span)}; floats must lie between 0 and 1", span)
    raise LevelsError(f"{what} holds {array.dtype}, {said(span)}; give images as uint8, or as floats between 0 and 1", span)


def _first(array: NDArray[Any], wrong: Callable[[NDArray[Any]], NDArray[Any]]) -> tuple[int, Any]:
    """The number of the first image with a wrong value, and this value."""
    at_once = max(1, PIECE // array[0].nbytes)
    for first in range(0, len(array), at_once):
        # As doubles, which do not hold every number that there is.
        with np.errstate(over="ignore", invalid="ignore"):
            some = array[first : first + at_once].astype(np.float64)
        if (bad := wrong(some)).any():
            return first + int(np.nonzero(bad)[0][0]) + 1, some[bad][0]
    raise ValueError("no value is wrong")


def _channels_first(array: NDArray[Any], what: str) -> NDArray[Any]:
    if array.ndim == 3:
        return array[:, None]
    first, last = array.ndim == 4 and array.shape[1] in COLOURS, array.ndim == 4 and array.shape[3] in COLOURS
    if first and last:
        raise UsageError(f"{what} has shape {array.shape}, in which the channels may be first or last; give (N, H, W) or larger images")
    if not first and not last:
        raise UsageError(f"{what} has shape {array.shape}; give {SHAPES}")
    return array if first else array.transpose(0, 3, 1, 2)


def _labels(array: NDArray[Any], count: int, what: str) -> Labels:
    labels = array[:, 0] if array.ndim == 2 and array.shape[1] == 1 else array
    if labels.dtype.kind not in "iu" or labels.ndim != 1:
        raise UsageError(f"{what} holds {array.dtype} of shape {array.shape}; labels are whole numbers, one an image")
    if len(labels) != count:
        raise UsageError(f"{what} holds {len(labels):,} labels for {count:,} images")
    if labels.min() < 0:
        raise UsageError(f"{what} holds the label {labels.min()}; labels begin at 0")
    return labels.astype(np.int64)


def _member(path: Path, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> NDArray[Any]:
    """Read one array, once its header, the archive's list and the packed bytes agree on its size."""
    what = f"{path}, {info.filename.removesuffix('.npy')}"
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise UsageError(f"{what} is compressed as NumPy does not; write it with numpy.savez_compressed")
    with archive.open(info) as file:
        header = npy.read_header(file, what)
        claimed = header.start + header.claimed
        if claimed != info.file_size or claimed > info.compress_size * DEFLATE:
            held = f"the archive holds {min(info.file_size, info.compress_size * DEFLATE):,} at most"
            raise UsageError(f"{what} is damaged: its header claims {claimed:,} bytes, and {held}")
        check_room(path, claimed)
        return npy.read(file, header)
