"""Curves: several series over steps, drawn by plotext, with reference lines and marks at events."""

import dataclasses
import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from tui_gan.contract.snapshot import Floats, Series
from tui_gan.ui.draw import scale
from tui_gan.ui.draw.canvas import SPACE, Canvas
from tui_gan.ui.draw.palette import Ink, Look

COLOUR = re.compile(r"\x1b\[([0-9;]*)m")
BOXES = str.maketrans("─│┌┐└┘├┤┬┴┼┈┊", "-|+++++++++.:")
LETTERS = 2
MANY, TRIM = 100, 0.01


@dataclasses.dataclass(frozen=True)
class Curve:
    """A series with its colour, the letter at its end, and its ASCII marker."""

    series: Series
    ink: Ink
    letter: str
    marker: str


@dataclasses.dataclass(frozen=True)
class Mark:
    """A vertical line at a step, with a few words."""

    step: float
    text: str


@dataclasses.dataclass(frozen=True)
class Axes:
    """The ranges of both axes and the labelled places on them."""

    steps: tuple[float, float]
    values: tuple[float, float]
    at_steps: dict[float, str]
    at_values: dict[float, str]

    @property
    def left(self) -> int:
        """Cells to the left of the first column of the picture."""
        return max((len(label) for label in self.at_values.values()), default=0) + 1


def load() -> Any:
    """Import plotext, which takes a moment, and return its figure, freed from the size of the terminal."""
    import plotext

    plotext.terminal.limit(False, False)
    return plotext.figure


def curves(lines: Sequence[Curve], references: dict[str, float], marks: Sequence[Mark], width: int, height: int, look: Look) -> Canvas:
    """Draw series over steps.

    Args:
        references: horizontal lines, by their label on the axis.
        marks: vertical lines; words that find no room are left out.
    """
    canvas = Canvas(width, height)
    lines = [line for line in lines if line.series.steps.size]
    if not lines or width < 16 or height < 4:
        return canvas
    columns = width - LETTERS
    points = [scale.decimate(line.series.steps, line.series.values, max(8, columns - 8)) for line in lines]
    low = min(float(steps[0]) for steps, _ in points)
    high = max(*(float(steps[-1]) for steps, _ in points), low + 1.0)
    # The newest values are always seen; of many the outermost hundredth may lie beyond.
    newest = [float(end[-1]) for _, values in points if (end := values[np.isfinite(values)]).size]
    trim = TRIM if max(values.size for _, values in points) >= MANY else 0.0
    span = scale.limits([values for _, values in points], (*references.values(), *newest), trim)
    axes = _axes((low, high), span, references, columns, height)
    marks = [mark for mark in marks if low <= mark.step <= high]
    figure = _figure(axes, references, columns, height)
    for line, (steps, values) in zip(lines, points, strict=True):
        _draw(figure, line, steps, np.where((values >= span[0]) & (values <= span[1]), values, np.nan), look)
    _paste(canvas, figure.build().string(), look)
    known = [(line, values[np.isfinite(values)]) for line, (_, values) in zip(lines, points, strict=True)]
    ends = [((float(values[-1]) - span[0]) / (span[1] - span[0]), line) for line, values in known if values.size]
    _beyond(canvas, list(zip(lines, points, strict=True)), axes, columns, height - 2, look)
    name_ends(canvas, columns + 1, height - 2, [(share, round((1 - share) * (height - 3)), line.letter, line.ink) for share, line in ends])
    if canvas.text().splitlines()[-1][-6:].isspace():
        canvas.write(width - 4, height - 1, "step", Ink.DIM)
    inside = columns - axes.left
    share = (high - low) / max(1, inside - 1)
    name_marks(canvas, [(axes.left + round((mark.step - low) / share), mark.text) for mark in marks], axes.left, columns, height - 2, look)
    return canvas


def _beyond(canvas: Canvas, lines: Sequence[tuple[Curve, tuple[Floats, Floats]]], axes: Axes, columns: int, rows: int, look: Look) -> None:
    """Mark at the upper and at the lower end where curves go beyond it, and say beside that how far."""
    (first, last), (low, high) = axes.steps, axes.values
    for line, (steps, values) in lines:
        for row, arrow, out, farthest in (
            (0, look.pick("▲", "^"), values > high, np.max),
            (rows - 1, look.pick("▼", "v"), values < low, np.min),
        ):
            if not out.any():
                continue
            at = axes.left + np.rint((steps[out] - first) / (last - first) * (columns - axes.left - 1)).astype(np.int64)
            for x in at.tolist():
                canvas.write(x, row, arrow, line.ink)
            text = scale.short(float(farthest(values[out])), 2)
            fits = int(at.max()) + 2 + len(text) <= columns
            canvas.write(int(at.max()) + 1 if fits else int(at.min()) - len(text) - 1, row, f" {text}" if fits else f"{text} ", line.ink)


