"""Files before they are opened: what lies in a folder, what tells two versions apart, and one line for what the system refuses."""

import contextlib
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tui_gan.contract.errors import UsageError, first_line
from tui_gan.contract.outer import check_ordinary
from tui_gan.data.tables import sha256


class Listing(NamedTuple):
    """The files below a folder, sorted by their relative names, and how many hidden files and folders were skipped."""

    files: tuple[Path, ...]
    hidden: int


def walk(folder: Path) -> Listing:
    """List every file below a folder, through linked folders too; what begins with a dot is skipped."""
    files: list[Path] = []
    hidden = 0
    seen: set[str] = set()
    for place, folders, names in os.walk(folder, onerror=_raise, followlinks=True):
        hidden += sum(name.startswith(".") for name in folders + names)
        # A link to a folder above would lead round in circles.
        folders[:] = [] if (real := os.path.realpath(place)) in seen else [name for name in folders if not name.startswith(".")]
        if real not in seen:
            files += [Path(place, name) for name in names if not name.startswith(".")]
        seen.add(real)
    ordinary = [file for file in files if file.is_file()]
    return Listing(tuple(sorted(ordinary, key=lambda file: file.relative_to(folder).as_posix())), hidden)


def fingerprint(path: Path) -> str:
    """What tells one version of a user's data from another.

    Returns:
        SHA-256 in hexadecimal: of a file's content; of a folder's sorted relative names and sizes, hidden files left out, since the
        content of a hundred thousand pictures would take minutes to read.

    Raises:
        UsageError: the path cannot be read.
    """
    with reading(path):
        check_ordinary(path)
        if not path.is_dir():
            return sha256(path)
        digest = hashlib.sha256()
        for file in walk(path).files:
            digest.update(os.fsencode(file.relative_to(path).as_posix()) + b"\0%d\n" % file.stat().st_size)
        return digest.hexdigest()


def changed(path: Path) -> float:
    """When a file, or the last of a folder's files, was modified."""
    files = walk(path).files if path.is_dir() else (path,)
    return max((file.stat().st_mtime for file in files), default=0.0)


@contextlib.contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turn what the system refuses into the line that the user reads."""
    try:
        yield
    except OSError as error:
        raise UsageError(f"cannot read {error.filename or path}: {error.strerror or first_line(error)}") from None


def _raise(error: OSError) -> None:
    raise error
