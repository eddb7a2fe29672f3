"""Chart axes: an axis of values, linear or logarithmic, with names for the values that matter; and an axis of steps."""

import dataclasses
import math
from collections.abc import Mapping, Sequence

import numpy as np

from tui_gan.contract.snapshot import Floats
from tui_gan.ui.draw import scale
from tui_gan.ui.draw.canvas import Canvas
from tui_gan.ui.draw.palette import Ink, Look

# Of so many values the outermost hundredth may lie beyond the axis.
MANY, TRIM = 200, 0.01
RUNGS, EVERY = ((1.0, 2.0, 5.0), (1.0,)), (2, 3, 5, 10, 20, 50)
TINY, LARGEST = 1e-9, 300.0
# Rows and columns that a label has for itself.
ROWS_A_LABEL, COLUMNS_A_LABEL = 3, 8
# Columns from which on an axis of steps names its unit.
UNIT, ROOM = "step", 20


@dataclasses.dataclass(frozen=True)
class Axis:
    """An axis of values: its ends as they are drawn, and its labels by their rows.

    Attributes:
        named: the rows of those labels that are names.
    """

    low: float
    high: float
    logarithmic: bool
    rows: int
    labels: Mapping[int, str] = dataclasses.field(default_factory=dict)
    named: frozenset[int] = frozenset()

    def heights(self, values: Floats) -> Floats:
        """Values as shares of the height; NaN where there is no place for them."""
        with np.errstate(all="ignore"):
            shares: Floats = (scale.on_axis(values, self.logarithmic) - self.low) / (self.high - self.low)
        return shares

    def value(self, height: float) -> float:
        """The value at a share of the height, which may be beyond the ends."""
        at = self.low + height * (self.high - self.low)
        return 10.0**at if self.logarithmic else at

    def place(self, value: float) -> int | None:
        """The row of a value; None beyond the ends."""
        height = float(self.heights(np.array([value]))[0])
        return self.row(height) if -TINY <= height <= 1.0 + TINY else None

    def row(self, height: float) -> int:
        """The row of a share of the height, of those that its curves have."""
        return round((1.0 - min(1.0, max(0.0, height))) * max(0, 4 * self.rows - 1)) // 4


def axis(values: Sequence[Floats], logarithmic: bool, references: Mapping[str, float], include: tuple[float, ...], rows: int) -> Axis:
    """An axis for values in so many rows.

    Args:
        references: values that get their names as labels; a linear axis covers them.
        include: values that a linear axis covers.
    """
    with np.errstate(all="ignore"):
        known = np.concatenate([scale.on_axis(part, logarithmic) for part in values] or [np.empty(0)])
        known = known[np.isfinite(known)]
        trim = TRIM if known.size >= MANY else 0.0
        if not logarithmic:
            low, high = scale.limits([known], (*references.values(), *include), trim)
        else:
            low, high = scale.log_limits(np.quantile(known, [trim, 1.0 - trim])) if known.size else (0.0, 1.0)
    bare = Axis(low, high, logarithmic, rows)
    names = {row: name for name, value in references.items() if (row := bare.place(value)) is not None}
    beside = {row + more for row in names for more in (-1, 0, 1)}
    ticks = _log_ticks(low, high, rows) if logarithmic else _ticks(low, high, rows, bool(names))
    labels = {row: label for value, label in ticks if (row := bare.place(value)) is not None and row not in beside}
    return dataclasses.replace(bare, labels=names | labels, named=frozenset(names))


def _ticks(low: float, high: float, rows: int, named: bool) -> list[tuple[float, str]]:
    values = (scale.ticks if named else scale.ticks_apart)(low, high, max(2, rows // ROWS_A_LABEL))
    return list(zip(values, scale.tick_labels(values), strict=True))


def _log_ticks(low: float, high: float, rows: int) -> list[tuple[float, str]]:
    """Powers of ten, with their doubles and fives or without, or every so many of them; the ends where none lies between."""
    powers = range(math.floor(low), math.ceil(high) + 1)
    choices = [[power + math.log10(rung) for power in powers for rung in rungs] for rungs in RUNGS]
    choices += [[float(power) for power in powers if power % every == 0] for every in EVERY]
    fitting = [[value for value in choice if low - TINY <= value <= high + TINY] for choice in choices]
    chosen = next((values for values in fitting if 2 <= len(values) <= max(2, rows // 2)), [low, high])
    return [(10.0**value, scale.short(10.0**value, 2)) for value in chosen if abs(value) < LARGEST]


def value_axis(canvas: Canvas, scaled: Axis, left: int, y: int, look: Look) -> None:
    """Draw a rule in column `left` - 1, from row `y` down, with its labels at the left."""
    canvas.glyphs[y : y + scaled.rows, left - 1] = ord(look.pick("│", "|"))
    canvas.inks[y : y + scaled.rows, left - 1] = Ink.FAINT
    for row, label in scaled.labels.items():
        canvas.write(left - 1 - len(label), y + row, label, Ink.TEXT if row in scaled.named else Ink.DIM)
        canvas.put(left - 1, y + row, look.pick("┤", "+"), Ink.FAINT)


def step_axis(canvas: Canvas, low: float, high: float, left: int, columns: int, y: int, ruled: bool, look: Look) -> None:
    """Draw labels of whole steps in row `y`, or, `ruled`, below a rule with ticks that is there."""
    ticks = [step for step in scale.ticks_apart(low, high, max(1, columns // COLUMNS_A_LABEL)) if step == round(step)]
    # What `count` rounds to the same label is written once.
    labels = {scale.count(step): step for step in reversed(ticks)}
    if ruled:
        canvas.put(left - 1, y, look.pick("└", "+") + look.pick("─", "-") * columns, Ink.FAINT)
    named = columns >= ROOM
    end, room = left - 1, left + columns - (len(UNIT) + 1 if named else 0)
    for label, step in sorted(labels.items(), key=lambda pair: pair[1]):
        x = left + min(columns - 1, int((step - low) / (high - low) * columns))
        start = max(left, min(x - (len(label) - 1) // 2, left + columns - len(label)))
        if ruled:
            canvas.put(x, y, look.pick("┬", "+"), Ink.FAINT)
        if start > end and start + len(label) <= room:
            end = canvas.write(start, y + ruled, label, Ink.DIM)
    if named:
        canvas.write(left + columns - len(UNIT), y + ruled, UNIT, Ink.DIM)
