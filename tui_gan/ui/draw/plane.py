"""Plane: real and generated points over a map of D(x), at equal scales in both directions."""

import dataclasses
import math

import numpy as np
from numpy.typing import NDArray

from tui_gan.contract.snapshot import Floats, Plane2D
from tui_gan.ui.draw import axes, marks
from tui_gan.ui.draw.canvas import SPACE, Canvas
from tui_gan.ui.draw.palette import Ink, Look, Palette, triplet

LEVELS = 7
STRENGTH = 0.42
LETTERS = " .:"
GUTTER = 6
LONGEST = 4.0
Levels = NDArray[np.int64]


@dataclasses.dataclass(frozen=True)
class Window:
    """What is drawn of the plane, and on how many cells."""

    left: float
    right: float
    bottom: float
    top: float
    columns: int
    rows: int


def plane(picture: Plane2D, width: int, height: int, look: Look) -> Canvas:
    """Draw the window with equal scales in both directions, in the middle of the room there is.

    A cell that holds points has the colour of the kind that has more of them there; its ground says D(x).
    """
    canvas = Canvas(width, height)
    ends = [*picture.low[:2].tolist(), *picture.high[:2].tolist()]
    if len(ends) < 4 or not all(math.isfinite(end) for end in ends) or width < 2 or height < 1:
        return canvas
    (left, right), (bottom, top) = _range(ends[0], ends[2]), _range(ends[1], ends[3])
    below = 2 if height >= 6 else 0
    gutter = GUTTER if width >= 28 and height >= 4 else 0
    labels = axes.y_labels_width(bottom, top, height - below) if gutter else 0
    labels = 0 if labels > width // 3 else labels
    columns, rows = _equal((right - left) / (top - bottom), width - gutter - labels, height - below)
    window = Window(left, right, bottom, top, columns, rows)
    inside = _points(picture, window, look)
    x, y = (width - labels - columns - gutter) // 2, (height - below - rows) // 2
    framed = Canvas(labels + columns + gutter, rows + below)
    framed.paste(labels, 0, inside)
    if labels:
        axes.y_axis(framed, bottom, top, rows, labels, look)
    if below:
        axes.x_axis(framed, left, right, columns, rows, look, labels)
    if gutter:
        _key(framed, labels + columns + 1, rows, look)
    canvas.paste(x, y, framed)
    return canvas


def outside(picture: Plane2D) -> int:
    """How many of the generated points are not in the window."""
    fake = picture.fake.reshape(-1, 2)
    within = ((fake >= picture.low) & (fake <= picture.high)).all(axis=1)
    return int((~within).sum())


def _range(low: float, high: float) -> tuple[float, float]:
    return (low, high) if high > low else (low - 0.5 * (abs(low) or 1.0), low + 0.5 * (abs(low) or 1.0))


def _equal(aspect: float, columns: int, rows: int) -> tuple[int, int]:
    """The largest part of so many cells with that ratio of width to height; all of them where it would be a mere line."""
    if not 1 / LONGEST <= aspect <= LONGEST:
        return columns, rows
    return max(1, min(columns, round(2 * rows * aspect))), max(1, min(rows, round(columns / 2 / aspect)))


def _points(picture: Plane2D, window: Window, look: Look) -> Canvas:
    """Points and D(x), without axes."""
    canvas = Canvas(window.columns, window.rows)
    real, fake = _dots(picture.real, window), _dots(picture.fake, window)
    more_fake = _in_cells(fake) >= _in_cells(real)
    if look.ascii_only:
        _letters(canvas, _levels(picture.discriminator, window.columns, window.rows))
        canvas.lay(np.where(more_fake, 0, marks.cells(real, "x")).astype("<u4"), Ink.REAL)
        canvas.lay(np.where(more_fake, marks.cells(fake, "o"), 0).astype("<u4"), Ink.FAKE)
        return canvas
    shades = _shades(look.palette)[_levels(picture.discriminator, window.columns, 2 * window.rows)]
    glyphs, letters, grounds = marks.halves(shades[0::2], shades[1::2])
    points = marks.cells(real | fake)
    real_colour, fake_colour = (np.array(triplet(name), dtype=np.uint8) for name in (look.palette.real, look.palette.fake))
    colours = np.where(more_fake[..., None], fake_colour, real_colour)
    canvas.glyphs[:] = np.where(points > 0, points, glyphs)
    canvas.paint(np.where((points > 0)[..., None], colours, letters), grounds)
    return canvas


def _dots(points: Floats, window: Window) -> marks.Dots:
    """Where there is a point; those outside the window, or nowhere, are left out."""
    points = points.reshape(-1, 2)
    x = (points[:, 0] - window.left) / (window.right - window.left)
    y = (window.top - points[:, 1]) / (window.top - window.bottom)
    inside = (x >= 0) & (x <= 1) & (y >= 0) & (y <= 1)
    wide, high = 2 * window.columns, 4 * window.rows
    at = [np.minimum((share[inside] * dots).astype(np.int64), dots - 1) for share, dots in ((x, wide), (y, high))]
    return marks.scatter(at[0], at[1], wide, high)


def _in_cells(dots: marks.Dots) -> NDArray[np.int64]:
    """How many dots each cell holds."""
    high, wide = dots.shape
    held: NDArray[np.int64] = dots.reshape(high // 4, 4, wide // 2, 2).sum(axis=(1, 3))
    return held


def _levels(discriminator: Floats, columns: int, rows: int) -> Levels:
    """D(x) in the middle of each cell, from 0 for certainly generated to LEVELS - 1; what is not known counts as 0."""
    if discriminator.ndim != 2 or not discriminator.size:
        return np.zeros((rows, columns), dtype=np.int64)
    high, wide = discriminator.shape
    down = ((np.arange(rows)[::-1] + 0.5) / rows * high).astype(np.int64)
    across = ((np.arange(columns) + 0.5) / columns * wide).astype(np.int64)
    shares = np.clip(np.nan_to_num(discriminator[np.ix_(down, across)]), 0.0, 1.0)
    return np.minimum((shares * LEVELS).astype(np.int64), LEVELS - 1)


def _shades(palette: Palette) -> NDArray[np.uint8]:
    """(LEVELS, 3) colours from the ground towards that of D."""
    ground, full = np.array(triplet(palette.ground)), np.array(triplet(palette.discriminator))
    shares = np.linspace(0.0, STRENGTH, LEVELS)[:, None]
    shades: NDArray[np.uint8] = np.rint(ground + (full - ground) * shares).astype(np.uint8)
    return shades


def _letters(canvas: Canvas, levels: Levels) -> None:
    """D(x) as letters, for a terminal without shades."""
    table = np.array([ord(letter) for letter in LETTERS], dtype="<u4")
    glyphs = table[levels * len(LETTERS) // LEVELS]
    canvas.lay(np.where(glyphs == SPACE, 0, glyphs).astype("<u4"), Ink.FAINT)


def _key(canvas: Canvas, x: int, rows: int, look: Look) -> None:
    """What the grounds mean: D(x) from 0 at the bottom to 1."""
    column = Canvas(2, rows)
    levels = np.repeat(_levels(np.linspace(0.0, 1.0, 2 * rows)[:, None], 1, rows), 2, axis=1)
    if look.ascii_only:
        _letters(column, levels)
    else:
        shades = _shades(look.palette)[levels]
        column.paint(shades, shades)
    canvas.paste(x, 0, column)
    places = {0: "1", rows - 1: "0"} | ({(rows - 1) // 2: ".5"} if rows >= 5 else {})
    for row, label in places.items():
        canvas.write(x + 3, row, label, Ink.DISCRIMINATOR)
