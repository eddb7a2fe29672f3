"""What a sweep tells on a terminal: a bar while it trains, and what has come out at its end."""

import contextlib
import json as json_text
import math
import re
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui_gan.contract.axes import Axis, as_text
from tui_gan.contract.outer import tell, word

if TYPE_CHECKING:
    from tui_gan.sweep.parts import Parts
    from tui_gan.sweep.results import Cell
    from tui_gan.sweep.sweep import Sweep, Told

# Lines of the table at the end; what is longer is read from results.csv.
LINES = 48
# Where the name of a column may be broken: behind an underscore or a point, and before a percentile.
APART = re.compile(r"(?<=[_.])(?=\D)|(?<=\D) (?=\d)")


@contextlib.contextmanager
def bar_of_progress() -> "Iterator[Callable[[Told], None]]":
    """A bar on a terminal; elsewhere nothing."""
    if not sys.stderr.isatty():
        yield lambda progress: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("all members", total=None)
        yield lambda progress: bar.update(task, completed=progress.done, total=progress.of)


def report(trained: "Sweep | Parts", ended: bool, axes: list[Axis], json: bool, forms: list[str]) -> None:
    """Draw and print what has been found, and how to go on."""
    from tui_gan.sweep.results import cells

    results = trained.results
    folder, metric = results.folder, results.metrics[0]
    combinations = cells(results, metric)
    if "png" in forms:
        from tui_gan.sweep import picture

        picture.write(folder / "heatmap.png", combinations, axes, metric)
        tell(f"the heat map: {folder / 'heatmap.png'}", sys.stderr)
    if "parquet" in forms:
        from tui_gan.sweep import parquet

        for path in parquet.write(folder / "results.csv", results.course):
            tell(f"as Parquet: {path}", sys.stderr)
    again_by = f"tui-gan sweep --resume {word(folder)}"
    tell("finished" if ended else f"stopped; `{again_by}` goes on", sys.stderr)
    if json:
        step = trained.done // max(1, len(results.specs))
        tell(json_text.dumps(_as_json(folder, len(results.specs), step, metric, combinations, ended)))
    else:
        for text in table(combinations, metric, shutil.get_terminal_size().columns):
            tell(text)
        tell(f"each member: {folder / 'results.csv'}; the course of the metrics: {results.course}")


def table(combinations: "Sequence[Cell]", metric: str, width: int) -> list[str]:
    """The combinations of values as lines: how many members collapsed, where it can be said, and failed, and the metric of the others.

    Args:
        width: for which the names of columns are broken into several lines where they need more.
    """
    if not combinations:
        return []
    names = [name for name in combinations[0].values if len({repr(each.values[name]) for each in combinations}) > 1]
    said = any(each.collapsed is not None for each in combinations)
    head = [*names, *(["collapsed"] if said else []), "failed", f"{metric} 10 %", "median", "90 %"]
    rows = [
        [
            *(as_text(each.values[name]) for name in names),
            *([f"{each.collapsed}/{each.members}"] if said else []),
            f"{each.failed}/{each.members}",
            *("-" if math.isnan(value) else f"{value:.4g}" for value in (each.low, each.median, each.high)),
        ]
        for each in combinations[:LINES]
    ]
    lines = _aligned([head, *rows])
    if len(lines[0]) > width:
        lines = _aligned([*_stacked(head), *rows])
    return lines + ([f"and {len(combinations) - LINES:,} combinations more"] if len(combinations) > LINES else [])


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(text.rjust(width) for text, width in zip(row, widths, strict=True)) for row in rows]


def _stacked(head: Sequence[str]) -> list[tuple[str, ...]]:
    """The names of columns, a line for each of their words, the last ones in the last."""
    words = [APART.split(name) for name in head]
    most = max(map(len, words))
    return list(zip(*([""] * (most - len(each)) + each for each in words), strict=True))


def _as_json(folder: Path, members: int, step: int, metric: str, combinations: "list[Cell]", ended: bool) -> dict[str, Any]:
    def number(value: float) -> float | None:
        return value if math.isfinite(value) else None

    rows = [{**each._asdict(), "low": number(each.low), "median": number(each.median), "high": number(each.high)} for each in combinations]
    return {"directory": str(folder), "members": members, "step": step, "finished": ended, "metric": metric, "combinations": rows}
