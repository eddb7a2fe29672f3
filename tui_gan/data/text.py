"""Tables of numbers as text: every line is held to the form of the first ones, and what cannot be used is named with its line."""

import io
import math
import re
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tui_gan.contract.errors import UsageError
from tui_gan.contract.outer import decoded
from tui_gan.data.cells import ERROR, MISSING, number, why_no_number
from tui_gan.data.forms import SEPARATORS, UNNAMED, Layout, Row, beginning, find, rows, trimmed

Array = NDArray[np.float64]

# What no text holds: all controls but tabs, line ends, form feeds and the end of file of DOS.
CONTROLS = re.compile("[\x00-\x08\x0e-\x19\x1b-\x1f]")


def read(path: Path, kind: str) -> tuple[Array, str]:
    """Read a table.

    Args:
        kind: ".csv" or ".txt", which says how it is likeliest written.

    Returns:
        float64 (N, columns), and what was read, as a sentence.

    Raises:
        OSError: the system refuses it.
        UsageError: with the file, the line where there is one, and what is right.
    """
    text, encoding = _text(path)
    try:
        layout = find(text, kind)
        table = _fast(path, text, encoding, layout)
        if table is None:
            table = _slowly(text, layout)
        table, without = _without_index(table, layout)
    except UsageError as error:
        raise UsageError(f"{path}: {error}") from None
    parts = [f"{_counted(len(table), 'row')} of {_counted(table.shape[1], 'column')}, {layout.said}", without]
    parts += [f"separated by {SEPARATORS[layout.form.separator]}" if layout.columns > 1 else ""]
    parts += ["decimal commas" if layout.form.mark == "," else "", f"in {encoding}" if encoding != "UTF-8" else ""]
    return table, "; ".join(filter(None, parts))


def _text(path: Path) -> tuple[str, str]:
    """The text of a file, and its encoding; Latin-1 where it is no other, in which numbers are the same."""
    data = path.read_bytes().removesuffix(b"\x1a")
    try:
        text, encoding = decoded(data)
    except UnicodeDecodeError:
        text, encoding = data.decode("latin-1").replace("\r\n", "\n").replace("\r", "\n"), "Latin-1"
    if CONTROLS.search(text):
        raise UsageError(f"{path} is not text in UTF-8, UTF-16 or Latin-1; give a CSV, TXT or NPY file")
    return text, encoding


def _fast(path: Path, text: str, encoding: str, layout: Layout) -> Array | None:
    """The table as NumPy reads it, many lines at a time; None where the lines have to be looked at."""
    separator, mark = layout.form
    parts = text.split("\n", layout.skipped)
    body = parts[-1] if len(parts) > layout.skipped else ""
    if not layout.columns or ("#" in body and ERROR.search(body)) or (mark == "," and ("." in body or separator == ",")):
        return None
    first = next(rows(beginning(body), layout.form), Row(0, []))
    ends = separator is not None and len(first.cells) > layout.columns
    as_it_is = encoding == "UTF-8" and mark == "." and not ends and '"' not in "".join(parts[:-1])
    commas = body.count(",")
    body = "\n".join(line.rstrip(f" {separator}") for line in body.split("\n")) if ends else body
    source = path if as_it_is else io.StringIO(body.replace(",", ".") if mark == "," else body)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            table = np.loadtxt(
                source,
                delimiter=separator,
                quotechar='"',
                comments="#" if "#" in body else None,
                skiprows=layout.skipped if as_it_is else 0,
                encoding="utf-8-sig",
                ndmin=2,
            )
    except ValueError:
        return None
    whole = table.shape[1] == layout.columns and bool(np.isfinite(table).all())
    return table if whole and (mark == "." or layout.columns > 1 or commas == len(table)) else None


def _slowly(text: str, layout: Layout) -> Array:
    """The table line by line, up to the first line that cannot be used."""
    columns, values = layout.columns, []
    all_rows = rows(text, layout.form, layout.skipped)
    for row in all_rows:
        cells = trimmed(row.cells, columns)
        columns = columns or len(cells)
        if any(cell in MISSING for cell in cells) and len(cells) <= columns:
            raise UsageError(_missing(row, cells, all_rows))
        if len(cells) != columns:
            alone = layout.form.separator == "," and 1 in (columns, len(layout.names))
            hint = "; if its comma is decimal, write points" if alone else ""
            raise UsageError(f"line {row.line}: {_counted(len(cells), 'column')} where the lines above have {columns}{hint}")
        values.append([_finite(cell, row.line, layout) for cell in cells])
    return np.array(values, dtype=np.float64).reshape(len(values), -1 if values else 0)


def _finite(cell: str, line: int, layout: Layout) -> float:
    value = number(cell, layout.form.mark)
    if value is None:
        raise UsageError(f"line {line}: {why_no_number(cell, layout.form.mark)}")
    if not math.isfinite(value):
        raise UsageError(f"line {line}: {cell[:40]!r}; every number must be finite")
    if layout.form.mark == "," and layout.columns == 1 and "," not in cell:
        raise UsageError(f"line {line}: {cell[:40]!r} has no decimal comma, where the lines above have one; write decimal points")
    return value


def _missing(row: Row, cells: list[str], others: Iterator[Row]) -> str:
    """What to say of a cell without a number, and of how many there are."""
    cell = next(cell for cell in cells if cell in MISSING)
    count = 1 + sum(any(cell in MISSING for cell in trimmed(other.cells, len(cells))) for other in others)
    what = f"{cell!r} stands for no number" if cell else "an empty cell"
    several = f", as in {count:,} lines" if count > 1 else ""
    return f"line {row.line}: {what}{several}; every cell must hold a finite number, so remove such lines"


def _without_index(table: Array, layout: Layout) -> tuple[Array, str]:
    """The table without a first column that numbers its rows and has no name, and what is said of that."""
    if len(layout.names) < 2 or layout.names[0] not in UNNAMED or not len(table):
        return table, ""
    first = table[0, 0]
    if first not in (0, 1) or not np.array_equal(table[:, 0], first + np.arange(len(table))):
        raise UsageError("the first column has no name, and does not number the rows; name it, or leave it out")
    return table[:, 1:], "the column without a name numbers the rows and is left out"


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
