"""Tables of numbers in files: CSV, TXT and NPY to float64 arrays, checked, and what was read as a sentence."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tui_gan.contract.config import Config
from tui_gan.contract.errors import UsageError, choose
from tui_gan.contract.outer import check_ordinary
from tui_gan.contract.training import trained
from tui_gan.data import npy, text
from tui_gan.data.text import Array

# Least spread, as a share of the largest number, of which a histogram can still be drawn in doubles.
TOLD_APART = 1e-10


class Table(NamedTuple):
    """Numbers, float64 (N, columns), and what was read, in sentences.

    Attributes:
        labels: of the rows, int64 (N,) in 0 .. K - 1, and `names` of the K classes; None and () where there are none.
    """

    values: Array
    notes: tuple[str, ...]
    labels: NDArray[np.int64] | None = None
    names: tuple[str, ...] = ()


def read_table(path: Path, columns: int, labelled: bool = False) -> Table:
    """Read data to learn from: what `read_finite` reads, if it varies in every column.

    Args:
        labelled: whether a number of each row's class stands in one more column, the last.

    Returns:
        N >= 2 rows.

    Raises:
        UsageError: with the file, the line where there is one, and what is right.
    """
    table = read_finite(path, columns + labelled, " and a number of the class behind" if labelled else "")
    check_spread(str(path), table.values)
    if not labelled:
        return table
    classes, labels = np.unique(table.values[:, -1], return_inverse=True)
    names = tuple(f"{each:.15g}" for each in classes)
    said = f"the last column has {len(names):,} classes"
    return Table(table.values[:, :-1], (*table.notes, said), labels.astype(np.int64), names)


def read_part(path: Path, columns: int, config: Config) -> Table:
    """Read the rows of a table that a run trains on, as `read_table` reads all.

    Raises:
        UsageError: as there, or with what keeps these rows from being learned.
    """
    table = read_table(path, columns, labelled=config.classes > 0)
    which = trained(len(table.values), config.training, config.training_skip)
    values = table.values[which]
    if len(values) < len(table.values):
        rows = f"rows {which.start + 1:,} to {which.stop:,}" if len(values) > 1 else f"row {which.stop:,}"
        check_spread(f"{path} ({rows}, by training and training_skip)", values)
    if not config.standardize and np.abs(values).max() > np.finfo(np.float32).max:
        raise UsageError(f"{path}: without standardize the networks are given its numbers as they are, and no float32 holds all of them")
    return table._replace(values=values, labels=None if table.labels is None else table.labels[which])


def read_finite(path: Path, columns: int, more: str = "") -> Table:
    """Read a table of finite numbers.

    CSV and TXT are read as data/text.py says; NPY holds (N,) or (N, columns) real numbers.

    Args:
        more: what the last of the columns is, where it is no coordinate.

    Returns:
        N >= 1 rows.

    Raises:
        UsageError: with the file, the line where there is one, and what is right.
    """
    try:
        if path.is_dir():
            raise UsageError(f"{path} is a directory; give a file (CSV, TXT or NPY)")
        reader = choose(READERS, path.suffix.lower(), f"kind of file of {path}:")
        check_ordinary(path)
        values, said = reader(path)
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror or error}") from None
    if values.size == 0:
        what = "holds no numbers" if path.stat().st_size else "is empty"
        raise UsageError(f"{path} {what}; it should hold numbers, one row a line")
    if values.shape[1] != columns:
        counted = f"{values.shape[1]} column{'' if values.shape[1] == 1 else 's'}"
        decimal = columns == 1 and "commas" in said and bool((values == np.floor(values)).all())
        hint = "; if its commas are decimal, write points, or a line with one name above" if decimal else ""
        raise UsageError(f"{path} has {counted}; this preset learns from {columns - bool(more)}{more} (read as {said}){hint}")
    bad = np.flatnonzero(~np.isfinite(values).all(axis=1))
    if bad.size:
        raise UsageError(f"{path}: row {bad[0] + 1} of the numbers holds {values[bad[0]].tolist()}; every number must be finite")
    return Table(values, (said,))


def sha256(path: Path) -> str:
    """The file's SHA-256 checksum in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def check_spread(named: str, table: Array) -> None:
    """Check that there is a distribution to learn, and that its mean and its spread are numbers.

    Args:
        named: the file, and which of its rows these are.
        table: (N, columns), N >= 1.

    Raises:
        UsageError: there is none.
    """
    if len(table) < 2:
        raise UsageError(f"{named} holds one row; there is no distribution to learn from fewer than 2")
    with np.errstate(over="ignore", invalid="ignore"):
        spread = table.std(axis=0)
    if not np.isfinite(spread).all():
        raise UsageError(f"{named}: the numbers are too large; scale them to below 1e150")
    for column in np.flatnonzero((table == table[0]).all(axis=0)):
        value = table[0, column]
        known = " as far as a double can tell" if abs(value) >= 2**53 else ""
        raise UsageError(f"{named}: column {column + 1} is constant{known} ({value:g}); there is no distribution to learn")
    if not (spread > TOLD_APART * np.abs(table).max(axis=0)).all():
        raise UsageError(f"{named}: the numbers differ by less than a double can tell; shift or scale them")


def _read_npy(path: Path) -> tuple[Array, str]:
    array = npy.mapped(path, "numbers, one row a line")
    if array.dtype.kind not in "fiu":
        raise UsageError(f"{path} does not hold real numbers: its items are {array.dtype}")
    if array.ndim not in (1, 2):
        raise UsageError(f"{path} has shape {array.shape}; give (N,) or (N, columns)")
    # What no double holds becomes infinite, which is refused with its row.
    with np.errstate(over="ignore", invalid="ignore"):
        values = np.array(array, dtype=np.float64).reshape(len(array), -1 if array.size else 0)
    count, columns = values.shape
    return values, f"{count:,} row{'' if count == 1 else 's'} of {columns} column{'' if columns == 1 else 's'}, {array.dtype}"


READERS: dict[str, Callable[[Path], tuple[Array, str]]] = {
    ".csv": lambda path: text.read(path, ".csv"),
    ".txt": lambda path: text.read(path, ".txt"),
    ".npy": _read_npy,
}
