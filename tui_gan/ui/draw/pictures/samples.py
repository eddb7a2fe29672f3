"""Samples: the map from latent z to generated x, and the generated points beside it."""

import numpy as np

from tui_gan.contract.outside import percent
from tui_gan.contract.snapshot import Line1D
from tui_gan.ui.draw import axes, marks, scale
from tui_gan.ui.draw.canvas import Canvas
from tui_gan.ui.draw.palette import Ink, Look


def samples(picture: Line1D, width: int, height: int, look: Look) -> Canvas:
    """Draw x over z as dots, and at the right the same points stacked by x, one dot each.

    The vertical range is that of the histograms; what share of the generated samples lies above and below it stands at its ends.
    """
    canvas = Canvas(width, height)
    known = np.isfinite(picture.latents) & np.isfinite(picture.mapped)
    latents, mapped = picture.latents[known], picture.mapped[known]
    below = 1 if height >= 4 else 0
    rows = height - below
    if picture.edges.size < 2 or rows < 1 or width < 12:
        return canvas
    if not latents.size:
        _outside(canvas, picture, 0, rows, look)
        return canvas
    low, high = float(picture.edges[0]), float(picture.edges[-1])
    left = axes.y_labels_width(low, high, rows)
    left = 0 if left > width // 3 else left
    if left:
        axes.y_axis(canvas, low, high, rows, left, look)
    stack = max(2, (width - left) // 4) if width >= 30 else 0
    columns = width - left - (stack + 1 if stack else 0)
    if columns < 2:
        return canvas
    first, last = float(latents[0]), float(latents[-1])
    share = (latents - first) / ((last - first) or 1.0)
    inside = (mapped >= low) & (mapped <= high)
    heights = np.rint((1.0 - (mapped[inside] - low) / ((high - low) or 1.0)) * (4 * rows - 1)).astype(np.int64)
    at = np.rint(share[inside] * (2 * columns - 1)).astype(np.int64)
    canvas.lay(marks.cells(marks.scatter(at, heights, 2 * columns, 4 * rows), look.pick("", "o")), Ink.FAKE, x=left)
    if stack:
        for row in range(rows):
            canvas.write(left + columns, row, look.pick("│", "|"), Ink.FAINT)
        canvas.lay(marks.cells(_stacked(heights, 2 * stack, 4 * rows), look.pick("", "o")), Ink.FAKE, x=left + columns + 1)
    _outside(canvas, picture, left, rows, look)
    if below:
        _z_labels(canvas, (first, last), (left, columns, stack), rows, look)
    return canvas


def _outside(canvas: Canvas, picture: Line1D, left: int, rows: int, look: Look) -> None:
    """Say at the upper and at the lower end how many of the generated samples lie beyond it, and how many are not finite."""
    outside, (low, high) = picture.fake_outside, (scale.short(float(picture.edges[end])) for end in (0, -1))
    ends = (
        (0, look.pick("▲", "^"), outside.right, f" > {high}"),
        (rows - 1, look.pick("▼", "v"), outside.left, f" < {low}"),
    )
    for row, arrow, share, words in ends:
        if share > 0:
            canvas.write(left, row, f"{arrow} {percent(share)} of generated{words}", Ink.FAKE)
    if outside.unknown > 0:
        canvas.write(left, rows // 2, f"{percent(outside.unknown)} not finite", Ink.ERROR)


def _stacked(rows: marks.Whole, wide: int, high: int) -> marks.Dots:
    """One dot for each point, in rows that fill from the left; scaled down when the longest row is too long."""
    counts = np.bincount(rows, minlength=high)
    lengths = np.ceil(counts * min(1.0, wide / max(1, counts.max())))
    dots: marks.Dots = np.arange(wide)[None, :] < lengths[:, None]
    return dots


def _z_labels(canvas: Canvas, latents: tuple[float, float], across: tuple[int, int, int], row: int, look: Look) -> None:
    """Label the ends of the latent axis, and the stack of points."""
    left, columns, stack = across
    low, high = (f"{end:.1f}" for end in latents)
    canvas.write(left, row, low, Ink.DIM)
    canvas.write(left + columns - len(high), row, high, Ink.DIM)
    name = look.pick("z → x", "z -> x")
    if columns >= len(low) + len(high) + len(name) + 2:
        canvas.write(left + (columns - len(name)) // 2, row, name, Ink.FAKE)
    if stack >= 6:
        canvas.write(left + columns + 1, row, "points"[:stack], Ink.DIM)
