"""Predictions: what the discriminator says of real and of generated samples, as two histograms over one axis."""

import numpy as np

from tui_gan.contract.snapshot import Floats, Predictions
from tui_gan.ui.draw import marks
from tui_gan.ui.draw.canvas import Canvas
from tui_gan.ui.draw.palette import Ink, Look

TOPS = (0.1, 0.2, 0.5, 1.0)
LEFT = 5


def predictions(answers: Predictions, width: int, height: int, look: Look) -> Canvas:
    """Draw the real samples' answers as a filled area and the generated samples' as an outline: where both are, D errs."""
    canvas = Canvas(width, height)
    below = 2 if height >= 8 else 1 if height >= 3 else 0
    above = 1 if height >= 5 and width >= 26 else 0
    left = LEFT if width >= 24 and height >= 4 else 0
    columns, rows = width - left, height - below - above
    if answers.edges.size < 2 or columns < 4 or rows < 1:
        return canvas
    inside = _histograms(answers, columns, rows, look)
    top = _top(answers)
    canvas.paste(left, above, inside)
    if above:
        _shares(canvas, answers, left)
    if left:
        for row in range(above, above + rows):
            canvas.write(left - 1, row, look.pick("│", "|"), Ink.FAINT)
        canvas.write(0, above, f"{top:.0%}".rjust(left - 1), Ink.DIM)
        canvas.write(left - 2, above + rows - 1, "0", Ink.DIM)
    if below == 2:
        canvas.write(left, height - 2, look.pick("─", "-") * columns, Ink.FAINT)
        canvas.write(left + columns // 2, height - 2, look.pick("┴", "+"), Ink.FAINT)
    if below:
        _ends(canvas, left, columns, height - 1)
    return canvas


def right(answers: Predictions) -> tuple[float, float]:
    """The shares of the real and of the generated samples on the right side of 1/2; a bin across it counts in part."""
    lows, highs = answers.edges[:-1], answers.edges[1:]
    above = np.clip((highs - 0.5) / np.where(highs > lows, highs - lows, 1.0), 0.0, 1.0)
    return float((np.nan_to_num(answers.real) * above).sum()), float((np.nan_to_num(answers.fake) * (1.0 - above)).sum())


def _top(answers: Predictions) -> float:
    """Where the vertical axis ends: a round share, so that it seldom changes."""
    highest = np.nan_to_num(np.concatenate([answers.real, answers.fake])).max(initial=0.0)
    return next((step for step in TOPS if step >= highest), 1.0)


def _histograms(answers: Predictions, columns: int, rows: int, look: Look) -> Canvas:
    """Both histograms without axes, and a line at 1/2."""
    canvas = Canvas(columns, rows)
    real = _heights(answers.edges, answers.real, columns) / _top(answers)
    fake = _heights(answers.edges, answers.fake, 2 * columns) / _top(answers)
    canvas.lay(marks.area(real, rows, look.pick("", "#")), Ink.AREA)
    full = canvas.glyphs == ord(look.pick("█", "#"))
    outline = marks.cells(_outline(fake, 4 * rows), look.pick("", "o"))
    canvas.lay(np.where(full, 0, outline).astype("<u4"), Ink.FAKE)
    canvas.lay(np.where(full, outline, 0).astype("<u4"), Ink.FAKE_ON_AREA)
    middle = np.zeros_like(canvas.glyphs)
    middle[:, columns // 2] = np.where(marks.empty(canvas.glyphs[:, columns // 2]), ord(look.pick("┊", ":")), 0)
    canvas.lay(middle, Ink.FAINT)
    return canvas


def _heights(edges: Floats, shares: Floats, places: int) -> Floats:
    """The share of the bin that each place lies in."""
    middles = (np.arange(places) + 0.5) / places
    bins = np.clip(np.searchsorted(edges, middles, side="right") - 1, 0, shares.size - 1)
    found: Floats = np.clip(np.nan_to_num(shares, posinf=0.0, neginf=0.0), 0.0, 1.0)[bins]
    return found


def _outline(heights: Floats, dots: int) -> marks.Dots:
    """A line over the bins, without the stretches where they are empty."""
    empty = heights <= 0
    lonely = empty & np.concatenate([[True], empty[:-1]]) & np.concatenate([empty[1:], [True]])
    drawn: marks.Dots = marks.line(heights, dots) & ~lonely
    return drawn


def _shares(canvas: Canvas, answers: Predictions, left: int) -> None:
    """How many of each kind are on the right side of 1/2, above the side where they should be."""
    real, fake = right(answers)
    words = ("generated ", "real ") if canvas.width >= 40 else ("", "")
    canvas.write(left, 0, f"{words[0]}{fake:.0%} right", Ink.FAKE)
    text = f"{words[1]}{real:.0%} right"
    canvas.write(canvas.width - len(text), 0, text, Ink.REAL)


def _ends(canvas: Canvas, left: int, columns: int, row: int) -> None:
    """What the ends of the axis mean."""
    low, middle, high = ("0 generated", "0.5", "real 1") if columns >= 30 else ("0", "0.5", "1")
    canvas.write(left, row, low, Ink.DISCRIMINATOR)
    canvas.write(left + columns // 2 - 1, row, middle, Ink.DISCRIMINATOR)
    canvas.write(left + columns - len(high), row, high, Ink.DISCRIMINATOR)
