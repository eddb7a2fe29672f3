"""Rows of images to one array: in memory, or decoded once into a file when they would fill it."""

import contextlib
import dataclasses
import math
import os
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, cast

import numpy as np

from tui_gan.contract.errors import UsageError
from tui_gan.data import npy
from tui_gan.data.files import fingerprint
from tui_gan.data.imageset import Bytes, Shape
from tui_gan.data.levels import Levels
from tui_gan.data.places import cache_path

# The share of the free memory that images may take before they go to a file.
MEMORY_SHARE = 0.5


@dataclasses.dataclass(frozen=True)
class Rows:
    """Images that wait to be read: the shape of one, and a function from an index to a (C, H, W) array of bytes."""

    shape: Shape
    read: Callable[[int], Bytes]


def check_room(path: Path, size: int) -> None:
    """Refuse to take so many bytes of memory for a file that can only be read whole."""
    if size > room():
        needed = f"{size / 1e9:.2g} GB, more than {MEMORY_SHARE:.0%} of the free memory"
        raise UsageError(f"{path} would take {needed}; save it as a NPY file of uint8, which need not be in memory at once")


def room() -> float:
    """How many bytes of images may be held in memory."""
    return MEMORY_SHARE * _free_memory()


def kept_name(path: Path, size: int | None, channels: int | None, levels: Levels | None = None) -> str:
    """The name under which what was decoded from a path is kept: what it held, and what was asked for."""
    stretched = f"-{levels.black!r}-{levels.white!r}" if levels else ""
    return f"{fingerprint(path)}-{size or 'any'}-{channels or 'any'}{stretched}"


def kept_path(name: str) -> Path:
    """Where decoded images of that name are kept."""
    return cache_path() / "decoded" / f"{name}.npy"


def kept(name: str, count: int, since: float) -> Bytes | None:
    """What an earlier run decoded under a name, unless it is damaged or the files have changed since.

    Args:
        name: fingerprint and what was asked for.
        count: how many images there should be.
        since: the modification time of the newest file they came from.
    """
    path = kept_path(name)
    try:
        # Pictures of one size that were edited keep names and sizes; their times tell.
        if path.stat().st_mtime < since:
            return None
        array = npy.mapped(path, "images")
    except (OSError, UsageError):
        return None
    return array if array.dtype == np.uint8 and array.ndim == 4 and len(array) == count else None


def gather(rows: Rows, order: Sequence[int], name: Callable[[], str], since: float) -> tuple[Bytes, tuple[str, ...]]:
    """Read rows in an order into one array, through a file when memory is short.

    Args:
        rows: where the images come from.
        order: the indices to read, in the order to keep them in.
        name: gives the name under which a file is kept; not asked when none is needed.
        since: the modification time of the newest file that the rows come from.

    Returns:
        The array, and a note when it lies in a file.

    Raises:
        UsageError: a row cannot be read, or the file cannot be written.
    """
    if len(order) * math.prod(rows.shape) <= room():
        array = np.empty((len(order), *rows.shape), dtype=np.uint8)
        for place, index in enumerate(order):
            array[place] = rows.read(index)
        return array, ()
    reused = kept(key := name(), len(order), since)
    if reused is not None:
        return reused, (reused_note(key),)
    _write(rows, order, kept_path(key))
    return npy.mapped(kept_path(key), "images"), (f"too large for memory: decoded once into {kept_path(key)}",)


def reused_note(name: str) -> str:
    """The sentence on what `kept` found."""
    return f"decoded by an earlier run into {kept_path(name)}"


def _write(rows: Rows, order: Sequence[int], path: Path) -> None:
    """Write a NPY file row by row; a file of its name is whole, since it gets the name last."""
    header = {"descr": "|u1", "fortran_order": False, "shape": (len(order), *rows.shape)}
    partial = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Written, not mapped: a full disk then raises, where a write to a map would kill the process.
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=path.stem, suffix=".partial", delete=False) as file:
            partial = Path(file.name)
            np.lib.format.write_array_header_1_0(cast(IO[bytes], file), header)
            for index in order:
                file.write(np.ascontiguousarray(rows.read(index)).data)
        partial.replace(path)
        partial = None
    except OSError as error:
        raise UsageError(f"cannot keep decoded images in {path.parent}: {error.strerror or error}") from None
    finally:
        if partial is not None:
            with contextlib.suppress(OSError):
                partial.unlink()


def _free_memory() -> int:
    """Bytes that can be had without swapping; where the system does not say, all that the machine has."""
    with contextlib.suppress(OSError):
        for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
