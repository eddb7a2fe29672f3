"""Heat: D(x) over the plane as the grounds of cells, and what these mean."""

import numpy as np
from numpy.typing import NDArray

from tui_gan.contract.snapshot import Floats
from tui_gan.ui.draw.canvas import SPACE, Canvas
from tui_gan.ui.draw.palette import Ink, Look, triplet

LEVELS = 7
STRENGTH = 0.42
LETTERS = " .:"
# Steps of the grey ramp of 256 colours, on a dark and on a light ground.
GREYS = {True: (18, 38, 48, 58, 68, 78, 88), False: (238, 228, 218, 208, 198, 188, 178)}
# How far from 1/2 the shades may end; where D(x) is flat, all of them go to the little that there is.
REACHES = (0.01, 0.02, 0.05, 0.1, 0.2)
# The level of what is not known, and how much of a cell's surroundings has to be known for it to be.
UNKNOWN, KNOWN = -1, 0.5
Levels = NDArray[np.int64]
Shares = tuple[float, float]
WHOLE: Shares = (0.0, 1.0)


def span(discriminator: Floats) -> Shares:
    """The ends of the shades: 0 and 1, or, where all of D(x) is near 1/2, the nearest pair of round numbers around it."""
    known = discriminator[np.isfinite(discriminator)]
    most = float(np.abs(known - 0.5).max(initial=0.0)) if known.size else 1.0
    reach = next((reach for reach in REACHES if most <= reach), 0.5)
    return 0.5 - reach, 0.5 + reach


def levels(discriminator: Floats, across: Shares, upward: Shares, columns: int, rows: int, ends: Shares = WHOLE) -> Levels:
    """D(x) in the middle of each cell, from 0 for what is at the lower end to LEVELS - 1, the upper row first; UNKNOWN where it is not.

    Between the places where D was asked it is interpolated.

    Args:
        across, upward: the ends of what is drawn, as shares of the window of `discriminator`.
        ends: the values of D(x) at which the shades end.
    """
    if discriminator.ndim != 2 or not discriminator.size:
        return np.full((rows, columns), UNKNOWN)
    high, wide = discriminator.shape
    known = np.isfinite(discriminator)
    rises, runs = _hats(upward, rows, high)[::-1], _hats(across, columns, wide).T
    shares, weights = (rises @ part @ runs for part in (np.where(known, np.clip(discriminator, 0.0, 1.0), 0.0), known))
    with np.errstate(invalid="ignore"):
        places = (shares / weights - ends[0]) / (ends[1] - ends[0]) * LEVELS + 1e-9
    return np.where(weights >= KNOWN, np.clip(np.nan_to_num(np.floor(places)), 0, LEVELS - 1), UNKNOWN).astype(np.int64)


def _hats(ends: Shares, count: int, points: int) -> Floats:
    """(count, points) weights that interpolate, at the middles of `count` equal pieces, values at those of `points` pieces of 0 .. 1."""
    middles = ends[0] + (np.arange(count) + 0.5) / count * (ends[1] - ends[0])
    places = np.clip(middles * points - 0.5, 0, points - 1)
    weights = np.clip(1 - np.abs(places[:, None] - np.arange(points)), 0.0, None)
    hats: Floats = weights * ((middles >= 0) & (middles <= 1))[:, None]
    return hats


def shades(look: Look) -> NDArray[np.uint8]:
    """(LEVELS, 3) colours from the ground towards that of D; of 256 colours, greys, since there are too few greens to tell apart."""
    if look.depth == 8:
        greys = np.array(GREYS[look.palette.dark], dtype=np.uint8)
        return np.repeat(greys[:, None], 3, axis=1)
    ground, full = np.array(triplet(look.palette.ground)), np.array(triplet(look.palette.discriminator))
    shares = np.linspace(0.0, STRENGTH, LEVELS)[:, None]
    colours: NDArray[np.uint8] = np.rint(ground + (full - ground) * shares).astype(np.uint8)
    return colours


def lettered(look: Look) -> bool:
    """Whether D(x) is said by letters, for want of shades."""
    return look.lettered or look.depth == 4


def letters(canvas: Canvas, levels: Levels) -> None:
    """D(x) as letters, for a terminal without shades."""
    table = np.array([ord(letter) for letter in LETTERS], dtype="<u4")
    glyphs = table[np.maximum(levels, 0) * len(LETTERS) // LEVELS]
    canvas.lay(np.where(glyphs == SPACE, 0, glyphs).astype("<u4"), Ink.FAINT)


def unknown(canvas: Canvas, levels: Levels, look: Look) -> None:
    """A sparse pattern where D(x) is not known, which no shade and no letter of D(x) has."""
    rows, columns = np.indices(levels.shape)
    sparse = (levels < 0) & ((columns + 2 * rows) % 4 == 0)
    canvas.lay(np.where(sparse, np.uint32(ord(look.pick("╱", "?"))), np.uint32(0)).astype("<u4"), Ink.DIM)


def key(canvas: Canvas, x: int, rows: int, look: Look, ends: Shares = WHOLE) -> None:
    """What the grounds mean: D(x) from the lower end of the shades at the bottom to the upper one."""
    column = Canvas(2, rows)
    ramp = np.repeat(levels(np.linspace(0.0, 1.0, 2 * rows)[:, None], (0, 1), (0, 1), 1, rows), 2, axis=1)
    if lettered(look):
        letters(column, ramp)
    else:
        colours = shades(look)[ramp]
        column.paint(colours, colours)
    canvas.paste(x, 0, column)
    places = {0: ends[1], rows - 1: ends[0]} | ({(rows - 1) // 2: 0.5} if rows >= 5 else {})
    for row, value in places.items():
        label = f"{value:.2g}".removeprefix("0") or "0"
        # Three letters begin beside the ramp, which stands apart by its colour, or over a letter of it.
        canvas.write(x + (3 if len(label) < 3 else 2), row, label, Ink.DISCRIMINATOR)
        if len(label) > 2 and lettered(look):
            canvas.write(x + 1, row, " ")
