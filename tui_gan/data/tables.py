"""Readers of numbers in files: CSV, TXT and NPY to float64 arrays, checked, with the line of what is wrong."""

import hashlib
import math
import warnings
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tui_gan.contract.errors import UsageError, choose
from tui_gan.data import npy

Array = NDArray[np.float64]

# Least spread, as a share of the largest number, of which a histogram can still be drawn in doubles.
TOLD_APART = 1e-10


def read_table(path: Path, columns: int) -> Array:
    """Read data to learn from: what `read_finite` reads, if it varies in every column.

    Returns:
        float64 of shape (N, columns), N >= 2.

    Raises:
        UsageError: with the file, the line where there is one, and what is right.
    """
    table = read_finite(path, columns)
    _check_spread(path, table)
    return table


def read_finite(path: Path, columns: int) -> Array:
    """Read a table of finite numbers.

    CSV is split at commas, TXT at white space; one line of names at the top is skipped, and so is what follows a #.
    NPY holds (N,) or (N, columns) real numbers.

    Returns:
        float64 of shape (N, columns), N >= 1.

    Raises:
        UsageError: with the file, the line where there is one, and what is right.
    """
    try:
        if path.is_dir():
            raise UsageError(f"{path} is a directory; give a file (CSV, TXT or NPY)")
        reader = choose(READERS, path.suffix.lower(), f"kind of file of {path}:")
        if path.exists() and not path.is_file():
            raise UsageError(f"{path} is not a regular file; it is read more than once, so write its numbers to one")
        table = reader(path)
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror or error}") from None
    if table.size == 0:
        raise UsageError(f"{path} is empty; it should hold numbers, one row a line")
    if table.shape[1] != columns:
        found = f"{table.shape[1]} column{'' if table.shape[1] == 1 else 's'}"
        raise UsageError(f"{path} has {found}; this preset learns from {columns}")
    bad = np.flatnonzero(~np.isfinite(table).all(axis=1))
    if bad.size:
        raise UsageError(f"{path}: row {bad[0] + 1} of the numbers holds {table[bad[0]].tolist()}; every number must be finite")
    return table


def sha256(path: Path) -> str:
    """The file's SHA-256 checksum in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _check_spread(path: Path, table: Array) -> None:
    if len(table) < 2:
        raise UsageError(f"{path} holds one row; there is no distribution to learn from fewer than 2")
    with np.errstate(over="ignore", invalid="ignore"):
        spread = table.std(axis=0)
    if not np.isfinite(spread).all():
        raise UsageError(f"{path}: the numbers are too large; scale them to below 1e150")
    for column in np.flatnonzero((table == table[0]).all(axis=0)):
        raise UsageError(f"{path}: column {column + 1} is constant ({table[0, column]:g}); there is no distribution to learn")
    if not (spread > TOLD_APART * np.abs(table).max(axis=0)).all():
        raise UsageError(f"{path}: the numbers differ by less than a double can tell; shift or scale them")


def _read_text(path: Path, separator: str | None) -> Array:
    try:
        skip = _first_row(path, separator)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", UserWarning)
                table = np.loadtxt(path, delimiter=separator, ndmin=2, encoding="utf-8-sig", skiprows=skip)
        except ValueError:
            return _read_slowly(path, separator, skip)
    except UnicodeDecodeError:
        raise UsageError(f"{path} is not text in UTF-8; give a CSV, TXT or NPY file") from None
    return table if np.isfinite(table).all() else _read_slowly(path, separator, skip)


def _first_row(path: Path, separator: str | None) -> int:
    """How many lines to pass over: through the line of names, if the first line that says anything has no number in it."""
    with path.open(encoding="utf-8-sig") as lines:
        for number, line in enumerate(lines, start=1):
            if fields := _fields(line, separator):
                return number if all(field and _number(field) is None for field in fields) else 0
    return 0


def _read_slowly(path: Path, separator: str | None, skip: int) -> Array:
    """Read line by line, when the fast way failed, and refuse the first line that cannot be used."""
    rows: list[list[float]] = []
    with path.open(encoding="utf-8-sig") as lines:
        for number, line in enumerate(lines, start=1):
            fields = _fields(line, separator) if number > skip else []
            if not fields:
                continue
            if rows and len(fields) != len(rows[0]):
                raise UsageError(f"{path}, line {number}: {len(fields)} columns where the lines above have {len(rows[0])}")
            rows.append([_finite(field, f"{path}, line {number}") for field in fields])
    return np.array(rows, dtype=np.float64)


def _finite(field: str, place: str) -> float:
    value = _number(field)
    if value is None:
        raise UsageError(f"{place}: {field[:40]!r} is not a number")
    if not math.isfinite(value):
        raise UsageError(f"{place}: {field[:40]!r}; every number must be finite")
    return value


def _fields(line: str, separator: str | None) -> list[str]:
    line = line.partition("#")[0].strip()
    return [field.strip() for field in line.split(separator)] if line else []


def _number(field: str) -> float | None:
    try:
        # Python reads 1_000 as a number; nothing that writes tables does.
        return float(field) if "_" not in field else None
    except ValueError:
        return None


def _read_npy(path: Path) -> Array:
    array = npy.mapped(path, "numbers, one row a line")
    if array.dtype.kind not in "fiu":
        raise UsageError(f"{path} does not hold real numbers: its items are {array.dtype}")
    if array.ndim not in (1, 2):
        raise UsageError(f"{path} has shape {array.shape}; give (N,) or (N, columns)")
    # What no double holds becomes infinite, which is refused with its row.
    with np.errstate(over="ignore"):
        return np.array(array, dtype=np.float64).reshape(len(array), -1 if array.size else 0)


READERS = {
    ".csv": lambda path: _read_text(path, ","),
    ".txt": lambda path: _read_text(path, None),
    ".npy": _read_npy,
}
