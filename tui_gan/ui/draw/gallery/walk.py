"""Walk: what the generator makes on the way between two latents, as images, over a line, and over the plane."""

import dataclasses

import numpy as np

from tui_gan.contract.snapshot import Bytes, Floats, Line1D, Plane2D
from tui_gan.ui.draw import axes, marks
from tui_gan.ui.draw.canvas import GROUND, PAINTED, Canvas, Glyphs
from tui_gan.ui.draw.palette import Ink, Look, colour
from tui_gan.ui.draw.pictures.distribution import GUTTER
from tui_gan.ui.draw.pictures.images import GAP, Worth, largest, lay, place, sheet
from tui_gan.ui.draw.pictures.plane import plane, window

# What it leads from and to, such as "latent 0" and "class 3".
Ends = tuple[str, str]
# Fewer images than these are no walk, and worth little.
FEWEST, TOO_FEW = 9, 0.3


def images(walk: Bytes, ends: Ends, width: int, height: int, look: Look) -> Canvas:
    """Draw the walk in rows, all of it or every second or fourth image, whichever is worth more; both ends are always there."""
    canvas = Canvas(width, height)
    if 0 in walk.shape or width < 1 or height < 1:
        return canvas
    around = 1 if height >= 7 and width >= 24 else 0
    steps = [walk[:: 2**power] for power in range(8) if (len(walk) - 1) % 2**power == 0 and len(walk) > 2**power]
    rows = height - 2 * around

    def number(wide: int, high: int) -> int:
        room = ((width + GAP) // (wide + GAP)) * ((2 * rows + GAP) // (high + GAP))
        return next((len(step) for step in steps if len(step) <= room), 0)

    def worth(wide: int, high: int) -> Worth:
        count = number(wide, high)
        return Worth(float(count) if count >= min(FEWEST, len(walk)) else count * TOO_FEW, count)

    size = largest((walk.shape[1], walk.shape[2]), (width, 2 * rows), worth)
    if size is None:
        return canvas
    few = next(step for step in steps if len(step) == number(*size))
    columns = _columns(len(few), (width + GAP) // (size[0] + GAP))
    places = [(each % columns * (size[0] + GAP), each // columns * (size[1] + GAP)) for each in range(len(few))]
    surface = sheet(width, rows, look)
    place(surface, few, places, *size)
    lay(canvas, surface, around, walk.shape[3] == 1, look)
    if around:
        x, y = places[-1]
        canvas.write(0, 0, f"from {ends[0]}", Ink.FAKE)
        text = f"to {ends[1]}"
        below = around - (-(y + size[1]) // 2)
        canvas.write(max(0, min(x + size[0], width) - len(text)), below, text, Ink.FAKE)
    return canvas


def _columns(number: int, most: int) -> int:
    """Columns for rows that are as equal as can be."""
    rows = -(-number // most)
    return -(-number // rows)


def line(picture: Line1D, walk: Floats, ends: Ends, width: int, height: int, look: Look) -> Canvas:
    """Draw x to the right over the way downward, on the same axis as `distribution` draws it."""
    canvas = Canvas(width, height)
    gutter = GUTTER if width >= 28 else 0
    columns, top = width - gutter, 1 if height >= 4 and width >= 40 else 0
    rows = height - top - (2 if height >= 7 else 0)
    if walk.ndim != 2 or len(walk) < 2 or picture.edges.size < 2 or columns < 2 or rows < 1:
        return canvas
    low, high = float(picture.edges[0]), float(picture.edges[-1])
    if not high > low:
        return canvas
    places = np.stack([(walk[:, 0] - low) / (high - low) * 2 * columns, np.linspace(0.0, 4 * rows - 1.0, len(walk))], axis=1)
    canvas.lay(marks.cells(marks.segments(places[:-1], places[1:], 2 * columns, 4 * rows), look.pick("", "o")), Ink.FAKE, y=top)
    if top:
        end = canvas.write(0, 0, f"x from {ends[0]} (above) to {ends[1]} (below)", Ink.FAKE)
        beyond = int((~((walk[:, 0] >= low) & (walk[:, 0] <= high))).sum())
        canvas.write(end, 0, f"; {beyond} of {len(walk)} outside" if beyond else "", Ink.FAKE)
    if rows < height - top:
        axes.x_axis(canvas, low, high, columns, top + rows, look)
    return canvas


def points(picture: Plane2D, walk: Floats, ends: Ends, width: int, height: int, look: Look) -> Canvas:
    """Draw the way over real points and D(x), with what it leads from and to at its ends, and say how much of it is not seen."""
    seen = window(picture, width, height)
    canvas = plane(dataclasses.replace(picture, manifold=None, arrows=None), width, height, look, ("real", "heat"))
    if seen is None or walk.ndim != 2 or walk.shape[1] < 2 or len(walk) < 2:
        return canvas
    places = seen.dots(walk[:, :2])
    segments = marks.segments(places[:-1], places[1:], 2 * seen.columns, 4 * seen.rows)
    over(canvas, marks.cells(segments, look.pick("", "o")), Ink.FAKE, seen.x, seen.y, look)
    for (x, y), end in zip(places[[0, -1]].tolist(), ends, strict=True):
        if 0 <= x < 2 * seen.columns and 0 <= y < 4 * seen.rows:
            canvas.write(seen.x + int(x) // 2, seen.y + int(y) // 4, end.partition(" ")[2][: seen.columns - int(x) // 2], Ink.SELECTED)
    beyond = int((~((walk[:, :2] >= picture.low) & (walk[:, :2] <= picture.high)).all(axis=1)).sum())
    canvas.write(seen.x, seen.y, f"{beyond} of {len(walk)} outside"[: seen.columns] if beyond else "", Ink.FAKE)
    return canvas


def over(canvas: Canvas, glyphs: Glyphs, ink: Ink, x: int, y: int, look: Look) -> None:
    """Lay cells over painted ones, which keep their grounds."""
    canvas.lay(glyphs, ink, x, y)
    if canvas.paints is not None:
        part = canvas.paints[y : y + glyphs.shape[0], x : x + glyphs.shape[1]]
        red, green, blue = colour(look.palette, ink)
        part[:] = np.where((glyphs > 0) & (part > 0), PAINTED | (red << 16 | green << 8 | blue) << 24 | part & GROUND, part)
