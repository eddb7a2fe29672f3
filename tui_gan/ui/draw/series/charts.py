"""Charts: groups of series over one window of steps, with axes, changes on the way, other runs, and a cursor."""

import dataclasses
from collections.abc import Sequence

import numpy as np

from tui_gan.contract.snapshot import Floats, Series
from tui_gan.ui.draw import marks, scale
from tui_gan.ui.draw.canvas import Canvas
from tui_gan.ui.draw.palette import SOFT, Ink, Look
from tui_gan.ui.draw.series import trace
from tui_gan.ui.draw.series.age import age
from tui_gan.ui.draw.series.chart_axes import TINY, Axis, axis, step_axis, value_axis
from tui_gan.ui.draw.series.curves import Mark, name_ends, name_marks
from tui_gan.ui.draw.series.groups import Group, Line
from tui_gan.ui.draw.series.quality import grid

NARROWEST, LOWEST, SHAPE = 44, 8, 4.5
# Rows from which on a chart has a rule above the steps.
RULED = 10
# Columns at the right of each chart, for the letters of its curves.
GUTTER = 2
# Runs that are laid over this one: the lengths of their dashes in dots, and their letters in ASCII.
DASHES, OTHERS = (3, 1, 6), "-=~"
# A series is smoothed where it has so many times the points of the average.
ENOUGH = 5


@dataclasses.dataclass(frozen=True)
class Window:
    """How charts are looked at.

    Attributes:
        low, high: the steps at their left and right edges.
        cursor: the step at which values are read off, if any.
        marks: where something was changed.
        smoothing: over so many points.
        logarithmic: whether values are; None for each chart as it is best.
    """

    low: float
    high: float
    cursor: float | None = None
    marks: tuple[Mark, ...] = ()
    smoothing: int = 0
    logarithmic: bool | None = None

    def column(self, step: float, columns: int) -> int:
        """Where a step stands in a chart of so many columns; -1 outside."""
        if not self.low <= step <= self.high:
            return -1
        return min(columns - 1, int((step - self.low) / (self.high - self.low) * columns))


@dataclasses.dataclass(frozen=True)
class Plot:
    """A chart's place on the canvas.

    Attributes:
        x, y, width, height: of all of it.
        left: columns that its axis takes.
    """

    x: int
    y: int
    width: int
    height: int
    left: int = 0

    @property
    def columns(self) -> int:
        """Columns of its curves."""
        return self.width - self.left - GUTTER

    @property
    def ruled(self) -> bool:
        """Whether there is a rule above its steps."""
        return self.height >= RULED

    @property
    def rows(self) -> int:
        """Rows of its curves, below its heading and above its steps."""
        return self.height - 1 - (1 + self.ruled if self.height >= 5 else 0)


def arrangement(number: int, width: int, height: int) -> tuple[int, int]:
    """Columns and rows of charts: all of them, or as many as fit."""
    return grid(number, width, height, NARROWEST, LOWEST, SHAPE)


