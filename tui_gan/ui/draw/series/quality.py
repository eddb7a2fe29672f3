"""Quality: a metric over steps as one small chart, on a linear or a logarithmic axis."""

import functools
import math
from collections.abc import Sequence

import numpy as np

from tui_gan.contract.snapshot import Floats, Series
from tui_gan.ui.draw import marks, scale
from tui_gan.ui.draw.canvas import Canvas
from tui_gan.ui.draw.gauges import GAUGES, Gauge
from tui_gan.ui.draw.palette import Ink, Look
from tui_gan.ui.draw.series.age import age, briefly

NARROWEST, LOWEST = 18, 5
# From this width on most names, values and steps have room beside each other.
NAMED = 22
# From this height on a chart has room for its name in a line of its own.
TALL = 5
SHAPE, UNUSED = 3.0, 1.5


def quality(gauges: Sequence[tuple[Gauge, Series]], width: int, height: int, look: Look, now: float = 0.0) -> Canvas:
    """Draw as many charts as there is room for, the first ones first, in rows and columns.

    Args:
        now: the step up to which the charts reach, if their series end before it.
    """
    canvas = Canvas(width, height)
    columns, rows = grid(len(gauges), width, height)
    cut = any(_named(gauge, series) >= width // columns for gauge, series in gauges[: columns * rows])
    two_lines = cut and height // rows >= TALL
    for number, (gauge, series) in enumerate(gauges[: columns * rows]):
        row, column = divmod(number, columns)
        x, y = (width * column // columns, height * row // rows)
        right, low = width * (column + 1) // columns, height * (row + 1) // rows
        last = column == columns - 1
        canvas.paste(x, y, chart(gauge, series, right - x - (0 if last else 1), low - y, look, now, two_lines))
    return canvas


def grid(number: int, width: int, height: int, narrowest: int = NARROWEST, lowest: int = LOWEST, wanted: float = SHAPE) -> tuple[int, int]:
    """Columns and rows for so many charts: all of them if they fit, NAMED wide if they can, and each as near the wanted shape as can be."""
    most = max(1, min(number, width // narrowest))
    tallest = max(1, height // lowest)

    def fault(columns: int) -> tuple[int, bool, float]:
        rows = min(tallest, -(-number // columns))
        shape = max(1, width // columns) / max(1, height // rows)
        unused = max(0, columns * rows - number) / (columns * rows)
        return max(0, number - columns * rows), width // columns < NAMED, abs(math.log(shape / wanted)) + unused * UNUSED

    columns = min(range(1, most + 1), key=fault)
    return columns, min(tallest, max(1, -(-number // columns)))


def chart(gauge: Gauge, series: Series, width: int, height: int, look: Look, now: float = 0.0, two_lines: bool = False) -> Canvas:
    """Draw one metric: its newest value and, where that is old, its step; then the curve up to there; then the steps up to `now`.

    Args:
        two_lines: whether the name has a line of its own above the value.
    """
    canvas = Canvas(width, height)
    if not series.steps.size:
        canvas.write(0, 0, f"{gauge.name}: not yet", Ink.DIM)
        return canvas
    top = 2 if two_lines else 1
    _head(canvas, gauge, series, top)
    below = 1 if height >= 5 else 0
    rows = height - top - below
    values = scale.on_axis(series.values, gauge.logarithmic)
    if rows < 2 or width < 10 or not np.isfinite(values).any():
        return canvas
    wanted = gauge.include if gauge.wanted is None else (gauge.wanted, *gauge.include)
    low, high = scale.log_limits(values) if gauge.logarithmic else scale.limits([values], wanted, trim=0.0)
    left = _labels(canvas, gauge, low, high, range(top, top + rows), look)
    columns = width - left
    if gauge.wanted is not None:
        level = np.full(2 * columns, (gauge.wanted - low) / (high - low))
        canvas.lay(marks.cells(marks.line(level, 4 * rows, dash=1), look.pick("", "-")), Ink.FAINT, x=left, y=top)
    if gauge.floor is not None and low <= (floor_at := float(scale.on_axis(np.array([gauge.floor]), gauge.logarithmic)[0])) <= high:
        level = np.full(2 * columns, (floor_at - low) / (high - low))
        canvas.lay(marks.cells(marks.line(level, 4 * rows, dash=2), look.pick("", ".")), Ink.FAINT, x=left, y=top)
    begin = float(series.steps[0])
    end = max(now, float(series.steps[-1]), begin + 1.0)
    heights = (_spread(series.steps, values, end, 2 * columns) - low) / (high - low)
    canvas.lay(marks.cells(marks.line(heights, 4 * rows), look.pick("", "*")), gauge.ink, x=left, y=top)
    if below:
        first, last = scale.count(begin), scale.count(max(now, float(series.steps[-1])))
        canvas.write(left, height - 1, first, Ink.DIM)
        if first != last and columns > len(first) + len(last):
            canvas.write(width - len(last), height - 1, last, Ink.DIM)
    return canvas


def _named(gauge: Gauge, series: Series) -> int:
    """The columns of a metric's name, its newest value and, where that is old, its step."""
    return len(" ".join(filter(None, (gauge.name, *map(scale.short, series.values[-1:].tolist()), briefly(series)))))


def _head(canvas: Canvas, gauge: Gauge, series: Series, lines: int) -> None:
    """Write the name, as much of it as fits, and the newest value, in one line or each in its own."""
    newest, name = scale.short(float(series.values[-1])), 0 if lines == 2 else len(gauge.name) + 1
    # The step before the words of the name: a value without it would be taken for one of now.
    when = age(series) if name + len(newest) + 1 + len(age(series)) <= canvas.width else briefly(series)
    after = f" {when}" if when else ""
    floor = "" if gauge.floor is None else f"  {gauge.bound} {scale.short(gauge.floor, 2)}"
    # A name may lose words to the floor, but no letters, nor what tells it from another metric's.
    first = 0 if lines == 2 else len(_shortest(gauge.name))
    after += floor if first + len(newest) + len(after) + len(floor) < canvas.width else ""
    short = _short(gauge.name, canvas.width - (0 if lines == 2 else len(newest) + len(after) + 1))
    x = canvas.write(0, 0, f"{short} " if short else "", Ink.DIM)
    x = canvas.write(0 if lines == 2 else x, lines - 1, newest, Ink.BOLD)
    canvas.write(x, lines - 1, after, Ink.DIM)


def _spread(steps: Floats, values: Floats, end: float, dots: int) -> Floats:
    """The value at each of `dots` equal distances up to `end`; missing after the last step, and next to a missing value."""
    known = np.isfinite(values)
    at = np.linspace(steps[0], end, dots)
    missing = (np.interp(at, steps, (~known).astype(float)) > 0) | (at > steps[-1])
    spread = np.where(missing, np.nan, np.interp(at, steps[known], values[known]))
    # A point by itself, or a last one, may lie between two of the distances.
    places = np.rint((steps - steps[0]) / (end - steps[0]) * (dots - 1)).astype(int)
    lost = known & np.isnan(spread[places])
    spread[places[lost]] = values[lost]
    return spread


@functools.cache
def _shortest(name: str) -> str:
    """The fewest words of a name that no other metric's begins with."""
    words = name.split(" ")
    others = [other for gauge in GAUGES.values() if (other := gauge.name.split(" ")) != words]
    return " ".join(
        next((words[:count] for count in range(1, len(words)) if words[:count] not in [other[:count] for other in others]), words)
    )


def _short(name: str, columns: int) -> str:
    """As many words of a name as fit, and of those that tell it from others as many letters."""
    while len(name) > columns and name != _shortest(name):
        name = name.rpartition(" ")[0]
    return name[: max(0, columns)]


def _labels(canvas: Canvas, gauge: Gauge, low: float, high: float, rows: range, look: Look) -> int:
    """Label the ends of the axis and what is wanted; returns the columns that takes."""
    ends = [high, low] if gauge.wanted is None else [high, low, gauge.wanted]
    names = [scale.short(10.0**end if gauge.logarithmic else end, 2) for end in ends]
    left = max(len(name) for name in names) + 1
    for row in rows:
        canvas.write(left - 1, row, look.pick("│", "|"), Ink.FAINT)
    for end, name in zip(ends, names, strict=True):
        row = rows[round((high - end) / (high - low) * (len(rows) - 1))]
        canvas.write(0, row, name.rjust(left - 1), Ink.DIM)
        canvas.write(left - 1, row, look.pick("┤", "+"), Ink.FAINT)
    return left
