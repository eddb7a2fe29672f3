"""Sets of images: the known ones by name, and the user's own from a file or a folder, checked and brought to bytes."""

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from tui_gan.contract.errors import UsageError, choose, first_line
from tui_gan.contract.outer import check_ordinary
from tui_gan.data import arrays, cifar, folders, hub, idx, places
from tui_gan.data.convert import converted
from tui_gan.data.digits import read_digits
from tui_gan.data.files import fingerprint, reading
from tui_gan.data.imageset import ImageSet, Parts
from tui_gan.data.levels import Levels
from tui_gan.data.pictures import SUFFIXES

__all__ = ["IMAGE_SETS", "READERS", "ImageSet", "fingerprint", "named", "read_images"]

Reader = Callable[[Path], Parts]
# Readers of numbers of several kinds are told which are black and white.
Leveled = Callable[[Path, Levels | None], Parts]

# Readers by how a file's name ends.
READERS: dict[str, Leveled] = {
    ".npy": arrays.read_npy,
    ".npz": arrays.read_npz,
    **dict.fromkeys(("ubyte", "ubyte.gz", ".idx", ".idx.gz"), lambda path, levels: idx.read_images(path)),
    ".bin": lambda path, levels: cifar.read_file(path),
}


class Published(NamedTuple):
    """How a published set lies in a folder: what of it is not there, its files, and how they are read."""

    lacks: Callable[[Path], tuple[str, ...]]
    files: Callable[[Path], tuple[Path, ...]]
    read: Reader


IDX = Published(idx.lacks, idx.files, lambda folder: idx.read_folder(folder, classes=10))
BATCHES = Published(cifar.lacks, cifar.files, cifar.read_folder)


# What the classes of published sets are called, in the order of their labels; those of digits are their numbers.
NAMES: dict[str, tuple[str, ...]] = {
    "fashion-mnist": ("t-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot"),
    "cifar10": ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"),
}


def named(name: str) -> ImageSet:
    """Load a known set: from $TUI_GAN_DATA, from the user's cache, or from a hub where its library is installed.

    Raises:
        UsageError: the name is unknown, or the set is not here (with what to fetch and where to put it) or damaged.
    """
    return dataclasses.replace(choose(IMAGE_SETS, name, "set of images")(), names=NAMES.get(name, ()))


def read_images(path: Path, size: int | None, channels: int | None, levels: Levels | None = None) -> ImageSet:
    """Read the user's own images from a file (NPY, NPZ, IDX, CIFAR-10) or a folder of pictures or of the files of a known set.

    Args:
        path: of the file or folder.
        size: side of the square to bring the images to, or None to keep the one size that they have.
        channels: 1 for greys, 3 for RGB, or None to keep what they have.
        levels: which values in the files are black and white, or None for those of their kind.

    Raises:
        UsageError: with the file and what is wrong with it.
    """
    with reading(path):
        reader = _reader(path)
        if reader is None:
            return folders.read_folder(path, size, channels, levels)
        return converted(path, reader(path, levels), size, channels, levels)


def _reader(path: Path) -> Leveled | None:
    """Choose a reader by a file's name or a folder's content; None stands for a folder of pictures."""
    if path.is_dir():
        if idx.find(path, "train-images"):
            return lambda path, levels: idx.read_folder(path)
        return (lambda path, levels: cifar.read_folder(path)) if cifar.batches(path) else None
    check_ordinary(path)
    if path.suffix.lower() in SUFFIXES:
        raise UsageError(f"{path} is one image; give the folder that holds them all")
    for ending, reader in READERS.items():
        if path.name.lower().endswith(ending):
            return reader
    raise UsageError(f"unknown kind of file of {path}; give a folder of images, or a file whose name ends in {', '.join(READERS)}")


def _official(name: str, published: Published) -> ImageSet:
    """Read a published set from the first place that holds it whole, or load it from the hub."""
    partial = []
    for folder in places.folders(name):
        with reading(folder):
            if lack := published.lacks(folder):
                partial += [f"{folder} lacks {', '.join(lack)}"] if folder.is_dir() else []
                continue
            image_set = converted(folder, published.read(folder), None, None)
            return _checked(name, image_set, str(folder), (f"from {folder}", *places.differing(name, published.files(folder))))
    try:
        return _checked(name, hub.load(name), "the hub", ())
    # The library and what it stands on raise errors of many kinds; to the user all mean that the set is not here.
    except Exception as error:
        absent = isinstance(error, ModuleNotFoundError) and error.name == "datasets"
        failed = "" if absent else f"{type(error).__name__}: {first_line(error)}"
        raise places.missing(name, "; ".join(partial), failed) from None


def _checked(name: str, image_set: ImageSet, place: str, notes: tuple[str, ...]) -> ImageSet:
    channels, height, width = places.OFFICIAL[name].shape
    if image_set.train.shape[1:] != (channels, height, width):
        raise UsageError(f"{place} holds images of {image_set.train.shape[3]}x{image_set.train.shape[2]}; {name} has {width}x{height}")
    return dataclasses.replace(image_set, notes=(*image_set.notes, *notes))


IMAGE_SETS: dict[str, Callable[[], ImageSet]] = {
    "mnist": lambda: _official("mnist", IDX),
    "fashion-mnist": lambda: _official("fashion-mnist", IDX),
    "cifar10": lambda: _official("cifar10", BATCHES),
    "digits": read_digits,
}
