"""The course of the metrics as a file: a line for each member at each measurement, appended as they are made."""

import csv
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from tui_gan.contract.errors import UnreadableError
from tui_gan.session.atomic import replacing

# The columns beside the metrics.
MEMBER, STEP, COLLAPSED, FAILED = "member", "step", "collapsed", "failed"


class Row(NamedTuple):
    """A member as it was measured at a step.

    Attributes:
        collapsed: whether the diagnosis of its samples names a mode collapse; `failed` whether a loss or a weight was no finite number.
    """

    member: int
    step: int
    metrics: dict[str, float]
    collapsed: bool
    failed: bool


class Tail:
    """What is appended to a course by another process; a file that has taken its place is read from its beginning."""

    def __init__(self, path: Path, metrics: Sequence[str]) -> None:
        self.path, self.metrics = path, tuple(metrics)
        self._inode, self._read = 0, 0

    def rows(self) -> list[Row]:
        """The rows since the last call, of whole lines; none where there is no file.

        Raises:
            UnreadableError: a line is of another course.
        """
        try:
            with self.path.open("rb") as file:
                inode = os.fstat(file.fileno()).st_ino
                if inode != self._inode:
                    self._inode, self._read = inode, 0
                file.seek(self._read)
                text = file.read()
        except FileNotFoundError:
            return []
        except OSError as error:
            raise UnreadableError(f"{self.path} cannot be read: {error.strerror or error}") from None
        whole = text[: text.rfind(b"\n") + 1]
        headed = self._read == 0
        self._read += len(whole)
        try:
            lines = [*csv.reader(whole.decode().splitlines())]
            if headed and lines and lines.pop(0) != _header(self.metrics):
                raise ValueError
            return [_row(line, self.metrics) for line in lines]
        except (ValueError, csv.Error):
            raise UnreadableError(f"{self.path} is not the course of this sweep") from None


def read(path: Path, metrics: Sequence[str]) -> list[Row]:
    """All rows of a course; none where there is no file, and a last line that is not whole is left out.

    Raises:
        UnreadableError: it is of another sweep.
    """
    return Tail(path, metrics).rows()


def append(path: Path, metrics: Sequence[str], rows: Iterable[Row]) -> None:
    """Append rows, below the names of the columns where there is no file."""
    fresh = not path.exists()
    with path.open("a", newline="") as file:
        csv.writer(file).writerows([*([_header(metrics)] if fresh else []), *(_line(row, metrics) for row in rows)])


def rewrite(path: Path, metrics: Sequence[str], rows: Iterable[Row]) -> None:
    """Put these rows in the place of a course, at once."""
    with replacing(path) as partial, partial.open("w", newline="") as file:
        csv.writer(file).writerows([_header(metrics), *(_line(row, metrics) for row in rows)])


def number(value: float) -> str:
    """A number as both files of a sweep write it."""
    return repr(float(value))


def _header(metrics: Sequence[str]) -> list[str]:
    return [MEMBER, STEP, *metrics, COLLAPSED, FAILED]


def _line(row: Row, metrics: Sequence[str]) -> list[str | int]:
    return [row.member, row.step, *(number(row.metrics[name]) for name in metrics), int(row.collapsed), int(row.failed)]


def _row(line: list[str], metrics: Sequence[str]) -> Row:
    member, step, *values, collapsed, failed = line
    return Row(int(member), int(step), dict(zip(metrics, map(float, values), strict=True)), collapsed == "1", failed == "1")
