"""Axes: rules with ticks and labels around a picture."""

from tui_gan.ui.draw import scale
from tui_gan.ui.draw.canvas import Canvas
from tui_gan.ui.draw.palette import Ink, Look


def x_axis(canvas: Canvas, low: float, high: float, columns: int, row: int, look: Look, left: int = 0) -> None:
    """Draw an axis with ticks in row `row`, from column `left` on, and their labels in the row below."""
    canvas.write(left, row, look.pick("─", "-") * columns, Ink.FAINT)
    values, labels = _fitting(low, high, columns)
    end = -1
    for value, label in zip(values, labels, strict=True):
        x = min(columns - 1, int((value - low) / (high - low) * columns))
        start = max(0, min(x - (len(label) - 1) // 2, columns - len(label)))
        canvas.write(left + x, row, look.pick("┬", "+"), Ink.FAINT)
        if start > end:
            end = canvas.write(left + start, row + 1, label, Ink.DIM) - left


def _fitting(low: float, high: float, columns: int) -> tuple[list[float], list[str]]:
    """As many ticks as have room for their labels side by side; more than a narrow axis has as a rule, where one alone would be left."""
    best: tuple[list[float], list[str]] = ([], [])
    for wanted in (*range(max(1, columns // 9), 0, -1), *range(columns // 9 + 1, columns // 6 + 1)):
        values = scale.ticks(low, high, wanted)
        labels = scale.tick_labels(values)
        if len(values) > len(best[0]) and sum(len(label) + 2 for label in labels) <= columns:
            best = values, labels
        if len(best[0]) > 1:
            break
    return best


def y_labels_width(low: float, high: float, rows: int) -> int:
    """The columns that `y_axis` takes, its rule included."""
    return max((len(label) for label in scale.tick_labels(_y_ticks(low, high, rows))), default=0) + 1


def y_axis(canvas: Canvas, low: float, high: float, rows: int, left: int, look: Look) -> None:
    """Draw an axis in the first `left` columns, with labels at the left of its rule, in units of the data."""
    values = _y_ticks(low, high, rows)
    for row in range(rows):
        canvas.write(left - 1, row, look.pick("│", "|"), Ink.FAINT)
    for value, label in zip(values, scale.tick_labels(values), strict=True):
        row = min(rows - 1, int((high - value) / (high - low) * rows))
        canvas.write(left - 1 - len(label), row, label, Ink.DIM)
        canvas.write(left - 1, row, look.pick("┤", "+"), Ink.FAINT)


def _y_ticks(low: float, high: float, rows: int) -> list[float]:
    return scale.ticks(low, high, max(1, rows // 2))


def probability_axis(canvas: Canvas, x: int, rows: int, look: Look) -> None:
    """Label 0 .. 1 for D(x) at the right."""
    for row in range(rows):
        canvas.write(x, row, look.pick("│", "|"), Ink.FAINT)
    places = {0: "1", rows - 1: "0"}
    if rows >= 5:
        places[round((rows - 1) / 2)] = "0.5"
    for row, label in places.items():
        canvas.write(x, row, look.pick("├", "+"), Ink.FAINT)
        canvas.write(x + 1, row, label, Ink.DISCRIMINATOR)
    if rows >= 7:
        canvas.write(x + 1, 1, "D(x)", Ink.DISCRIMINATOR)
