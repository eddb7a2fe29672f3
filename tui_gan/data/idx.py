"""IDX, the format of MNIST: a header of big-endian numbers, then bytes; raw or compressed by gzip, told by the first two bytes.

A header is held against the file before memory is taken, and no more is decompressed than the header claims and one byte.
"""

import gzip
import math
import zlib
from io import BufferedIOBase
from pathlib import Path

import numpy as np

from tui_gan.contract.errors import UsageError, first_line
from tui_gan.data.imageset import Bytes, Labels, Parts
from tui_gan.data.store import check_room

# Stems of the four files of a set, and their dimensions.
STEMS = {"train-images": 3, "train-labels": 1, "t10k-images": 3, "t10k-labels": 1}
UNSIGNED_BYTES = 0x08
NAMES = {1: "labels", 3: "images"}
# Deflate packs at most 1032 bytes into one.
DEFLATE = 1032


def candidates(stem: str) -> tuple[str, ...]:
    """The names under which a file of a set is known."""
    plain = (f"{stem}-idx{STEMS[stem]}-ubyte", f"{stem}.idx{STEMS[stem]}-ubyte")
    return tuple(name + end for name in plain for end in (".gz", ""))


def find(folder: Path, stem: str) -> Path | None:
    """The file of a set in a folder, whichever of its names it has."""
    return next((folder / name for name in candidates(stem) if (folder / name).is_file()), None)


def files(folder: Path) -> tuple[Path, ...]:
    """The files of a set that a folder holds."""
    return tuple(filter(None, (find(folder, stem) for stem in STEMS)))


def lacks(folder: Path) -> tuple[str, ...]:
    """The files of a whole set that a folder does not hold."""
    return tuple(candidates(stem)[0] for stem in STEMS if find(folder, stem) is None)


def read_folder(folder: Path, classes: int | None = None) -> Parts:
    """Read a set from its four files; without `classes`, the training images alone are enough.

    Args:
        folder: holds train-images, and maybe train-labels, t10k-images and t10k-labels.
        classes: how many labels are known, or None for any number.

    Raises:
        UsageError: with the file and what is wrong with it.
    """
    train, train_labels = _pair(folder, "train", classes)
    test, test_labels = _pair(folder, "t10k", classes)
    if train is None:
        raise UsageError(f"{folder} holds no {candidates('train-images')[0]}")
    return Parts(train, test, train_labels, test_labels)


def read_images(path: Path) -> Parts:
    """Read one file of images."""
    return Parts(read_idx(path, 3)[:, None])


def read_labels(path: Path, classes: int | None) -> Labels:
    """Read a file of labels below `classes`."""
    labels = read_idx(path, 1)
    if classes is not None and labels.max() >= classes:
        at = int(labels.argmax())
        raise UsageError(f"{path}: label {at + 1} is {labels[at]}; this set has labels from 0 to {classes - 1}")
    return labels.astype(np.int64)


def read_idx(path: Path, dimensions: int) -> Bytes:
    """Read unsigned bytes with so many dimensions.

    Raises:
        UsageError: with the file and what is wrong with it.
    """
    with path.open("rb") as raw:
        packed = raw.read(2) == b"\x1f\x8b"
        raw.seek(0)
        if not packed:
            return _read(path, raw, dimensions, most=path.stat().st_size)
        try:
            with gzip.GzipFile(fileobj=raw) as file:
                return _read(path, file, dimensions, most=path.stat().st_size * DEFLATE)
        except (gzip.BadGzipFile, EOFError, zlib.error) as error:
            raise UsageError(f"{path} is damaged: {first_line(error)}") from None


def _read(path: Path, file: BufferedIOBase, dimensions: int, most: int) -> Bytes:
    shape = _header(path, file, dimensions)
    size = math.prod(shape)
    if size > most:
        raise UsageError(f"{path} claims {size:,} bytes of {NAMES[dimensions]}; the file is too short to hold them")
    check_room(path, size)
    array = np.empty(size, dtype=np.uint8)
    filled = 0
    while filled < size and (count := file.readinto(array.data[filled:])):
        filled += count
    if filled < size:
        raise UsageError(f"{path} is cut short: its header claims {size:,} bytes of {NAMES[dimensions]}, and it holds {filled:,}")
    if file.read(1):
        raise UsageError(f"{path} holds more than the {size:,} bytes of {NAMES[dimensions]} that its header claims")
    return array.reshape(shape)


def _header(path: Path, file: BufferedIOBase, dimensions: int) -> tuple[int, ...]:
    magic = file.read(4)
    if len(magic) < 4:
        raise UsageError(f"{path} is {'cut short' if magic else 'empty'}; it should be an IDX file of {NAMES[dimensions]}")
    if magic[:2] != b"\0\0" or not magic[3]:
        raise UsageError(f"{path} is not an IDX file: it begins with {magic.hex()}, not 00000{UNSIGNED_BYTES}0{dimensions}")
    if magic[2] != UNSIGNED_BYTES:
        raise UsageError(f"{path} holds IDX numbers of type 0x{magic[2]:02x}; {NAMES[dimensions]} are unsigned bytes, 0x08")
    if magic[3] != dimensions:
        actual = NAMES.get(magic[3], f"{magic[3]} dimensions")
        raise UsageError(f"{path} holds {actual} where {NAMES[dimensions]} should be ({dimensions} dimensions)")
    sizes = file.read(4 * dimensions)
    if len(sizes) < 4 * dimensions:
        raise UsageError(f"{path} is cut short within its header")
    shape = tuple(int(size) for size in np.frombuffer(sizes, dtype=">u4"))
    if not all(shape):
        raise UsageError(f"{path} holds no {NAMES[dimensions]}: its header says {' x '.join(map(str, shape))}")
    return shape


def _pair(folder: Path, half: str, classes: int | None) -> tuple[Bytes | None, Labels | None]:
    images_path, labels_path = find(folder, f"{half}-images"), find(folder, f"{half}-labels")
    if images_path is None:
        return None, None
    images = read_idx(images_path, 3)[:, None]
    if labels_path is None:
        return images, None
    labels = read_labels(labels_path, classes)
    if len(labels) != len(images):
        raise UsageError(f"{labels_path} holds {len(labels):,} labels for the {len(images):,} images of {images_path.name}")
    return images, labels