def charts(
    groups: Sequence[Group], shape: tuple[int, int], window: Window, width: int, height: int, look: Look
) -> tuple[Canvas, list[Plot]]:
    """Draw charts in so many columns and rows, their axes below each other; and say where they stand."""
    canvas = Canvas(width, height)
    if not groups or width < 1 or height < 1:
        return canvas, []
    across, down = shape
    cells: list[Plot] = []
    for number in range(min(len(groups), across * down)):
        row, column = divmod(number, across)
        x, y = width * column // across, height * row // down
        cells.append(Plot(x, y, width * (column + 1) // across - x, height * (row + 1) // down - y))
    axes = [_axis(group, window, cell.rows) for group, cell in zip(groups, cells, strict=False)]
    left = 1 + max(len(label) for each in axes for label in (*each.labels.values(), ""))
    plots = [dataclasses.replace(cell, left=left) for cell in cells]
    for number, (group, scaled, plot) in enumerate(zip(groups, axes, plots, strict=False)):
        canvas.paste(plot.x, plot.y, _chart(group, scaled, window, plot, look, number == 0))
    return canvas, plots


def reading(series: Series, window: Window) -> float | None:
    """The newest value at the cursor or before it, as it is drawn; None before the first."""
    if window.cursor is None:
        return None
    number = int(np.searchsorted(series.steps, window.cursor, side="right")) - 1
    return float(_drawn(series, window)[number]) if number >= 0 else None


def _drawn(series: Series, window: Window) -> Floats:
    return trace.smoothed(series.values, window.smoothing) if _smooths(series, window) else series.values


def _smooths(series: Series, window: Window) -> bool:
    """Whether a series is long enough for the average to leave something of it."""
    return 0 < ENOUGH * window.smoothing <= series.values.size


def _axis(group: Group, window: Window, rows: int) -> Axis:
    gauges = [line.gauge for line in group.lines]
    logarithmic = any(gauge.logarithmic for gauge in gauges) if window.logarithmic is None else window.logarithmic
    values = [trace.within(series, window.low, window.high) for line in group.lines for series in line.drawn]
    return axis(values, logarithmic, group.references, tuple(value for gauge in gauges for value in gauge.include), max(1, rows))


def _chart(group: Group, scaled: Axis, window: Window, plot: Plot, look: Look, worded: bool) -> Canvas:
    """One chart: its newest values above the curves, the steps below; `worded`, with the words of what was changed."""
    canvas = Canvas(plot.width, plot.height)
    _heading(canvas, group)
    if plot.rows < 2 or plot.columns < 8 or not any(line.drawn for line in group.lines):
        return canvas
    value_axis(canvas, scaled, plot.left, 1, look)
    if plot.height >= 5:
        step_axis(canvas, window.low, window.high, plot.left, plot.columns, 1 + plot.rows, plot.ruled, look)
    canvas.paste(plot.left, 1, _curves(group, scaled, window, plot, look, worded))
    return canvas


def _curves(group: Group, scaled: Axis, window: Window, plot: Plot, look: Look, worded: bool) -> Canvas:
    """References, other runs and what is smoothed behind, the curves, the changes, the cursor, and a letter at each end."""
    canvas = Canvas(plot.columns + GUTTER, plot.rows)
    for value in group.references.values():
        level = np.full(2 * plot.columns, scaled.heights(np.array([value]))[0])
        canvas.lay(marks.cells(marks.line(level, 4 * plot.rows, dash=1), look.pick("", ".")), Ink.FAINT)
    for line in group.lines:
        _behind(canvas, line, scaled, window, plot, look)
    curves = [(line, _heights(line.series, _drawn(line.series, window), scaled, window, plot)) for line in group.lines]
    for line, heights in curves:
        _lay(canvas, heights, line.gauge.ink, look.pick("", line.gauge.marker))
        _beyond(canvas, heights, scaled, line.gauge.ink, look)
    if not any(np.isfinite(heights).any() for _, heights in curves):
        _excuse(canvas, scaled.logarithmic and any(np.isfinite(line.series.values).any() for line, _ in curves))
    _cursor(canvas, group, scaled, window, plot, look)
    changes = [(window.column(mark.step, plot.columns), mark.text.partition(" (")[0] if worded else "") for mark in window.marks]
    name_marks(canvas, [change for change in changes if change[0] >= 0], -1, plot.columns, plot.rows, look)
    if len(curves) > 1:
        ends = [(float(end[-1]), line.gauge) for line, heights in curves if (end := heights[np.isfinite(heights)]).size]
        name_ends(canvas, plot.columns, plot.rows, [(height, scaled.row(height), gauge.letter, gauge.ink) for height, gauge in ends])
    return canvas


def _behind(canvas: Canvas, line: Line, scaled: Axis, window: Window, plot: Plot, look: Look) -> None:
    """The series of other runs, dashed, and where the curve is smoothed what it was made of; both paler than the curve."""
    ink = SOFT.get(line.gauge.ink, Ink.DIM)
    if _smooths(line.series, window):
        _lay(canvas, _heights(line.series, line.series.values, scaled, window, plot), ink, look.pick("", ","))
    for number, other in enumerate(line.others):
        if other is not None and other.steps.size:
            heights = _heights(other, _drawn(other, window), scaled, window, plot)
            _lay(canvas, heights, ink, look.pick("", OTHERS[number % len(OTHERS)]), DASHES[number % len(DASHES)])


def _heading(canvas: Canvas, group: Group) -> None:
    """What the chart shows, and the newest value of each series; what does not fit is left out whole."""
    parts = [(group.title, Ink.TITLE, "")]
    for line in group.lines:
        letter = f"{line.gauge.letter} " if len(group.lines) > 1 else ""
        newest = letter + scale.short(float(line.series.values[-1])) if line.series.steps.size else "not yet"
        parts.append((newest, line.gauge.ink, age(line.series)))
    x = 0
    for text, ink, when in [*parts, (group.unit, Ink.DIM, "")]:
        # A value without its step would be taken for one of now.
        if text and x + len("  ".join(filter(None, (text, when)))) <= canvas.width:
            x = canvas.write(x, 0, text, ink) + 2
            x = canvas.write(x, 0, when, Ink.DIM) + 2 if when else x


def _heights(series: Series, values: Floats, scaled: Axis, window: Window, plot: Plot) -> Floats:
    """A course over the columns, two values a dot, as shares of the height; below 0 and above 1 where it leaves the axis."""
    heights = trace.course(series.steps, scaled.heights(values), window.low, window.high, 2 * plot.columns)
    # What is at an end but for rounding is on the axis.
    return np.where(np.abs(heights - 0.5) <= 0.5 + TINY, np.clip(heights, 0.0, 1.0), heights)


def _lay(canvas: Canvas, heights: Floats, ink: Ink, plain: str, dash: int = 0) -> None:
    canvas.lay(marks.cells(trace.dots(heights, 4 * canvas.height, dash), plain), ink)


def _beyond(canvas: Canvas, heights: Floats, scaled: Axis, ink: Ink, look: Look) -> None:
    """Mark the columns in which a curve leaves the axis, and say beside them how far it goes."""
    by_column = heights.reshape(-1, 4)
    known = np.isfinite(by_column)
    for row, arrow, out, farthest in (
        (0, look.pick("▲", "^"), np.where(known, by_column, 0.0).max(axis=1) > 1.0, np.nanmax),
        (canvas.height - 1, look.pick("▼", "v"), np.where(known, by_column, 0.0).min(axis=1) < 0.0, np.nanmin),
    ):
        columns = np.flatnonzero(out).tolist()
        for x in columns:
            canvas.write(x, row, arrow, ink)
        if columns:
            text = " " + scale.short(scaled.value(float(farthest(heights))), 2)
            fits = columns[-1] + 1 + len(text) <= canvas.width
            canvas.write(columns[-1] + 1 if fits else max(0, columns[0] - len(text)), row, text if fits else text[1:] + " ", ink)


def _excuse(canvas: Canvas, unfit: bool) -> None:
    """Say why there is no curve: the axis has no place for its values, or there are none."""
    text = "nothing above 0, as a logarithmic axis needs" if unfit else "no finite values in these steps"
    if len(text) <= canvas.width:
        canvas.write((canvas.width - len(text)) // 2, canvas.height // 2, text, Ink.DIM)


def _cursor(canvas: Canvas, group: Group, scaled: Axis, window: Window, plot: Plot, look: Look) -> None:
    """Draw a line at the cursor, and a point where a series has a value there."""
    if window.cursor is None or (x := window.column(window.cursor, plot.columns)) < 0:
        return
    free = marks.empty(canvas.glyphs[:, x])
    canvas.glyphs[free, x] = ord(look.pick("│", "|"))
    canvas.inks[free, x] = Ink.KEY
    for line in group.lines:
        number = int(np.searchsorted(line.series.steps, window.cursor, side="right")) - 1
        if number >= 0 and window.column(float(line.series.steps[number]), plot.columns) == x:
            height = float(scaled.heights(_drawn(line.series, window)[number : number + 1])[0])
            if 0.0 <= height <= 1.0:
                canvas.write(x, scaled.row(height), look.pick("●", "@"), line.gauge.ink)
