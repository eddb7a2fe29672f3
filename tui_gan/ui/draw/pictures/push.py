"""Push: a line as figure 1 of Goodfellow et al. (2014, arXiv:1406.2661): densities and D above, and below where G sends the latents."""

import dataclasses
from collections.abc import Collection

import numpy as np

from tui_gan.contract.snapshot import Line1D
from tui_gan.ui.draw import axes, marks
from tui_gan.ui.draw.canvas import Canvas
from tui_gan.ui.draw.palette import Ink, Look
from tui_gan.ui.draw.pictures import distribution
from tui_gan.ui.draw.pictures.lens import WHOLE, Lens

LOWEST, HIGHEST = 3, 10
# A latent is drawn for so many columns.
APART = 4


@dataclasses.dataclass(frozen=True)
class Room:
    """Where the parts are.

    Attributes:
        left: columns of the axis of densities; `columns` of the picture follow.
        rows: of the densities; `below` of their axis follow.
        band: rows of the lines from z to x; two of the axis of z follow.
    """

    left: int
    columns: int
    rows: int
    below: int
    band: int

    def share(self, x: int, y: int) -> tuple[float, float]:
        """A cell of the whole as shares of the picture, from the left and from below."""
        return (x - self.left + 0.5) / max(1, self.columns), 1 - (y + 0.5) / max(1, self.rows)


def room(picture: Line1D, width: int, height: int, visible: Collection[str]) -> Room | None:
    """How so much room is shared out; None where nothing can be drawn."""
    gutter = distribution.GUTTER if width >= 28 and height >= 4 else 0
    below = 2 if height >= 5 else 0
    band = min(HIGHEST, height // 4) if "map" in visible else 0
    band = band if band >= LOWEST else 0
    rows = height - below - band - (2 if band else 0)
    if not distribution.drawable(picture) or width - gutter < 2 or rows < 1:
        return None
    left = axes.y_labels_width(0.0, distribution.highest(picture, width - gutter), rows) if gutter else 0
    left = 0 if left > width // 5 else left
    return Room(left, width - gutter - left, rows, below, band)


def push(picture: Line1D, width: int, height: int, look: Look, visible: Collection[str], lens: Lens = WHOLE) -> Canvas:
    """Draw the part of the line under the lens with its axes; the axis of z stays whole.

    Args:
        visible: of "real", "fake", "heat", "optimal" and "map".
    """
    canvas = Canvas(width, height)
    if (parts := room(picture, width, height, visible)) is None:
        return canvas
    left, columns, rows = parts.left, parts.columns, parts.rows
    low, high = lens.across(float(picture.edges[0]), float(picture.edges[-1]))
    canvas.paste(left, 0, distribution.densities(picture, columns, rows, look, visible, lens))
    if left:
        axes.y_axis(canvas, 0.0, distribution.highest(picture, columns), rows, left, look)
    if parts.below:
        axes.x_axis(canvas, low, high, columns, rows, look, left)
    if width > left + columns:
        axes.probability_axis(canvas, left + columns, rows, look)
    if parts.band:
        top = rows + parts.below
        _band(canvas, picture, (low, high), parts, look)
        canvas.write(left + columns + 1, rows + 1, "x", Ink.DIM)
        canvas.write(left + columns + 1, top + parts.band + 1, "z", Ink.DIM)
    return canvas


def _band(canvas: Canvas, picture: Line1D, ends: tuple[float, float], parts: Room, look: Look) -> None:
    """Lines from latents, each at its value on the lower edge, up to the samples that G makes of them; the axis of z below."""
    known = np.isfinite(picture.latents) & np.isfinite(picture.mapped)
    latents, mapped = picture.latents[known], picture.mapped[known]
    if not latents.size or not latents[-1] > latents[0]:
        return
    wide, high, top = 2 * parts.columns, 4 * parts.band, parts.rows + parts.below
    few = _spread(latents.size, parts.columns // APART)
    first, last = float(latents[0]), float(latents[-1])
    starts = np.stack([(latents[few] - first) / (last - first) * (wide - 1), np.full(few.size, high - 1.0)], axis=1)
    with np.errstate(over="ignore"):
        stops = np.stack([(mapped[few] - ends[0]) / (ends[1] - ends[0]) * wide, np.zeros(few.size)], axis=1)
    lines = marks.segments(starts, stops, wide, high)
    canvas.lay(marks.cells(lines, look.pick("", ".")), Ink.GENERATOR, x=parts.left, y=top)
    axes.x_axis(canvas, first, last, parts.columns, top + parts.band, look, parts.left)


def _spread(count: int, wanted: int) -> marks.Whole:
    """The middles of `wanted` equal groups of so many ascending latents, so that between two lines lies the same share of both."""
    wanted = max(2, min(wanted, count))
    middles: marks.Whole = ((np.arange(wanted) + 0.5) * count / wanted).astype(np.int64)
    return middles
