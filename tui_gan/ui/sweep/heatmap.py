"""The heat map of a sweep: one cell for each combination of the values of two axes, coloured by what its members are measured to be."""

import dataclasses
import math

import numpy as np

from tui_gan.contract.axes import Axis, as_text
from tui_gan.contract.snapshot import Floats
from tui_gan.contract.sweep import Population
from tui_gan.ui.draw.canvas import Canvas, Colours
from tui_gan.ui.draw.palette import Ink, Look
from tui_gan.ui.draw.pictures.colours import nearest
from tui_gan.ui.draw.scale import short
from tui_gan.ui.sweep.view import View, grid

# Viridis (Smith and van der Walt 2015) at nine even places: even to the eye, and readable without colour vision.
VIRIDIS = np.array([
    (68, 1, 84), (71, 44, 122), (59, 81, 139), (44, 113, 142), (33, 144, 141), (39, 173, 129), (92, 200, 99), (170, 220, 50),
    (253, 231, 37),
], dtype=np.float64)  # fmt: skip
NARROWEST, WIDEST, HIGHEST = 7, 14, 3
# From this ratio on the colours of a metric that is positive everywhere follow its logarithm.
DECADES = 30.0
BRIGHT = 140
LUMA = np.array([0.299, 0.587, 0.114])


@dataclasses.dataclass(frozen=True)
class Place:
    """Where the cells are drawn, for a click.

    Attributes:
        x, y: the upper left corner.
        width, height: of one cell.
        columns, rows: the first cell drawn, and behind the last, across and from below.
    """

    x: int
    y: int
    width: int
    height: int
    columns: range
    rows: range

    def at(self, x: int, y: int) -> tuple[int, int] | None:
        """The column and the row, from below, of the cell at a place, if there is one."""
        column, row = (x - self.x) // self.width, (y - self.y) // self.height
        inside = 0 <= column < len(self.columns) and 0 <= row < len(self.rows)
        return (self.columns[column], self.rows[len(self.rows) - 1 - row]) if inside else None


