"""What a sweep finds: a line for each member, and the course of its metrics."""

import csv
import math
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from tui_gan.contract.axes import as_text
from tui_gan.contract.sweep import quantiles
from tui_gan.session.atomic import replacing
from tui_gan.sweep import course
from tui_gan.sweep.course import MEMBER, Row, number
from tui_gan.sweep.plan import Spec


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
        rows: that the course holds already.
        part: the file of the course of one of several processes, which writes no line for each member; None where there is one process.
        names_collapses: whether a collapse can be named on the data.
    """

    def __init__(
        self,
        folder: Path,
        specs: Sequence[Spec],
        axes: Sequence[str],
        metrics: Sequence[str],
        rows: Iterable[Row] = (),
        part: Path | None = None,
        names_collapses: bool = True,
    ) -> None:
        self.names_collapses = names_collapses
        self.folder, self.specs, self.axes, self.metrics = folder, specs, tuple(axes), tuple(metrics)
        self.course, self._whole = part or folder / "course.csv", part is None
        self._new: list[Row] = []
        self.begin(rows)

    def begin(self, rows: Iterable[Row]) -> None:
        """Begin with the rows that the course holds."""
        self.standing = [Standing({}, None, None) for _ in self.specs]
        for row in rows:
            self.update(row)

    def add(self, row: Row) -> None:
        """Take in a member as it was measured."""
        self._new.append(row)
        self.update(row)

    def write(self) -> None:
        """Write both files."""
        course.append(self.course, self.metrics, self._new)
        self._new = []
        if not self._whole:
            return
        with replacing(self.folder / "results.csv") as partial, partial.open("w", newline="") as file:
            rows = csv.writer(file)
            rows.writerow([MEMBER, "seed", *self.axes, *self.metrics, "collapsed_at", "failed_at"])
            for spec, standing in zip(self.specs, self.standing, strict=True):
                measured = [number(standing.metrics.get(name, math.nan)) for name in self.metrics]
                values = [as_text(spec.values[name]) for name in self.axes]
                rows.writerow([spec.place, spec.seed, *values, *measured, standing.collapsed_at, standing.failed_at])

    def update(self, row: Row) -> None:
        """Take in a member as the course holds it already."""
        before = self.standing[row.member]
        collapsed_at = (row.step if before.collapsed_at is None else before.collapsed_at) if row.collapsed else None
        failed_at = row.step if row.failed and before.failed_at is None else before.failed_at
        self.standing[row.member] = Standing(row.metrics, collapsed_at, failed_at)


class Cell(NamedTuple):
    """The members of one combination of values.

    Attributes:
        collapsed, failed: how many of all `members` are; `collapsed` is None where it cannot be said.
        low, median, high: of the metric of those that have not failed, percentiles 10, 50 and 90, as `quantiles` takes them.
    """

    values: dict[str, Any]
    members: int
    collapsed: int | None
    failed: int
    low: float
    median: float
    high: float


def cells(results: Results, metric: str) -> list[Cell]:
    """The members by their combinations of values, in their order."""
    together: dict[int, list[Spec]] = {}
    for spec in results.specs:
        together.setdefault(id(spec.values), []).append(spec)
    combinations = []
    for members in together.values():
        stands = [results.standing[spec.place] for spec in members]
        values = [each.metrics.get(metric, math.nan) for each in stands if each.failed_at is None]
        low, median, high = quantiles(np.array(values))
        collapsed = sum(each.collapsed_at is not None for each in stands) if results.names_collapses else None
        failed = sum(each.failed_at is not None for each in stands)
        combinations.append(Cell(members[0].values, len(members), collapsed, failed, low, median, high))
    return combinations