def _axes(steps: tuple[float, float], values: tuple[float, float], references: dict[str, float], columns: int, height: int) -> Axes:
    """Choose labels; a round number gives way to a reference line within a row of it."""
    row = (values[1] - values[0]) / max(1, height - 3)
    at_values: dict[float, str] = {}
    for name, line in references.items():
        if all(abs(line - other) > row * 0.9 for other in at_values):
            at_values[line] = name
    rounds = [value for value in scale.ticks(*values, max(2, height // 4)) if all(abs(value - line) > row for line in at_values)]
    at_values.update(zip(rounds, scale.tick_labels(rounds), strict=True))
    # Over few steps ticks fall between them and bear equal labels; one of each is kept.
    labels = {scale.count(step): step for step in reversed(scale.ticks_apart(*steps, max(2, columns // 14)))}
    at_steps = {step: label for label, step in reversed(labels.items())}
    return Axes(steps, values, at_steps, at_values)


def _figure(axes: Axes, references: dict[str, float], columns: int, height: int) -> Any:
    """A figure without data and without a ground of its own; its colours are the numbers of `Ink`."""
    figure = load()
    figure.clear()
    figure.plot_size(columns, height)
    figure.canvas("default")
    figure.legend(False)
    figure.axes(False, side=1)
    figure.axes(True, side=0, pixel=int(Ink.FAINT))
    figure.ruler("y", 0).lim(*axes.values).ticks(list(axes.at_values), list(axes.at_values.values())).pixel(int(Ink.DIM))
    figure.ruler("x", 0).lim(*axes.steps).ticks(list(axes.at_steps), list(axes.at_steps.values())).pixel(int(Ink.DIM))
    for line in references.values():
        figure.line(line, orientation=0, pixel=int(Ink.FAINT), style="dotted")
    return figure


def _draw(figure: Any, line: Curve, steps: Floats, values: Floats, look: Look) -> None:
    """Add one series, broken where a value is missing."""
    import plotext

    known = np.flatnonzero(np.isfinite(values))
    if not known.size:
        return
    marker = plotext.marker(look.pick("braille", line.marker), pixel=int(line.ink))
    signal = figure.signal(steps[known].tolist(), values[known].tolist(), marker=marker).lines()
    for index in (np.flatnonzero(np.diff(known) > 1) + 1).tolist():
        signal.line(index, False)
    figure.draw(signal)


def _paste(canvas: Canvas, drawn: str, look: Look) -> None:
    """Copy plotext's characters; its colour numbers are the numbers of `Ink`."""
    if look.ascii_only:
        drawn = drawn.translate(BOXES)
    for y, row in enumerate(drawn.rstrip("\n").split("\n")[: canvas.height]):
        x, ink = 0, Ink.TEXT
        for number, part in enumerate(COLOUR.split(row)):
            if number % 2 == 0:
                x = canvas.put(x, y, part, ink) if part else x
            elif part.startswith("38;5;"):
                ink = Ink(int(part[5:]))


def name_ends(canvas: Canvas, x: int, rows: int, ends: Sequence[tuple[float, int, str, Ink]]) -> None:
    """Write each curve's letter in its row, one above the other where they meet; the curves by their heights, rows and inks."""
    taken = -1
    for number, (_, row, letter, ink) in enumerate(sorted(ends, key=lambda end: -end[0])):
        taken = min(max(row, taken + 1), rows - len(ends) + number)
        canvas.write(x, taken, letter, ink)


def name_marks(canvas: Canvas, marks: Sequence[tuple[int, str]], left: int, right: int, rows: int, look: Look) -> None:
    """Draw a dotted line under a triangle at each mark's column and, where there is room beside it, its words."""
    places = [x for x, _ in marks]
    at = np.array(sorted(set(places)), dtype=np.int64)
    blank = canvas.glyphs[:rows, at] == SPACE
    canvas.glyphs[:rows, at] = np.where(blank, ord(look.pick("┊", ":")), canvas.glyphs[:rows, at])
    canvas.inks[:rows, at] = np.where(blank, int(Ink.MARK), canvas.inks[:rows, at])
    taken = left
    for (x, text), following in zip(marks, [*places, right][1:], strict=True):
        if x + 1 + len(text) < following:
            taken = canvas.write(x + 1, 0, text, Ink.MARK)
        elif taken < x - len(text):
            canvas.write(x - len(text), 0, text, Ink.MARK)
            taken = x + 1
        canvas.write(x, 0, look.pick("▼", "v"), Ink.MARK)
