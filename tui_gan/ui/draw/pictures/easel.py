"""Easel: a painting on the screen, and which of its cells is where."""

import dataclasses

import numpy as np

from tui_gan.contract.snapshot import Floats
from tui_gan.ui.draw import axes, marks
from tui_gan.ui.draw.canvas import Canvas
from tui_gan.ui.draw.palette import Ink, Look, triplet
from tui_gan.ui.draw.pictures.painting import Painting, Place

LETTERS = " .:-=+*#"
# How much of the letters' colour is in a cell where nothing is drawn, and of the accent in one under the brush.
SHEET, BRUSH = 0.07, 0.55


@dataclasses.dataclass(frozen=True)
class Sheet:
    """Where the cells are.

    Attributes:
        x, y: the column and the row at the upper left.
        step: columns, and half rows in a plane, that a cell takes.
        left, top: the first cells that are shown, counted from the left and from above.
        columns, rows: columns and rows of the screen that show cells.
        below: rows for the axis below them.
    """

    x: int
    y: int
    step: int
    left: int
    top: int
    columns: int
    rows: int
    below: int


def sheet(painting: Painting, width: int, height: int, look: Look) -> Sheet | None:
    """Spread a painting over so much room; where it is too small, around the brush."""
    high, wide = painting.weights.shape
    below = 2 if height >= 6 else 0
    room = height - below
    labels = 0 if painting.is_line or width < 28 else axes.y_labels_width(*painting.upward, room)
    if width - labels < 1 or room < 1:
        return None
    step = max(1, (width - labels) // wide)
    if not painting.is_line:
        step = max(1, min(step, 2 * room // high))
        # A cell of plain letters takes whole rows.
        step -= step % 2 if look.ascii_only and step > 1 else 0
    columns = min(width - labels, step * wide)
    rows = room if painting.is_line else min(room, -(-step * high // 2))
    left = _first(painting.column, columns // step, wide)
    top = 0 if painting.is_line else _first(high - 1 - painting.row, max(1, 2 * rows // step), high)
    return Sheet((width - labels - columns) // 2 + labels, (room - rows) // 2, step, left, top, columns, rows, below)


def place(painting: Painting, on: Sheet, x: int, y: int) -> tuple[Place, float] | None:
    """The cell at a place of the screen, and the height that a bar has there as a share; None beside the sheet."""
    across, down = x - on.x, y - on.y
    if not (0 <= across < on.columns and 0 <= down < on.rows):
        return None
    column = min(painting.weights.shape[1] - 1, on.left + across // on.step)
    if painting.is_line:
        return (column, 0), 1 - down / max(1, on.rows - 1)
    return (column, max(0, len(painting.weights) - 1 - on.top - 2 * down // on.step)), 1.0


def easel(painting: Painting, width: int, height: int, look: Look) -> Canvas:
    """Draw bars or cells with axes in units of the data; what is under the brush stands out."""
    canvas = Canvas(width, height)
    on = sheet(painting, width, height, look)
    if on is None:
        return canvas
    inside = (_bars if painting.is_line else _cells)(painting, on, look)
    framed = Canvas(on.x + on.columns, on.rows + on.below)
    framed.paste(on.x, 0, inside)
    visible = on.columns // on.step
    ends = _seen(painting.across, on.left, visible, painting.weights.shape[1])
    if on.x and not painting.is_line:
        high = len(painting.weights)
        rows = min(high, 2 * on.rows // on.step)
        labels = _seen(painting.upward, high - on.top - rows, rows, high)
        if axes.y_labels_width(*labels, on.rows) <= on.x:
            axes.y_axis(framed, *labels, on.rows, on.x, look)
    if on.below:
        axes.x_axis(framed, *ends, on.columns, on.rows, look, on.x)
        if painting.is_line:
            mark = on.x + (painting.column - on.left) * on.step + (on.step - 1) // 2
            framed.write(mark, on.rows, look.pick("▲", "^"), Ink.KEY)
    canvas.paste(0, on.y, framed)
    return canvas


def _first(at: int, visible: int, count: int) -> int:
    """The first of `visible` cells of `count` around one of them."""
    return max(0, min(at - visible // 2, count - visible))


def _seen(ends: tuple[float, float], first: int, visible: int, count: int) -> tuple[float, float]:
    """The ends of `visible` cells of a whole of `count`."""
    each = (ends[1] - ends[0]) / count
    return (ends[0] + first * each, ends[1] if first + visible >= count else ends[0] + (first + visible) * each)


def _bars(painting: Painting, on: Sheet, look: Look) -> Canvas:
    canvas = Canvas(on.columns, on.rows)
    heights = np.repeat(painting.weights[0, on.left :], on.step)[: on.columns]
    covered = np.repeat(painting.covered[0, on.left :], on.step)[: on.columns]
    glyphs = marks.area(heights, on.rows, look.pick("", "#"))
    canvas.lay(glyphs, Ink.REAL)
    canvas.lay(np.where(covered[None, :], glyphs, 0).astype("<u4"), Ink.KEY)
    return canvas


def _cells(painting: Painting, on: Sheet, look: Look) -> Canvas:
    canvas = Canvas(on.columns, on.rows)
    shares, covered = (_spread(part[::-1].astype(np.float64), on) for part in (painting.weights, painting.covered))
    if look.lettered:
        table = np.array([ord(letter) for letter in LETTERS], dtype="<u4")
        above, brush = np.maximum(shares[0::2], shares[1::2]), np.maximum(covered[0::2], covered[1::2]) > 0
        canvas.glyphs[:] = table[np.ceil(above * (len(LETTERS) - 1)).astype(np.int64)]
        canvas.inks[:] = np.where(brush, Ink.SELECTED, Ink.REAL)
        rows, columns = np.flatnonzero(brush.any(axis=1)), np.flatnonzero(brush.any(axis=0))
        for row in rows.tolist():
            canvas.write(int(columns[0]), row, "[", Ink.KEY)
            canvas.write(int(columns[-1]), row, "]" if columns.size > 1 else "+", Ink.KEY)
        return canvas
    of = look.palette
    ground, text, real, accent = (np.array(triplet(name), dtype=np.float64) for name in (of.ground, of.text, of.real, of.accent))
    paper = _mixed(ground, text, SHEET)
    pixels = _mixed(paper, real, np.ceil(shares * 12)[..., None] / 12)
    colours = np.rint(_mixed(pixels, accent, BRUSH * covered[..., None])).astype(np.uint8)
    canvas.glyphs[:], letters, grounds = marks.halves(colours[0::2], colours[1::2])
    canvas.paint(letters, grounds)
    return canvas


def _spread(cells: Floats, on: Sheet) -> Floats:
    """Cells, the upper row first, over (2 * rows, columns) half rows of the screen; 0 below the last."""
    pixels = np.zeros((2 * on.rows, on.columns))
    enlarged = np.repeat(np.repeat(cells[on.top :, on.left :], on.step, axis=0), on.step, axis=1)[: 2 * on.rows, : on.columns]
    pixels[: enlarged.shape[0], : enlarged.shape[1]] = enlarged
    return pixels


def _mixed(one: Floats, other: Floats, share: Floats | float) -> Floats:
    return one + (other - one) * share
