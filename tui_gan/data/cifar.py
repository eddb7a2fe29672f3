"""CIFAR-10 in its binary form: records of one byte of label and 3072 bytes of red, green and blue planes of 32x32."""

from pathlib import Path

import numpy as np

from tui_gan.contract.errors import UsageError
from tui_gan.data.imageset import Bytes, Labels, Parts

SHAPE = (3, 32, 32)
RECORD = 1 + 3 * 32 * 32
CLASSES = 10
TRAIN = tuple(f"data_batch_{number}.bin" for number in range(1, 6))
TEST = "test_batch.bin"
# The folder that the official archive unpacks to.
INSIDE = "cifar-10-batches-bin"


def home(folder: Path) -> Path:
    """Where the batches lie: the folder, or the one in it that the official archive unpacks to."""
    return folder / INSIDE if (folder / INSIDE).is_dir() else folder


def batches(folder: Path) -> tuple[Path, ...]:
    """The training batches that are there."""
    return tuple(home(folder) / name for name in TRAIN if (home(folder) / name).is_file())


def files(folder: Path) -> tuple[Path, ...]:
    """Every batch that is there."""
    test = home(folder) / TEST
    return (*batches(folder), *((test,) if test.is_file() else ()))


def lacks(folder: Path) -> tuple[str, ...]:
    """What a folder without any training batch lacks; one is enough to learn from."""
    return () if batches(folder) else (f"{TRAIN[0]} to {TRAIN[-1]}",)


def read_folder(folder: Path) -> Parts:
    """Read whichever batches are there; the notes say which.

    Raises:
        UsageError: with the file and what is wrong with it.
    """
    paths, test_path = batches(folder), home(folder) / TEST
    read = [read_batch(path) for path in paths]
    train, labels = np.concatenate([images for images, _ in read]), np.concatenate([labels for _, labels in read])
    names = "all" if len(paths) == len(TRAIN) else _listed([path.name for path in paths])
    if test_path.is_file():
        test, test_labels = read_batch(test_path)
        return Parts(train, test, labels, test_labels, (f"{names} of the five training batches, and {TEST}",))
    return Parts(train, None, labels, None, (f"{names} of the five training batches; no {TEST}",))


def read_file(path: Path) -> Parts:
    """Read one batch for itself."""
    images, labels = read_batch(path)
    return Parts(images, None, labels)


def read_batch(path: Path) -> tuple[Bytes, Labels]:
    """Read the images and labels of one batch.

    Raises:
        UsageError: with the file and what is wrong with it.
    """
    size = path.stat().st_size
    if not size or size % RECORD:
        raise UsageError(f"{path} has {size:,} bytes; CIFAR-10 batches are made of records of {RECORD:,} bytes")
    records = np.fromfile(path, dtype=np.uint8).reshape(-1, RECORD)
    wrong = np.flatnonzero(records[:, 0] >= CLASSES)
    if wrong.size:
        raise UsageError(f"{path}: record {wrong[0] + 1} has the label {records[wrong[0], 0]}; CIFAR-10 has labels from 0 to {CLASSES - 1}")
    return records[:, 1:].reshape(-1, *SHAPE), records[:, 0].astype(np.int64)


def _listed(names: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