def heatmap(population: Population, view: View, width: int, height: int, look: Look) -> tuple[Canvas, Place]:
    """Draw it, with the values of the axes beside it; where not all cells have room, those around the cursor."""
    canvas = Canvas(width, height)
    values = grid(view, population)
    labels = [[""] if axis is None else labelled(population.axes[axis]) for axis in (view.across, view.down)]
    names = ["" if axis is None else population.axes[axis].name for axis in (view.across, view.down)]
    left = max(len(names[1]), *map(len, labels[1])) + 2 if view.down is not None else 1
    room, lines = max(NARROWEST, width - left - 1), max(1, height - 3)
    wide = min(WIDEST, max(NARROWEST, room // len(labels[0]), max(map(len, labels[0])) + 1))
    high = min(HIGHEST, max(1, lines // len(labels[1])))
    columns = _around(0 if view.across is None else view.places[view.across], len(labels[0]), max(1, room // wide))
    rows = _around(0 if view.down is None else view.places[view.down], len(labels[1]), max(1, lines // high))
    place = Place(left, 2, wide, high, columns, rows)
    levels = _levels(values, view.statistic in ("collapsed", "failed"))
    canvas.write(left, 0, names[0], Ink.TITLE)
    canvas.write(0, 1, names[1], Ink.TITLE)
    for at, column in enumerate(columns):
        canvas.write(left + at * wide, 1, labels[0][column].center(wide)[:wide], Ink.DIM)
    for at, row in enumerate(reversed(rows)):
        y = 2 + at * high
        canvas.write(0, y + (high - 1) // 2, labels[1][row].rjust(left - 2), Ink.DIM)
        for offset, column in enumerate(columns):
            cell = _cell(place, values[row, column], levels[row, column], _is_at(view, column, row), view, look)
            canvas.paste(left + offset * wide, y, cell)
    _more(canvas, left, 2, place, (len(labels[0]), len(labels[1])), look)
    return canvas, place


def _cell(place: Place, value: float, level: float, here: bool, view: View, look: Look) -> Canvas:
    text = worded(value, view.statistic)
    line, wide = (place.height - 1) // 2, place.width - 1
    text = (f"[{text}]" if here else text).center(wide)[:wide]
    cell = Canvas(wide, place.height)
    coloured = not (math.isnan(level) or look.lettered or look.depth == 4)
    for row in range(place.height):
        cell.write(0, row, text if row == line else " " * wide, Ink.SELECTED if here and not coloured else Ink.TEXT)
    if coloured:
        grounds = colours(np.full((place.height, wide), level), look)
        bright = float(grounds[0, 0] @ LUMA) > BRIGHT
        cell.paint(np.full(grounds.shape, 0 if bright else 255, dtype=np.uint8), grounds)
        if here:
            cell.write(0, line, text, Ink.SELECTED)
    return cell


def labelled(axis: Axis) -> list[str]:
    """The values of an axis in few letters, or whole where these would not tell them apart."""
    whole = [as_text(each) for each in axis.values]
    brief = [short(each) if isinstance(each, float) else text for each, text in zip(axis.values, whole, strict=True)]
    return brief if len(set(brief)) == len(brief) else whole


def worded(value: float, what: str) -> str:
    """A value as a cell has it: a share in percent, a quantile in three digits; a dot where nothing has been measured."""
    if math.isnan(value):
        return "·"
    return f"{value:.0%}" if what in ("collapsed", "failed") else short(value)


def colours(levels: Floats, look: Look) -> Colours:
    """Of levels 0 .. 1 the colours, (..., 3), as the terminal has them."""
    places = np.clip(levels, 0.0, 1.0) * (len(VIRIDIS) - 1)
    low = np.minimum(places.astype(int), len(VIRIDIS) - 2)
    exact = VIRIDIS[low] + (VIRIDIS[low + 1] - VIRIDIS[low]) * (places - low)[..., None]
    return nearest(exact, look.depth, grey=False)


def ends(values: Floats, share: bool) -> tuple[float, float, bool]:
    """The values at the ends of the colours, and whether these follow the logarithm; NaN where nothing is known."""
    if share:
        return 0.0, 1.0, False
    known = values[np.isfinite(values)]
    if not known.size:
        return math.nan, math.nan, False
    low, high = float(known.min()), float(known.max())
    return low, high, low > 0 and high / low > DECADES


def _levels(values: Floats, share: bool) -> Floats:
    low, high, logarithmic = ends(values, share)
    if logarithmic:
        levels: Floats = np.log(values / low) / math.log(high / low)
        return levels
    return (values - low) / (high - low) if high > low else np.where(np.isfinite(values), 0.0, np.nan)


def _around(cursor: int, count: int, most: int) -> range:
    """As many of `count` places as have room, around the cursor."""
    start = min(max(0, cursor - most // 2), max(0, count - most))
    return range(start, min(count, start + most))


def _is_at(view: View, column: int, row: int) -> bool:
    return (view.across is None or view.places[view.across] == column) and (view.down is None or view.places[view.down] == row)


def _more(canvas: Canvas, left: int, top: int, place: Place, counts: tuple[int, int], look: Look) -> None:
    """Arrows towards cells that have no room."""
    bottom = top + len(place.rows) * place.height
    if place.columns.stop < counts[0]:
        canvas.write(canvas.width - 1, 1, look.pick("→", ">"), Ink.KEY)
    if place.columns.start > 0:
        canvas.write(left - 1, 1, look.pick("←", "<"), Ink.KEY)
    if place.rows.start > 0 and bottom < canvas.height:
        canvas.write(left, bottom, look.pick("↓", "v"), Ink.KEY)
    if place.rows.stop < counts[1]:
        canvas.write(max(0, left - 2), top, look.pick("↑", "^"), Ink.KEY)
