"""What a sweep finds: a line for each member, and the course of its metrics."""

import csv
import math
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from tui_gan.contract.axes import shown
from tui_gan.contract.errors import UnreadableError
from tui_gan.session.atomic import replacing
from tui_gan.sweep.plan import Spec

# The columns of both files beside the axes and the metrics.
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


class Standing(NamedTuple):
    """How a member stands: its newest metrics, and the first steps at which it was found collapsed, or failed; None where it was not.

    A member that recovers is collapsed no longer.
    """

    metrics: dict[str, float]
    collapsed_at: int | None
    failed_at: int | None


class Results:
    """The rows of a sweep so far, of which those that are new are appended to the file of the course.

    Args:
        kept: how many bytes of that file hold; what was written after them is cut off.
    """

    def __init__(self, folder: Path, specs: Sequence[Spec], axes: Sequence[str], metrics: Sequence[str], kept: int = 0) -> None:
        self.folder, self.specs, self.axes, self.metrics = folder, specs, tuple(axes), tuple(metrics)
        self.standing = [Standing({}, None, None) for _ in specs]
        self._new: list[Row] = []
        self._header = [MEMBER, STEP, *self.metrics, COLLAPSED, FAILED]
        if kept:
            self._read(kept)

    @property
    def course(self) -> Path:
        """The file of the course of the metrics."""
        return self.folder / "course.csv"

    def add(self, row: Row) -> None:
        """Take in a member as it was measured."""
        self._new.append(row)
        self._stand(row)

    def write(self) -> int:
        """Write both files; returns how many bytes of the course hold."""
        lines = [[row.member, row.step, *(_number(row.metrics[name]) for name in self.metrics), *map(int, row[3:])] for row in self._new]
        fresh = not self.course.exists()
        with self.course.open("a", newline="") as file:
            csv.writer(file).writerows([self._header, *lines] if fresh else lines)
        self._new = []
        with replacing(self.folder / "results.csv") as partial, partial.open("w", newline="") as file:
            rows = csv.writer(file)
            rows.writerow([MEMBER, "seed", *self.axes, *self.metrics, "collapsed_at", "failed_at"])
            for spec, standing in zip(self.specs, self.standing, strict=True):
                measured = [_number(standing.metrics.get(name, math.nan)) for name in self.metrics]
                values = [shown(spec.values[name]) for name in self.axes]
                rows.writerow([spec.place, spec.seed, *values, *measured, standing.collapsed_at, standing.failed_at])
        return self.course.stat().st_size

    def _stand(self, row: Row) -> None:
        before = self.standing[row.member]
        collapsed_at = (row.step if before.collapsed_at is None else before.collapsed_at) if row.collapsed else None
        failed_at = row.step if row.failed and before.failed_at is None else before.failed_at
        self.standing[row.member] = Standing(row.metrics, collapsed_at, failed_at)

    def _read(self, kept: int) -> None:
        try:
            with self.course.open("r+b") as file:
                file.truncate(kept)
            with self.course.open(newline="") as text:
                for line in csv.DictReader(text):
                    metrics = {name: float(line[name]) for name in self.metrics}
                    self._stand(Row(int(line[MEMBER]), int(line[STEP]), metrics, line[COLLAPSED] == "1", line[FAILED] == "1"))
        except (OSError, KeyError, ValueError, IndexError, TypeError) as error:
            raise UnreadableError(f"{self.course} is not the course of this sweep: {error}") from None


class Cell(NamedTuple):
    """The members of one combination of values.

    Attributes:
        collapsed, failed: how many of all `members` are.
        low, median, high: of the metric of those that have not failed, the 10th, 50th and 90th percentile; NaN without any.
    """

    values: dict[str, Any]
    members: int
    collapsed: int
    failed: int
    low: float
    median: float
    high: float


def cells(specs: Iterable[Spec], standing: Sequence[Standing], metric: str) -> list[Cell]:
    """The members by their combinations of values, in their order."""
    together: dict[int, list[Spec]] = {}
    for spec in specs:
        together.setdefault(id(spec.values), []).append(spec)
    found = []
    for members in together.values():
        stands = [standing[spec.place] for spec in members]
        values = [each.metrics.get(metric, math.nan) for each in stands if each.failed_at is None]
        finite = [value for value in values if math.isfinite(value)]
        low, median, high = np.quantile(finite, (0.1, 0.5, 0.9)) if finite else (math.nan,) * 3
        collapsed = sum(each.collapsed_at is not None for each in stands)
        failed = sum(each.failed_at is not None for each in stands)
        found.append(Cell(members[0].values, len(members), collapsed, failed, float(low), float(median), float(high)))
    return found


def _number(value: float) -> str:
    return repr(float(value))
