"""Distribution: real and generated histograms over the same edges, and D(x), in one picture."""

import numpy as np

from tui_gan.contract.snapshot import Floats, Line1D
from tui_gan.ui.draw import axes, marks, scale
from tui_gan.ui.draw.canvas import Canvas
from tui_gan.ui.draw.palette import Ink, Look

HEADROOM = 1.4
GUTTER = 5
DASH = 3


def distribution(picture: Line1D, width: int, height: int, look: Look) -> Canvas:
    """Draw real as a filled area, generated as a solid outline, and D(x) as a dashed curve from 0 to 1.

    The scale stands still: its top is the real density's maximum with headroom, and columns in which the
    generated density goes beyond are marked at the top.
    """
    canvas = Canvas(width, height)
    edges = picture.edges
    gutter = GUTTER if width >= 28 and height >= 4 else 0
    below = 2 if height >= 5 else 0
    columns, rows = width - gutter, height - below
    if edges.size < 2 or columns < 2 or rows < 1 or not edges[-1] > edges[0]:
        return canvas
    real = scale.column_density(edges, picture.real, columns)
    top = HEADROOM * float(real.max(initial=0.0)) or 1.0
    fine = np.nan_to_num(scale.column_density(edges, picture.fake, 2 * columns)) / top
    canvas.lay(marks.area(real / top, rows, look.pick("", "#")), Ink.AREA)
    full = canvas.glyphs[:rows, :columns] == ord(look.pick("█", "#"))
    curve = marks.line(_discriminator(picture, 2 * columns), 4 * rows, DASH)
    outline = marks.line(np.where(fine > 1.0, 1.0, fine), 4 * rows) & _near(fine, 4 * rows)
    _layer(canvas, curve, full, (Ink.DISCRIMINATOR, Ink.DISCRIMINATOR_ON_AREA), look.pick("", "-"))
    _layer(canvas, outline, full, (Ink.FAKE, Ink.FAKE_ON_AREA), look.pick("", "o"))
    beyond = (fine > 1.0).reshape(columns, 2).any(axis=1)
    for x in np.flatnonzero(beyond).tolist():
        canvas.write(x, 0, look.pick("▲", "^"), Ink.FAKE)
    if below:
        axes.x_axis(canvas, float(edges[0]), float(edges[-1]), columns, rows, look)
    if gutter:
        axes.probability_axis(canvas, columns, rows, look)
    return canvas


def _discriminator(picture: Line1D, dots: int) -> Floats:
    """D(x) at the middle of each column of dots; NaN outside the points where it was asked."""
    if not picture.axis.size:
        return np.full(dots, np.nan)
    cuts = np.linspace(picture.edges[0], picture.edges[-1], dots + 1)
    return np.interp((cuts[:-1] + cuts[1:]) / 2, picture.axis, picture.discriminator, left=np.nan, right=np.nan)


def _near(heights: Floats, dots_high: int) -> marks.Dots:
    """Columns of dots where a line is drawn: those that are not flat on the ground between two others there."""
    grounded = heights < 0.5 / dots_high
    alone = grounded & np.concatenate([[True], grounded[:-1]]) & np.concatenate([grounded[1:], [True]])
    drawn: marks.Dots = ~alone[None, :]
    return drawn


def _layer(canvas: Canvas, dots: marks.Dots, full: marks.Dots, inks: tuple[Ink, Ink], plain: str) -> None:
    """Lay dots over the picture; on the filled area they keep its colour as their ground."""
    glyphs = marks.cells(dots, plain)
    canvas.lay(np.where(full, np.uint32(0), glyphs).astype("<u4"), inks[0])
    canvas.lay(np.where(full, glyphs, np.uint32(0)).astype("<u4"), inks[1])
